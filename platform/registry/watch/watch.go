// Package watch looks at every connected Harbor once a minute, for the tray and
// for notices: its health, failed replications, queues that are stuck, and what
// is about to expire.
package watch

import (
	"context"
	"slices"
	"sync"
	"time"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/harbor"
)

// The measures of the watch.
const (
	// Every is how often a connection is looked at.
	Every = time.Minute
	// StuckAfter is how long the oldest job of a queue waits before the queue is
	// called stuck.
	StuckAfter = 15 * time.Minute
	// CertificateSoon and RobotSoon are when an end is near.
	CertificateSoon = 14 * 24 * time.Hour
	RobotSoon       = 7 * 24 * time.Hour

	roundTimeout = 45 * time.Second
	// seldom is how often is asked what hardly changes, or what was forbidden.
	seldom = time.Hour
	// executions is how many runs of replications are looked at for how each policy
	// is, failures is how many pages of failed ones are read for what is told.
	executions = 20
	failures   = 5
)

// State is how a connection is, from good to bad.
type State int

// The states, each worse than the one before.
const (
	Unknown State = iota // not looked at yet, or not watched
	Good
	Attention // something failed or is about to expire
	Trouble   // a component is unhealthy, or nothing answers
)

// Component is a part of a Harbor, with the time since when it is as it is.
type Component struct {
	Name    string
	Healthy bool
	Error   string
	Since   time.Time
}

// Status is what a round found.
type Status struct {
	ID    string // of the connection
	Title string
	State State
	At    time.Time
	// Components are empty for what is no Harbor.
	Components []Component
	// Failed are the replications that failed last, Stuck the queues that are.
	Failed []harbor.Execution
	Stuck  []harbor.Queue
	// Refused is set when the credential was refused: it is not used since.
	Refused *registry.Refusal
	// Expires is the certificate's end, zero without one.
	Expires time.Time
	// Err is why nothing answers.
	Err error
}

// Kind is what a notice is about.
type Kind string

// The kinds of notices.
const (
	NoticeDown        Kind = "down"      // the registry does not answer as it should; see Err
	NoticeUnhealthy   Kind = "unhealthy" // a component
	NoticeReplication Kind = "replication"
	NoticeQueue       Kind = "queue"
	NoticeCertificate Kind = "certificate"
	NoticeRobot       Kind = "robot"
	NoticeRefused     Kind = "refused"
)

// Notice is told once, and again only after it was over.
type Notice struct {
	Kind  Kind
	ID    string // of the connection
	Title string
	// Object is a component, a policy's name or number, a queue, or an account.
	Object string
	// Count is how many runs of a replication failed since the last round.
	Count int
	// Err is why a registry is down.
	Err error
	// Detail is the server's own word for it.
	Detail string
	// Until is when it ends, for what expires.
	Until time.Time
}

// Options of a watch.
type Options struct {
	Store *connect.Store
	// Changed is called with all states after each round that changed one, Notify
	// with each notice. Both come from the watch's goroutines and must not wait.
	Changed func([]Status)
	Notify  func(Notice)
	Now     func() time.Time
}

// Watch goes round until its context ends.
type Watch struct {
	o       Options
	started time.Time

	mu   sync.Mutex
	seen map[string]*memory
	all  []Status
}

// memory is what is remembered of one connection.
type memory struct {
	told       map[notice]bool // notices that stand
	components map[string]Component
	baseline   bool
	known      map[int64]bool // executions that were told, or are older than we
	// failing are, by policy, the last runs as far as those failed.
	failing map[int64]harbor.Execution
	// policies are the names of those that were told of.
	policies  map[int64]string
	notBefore time.Time
	asked     map[string]time.Time // what is asked seldom, and when it was
	expires   time.Time
}

// New makes a watch that has not begun.
func New(o Options) *Watch {
	if o.Store == nil {
		panic("watch: no store")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Changed == nil {
		o.Changed = func([]Status) {}
	}
	if o.Notify == nil {
		o.Notify = func(Notice) {}
	}
	return &Watch{o: o, started: o.Now(), seen: map[string]*memory{}}
}

// Run goes round until ctx ends.
func (w *Watch) Run(ctx context.Context) {
	tick := time.NewTicker(Every)
	defer tick.Stop()
	for {
		w.Round(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Statuses are the states as of the last round.
func (w *Watch) Statuses() []Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.all)
}

// Worst is the worst of some states.
func Worst(all []Status) State {
	worst := Unknown
	for _, s := range all {
		worst = max(worst, s.State)
	}
	return worst
}

// Round looks at every connection once.
func (w *Watch) Round(ctx context.Context) {
	connections, err := w.o.Store.Connections()
	if err != nil {
		return // whoever shows the connections says so
	}
	results := make([]Status, len(connections))
	var jobs sync.WaitGroup
	room := make(chan struct{}, 4)
	for i, c := range connections {
		results[i] = Status{ID: c.ID, Title: c.Title()}
		if c.NoWatch {
			continue
		}
		jobs.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			ctx, cancel := context.WithTimeout(ctx, roundTimeout)
			defer cancel()
			results[i] = w.look(ctx, c)
		})
	}
	jobs.Wait()
	if ctx.Err() != nil {
		return
	}
	w.mu.Lock()
	w.all = results
	for id := range w.seen {
		if !slices.ContainsFunc(connections, func(c registry.Connection) bool { return c.ID == id && !c.NoWatch }) {
			delete(w.seen, id)
		}
	}
	w.mu.Unlock()
	w.o.Changed(slices.Clone(results))
}

// memoryOf gives what is remembered; only the round of that connection uses it.
func (w *Watch) memoryOf(id string) *memory {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := w.seen[id]
	if m == nil {
		m = &memory{told: map[notice]bool{}, components: map[string]Component{}, known: map[int64]bool{}, failing: map[int64]harbor.Execution{}, policies: map[int64]string{}, asked: map[string]time.Time{}}
		w.seen[id] = m
	}
	return m
}

// last is the status before this round.
func (w *Watch) last(id string) (Status, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.all {
		if s.ID == id {
			return s, true
		}
	}
	return Status{}, false
}
