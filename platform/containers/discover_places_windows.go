package containers

import (
	"os"
	"path/filepath"
	"strings"
)

const pipeRoot = `\\.\pipe\`

func systemPlaces(o Options, add func(name, host string)) {
	add("default", "npipe:////./pipe/docker_engine")
	add("Docker Desktop", "npipe:////./pipe/dockerDesktopLinuxEngine")
	add("Docker Desktop Windows containers", "npipe:////./pipe/dockerDesktopWindowsEngine")
	add("Podman machine", "npipe:////./pipe/podman-machine-default")
	// Pipes of podman machines with other names, and of a Rancher Desktop that
	// could not take Docker's, are found by looking.
	pipes, err := os.ReadDir(pipeRoot)
	if err != nil {
		return
	}
	for _, p := range pipes {
		name := p.Name()
		switch {
		case strings.HasPrefix(name, "podman-machine-") && name != "podman-machine-default":
			add("Podman "+printable(strings.TrimPrefix(name, "podman-machine-"), 60), "npipe:////./pipe/"+name)
		case strings.HasPrefix(name, "podman-") && !strings.HasPrefix(name, "podman-machine-"),
			strings.HasPrefix(name, "rancher_desktop"), strings.HasPrefix(name, "rancher-desktop"):
			add(printable(name, 60), "npipe:////./pipe/"+name)
		}
	}
}

func placeExists(host string) bool {
	if path, ok := strings.CutPrefix(host, "npipe:////./pipe/"); ok {
		// Opening a pipe takes one of its instances; the folder's list does not.
		pipes, err := os.ReadDir(pipeRoot)
		if err != nil {
			return false
		}
		for _, p := range pipes {
			if strings.EqualFold(p.Name(), filepath.Base(path)) {
				return true
			}
		}
		return false
	}
	return socketExists(host)
}
