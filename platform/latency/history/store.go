// Package history keeps what was measured: raw samples, their roll-ups,
// targets, settings and events, in SQLite files below one folder.
//
// history.db holds everything but old raw samples, which lie in one file for each
// month (raw-2026-11.db). Results are buffered and written every few seconds in
// one transaction to the journal in history.db; when an hour is over it is sealed:
// compressed into its month's file and counted into roll-ups of a minute, five
// minutes, an hour and a day. Sealing can be repeated at any time with the same
// outcome, so it needs no transaction over several files.
package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ncruces/go-sqlite3"

	"tacklebox/platform/filelock"
	"tacklebox/platform/latency"
)

const (
	mainName = "history.db"
	lockName = "history.lock"
	// flushEvery leaves a second for the writing itself: ten seconds are what may
	// be lost.
	flushEvery = 9 * time.Second
	// sealAfter is how long after its end an hour is sealed: late answers and
	// long timeouts are in by then. What comes later still is sealed again.
	sealAfter = 3 * time.Minute
)

// ErrReader is what changing a store gives while another process measures into it.
var ErrReader = errors.New("another process measures into this folder")

// Options of a store. The zero value is ready.
type Options struct {
	// ReadOnly never becomes the writer.
	ReadOnly bool
	// Retention; nil is what SetRetention saved, at first DefaultRetention.
	Retention *Retention
	// OnError is told when writing fails and, with nil, when it works again; and,
	// once, of what queries find damaged. It is called from the store's goroutine or
	// a query's and must not call the store.
	OnError func(error)
	// Memory bounds what is held in memory while nothing can be written, in bytes;
	// 0 is 64 MB, which is a day of 300 targets. The oldest goes first.
	Memory int
	// Now is the clock; nil is time.Now.
	Now func() time.Time

	// Of tests: without a goroutine they call Flush, and the disk may be another.
	manual     bool
	flushEvery time.Duration
	vfs        string
}

// Store is an open history. Its methods may be called from any goroutine.
type Store struct {
	dir  string
	o    Options
	keep Retention
	lock *filelock.Lock // nil in a reader

	// mu guards what is in memory. It is never held while a file is touched.
	mu       sync.Mutex
	pending  []latency.Result
	building []latency.Result   // taken from pending, and not yet live
	spare    []latency.Result   // what pending uses next
	live     map[key][]*segment // by hour and order of writing: the journal
	unsaved  []*segment         // in live, not yet in the journal
	held     int                // bytes in unsaved
	dropped  uint64             // rows given up for want of space
	interval map[latency.TargetID]int64
	dirty    map[sealKey]bool // sealed hours that got more rows
	told     map[string]bool  // damage that OnError knows of

	// wmu guards the writing connection, in a reader the one that follows the
	// journal.
	wmu     sync.Mutex
	w       *sqlite3.Conn
	series  map[series]*grid
	byID    map[int64]*grid
	last    int64 // newest journal row in live
	sealed  int64 // hours before this one (µs) are rolled up
	failing bool
	defl    deflater

	rmu    sync.Mutex
	r      *sqlite3.Conn
	months map[string]*month
	uses   int64
	infl   inflater
	close  func()

	exports atomic.Int32 // running: nothing is sealed meanwhile
}

type key struct {
	target latency.TargetID
	node   latency.NodeID
}

type sealKey struct {
	key
	hour int64
}

// Open opens the history in dir, which is made when it is absent. The first
// process to open it writes; further ones read what that one has written, as a
// Store whose Writer is false.
func Open(dir string, o Options) (*Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.OnError == nil {
		o.OnError = func(error) {}
	}
	if o.flushEvery == 0 {
		o.flushEvery = flushEvery
	}
	if o.Memory == 0 {
		o.Memory = 64 << 20
	}
	s := &Store{dir: dir, o: o, live: map[key][]*segment{}, interval: map[latency.TargetID]int64{}, dirty: map[sealKey]bool{}, told: map[string]bool{}, series: map[series]*grid{}, byID: map[int64]*grid{}, months: map[string]*month{}, close: func() {}}
	if err := s.open(); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("open history in %q: %w", dir, unopened(err))
	}
	if s.Writer() && !o.manual {
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		s.close = func() { cancel(); <-done }
		go func() {
			defer close(done)
			s.run(ctx)
		}()
	}
	return s, nil
}

func (s *Store) open() error {
	if !s.o.ReadOnly {
		if err := os.MkdirAll(s.dir, 0o700); err != nil {
			return fmt.Errorf("make the folder: %w: choose another data folder", err)
		}
		// The folder may be new: without this a power cut could take it with all in it.
		if parent, err := os.Open(filepath.Dir(s.dir)); err == nil {
			_ = parent.Sync() // not everywhere possible
			_ = parent.Close()
		}
		lock, err := filelock.Try(filepath.Join(s.dir, lockName))
		if err != nil && !errors.Is(err, filelock.ErrLocked) {
			return err
		}
		s.lock = lock
	}
	path := filepath.Join(s.dir, mainName)
	var err error
	if !s.Writer() && s.o.vfs == "" {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is none yet: %w", err)
		}
	}
	if s.w, err = s.openMain(path); err != nil {
		return err
	}
	if s.r, err = s.openMain(path); err != nil {
		return err
	}
	if s.sealed, err = queryInt(s.w, "select value from meta where key='sealed'"); err != nil {
		return err
	}
	if err := errors.Join(s.loadRetention(), s.forgetLogins(), s.loadTargets()); err != nil {
		return err
	}
	return s.follow()
}

func (s *Store) openMain(path string) (*sqlite3.Conn, error) {
	if s.Writer() {
		return s.o.openFile(path, "wal", migrations)
	}
	if s.o.vfs == "" {
		if err := checkVersion(path, len(migrations)); err != nil {
			return nil, err
		}
	}
	c, err := sqlite3.OpenFlags(s.o.uri(path), sqlite3.OPEN_READWRITE|sqlite3.OPEN_URI)
	if err == nil {
		if err = c.Exec("pragma busy_timeout=10000; pragma query_only=1"); err != nil {
			_ = c.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("file %q: %w", path, err)
	}
	return c, nil
}

// Writer is true for the process that measures into this folder.
func (s *Store) Writer() bool { return s.lock != nil }

// Close writes what is buffered and closes the files.
func (s *Store) Close() error {
	s.close()
	s.close = func() {}
	var errs []error
	if s.w != nil && s.Writer() {
		errs = append(errs, s.Flush())
	}
	s.wmu.Lock()
	defer s.wmu.Unlock()
	s.rmu.Lock()
	defer s.rmu.Unlock()
	for name := range s.months {
		s.closeMonth(name)
	}
	if s.r != nil {
		errs = append(errs, s.r.Close())
		s.r = nil
	}
	if s.w != nil {
		errs = append(errs, s.w.Close())
		s.w = nil
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Release())
		s.lock = nil
	}
	return errors.Join(errs...)
}

func (s *Store) run(ctx context.Context) {
	tick := time.NewTicker(s.o.flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = s.Flush() // told through OnError
		}
	}
}
