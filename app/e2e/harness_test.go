//go:build linux && cgo

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tacklebox/platform/containers/dockertest"
)

// patience is how long a condition may take on a busy machine.
const patience = 60 * time.Second

var build struct {
	once sync.Once
	path string
	err  error
	out  []byte
}

// program builds the program once, with the flags everybody uses: other flags
// would compile the window toolkit's C code again.
func program(t *testing.T) string {
	t.Helper()
	build.once.Do(func() {
		dir, err := os.MkdirTemp("", "tacklebox-e2e-")
		if err != nil {
			build.err = err
			return
		}
		build.path = filepath.Join(dir, "tacklebox")
		build.out, build.err = exec.Command("go", "build", "-mod=mod", "-o", build.path, "tacklebox").CombinedOutput()
	})
	if build.err != nil {
		t.Fatalf("build the program: %v\n%s", build.err, build.out)
	}
	return build.path
}

func TestMain(m *testing.M) {
	code := dockertest.Main(m)
	if build.path != "" {
		_ = os.RemoveAll(filepath.Dir(build.path))
	}
	os.Exit(code)
}

// need fails in CI and skips elsewhere when a tool is missing.
func need(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is missing: make deps installs it", tool)
			}
			t.Skipf("%s is missing: make deps installs it", tool)
		}
	}
}

// eventually waits until ok, or fails with what.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v for: %s", patience, what)
		}
		<-tick.C
	}
}

// during watches that ok holds for a while.
func during(t *testing.T, d time.Duration, what string, ok func() bool) {
	t.Helper()
	end := time.NewTimer(d)
	defer end.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if !ok() {
			t.Fatalf("did not hold: %s", what)
		}
		select {
		case <-end.C:
			return
		case <-tick.C:
		}
	}
}

// desk is a virtual desktop: a display and a session bus of its own, and a home
// folder nobody lives in.
type desk struct {
	t       *testing.T
	display string
	bus     string
	home    string
}

// newDesk starts a desktop. more are arguments for the display server.
func newDesk(t *testing.T, more ...string) *desk {
	t.Helper()
	need(t, "Xvfb", "xdotool", "dbus-daemon")
	// Not t.TempDir: with the test's name in it a socket's path grows too long.
	home, err := os.MkdirTemp("", "tb")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	d := &desk{t: t, home: home}
	d.display = ":" + d.serve("Xvfb", append([]string{"-displayfd", "3", "-screen", "0", "1400x900x24", "-nolisten", "tcp", "-noreset"}, more...)...)
	d.bus = d.serve("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=3", "--address=unix:tmpdir=/tmp")
	for _, dir := range []string{"run", ".cache"} {
		if err := os.Mkdir(filepath.Join(d.home, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// serve starts a server that writes one line to its file descriptor 3 when it is
// ready, and ends it with the test.
func (d *desk) serve(name string, args ...string) string {
	d.t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		d.t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command(name, args...)
	cmd.ExtraFiles = []*os.File{w}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	err = cmd.Start()
	w.Close()
	if err != nil {
		d.t.Fatalf("start %s: %v", name, err)
	}
	d.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		d.t.Fatalf("start %s: it said nothing: %v", name, err)
	}
	return strings.TrimSpace(line)
}

// env is the desktop's environment with more settings of the form NAME=value.
func (d *desk) env(more ...string) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + d.home, "XDG_RUNTIME_DIR=" + filepath.Join(d.home, "run"),
		"DISPLAY=" + d.display, "DBUS_SESSION_BUS_ADDRESS=" + d.bus, "LANG=C.UTF-8",
	}
	if host := os.Getenv("DOCKER_HOST"); host != "" {
		env = append(env, "DOCKER_HOST="+host)
	}
	return append(env, more...)
}

// window is the running program.
type window struct {
	*desk
	cmd    *exec.Cmd
	data   string
	mu     sync.Mutex
	stderr bytes.Buffer
	ended  chan struct{}
}

// start runs the program with these further environment settings.
func (d *desk) start(env []string, args ...string) *window {
	d.t.Helper()
	w := &window{desk: d, data: filepath.Join(d.home, "data"), ended: make(chan struct{})}
	w.cmd = exec.Command(program(d.t), append([]string{"--data-dir", w.data}, args...)...)
	w.cmd.Env = d.env(env...)
	w.cmd.Stderr = w
	w.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := w.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	go func() {
		_ = w.cmd.Wait()
		close(w.ended)
	}()
	d.t.Cleanup(func() {
		if d.t.Failed() {
			w.picture("failed")
			d.t.Logf("stderr:\n%s", w.said())
			log, _ := os.ReadFile(filepath.Join(w.data, "logs", "tacklebox.log"))
			d.t.Logf("log:\n%s", log)
		}
		_ = w.cmd.Process.Kill()
		<-w.ended
	})
	return w
}

// Write takes what the program says on stderr.
func (w *window) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stderr.Write(p)
}

// said is what the program said on stderr so far.
func (w *window) said() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stderr.String()
}

// running tells whether the program still runs.
func (w *window) running() bool {
	select {
	case <-w.ended:
		return false
	default:
		return true
	}
}

// exit waits for the program's end and gives its exit code.
func (w *window) exit() int {
	w.t.Helper()
	eventually(w.t, "the program ends", func() bool { return !w.running() })
	return w.cmd.ProcessState.ExitCode()
}

// tool runs a program on the desktop and gives its output.
func (d *desk) tool(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = d.env()
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// xdo drives mouse and keyboard.
func (d *desk) xdo(args ...string) string {
	d.t.Helper()
	out, err := d.tool("xdotool", args...)
	if err != nil {
		d.t.Fatalf("xdotool %q: %v: %s", args, err, out)
	}
	return out
}

// id is the window on the screen, or "".
func (w *window) id() string {
	out, err := w.tool("xdotool", "search", "--onlyvisible", "--class", "^Tacklebox$")
	if err != nil {
		return ""
	}
	id, _, _ := strings.Cut(out, "\n")
	return id
}

// shown waits until the window is on the screen and has the focus.
func (w *window) shown() string {
	w.t.Helper()
	eventually(w.t, "the window is shown", func() bool {
		if !w.running() {
			w.t.Fatalf("the program ended with %d: %s", w.cmd.ProcessState.ExitCode(), w.said())
		}
		return w.id() != ""
	})
	id := w.id()
	w.xdo("windowfocus", "--sync", id)
	return id
}

// resize gives the window a size and waits until it keeps it: a window that was
// only just shown may still set its own.
func (w *window) resize(id, width, height string) {
	w.t.Helper()
	has := func() bool {
		return strings.Contains(w.xdo("getwindowgeometry", id), width+"x"+height)
	}
	kept := 0
	eventually(w.t, "the window is "+width+" x "+height, func() bool {
		if !has() {
			kept = 0
			w.xdo("windowsize", id, width, height)
			return false
		}
		kept++
		return kept > 8
	})
}

// close presses the window's close button, as a window manager does.
func (w *window) close() {
	w.t.Helper()
	id := w.id()
	if id == "" {
		w.t.Fatal("there is no window to close")
	}
	if err := deleteWindow(w.display, id); err != nil {
		w.t.Fatalf("close window %s: %v", id, err)
	}
}

// picture keeps what is on the screen, where E2E_PICTURES names a folder.
func (w *window) picture(name string) {
	dir := os.Getenv("E2E_PICTURES")
	if dir == "" {
		return
	}
	file := filepath.Join(dir, fmt.Sprintf("%s-%s.png", strings.ReplaceAll(w.t.Name(), "/", "-"), name))
	if out, err := w.tool("import", "-window", "root", file); err != nil {
		w.t.Logf("picture %s: %v: %s", file, err, out)
	}
}

// run starts any program on the desktop and gives the way to end it.
func (d *desk) run(name string, args ...string) (end func()) {
	d.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = d.env()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		d.t.Fatalf("start %s: %v", name, err)
	}
	var once sync.Once
	end = func() { once.Do(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }) }
	d.t.Cleanup(end)
	return end
}
