package settings

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// errLocked is returned while another process holds the lock.
var errLocked = errors.New("another Tacklebox is writing them")

// lockFile takes the lock at path within timeout. The system gives it back when
// the process dies, so a crash never leaves it behind.
func lockFile(path string, timeout time.Duration) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock %q: %w", path, err)
	}
	deadline := time.Now().Add(timeout)
	wait := time.Millisecond
	for {
		err := tryLock(f)
		if err == nil {
			return func() { _ = f.Close() }, nil // closing unlocks
		}
		if !errors.Is(err, errLocked) || time.Now().After(deadline) {
			_ = f.Close()
			return nil, fmt.Errorf("lock %q: %w", path, err)
		}
		time.Sleep(wait)
		wait = min(2*wait, 50*time.Millisecond)
	}
}
