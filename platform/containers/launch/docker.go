package launch

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// CommandShell is the shell that printed commands are for.
type CommandShell string

const (
	// Posix is sh, bash, ash, dash, zsh and their like.
	Posix CommandShell = "posix"
	// PowerShell is PowerShell 7.3 and later; older ones mangle arguments with
	// double quotes whatever is written.
	PowerShell CommandShell = "powershell"
)

// PrintOptions say how a launch is written down.
type PrintOptions struct {
	// Reveal prints the values of secret variables; otherwise only their names.
	Reveal bool
	// Shell is the shell the docker commands are for; empty is Posix.
	Shell CommandShell
	// OneLine prints each docker command on one line.
	OneLine bool
}

// DockerCommands writes the launch as commands of the Docker CLI: one that
// starts the container, one for each further network, and one that opens the
// shell inside. Run as they are, they give the same container as a launch.
//
// Further networks are joined after the start: `docker create` would set
// StdinOnce and the Attach fields, which `docker run -d` does not, and the first
// process is a shell that waits anyway.
func (s Spec) DockerCommands(o PrintOptions) string {
	s = s.Resolved()
	if s.Name == "" {
		s.Name = SuggestName(s.Image, "")
	}
	w := commandWriter{o: o}
	if !o.Reveal {
		w.secretsNote(s.Env)
	}
	w.seccompProfiles(s.SecurityOpt)
	w.command(s.runArgs(o, w.files))
	for _, network := range s.furtherNetworks() {
		w.command([][]string{{"docker", "network", "connect", network, s.Name}})
	}
	w.command([][]string{append([]string{"docker", "exec", "-it", s.Name}, s.ShellArgv()...)})
	return w.b.String()
}

func (s Spec) furtherNetworks() []string {
	if len(s.Networks) < 2 {
		return nil
	}
	return s.Networks[1:]
}

// runArgs is `docker run …`, in groups that belong on one line. files maps
// security options to variables that hold the name of a profile's file.
func (s Spec) runArgs(o PrintOptions, files map[string]string) [][]string {
	groups := [][]string{{"docker", "run", "-d", "-t", "-i"}, {"--name", s.Name}}
	add := func(group ...string) { groups = append(groups, group) }
	value := func(flag, value string) {
		if value != "" {
			add(flag, value)
		}
	}
	each := func(flag string, values []string) {
		for _, v := range values {
			add(flag, v)
		}
	}
	if !s.NoInit {
		add("--init")
	}
	add("--no-healthcheck", "--stop-timeout", "1", "--restart", "no")
	value("--platform", s.Platform)
	value("--user", s.User)
	value("--workdir", s.WorkDir)
	value("--hostname", s.Hostname)
	for _, v := range s.Env {
		if v.Secret && !o.Reveal {
			add("--env", v.Name)
		} else {
			add("--env", v.Name+"="+v.Value)
		}
	}
	for _, m := range s.Mounts {
		add("--mount", m.String())
	}
	for _, p := range s.Ports {
		add("--publish", p.String())
	}
	if len(s.Networks) > 0 {
		add("--network", s.Networks[0])
	}
	each("--add-host", s.ExtraHosts)
	each("--dns", s.DNS)
	each("--cap-add", fullCapNames(s.CapAdd))
	each("--cap-drop", fullCapNames(s.CapDrop))
	for _, option := range s.SecurityOpt {
		if variable, ok := files[option]; ok {
			add("--security-opt", rawMark+variable)
		} else {
			add("--security-opt", option)
		}
	}
	each("--device", s.Devices)
	each("--ulimit", s.Ulimits)
	each("--group-add", s.GroupAdd)
	if s.Privileged {
		add("--privileged")
	}
	if s.ReadOnly {
		add("--read-only")
	}
	value("--ipc", s.IPC)
	value("--pid", s.PID)
	if s.Memory != 0 {
		add("--memory", FormatBytes(s.Memory))
	}
	if s.NanoCPUs != 0 {
		add("--cpus", FormatCPUs(s.NanoCPUs))
	}
	if s.PidsLimit != 0 {
		add("--pids-limit", strconv.FormatInt(s.PidsLimit, 10))
	}
	if s.ShmSize != 0 {
		add("--shm-size", FormatBytes(s.ShmSize))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Labels)) {
		add("--label", name+"="+s.Labels[name])
	}
	last := []string{}
	if len(s.Entrypoint) > 0 {
		last = append(last, "--entrypoint", s.Entrypoint[0])
	}
	last = append(last, s.Image)
	if len(s.Entrypoint) > 1 {
		last = append(last, s.Entrypoint[1:]...)
	}
	add(append(last, s.Cmd...)...)
	return groups
}

// rawMark begins an argument that is already written for the shell. A NUL can
// stand in no real argument.
const rawMark = "\x00"

// commandWriter writes commands for one shell.
type commandWriter struct {
	o     PrintOptions
	b     strings.Builder
	files map[string]string
}

func (w *commandWriter) command(groups [][]string) {
	next := " \\\n  "
	if w.o.Shell == PowerShell {
		next = " `\n  "
	}
	if w.o.OneLine {
		next = " "
	}
	for i, group := range groups {
		if i > 0 {
			w.b.WriteString(next)
		}
		for j, arg := range group {
			if j > 0 {
				w.b.WriteByte(' ')
			}
			w.b.WriteString(w.quote(arg))
		}
	}
	w.b.WriteByte('\n')
}

func (w *commandWriter) quote(arg string) string {
	if raw, ok := strings.CutPrefix(arg, rawMark); ok {
		return raw
	}
	if w.o.Shell == PowerShell {
		return quotePowerShell(arg)
	}
	return Quote(arg)
}

// secretsNote tells which variables have to be set where the commands run.
func (w *commandWriter) secretsNote(env []EnvVar) {
	var names []string
	for _, v := range env {
		if v.Secret {
			name := v.Name
			if !isIdentifier(name) {
				// A line feed would end the comment and run what follows.
				name = strconv.QuoteToASCII(name)
			}
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		w.b.WriteString("# taken from your environment, so set it there first: " + strings.Join(names, " ") + "\n")
	}
}

// isIdentifier is true for names that a shell can export.
func isIdentifier(name string) bool {
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// seccompProfiles writes profiles into files: `docker run` takes a file's name
// where the engine's API, and so a copied container, has the profile itself.
func (w *commandWriter) seccompProfiles(options []string) {
	w.files = map[string]string{}
	for _, option := range options {
		profile, ok := strings.CutPrefix(option, "seccomp=")
		if !ok || !json.Valid([]byte(profile)) {
			continue
		}
		variable := "seccomp" + strconv.Itoa(len(w.files)+1)
		if w.o.Shell == PowerShell {
			w.b.WriteString("$" + variable + " = New-TemporaryFile; Set-Content -NoNewline $" + variable + " " + quotePowerShell(profile) + "\n")
			w.files[option] = `"seccomp=$` + variable + `"`
			continue
		}
		w.b.WriteString(variable + `=$(mktemp) && printf %s ` + Quote(profile) + ` >"$` + variable + "\"\n")
		w.files[option] = `seccomp="$` + variable + `"`
	}
}

// quotePowerShell writes one argument for PowerShell 7.3 or later. Within single
// quotes only the single quote itself has a meaning, in all its typographic
// forms.
func quotePowerShell(arg string) string {
	plain := isPlainWord(arg) && !strings.HasPrefix(arg, "@") && !strings.Contains(arg, ",")
	if plain {
		return arg
	}
	doubled := strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛").Replace(arg)
	return "'" + doubled + "'"
}
