package filelock

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"tacklebox/platform/testbed"
)

func TestMain(m *testing.M) {
	if path := os.Getenv("TACKLEBOX_TEST_LOCK"); path != "" {
		if _, err := Wait(path, testbed.Deadline); err != nil {
			os.Exit(1)
		}
		_, _ = os.Stdin.Read(make([]byte, 1)) // hold it until killed
	}
	os.Exit(m.Run())
}

func TestOneHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := Try(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Try(path); !errors.Is(err, ErrLocked) {
		t.Errorf("second: %v", err)
	}
	start := time.Now()
	if _, err := Wait(path, 50*time.Millisecond); !errors.Is(err, ErrLocked) || time.Since(start) < 50*time.Millisecond {
		t.Errorf("waiting: %v after %v", err, time.Since(start))
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := Wait(path, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	_ = again.Release()
}

// TestKilledHolder: a process that dies gives its lock back.
func TestKilledHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TACKLEBOX_TEST_LOCK="+path)
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	testbed.Wait(t, "the other process's lock", func() bool {
		l, err := Try(path)
		if err == nil {
			_ = l.Release()
		}
		return errors.Is(err, ErrLocked)
	})
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	l, err := Wait(path, testbed.Deadline)
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Release()
}

func TestNoFolder(t *testing.T) {
	if _, err := Try(filepath.Join(t.TempDir(), "none", "lock")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
