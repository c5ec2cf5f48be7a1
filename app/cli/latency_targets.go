package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/targets"
	"tacklebox/platform/latency/transfer"
)

// reader opens the history to look at it. It is nil where there is none yet.
func (p *program) reader() (*history.Store, error) {
	dir, err := p.services.dataDir(p.dataDir)
	if err != nil {
		return nil, err
	}
	s, err := history.Open(service.Folder(dir), history.Options{ReadOnly: true, Now: p.services.latency.now})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return s, err
}

// errNoHistory is a data folder without a history.
var errNoHistory = errors.New("nothing was measured into this data folder yet: name targets with latency add")

// writer opens the history to change it.
func (p *program) writer() (*history.Store, error) {
	dir, err := p.services.dataDir(p.dataDir)
	if err != nil {
		return nil, err
	}
	s, err := history.Open(service.Folder(dir), history.Options{Now: p.services.latency.now})
	if err != nil {
		return nil, err
	}
	if !s.Writer() {
		return nil, errors.Join(fmt.Errorf("change the targets of %q: another process measures into it: do it in Tacklebox's window, or end its latency run first", dir), s.Close())
	}
	return s, nil
}

// targetRow is a target as JSON.
type targetRow struct {
	ID       latency.TargetID `json:"id"`
	Group    []string         `json:"group,omitempty"`
	Name     string           `json:"name"`
	Kind     latency.Kind     `json:"kind"`
	Target   string           `json:"target"`
	Interval string           `json:"interval"`
	Paused   bool             `json:"paused,omitempty"`
	// Of the last five minutes.
	Replies uint64   `json:"replies"`
	Lost    uint64   `json:"lost"`
	Loss    *float64 `json:"loss,omitempty"`
	Median  *float64 `json:"median_ms,omitempty"`
}

// recent is how far back latency list looks.
const recent = 5 * time.Minute

// listTargetsCommand lists the targets of the history.
func (p *program) listTargetsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "list",
		Short: "List the targets, and how they were in the last five minutes",
		Args:  nothingMore,
		RunE:  func(c *cobra.Command, _ []string) error { return p.listTargets(c.Context()) },
	}
	p.jsonFlag(c)
	return c
}

func (p *program) listTargets(ctx context.Context) (err error) {
	rows := []targetRow{}
	s, err := p.reader()
	if err != nil {
		return err
	}
	if s != nil {
		defer func() { err = errors.Join(err, s.Close()) }()
		if rows, err = p.targetRows(ctx, s); err != nil {
			return err
		}
	}
	if p.json {
		return p.answer(rows)
	}
	if len(rows) == 0 {
		p.say("there are no targets yet: latency add 192.168.1.1, or latency import FILE")
		return nil
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tTARGET\tASKS\tEVERY\tMEDIAN ms\tLOSS")
	for _, r := range rows {
		median, loss, every := "-", "-", r.Interval
		if r.Median != nil {
			median = strconv.FormatFloat(*r.Median, 'f', 3, 64)
		}
		if r.Loss != nil {
			loss = strconv.FormatFloat(*r.Loss*100, 'f', 1, 64) + "%"
		}
		if r.Paused {
			every = "paused"
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", r.ID, plainText(strings.Join(append(slices.Clone(r.Group), r.Name), "/")), plainText(r.Target), every, median, loss)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	return nil
}

func (p *program) targetRows(ctx context.Context, s *history.Store) ([]targetRow, error) {
	list, err := s.Targets(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]targetRow, len(list))
	now := p.services.latency.now()
	for i, t := range list {
		r := &rows[i]
		every := t.Interval
		if every <= 0 {
			every = latency.DefaultInterval
		}
		*r = targetRow{ID: t.ID, Group: t.Group, Name: t.Name, Kind: t.Kind, Target: transfer.Shown(t), Interval: every.String(), Paused: t.Paused}
		cols, err := s.Columns(ctx, t.ID, latency.LocalNode, now.Add(-recent), now, 1)
		if err != nil {
			return nil, err
		}
		if len(cols) == 0 || cols[0].Hist == nil {
			continue
		}
		h := cols[0].Hist
		r.Replies, r.Lost = h.Replies, h.Lost
		if h.Decided() > 0 {
			loss := h.Loss()
			r.Loss = &loss
		}
		if h.Replies > 0 {
			r.Median = msPointer(h.Quantile(0.5))
		}
	}
	return rows, nil
}

// addCommand keeps new targets.
func (p *program) addCommand() *cobra.Command {
	var group, name string
	interval, timeout := period{low: latency.MinInterval, high: latency.MaxInterval}, period{low: time.Millisecond, high: latency.MaxInterval}
	c := &cobra.Command{
		Use:   "add TARGET...",
		Short: "Add targets to the history, to be measured by the window or by run",
		Long: "Adds targets: a host, host:port, a URL, dns:server/name, or 'Group;Name;host'. They are measured\n" +
			"from the next start of the window or of latency run on. One that is there already stays as it is.",
		Example: "  tacklebox latency add 192.168.1.1 'Google;DNS1;8.8.8.8' example.org:443",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misusing(c, "no target to add")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			var list []latency.Target
			for _, arg := range args {
				got := targets.Parse(strings.ReplaceAll(arg, "\n", " "))
				for _, problem := range got.Problems {
					return misusing(c, "%q: %s", problem.Text, problem.Reason)
				}
				if len(got.Targets) == 0 {
					return misusing(c, "%q is no target", targets.Quotable(arg, 100))
				}
				list = append(list, got.Targets...)
			}
			if name != "" && len(list) != 1 {
				return misusing(c, "--name goes with one target, not with %d", len(list))
			}
			for i := range list {
				list[i].Interval, list[i].Timeout = interval.Duration, timeout.Duration
				if group != "" {
					list[i].Group = strings.FieldsFunc(group, func(r rune) bool { return r == '/' })
				}
				if name != "" {
					list[i].Name = targets.Printable(name, 200)
				}
			}
			return p.add(c.Context(), list)
		},
	}
	c.Flags().StringVar(&group, "group", "", "put them into this `GROUP`; Europe/Paris is nested")
	c.Flags().StringVar(&name, "name", "", "call it `NAME`")
	c.Flags().VarP(&interval, "interval", "i", "ask every `TIME`, 200ms to 1h (1s)")
	c.Flags().VarP(&timeout, "timeout", "W", "wait this `TIME` for an answer")
	return c
}

func (p *program) add(ctx context.Context, list []latency.Target) (err error) {
	s, err := p.writer()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	added, there, err := transfer.Keep(ctx, transfer.OfStore(s), list)
	for _, t := range added {
		fmt.Fprintln(p.out, plainText(transfer.FullName(t)))
	}
	for _, t := range there {
		p.say("%s is there already", plainText(transfer.FullName(t)))
	}
	return err
}

// removeCommand forgets targets.
func (p *program) removeCommand() *cobra.Command {
	force := false
	c := &cobra.Command{
		Use:   "remove TARGET...",
		Short: "Remove targets, with their history",
		Long:  "Removes targets, by ID, by name, or by groups and name (Google/DNS1). Their history goes with\nthem, for good; so it takes --force.",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misusing(c, "no target to remove")
			}
			return nil
		},
		ValidArgsFunction: p.completeTarget,
		RunE:              func(c *cobra.Command, args []string) error { return p.remove(c.Context(), args, force) },
	}
	c.Flags().BoolVar(&force, "force", false, "yes, with all that was measured of them")
	return c
}

func (p *program) remove(ctx context.Context, names []string, force bool) (err error) {
	s, err := p.writer()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	all, err := s.Targets(ctx)
	if err != nil {
		return err
	}
	var chosen []latency.Target
	for _, name := range names {
		t, err := find(all, name)
		if err != nil {
			return err
		}
		chosen = append(chosen, t)
	}
	for _, t := range chosen {
		if !force {
			return fmt.Errorf("remove %q: everything that was measured of it goes too: say so with --force", transfer.FullName(t))
		}
		if err := s.DeleteTarget(t.ID); err != nil {
			return err
		}
		fmt.Fprintln(p.out, plainText(transfer.FullName(t)))
	}
	return nil
}

// find is the one target that is called so.
func find(all []latency.Target, name string) (latency.Target, error) {
	for _, is := range []func(latency.Target) bool{
		func(t latency.Target) bool { return strconv.FormatInt(int64(t.ID), 10) == name },
		func(t latency.Target) bool { return transfer.FullName(t) == name },
		func(t latency.Target) bool { return t.Name == name },
		func(t latency.Target) bool { return targets.Spec(t) == name || transfer.Shown(t) == name },
	} {
		var found []latency.Target
		for _, t := range all {
			if is(t) {
				found = append(found, t)
			}
		}
		switch {
		case len(found) == 1:
			return found[0], nil
		case len(found) > 1:
			return latency.Target{}, fmt.Errorf("%q is the name of %d targets: take the ID that latency list shows", targets.Printable(name, 100), len(found))
		}
	}
	return latency.Target{}, fmt.Errorf("there is no target %q: latency list shows which there are", targets.Printable(name, 100))
}

// completeTarget offers the names of targets to the shell.
func (p *program) completeTarget(c *cobra.Command, typed []string, _ string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(c.Context(), completeTimeout)
	defer cancel()
	s, err := p.reader()
	if err != nil || s == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer s.Close()
	list, err := s.Targets(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, t := range list {
		if name := plainText(transfer.FullName(t)); !slices.Contains(typed, name) {
			names = append(names, name+"\t"+plainText(transfer.Shown(t)))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
