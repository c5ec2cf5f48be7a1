package instance

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/testbed"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("TACKLEBOX_TEST_INSTANCE"); dir != "" {
		os.Exit(otherProcess(dir))
	}
	// The one goroutine of go-winio that waits for all pipes never ends.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/Microsoft/go-winio.ioCompletionProcessor"))
}

// otherProcess is a second start of the program: it holds dir until it is
// killed, or says that somebody does.
func otherProcess(dir string) int {
	if _, err := Acquire(dir); err != nil {
		fmt.Println("no:", errors.Is(err, ErrRunning))
		return 1
	}
	fmt.Println("yes")
	_, _ = os.Stdin.Read(make([]byte, 1))
	return 0
}

// folders makes a data folder and a runtime folder for one test.
func folders(t *testing.T) string {
	t.Helper()
	run, err := os.MkdirTemp("", "tb") // t.TempDir's names are too long for sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(run) })
	t.Setenv("XDG_RUNTIME_DIR", run)
	t.Setenv("TMPDIR", run)
	return t.TempDir()
}

func acquire(t *testing.T, dir string) *Instance {
	t.Helper()
	i, err := Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := i.Close(); err != nil {
			t.Error(err)
		}
	})
	ready(t, dir)
	return i
}

func receive(t *testing.T, i *Instance) Message {
	t.Helper()
	select {
	case m := <-i.Messages():
		return m
	case <-time.After(testbed.Deadline):
		t.Fatal("no message")
		return Message{}
	}
}

func TestSend(t *testing.T) {
	dir := folders(t)
	i := acquire(t, dir)
	for _, m := range []Message{
		{Verb: "show"},
		{Verb: "show", Args: []string{"debug", "registry.example:5000/shop/api@sha256:0f"}},
		{Verb: "show", Args: []string{"debug", "镜像 \"quoted\" $(x) 'y'"}},
	} {
		if err := Send(dir, m); err != nil {
			t.Fatal(err)
		}
		if got := receive(t, i); got.Verb != m.Verb || !slices.Equal(got.Args, m.Args) {
			t.Errorf("got %q, want %q", got, m)
		}
	}
}

func TestOnlyOne(t *testing.T) {
	dir := folders(t)
	i := acquire(t, dir)
	if _, err := Acquire(dir); !errors.Is(err, ErrRunning) {
		t.Errorf("second: %v", err)
	}
	other := acquire(t, t.TempDir()) // another data folder is another instance
	if err := Send(dir, Message{Verb: "one"}); err != nil {
		t.Fatal(err)
	}
	if got := receive(t, i); got.Verb != "one" || len(other.Messages()) != 0 {
		t.Errorf("got %q, the other has %d", got, len(other.Messages()))
	}
	if err := i.Close(); err != nil {
		t.Fatal(err)
	}
	if _, open := <-i.Messages(); open {
		t.Error("messages after the end")
	}
	again := acquire(t, dir)
	if err := Send(dir, Message{Verb: "two"}); err != nil {
		t.Fatal(err)
	}
	receive(t, again)
}

func TestNotRunning(t *testing.T) {
	dir := folders(t)
	if err := Send(dir, Message{Verb: "show"}); !errors.Is(err, ErrNotRunning) {
		t.Errorf("never ran: %v", err)
	}
	i, err := Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Send(dir, Message{Verb: "show"}); !errors.Is(err, ErrNotRunning) {
		t.Errorf("ended: %v", err)
	}
}

// start starts a second process and returns the first thing it says.
func start(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TACKLEBOX_TEST_INSTANCE="+dir)
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line := make([]byte, 64)
	n, _ := out.Read(line)
	return cmd, strings.TrimSpace(string(line[:n]))
}

// TestKilled: what a killed process leaves is cleared away.
func TestKilled(t *testing.T) {
	dir := folders(t)
	cmd, said := start(t, dir)
	if said != "yes" {
		t.Fatalf("the first said %q", said)
	}
	if _, said := start(t, dir); said != "no: true" {
		t.Errorf("the second said %q", said)
	}
	ready(t, dir)
	if err := Send(dir, Message{Verb: "show"}); err != nil {
		t.Errorf("it runs: %v", err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err := Send(dir, Message{Verb: "show"}); !errors.Is(err, ErrNotRunning) {
		t.Errorf("it was killed: %v", err)
	}
	i := acquire(t, dir)
	if err := Send(dir, Message{Verb: "show"}); err != nil {
		t.Fatal(err)
	}
	receive(t, i)
}

// TestManyStarts: of many starts at once exactly one holds the folder.
func TestManyStarts(t *testing.T) {
	dir := folders(t)
	var mu sync.Mutex
	var held []*Instance
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			i, err := Acquire(dir)
			if err == nil {
				mu.Lock()
				held = append(held, i)
				mu.Unlock()
			} else if !errors.Is(err, ErrRunning) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(held) != 1 {
		t.Errorf("%d hold it", len(held))
	}
	for _, i := range held {
		_ = i.Close()
	}
}

// TestHostile: whatever is written to the socket or pipe, the window stays well.
func TestHostile(t *testing.T) {
	dir := folders(t)
	i := acquire(t, dir)
	for name, content := range map[string]string{
		"nothing": "", "no line": `{"verb":"x"}`, "no JSON": "show\n", "no verb": "{}\n", "null": "null\n",
		"a list": "[1]\n", "control": `{"verb":"show","args":["a\u001b[2J"]}` + "\n", "line": `{"verb":"show","args":["a\nb"]}` + "\n",
		"large":     `{"verb":"` + strings.Repeat("x", 10<<20) + `"}` + "\n",
		"many":      `{"verb":"x","args":[` + strings.Repeat(`"",`, 1000) + `""]}` + "\n",
		"bytes":     "\xff\xfe\x00\n",
		"long verb": `{"verb":"` + strings.Repeat("x", maxVerb+1) + `"}` + "\n",
	} {
		conn, err := dial(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(testbed.Deadline))
		_, _ = conn.Write([]byte(content))
		if half, ok := conn.(*net.UnixConn); ok { // a pipe has no such end: the window waits for a line
			_ = half.CloseWrite()
		}
		var a answer
		if err := json.NewDecoder(conn).Decode(&a); err == nil && (a.OK || a.Error == "") {
			t.Errorf("%s: answered %+v", name, a)
		}
		_ = conn.Close()
	}
	if n := len(i.Messages()); n != 0 {
		t.Errorf("%d messages came through", n)
	}
	if err := Send(dir, Message{Verb: "show"}); err != nil {
		t.Fatal(err)
	}
	receive(t, i)
	// A window that takes no messages refuses, and takes them again later.
	for range waiting {
		if err := Send(dir, Message{Verb: "show"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := Send(dir, Message{Verb: "show"}); err == nil {
		t.Error("one too many was taken")
	}
}

func TestSendRefuses(t *testing.T) {
	for _, m := range []Message{
		{}, {Verb: "a\nb"}, {Verb: "show", Args: make([]string, maxArgs+1)},
		{Verb: "show", Args: []string{strings.Repeat("x", maxArg+1)}}, {Verb: "show", Args: []string{"\x1b"}},
	} {
		if err := Send(t.TempDir(), m); !errors.Is(err, ErrMessage) {
			t.Errorf("%.40q: %v", m, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"verb":"show","args":["debug","debian:12"]}`))
	f.Add([]byte(`{"verb":"\u0000"}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		m, err := decode(content)
		if err != nil {
			return
		}
		if m.Verb == "" || len(m.Args) > maxArgs || strings.ContainsAny(m.Verb+strings.Join(m.Args, ""), "\n\r\x00\x1b\x7f") {
			t.Fatalf("%q was taken", m)
		}
	})
}
