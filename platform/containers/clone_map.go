package containers

import (
	"maps"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"

	"tacklebox/platform/containers/launch"
)

// defaultShm is the size of /dev/shm that every container gets.
const defaultShm = 64 << 20

// cloner carries a copy while it is made.
type cloner struct {
	from  cloneSource
	c     *container.Config
	h     *container.HostConfig
	spec  launch.Spec
	notes []CloneNote
}

// cloneSpec makes the spec of a copy, and a note for each field that is set. It
// is pure.
func cloneSpec(from cloneSource) (launch.Spec, []CloneNote) {
	m := &cloner{from: from, c: from.in.Config, h: from.in.HostConfig}
	m.spec.KeepAlive = launch.KeepShell
	m.spec.Source = strings.TrimPrefix(from.in.Name, "/")
	if m.spec.Source == "" {
		m.spec.Source = from.in.ID
	}
	m.image()
	m.process()
	m.labels()
	m.mounts()
	m.networks()
	m.rights()
	m.limits()
	m.unsupported()
	return m.spec, m.notes
}

func (m *cloner) note(field CloneField, action CloneAction, reason CloneReason, value string) {
	m.notes = append(m.notes, CloneNote{Field: field, Action: action, Value: printable(value, 200), Reason: reason})
}

func (m *cloner) copied(field CloneField, value string) {
	m.note(field, CloneCopied, CloneAsIs, value)
}

// dropped notes a field that is set and not taken over.
func (m *cloner) dropped(field CloneField, reason CloneReason, values ...string) {
	for _, value := range values {
		if value != "" {
			m.note(field, CloneDropped, reason, value)
		}
	}
}

// list copies a list field.
func (m *cloner) list(field CloneField, values []string) []string {
	for _, value := range values {
		m.copied(field, value)
	}
	return slices.Clone(values)
}

func (m *cloner) image() {
	m.spec.Image = m.c.Image
	switch {
	case m.from.nameIs == m.from.in.Image || m.from.in.Image == "":
		m.copied(CloneImage, m.c.Image)
	default:
		m.spec.Image = m.from.in.Image
		m.note(CloneImage, CloneChanged, CloneImageMoved, m.from.in.Image)
	}
}

func (m *cloner) process() {
	m.spec.Original = launch.Command{
		Entrypoint: slices.Clone(m.c.Entrypoint), Cmd: slices.Clone(m.c.Cmd), User: m.c.User, WorkDir: m.c.WorkingDir,
	}
	m.note(CloneCommand, CloneChanged, CloneDebug, launch.QuoteArgv(m.spec.Original.Argv()))

	var imageEnv []string
	user, workDir := "", ""
	if i := m.from.image; i == nil {
		m.note(CloneEnv, CloneCopied, CloneImageGone, "")
	} else if i.Config != nil {
		imageEnv, user, workDir = i.Config.Env, i.Config.User, i.Config.WorkingDir
	}
	for _, entry := range m.c.Env {
		if slices.Contains(imageEnv, entry) {
			continue
		}
		name, value, _ := strings.Cut(entry, "=")
		m.spec.Env = append(m.spec.Env, launch.EnvVar{Name: name, Value: value, Secret: launch.LooksSecret(name, value)})
		m.copied(CloneEnv, name)
	}
	if m.c.User != user {
		m.spec.User = m.c.User
		if m.spec.User == "" {
			m.spec.User = "0"
		}
		m.copied(CloneUser, m.spec.User)
	}
	if m.c.WorkingDir != workDir && m.c.WorkingDir != "" {
		m.spec.WorkDir = m.c.WorkingDir
		m.copied(CloneWorkDir, m.c.WorkingDir)
	}
	switch {
	case m.c.Hostname == "":
	case strings.HasPrefix(m.from.in.ID, m.c.Hostname):
		m.dropped(CloneHostname, CloneAutomatic, m.c.Hostname)
	case m.h.NetworkMode.IsHost() || m.h.NetworkMode.IsContainer() || m.h.UTSMode.IsHost():
		// The name is another's: the host's or the other container's.
		m.dropped(CloneHostname, CloneAutomatic, m.c.Hostname)
	default:
		m.spec.Hostname = m.c.Hostname
		m.copied(CloneHostname, m.c.Hostname)
	}
	m.dropped(CloneDomain, CloneNotSupported, m.c.Domainname)
	if hc := m.c.Healthcheck; hc != nil && len(hc.Test) > 0 && hc.Test[0] != "NONE" {
		m.note(CloneHealth, CloneChanged, CloneDebug, "NONE")
	}
	m.dropped(CloneStop, CloneDebug, m.c.StopSignal)
}

// managedLabel is true for the marks by which another program would take the
// copy for its own.
func managedLabel(name string) bool {
	for _, prefix := range []string{"com.docker.compose.", "com.docker.swarm.", "com.docker.stack.", "com.docker.desktop.", "desktop.docker.io/",
		"io.kubernetes.", "io.podman.", "io.containers.", "io.container.", "org.testcontainers", "com.centurylinklabs.watchtower",
		"devcontainer.", "dev.containers.", "tacklebox.", "autoheal", "traefik.", "PODMAN_SYSTEMD_UNIT"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func (m *cloner) labels() {
	var imageLabels map[string]string
	if m.from.image != nil && m.from.image.Config != nil {
		imageLabels = m.from.image.Config.Labels
	}
	for _, name := range slices.Sorted(maps.Keys(m.c.Labels)) {
		value := m.c.Labels[name]
		if managedLabel(name) {
			m.dropped(CloneLabel, CloneManaged, name)
			continue
		}
		if own, ok := imageLabels[name]; ok && own == value {
			continue
		}
		if m.spec.Labels == nil {
			m.spec.Labels = map[string]string{}
		}
		m.spec.Labels[name] = value
		m.copied(CloneLabel, name)
	}
}

func (m *cloner) mounts() {
	seen := map[string]bool{}
	add := func(to launch.Mount, reason CloneReason) {
		if seen[to.Target] {
			return
		}
		seen[to.Target] = true
		m.spec.Mounts = append(m.spec.Mounts, to)
		m.note(CloneMount, CloneCopied, reason, to.Target)
	}
	points := slices.Clone(m.from.in.Mounts)
	slices.SortFunc(points, func(a, b container.MountPoint) int { return strings.Compare(a.Destination, b.Destination) })
	for _, p := range points {
		reason := CloneAsIs
		if p.RW {
			reason = CloneShared
		}
		switch p.Type {
		case mount.TypeBind:
			add(launch.Mount{Kind: launch.MountBind, Source: p.Source, Target: p.Destination, ReadOnly: !p.RW}, reason)
		case mount.TypeVolume:
			add(launch.Mount{Kind: launch.MountVolume, Source: p.Name, Target: p.Destination, ReadOnly: !p.RW}, reason)
		case mount.TypeTmpfs:
			add(launch.Mount{Kind: launch.MountTmpfs, Target: p.Destination, ReadOnly: !p.RW, TmpfsSize: m.tmpfsSize(p.Destination)}, CloneAsIs)
		default:
			m.dropped(CloneMount, CloneNotSupported, string(p.Type)+" "+p.Destination)
		}
	}
	for _, to := range m.h.Mounts {
		if to.Type == mount.TypeTmpfs {
			add(launch.Mount{Kind: launch.MountTmpfs, Target: to.Target, ReadOnly: to.ReadOnly, TmpfsSize: m.tmpfsSize(to.Target)}, CloneAsIs)
		}
	}
	for _, target := range slices.Sorted(maps.Keys(m.h.Tmpfs)) {
		size, readOnly := int64(0), false
		for option := range strings.SplitSeq(m.h.Tmpfs[target], ",") {
			if text, ok := strings.CutPrefix(option, "size="); ok {
				size, _ = launch.ParseBytes(text)
			}
			readOnly = readOnly || option == "ro"
		}
		add(launch.Mount{Kind: launch.MountTmpfs, Target: target, ReadOnly: readOnly, TmpfsSize: size}, CloneAsIs)
	}
}

func (m *cloner) tmpfsSize(target string) int64 {
	for _, to := range m.h.Mounts {
		if to.Target == target && to.TmpfsOptions != nil {
			return to.TmpfsOptions.SizeBytes
		}
	}
	return 0
}

func (m *cloner) networks() {
	for port := range m.h.PortBindings {
		m.dropped(ClonePort, CloneWouldClash, string(port))
	}
	if m.h.PublishAllPorts {
		m.dropped(ClonePort, CloneWouldClash, "all exposed ports")
	}
	mode := string(m.h.NetworkMode)
	switch {
	case m.h.NetworkMode.IsHost(), m.h.NetworkMode.IsNone(), m.h.NetworkMode.IsContainer():
		if m.from.gone[mode] {
			m.dropped(CloneNetwork, CloneTargetGone, mode)
			return
		}
		m.spec.Networks = []string{mode}
		m.copied(CloneNetwork, mode)
		return
	}
	if m.from.in.NetworkSettings == nil {
		return
	}
	joined := m.from.in.NetworkSettings.Networks
	names := slices.Sorted(maps.Keys(joined))
	// The network of the mode first: it gives the default route. Compose writes
	// the mode as a name, other programs as an ID.
	slices.SortStableFunc(names, func(a, b string) int {
		first := func(n string) int {
			if n == mode || joined[n] != nil && joined[n].NetworkID == mode {
				return 0
			}
			return 1
		}
		return first(a) - first(b)
	})
	for _, name := range names {
		if m.from.gone[name] {
			m.dropped(CloneNetwork, CloneTargetGone, name)
			continue
		}
		m.spec.Networks = append(m.spec.Networks, name)
		m.copied(CloneNetwork, name)
		if s := joined[name]; s != nil && s.IPAMConfig != nil {
			m.dropped(CloneAddress, CloneWouldClash, s.IPAMConfig.IPv4Address, s.IPAMConfig.IPv6Address)
		}
		if s := joined[name]; s != nil {
			for _, alias := range s.Aliases {
				if !strings.HasPrefix(m.from.in.ID, alias) {
					m.dropped(CloneAddress, CloneWouldClash, alias)
				}
			}
		}
	}
	if len(m.spec.Networks) == 1 && m.spec.Networks[0] == "bridge" {
		m.spec.Networks = nil // what a launch does anyway
	}
}
