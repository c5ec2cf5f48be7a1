// Package service is the latency job of one data folder: its targets, what is
// measured of them, and what is kept. The first process to open a folder
// measures; others look at what that one has measured.
package service

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/monitor"
	"tacklebox/platform/latency/probe"
)

// Folder is where the history lies in a data folder.
func Folder(dataDir string) string { return filepath.Join(dataDir, "latency") }

// Options of a service.
type Options struct {
	// Dir is the folder of the history: see Folder.
	Dir string
	// Open gives the engine for a kind of probe.
	Open func(latency.Kind) (probe.Engine, error)
	// LookOnly never measures, also when nobody else does.
	LookOnly bool
	// MaxRate caps the probes a second; 0 is monitor.DefaultMaxRate.
	MaxRate float64
	// Sender delivers alerts; the zero one knows no desktop and no keychain.
	Sender channel.Sender
	// Now and Clocks are the machine's when nil.
	Now    func() time.Time
	Clocks monitor.Clocks
	// Resolve is the system's resolver when nil.
	Resolve func(ctx context.Context, host string, family latency.Family) ([]netipAddr, error)
}

// Service is an open data folder. Its methods may be called from any goroutine;
// those that take a context, and Open and Close, touch the disk.
type Service struct {
	o     Options
	store *history.Store
	mon   *monitor.Monitor // nil in a process that only looks

	// edit is held while targets are changed, so that changes come one by one.
	edit sync.Mutex

	mu       sync.Mutex // guards what follows; never held while anything waits
	targets  []latency.Target
	live     map[latency.TargetID]*ring
	paused   bool
	storeErr error // of rows
	keepErr  error // of settings and events
	subs     map[int]func([]latency.Result)
	nextSub  int
	first    map[latency.TargetID]uint64 // the sequence numbers with which this run begins
	reserved map[latency.TargetID]uint64 // sequence numbers below these may be in use
	seen     map[latency.TargetID]*sight // of follow's goroutine

	alerts alerts
	notes  chan history.Event
	raised raised
	cancel context.CancelFunc
	jobs   sync.WaitGroup
	once   sync.Once
}

// Open opens the folder and begins to measure, unless another process does.
func Open(o Options) (*Service, error) {
	if o.Open == nil {
		panic("service: no engines")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Service{o: o, live: map[latency.TargetID]*ring{}, subs: map[int]func([]latency.Result){}, seen: map[latency.TargetID]*sight{},
		reserved: map[latency.TargetID]uint64{}, notes: make(chan history.Event, 256)}
	var err error
	s.store, err = history.Open(o.Dir, history.Options{ReadOnly: o.LookOnly, Now: o.Now, OnError: s.storeFailed})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	if err := s.begin(ctx); err != nil {
		cancel()
		s.jobs.Wait()
		if s.alerts.queue != nil {
			s.alerts.queue.Close()
		}
		_ = s.store.Close()
		return nil, err
	}
	return s, nil
}

func (s *Service) begin(ctx context.Context) error {
	list, err := s.store.Targets(ctx)
	if err != nil {
		return err
	}
	s.targets = list
	for _, t := range list {
		s.live[t.ID] = newRing(t.Interval)
	}
	if err := s.loadAlerts(ctx); err != nil {
		return err
	}
	if !s.store.Writer() {
		s.jobs.Go(func() { s.follow(ctx) })
		return nil
	}
	if err := s.resume(ctx); err != nil {
		return err
	}
	s.mon = monitor.New(monitor.Options{Open: s.o.Open, Sink: s.sink, Notice: s.notice, MaxRate: s.o.MaxRate, Clocks: s.o.Clocks, Resolve: s.o.Resolve})
	if s.paused {
		_ = s.mon.Pause(true) // it is open
	}
	s.saveSeqs(reserve)
	s.jobs.Go(func() { s.keep(ctx) })
	return s.mon.Set(s.specs())
}

// Close ends measuring, writes what is buffered and closes the files.
func (s *Service) Close() (err error) {
	s.once.Do(func() {
		if s.mon != nil {
			_ = s.mon.Close()
			s.saveSeqs(0) // what was sent up to the end counts
		}
		s.cancel()
		s.jobs.Wait()
		if s.mon != nil {
			s.alerts.queue.Close()
			s.saveNotes()
			s.saveStanding()
			s.saveUndelivered()
			s.saveAlive()
		}
		err = s.store.Close()
	})
	return err
}

// Writer is true for the process that measures.
func (s *Service) Writer() bool { return s.mon != nil }

// Store is the history, for reading: columns, samples, outages, events.
func (s *Service) Store() *history.Store { return s.store }

// Targets are all targets in their order.
func (s *Service) Targets() []latency.Target {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.targets)
}

// Target is one target, and false when there is none with this ID.
func (s *Service) Target(id latency.TargetID) (latency.Target, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.targets {
		if t.ID == id {
			return t, true
		}
	}
	return latency.Target{}, false
}

// Subscribe has f called with the rows as they are decided, in a process that
// only looks with those that became visible. f is called from one goroutine at a
// time, must not wait, must not call the service and keeps nothing of the slice.
func (s *Service) Subscribe(f func([]latency.Result)) (cancel func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextSub++
	id := s.nextSub
	s.subs[id] = f
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.subs, id)
	}
}

// specs are the targets as the monitor takes them. Seqs go on where an earlier run had
// reserved them up to.
func (s *Service) specs() []monitor.Spec {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]monitor.Spec, len(s.targets))
	for i, t := range s.targets {
		out[i] = monitor.Spec{Target: t, FirstSeq: s.first[t.ID]}
	}
	return out
}

// sink takes rows from the monitor.
func (s *Service) sink(rows []latency.Result) {
	// The store is open as long as the monitor runs, and buffers.
	_ = s.store.Append(rows)
	s.publish(rows)
	s.observe(rows)
}

func (s *Service) publish(rows []latency.Result) {
	s.mu.Lock()
	for i := range rows {
		if r := s.live[rows[i].Target]; r != nil {
			r.add(&rows[i])
		}
	}
	subs := make([]func([]latency.Result), 0, len(s.subs))
	for _, f := range s.subs {
		subs = append(subs, f)
	}
	s.mu.Unlock()
	for _, f := range subs {
		f(rows)
	}
}

// storeFailed takes what came of writing or reading rows.
func (s *Service) storeFailed(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.storeErr = err
}

// kept takes what came of writing something else than rows: the next success says
// that all is well again.
func (s *Service) kept(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keepErr = err
}

// Add keeps new targets after those there are and begins to measure them. It
// gives them with their IDs.
func (s *Service) Add(ctx context.Context, list []latency.Target) ([]latency.Target, error) {
	list = slices.Clone(list)
	err := s.change(ctx, func(all []latency.Target) ([]latency.Target, error) {
		for i := range list {
			list[i].ID = 0
			if err := s.store.SaveTarget(&list[i], len(all)); err != nil {
				return all, err
			}
			all = append(all, list[i])
		}
		return all, nil
	})
	return list, err
}

// Change keeps targets that are there with other settings.
func (s *Service) Change(ctx context.Context, changed ...latency.Target) error {
	return s.change(ctx, func(all []latency.Target) ([]latency.Target, error) {
		for _, t := range changed {
			i := slices.IndexFunc(all, func(o latency.Target) bool { return o.ID == t.ID })
			if i < 0 {
				return all, fmt.Errorf("change target %d: there is no such target", t.ID)
			}
			if err := s.store.SaveTarget(&t, i); err != nil {
				return all, err
			}
			all[i] = t
		}
		return all, nil
	})
}

// Remove forgets targets and their history.
func (s *Service) Remove(ctx context.Context, ids ...latency.TargetID) error {
	return s.change(ctx, func(all []latency.Target) ([]latency.Target, error) {
		for _, id := range ids {
			if err := s.store.DeleteTarget(id); err != nil {
				return all, err
			}
			all = slices.DeleteFunc(all, func(t latency.Target) bool { return t.ID == id })
		}
		return all, nil
	})
}

// Arrange puts the targets into the order of ids; those that are not named come
// after them as they were.
func (s *Service) Arrange(ctx context.Context, ids []latency.TargetID) error {
	return s.change(ctx, func(all []latency.Target) ([]latency.Target, error) {
		place := map[latency.TargetID]int{}
		for i, id := range ids {
			place[id] = i - len(ids)
		}
		slices.SortStableFunc(all, func(a, b latency.Target) int { return cmp.Compare(place[a.ID], place[b.ID]) })
		for i := range all {
			if err := s.store.SaveTarget(&all[i], i); err != nil {
				return all, err
			}
		}
		return all, nil
	})
}

// change makes a change to the targets on disk, in memory and in the monitor.
func (s *Service) change(ctx context.Context, do func([]latency.Target) ([]latency.Target, error)) error {
	s.edit.Lock()
	defer s.edit.Unlock()
	if s.mon == nil {
		return history.ErrReader
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	all, err := do(s.Targets())
	s.mu.Lock()
	s.targets = all
	kept := map[latency.TargetID]*ring{}
	for _, t := range all {
		if kept[t.ID] = s.live[t.ID]; kept[t.ID] == nil {
			kept[t.ID] = newRing(t.Interval)
		}
	}
	s.live = kept
	s.mu.Unlock()
	s.saveSeqs(reserve) // before the first is used
	if setErr := s.mon.Set(s.specs()); err == nil {
		err = setErr
	}
	s.retarget()
	return err
}

// PauseAll holds all measuring, or lets it go on; that is remembered.
func (s *Service) PauseAll(ctx context.Context, paused bool) error {
	s.edit.Lock()
	defer s.edit.Unlock()
	if s.mon == nil {
		return history.ErrReader
	}
	if err := s.mon.Pause(paused); err != nil {
		return err
	}
	s.mu.Lock()
	s.paused = paused
	s.mu.Unlock()
	return s.savePaused(ctx, paused)
}
