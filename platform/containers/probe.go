package containers

import (
	"context"
	"path"
	"slices"
	"strings"
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
	Shells []ShellFound `json:"shells,omitempty"`
	// All is true when every shell was looked for, not just the best one; only
	// then is SleepInWords known.
	All          bool `json:"all,omitempty"`
	SleepInWords bool `json:"sleepInWords,omitempty"` // sleep takes "infinity"
}

// longSleep is 68 years, for a sleep that takes no words.
const longSleep = "2147483647"

// ProbeShells looks for shells in an image without running it, the best first.
// It looks into a labelled container that is never started and removed at once;
// what it saw is kept by image ID. The error's cause is CauseNoShell when the
// image has none.
func (e *Engine) ProbeShells(ctx context.Context, image, platform string) ([]ShellFound, error) {
	detail, err := e.Image(ctx, image)
	if err != nil {
		return nil, err
	}
	defer e.launching.removals.Wait()
	p, err := e.probe(ctx, image, platform, detail, true)
	if err != nil {
		return nil, err
	}
	if len(p.Shells) == 0 {
		return nil, noShell(image)
	}
	return slices.Clone(p.Shells), nil
}

// probe looks into the image, or remembers: for all that a launch can want to
// know, or only for the best shell. Whoever calls it waits for removals before
// it returns; until then the probe container's removal goes on beside it.
func (e *Engine) probe(ctx context.Context, image, platform string, detail ImageDetail, all bool) (*probe, error) {
	if p := e.launching.probes.get(e.opts.DataDir, detail.ID); p != nil && (p.All || !all) {
		return p, nil
	}
	id, err := e.createProbe(ctx, image, platform, detail)
	if err != nil {
		return nil, err
	}
	p, err := e.lookInto(ctx, id, detail, all)
	e.launching.removals.Go(func() { e.discard(ctx, id) })
	if err != nil {
		return nil, wrap("look into image", image, err)
	}
	e.launching.probes.put(e.opts.DataDir, detail.ID, p)
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

// lookInto stats the shells in a container, up to the best one or all of them.
func (e *Engine) lookInto(ctx context.Context, id string, detail ImageDetail, all bool) (*probe, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	view := e.view(id)
	p := &probe{All: true}
	if detail.OS == "windows" {
		for _, shell := range windowsShells() {
			ok, err := view.exists(ctx, shell.Argv[0])
			if err != nil {
				return nil, err
			}
			if ok {
				p.Shells = append(p.Shells, shell)
			}
		}
		return p, nil
	}
	folders := view.folders(imagePath(detail))
	for _, name := range shellNames() {
		file, err := folders.program(ctx, name)
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
		p.Shells = append(p.Shells, ShellFound{Name: name, Argv: argv})
		if !all {
			p.All = false
			return p, nil
		}
	}
	sleep, err := folders.program(ctx, "sleep")
	if err != nil {
		return nil, err
	}
	// Busybox learned the word only in 2021, and not in every build.
	p.SleepInWords = sleep != nil && !strings.Contains(path.Base(sleep.path), "busybox") && !strings.Contains(path.Base(sleep.path), "toybox")
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
