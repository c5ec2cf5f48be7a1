package containers

import (
	"context"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/versions"
)

// ShellFound is a shell seen in an image without running it.
type ShellFound struct {
	Name string   // "bash", "ash", "busybox", ...
	Argv []string // how it is started: ["/bin/bash"], ["/bin/busybox","sh"]
}

// shellNames are the shells that are looked for, the best first.
func shellNames() []string { return []string{"bash", "ash", "sh", "busybox", "zsh", "fish"} }

// windowsShells are the shells of Windows images, the best first.
func windowsShells() []ShellFound {
	return []ShellFound{
		{"pwsh", []string{`C:\Program Files\PowerShell\pwsh.exe`}},
		{"powershell", []string{`C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`}},
		{"cmd", []string{`C:\Windows\System32\cmd.exe`}},
	}
}

// defaultPath is where programs are looked for when the image has no PATH, and
// after the image's own.
const defaultPath = "/bin:/usr/bin:/usr/local/bin:/sbin:/usr/sbin"

// maxPathFolders bounds the folders of an image's PATH that are looked into.
const maxPathFolders = 16

// probe is what was seen in an image.
type probe struct {
	shells       []ShellFound
	sleepInWords bool // sleep takes "infinity"
}

// longSleep is 68 years, for a sleep that takes no words.
const longSleep = "2147483647"

// probeCache keeps probes by image ID: an image never changes.
type probeCache struct {
	mu sync.Mutex
	by map[string]*probe
}

func (c *probeCache) get(id string) *probe {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.by[id]
}

func (c *probeCache) put(id string, p *probe) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = map[string]*probe{}
	}
	c.by[id] = p
}

// ProbeShells looks for shells in an image without running it, the best first.
// It looks into a labelled container that is never started and removed at once;
// what it saw is kept by image ID. The error's cause is CauseNoShell when the
// image has none.
func (e *Engine) ProbeShells(ctx context.Context, image, platform string) ([]ShellFound, error) {
	detail, err := e.Image(ctx, image)
	if err != nil {
		return nil, err
	}
	p, err := e.probe(ctx, image, platform, detail)
	if err != nil {
		return nil, err
	}
	if len(p.shells) == 0 {
		return nil, noShell(image)
	}
	return slices.Clone(p.shells), nil
}

// probe looks into the image, or remembers.
func (e *Engine) probe(ctx context.Context, image, platform string, detail ImageDetail) (*probe, error) {
	if p := e.launching.probes.get(detail.ID); p != nil {
		return p, nil
	}
	id, err := e.createProbe(ctx, image, platform, detail)
	if err != nil {
		return nil, err
	}
	defer e.discard(ctx, id)
	p, err := e.lookInto(ctx, id, detail)
	if err != nil {
		return nil, wrap("look into image", image, err)
	}
	e.launching.probes.put(detail.ID, p)
	return p, nil
}

// createProbe makes the container that is looked into. Its volumes become tmpfs
// mounts, which exist only in a running container: no volume is made and filled,
// and what the image has below them is seen.
func (e *Engine) createProbe(ctx context.Context, image, platform string, detail ImageDetail) (string, error) {
	session := newID(8)
	to := e.target(detail)
	chosen, err := platformFor(platform, to)
	if err != nil {
		return "", err
	}
	p := &plan{
		name:     "tacklebox-probe-" + session,
		object:   image,
		platform: chosen,
		config: &container.Config{
			Image:       image,
			Entrypoint:  []string{"/.tacklebox-never-started"},
			Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
			Labels:      e.labels(KindProbe, session, image, time.Now()),
		},
		host: &container.HostConfig{NetworkMode: network.NetworkNone},
	}
	if !versions.LessThan(to.api, apiMounts) && detail.OS != "windows" {
		for _, folder := range detail.Volumes {
			p.host.Mounts = append(p.host.Mounts, mount.Mount{Type: mount.TypeTmpfs, Target: folder})
		}
	}
	created, err := e.create(ctx, p, session)
	return created.ID, err
}

// lookInto stats the shells in a container.
func (e *Engine) lookInto(ctx context.Context, id string, detail ImageDetail) (*probe, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	view := e.view(id)
	p := &probe{}
	if detail.OS == "windows" {
		for _, shell := range windowsShells() {
			ok, err := view.exists(ctx, shell.Argv[0])
			if err != nil {
				return nil, err
			}
			if ok {
				p.shells = append(p.shells, shell)
			}
		}
		return p, nil
	}
	folders, err := view.folders(ctx, imagePath(detail))
	if err != nil {
		return nil, err
	}
	for _, name := range shellNames() {
		file, err := view.program(ctx, folders, name)
		if err != nil {
			return nil, err
		}
		if file == nil {
			continue
		}
		argv := []string{file.asked}
		if name == "busybox" {
			argv = append(argv, "sh")
		}
		p.shells = append(p.shells, ShellFound{Name: name, Argv: argv})
	}
	sleep, err := view.program(ctx, folders, "sleep")
	if err != nil {
		return nil, err
	}
	// Busybox learned the word only in 2021, and not in every build.
	p.sleepInWords = sleep != nil && !strings.Contains(path.Base(sleep.path), "busybox") && !strings.Contains(path.Base(sleep.path), "toybox")
	return p, nil
}

// imagePath is the image's PATH, then the usual folders.
func imagePath(detail ImageDetail) []string {
	var folders []string
	add := func(list string) {
		for folder := range strings.SplitSeq(list, ":") {
			folder = path.Clean(folder)
			if path.IsAbs(folder) && !slices.Contains(folders, folder) && len(folders) < maxPathFolders {
				folders = append(folders, folder)
			}
		}
	}
	// The usual places first: a shell at a path that everybody knows.
	add("/bin:/usr/bin")
	for _, v := range detail.Env {
		if v.Name == "PATH" {
			add(v.Value)
		}
	}
	add(defaultPath)
	return folders
}
