package launch

import (
	"maps"
	"slices"
	"strings"
)

// Clone makes a copy that shares nothing with s.
func (s Spec) Clone() Spec {
	s.Entrypoint = slices.Clone(s.Entrypoint)
	s.Cmd = slices.Clone(s.Cmd)
	s.Shell = slices.Clone(s.Shell)
	s.Env = slices.Clone(s.Env)
	s.Mounts = slices.Clone(s.Mounts)
	s.Ports = slices.Clone(s.Ports)
	s.Networks = slices.Clone(s.Networks)
	s.CapAdd = slices.Clone(s.CapAdd)
	s.CapDrop = slices.Clone(s.CapDrop)
	s.SecurityOpt = slices.Clone(s.SecurityOpt)
	s.Devices = slices.Clone(s.Devices)
	s.ExtraHosts = slices.Clone(s.ExtraHosts)
	s.DNS = slices.Clone(s.DNS)
	s.Ulimits = slices.Clone(s.Ulimits)
	s.GroupAdd = slices.Clone(s.GroupAdd)
	s.Labels = maps.Clone(s.Labels)
	s.Original.Entrypoint = slices.Clone(s.Original.Entrypoint)
	s.Original.Cmd = slices.Clone(s.Original.Cmd)
	return s
}

// DefaultShell is opened where no shell was chosen or found.
const DefaultShell = "/bin/sh"

// ShellArgv is the shell to open inside: the chosen one, or DefaultShell.
func (s Spec) ShellArgv() []string {
	if len(s.Shell) == 0 {
		return []string{DefaultShell}
	}
	return s.Shell
}

// Resolved is s with Entrypoint and Cmd decided by KeepAlive. Entrypoint has
// exactly one element and Cmd the rest: the engine runs both one after the
// other, and `docker run --entrypoint` takes one word only, so that this is the
// one division that a printed command can repeat exactly.
func (s Spec) Resolved() Spec {
	s = s.Clone()
	var argv []string
	switch s.KeepAlive {
	case KeepSleep:
		argv = []string{"sleep", "infinity"}
	case KeepTail:
		argv = []string{"tail", "-f", "/dev/null"}
	case KeepCustom:
		argv = append(slices.Clone(s.Entrypoint), s.Cmd...)
	default:
		argv = s.ShellArgv()
	}
	if len(argv) > 0 {
		s.Entrypoint, s.Cmd = []string{argv[0]}, slices.Clone(argv[1:])
	}
	return s
}

// maxName keeps a suggested name short enough to be a Pod's as well.
const maxName = 50

// SuggestName makes a container name of an image's or container's name, in
// letters that engines and Kubernetes both take. suffix keeps it apart from
// others and may be empty.
func SuggestName(source, suffix string) string {
	base := source
	if strings.HasPrefix(base, "sha256:") {
		base = strings.TrimPrefix(base, "sha256:")
		base = base[:min(12, len(base))]
	}
	base, _, _ = strings.Cut(base, "@")
	base = base[strings.LastIndexByte(base, '/')+1:]
	base, _, _ = strings.Cut(base, ":")
	name := dnsLabel(base, maxName-len("-debug"))
	if name == "" {
		name = "container"
	}
	name += "-debug"
	if suffix != "" {
		name += "-" + suffix
	}
	return name
}

// dnsLabel turns text into lower-case letters, digits and inner dashes.
func dnsLabel(text string, limit int) string {
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		if b.Len() >= limit {
			break
		}
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
			b.WriteByte('-')
		}
	}
	return strings.TrimRight(b.String(), "-")
}
