package launch

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"unicode/utf8"
)

// containerName is what engines accept as a name.
var containerName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.-]+$`)

const (
	maxContainerName = 250     // the engine writes names into host files and DNS
	maxList          = 10_000  // entries of any one list
	maxSpec          = 4 << 20 // bytes of all texts together
)

// Validate finds what no engine could accept or would misunderstand. It reports
// everything it finds, each as an *InputError, joined.
func (s Spec) Validate() error {
	if err := s.checkText(); err != nil {
		return err // the rest may not be looked at
	}
	var errs []error
	check := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	_, err := ParseReference(s.Image)
	check(err)
	if s.Name != "" && (!containerName.MatchString(s.Name) || len(s.Name) > maxContainerName) {
		check(wrong("name", s.Name, ReasonMalformed, "is not a container name", "use two or more letters, digits, dots, dashes and underscores, a letter or digit first"))
	}
	check(s.checkCommand())
	if s.WorkDir != "" && !isAbs(s.WorkDir) {
		check(wrong("workdir", s.WorkDir, ReasonRelative, "the working folder has to be an absolute path", ""))
	}
	if strings.ContainsAny(s.User, " \t\n") {
		check(wrong("user", s.User, ReasonCharacter, "a user has no blanks", "users look like root, 1000 or 1000:1000"))
	}
	names := map[string]bool{}
	for _, v := range s.Env {
		check(checkEnvName(v.Name))
		if names[v.Name] {
			check(wrong("variable", v.Name, ReasonDuplicate, "is given twice", ""))
		}
		names[v.Name] = true
	}
	check(s.checkMounts())
	check(s.checkNetwork())
	_, err = ParsePlatform(s.Platform)
	check(err)
	for name := range s.Labels {
		if name == "" {
			check(wrong("label", name, ReasonEmpty, "the name is missing", ""))
		}
	}
	check(s.checkLimits())
	return errors.Join(errs...)
}

// checkText refuses what cannot be sent: an API call is JSON, which would turn
// broken UTF-8 into other letters without a word, and a NUL ends an argument.
func (s Spec) checkText() error {
	total := 0
	for field, text := range s.texts() {
		total += len(text)
		switch {
		case len(text) > maxText:
			return tooLong(field, text, maxText)
		case total > maxSpec:
			return wrong(field, "", ReasonTooLong, fmt.Sprintf("all settings together are longer than %d bytes", maxSpec), "")
		case strings.IndexByte(text, 0) >= 0:
			return wrong(field, text, ReasonCharacter, "holds a NUL character", "")
		case !utf8.ValidString(text):
			return wrong(field, "", ReasonCharacter, "is not UTF-8 text", "")
		}
	}
	for _, n := range []int{len(s.Entrypoint), len(s.Cmd), len(s.Shell), len(s.Env), len(s.Mounts), len(s.Ports), len(s.Labels), len(s.Networks)} {
		if n > maxList {
			return wrong("launch", "", ReasonTooLong, fmt.Sprintf("a list has more than %d entries", maxList), "")
		}
	}
	return nil
}

// texts yields every text of s with the name of its field; values of variables
// go under "value", so that no error repeats them by name.
func (s Spec) texts() func(yield func(field, text string) bool) {
	return func(yield func(string, string) bool) {
		single := []struct{ field, text string }{
			{"image", s.Image}, {"name", s.Name}, {"user", s.User}, {"workdir", s.WorkDir}, {"hostname", s.Hostname},
			{"platform", s.Platform}, {"ipc", s.IPC}, {"pid", s.PID}, {"source", s.Source},
		}
		for _, e := range single {
			if !yield(e.field, e.text) {
				return
			}
		}
		lists := []struct {
			field string
			texts []string
		}{
			{"entrypoint", s.Entrypoint}, {"arguments", s.Cmd}, {"shell", s.Shell}, {"network", s.Networks},
			{"capability", s.CapAdd}, {"capability", s.CapDrop}, {"security option", s.SecurityOpt}, {"device", s.Devices},
			{"host", s.ExtraHosts}, {"DNS server", s.DNS}, {"limit", s.Ulimits}, {"group", s.GroupAdd},
		}
		for _, l := range lists {
			for _, text := range l.texts {
				if !yield(l.field, text) {
					return
				}
			}
		}
		for _, v := range s.Env {
			if !yield("variable", v.Name) || !yield("variable", v.Name+"="+v.Value) {
				return
			}
		}
		for _, m := range s.Mounts {
			if !yield("mount", m.Source) || !yield("mount", m.Target) {
				return
			}
		}
		for name, value := range s.Labels {
			if !yield("label", name) || !yield("label", value) {
				return
			}
		}
	}
}

func (s Spec) checkCommand() error {
	switch s.KeepAlive {
	case "", KeepShell, KeepSleep, KeepTail:
		if len(s.Shell) > 0 && s.Shell[0] == "" {
			return wrong("shell", "", ReasonEmpty, "the program's name is missing", "")
		}
	case KeepCustom:
		argv := append(append([]string{}, s.Entrypoint...), s.Cmd...)
		if len(argv) == 0 || argv[0] == "" {
			return wrong("entrypoint", "", ReasonEmpty, "there is no program to run", "name one, or choose another way to keep the container up")
		}
	default:
		return wrong("keep-alive", string(s.KeepAlive), ReasonUnknown, "is not a way to keep a container up", "use shell, sleep, tail or custom")
	}
	return nil
}

func (s Spec) checkMounts() error {
	targets := map[string]bool{}
	for _, m := range s.Mounts {
		if err := checkMount(m); err != nil {
			return err
		}
		if m.Kind == MountBind && !isAbs(m.Source) {
			return wrong("mount", m.Source, ReasonRelative, "the source of a bind mount has to be an absolute path", "")
		}
		if m.TmpfsSize < 0 {
			return wrong("mount", m.Target, ReasonRange, "a size cannot be negative", "")
		}
		target := strings.TrimRight(m.Target, "/")
		if targets[target] {
			return wrong("mount", m.Target, ReasonDuplicate, "two mounts have this target", "")
		}
		targets[target] = true
	}
	return nil
}

func (s Spec) checkNetwork() error {
	seen := map[string]bool{}
	for i, name := range s.Networks {
		special := name == "host" || name == "none" || strings.HasPrefix(name, "container:")
		switch {
		case name == "":
			return wrong("network", name, ReasonEmpty, "the name is missing", "")
		case strings.HasPrefix(name, "-"):
			return wrong("network", name, ReasonMalformed, "a network's name does not begin with a dash", "")
		case seen[name]:
			return wrong("network", name, ReasonDuplicate, "is given twice", "")
		case special && len(s.Networks) > 1:
			return wrong("network", name, ReasonConflict, "does not go together with other networks", "")
		case i == 0 && strings.HasPrefix(name, "container:") && len(s.Ports) > 0:
			return wrong("network", name, ReasonConflict, "ports cannot be published on another container's network", "leave the ports out")
		}
		seen[name] = true
	}
	published := map[Port]bool{}
	for _, p := range s.Ports {
		switch p.Proto {
		case "", "tcp", "udp", "sctp":
		default:
			return wrong("port", p.Proto, ReasonUnknown, "is not a protocol", "use tcp, udp or sctp")
		}
		if p.Container == 0 {
			return wrong("port", p.String(), ReasonRange, "ports go from 1 to 65535", "")
		}
		if p.HostIP != "" && net.ParseIP(p.HostIP) == nil {
			return wrong("port", p.HostIP, ReasonMalformed, "is not an IP address", "")
		}
		if p.HostPort != 0 {
			key := Port{HostIP: p.HostIP, HostPort: p.HostPort, Proto: protoOf(p)}
			if published[key] {
				return wrong("port", p.String(), ReasonDuplicate, "the host port is given twice", "")
			}
			published[key] = true
		}
	}
	return nil
}

func protoOf(p Port) string {
	if p.Proto == "" {
		return "tcp"
	}
	return p.Proto
}

func (s Spec) checkLimits() error {
	for field, value := range map[string]int64{"memory": s.Memory, "CPUs": s.NanoCPUs, "shm size": s.ShmSize} {
		if value < 0 {
			return wrong(field, fmt.Sprint(value), ReasonRange, "cannot be negative", "")
		}
	}
	return nil
}
