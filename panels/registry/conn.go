package registry

import (
	"context"
	"sync/atomic"

	"tacklebox/panels/registry/model"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/harbor"
)

// conn is the connection in front and what was read of it.
type conn struct {
	p  *Panel
	id string
	// c is as it was when it was chosen.
	c registry.Connection

	ctx    context.Context // ends with the connection
	cancel context.CancelFunc

	// looking ends when nobody looks any more.
	looking context.Context
	stop    context.CancelFunc

	opening bool
	open_   bool
	err     error
	session *connect.Session
	browser *browse.Browser
	client  *harbor.Client // nil for what is no Harbor
	facts   registry.Facts
	known   bool // the facts are all there
	// learning is true while they are asked for.
	learning bool

	engine engineWord

	tree *model.Tree
	arts *model.Artifacts
	// projects are the numbers of those that were seen, for the browser's pages.
	projects map[string]int64

	// quiet and plainSeen are true once the person closed what was said about it.
	quiet, plainSeen bool

	treeAsked atomic.Bool
	artsAsked atomic.Bool
}

func newConn(p *Panel, c registry.Connection) *conn {
	x := &conn{p: p, id: c.ID, c: c, projects: map[string]int64{}}
	x.ctx, x.cancel = context.WithCancel(p.ctx)
	x.looking, x.stop = context.WithCancel(x.ctx)
	return x
}

// background is the panel's, which ends with this connection.
func (x *conn) background(f func(ctx context.Context) func()) { x.p.within(x.ctx, f) }

// while runs f while somebody looks.
func (x *conn) while(f func(ctx context.Context) func()) { x.p.within(x.looking, f) }

// open asks what the registry is and whether it takes the credential.
func (x *conn) open() {
	if x.opening || x.open_ {
		return
	}
	x.opening, x.err = true, nil
	x.p.within(x.ctx, func(ctx context.Context) func() {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		session, err := x.p.deps.Store.Open(ctx, x.id)
		var facts registry.Facts
		var client *harbor.Client
		if err == nil {
			client, err = session.Harbor(ctx)
			facts = session.Known()
		}
		return func() {
			x.opening, x.session, x.facts, x.client, x.err = false, session, facts, client, err
			if err == nil {
				x.opened()
			}
			x.p.status()
			x.p.apply()
		}
	})
}

// learn asks whose the credential is and for the version, beside the first rows.
func (x *conn) learn() {
	if x.known || x.learning || x.looking.Err() != nil {
		return
	}
	x.learning = true
	x.while(func(ctx context.Context) func() {
		facts, err := x.session.Facts(ctx)
		var client *harbor.Client
		if err == nil {
			client, err = x.session.Harbor(ctx)
		}
		return func() {
			x.learning = false
			if err == nil && (client == nil) != (x.client == nil) {
				x.p.reopen() // it became another kind of registry since it was seen
				return
			}
			// Without them all goes on as it is: what is asked next says what is wrong.
			x.facts, x.known = facts, err == nil
			x.p.apply()
		}
	})
}

func (x *conn) opened() {
	x.open_ = true
	x.learn()
	x.browser = browse.New(x.session)
	x.tree = model.NewTree(x.browser, x.client == nil, func() { x.later(&x.treeAsked, x.p.master.treeChanged) })
	x.tree.Search(x.p.master.query())
	if !x.p.visible {
		x.tree.Pause()
	}
	x.p.detail.opened()
	x.p.master.treeChanged()
}

// later brings what came to the screen, once for however much came meanwhile.
func (x *conn) later(asked *atomic.Bool, do func()) {
	if asked.Swap(true) {
		return
	}
	x.p.deps.Do(func() {
		asked.Store(false)
		if !x.p.closed && x.p.conn == x {
			do()
		}
	})
}

// host is the registry's name, for confirmations.
func (x *conn) host() string { return x.c.Host() }

// readArtifacts begins with the artifacts of a repository.
func (x *conn) readArtifacts(full string) {
	x.dropArtifacts()
	x.arts = model.NewArtifacts(x.browser, full, x.client != nil, func() { x.later(&x.artsAsked, x.p.detail.artifactsChanged) })
	x.arts.Show(0, 0)
}

func (x *conn) dropArtifacts() {
	if old := x.arts; old != nil {
		x.arts = nil
		old.Pause()
		x.p.jobs.Go(old.Close)
	}
}

// pause breaks off what nobody looks at any more.
func (x *conn) pause() {
	x.stop()
	x.learning = false // broken off with the rest, and asked again by resume
	if x.tree != nil {
		x.tree.Pause()
	}
	if x.arts != nil {
		x.arts.Pause()
	}
}

// resume goes on where pause ended.
func (x *conn) resume() {
	if x.looking.Err() != nil {
		x.looking, x.stop = context.WithCancel(x.ctx)
	}
	if !x.open_ {
		x.open()
		return
	}
	x.learn()
	x.tree.Resume()
	if x.arts != nil {
		x.arts.Resume()
	}
}

func (x *conn) close() {
	x.cancel()
	x.stop()
	if tree := x.tree; tree != nil {
		tree.Pause()
		x.p.jobs.Go(tree.Close)
	}
	x.dropArtifacts()
}
