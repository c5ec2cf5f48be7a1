// Package dockertest gives tests a real container engine, images made on the
// spot, and a fake engine for what no real one here can say. Only tests import
// it; it knows engines by their address, so that every package can use it.
package dockertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/client"
)

// Daemon is an engine that a test may use.
type Daemon struct {
	// Host is its address, as DOCKER_HOST has it.
	Host string

	api    *client.Client
	own    *process // nil when it was there before
	images imageCache
}

// shared is what this test process started, used by all its tests.
var shared struct {
	sync.Mutex
	kept   bool // Main stops it, not the last test that used it
	users  int
	daemon *Daemon
}

// Main runs the tests of a package and then stops what Engine started for all of
// them. Without it each test that is alone with the engine stops it.
func Main(m *testing.M) int {
	shared.Lock()
	shared.kept = true
	shared.Unlock()
	code := m.Run()
	shared.Lock()
	defer shared.Unlock()
	if shared.daemon != nil {
		shared.daemon.close()
	}
	return code
}

// Engine returns the engine that DOCKER_HOST names, else the one at the default
// socket, else, as root, a private dockerd that this process's tests share. Other
// tests, and people, may use it at the same time: count nothing on it. Without
// any the test is skipped, or fails under CI=true.
func Engine(t testing.TB) *Daemon {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.daemon == nil {
		d, err := find()
		if err != nil {
			Missing(t, "a container engine", err.Error())
		}
		shared.daemon = d
	}
	shared.users++
	d := shared.daemon
	t.Cleanup(func() {
		shared.Lock()
		defer shared.Unlock()
		if shared.users--; shared.users == 0 && !shared.kept {
			shared.daemon.close()
			shared.daemon = nil
		}
	})
	return d
}

// find looks for an engine that answers, and starts one where it may.
func find() (*Daemon, error) {
	if host := os.Getenv("DOCKER_HOST"); host != "" {
		d, err := attach(host)
		if err != nil {
			return nil, fmt.Errorf("DOCKER_HOST=%s does not answer: %w", host, err)
		}
		return d, nil
	}
	d, err := attach(client.DefaultDockerHost)
	if err == nil {
		return d, nil
	}
	return startDaemon(Options{})
}

// attach connects to an engine that is there.
func attach(host string) (*Daemon, error) {
	api, err := client.NewClientWithOpts(client.WithHost(host), client.WithAPIVersionNegotiation())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if _, err := api.Ping(ctx); err != nil {
		_ = api.Close()
		return nil, err
	}
	return &Daemon{Host: host, api: api}, nil
}

// close removes what was made and stops what was started.
func (d *Daemon) close() {
	d.images.removeAll(d.api)
	_ = d.api.Close()
	if d.own != nil {
		d.own.stop()
		d.own.remove()
	}
}

// Client is a client of its own for looking at the engine past the code under
// test.
func (d *Daemon) Client() *client.Client { return d.api }

// Docker runs the docker command against d and gives what it writes to standard
// output. A command that fails ends the test.
func (d *Daemon) Docker(t testing.TB, args ...string) string {
	t.Helper()
	path, err := exec.LookPath("docker")
	if err != nil {
		Missing(t, "the docker command", "apt-get install docker.io")
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = append(os.Environ(), "DOCKER_HOST="+d.Host, "DOCKER_CONTEXT=", "DOCKER_CLI_HINTS=false")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("docker %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// Missing skips the test because the machine lacks something, and fails it under
// CI=true, where nothing may be missing.
func Missing(t testing.TB, what, get string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("this test needs %s: %s", what, get)
	}
	t.Skipf("this test needs %s: %s", what, get)
}

// Wait asks until ok says yes and ends the test when it does not within limit.
func Wait(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(limit)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, limit)
		}
		<-tick.C
	}
}
