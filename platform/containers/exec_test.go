package containers

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"

	"tacklebox/platform/containers/dockertest"
	"tacklebox/platform/containers/launch"
)

// The first line of the shell itself sees the terminal's size, on every kind of
// shell, and nothing of the wrapper is on the screen.
func TestFirstLineHasTheSize(t *testing.T) {
	e, d := realEngine(t)
	busybox, bash := dockertest.Image(t, d, dockertest.Busybox), dockertest.Image(t, d, dockertest.Bash)
	for _, tc := range []struct {
		name, image string
		argv        []string
	}{
		{"ash", busybox, []string{"/bin/ash", "-c", "stty size"}},
		{"busybox", busybox, []string{"/bin/busybox", "sh", "-c", "stty size"}},
		{"bash", bash, []string{"/bin/bash", "-c", "stty size"}},
		{"bash by name", bash, []string{"bash", "-c", "stty size"}},
		{"no shell of its own", busybox, []string{"stty", "size"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := launched(t, e, launch.Spec{Image: tc.image})
			for range 5 {
				sh, v := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: tc.argv, Cols: 131, Rows: 47})
				if text, err := v.untilEnd(t); err != nil || text != "47 131\r\n" {
					t.Errorf("screen %q, %v, want only the size", text, err)
				}
				if code, err := sh.Wait(t.Context()); code != 0 || err != nil {
					t.Errorf("exit code %d, %v", code, err)
				}
			}
		})
	}
}

func TestResize(t *testing.T) {
	e, d := realEngine(t)
	s := launched(t, e, launch.Spec{Image: dockertest.Image(t, d, dockertest.Busybox)})
	sh, v := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: s.Spec.Shell, Cols: 80, Rows: 24})
	v.send(t, "stty size\n")
	v.until(t, "24 80\r\n")
	if err := sh.Resize(t.Context(), 120, 40); err != nil {
		t.Fatal(err)
	}
	v.send(t, "stty size\n")
	v.until(t, "40 120\r\n")
}

// Ctrl-P reaches the shell at once: it shows the last command without another
// key after it.
func TestCtrlPIsNotSwallowed(t *testing.T) {
	e, d := realEngine(t)
	s := launched(t, e, launch.Spec{Image: dockertest.Image(t, d, dockertest.Bash)})
	_, v := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: s.Spec.Shell, Cols: 80, Rows: 24})
	v.send(t, "echo a$((1+1))b\n")
	v.until(t, "a2b\r\n")
	before, _ := v.now()
	v.send(t, "\x10")
	deadline := time.Now().Add(5 * time.Second)
	for {
		text, _ := v.now()
		if strings.Contains(text[len(before):], "echo a$((1+1))b") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("nothing came of Ctrl-P: %q", text[len(before):])
		}
		<-v.wake
	}
}

func TestShellEnvironment(t *testing.T) {
	e, d := realEngine(t)
	s := launched(t, e, launch.Spec{Image: dockertest.Image(t, d, dockertest.Busybox)})
	sh, v := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: []string{"env"}, Env: []string{"MORE=1"}, Cols: 80, Rows: 24, User: "65534", WorkDir: "/tmp"})
	text, _ := v.untilEnd(t)
	for _, want := range []string{"TERM=xterm-256color\r\n", "LANG=C.UTF-8\r\n", "MORE=1\r\n", MarkerEnv + "=" + sh.ID() + "\r\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %q", want, text)
		}
	}
	_, v = openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: []string{"sh", "-c", "id -u; pwd"}, User: "65534", WorkDir: "/tmp"})
	if text, _ := v.untilEnd(t); text != "65534\r\n/tmp\r\n" {
		t.Errorf("screen %q", text)
	}
}

// Closing a shell ends it, however little it wants to.
func TestCloseReaps(t *testing.T) {
	e, d := realEngine(t)
	image := dockertest.Image(t, d, dockertest.Bash)
	stubborn := `trap "" HUP INT TERM; echo ready; while :; do read x || sleep 0.05; done`
	for _, tc := range []struct {
		name, user, as string
		argv           []string
		host           bool
	}{
		{name: "bash at its prompt", argv: []string{"/bin/bash"}},
		{name: "bash that ignores everything", argv: []string{"/bin/bash", "-c", stubborn}},
		{name: "ash that ignores everything", argv: []string{"/bin/ash", "-c", stubborn}},
		{name: "another user's", as: "65532", argv: []string{"/bin/ash", "-c", stubborn}},
		{name: "in a container of another user", user: "65532", argv: []string{"/bin/bash", "-c", stubborn}},
		{name: "a program", argv: []string{"/bin/sleep", "10000"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := launched(t, e, launch.Spec{Image: image, User: tc.user})
			sh, v := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: tc.argv, User: tc.as, Cols: 80, Rows: 24})
			if slices.Contains(tc.argv, stubborn) {
				v.until(t, "ready")
			}
			other, v2 := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: []string{"/bin/sh", "-c", stubborn}, Cols: 80, Rows: 24})
			v2.until(t, "ready")
			start := time.Now()
			if err := sh.Close(); err != nil {
				t.Error(err)
			}
			if took := time.Since(start); took > 8*time.Second {
				t.Errorf("took %v", took)
			}
			ctx := context.Background()
			in, err := d.Client().ContainerExecInspect(ctx, sh.exec)
			if err != nil || in.Running {
				t.Errorf("still running: %+v, %v", in, err)
			}
			in, err = d.Client().ContainerExecInspect(ctx, other.exec)
			if err != nil || !in.Running {
				t.Errorf("the other shell was ended too: %+v, %v", in, err)
			}
			if text, _ := v.now(); strings.Contains(text, holdName) {
				t.Errorf("wrapper on the screen: %q", text)
			}
		})
	}
}

// What was started to stay does so, as after an ssh connection.
func TestCloseLeavesBackground(t *testing.T) {
	e, d := realEngine(t)
	s := launched(t, e, launch.Spec{Image: dockertest.Image(t, d, dockertest.Busybox)})
	sh, v := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: s.Spec.Shell, Cols: 80, Rows: 24})
	v.send(t, "(trap '' HUP; echo u''p; exec sleep 4321) &\n")
	v.until(t, "up\r\n")
	if err := sh.Close(); err != nil {
		t.Fatal(err)
	}
	if top := d.Docker(t, "top", s.ContainerID); !strings.Contains(top, "sleep 4321") {
		t.Errorf("the background process is gone:\n%s", top)
	}
}

func TestOpenShellErrors(t *testing.T) {
	e, d := realEngine(t)
	image := dockertest.Image(t, d, dockertest.Busybox)
	s := launched(t, e, launch.Spec{Image: image})
	ended := launched(t, e, launch.Spec{Image: image, KeepAlive: launch.KeepCustom, Entrypoint: []string{"false"}})
	<-e.Early(t.Context(), ended)
	paused := launched(t, e, launch.Spec{Image: image})
	d.Docker(t, "pause", paused.ContainerID)
	for _, tc := range []struct {
		name      string
		container string
		argv      []string
		user      string
		want      Cause
		text      string
	}{
		{"missing shell", s.ContainerID, []string{"/bin/bash"}, "", CauseNoShell, "no such file or directory"},
		{"missing program", s.ContainerID, []string{"nope"}, "", CauseNoShell, "not found"},
		{"not executable", s.ContainerID, []string{"/etc/passwd"}, "", CauseNoShell, "ermission denied"},
		{"unknown user", s.ContainerID, []string{"/bin/sh"}, "nobodyx", CauseNoUser, "nobodyx"},
		{"ended", ended.ContainerID, []string{"/bin/sh"}, "", CauseNotRunning, "exit code 1"},
		{"paused", paused.ContainerID, []string{"/bin/sh"}, "", CauseNotRunning, "paused"},
		{"gone", "no-such-container", []string{"/bin/sh"}, "", CauseGone, ""},
		{"nothing", s.ContainerID, nil, "", CauseBadRequest, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, cols := range []int{80, 0} {
				sh, err := e.OpenShell(t.Context(), ShellRequest{Container: tc.container, Argv: tc.argv, User: tc.user, TTY: true, Cols: cols, Rows: cols / 3})
				if err == nil {
					_, err = watchShell(sh).untilEnd(t)
					if _, waited := sh.Wait(t.Context()); waited == nil {
						t.Error("Wait says nothing of the failure")
					}
					_ = sh.Close()
				}
				if err == nil || CauseOf(err) != tc.want || !strings.Contains(err.Error(), tc.text) {
					t.Errorf("cols %d: cause %q, want %q: %v", cols, CauseOf(err), tc.want, err)
				}
				t.Log(err)
			}
		})
	}
}

func TestExec(t *testing.T) {
	e, d := realEngine(t)
	s := launched(t, e, launch.Spec{Image: dockertest.Image(t, d, dockertest.False)})
	run := func(stdin string, argv ...string) (string, string, int, error) {
		var out, errs bytes.Buffer
		streams := ExecStreams{Stdout: &out, Stderr: &errs}
		if stdin != "" {
			streams.Stdin = strings.NewReader(stdin)
		}
		code, err := e.Exec(t.Context(), ShellRequest{Container: s.ContainerID, Argv: argv}, streams)
		return out.String(), errs.String(), code, err
	}
	if out, errs, code, err := run("", "/bin/sh", "-c", "echo hi from $0; echo bad >&2; exit 9"); out != "hi from /bin/sh\n" || errs != "bad\n" || code != 9 || err != nil {
		t.Errorf("%q %q %d %v", out, errs, code, err)
	}
	big := strings.Repeat("0123456789abcdef\n", 100_000)
	if out, _, code, err := run(big, "cat"); out != big || code != 0 || err != nil {
		t.Errorf("cat gave %d of %d bytes back, %d, %v", len(out), len(big), code, err)
	}
	if out, _, code, err := run("a\nb\n", "wc", "-l"); strings.TrimSpace(out) != "2" || code != 0 || err != nil {
		t.Errorf("%q %d %v", out, code, err)
	}
	if out, _, _, err := run("", "cat"); out != "" || err != nil {
		t.Errorf("without input: %q %v", out, err)
	}
	if _, _, code, err := run("", "/no/such"); CauseOf(err) != CauseNoShell || code != 127 && code != 126 {
		t.Errorf("missing program: %d %v", code, err)
	}
	if out, _, code, err := run("", "sh", "-c", "echo 'Error: mine'; exit 127"); code != 127 {
		t.Errorf("own text: %q %d %v", out, code, err)
	}
	if out, _, code, err := run("", "sh", "-c", "printf Err"); out != "Err" || code != 0 || err != nil {
		t.Errorf("own text: %q %d %v", out, code, err)
	}
}

func TestExecCancelled(t *testing.T) {
	e, d := realEngine(t)
	s := launched(t, e, launch.Spec{Image: dockertest.Image(t, d, dockertest.Busybox)})
	ctx, cancel := context.WithCancel(t.Context())
	out := &signalWriter{wrote: make(chan struct{})}
	go func() {
		<-out.wrote
		cancel()
	}()
	code, err := e.Exec(ctx, ShellRequest{Container: s.ContainerID, Argv: []string{"sh", "-c", "echo started; sleep 7654"}}, ExecStreams{Stdout: out})
	if CauseOf(err) != CauseCancelled {
		t.Errorf("%d %v", code, err)
	}
	if top := d.Docker(t, "top", s.ContainerID); strings.Contains(top, "sh -c echo started") {
		t.Errorf("the process is still there:\n%s", top)
	}
}

type signalWriter struct{ wrote chan struct{} }

func (w *signalWriter) Write(p []byte) (int, error) {
	select {
	case <-w.wrote:
	default:
		close(w.wrote)
	}
	return len(p), nil
}

// From API 1.42 the size goes with the create and the start, and the shell is
// started as it is, without the wrapper.
func TestConsoleSize(t *testing.T) {
	fake := dockertest.NewFake(t, "1.43")
	fake.Handle("GET /containers/c/json", dockertest.JSON(map[string]any{
		"Id": "c", "State": map[string]any{"Status": "running", "Running": true}, "Config": map[string]any{}, "HostConfig": map[string]any{},
	}))
	var create container.ExecOptions
	var start container.ExecStartOptions
	fake.Handle("POST /containers/c/exec", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewDecoder(r.Body).Decode(&create)
		dockertest.JSON(map[string]string{"Id": "x"})(w, r)
	})
	fake.Handle("POST /exec/x/start", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewDecoder(r.Body).Decode(&start)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = conn.Write([]byte("HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n$ "))
		_, _ = conn.Read(make([]byte, 1))
	})
	fake.Handle("POST /exec/x/resize", dockertest.Text(200, "text/plain", ""))
	fake.Handle("GET /exec/x/json", dockertest.JSON(map[string]any{"ID": "x", "Running": false, "ExitCode": 0}))
	e := connectTo(t, fake.Host)
	sh, err := e.OpenShell(t.Context(), ShellRequest{Container: "c", Argv: []string{"/bin/bash"}, TTY: true, Cols: 99, Rows: 44})
	if err != nil {
		t.Fatal(err)
	}
	v := watchShell(sh)
	v.until(t, "$ ")
	_ = sh.Close()
	want := [2]uint{44, 99}
	if create.ConsoleSize == nil || *create.ConsoleSize != want || start.ConsoleSize == nil || *start.ConsoleSize != want {
		t.Errorf("sizes %v and %v, want %v", create.ConsoleSize, start.ConsoleSize, want)
	}
	if !slices.Equal(create.Cmd, []string{"/bin/bash"}) || !create.Tty || create.DetachKeys == "" {
		t.Errorf("create %+v", create)
	}
	resize := regexp.MustCompile(`/exec/x/resize\?h=44&w=99`)
	if !slices.ContainsFunc(fake.Seen(), resize.MatchString) {
		t.Errorf("no resize: %v", fake.Seen())
	}
}

// A shell's stream ends when its container does.
func TestShellOfEndedContainer(t *testing.T) {
	e, d := realEngine(t)
	s := launched(t, e, launch.Spec{Image: dockertest.Image(t, d, dockertest.Busybox)})
	sh, v := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: s.Spec.Shell, Cols: 80, Rows: 24})
	v.send(t, "echo r''eady\n")
	v.until(t, "ready\r\n")
	d.Docker(t, "kill", s.ContainerID)
	if _, err := v.untilEnd(t); err != nil {
		t.Fatal(err)
	}
	if code, err := sh.Wait(t.Context()); code != 137 && err == nil {
		t.Errorf("exit code %d, %v", code, err)
	}
	start := time.Now()
	if err := sh.Close(); err != nil || time.Since(start) > 3*time.Second {
		t.Errorf("close: %v after %v", err, time.Since(start))
	}
	d.Docker(t, "start", s.ContainerID)
	_, v = openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: s.Spec.Shell, Cols: 80, Rows: 24})
	v.send(t, "echo ag''ain\n")
	v.until(t, "again\r\n")
}

// dash is the sh of Debian.
func TestFirstLineInDash(t *testing.T) {
	e, d := realEngine(t)
	if _, err := os.Stat("/bin/dash"); err != nil {
		dockertest.Missing(t, "dash", "apt-get install dash")
	}
	image := dashImage(t, d)
	s := launched(t, e, launch.Spec{Image: image, Shell: []string{"/bin/dash"}})
	_, v := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: []string{"/bin/dash", "-c", "/bin/busybox stty size"}, Cols: 131, Rows: 47})
	if text, err := v.untilEnd(t); err != nil || text != "47 131\r\n" {
		t.Errorf("screen %q, %v", text, err)
	}
	stubborn := `trap "" HUP INT TERM; echo ready; while :; do read x; done`
	sh, v := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: []string{"/bin/dash", "-c", stubborn}, Cols: 80, Rows: 24})
	v.until(t, "ready")
	_ = sh.Close()
	if in, err := d.Client().ContainerExecInspect(t.Context(), sh.exec); err != nil || in.Running {
		t.Errorf("still running: %+v %v", in, err)
	}
}

// An image without any shell still gets a terminal for its own program.
func TestShellWithoutSh(t *testing.T) {
	e, d := realEngine(t)
	s := launched(t, e, launch.Spec{Image: dockertest.Image(t, d, dockertest.Scratch), KeepAlive: launch.KeepCustom, Entrypoint: []string{"/app"}})
	sh, v := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: []string{"/app"}, Cols: 80, Rows: 24})
	v.until(t, "\n")
	if err := sh.Close(); err != nil {
		t.Error(err)
	}
	if _, err := e.OpenShell(t.Context(), ShellRequest{Container: s.ContainerID, Argv: []string{"/bin/sh"}, TTY: true, Cols: 80, Rows: 24}); err != nil && CauseOf(err) != CauseNoShell {
		t.Errorf("missing shell: %v", err)
	}
}

// Shells that fail to open leave neither goroutines nor connections.
func TestFailedShellsLeaveNothing(t *testing.T) {
	e, d := realEngine(t)
	s := launched(t, e, launch.Spec{Image: dockertest.Image(t, d, dockertest.Busybox)})
	for range e.Early(t.Context(), s) {
	}
	fail := func(cols int) {
		sh, err := e.OpenShell(t.Context(), ShellRequest{Container: s.ContainerID, Argv: []string{"/bin/nope"}, TTY: true, Cols: cols, Rows: cols})
		if err == nil {
			_, err = watchShell(sh).untilEnd(t)
			_ = sh.Close()
		}
		if CauseOf(err) != CauseNoShell {
			t.Errorf("cols %d: %v", cols, err)
		}
	}
	fail(80)
	before := stateOf(t, d)
	for range 10 {
		fail(80)
		fail(0)
	}
	dockertest.Wait(t, 10*time.Second, "goroutines and files to go back", func() bool {
		_ = e.Close()
		_ = d.Client().Close()
		after := stateOf(t, d)
		return after.goroutines <= before.goroutines && after.files <= before.files
	})
}

// An engine that never answers an exec does not hold the caller.
func TestOpenShellGivesUp(t *testing.T) {
	fake := dockertest.NewFake(t, "1.41")
	fake.Handle("GET /containers/c/json", dockertest.JSON(map[string]any{
		"Id": "c", "State": map[string]any{"Status": "running", "Running": true}, "Config": map[string]any{}, "HostConfig": map[string]any{},
	}))
	fake.Handle("POST /containers/c/exec", dockertest.JSON(map[string]string{"Id": "x"}))
	stuck := make(chan struct{})
	reached := make(chan struct{})
	fake.Handle("POST /exec/x/start", func(http.ResponseWriter, *http.Request) {
		close(reached)
		<-stuck
	})
	t.Cleanup(func() { close(stuck) })
	e := connectTo(t, fake.Host)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-reached
		cancel()
	}()
	if _, err := e.OpenShell(ctx, ShellRequest{Container: "c", Argv: []string{"sh"}, TTY: true, Cols: 80, Rows: 24}); CauseOf(err) != CauseCancelled {
		t.Errorf("open: %v", err)
	}
}
