package dockertest

import (
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"runtime"
	"sort"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

const terminate = unix.SIGTERM

func freeze(p *os.Process) error { return p.Signal(unix.SIGSTOP) }
func thaw(p *os.Process) error   { return p.Signal(unix.SIGCONT) }

// startTied starts cmd so that it ends with this process even when that is
// killed, and closes ended when it has ended.
func startTied(cmd *exec.Cmd, ended chan<- struct{}) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGTERM, Setpgid: true}
	started := make(chan error)
	go func() {
		// The signal comes when the thread that started the child ends.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
			close(ended)
		}
		runtime.UnlockOSThread()
	}()
	return <-started
}

// bridgeName is short: names of interfaces have at most 15 characters.
func bridgeName(name string) string { return fmt.Sprintf("tb%08x", hashOf(name)) }

func hashOf(name string) uint32 {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(name))
	return hash.Sum32()
}

// addBridge makes a network bridge with an address range of its own.
func addBridge(name string) (string, error) {
	if _, err := exec.LookPath("ip"); err != nil {
		return "", fmt.Errorf("apt-get install iproute2")
	}
	bridge, sum := bridgeName(name), hashOf(name)
	var last error
	for try := range uint32(20) {
		subnet := fmt.Sprintf("10.%d.%d.1/24", 200+(sum+try)%50, (sum>>8+try)%250)
		if last = run("ip", "link", "add", bridge, "type", "bridge"); last != nil {
			return "", last
		}
		if last = run("ip", "addr", "add", subnet, "dev", bridge); last == nil {
			if last = run("ip", "link", "set", bridge, "up"); last == nil {
				return bridge, nil
			}
		}
		removeBridge(bridge)
	}
	return "", last
}

func removeBridge(name string) { _ = run("ip", "link", "del", name) }

func run(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %s", name, strings.Join(args, " "), strings.TrimSpace(string(out)))
	}
	return nil
}

// unmountBelow takes away mounts that an engine left in dir, innermost first:
// deleting the folder would else go through them.
func unmountBelow(dir string) {
	table, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return
	}
	var points []string
	for line := range strings.Lines(string(table)) {
		if fields := strings.Fields(line); len(fields) > 1 && strings.HasPrefix(fields[1], dir+"/") {
			points = append(points, fields[1])
		}
	}
	sort.Sort(sort.Reverse(sort.StringSlice(points)))
	for _, point := range points {
		_ = unix.Unmount(point, unix.MNT_DETACH)
	}
}
