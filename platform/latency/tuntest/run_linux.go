package tuntest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tacklebox/platform/testbed"
)

// within names, in the environment of a test that runs in its namespace, the
// test that does.
const within = "TACKLEBOX_TUNTEST"

// Env is a test's network, from within.
type Env struct {
	t testing.TB
	r *responder
}

// Run runs f in a network namespace of its own, as the one test that calls it:
// the test's binary runs once more, just this test, in a new namespace, and here
// its verdict is taken over. So what the test does before Run, it does twice;
// Run comes once in a test.
func Run(t *testing.T, o Options, f func(*Env)) {
	t.Helper()
	if os.Getenv(within) == t.Name() {
		env := enter(t, o)
		f(env)
		return
	}
	if why := missing(); why != "" {
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	testbed.Program(t, "ip", "iproute2")
	output, err := again(t)
	switch {
	case err != nil:
		t.Fatalf("in its namespace: %v\n%s", err, output)
	case bytes.Contains(output, []byte("--- SKIP: "+t.Name()+" ")):
		if os.Getenv("CI") == "true" {
			t.Fatalf("in its namespace it was left out:\n%s", output)
		}
		t.Skipf("in its namespace it was left out:\n%s", output)
	}
	t.Logf("in its namespace:\n%s", output)
}

func missing() string {
	if os.Geteuid() != 0 {
		return "a network namespace needs root: run this test as root"
	}
	if _, err := os.Stat("/dev/net/tun"); err != nil {
		return "/dev/net/tun is missing: mkdir -p /dev/net && mknod /dev/net/tun c 10 200"
	}
	return ""
}

// again runs this very test in a new network namespace.
func again(t *testing.T) ([]byte, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	parts := strings.Split(t.Name(), "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	ctx := t.Context()
	limit := 10 * time.Minute
	if deadline, ok := t.Deadline(); ok {
		// A little before our own time is up, so that it can say where it hangs.
		limit = max(time.Until(deadline)-5*time.Second, time.Second)
	}
	ctx, cancel := context.WithTimeout(ctx, limit+2*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, "-test.run="+strings.Join(parts, "/"), "-test.v", "-test.count=1", "-test.timeout="+limit.String())
	cmd.Env = append(os.Environ(), within+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET}
	return cmd.CombinedOutput()
}

// enter sets the namespace up, which this process is in already.
func enter(t *testing.T, o Options) *Env {
	t.Helper()
	if slices.Contains(interfaces(t), Device) {
		t.Fatal("tuntest.Run comes twice in this test")
	}
	env := &Env{t: t}
	device, err := openDevice()
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range configuration() {
		env.IP(args...)
	}
	if o.PingGroups {
		env.Sysctl("net/ipv4/ping_group_range", "0 2147483647")
	}
	if o.Setup != nil {
		o.Setup(env)
	}
	if env.r, err = newResponder(device, o.Script); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(env.r.close)
	if o.Unprivileged {
		const nobody = 65534
		if err := errors.Join(syscall.Setgroups(nil), syscall.Setresgid(nobody, nobody, nobody), syscall.Setresuid(nobody, nobody, nobody)); err != nil {
			t.Fatalf("become user %d: %v", nobody, err)
		}
	}
	return env
}

func interfaces(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadFile("/proc/self/net/dev")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(entries)) {
		if name, _, ok := strings.Cut(line, ":"); ok {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return names
}

// Seen is every echo request that has come to the other end, in order.
func (e *Env) Seen() []Request {
	e.r.mu.Lock()
	defer e.r.mu.Unlock()
	return slices.Clone(e.r.seen)
}

// IP runs iproute2's ip in the namespace: "route", "add", "prohibit", "192.0.2.1".
// It needs root, as Sysctl and Command mostly do.
func (e *Env) IP(args ...string) { e.t.Helper(); e.Command("ip", "iproute2", args...) }

// IPTables runs iptables, or with a first argument of "-6" ip6tables, in the
// namespace.
func (e *Env) IPTables(args ...string) {
	e.t.Helper()
	name := "iptables"
	if len(args) > 0 && args[0] == "-6" {
		name, args = "ip6tables", args[1:]
	}
	e.Command(name, "iptables", args...)
}

// Command runs a program that Debian's package pkg has, in the namespace, and
// returns what it writes. The test fails with it.
func (e *Env) Command(name, pkg string, args ...string) string {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testbed.Deadline)
	defer cancel()
	cmd := exec.CommandContext(ctx, testbed.Program(e.t, name, pkg), args...)
	output, err := cmd.CombinedOutput()
	if err != nil {
		e.t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, output)
	}
	return string(output)
}

// Sysctl writes a setting of the namespace; name has slashes.
func (e *Env) Sysctl(name, value string) {
	e.t.Helper()
	if err := os.WriteFile("/proc/sys/"+name, []byte(value), 0o644); err != nil {
		e.t.Fatal(err)
	}
}
