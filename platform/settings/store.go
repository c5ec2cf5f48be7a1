package settings

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"time"

	"tacklebox/platform/filelock"
)

// lockTimeout is how long a change waits for another process to finish its own.
const lockTimeout = 2 * time.Second

// Store is the open settings file. It is safe for use by several goroutines, and
// several processes can have the same file open: each change is made to what
// stands in the file at that moment.
type Store struct {
	dir     string
	now     func() time.Time
	warning error

	// writing serialises this process's writers; it is never held together with
	// mu except in that order.
	writing sync.Mutex

	mu          sync.Mutex
	current     Settings
	later       []func(*Settings)
	laterBusy   chan struct{} // closed when the background writer is done; nil when none runs
	laterErr    error
	subscribers map[int]func(Settings)
	nextID      int
}

// Open reads the settings in the data folder dir. A file that cannot be
// understood is kept aside and told by Warning; the error is only for a folder
// that cannot be used at all, and even then the store works in memory.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir, now: time.Now, current: Default().sane(), subscribers: map[int]func(Settings){}}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return s, fmt.Errorf("open settings in %q: %w", dir, err)
	}
	d, err := s.loadLocked()
	s.current, s.warning = d.settings, err
	return s, nil
}

// loadLocked reads the file while no other process writes it.
func (s *Store) loadLocked() (document, error) {
	lock, err := filelock.Wait(s.lockPath(), lockTimeout)
	if err != nil {
		// Reading without the lock is safe, since files are replaced whole; only
		// keeping a broken one aside could meet another process doing the same.
		return load(s.dir, s.now)
	}
	defer lock.Release()
	return load(s.dir, s.now)
}

// Warning is what was odd about the file when it was opened: a *BrokenFile that
// says where the old one went, or nil.
func (s *Store) Warning() error { return s.warning }

// Path is the settings file.
func (s *Store) Path() string { return filepath.Join(s.dir, fileName) }

// lockPath is the file whose lock a writer holds. It is not the settings file,
// which is replaced by each write.
func (s *Store) lockPath() string { return filepath.Join(s.dir, fileName+".lock") }

// Get is a copy of the settings as they are now.
func (s *Store) Get() Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current.clone()
}

// Update makes a change and writes it to disk before it returns, so it must not
// be called on Fyne's goroutine: see Later. change may be called more than once
// and must only touch the settings it is given.
func (s *Store) Update(change func(*Settings)) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	lock, err := filelock.Wait(s.lockPath(), lockTimeout)
	if err != nil {
		return fmt.Errorf("change settings in %q: %w", s.dir, err)
	}
	defer lock.Release()
	d, err := load(s.dir, s.now)
	if broken := (*BrokenFile)(nil); err != nil && !errors.As(err, &broken) {
		return err
	} else if broken != nil {
		// Somebody broke the file while we had it open; what we knew still holds.
		d.settings = s.Get()
	}
	if d.version > version {
		if err := keepNewer(s.dir, d.version); err != nil {
			return err
		}
	}
	before, existed := d.settings.clone(), err == nil && s.exists()
	change(&d.settings)
	d.settings = d.settings.sane()
	if !existed || !reflect.DeepEqual(before, d.settings) {
		if err := save(s.dir, d); err != nil {
			return err
		}
	}
	s.publish(d.settings)
	return nil
}

// exists says whether the file is there.
func (s *Store) exists() bool {
	_, err := os.Stat(s.Path())
	return err == nil
}

// keepNewer keeps one copy of a file written by a newer Tacklebox before this
// one writes over it.
func keepNewer(dir string, newer int) error {
	path := filepath.Join(dir, fileName)
	aside := fmt.Sprintf("%s.version-%d", path, newer)
	content, err := readBounded(path)
	if err != nil {
		return fmt.Errorf("keep newer settings %q aside: %w", path, err)
	}
	f, err := os.OpenFile(aside, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil // kept already
	}
	if err == nil {
		_, err = f.Write(content)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return fmt.Errorf("keep newer settings %q aside: %w", path, err)
	}
	return nil
}

// Later makes a change at once in memory and writes it to disk from a goroutine
// of its own, so it can be called on Fyne's goroutine. Flush waits for the disk.
// change is called again on what then stands in the file.
func (s *Store) Later(change func(*Settings)) {
	s.mu.Lock()
	next := s.current.clone()
	change(&next)
	s.later = append(s.later, change)
	if s.laterBusy == nil {
		s.laterBusy = make(chan struct{})
		go s.writeLater(s.laterBusy)
	}
	s.mu.Unlock()
	s.publish(next.sane())
}

// writeLater writes what Later was given until nothing is left.
func (s *Store) writeLater(done chan struct{}) {
	for {
		s.mu.Lock()
		changes := s.later
		s.later = nil
		if len(changes) == 0 {
			s.laterBusy = nil
			close(done)
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		err := s.Update(func(set *Settings) {
			for _, change := range changes {
				change(set)
			}
		})
		s.mu.Lock()
		s.laterErr = err
		s.mu.Unlock()
	}
}

// Flush waits until what Later was given is on disk and says how that went.
func (s *Store) Flush(ctx context.Context) error {
	s.mu.Lock()
	busy := s.laterBusy
	s.mu.Unlock()
	if busy != nil {
		select {
		case <-busy:
		case <-ctx.Done():
			return fmt.Errorf("write settings in %q: %w", s.dir, ctx.Err())
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.laterErr
	s.laterErr = nil
	return err
}

// Reload takes over what another process wrote.
func (s *Store) Reload() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	d, err := s.loadLocked()
	if err != nil {
		return err
	}
	s.publish(d.settings)
	return nil
}

// Subscribe has f called after each change with the new settings, on the
// goroutine that made the change (for Later on both the caller's and the
// writer's); cancel ends that.
func (s *Store) Subscribe(f func(Settings)) (cancel func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.nextID
	s.nextID++
	s.subscribers[id] = f
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.subscribers, id)
	}
}

// publish makes next the current settings, with the changes that are still to
// be written on top, and tells the subscribers when that differs.
func (s *Store) publish(next Settings) {
	s.mu.Lock()
	next = next.clone()
	for _, change := range s.later {
		change(&next)
	}
	next = next.sane()
	if reflect.DeepEqual(s.current, next) {
		s.mu.Unlock()
		return
	}
	s.current = next
	ids := make([]int, 0, len(s.subscribers))
	for id := range s.subscribers {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	told := make([]func(Settings), 0, len(ids))
	for _, id := range ids {
		told = append(told, s.subscribers[id])
	}
	s.mu.Unlock()
	for _, f := range told {
		f(next.clone())
	}
}
