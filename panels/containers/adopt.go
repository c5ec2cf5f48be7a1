package containers

import (
	"context"
	"strings"

	"tacklebox/panels/containers/model"
	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
)

// sessionSpec finds out how a session that this window did not launch runs, with
// which shell it is entered, and what it would have run.
func sessionSpec(ctx context.Context, eng model.Engine, c containers.Container) (launch.Spec, error) {
	spec, _, err := eng.Clone(ctx, c.ID)
	if err != nil {
		return spec, err
	}
	spec.Name = c.Name
	first := spec.Original.Argv()
	spec.Original = originalOf(ctx, eng, c)
	if len(spec.Shell) > 0 {
		return spec, nil
	}
	if len(first) > 0 && isShell(first) {
		spec.Shell = first
		return spec, nil
	}
	found, err := eng.ProbeShells(ctx, spec.Image, spec.Platform)
	if err != nil {
		return spec, err
	}
	spec.Shell = found[0].Argv
	return spec, nil
}

// originalOf is the command of what a session was made from: an image, or a
// container that may be gone by now.
func originalOf(ctx context.Context, eng model.Engine, c containers.Container) launch.Command {
	if c.Session == nil {
		return launch.Command{}
	}
	if detail, err := eng.Image(ctx, c.Session.Source); err == nil {
		return detail.Command
	}
	if spec, _, err := eng.Clone(ctx, c.Session.Source); err == nil {
		return spec.Original
	}
	if detail, err := eng.Image(ctx, c.Image); err == nil {
		return detail.Command
	}
	return launch.Command{}
}

// isShell recognises the first process of a session that is kept up by a shell.
func isShell(argv []string) bool {
	base := argv[0][strings.LastIndexAny(argv[0], `/\`)+1:]
	switch strings.TrimSuffix(base, ".exe") {
	case "bash", "sh", "ash", "dash", "zsh", "fish", "ksh", "pwsh", "powershell", "cmd":
		return len(argv) == 1
	case "busybox":
		return len(argv) == 2 && (argv[1] == "sh" || argv[1] == "ash")
	}
	return false
}
