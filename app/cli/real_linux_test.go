package cli_test

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"debug/elf"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tacklebox/platform/containers/dockertest"
)

var binary string // the static program, built once

// builtAs names the program in the environment of a test that runs once more in
// a namespace of its own.
const builtAs = "TACKLEBOX_TEST_CLI"

func TestMain(m *testing.M) {
	os.Exit(func() int {
		if binary = os.Getenv(builtAs); binary != "" {
			return m.Run()
		}
		dir, err := os.MkdirTemp("", "tacklebox-cli")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		// Some tests run it as another user.
		if err := os.Chmod(dir, 0o755); err != nil {
			panic(err)
		}
		binary = filepath.Join(dir, "tacklebox-cli")
		build := exec.Command("go", "build", "-mod=mod", "-ldflags", "-X main.version=9.8.7", "-o", binary, "tacklebox")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			panic(string(out))
		}
		if err := os.Setenv(builtAs, binary); err != nil {
			panic(err)
		}
		return dockertest.Main(m)
	}())
}

// user is a person with a data folder of their own and an engine.
type user struct {
	t    testing.TB
	d    *dockertest.Daemon
	data string
}

func newUser(t testing.TB) *user { return newUserOn(t, dockertest.Engine(t)) }

func newUserOn(t testing.TB, d *dockertest.Daemon) *user {
	u := &user{t: t, d: d, data: t.TempDir()}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		cmd := u.command(context.Background(), "debug", "end", "--all")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("end all: %v: %s", err, out)
		}
	})
	return u
}

func (u *user) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, binary, append([]string{"--data-dir", u.data}, args...)...)
	cmd.Env = append(os.Environ(), "DOCKER_HOST="+u.d.Host, "DOCKER_CONTEXT=")
	return cmd
}

func (u *user) run(args ...string) (code int, out, errOut string) {
	u.t.Helper()
	cmd := u.command(u.t.Context(), args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var ended *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &ended) {
		u.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

// sessions lists what is there in this data folder.
func (u *user) sessions() []string {
	u.t.Helper()
	_, out, _ := u.run("debug", "list", "--json")
	var rows []struct {
		Name string
		Mine bool
	}
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		u.t.Fatalf("%v: %s", err, out)
	}
	var names []string
	for _, r := range rows {
		if r.Mine {
			names = append(names, r.Name)
		}
	}
	return names
}

func TestRealExec(t *testing.T) {
	u := newUser(t)
	image := dockertest.Image(t, u.d, dockertest.False)
	code, out, errOut := u.run("debug", "--exec", "echo hi from $0; echo $TOKEN >&2; exit 3", "-e", "TOKEN=a b", image)
	if code != 3 || !strings.HasPrefix(out, "hi from /bin/") || !strings.HasPrefix(errOut, "a b\n") {
		t.Errorf("exit code %d, %q, %q", code, out, errOut)
	}
	names := u.sessions()
	if len(names) != 1 || !strings.Contains(errOut, names[0]+" is still up") {
		t.Fatalf("sessions %q, %q", names, errOut)
	}
	if code, out, errOut := u.run("debug", "attach", names[0], "--exec", "echo again"); code != 0 || out != "again\n" {
		t.Errorf("exit code %d, %q, %q", code, out, errOut)
	}
	if code, out, errOut := u.run("debug", "--rm", "--exec", "true", image); code != 0 || out != "" || errOut != "" {
		t.Errorf("exit code %d, %q, %q", code, out, errOut)
	}
	if code, out, _ := u.run("debug", "end", names[0]); code != 0 || out != names[0]+"\n" || len(u.sessions()) != 0 {
		t.Errorf("exit code %d, %q, left %q", code, out, u.sessions())
	}
}

// A launch that fails, in whatever way, leaves nothing.
func TestRealFailuresLeaveNothing(t *testing.T) {
	u := newUser(t)
	image := dockertest.Image(t, u.d, dockertest.Busybox)
	scratch := dockertest.Image(t, u.d, dockertest.Scratch)
	code, taken, errOut := u.run("debug", "--name", "spec-taken", image)
	if code != 0 {
		t.Fatal(errOut)
	}
	defer u.run("debug", "end", strings.TrimSpace(taken))
	for name, tc := range map[string]struct {
		args []string
		code int
		want string
	}{
		"name taken":        {[]string{"--name", "spec-taken", image}, 125, "choose another name"},
		"no such user":      {[]string{"--user", "nobodyx", image}, 125, "user"},
		"no such source":    {[]string{"-v", "/does/not/exist:/x", image}, 125, "/does/not/exist"},
		"no such network":   {[]string{"--network", "spec-none", image}, 125, "spec-none"},
		"second network":    {[]string{"--network", "bridge", "--network", "spec-none", image}, 125, "spec-none"},
		"no such program":   {[]string{"--entrypoint", "/nope", "--exec", "true", image}, 127, "/nope"},
		"no shell":          {[]string{scratch}, 127, "has none of"},
		"no such image":     {[]string{"--pull", "never", "spec/none"}, 125, "no such image"},
		"other platform":    {[]string{"--platform", "linux/s390x", "--pull", "never", image}, 125, "s390x"},
		"engine is missing": {[]string{"--engine", "unix:///spec/none.sock", image}, 125, "no such socket"},
		"ends at once":      {[]string{"--entrypoint", "/bin/false", "--exec", "true", image}, 125, "ended at once"},
	} {
		code, out, errOut := u.run(append([]string{"debug"}, tc.args...)...)
		if code != tc.code || !strings.Contains(errOut, tc.want) || out != "" || strings.Count(errOut, "\n") != 1 {
			t.Errorf("%s: exit code %d, %q, %q", name, code, out, errOut)
		}
		if left := u.sessions(); len(left) != 1 {
			t.Errorf("%s leaves %q", name, left)
		}
	}
}

func TestRealCopyOfADeadContainer(t *testing.T) {
	u := newUser(t)
	image := dockertest.Image(t, u.d, dockertest.Busybox)
	dead := "spec-dead-" + filepath.Base(u.data)
	u.d.Docker(t, "run", "--name", dead, "-e", "ODD=a 'b'", "-w", "/tmp", "-d", image, "true")
	defer u.d.Docker(t, "rm", "-f", dead)
	before := u.d.Docker(t, "inspect", dead)
	code, out, errOut := u.run("debug", "--rm", "--exec", `echo "$ODD|$PWD"`, dead)
	if code != 0 || out != "a 'b'|/tmp\n" {
		t.Errorf("exit code %d, %q, %q", code, out, errOut)
	}
	after := u.d.Docker(t, "inspect", dead)
	if state := func(s string) string { return s[strings.Index(s, `"Image"`):] }; state(before) != state(after) {
		t.Error("the dead container was changed")
	}
}

// A signal during the launch removes what was made; during --rm's command too.
func TestRealSignals(t *testing.T) {
	u := newUser(t)
	image := dockertest.Image(t, u.d, dockertest.Busybox)
	cmd := u.command(t.Context(), "debug", "--rm", "--exec", "echo up; sleep 1000", image)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 143 || len(u.sessions()) != 0 {
		t.Errorf("exit code %d, left %q", code, u.sessions())
	}
	for _, wait := range []time.Duration{5 * time.Millisecond, 30 * time.Millisecond, 80 * time.Millisecond, 150 * time.Millisecond} {
		cmd := u.command(t.Context(), "debug", "--rm", "--exec", "sleep 1000", image)
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(wait, func() { _ = cmd.Process.Signal(os.Interrupt) })
		_ = cmd.Wait()
		timer.Stop()
		// Before the handler is there the signal itself ends the process.
		code := cmd.ProcessState.ExitCode()
		if left := u.sessions(); code != 130 && code != -1 || len(left) != 0 {
			t.Errorf("after %v: exit code %d, left %q", wait, code, left)
		}
	}
}

// pty is a terminal whose other end the test holds.
func pty(t *testing.T, cols, rows int) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		dockertest.Missing(t, "a pseudo terminal", err.Error())
	}
	t.Cleanup(func() { _ = master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile("/dev/pts/"+itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = slave.Close() })
	resize(t, master, cols, rows)
	return master, slave
}

func itoa(n int) string {
	text, _ := json.Marshal(n)
	return string(text)
}

func resize(t *testing.T, f *os.File, cols, rows int) {
	t.Helper()
	if err := unix.IoctlSetWinsize(int(f.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(cols), Row: uint16(rows)}); err != nil {
		t.Fatal(err)
	}
}

// TestRealTerminal goes in at a terminal, resizes it, sends Ctrl-C, and leaves.
func TestRealTerminal(t *testing.T) {
	u := newUser(t)
	image := dockertest.Image(t, u.d, dockertest.False)
	master, slave := pty(t, 101, 33)
	cmd := u.command(t.Context(), "debug", image)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	screen := make(chan []byte, 64)
	go func() {
		for {
			buf := make([]byte, 4096)
			n, err := master.Read(buf)
			if err != nil {
				close(screen)
				return
			}
			screen <- buf[:n]
		}
	}()
	var seen bytes.Buffer
	typed := func(text string) {
		t.Helper()
		if _, err := master.WriteString(text); err != nil {
			t.Fatal(err)
		}
	}
	// until waits for a text, and types again and again meanwhile what may come
	// too early for whoever reads it.
	until := func(want, again string) {
		t.Helper()
		deadline := time.After(20 * time.Second)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for !strings.Contains(seen.String(), want) {
			select {
			case chunk := <-screen:
				seen.Write(chunk)
			case <-tick.C:
				typed(again)
			case <-deadline:
				t.Fatalf("no %q in %q", want, seen.String())
			}
		}
		seen.Next(strings.Index(seen.String(), want) + len(want))
	}
	until("the image's own command: /bin/false", "")
	typed("stty size\r")
	until("33 101\r\n", "")
	resize(t, master, 77, 22)
	typed("while ! stty size | grep -q '22 77'; do :; done; echo re''sized\r")
	until("resized\r\n", "")
	typed("sleep 1000; echo not''reached\r")
	until("reached\r\n", "")
	until("# ", "\x03")
	typed("echo code $?; exit 6\r")
	until("code 130\r\n", "")
	until("is still up", "")
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
	}
	if code := cmd.ProcessState.ExitCode(); code != 6 || len(u.sessions()) != 1 {
		t.Errorf("exit code %d, sessions %q", code, u.sessions())
	}
	if before, err := unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS); err != nil || before.Lflag&unix.ECHO == 0 || before.Lflag&unix.ICANON == 0 {
		t.Errorf("the terminal is left raw: %+v, %v", before, err)
	}
}

// TestStaticProgram: the build without cgo is static, has no window toolkit and
// one engine client, and runs in a folder with nothing else in it.
func TestStaticProgram(t *testing.T) {
	file, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, part := range file.Progs {
		if part.Type == elf.PT_INTERP || part.Type == elf.PT_DYNAMIC {
			t.Errorf("the program has %v", part.Type)
		}
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	for _, dep := range info.Deps {
		for _, bad := range []string{"fyne.io/", "github.com/go-gl/", "github.com/moby/moby"} {
			if strings.HasPrefix(dep.Path, bad) {
				t.Errorf("%s is linked", dep.Path)
			}
		}
	}
	if os.Geteuid() != 0 {
		dockertest.Missing(t, "root", "a program is run in a folder of its own by chroot")
	}
	root := t.TempDir()
	program, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "tb"), program, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, arg := range []string{"--version", "--help"} {
		cmd := exec.CommandContext(t.Context(), "/tb", arg)
		cmd.Dir, cmd.Env = "/", []string{}
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
		out, err := cmd.CombinedOutput()
		if err != nil || arg == "--version" && string(out) != "tacklebox 9.8.7\n" {
			t.Errorf("%s: %v: %s", arg, err, out)
		}
	}
	// Nothing was written beside the program.
	if entries, err := os.ReadDir(root); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

// TestRealSecrets plants a value and looks for it in everything that is said.
func TestRealSecrets(t *testing.T) {
	u := newUser(t)
	image := dockertest.Image(t, u.d, dockertest.Busybox)
	const canary = "canary-5f1e"
	file := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(file, []byte("API_TOKEN="+canary+"\nBROKEN NAME="+canary), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"debug", "--json", "-e", "API_TOKEN=" + canary, image},
		{"debug", "-e", "API_TOKEN=" + canary, "--user", "nobodyx", image},
		{"debug", "-e", "API_TOKEN=" + canary, "--print", "docker", image},
		{"debug", "-e", "API_TOKEN=" + canary, "--print", "pod", "--json", image},
		{"debug", "--env-file", file, image},
		{"debug", "-e", "=" + canary, image},
		{"debug", "list", "--json"},
	} {
		if code, out, errOut := u.run(args...); strings.Contains(out+errOut, canary) {
			t.Errorf("%s: exit code %d, %s%s", args[:2], code, out, errOut)
		}
	}
}
