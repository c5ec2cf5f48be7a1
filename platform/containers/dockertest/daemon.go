package dockertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/client"
)

// Options say what a private dockerd gets.
type Options struct {
	// Args are further arguments of dockerd.
	Args []string
	// Env is added to its environment.
	Env []string
	// TCP makes it listen at this address, too, without TLS.
	TCP string
}

// Private starts a dockerd that no other test uses and stops it at the end of
// the test: for tests that count, restart or break.
func Private(t testing.TB, o Options) *Daemon {
	t.Helper()
	d, err := startDaemon(o)
	if err != nil {
		Missing(t, "a private dockerd", err.Error())
	}
	t.Cleanup(d.close)
	return d
}

// Restart stops a private dockerd and starts it again with its images and
// containers.
func Restart(t testing.TB, d *Daemon) {
	t.Helper()
	d.Stop(t)
	d.Start(t)
}

// Stop ends a private dockerd and keeps its data.
func (d *Daemon) Stop(t testing.TB) {
	t.Helper()
	d.mustOwn(t)
	d.own.stop()
}

// Start starts a private dockerd again after Stop.
func (d *Daemon) Start(t testing.TB) {
	t.Helper()
	d.mustOwn(t)
	if err := d.own.start(); err != nil {
		t.Fatal(err)
	}
}

// Freeze stops the process in its tracks: its sockets stay and nothing answers.
// It goes on with Thaw, and at the latest at the end of the test.
func (d *Daemon) Freeze(t testing.TB) {
	t.Helper()
	d.mustOwn(t)
	if err := freeze(d.own.cmd.Process); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = thaw(d.own.cmd.Process) })
}

// Thaw lets a frozen dockerd go on.
func (d *Daemon) Thaw(t testing.TB) {
	t.Helper()
	if err := thaw(d.own.cmd.Process); err != nil {
		t.Fatal(err)
	}
}

func (d *Daemon) mustOwn(t testing.TB) {
	t.Helper()
	if d.own == nil {
		t.Fatal("this engine is not the test's own: use dockertest.Private")
	}
}

// startDaemon starts a dockerd in a folder of its own, next to others that may
// run on this machine.
func startDaemon(o Options) (*Daemon, error) {
	if os.Geteuid() != 0 {
		return nil, errors.New("no engine answers, and starting one takes root: start Docker, or set DOCKER_HOST")
	}
	path, err := exec.LookPath("dockerd")
	if err != nil {
		return nil, errors.New("apt-get install docker.io")
	}
	sweep()
	// Short, since containerd's sockets lie in it and their paths are limited.
	dir, err := os.MkdirTemp("", "tbd")
	if err != nil {
		return nil, err
	}
	name := filepath.Base(dir)
	p := &process{dir: dir, path: path, socket: filepath.Join(dir, "docker.sock")}
	p.args = []string{
		"--host", "unix://" + p.socket,
		"--data-root", filepath.Join(dir, "data"),
		"--exec-root", filepath.Join(dir, "exec"),
		"--pidfile", filepath.Join(dir, "pid"),
		"--config-file", filepath.Join(dir, "daemon.json"),
		// Where the machine has a containerd, dockerd takes it instead of its own.
		"--containerd-namespace", name, "--containerd-plugins-namespace", name + "-plugins",
		// A second dockerd would take the first one's firewall chains away.
		"--iptables=false", "--ip-forward=false", "--ip-masq=false",
	}
	if err := os.WriteFile(filepath.Join(dir, "owner"), []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "daemon.json"), []byte("{}"), 0o600); err != nil {
		return nil, err
	}
	// Never "--bridge none": a dockerd started so deletes the machine's docker0,
	// under the containers of whatever engine uses it.
	p.bridge, err = addBridge(name)
	if err != nil {
		p.remove()
		return nil, err
	}
	p.args = append(p.args, "--bridge", p.bridge)
	if o.TCP != "" {
		p.args = append(p.args, "--host", "tcp://"+o.TCP)
	}
	p.args = append(p.args, o.Args...)
	p.env = append(os.Environ(), o.Env...)
	if err := p.start(); err != nil {
		p.remove()
		return nil, err
	}
	d, err := attach("unix://" + p.socket)
	if err != nil {
		p.stop()
		p.remove()
		return nil, err
	}
	d.own = p
	return d, nil
}

// sweep removes what test processes that were killed have left: their engines
// ended with them, the folders and bridges did not.
func sweep() {
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "tbd[0-9]*"))
	if err != nil {
		return
	}
	for _, dir := range left {
		owner, err := os.ReadFile(filepath.Join(dir, "owner"))
		if err != nil || alive(strings.TrimSpace(string(owner))) {
			continue
		}
		engine, err := os.ReadFile(filepath.Join(dir, "pid"))
		if err == nil && alive(strings.TrimSpace(string(engine))) {
			continue
		}
		(&process{dir: dir, bridge: bridgeName(filepath.Base(dir))}).remove()
	}
}

// alive is true for the number of a running process.
func alive(pid string) bool {
	_, err := os.Stat(filepath.Join("/proc", pid))
	return pid == "" || err == nil
}

// process is an engine's process and folder.
type process struct {
	dir, path, socket string
	args              []string
	env               []string
	bridge            string
	cmd               *exec.Cmd
	ended             chan struct{}
}

// start starts the process and waits until it answers.
func (p *process) start() error {
	log, err := os.OpenFile(filepath.Join(p.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	p.cmd = exec.Command(p.path, p.args...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.Env = p.env
	p.ended = make(chan struct{})
	if err := startTied(p.cmd, p.ended); err != nil {
		return err
	}
	api, err := client.NewClientWithOpts(client.WithHost("unix://" + p.socket))
	if err != nil {
		return err
	}
	defer api.Close()
	deadline := time.Now().Add(60 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		_, err := api.Ping(ctx)
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended at once: %s", filepath.Base(p.path), p.lastWords())
		case <-tick.C:
		}
		if time.Now().After(deadline) {
			p.stop()
			return fmt.Errorf("%s does not answer within a minute: %s", filepath.Base(p.path), p.lastWords())
		}
	}
}

// lastWords is the end of the process's log.
func (p *process) lastWords() string {
	content, err := os.ReadFile(filepath.Join(p.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(content[max(0, len(content)-1500):])
}

// stop ends the process, by force when it does not go.
func (p *process) stop() {
	if p.cmd == nil || p.cmd.Process == nil {
		return
	}
	_ = thaw(p.cmd.Process)
	_ = p.cmd.Process.Signal(terminate)
	select {
	case <-p.ended:
	case <-time.After(30 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// remove deletes the folder and the bridge.
func (p *process) remove() {
	if p.bridge != "" {
		removeBridge(p.bridge)
	}
	unmountBelow(p.dir)
	_ = os.RemoveAll(p.dir)
}
