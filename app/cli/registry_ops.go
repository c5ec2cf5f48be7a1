package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/ops"
)

// withHarbor opens what must be a Harbor.
func (p *program) withHarbor(ctx context.Context, name string, f func(*harbor.Client) error) error {
	return p.withRegistry(ctx, name, func(_ *connect.Store, x *connect.Session) error {
		h, err := x.Harbor(ctx)
		if err != nil {
			return err
		}
		if h == nil {
			return noHarbor(x)
		}
		return f(h)
	})
}

func (p *program) registryHealth() *cobra.Command {
	c := &cobra.Command{
		Use:               "health NAME",
		Short:             "Say how the components of a Harbor are",
		Long:              "Asks a Harbor for the health of its components; that needs no login. Exit code 1 says that one of\nthem is not healthy.",
		Args:              one("a connection, a host or a reference"),
		ValidArgsFunction: p.completeRegistry,
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			s, err := p.registries()
			if err != nil {
				return err
			}
			defer s.Close()
			// Not through the login: health is told to everybody.
			x, err := p.openRegistry(ctx, s, args[0])
			if err != nil {
				return err
			}
			return p.health(ctx, x)
		},
	}
	p.jsonFlag(c)
	return c
}

func (p *program) health(ctx context.Context, x *connect.Session) error {
	health, err := harbor.New(x.Transport()).Health(ctx)
	if registry.CauseOf(err) == registry.CauseNotFound {
		err = noHarbor(x)
	}
	if err != nil {
		return err
	}
	if p.json {
		err = p.answer(health)
	} else {
		err = p.table([]string{"COMPONENT", "STATUS", "ERROR"}, func(row func(...string)) {
			for _, c := range health.Components {
				row(c.Name, c.Status, or(c.Error, "-"))
			}
		})
	}
	if err == nil && health.Status != harbor.Healthy {
		err = &exit{code: exitNotWell}
	}
	return err
}

// noHarbor is another registry, which has no such thing.
func noHarbor(x *connect.Session) error {
	return &registry.Error{Op: "ask", Object: x.Connection.Title(), Cause: registry.CauseUnsupported, Err: errors.New("it is no Harbor, and tells no such thing")}
}

// jobsAnswer is how the job service is, as JSON.
type jobsAnswer struct {
	Queues    []harbor.Queue    `json:"queues"`
	Workers   []harbor.Worker   `json:"workers"`
	Pools     []harbor.Pool     `json:"pools"`
	Schedules []harbor.Schedule `json:"schedules"`
	Paused    bool              `json:"schedules_paused"`
	Timeline  []ops.Event       `json:"timeline"`
	// Missing says which right or version a part needs.
	Missing map[string]string `json:"missing,omitempty"`
}

func (p *program) registryJobs() *cobra.Command {
	log := ""
	c := &cobra.Command{
		Use:               "jobs NAME",
		Short:             "Show what a Harbor's job service does: queues, workers, and a timeline of all jobs",
		Args:              one("a connection, a host or a reference"),
		ValidArgsFunction: p.completeRegistry,
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return p.withHarbor(ctx, args[0], func(h *harbor.Client) error {
				if log != "" {
					return p.jobLog(ctx, h, log)
				}
				return p.jobs(ctx, h)
			})
		},
	}
	c.Flags().StringVar(&log, "log", "", "show the log of the job with this `ID` instead")
	p.jsonFlag(c)
	return c
}

func (p *program) jobLog(ctx context.Context, h *harbor.Client, job string) error {
	l, err := h.JobLog(ctx, job)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(p.out, registry.CleanLines(string(l.Text))); err != nil {
		return fmt.Errorf("write the log: %w", err)
	}
	if l.Cut {
		p.say("%s: the log is longer: it was cut after %d bytes", p.name, len(l.Text))
	}
	return nil
}

func (p *program) jobs(ctx context.Context, h *harbor.Client) error {
	j, err := ops.ReadJobs(ctx, h)
	if err != nil {
		return err
	}
	out := jobsAnswer{Queues: j.Queues.Data, Workers: j.Workers.Data, Pools: j.Pools.Data, Schedules: j.Schedules.Data, Paused: j.Paused.Data, Missing: map[string]string{}}
	for name, err := range map[string]error{"queues": j.Queues.Err, "workers": j.Workers.Err, "pools": j.Pools.Err, "schedules": j.Schedules.Err} {
		if err != nil {
			out.Missing[name] = plainText(err.Error())
		}
	}
	r, err := ops.ReadRuns(ctx, h, 20)
	if err != nil {
		out.Missing["replications"] = plainText(err.Error())
	}
	gcs, err := h.GCHistory(ctx, harbor.Query{Size: 20})
	if err != nil {
		out.Missing["garbage_collections"] = plainText(err.Error())
	}
	out.Timeline = ops.Timeline(j, r, gcs.Items)
	if p.json {
		return p.answer(out)
	}
	for _, text := range out.Missing {
		p.say("%s: %s", p.name, text)
	}
	if len(out.Missing) == 6 {
		return &exit{code: exitFailed}
	}
	fmt.Fprintf(p.out, "%d of %d workers are busy\n", j.Busy(), len(j.Workers.Data))
	if w, ok := j.Holder(); ok {
		fmt.Fprintf(p.out, "the longest runs %s, since %s: its log is registry jobs --log %s\n", plainText(w.JobName), w.Start.Format(time.DateTime), plainText(w.JobID))
	}
	return p.table([]string{"STATE", "KIND", "WHAT", "BEGAN", "NOTE"}, func(row func(...string)) {
		for _, e := range out.Timeline {
			note := e.Note
			if e.State == ops.StateWaiting {
				note = fmt.Sprintf("%d wait, the first for %s", e.Waiting, e.Latency)
				if e.Paused {
					note += ", paused"
				}
			}
			row(string(e.State), e.Kind, or(e.What, "-"), ago(e.Start, time.Now()), or(note, "-"))
		}
	})
}

// replicationsAnswer is how the replications are, as JSON.
type replicationsAnswer struct {
	Policies   []harbor.Policy    `json:"policies"`
	Executions []harbor.Execution `json:"executions"`
	Failures   []ops.Failure      `json:"failures"`
	More       int                `json:"failures_left_out,omitempty"`
	Clashes    []ops.Clash        `json:"clashes,omitempty"`
	Missing    string             `json:"missing,omitempty"`
}

func (p *program) registryReplications() *cobra.Command {
	last := 20
	c := &cobra.Command{
		Use:               "replications NAME",
		Short:             "Show what fails in a Harbor's replications, with the first line that tells why",
		Args:              one("a connection, a host or a reference"),
		ValidArgsFunction: p.completeRegistry,
		RunE: func(c *cobra.Command, args []string) error {
			if last < 1 || last > harbor.MaxPage {
				return misusing(c, "--last is 1 to %d", harbor.MaxPage)
			}
			ctx := c.Context()
			return p.withHarbor(ctx, args[0], func(h *harbor.Client) error { return p.replications(ctx, h, last) })
		},
	}
	c.Flags().IntVar(&last, "last", last, "look at the last `N` runs")
	p.jsonFlag(c)
	return c
}

func (p *program) replications(ctx context.Context, h *harbor.Client, last int) error {
	r, err := (&ops.Failures{Last: last}).Read(ctx, h)
	if err != nil {
		return err
	}
	if p.json {
		out := replicationsAnswer{Policies: r.Policies.Data, Executions: r.Executions, Failures: r.Failures, More: r.More, Clashes: r.Clashes}
		if r.Policies.Err != nil {
			out.Missing = plainText(r.Policies.Err.Error())
		}
		return p.answer(out)
	}
	if r.Policies.Err != nil {
		p.say("%s: %s", p.name, plainText(r.Policies.Err.Error()))
	}
	for _, c := range r.Clashes {
		p.say("%s: policies with different sources write into %s: %v", p.name, plainText(c.Where), c.Policies)
	}
	fmt.Fprintf(p.out, "%d runs, %d failures\n", len(r.Executions), len(r.Failures)+r.More)
	if r.More > 0 {
		p.say("%s: %d failures are not shown", p.name, r.More)
	}
	if len(r.Failures) == 0 {
		return nil
	}
	return p.table([]string{"RUN", "POLICY", "RESOURCE", "BEGAN", "WHY"}, func(row func(...string)) {
		for _, f := range r.Failures {
			what, why := "(no task)", f.Line
			if f.Task != nil {
				what = or(f.Task.Source, "-")
			}
			if f.Retrying {
				why = "(others still run) " + why
			}
			row(fmt.Sprint(f.Execution.ID), f.Policy, what, ago(f.Execution.Start.Time, time.Now()), why)
		}
	})
}
