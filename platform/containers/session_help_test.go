package containers

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"

	"tacklebox/platform/containers/dockertest"
	"tacklebox/platform/containers/launch"
)

// realEngine connects to the engine the tests use, with a data folder of this
// test's own so that no other session counts as ours.
func realEngine(t testing.TB) (*Engine, *dockertest.Daemon) {
	t.Helper()
	d := dockertest.Engine(t)
	return connectTo(t, d.Host), d
}

func connectTo(t testing.TB, host string) *Engine {
	t.Helper()
	return connectAs(t, host, Options{DataDir: t.TempDir()})
}

func connectAs(t testing.TB, host string, o Options) *Engine {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	o.AppVersion, o.Home = "test", t.TempDir()
	o.Getenv = func(string) string { return "" }
	e, err := Connect(ctx, Endpoint{ID: host, Name: "test", Host: host, Origin: OriginExplicit}, o)
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

// dashImage has dash with its libraries, and busybox for its applets.
func dashImage(t *testing.T, d *dockertest.Daemon) string {
	t.Helper()
	if _, err := exec.LookPath("ldd"); err != nil {
		dockertest.Missing(t, "ldd", "apt-get install libc-bin")
	}
	out, err := exec.Command("ldd", "/bin/dash").Output()
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{"/bin/dash"}
	for _, m := range regexp.MustCompile(`(/\S+) \(0x`).FindAllStringSubmatch(string(out), -1) {
		paths = append(paths, m[1])
	}
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		dockertest.Missing(t, "busybox", "apt-get install busybox-static")
	}
	files := []dockertest.File{{Path: "proc/"}, {Path: "dev/"}, {Path: "tmp/"}, fileFrom(t, "bin/busybox", busybox)}
	for _, name := range paths {
		files = append(files, fileFrom(t, strings.TrimPrefix(name, "/"), name))
	}
	return dockertest.Import(t, d, "eng2-dash:"+newID(4), files, `CMD ["/bin/dash"]`)
}

func fileFrom(t *testing.T, name, from string) dockertest.File {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	return dockertest.File{Path: name, Data: data, Mode: 0o755}
}

func startForeign(d *dockertest.Daemon, id string) error {
	return d.Client().ContainerStart(context.Background(), id, container.StartOptions{})
}

func removeForeign(d *dockertest.Daemon, id string) error {
	return d.Client().ContainerRemove(context.Background(), id, container.RemoveOptions{Force: true, RemoveVolumes: true})
}
