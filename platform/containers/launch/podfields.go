package launch

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// qualifiedName is Kubernetes' form of a label's or annotation's name.
var qualifiedName = regexp.MustCompile(`^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$`)

func isQualifiedName(key string) bool { return qualifiedName.MatchString(key) }

// namespaces writes what a Pod's containers share with the node, and names.
func (p *podWriter) namespaces() {
	w, s := &p.w, p.s
	if p.network() == "host" {
		w.raw("hostNetwork", "true")
	}
	if s.PID == "host" {
		w.raw("hostPID", "true")
	}
	if s.IPC == "host" {
		w.raw("hostIPC", "true")
	}
	if isDNSLabel(s.Hostname) {
		w.text("hostname", s.Hostname)
	}
	if len(s.DNS) > 0 {
		w.raw("dnsPolicy", "None")
		w.in("dnsConfig", func() { w.list("nameservers", s.DNS) })
	}
	if len(s.ExtraHosts) > 0 {
		w.items("hostAliases", func() {
			for _, entry := range s.ExtraHosts {
				name, ip := splitHost(entry)
				w.item(func() {
					w.text("ip", ip)
					w.list("hostnames", []string{name})
				})
			}
		})
	}
	if groups := numbers(s.GroupAdd); len(groups) > 0 {
		w.in("securityContext", func() { w.raw("supplementalGroups", "["+strings.Join(groups, ", ")+"]") })
	}
}

func (p *podWriter) network() string {
	if len(p.s.Networks) == 0 {
		return ""
	}
	return p.s.Networks[0]
}

func splitHost(entry string) (name, ip string) {
	i := strings.IndexAny(entry, ":=")
	if i < 0 {
		return entry, ""
	}
	return entry[:i], strings.Trim(entry[i+1:], "[]")
}

func isDNSLabel(name string) bool {
	return name != "" && len(name) <= 63 && dnsLabel(name, len(name)) == name
}

func numbers(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !isNumber(v) })
}

func isNumber(text string) bool {
	_, err := strconv.ParseUint(text, 10, 31)
	return err == nil
}

// securityContext writes the container's user and rights.
func (p *podWriter) securityContext() {
	w, s := &p.w, p.s
	var lines []func()
	add := func(line func()) { lines = append(lines, line) }
	user, group := userNumbers(s.User)
	if user != "" {
		add(func() { w.raw("runAsUser", user) })
	}
	if group != "" {
		add(func() { w.raw("runAsGroup", group) })
	}
	if s.Privileged {
		add(func() { w.raw("privileged", "true") })
	}
	if s.ReadOnly {
		add(func() { w.raw("readOnlyRootFilesystem", "true") })
	}
	if len(s.CapAdd)+len(s.CapDrop) > 0 {
		add(func() {
			w.in("capabilities", func() {
				if len(s.CapAdd) > 0 {
					w.list("add", capNames(s.CapAdd))
				}
				if len(s.CapDrop) > 0 {
					w.list("drop", capNames(s.CapDrop))
				}
			})
		})
	}
	for _, option := range s.SecurityOpt {
		switch option {
		case "no-new-privileges", "no-new-privileges:true", "no-new-privileges=true":
			if !s.Privileged { // Kubernetes refuses both together
				add(func() { w.raw("allowPrivilegeEscalation", "false") })
			}
		case "seccomp=unconfined", "seccomp:unconfined":
			add(func() { w.in("seccompProfile", func() { w.raw("type", "Unconfined") }) })
		}
	}
	if len(lines) == 0 {
		return
	}
	w.in("securityContext", func() {
		for _, line := range lines {
			line()
		}
	})
}

// userNumbers gives the user's and group's number where they are ones; root is
// known to be 0 everywhere.
func userNumbers(user string) (uid, gid string) {
	name, group, _ := strings.Cut(user, ":")
	if name == "root" {
		name = "0"
	}
	if group == "root" {
		group = "0"
	}
	if isNumber(name) {
		uid = name
	}
	if isNumber(group) {
		gid = group
	}
	return uid, gid
}

// fullCapNames are capabilities as an engine keeps them. Newer command lines
// write them so themselves, Debian 12's passes on what was typed.
func fullCapNames(names []string) []string {
	full := capNames(names)
	for i, name := range full {
		if name != "ALL" {
			full[i] = "CAP_" + name
		}
	}
	return full
}

// capNames are capabilities as Kubernetes writes them.
func capNames(names []string) []string {
	short := make([]string, len(names))
	for i, name := range names {
		short[i] = strings.TrimPrefix(strings.ToUpper(name), "CAP_")
	}
	return short
}

// podVolume is a mount and the volume it needs.
type podVolume struct {
	name  string
	mount Mount
}

// podVolumes gives each mount, and a shared memory of another size, a volume.
func (p *podWriter) podVolumes() []podVolume {
	var volumes []podVolume
	for _, m := range p.s.Mounts {
		volumes = append(volumes, podVolume{name: "mount-" + strconv.Itoa(len(volumes)+1), mount: m})
	}
	if p.s.ShmSize != 0 {
		volumes = append(volumes, podVolume{name: "shm", mount: Mount{Kind: MountTmpfs, Target: "/dev/shm", TmpfsSize: p.s.ShmSize}})
	}
	return volumes
}

func (v podVolume) write(w *yamlWriter) {
	w.text("name", v.name)
	m := v.mount
	switch {
	case m.Kind == MountBind:
		w.in("hostPath", func() { w.text("path", m.Source) })
	case m.Kind == MountVolume && m.Source != "":
		// A claim is what lives on like a named volume; podman takes it for one.
		w.in("persistentVolumeClaim", func() { w.text("claimName", claimName(m.Source)) })
	case m.Kind == MountTmpfs:
		w.in("emptyDir", func() {
			w.raw("medium", "Memory")
			if m.TmpfsSize != 0 {
				w.raw("sizeLimit", quantity(m.TmpfsSize))
			}
		})
	default:
		w.raw("emptyDir", "{}")
	}
}

func (v podVolume) writeMount(w *yamlWriter) {
	w.text("name", v.name)
	w.text("mountPath", v.mount.Target)
	if v.mount.ReadOnly {
		w.raw("readOnly", "true")
	}
}

func claimName(volume string) string {
	if name := dnsLabel(volume, 63); name != "" {
		return name
	}
	return "volume"
}

// withoutCounterpart lists what a Pod cannot say, as docker's options.
func (p *podWriter) withoutCounterpart() []string {
	s := p.s
	var notes []string
	note := func(flag string, values ...string) {
		for _, v := range values {
			notes = append(notes, flag+" "+v)
		}
	}
	if user, group, _ := strings.Cut(s.User, ":"); s.User != "" {
		uid, gid := userNumbers(s.User)
		if uid == "" || group != "" && gid == "" {
			notes = append(notes, "--user "+s.User+" (runAsUser and runAsGroup take numbers: see `id "+user+"` in the image)")
		}
	}
	for i, name := range s.Networks {
		if i > 0 || name != "host" && name != "bridge" && name != "default" {
			note("--network", name)
		}
	}
	if s.Hostname != "" && !isDNSLabel(s.Hostname) {
		note("--hostname", s.Hostname)
	}
	if s.PID != "" && s.PID != "host" {
		note("--pid", s.PID)
	}
	if s.IPC != "" && s.IPC != "host" && s.IPC != "private" {
		note("--ipc", s.IPC)
	}
	note("--device", s.Devices...)
	note("--ulimit", s.Ulimits...)
	for _, group := range s.GroupAdd {
		if !isNumber(group) {
			note("--group-add", group)
		}
	}
	for _, option := range s.SecurityOpt {
		if !strings.HasPrefix(option, "no-new-privileges") && option != "seccomp=unconfined" && option != "seccomp:unconfined" {
			note("--security-opt", shorten(option))
		}
	}
	if s.PidsLimit != 0 {
		note("--pids-limit", strconv.FormatInt(s.PidsLimit, 10))
	}
	return notes
}
