package containers

import (
	"fmt"
	"os"
	"path/filepath"
)

func systemPlaces(o Options, add func(name, host string)) {
	add("default", "unix:///var/run/docker.sock")
	runtime := o.Getenv("XDG_RUNTIME_DIR")
	if runtime == "" {
		// Not set in a session without a login manager; the folder is there.
		runtime = fmt.Sprintf("/run/user/%d", os.Getuid())
	}
	add("rootless", "unix://"+filepath.Join(runtime, "docker.sock"))
	inHome(o, add, "rootless", ".docker", "run", "docker.sock")
	inHome(o, add, "Docker Desktop", ".docker", "desktop", "docker.sock")
	add("Podman rootless", "unix://"+filepath.Join(runtime, "podman", "podman.sock"))
	add("Podman", "unix:///run/podman/podman.sock")
	add("Podman machine", "unix://"+filepath.Join(runtime, "podman", "podman-machine-default-api.sock"))
	inHome(o, add, "Podman machine", ".local", "share", "containers", "podman", "machine", "podman.sock")
	addColima(o, add)
	inHome(o, add, "Rancher Desktop", ".rd", "docker.sock")
	add("Docker snap", "unix:///run/snap.docker/docker.sock")
}

func placeExists(host string) bool { return socketExists(host) }
