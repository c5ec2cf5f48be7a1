package containers

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"tacklebox/platform/containers/launch"
)

// realEngine connects to the engine the tests use, with a data folder of this
// test's own so that no other session counts as ours.
func realEngine(t testing.TB) *Engine {
	t.Helper()
	return connectTo(t, os.Getenv("DOCKER_HOST"))
}

func connectTo(t testing.TB, host string) *Engine {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	ep := Endpoint{ID: host, Name: "test", Host: host, Origin: OriginExplicit}
	e, err := Connect(ctx, ep, Options{DataDir: t.TempDir(), AppVersion: "test", Home: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// launched starts a debug container that goes away with the test.
func launched(t testing.TB, e *Engine, spec launch.Spec) *Session {
	t.Helper()
	s, err := e.Launch(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), endTimeout)
		defer cancel()
		if err := e.End(ctx, s.ContainerID); err != nil && CauseOf(err) != CauseGone {
			t.Errorf("end %s: %v", s.Name, err)
		}
	})
	return s
}

// screen collects what a shell writes.
type screen struct {
	shell *Shell
	mu    sync.Mutex
	text  bytes.Buffer
	err   error
	wake  chan struct{}
}

func watchShell(s *Shell) *screen {
	v := &screen{shell: s, wake: make(chan struct{}, 1)}
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := s.Read(buf)
			v.mu.Lock()
			v.text.Write(buf[:n])
			v.err = err
			v.mu.Unlock()
			select {
			case v.wake <- struct{}{}:
			default:
			}
			if err != nil {
				return
			}
		}
	}()
	return v
}

func (v *screen) now() (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.text.String(), v.err
}

// until waits for text on the screen.
func (v *screen) until(t testing.TB, want string) string {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		text, err := v.now()
		if strings.Contains(text, want) {
			return text
		}
		if err != nil {
			t.Fatalf("the stream ended with %v before %q came; screen: %q", err, want, text)
		}
		select {
		case <-v.wake:
		case <-deadline:
			t.Fatalf("no %q within 10 s; screen: %q", want, text)
		}
	}
}

// untilEnd waits for the end of the stream.
func (v *screen) untilEnd(t testing.TB) (string, error) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		text, err := v.now()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return text, err
		}
		select {
		case <-v.wake:
		case <-deadline:
			t.Fatalf("the stream did not end within 10 s; screen: %q", text)
		}
	}
}

func (v *screen) send(t testing.TB, text string) {
	t.Helper()
	if _, err := v.shell.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

func openShell(t testing.TB, e *Engine, r ShellRequest) (*Shell, *screen) {
	t.Helper()
	r.TTY = true
	s, err := e.OpenShell(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, watchShell(s)
}
