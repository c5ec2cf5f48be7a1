package containers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/go-units"

	"tacklebox/platform/containers/launch"
)

// maxFields bounds a summary; the JSON has the rest.
const maxFields = 500

// summaryOf picks what a person reads first.
func summaryOf(in container.InspectResponse, reveal bool) []Field {
	s := &summary{reveal: reveal}
	s.add(FieldOwnName, strings.TrimPrefix(in.Name, "/"))
	s.add(FieldID, in.ID)
	s.add(FieldImage, in.Config.Image)
	s.add(FieldPlatform, in.Platform)
	s.state(in)
	s.command(in)
	for _, entry := range in.Config.Env {
		name, value, _ := strings.Cut(entry, "=")
		s.secret(FieldEnv, name, value)
	}
	for _, m := range in.Mounts {
		mode := ""
		if !m.RW {
			mode = " (read-only)"
		}
		source := m.Source
		if m.Name != "" {
			source = m.Name
		}
		s.add(FieldMount, fmt.Sprintf("%s %s → %s%s", m.Type, source, m.Destination, mode))
	}
	s.network(in)
	s.limits(in)
	for _, name := range sortedKeys(in.Config.Labels) {
		s.secret(FieldLabel, name, in.Config.Labels[name])
	}
	return s.fields
}

type summary struct {
	fields []Field
	reveal bool
}

// add appends a field that has a value.
func (s *summary) add(name FieldName, value string) {
	if value == "" || len(s.fields) >= maxFields {
		return
	}
	s.fields = append(s.fields, Field{Name: name, Value: printable(value, 4096)})
}

// secret appends NAME=value, masked where it looks secret.
func (s *summary) secret(field FieldName, name, value string) {
	if value == "" || !launch.LooksSecret(name, value) {
		s.add(field, name+"="+value)
		return
	}
	if !s.reveal {
		value = Masked
	}
	before := len(s.fields)
	s.add(field, name+"="+value)
	if len(s.fields) > before {
		s.fields[before].Secret = !s.reveal
	}
}

func (s *summary) state(in container.InspectResponse) {
	state := in.State
	if state == nil {
		return
	}
	status := state.Status
	if status == "stopped" { // Podman's word
		status = container.StateExited
	}
	s.add(FieldState, status)
	if status == container.StateExited || status == container.StateDead || state.ExitCode != 0 {
		s.add(FieldExitCode, strconv.Itoa(state.ExitCode))
	}
	if state.OOMKilled {
		s.add(FieldOOM, "true")
	}
	s.add(FieldError, state.Error)
	s.add(FieldCreated, instant(in.Created))
	s.add(FieldStarted, instant(state.StartedAt))
	s.add(FieldFinished, instant(state.FinishedAt))
	if in.RestartCount > 0 {
		s.add(FieldRestarts, strconv.Itoa(in.RestartCount))
	}
	if state.Health != nil && state.Health.Status != "none" {
		s.add(FieldHealth, state.Health.Status)
	}
}

func (s *summary) command(in container.InspectResponse) {
	s.add(FieldEntry, launch.QuoteArgv(in.Config.Entrypoint))
	s.add(FieldCmd, launch.QuoteArgv(in.Config.Cmd))
	s.add(FieldUser, in.Config.User)
	s.add(FieldWorkDir, in.Config.WorkingDir)
	if in.Config.Tty {
		s.add(FieldTTY, "true")
	}
	if h := in.HostConfig; h != nil && !h.RestartPolicy.IsNone() {
		s.add(FieldRestart, string(h.RestartPolicy.Name))
	}
}

func (s *summary) network(in container.InspectResponse) {
	if in.NetworkSettings != nil {
		for _, name := range sortedKeys(in.NetworkSettings.Networks) {
			text := name
			if n := in.NetworkSettings.Networks[name]; n != nil && n.IPAddress != "" {
				text += " " + n.IPAddress
			}
			s.add(FieldNetwork, text)
		}
	}
	if in.HostConfig == nil {
		return
	}
	var ports []string
	for port, bindings := range in.HostConfig.PortBindings {
		for _, b := range bindings {
			ports = append(ports, fmt.Sprintf("%s:%s → %s", b.HostIP, b.HostPort, port))
		}
	}
	slices.Sort(ports)
	for _, p := range ports {
		s.add(FieldPort, strings.TrimPrefix(p, ":"))
	}
}

func (s *summary) limits(in container.InspectResponse) {
	h := in.HostConfig
	if h == nil {
		return
	}
	if h.Memory > 0 {
		s.add(FieldMemory, units.BytesSize(float64(h.Memory)))
	}
	if h.NanoCPUs > 0 {
		s.add(FieldCPUs, strconv.FormatFloat(float64(h.NanoCPUs)/1e9, 'f', -1, 64))
	}
	if h.PidsLimit != nil && *h.PidsLimit > 0 {
		s.add(FieldPids, strconv.FormatInt(*h.PidsLimit, 10))
	}
	s.add(FieldCapAdd, strings.Join(h.CapAdd, " "))
	s.add(FieldCapDrop, strings.Join(h.CapDrop, " "))
	if h.Privileged {
		s.add(FieldPrivilege, "true")
	}
	if h.ReadonlyRootfs {
		s.add(FieldReadOnly, "true")
	}
}

// instant shortens a time of the engine's; the zero one, for what did not
// happen, is dropped.
func instant(text string) string {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || t.Year() < 1970 {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
