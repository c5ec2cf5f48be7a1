package model

import (
	"context"

	"golang.org/x/sync/errgroup"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/ops"
)

// Health is what the page of a Harbor's health shows.
type Health struct {
	Components ops.Part[[]harbor.Component]
	Counts     ops.Part[harbor.Statistics]
}

// ReadHealth asks for the components and the counts.
func ReadHealth(ctx context.Context, c *harbor.Client) Health {
	var h Health
	var g errgroup.Group
	g.Go(func() error {
		got, err := c.Health(ctx)
		h.Components = ops.Part[[]harbor.Component]{Data: got.Components, Err: err}
		return nil
	})
	g.Go(func() error { h.Counts.Data, h.Counts.Err = c.Statistics(ctx); return nil })
	_ = g.Wait()
	return h
}

// Storage is what the page about room shows.
type Storage struct {
	Volumes  ops.Part[[]harbor.Volume]
	Quotas   ops.Part[[]harbor.Quota]
	More     int // quotas that are not among them
	GCs      ops.Part[[]harbor.GC]
	Schedule ops.Part[*harbor.GC]
}

// ReadStorage asks for all parts; each that cannot be read says why.
func ReadStorage(ctx context.Context, c *harbor.Client) Storage {
	var s Storage
	var g errgroup.Group
	g.Go(func() error { s.Volumes.Data, s.Volumes.Err = c.Volumes(ctx); return nil })
	g.Go(func() error {
		p, err := c.Quotas(ctx, harbor.Query{Size: harbor.MaxPage, Sort: "-used.storage"})
		s.Quotas = ops.Part[[]harbor.Quota]{Data: p.Items, Err: err}
		s.More = max(0, p.Total-len(p.Items))
		return nil
	})
	g.Go(func() error {
		p, err := c.GCHistory(ctx, harbor.Query{Size: 30})
		s.GCs = ops.Part[[]harbor.GC]{Data: p.Items, Err: err}
		return nil
	})
	g.Go(func() error { s.Schedule.Data, s.Schedule.Err = c.GCSchedule(ctx); return nil })
	_ = g.Wait()
	return s
}

// Work is what the timeline of all jobs is made of.
type Work struct {
	Jobs         ops.Jobs
	Replications ops.Part[ops.Replications]
	GCs          ops.Part[[]harbor.GC]
}

// lastRuns is how many runs of replications are looked at.
const lastRuns = 50

// ReadWork asks for all parts of the timeline.
func ReadWork(ctx context.Context, c *harbor.Client) (Work, error) {
	var w Work
	var g errgroup.Group
	g.Go(func() (err error) { w.Jobs, err = ops.ReadJobs(ctx, c); return err })
	g.Go(func() error {
		w.Replications.Data, w.Replications.Err = ops.ReadRuns(ctx, c, lastRuns)
		return nil
	})
	g.Go(func() error {
		p, err := c.GCHistory(ctx, harbor.Query{Size: 30})
		w.GCs = ops.Part[[]harbor.GC]{Data: p.Items, Err: err}
		return nil
	})
	return w, g.Wait()
}

// Timeline is one list of all jobs.
func (w Work) Timeline() []ops.Event {
	return ops.Timeline(w.Jobs, w.Replications.Data, w.GCs.Data)
}

// Problems are why parts of the timeline are not there, without those that say the
// same thing twice.
func (w Work) Problems() []error {
	var out []error
	seen := map[string]bool{}
	for _, err := range []error{w.Jobs.Queues.Err, w.Jobs.Workers.Err, w.Replications.Err, w.GCs.Err} {
		if err == nil || registry.CauseOf(err) == registry.CauseCancelled || seen[err.Error()] {
			continue
		}
		seen[err.Error()] = true
		out = append(out, err)
	}
	return out
}
