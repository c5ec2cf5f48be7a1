// Package ops puts together how a Harbor is: what fails in replications, one
// timeline of all jobs, and what holds the queue.
package ops

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
)

// Part is one part of a view: its data, or why there are none. What is missing
// for a right or a version is said in the place of the data.
type Part[T any] struct {
	Data T
	Err  error
}

// Lacks is the right that the account has not, "" when that is not why.
func (p Part[T]) Lacks() string {
	var own *registry.Error
	if errors.As(p.Err, &own) && (own.Cause == registry.CauseForbidden || own.Cause == registry.CauseAnonymous || own.Cause == registry.CauseNotForOIDC) {
		return own.Right
	}
	return ""
}

// Since is the version that has this, "" when the server's age is not why.
func (p Part[T]) Since() string {
	var own *registry.Error
	if errors.As(p.Err, &own) && own.Cause == registry.CauseTooOld {
		return own.Since
	}
	return ""
}

// Jobs is how the job service is.
type Jobs struct {
	Pools     Part[[]harbor.Pool]
	Workers   Part[[]harbor.Worker]
	Queues    Part[[]harbor.Queue]
	Schedules Part[[]harbor.Schedule]
	Paused    Part[bool]
}

// ReadJobs asks for all parts. Each that cannot be read says why; the error is
// for what makes all of them pointless.
func ReadJobs(ctx context.Context, c *harbor.Client) (Jobs, error) {
	var j Jobs
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { j.Pools.Data, j.Pools.Err = c.Pools(ctx); return fatal(j.Pools.Err) })
	g.Go(func() error { j.Workers.Data, j.Workers.Err = c.Workers(ctx, "all"); return fatal(j.Workers.Err) })
	g.Go(func() error { j.Queues.Data, j.Queues.Err = c.Queues(ctx); return fatal(j.Queues.Err) })
	g.Go(func() error {
		p, err := c.Schedules(ctx, harbor.Query{})
		j.Schedules.Data, j.Schedules.Err = p.Items, err
		return fatal(err)
	})
	g.Go(func() error { j.Paused.Data, j.Paused.Err = c.SchedulesPaused(ctx); return fatal(j.Paused.Err) })
	err := g.Wait()
	slices.SortStableFunc(j.Queues.Data, func(a, b harbor.Queue) int { return cmp.Compare(b.Count, a.Count) })
	return j, err
}

// fatal is an error after which the other questions fail alike.
func fatal(err error) error {
	switch registry.CauseOf(err) {
	case "", registry.CauseForbidden, registry.CauseAnonymous, registry.CauseNotForOIDC, registry.CauseNotFound, registry.CauseTooOld, registry.CauseServer, registry.CauseRequest:
		return nil
	}
	return err
}

// Holder is what holds a queue up: the busy worker that has worked longest.
func (j Jobs) Holder() (harbor.Worker, bool) {
	var oldest harbor.Worker
	for _, w := range j.Workers.Data {
		if w.JobID != "" && (oldest.JobID == "" || w.Start.Before(oldest.Start.Time)) {
			oldest = w
		}
	}
	return oldest, oldest.JobID != ""
}

// Busy is how many workers have a job.
func (j Jobs) Busy() int {
	n := 0
	for _, w := range j.Workers.Data {
		if w.JobID != "" {
			n++
		}
	}
	return n
}

// FindClashes finds places that several policies with different sources write into.
func FindClashes(policies []harbor.Policy) []Clash {
	sources, names := map[string]map[string]bool{}, map[string][]string{}
	for _, p := range policies {
		if !p.Enabled || p.Destination == nil || p.Source == nil || p.Namespace == "" {
			continue
		}
		where := fmt.Sprintf("%s/%s", registry.Clean(p.Destination.Name, 100), registry.Clean(p.Namespace, 100))
		if sources[where] == nil {
			sources[where] = map[string]bool{}
		}
		sources[where][p.Source.URL+p.Source.Name] = true
		names[where] = append(names[where], p.Name)
	}
	var out []Clash
	for where, from := range sources {
		if len(from) > 1 {
			out = append(out, Clash{Where: where, Policies: names[where]})
		}
	}
	slices.SortFunc(out, func(a, b Clash) int { return cmp.Compare(a.Where, b.Where) })
	return out
}

// Event is one line of the timeline of all jobs.
type Event struct {
	// Kind is the job's, as Harbor calls it: REPLICATION, GARBAGE_COLLECTION, ...
	Kind string `json:"kind"`
	// What is a policy's name, or the like.
	What  string       `json:"what,omitempty"`
	State harbor.State `json:"state"`
	Start time.Time    `json:"start,omitzero"`
	End   time.Time    `json:"end,omitzero"`
	// JobID, Execution and GC say where its log is.
	JobID     string `json:"job_id,omitempty"`
	Execution int64  `json:"execution,omitempty"`
	GC        int64  `json:"gc,omitempty"`
	// Waiting is how many jobs of this kind wait, and Latency for how long; for
	// what has not begun.
	Waiting int64         `json:"waiting,omitempty"`
	Latency time.Duration `json:"latency_ns,omitempty"`
	Paused  bool          `json:"paused,omitempty"`
	Note    string        `json:"note,omitempty"`
}

// kindGC is what Harbor calls a garbage collection.
const kindGC = "GARBAGE_COLLECTION"

// StateWaiting is an event that has not begun.
const StateWaiting harbor.State = "waiting"

// Timeline is everything that runs, waits or ran, newest first: what waits, then
// what runs, then what is over.
func Timeline(j Jobs, r Replications, gcs []harbor.GC) []Event {
	var out []Event
	for _, q := range j.Queues.Data {
		if q.Count > 0 || q.Paused {
			out = append(out, Event{Kind: q.Type, State: StateWaiting, Waiting: q.Count, Latency: time.Duration(q.Latency) * time.Second, Paused: q.Paused})
		}
	}
	collector := ""
	for _, w := range j.Workers.Data {
		if w.JobName == kindGC && slices.ContainsFunc(gcs, func(g harbor.GC) bool { return gcState(g.Status) == harbor.StateRunning }) {
			collector = w.JobID // it is told with the collection
			continue
		}
		if w.JobID != "" {
			out = append(out, Event{Kind: w.JobName, State: harbor.StateRunning, Start: w.Start.Time, JobID: w.JobID, Note: registry.Clean(w.CheckIn, 200)})
		}
	}
	names := map[int64]string{}
	for _, p := range r.Policies.Data {
		names[p.ID] = p.Name
	}
	for _, e := range r.Executions {
		ev := Event{Kind: "REPLICATION", What: names[e.PolicyID], State: e.State(), Start: e.Start.Time, End: e.End.Time, Execution: e.ID, Note: registry.Clean(e.StatusText, 200)}
		if e.Total > 0 {
			ev.Note = fmt.Sprintf("%d of %d, %d failed", e.Succeeded, e.Total, e.Failed)
		}
		out = append(out, ev)
	}
	for _, g := range gcs {
		ev := Event{Kind: kindGC, State: gcState(g.Status), Start: g.Created.Time, GC: g.ID}
		if ev.State == harbor.StateRunning {
			ev.JobID = collector
		} else {
			ev.End = g.Updated.Time
		}
		if g.Parameters.DryRun {
			ev.What = "dry run"
		}
		if g.Parameters.FreedSpace > 0 {
			ev.Note = fmt.Sprintf("%d bytes, %d blobs", g.Parameters.FreedSpace, g.Parameters.PurgedBlobs)
		}
		out = append(out, ev)
	}
	slices.SortStableFunc(out, func(a, b Event) int {
		if c := cmp.Compare(phase(a), phase(b)); c != 0 {
			return c
		}
		return b.Start.Compare(a.Start)
	})
	return out
}

func phase(e Event) int {
	switch e.State {
	case StateWaiting:
		return 0
	case harbor.StateRunning, harbor.StateRetrying:
		return 1
	}
	return 2
}

func gcState(status string) harbor.State {
	switch status {
	case "Success", "Succeed", "Finished":
		return harbor.StateSuccess
	case "Error", "Failed":
		return harbor.StateFailed
	case "Stopped":
		return harbor.StateStopped
	}
	return harbor.StateRunning
}
