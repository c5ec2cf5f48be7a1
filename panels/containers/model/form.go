package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tacklebox/platform/containers/launch"
)

// Form is a debug launch as a person types it. What the form has no field for
// stays in Base, so that a copied container keeps its devices and limits.
type Form struct {
	Base launch.Spec

	Shell     string // quoted words; empty looks into the image
	KeepAlive launch.KeepAlive
	Command   []string // for KeepCustom: one argument each, exactly
	User      string
	WorkDir   string
	Name      string
	Env       []EnvRow
	Mounts    []MountRow
	Ports     []string // [[ip:]host:]container[/proto]
	Networks  string   // names with commas or blanks between
	Platform  string
	CapAdd    string
	CapDrop   string
	Hostname  string

	Privileged bool
	ReadOnly   bool
	Memory     string
	CPUs       string
	Pids       string
}

// EnvRow is a variable as typed.
type EnvRow struct {
	Name, Value string
	// Secret was set by the source; a value that looks like a secret counts too.
	Secret bool
}

// IsSecret tells whether the value is to be masked.
func (r EnvRow) IsSecret() bool { return r.Secret || launch.LooksSecret(r.Name, r.Value) }

// MountRow is a mount as typed.
type MountRow struct {
	Kind     launch.MountKind
	Source   string
	Target   string
	ReadOnly bool
	Size     int64 // of a tmpfs, kept from the source
}

// Fields of a Form that an error can belong to.
const (
	FieldShell    = "shell"
	FieldCommand  = "command"
	FieldUser     = "user"
	FieldWorkDir  = "workdir"
	FieldName     = "name"
	FieldEnv      = "env"
	FieldMounts   = "mounts"
	FieldPorts    = "ports"
	FieldNetworks = "networks"
	FieldPlatform = "platform"
	FieldMemory   = "memory"
	FieldCPUs     = "cpus"
	FieldPids     = "pids"
	FieldCaps     = "caps"
	FieldOther    = ""
)

// FieldError is something in a Form that cannot be meant as it was typed.
type FieldError struct {
	Field string
	Row   int // of a list; -1 where there is none
	Err   error
}

// NewForm makes the form for an image or of a container's copy.
func NewForm(spec launch.Spec) Form {
	f := Form{Base: spec.Clone(), KeepAlive: spec.KeepAlive, User: spec.User, WorkDir: spec.WorkDir, Name: spec.Name,
		Networks: strings.Join(spec.Networks, ", "), Platform: spec.Platform, Hostname: spec.Hostname,
		CapAdd: strings.Join(spec.CapAdd, ", "), CapDrop: strings.Join(spec.CapDrop, ", "),
		Privileged: spec.Privileged, ReadOnly: spec.ReadOnly}
	if f.KeepAlive == "" {
		f.KeepAlive = launch.KeepShell
	}
	if len(spec.Shell) > 0 {
		f.Shell = launch.QuoteArgv(spec.Shell)
	}
	if f.KeepAlive == launch.KeepCustom {
		f.Command = append(slices.Clone(spec.Entrypoint), spec.Cmd...)
	}
	for _, v := range spec.Env {
		f.Env = append(f.Env, EnvRow{v.Name, v.Value, v.Secret})
	}
	for _, m := range spec.Mounts {
		f.Mounts = append(f.Mounts, MountRow{Kind: m.Kind, Source: m.Source, Target: m.Target, ReadOnly: m.ReadOnly, Size: m.TmpfsSize})
	}
	for _, p := range spec.Ports {
		f.Ports = append(f.Ports, p.String())
	}
	if spec.Memory != 0 {
		f.Memory = launch.FormatBytes(spec.Memory)
	}
	if spec.NanoCPUs != 0 {
		f.CPUs = strconv.FormatFloat(float64(spec.NanoCPUs)/1e9, 'f', -1, 64)
	}
	if spec.PidsLimit != 0 {
		f.Pids = strconv.FormatInt(spec.PidsLimit, 10)
	}
	return f
}

// Clone makes a copy that shares nothing with f.
func (f Form) Clone() Form {
	f.Base = f.Base.Clone()
	f.Command, f.Env, f.Mounts, f.Ports = slices.Clone(f.Command), slices.Clone(f.Env), slices.Clone(f.Mounts), slices.Clone(f.Ports)
	return f
}

// list splits names at commas and blanks.
func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' || r == '，' })
}

// Spec is what the form says, and what is wrong with it. The Spec is usable for
// showing commands even when something is wrong.
func (f Form) Spec() (launch.Spec, []FieldError) {
	s := f.Base.Clone()
	var errs []FieldError
	add := func(field string, row int, err error) {
		if err != nil {
			errs = append(errs, FieldError{field, row, err})
		}
	}
	s.KeepAlive = f.KeepAlive
	s.Shell = nil
	if t := strings.TrimSpace(f.Shell); t != "" {
		argv, err := launch.SplitArgv(t)
		add(FieldShell, -1, err)
		s.Shell = argv
	}
	s.Entrypoint, s.Cmd = nil, nil
	if f.KeepAlive == launch.KeepCustom {
		if len(f.Command) > 0 {
			s.Entrypoint, s.Cmd = f.Command[:1:1], slices.Clone(f.Command[1:])
		}
	}
	s.User, s.WorkDir, s.Name = strings.TrimSpace(f.User), strings.TrimSpace(f.WorkDir), strings.TrimSpace(f.Name)
	s.Hostname = strings.TrimSpace(f.Hostname)
	s.Networks, s.CapAdd, s.CapDrop = list(f.Networks), list(f.CapAdd), list(f.CapDrop)
	s.Privileged, s.ReadOnly = f.Privileged, f.ReadOnly

	f.env(&s, add)
	f.mounts(&s, add)
	f.ports(&s, add)
	f.limits(&s, add)
	if len(errs) == 0 {
		errs = append(errs, fieldErrors(s.Validate())...)
	}
	return s, errs
}

func (f Form) env(s *launch.Spec, add func(string, int, error)) {
	s.Env = nil
	seen := map[string]bool{}
	for i, r := range f.Env {
		if r.Name == "" && r.Value == "" {
			continue // an empty row is a row not filled in yet
		}
		switch {
		case r.Name == "":
			add(FieldEnv, i, problem("env", launch.ReasonEmpty))
			continue
		case strings.ContainsAny(r.Name, "=\x00"):
			add(FieldEnv, i, problem("env", launch.ReasonCharacter))
			continue
		case seen[r.Name]:
			add(FieldEnv, i, problem("env", launch.ReasonDuplicate))
			continue
		}
		seen[r.Name] = true
		s.Env = append(s.Env, launch.EnvVar{Name: r.Name, Value: r.Value, Secret: r.IsSecret()})
	}
}

func (f Form) mounts(s *launch.Spec, add func(string, int, error)) {
	s.Mounts = nil
	for i, r := range f.Mounts {
		if r.Source == "" && r.Target == "" {
			continue
		}
		m := launch.Mount{Kind: r.Kind, Source: r.Source, Target: r.Target, ReadOnly: r.ReadOnly, TmpfsSize: r.Size}
		if m.Kind == "" {
			m.Kind = launch.MountBind
		}
		if m.Kind == launch.MountTmpfs {
			m.Source = ""
		} else {
			m.TmpfsSize = 0
		}
		one := launch.Spec{Image: "x", Mounts: []launch.Mount{m}}
		if errs := fieldErrors(one.Validate()); len(errs) > 0 {
			add(FieldMounts, i, errs[0].Err)
			continue
		}
		s.Mounts = append(s.Mounts, m)
	}
}

func (f Form) ports(s *launch.Spec, add func(string, int, error)) {
	s.Ports = nil
	for i, text := range f.Ports {
		if strings.TrimSpace(text) == "" {
			continue
		}
		ports, err := launch.ParsePublish(strings.TrimSpace(text))
		if err != nil {
			add(FieldPorts, i, err)
			continue
		}
		s.Ports = append(s.Ports, ports...)
	}
}

func (f Form) limits(s *launch.Spec, add func(string, int, error)) {
	var err error
	s.Platform, err = launch.ParsePlatform(strings.TrimSpace(f.Platform))
	add(FieldPlatform, -1, err)
	s.Memory, err = launch.ParseBytes(f.Memory)
	add(FieldMemory, -1, err)
	s.NanoCPUs, err = launch.ParseCPUs(f.CPUs)
	add(FieldCPUs, -1, err)
	s.PidsLimit = 0
	if t := strings.TrimSpace(f.Pids); t != "" {
		n, err := strconv.ParseInt(t, 10, 64)
		if err != nil || n < -1 {
			add(FieldPids, -1, problem("pids", launch.ReasonMalformed))
		}
		s.PidsLimit = n
	}
}

func problem(field string, r launch.Reason) error {
	return &launch.InputError{Field: field, Reason: r, Detail: fmt.Sprintf("is %s", r)}
}

// fieldErrors gives the errors of Validate their places in the form.
func fieldErrors(err error) []FieldError {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []FieldError
		for _, e := range joined.Unwrap() {
			out = append(out, fieldErrors(e)...)
		}
		return out
	}
	field := FieldOther
	if in, ok := err.(*launch.InputError); ok {
		switch in.Field {
		case "shell":
			field = FieldShell
		case "entrypoint", "arguments":
			field = FieldCommand
		case "user":
			field = FieldUser
		case "workdir":
			field = FieldWorkDir
		case "name":
			field = FieldName
		case "variable":
			field = FieldEnv
		case "mount", "tmpfs":
			field = FieldMounts
		case "port":
			field = FieldPorts
		case "network":
			field = FieldNetworks
		case "platform":
			field = FieldPlatform
		case "memory", "size":
			field = FieldMemory
		case "CPUs":
			field = FieldCPUs
		case "capability":
			field = FieldCaps
		}
	}
	return []FieldError{{field, -1, err}}
}
