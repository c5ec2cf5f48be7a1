package ops

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
)

// FollowEvery is how often a log that grows is fetched.
const FollowEvery = 2 * time.Second

// Chunk is what was added to a log.
type Chunk struct {
	// Text is whole lines, cleaned of what would move a terminal's cursor.
	Text string
	// Fresh is true when the log is another one than before: what is shown begins
	// anew. It is true of the first chunk.
	Fresh bool
	// Cut is true when the log is longer than what is fetched of it.
	Cut bool
	// Err is why nothing came this time; it is asked again.
	Err error
	// Ended is true of the last chunk.
	Ended bool
}

// Follow gives what is added to a log until it ends, the context does, or the
// reader has enough. fetch gives the whole log, and whether no more will come,
// which it says beside an error, too. An error that may pass (a server that starts
// anew) is told and asked again; one that will not ends it. A log that is not
// there, of what goes on, is waited for.
func Follow(ctx context.Context, every time.Duration, fetch func(context.Context) (l harbor.Log, ended bool, err error)) iter.Seq[Chunk] {
	return func(yield func(Chunk) bool) {
		var f harbor.Follower
		tick := time.NewTicker(every)
		defer tick.Stop()
		first := true
		for {
			l, ended, err := fetch(ctx)
			if ctx.Err() != nil {
				return
			}
			switch {
			case err != nil && !ended && registry.CauseOf(err) == registry.CauseNotFound:
				// A job that has just begun has no log yet.
			case err != nil:
				last := ended || !passes(err)
				if !yield(Chunk{Err: err, Ended: last}) || last {
					return
				}
			default:
				added, fresh := f.Next(l, ended || l.Cut)
				if first || fresh && len(added) > 0 || len(added) > 0 || ended || l.Cut {
					if !yield(Chunk{Text: registry.CleanLines(string(added)), Fresh: fresh, Cut: l.Cut, Ended: ended || l.Cut}) || ended || l.Cut {
						return
					}
				}
				first = false
			}
			if !pause(ctx, tick, err) {
				return
			}
		}
	}
}

// pause waits for the next time, longer where the server asked for it.
func pause(ctx context.Context, tick *time.Ticker, err error) bool {
	var own *registry.Error
	if errors.As(err, &own) && own.RetryAfter > 0 {
		timer := time.NewTimer(own.RetryAfter)
		defer timer.Stop()
		select {
		case <-timer.C:
			return true
		case <-ctx.Done():
			return false
		}
	}
	select {
	case <-tick.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// passes is whether an error may be over the next time.
func passes(err error) bool {
	switch registry.CauseOf(err) {
	case registry.CauseTimeout, registry.CauseConnect, registry.CauseBroken, registry.CauseServer, registry.CauseTooMany, registry.CauseNotRegistry, registry.CauseDNS, registry.CauseProxy:
		return true
	}
	return false
}

// FollowJob follows the log of a job that a worker does.
func FollowJob(ctx context.Context, c *harbor.Client, job string) iter.Seq[Chunk] {
	return Follow(ctx, FollowEvery, func(ctx context.Context) (harbor.Log, bool, error) {
		// First whether it goes on: what comes after is then read the next time.
		workers, err := c.Workers(ctx, "all")
		if err != nil && !passes(err) {
			return harbor.Log{}, true, err
		}
		ended := err == nil && !slices.ContainsFunc(workers, func(w harbor.Worker) bool { return w.JobID == job })
		l, err := c.JobLog(ctx, job)
		return l, ended, err
	})
}

// FollowGC follows the log of a garbage collection.
func FollowGC(ctx context.Context, c *harbor.Client, run int64) iter.Seq[Chunk] {
	return Follow(ctx, FollowEvery, func(ctx context.Context) (harbor.Log, bool, error) {
		ended := false
		page, err := c.GCHistory(ctx, harbor.Query{Size: 20})
		if err != nil {
			return harbor.Log{}, false, err
		}
		for _, g := range page.Items {
			if g.ID == run {
				ended = gcState(g.Status) != harbor.StateRunning
			}
		}
		l, err := c.GCLog(ctx, run)
		return l, ended, err
	})
}

// FollowTask follows the log of a task of a replication.
func FollowTask(ctx context.Context, c *harbor.Client, execution, task int64) iter.Seq[Chunk] {
	return Follow(ctx, FollowEvery, func(ctx context.Context) (harbor.Log, bool, error) {
		ended := false
		page, err := c.Tasks(ctx, execution, "", harbor.Query{})
		if err != nil {
			return harbor.Log{}, false, err
		}
		for _, t := range page.Items {
			if t.ID == task {
				ended = t.State() != harbor.StateRunning
			}
		}
		l, err := c.TaskLog(ctx, execution, task)
		return l, ended, err
	})
}

// FollowScan follows what the scanner writes about an artifact, of the scan that runs
// or of the last one. Without any it ends with an error of CauseNotFound.
func FollowScan(ctx context.Context, c *harbor.Client, full, digest string) iter.Seq[Chunk] {
	return Follow(ctx, FollowEvery, func(ctx context.Context) (harbor.Log, bool, error) {
		// Read each time: a scan that begins anew has another report.
		a, err := c.Artifact(ctx, full, digest, harbor.With{Scan: true})
		if err != nil {
			return harbor.Log{}, false, err
		}
		s, ok := a.Scan()
		if !ok || s.ReportID == "" {
			return harbor.Log{}, true, &registry.Error{Op: "read the scan log of", Object: registry.Clean(full, 300), Cause: registry.CauseNotFound, Err: errors.New("it was not scanned")}
		}
		l, err := c.ScanLog(ctx, full, digest, s.ReportID)
		return l, s.Over(), err
	})
}
