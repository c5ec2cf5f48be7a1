// Package testbed gives tests the real parts they need: a display, a message
// bus, programs, and a way to wait that has a deadline.
package testbed

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// Deadline is how long a test waits for anything.
const Deadline = 20 * time.Second

// Program is the path of a program that a test needs, which Debian's package
// pkg has. Without it the test is left out, and fails where CI=true.
func Program(t testing.TB, name, pkg string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing: apt-get install %s", name, pkg)
	}
	t.Skipf("%s is missing: apt-get install %s, or run make test, which does", name, pkg)
	return ""
}

// Wait polls until the condition holds and fails the test after Deadline.
func Wait(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(Deadline)
	defer deadline.Stop()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for !holds() {
		select {
		case <-poll.C:
		case <-deadline.C:
			t.Fatalf("waited %v in vain: %s", Deadline, what)
		}
	}
}

// Display starts an X server without a screen for this test alone, sets DISPLAY
// to it and returns its process.
func Display(t testing.TB) *exec.Cmd {
	t.Helper()
	server := exec.Command(Program(t, "Xvfb", "xvfb"), "-displayfd", "3", "-screen", "0", "640x480x24", "-nolisten", "tcp", "-noreset")
	number := startAndRead(t, server)
	t.Setenv("DISPLAY", ":"+number)
	t.Setenv("WAYLAND_DISPLAY", "")
	return server
}

// startAndRead starts cmd with a pipe as its descriptor 3, and returns the first
// line it writes there. The process ends with the test.
func startAndRead(t testing.TB, cmd *exec.Cmd) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd.ExtraFiles = []*os.File{w}
	err = cmd.Start()
	_ = w.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end(cmd) })
	_ = r.SetReadDeadline(time.Now().Add(Deadline))
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("%s did not start: %v", cmd.Path, err)
	}
	return strings.TrimSpace(line)
}

// Bus starts a D-Bus session bus for this test alone, sets
// DBUS_SESSION_BUS_ADDRESS to it and returns a function that stops it early.
func Bus(t testing.TB) (stop func()) {
	t.Helper()
	bus := exec.Command(Program(t, "dbus-daemon", "dbus"), "--session", "--nofork", "--print-address=3")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", startAndRead(t, bus))
	return func() { end(bus) }
}

// end kills a process and waits for it; once is enough.
func end(cmd *exec.Cmd) {
	if cmd.ProcessState == nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}
