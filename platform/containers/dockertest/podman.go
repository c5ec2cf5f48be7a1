package dockertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Podman starts a podman service with a storage of its own and stops it at the
// end of the test. It takes the given registries without TLS, which docker does
// with loopback ones by itself.
func Podman(t testing.TB, plain ...string) *Daemon {
	t.Helper()
	path, err := exec.LookPath("podman")
	if err != nil {
		Missing(t, "podman", "apt-get install podman")
	}
	if os.Geteuid() != 0 {
		Missing(t, "root", "a podman with a storage of its own is started as root here")
	}
	dir, err := os.MkdirTemp("", "tbp")
	if err != nil {
		t.Fatal(err)
	}
	p := &process{dir: dir, path: path, socket: filepath.Join(dir, "podman.sock")}
	// vfs works where overlay on the machine's file system does not.
	p.args = []string{
		"--root", filepath.Join(dir, "root"), "--runroot", filepath.Join(dir, "run"),
		"--tmpdir", filepath.Join(dir, "tmp"), "--storage-driver", "vfs",
		"--cgroup-manager", "cgroupfs", "--events-backend", "file",
		"system", "service", "--time", "0", "unix://" + p.socket,
	}
	t.Cleanup(p.remove)
	// Podman gives containers more open files and processes than a confined
	// machine allows even to root, and then none starts.
	config := filepath.Join(dir, "containers.conf")
	write(t, config, "[containers]\ndefault_ulimits = [\"nofile=4096:4096\", \"nproc=4096:4096\"]\n")
	registries := filepath.Join(dir, "registries.conf")
	text := "unqualified-search-registries = [\"docker.io\"]\n"
	for _, host := range plain {
		text += "[[registry]]\nlocation = \"" + host + "\"\ninsecure = true\n"
	}
	write(t, registries, text)
	p.env = append(os.Environ(), "CONTAINERS_CONF="+config, "CONTAINERS_REGISTRIES_CONF="+registries,
		// Not the credentials of whoever runs the tests.
		"REGISTRY_AUTH_FILE="+filepath.Join(dir, "auth.json"))
	if err := p.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.stop)
	d, err := attach("unix://" + p.socket)
	if err != nil {
		t.Fatal(err)
	}
	d.own = p
	t.Cleanup(func() {
		podmanRemoveAll(p)
		_ = d.api.Close()
	})
	return d
}

// podmanRemoveAll ends the containers, whose monitors outlive the service.
func podmanRemoveAll(p *process) {
	global := p.args[:len(p.args)-5]
	cmd := exec.Command(p.path, append(append([]string{}, global...), "rm", "--all", "--force", "--time", "0", "--volumes")...)
	cmd.Env = p.env
	_ = cmd.Run()
}
