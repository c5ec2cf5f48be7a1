// Package model is what the Registries tab shows, without a window: the tree of
// projects and repositories, of which only what is in sight is fetched.
package model

import (
	"context"
	"sync"

	"tacklebox/platform/registry/browse"
)

// Browser is what the tree reads, as browse.Browser.
type Browser interface {
	Projects(ctx context.Context, text string, page int) (browse.Page[browse.Project], error)
	Repositories(ctx context.Context, project, text string, page int) (browse.Page[browse.Repository], error)
}

// Kind is what a row of the tree is.
type Kind int

// The kinds of rows.
const (
	RowProject Kind = iota
	RowRepository
	RowPending // is being fetched, or will be once it is in sight
	RowFailed  // could not be fetched; see Row.Err
	RowNone    // an open project without repositories
)

// Row is one line of the tree.
type Row struct {
	Key  string
	Kind Kind
	// Depth is 1 for what stands below a project.
	Depth      int
	Open       bool
	Project    browse.Project
	Repository browse.Repository
	Err        error
}

// Selectable is false for what only fills a place.
func (r Row) Selectable() bool { return r.Kind == RowProject || r.Kind == RowRepository }

// ProjectKey is the key of a project's row.
func ProjectKey(name string) string { return "p:" + name }

// RepositoryKey is the key of a repository's row.
func RepositoryKey(name string) string { return "r:" + name }

// RepositoryOf is the repository of a key, "" for another kind of row.
func RepositoryOf(key string) string {
	if len(key) > 2 && key[:2] == "r:" {
		return key[2:]
	}
	return ""
}

// Tree is projects with the repositories of those that are open or, while a text
// is searched for and where a registry has no projects, repositories alone. Its
// methods are called from one goroutine; what is fetched comes by changed.
type Tree struct {
	browser Browser
	changed func()

	gate  *gate
	flat  bool // this registry has no projects
	query string

	top   *part[browse.Project]
	found *part[browse.Repository]
	open  map[string]*part[browse.Repository]
	gone  sync.WaitGroup

	rows []span // of the last Layout
	len  int
}

// part is a list with a gate that breaks its requests off.
type part[T any] struct {
	list *browse.List[T]
	gate *gate
}

// span is a stretch of rows: one project, or the repositories of one.
type span struct {
	from    int
	project int // index of the project, -1 for none
	name    string
	list    *part[browse.Repository]
	count   int
}

// NewTree makes a tree that asks nothing before it is shown. flat is for a registry
// without projects. changed is called from other goroutines and must not wait.
func NewTree(b Browser, flat bool, changed func()) *Tree {
	t := &Tree{browser: b, changed: changed, flat: flat, gate: newGate(), open: map[string]*part[browse.Repository]{}}
	if flat {
		t.found = t.repositories("", "")
	} else {
		t.top = newPart(t, browse.PageSize, func(ctx context.Context, page int) (browse.Page[browse.Project], error) {
			return b.Projects(ctx, "", page)
		})
	}
	t.Layout()
	return t
}

func newPart[T any](t *Tree, size int, fetch func(context.Context, int) (browse.Page[T], error)) *part[T] {
	p := &part[T]{gate: newGate()}
	p.list = browse.NewList(size, func(ctx context.Context, page int) (browse.Page[T], error) {
		ctx, done := p.gate.within(ctx)
		defer done()
		got, err := fetch(ctx, page)
		if ctx.Err() != nil {
			return got, context.Canceled
		}
		return got, err
	}, t.changed)
	return p
}

func (t *Tree) repositories(project, text string) *part[browse.Repository] {
	return newPart(t, browse.PageSize, func(ctx context.Context, page int) (browse.Page[browse.Repository], error) {
		return t.browser.Repositories(ctx, project, text, page)
	})
}

// Search shows the repositories of all projects whose name holds a text; "" goes
// back to the tree.
func (t *Tree) Search(text string) {
	if text == t.query {
		return
	}
	t.query = text
	if t.found != nil {
		t.drop(t.found)
		t.found = nil
	}
	if text != "" || t.flat {
		t.found = t.repositories("", text)
	}
	t.Layout()
}

// Query is what is searched for.
func (t *Tree) Query() string { return t.query }

// drop ends a list without waiting for it here.
func (t *Tree) drop(p *part[browse.Repository]) {
	p.gate.shut()
	t.gone.Go(p.list.Close)
}

// Toggle opens or closes a project.
func (t *Tree) Toggle(project string) {
	if p := t.open[project]; p != nil {
		t.drop(p)
		delete(t.open, project)
	} else {
		t.open[project] = t.repositories(project, "")
	}
	t.Layout()
}

// IsOpen tells whether a project is open.
func (t *Tree) IsOpen(project string) bool { return t.open[project] != nil }

// Layout counts the rows anew; to be called after changed.
func (t *Tree) Layout() {
	t.rows, t.len = t.rows[:0], 0
	if t.found != nil {
		t.add(span{project: -1, list: t.found, count: placeholders(t.found.list)})
		return
	}
	n := placeholders(t.top.list)
	for i := range n {
		p, state := t.top.list.At(i)
		open := t.open[p.Name]
		if state != browse.RowReady || open == nil {
			// Projects that are closed make one stretch.
			if k := len(t.rows) - 1; k >= 0 && t.rows[k].list == nil {
				t.rows[k].count++
				t.len++
				continue
			}
			t.add(span{project: i, count: 1})
			continue
		}
		t.add(span{project: i, name: p.Name, count: 1})
		t.add(span{project: -1, name: p.Name, list: open, count: placeholders(open.list)})
	}
}

func (t *Tree) add(s span) {
	s.from = t.len
	t.rows = append(t.rows, s)
	t.len += s.count
}

// placeholders is how many rows a list takes: one while nothing is known of it.
func placeholders[T any](l *browse.List[T]) int {
	if !l.Known() {
		return 1
	}
	return max(1, l.Len())
}

// Len is how many rows there are.
func (t *Tree) Len() int { return t.len }

// find is the stretch that a row is in.
func (t *Tree) find(row int) (span, bool) {
	lo, hi := 0, len(t.rows)
	for lo < hi {
		mid := (lo + hi) / 2
		if t.rows[mid].from+t.rows[mid].count <= row {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo >= len(t.rows) || row < t.rows[lo].from {
		return span{}, false
	}
	return t.rows[lo], true
}

// At is a row.
func (t *Tree) At(row int) Row {
	s, ok := t.find(row)
	if !ok {
		return Row{Key: "none", Kind: RowPending}
	}
	i := row - s.from
	if s.list != nil {
		return t.repositoryRow(s, i)
	}
	i += s.project
	p, state := t.top.list.At(i)
	key := "p#" + itoa(i)
	switch {
	case t.top.list.Known() && t.top.list.Len() == 0:
		return Row{Key: key, Kind: RowNone}
	case state == browse.RowReady && p.Name != "":
		return Row{Key: ProjectKey(p.Name), Kind: RowProject, Project: p, Open: t.open[p.Name] != nil}
	case state == browse.RowFailed:
		return Row{Key: key, Kind: RowFailed, Err: t.top.list.Err()}
	}
	return Row{Key: key, Kind: RowPending}
}

func (t *Tree) repositoryRow(s span, i int) Row {
	r, state := s.list.list.At(i)
	depth := 0
	if s.name != "" {
		depth = 1
	}
	key := "r#" + s.name + "#" + itoa(i)
	switch {
	case s.list.list.Known() && s.list.list.Len() == 0:
		return Row{Key: key, Kind: RowNone, Depth: depth}
	case state == browse.RowReady && r.Name != "":
		return Row{Key: RepositoryKey(r.Name), Kind: RowRepository, Depth: depth, Repository: r}
	case state == browse.RowFailed:
		return Row{Key: key, Kind: RowFailed, Depth: depth, Err: s.list.list.Err()}
	}
	return Row{Key: key, Kind: RowPending, Depth: depth}
}

// Show says which rows are in sight: they are fetched, and what is no longer in
// sight is broken off.
func (t *Tree) Show(first, last int) {
	t.gate.look(first, last)
	if t.gate.closed() {
		return
	}
	low, high := -1, -1
	for _, s := range t.rows {
		end := s.from + s.count - 1
		inSight := s.from <= last && end >= first
		from, to := max(first, s.from)-s.from, min(last, end)-s.from
		switch {
		case s.list != nil && inSight:
			s.list.gate.reopen()
			s.list.list.Show(from, to)
		case s.list != nil:
			s.list.gate.shut()
		case inSight:
			if low < 0 {
				low = s.project + from
			}
			high = s.project + to
		}
	}
	if t.top != nil && t.found == nil && low >= 0 {
		t.top.list.Show(low, high)
	}
}

// Err is why the last page did not come, nil when it did.
func (t *Tree) Err() error {
	if t.found != nil {
		return t.found.list.Err()
	}
	if t.top == nil {
		return nil
	}
	return t.top.list.Err()
}

// Known is whether the first answer came.
func (t *Tree) Known() bool {
	if t.found != nil {
		return t.found.list.Known()
	}
	return t.top != nil && t.top.list.Known()
}

// Total is how many projects there are, or repositories that were found.
func (t *Tree) Total() int {
	if t.found != nil {
		return t.found.list.Len()
	}
	return t.top.list.Len()
}

// Retry asks again for what failed.
func (t *Tree) Retry() {
	if t.top != nil {
		t.top.list.Retry()
	}
	if t.found != nil {
		t.found.list.Retry()
	}
	for _, p := range t.open {
		p.list.Retry()
	}
	t.again()
}

// Pause breaks off every request, as when nobody looks any more.
func (t *Tree) Pause() {
	t.gate.shut()
	if t.top != nil {
		t.top.gate.shut()
	}
	if t.found != nil {
		t.found.gate.shut()
	}
	for _, p := range t.open {
		p.gate.shut()
	}
}

// Resume asks again for what is in sight.
func (t *Tree) Resume() {
	if t.top != nil {
		t.top.gate.reopen()
	}
	t.gate.reopen()
	t.again()
}

func (t *Tree) again() {
	if first, last, ok := t.gate.looked(); ok {
		t.Show(first, last)
	}
}

// Close ends every request and waits for all of them.
func (t *Tree) Close() {
	t.Pause()
	if t.top != nil {
		t.top.list.Close()
	}
	if t.found != nil {
		t.found.list.Close()
	}
	for _, p := range t.open {
		p.list.Close()
	}
	t.gone.Wait()
}
