// Package filelock holds a lock that other processes see and that the system
// gives back when its holder dies, so that a crash never leaves it behind.
package filelock

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// ErrLocked is returned while another process, or another Lock in this one, holds the lock.
var ErrLocked = errors.New("another process holds it")

// Lock is a held lock.
type Lock struct{ f *os.File }

// Try takes the lock on the file at path at once or returns ErrLocked. The file
// is made when it is absent and stays there.
func Try(path string) (*Lock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock %q: %w", path, err)
	}
	if err := tryLock(f); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock %q: %w", path, err)
	}
	return &Lock{f: f}, nil
}

// Wait takes the lock on the file at path within timeout.
func Wait(path string, timeout time.Duration) (*Lock, error) {
	deadline := time.Now().Add(timeout)
	wait := time.Millisecond
	for {
		l, err := Try(path)
		if err == nil || !errors.Is(err, ErrLocked) || time.Now().After(deadline) {
			return l, err
		}
		time.Sleep(wait)
		wait = min(2*wait, 50*time.Millisecond)
	}
}

// Release gives the lock back.
func (l *Lock) Release() error { return l.f.Close() } // closing unlocks

// File is the locked file, for its holder to write in.
func (l *Lock) File() *os.File { return l.f }
