package containers

import "path/filepath"

func systemPlaces(o Options, add func(name, host string)) {
	add("default", "unix:///var/run/docker.sock")
	inHome(o, add, "Docker Desktop", ".docker", "run", "docker.sock")
	inHome(o, add, "Docker Desktop", "Library", "Containers", "com.docker.docker", "Data", "docker.raw.sock")
	addColima(o, add)
	inHome(o, add, "OrbStack", ".orbstack", "run", "docker.sock")
	inHome(o, add, "Rancher Desktop", ".rd", "docker.sock")
	inHome(o, add, "Podman machine", ".local", "share", "containers", "podman", "machine", "podman.sock")
	inHome(o, add, "Podman machine", ".local", "share", "containers", "podman", "machine", "qemu", "podman.sock")
	inHome(o, add, "Podman machine", ".local", "share", "containers", "podman", "machine", "podman-machine-default", "podman.sock")
	if tmp := o.Getenv("TMPDIR"); tmp != "" {
		add("Podman machine", "unix://"+filepath.Join(tmp, "podman", "podman-machine-default-api.sock"))
	}
	add("Podman", "unix:///var/run/podman/podman.sock")
}

func placeExists(host string) bool { return socketExists(host) }
