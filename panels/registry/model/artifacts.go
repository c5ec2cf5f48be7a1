package model

import (
	"context"
	"sync"

	"tacklebox/platform/registry/browse"
)

// Filler is what the list of artifacts reads, as browse.Browser.
type Filler interface {
	Artifacts(ctx context.Context, full string, page int) (browse.Page[browse.Artifact], error)
	Fill(ctx context.Context, full string, a browse.Artifact) (browse.Artifact, error)
}

// Artifacts are those of one repository. What costs the server time, such as the
// summary of a scan, is read for the rows in sight.
type Artifacts struct {
	browser Filler
	full    string
	changed func()
	gate    *gate
	list    *browse.List[browse.Artifact]

	mu    sync.Mutex
	fills map[string]*fill
	jobs  sync.WaitGroup
	ended bool
}

type fill struct {
	cancel context.CancelFunc
	done   bool
	a      browse.Artifact
}

// HarborPage is how many artifacts a page of a Harbor has here.
const HarborPage = 50

// NewArtifacts makes the list; harbor says whether the registry is one.
func NewArtifacts(b Filler, full string, harbor bool, changed func()) *Artifacts {
	a := &Artifacts{browser: b, full: full, changed: changed, gate: newGate(), fills: map[string]*fill{}}
	size := browse.PageSize
	if harbor {
		size = HarborPage
	}
	a.list = browse.NewList(size, func(ctx context.Context, page int) (browse.Page[browse.Artifact], error) {
		ctx, done := a.gate.within(ctx)
		defer done()
		got, err := b.Artifacts(ctx, full, page)
		if ctx.Err() != nil {
			return got, context.Canceled
		}
		return got, err
	}, changed)
	return a
}

// Repository is whose artifacts they are.
func (a *Artifacts) Repository() string { return a.full }

// Len, Known and Err are those of the list.
func (a *Artifacts) Len() int { return a.list.Len() }

// Known is whether the first answer came.
func (a *Artifacts) Known() bool { return a.list.Known() }

// Err is why a page did not come.
func (a *Artifacts) Err() error { return a.list.Err() }

// At is a row, with what was read of it since.
func (a *Artifacts) At(row int) (browse.Artifact, browse.RowState) {
	x, state := a.list.At(row)
	if state != browse.RowReady {
		return x, state
	}
	if x.Digest == "" && len(x.Tags) == 0 {
		return x, browse.RowEmpty // a page that became shorter
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if f := a.fills[ArtifactKey(x)]; f != nil && f.done {
		return f.a, state
	}
	return x, state
}

// ArtifactKey tells artifacts of one list apart.
func ArtifactKey(x browse.Artifact) string {
	if x.Digest == "" && len(x.Tags) > 0 {
		return "t:" + x.Tags[0]
	}
	return "d:" + x.Digest
}

// Show says which rows are in sight.
func (a *Artifacts) Show(first, last int) {
	a.gate.look(first, last)
	if a.gate.closed() {
		return
	}
	a.list.Show(first, last)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended {
		return
	}
	wanted := map[string]bool{}
	for i := max(first, 0); i <= last; i++ {
		x, state := a.list.At(i)
		if state != browse.RowReady {
			continue
		}
		key := ArtifactKey(x)
		wanted[key] = true
		if a.fills[key] == nil {
			a.want(key, x)
		}
	}
	for key, f := range a.fills {
		if !f.done && !wanted[key] {
			f.cancel()
			delete(a.fills, key)
		}
	}
}

// want reads what a row lacks; its caller holds the lock.
func (a *Artifacts) want(key string, x browse.Artifact) {
	ctx, cancel := context.WithCancel(context.Background())
	f := &fill{cancel: cancel, a: x}
	a.fills[key] = f
	a.jobs.Go(func() {
		ctx, done := a.gate.within(ctx)
		defer done()
		defer cancel()
		got, err := a.browser.Fill(ctx, a.full, x)
		a.mu.Lock()
		if a.fills[key] != f {
			a.mu.Unlock()
			return
		}
		if ctx.Err() != nil {
			delete(a.fills, key)
			a.mu.Unlock()
			return
		}
		// A row that cannot be filled keeps what it has and is not asked for again.
		f.done = true
		if err == nil {
			f.a = got
		}
		a.mu.Unlock()
		a.changed()
	})
}

// Forget has a row read anew, as after a scan.
func (a *Artifacts) Forget(digest string) {
	a.mu.Lock()
	delete(a.fills, "d:"+digest)
	a.mu.Unlock()
}

// Retry asks again for what failed.
func (a *Artifacts) Retry() {
	a.list.Retry()
	a.again()
}

// Pause breaks off every request; Resume asks again for what is in sight.
func (a *Artifacts) Pause() { a.gate.shut() }

// Resume asks again for what is in sight.
func (a *Artifacts) Resume() {
	a.gate.reopen()
	a.again()
}

func (a *Artifacts) again() {
	if first, last, ok := a.gate.looked(); ok {
		a.Show(first, last)
	}
}

// Close ends every request and waits.
func (a *Artifacts) Close() {
	a.gate.shut()
	a.mu.Lock()
	a.ended = true
	for _, f := range a.fills {
		f.cancel()
	}
	a.mu.Unlock()
	a.list.Close()
	a.jobs.Wait()
}
