package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/platform/containers/launch"
)

// debugFlags are the flags of debug as they were typed.
type debugFlags struct {
	engineFlags
	entrypoint, shell, user, workdir, platform string
	keepAlive, memory, cpus, name, pull, print string
	hostname, exec                             string
	env, envFile, mount, volume, tmpfs         []string
	publish, network, capAdd, capDrop          []string
	privileged, readOnly, remove, reveal       bool
	interactive                                bool
}

func (f *debugFlags) add(c *cobra.Command) {
	f.engineFlags.add(c)
	s := c.Flags()
	s.SortFlags = false
	s.StringVar(&f.exec, "exec", "", "run this one `COMMAND` in the shell, give its exit code, and leave the container up")
	s.BoolVarP(&f.interactive, "interactive", "i", false, "pass stdin on to the command of --exec")
	s.BoolVar(&f.remove, "rm", false, "remove the container when the command or the shell has ended")
	s.StringVar(&f.shell, "shell", "", "the `SHELL` inside; without it the best that the image has")
	s.StringVar(&f.entrypoint, "entrypoint", "", "run this `PROGRAM`, with ARGS, in place of the shell as the first process")
	s.StringVar(&f.keepAlive, "keep-alive", "", "keep the container up: `HOW` is shell, sleep or tail")
	s.StringVar(&f.name, "name", "", "the container's `NAME`")
	s.StringVarP(&f.user, "user", "u", "", "run as this `USER`[:GROUP]")
	s.StringVarP(&f.workdir, "workdir", "w", "", "the working `DIR` inside")
	s.StringArrayVarP(&f.env, "env", "e", nil, "set a `VARIABLE` as NAME=VALUE; a NAME alone takes the value from here")
	s.StringArrayVar(&f.envFile, "env-file", nil, "set the variables in this `FILE`")
	s.StringArrayVar(&f.mount, "mount", nil, "a `MOUNT` as type=bind,source=…,target=…[,readonly]")
	s.StringArrayVarP(&f.volume, "volume", "v", nil, "a `MOUNT` as SOURCE:TARGET[:ro]")
	s.StringArrayVar(&f.tmpfs, "tmpfs", nil, "a tmpfs `MOUNT` as TARGET[:size=64m]")
	s.StringArrayVarP(&f.publish, "publish", "p", nil, "publish a `PORT` as [IP:][HOSTPORT:]PORT[/udp]")
	s.StringArrayVar(&f.network, "network", nil, "join this `NETWORK`; more than once for several")
	s.StringVar(&f.hostname, "hostname", "", "the `NAME` that the container has for itself")
	s.StringVar(&f.platform, "platform", "", "use the image for this `OS/ARCH`")
	s.StringSliceVar(&f.capAdd, "cap-add", nil, "add this `CAPABILITY`")
	s.StringSliceVar(&f.capDrop, "cap-drop", nil, "drop this `CAPABILITY`")
	s.BoolVar(&f.privileged, "privileged", false, "give the container all rights of the engine's machine")
	s.BoolVar(&f.readOnly, "read-only", false, "make the root file system read-only")
	s.StringVarP(&f.memory, "memory", "m", "", "limit the memory to this `SIZE` (512m, 2g)")
	s.StringVar(&f.cpus, "cpus", "", "limit to this `NUMBER` of CPUs")
	s.StringVar(&f.pull, "pull", "missing", "pull the image: `WHEN` is always, missing or never")
	s.StringVar(&f.print, "print", "", "launch nothing, print it: `FORM` is docker, powershell, pod, pod-tty, deployment or deployment-tty")
	s.BoolVar(&f.reveal, "reveal", false, "with --print: print the values of secret variables too")
}

// podForms are the values of --print that are YAML.
var podForms = map[string]func(launch.Spec, launch.PrintOptions) string{
	"pod":     func(s launch.Spec, o launch.PrintOptions) string { return s.PodYAML(launch.PodSleep, o) },
	"pod-tty": func(s launch.Spec, o launch.PrintOptions) string { return s.PodYAML(launch.PodTTY, o) },
	"deployment": func(s launch.Spec, o launch.PrintOptions) string {
		return s.PodFragment(launch.PodSleep, o)
	},
	"deployment-tty": func(s launch.Spec, o launch.PrintOptions) string {
		return s.PodFragment(launch.PodTTY, o)
	},
}

// check refuses what does not go together, before anything is asked.
func (f *debugFlags) check(changed func(string) bool) error {
	oneOf := func(flag, value string, allowed ...string) error {
		if value == "" || slices.Contains(allowed, value) {
			return nil
		}
		return fmt.Errorf("--%s %q is not one of %s", flag, plainText(value), strings.Join(allowed, ", "))
	}
	err := errors.Join(
		oneOf("pull", f.pull, "always", "missing", "never"),
		oneOf("print", f.print, "docker", "powershell", "pod", "pod-tty", "deployment", "deployment-tty"),
		oneOf("keep-alive", f.keepAlive, "shell", "sleep", "tail"),
	)
	switch {
	case err != nil:
		return err
	case changed("exec") && f.print != "":
		return errors.New("--print launches nothing, so --exec has nothing to run in")
	case changed("exec") && strings.TrimSpace(f.exec) == "":
		return errors.New("--exec has no command")
	case f.interactive && !changed("exec"):
		return errors.New("--interactive goes with --exec")
	case f.reveal && f.print == "":
		return errors.New("--reveal goes with --print")
	case f.entrypoint != "" && f.keepAlive != "":
		return errors.New("--entrypoint and --keep-alive both say what the first process is")
	}
	return nil
}

// apply puts what was typed over spec, which is empty or a container's copy.
func (f *debugFlags) apply(spec *launch.Spec, lookup launch.Lookup, args []string) error {
	set := func(field *string, value string) {
		if value != "" {
			*field = value
		}
	}
	set(&spec.User, f.user)
	set(&spec.WorkDir, f.workdir)
	set(&spec.Name, f.name)
	set(&spec.Hostname, f.hostname)
	spec.Privileged = spec.Privileged || f.privileged
	spec.ReadOnly = spec.ReadOnly || f.readOnly
	spec.CapAdd = append(spec.CapAdd, f.capAdd...)
	spec.CapDrop = append(spec.CapDrop, f.capDrop...)
	if len(f.network) > 0 {
		spec.Networks = f.network
	}
	return errors.Join(
		f.applyCommand(spec, args),
		f.applyEnv(spec, lookup),
		f.applyMounts(spec),
		f.applyPorts(spec),
		f.applyLimits(spec),
	)
}

// applyCommand decides what the first process is. ARGS go to --entrypoint, or
// else to the shell.
func (f *debugFlags) applyCommand(spec *launch.Spec, args []string) error {
	if f.shell != "" {
		argv, err := launch.SplitArgv(f.shell)
		if err != nil {
			return err
		}
		spec.Shell = argv
	}
	spec.KeepAlive = launch.KeepAlive(f.keepAlive)
	if f.entrypoint != "" {
		spec.KeepAlive, spec.Entrypoint, spec.Cmd = launch.KeepCustom, []string{f.entrypoint}, args
	} else if len(args) > 0 {
		if f.keepAlive != "" && f.keepAlive != "shell" {
			return fmt.Errorf("--keep-alive %s takes no arguments", f.keepAlive)
		}
		spec.KeepAlive, spec.Cmd = launch.KeepCustom, args // the shell comes in front, once it is known
	}
	return nil
}

func (f *debugFlags) applyEnv(spec *launch.Spec, lookup launch.Lookup) error {
	lists := [][]launch.EnvVar{spec.Env}
	for _, name := range f.envFile {
		vars, err := readEnvFile(name, lookup)
		if err != nil {
			return err
		}
		lists = append(lists, vars)
	}
	var typed []launch.EnvVar
	for _, text := range f.env {
		v, set, err := launch.ParseEnv(text, lookup)
		if err != nil {
			return err
		}
		if set {
			typed = append(typed, v)
		}
	}
	spec.Env = launch.MergeEnv(append(lists, typed)...)
	return nil
}

func readEnvFile(name string, lookup launch.Lookup) ([]launch.EnvVar, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read env file: %w", err)
	}
	defer file.Close()
	vars, err := launch.ParseEnvFile(file, lookup)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", name, err)
	}
	return vars, nil
}

func (f *debugFlags) applyMounts(spec *launch.Spec) error {
	var mounts []launch.Mount
	for _, text := range slices.Concat(f.mount, f.volume) {
		m, err := launch.ParseMount(text)
		if err != nil {
			return err
		}
		mounts = append(mounts, m)
	}
	for _, text := range f.tmpfs {
		m, err := launch.ParseTmpfs(text)
		if err != nil {
			return err
		}
		mounts = append(mounts, m)
	}
	for _, m := range mounts {
		if m.Kind == launch.MountBind && strings.HasPrefix(m.Source, ".") {
			abs, err := filepath.Abs(m.Source)
			if err != nil {
				return fmt.Errorf("mount %q: %w", m.Source, err)
			}
			m.Source = abs
		}
		// What was typed takes the place of a copied container's own mount.
		spec.Mounts = slices.DeleteFunc(spec.Mounts, func(old launch.Mount) bool { return old.Target == m.Target && !slices.Contains(mounts, old) })
		spec.Mounts = append(spec.Mounts, m)
	}
	return nil
}

func (f *debugFlags) applyPorts(spec *launch.Spec) error {
	for _, text := range f.publish {
		ports, err := launch.ParsePublish(text)
		if err != nil {
			return err
		}
		spec.Ports = append(spec.Ports, ports...)
	}
	return nil
}

func (f *debugFlags) applyLimits(spec *launch.Spec) error {
	platform, err := launch.ParsePlatform(f.platform)
	if err != nil {
		return err
	}
	if platform != "" {
		spec.Platform = platform
	}
	memory, err := launch.ParseBytes(f.memory)
	if err != nil {
		return err
	}
	if memory != 0 {
		spec.Memory = memory
	}
	cpus, err := launch.ParseCPUs(f.cpus)
	if err != nil {
		return err
	}
	if cpus != 0 {
		spec.NanoCPUs = cpus
	}
	return nil
}
