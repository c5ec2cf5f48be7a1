package containers

import (
	"context"
	"path"
	"slices"
	"strings"
)

// posixShell is the start of a command line that runs argv's own shell as a
// POSIX one; nil when argv is no such shell.
func posixShell(argv []string) []string {
	if len(argv) == 0 {
		return nil
	}
	switch path.Base(argv[0]) {
	case "sh", "ash", "dash", "bash", "ksh", "mksh", "zsh":
		return argv[:1:1]
	case "busybox":
		if len(argv) > 1 && (argv[1] == "sh" || argv[1] == "ash") {
			return argv[:2:2]
		}
	}
	return nil
}

// findPosix looks for a shell in the container when the program to run is none.
func (e *Engine) findPosix(ctx context.Context, id string) []string {
	view := e.view(id)
	for _, argv := range [][]string{{"/bin/sh"}, {"/bin/bash"}, {"/bin/busybox", "sh"}, {"/usr/bin/sh"}} {
		if file, err := view.stat(ctx, argv[0]); err == nil && file != nil && file.executable() {
			return argv
		}
	}
	return nil
}

// windowsProgram is true for the path of a program in a Windows container.
func windowsProgram(name string) bool {
	return strings.Contains(name, `\`) || strings.HasSuffix(strings.ToLower(name), ".exe")
}

// environmentOf is what every process of the shell gets beside what the
// container (has) gives it. Without a locale programs would take all but ASCII
// apart; one that the image chose stays.
func environmentOf(marker string, r ShellRequest, has []string) []string {
	env := []string{MarkerEnv + "=" + marker}
	if r.TTY {
		env = append(env, "TERM=xterm-256color")
	}
	chosen := slices.ContainsFunc(has, func(entry string) bool {
		return strings.HasPrefix(entry, "LANG=") || strings.HasPrefix(entry, "LC_ALL=") || strings.HasPrefix(entry, "LC_CTYPE=")
	})
	if !chosen {
		env = append(env, "LANG=C.UTF-8")
	}
	return append(env, r.Env...)
}

// withEnv sets variables through a shell, for engines whose exec takes none.
func (s *Shell) withEnv(argv, env []string) []string {
	if s.posix == nil {
		return argv
	}
	script := `while [ "$1" != -- ]; do export "$1"; shift; done; shift; exec "$@"`
	return slices.Concat(s.posix, []string{"-c", script, holdName}, env, []string{"--"}, argv)
}
