package dockerconfig

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// LookPath finds a program on this process's PATH, then on the login shell's.
func (o Options) LookPath(name string) (string, error) {
	found, err := exec.LookPath(name)
	if err == nil || o.LoginPath == nil {
		return found, err
	}
	for _, dir := range filepath.SplitList(o.LoginPath()) {
		// A relative entry would run whatever lies in the current folder.
		if !filepath.IsAbs(dir) {
			continue
		}
		if found, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return found, nil
		}
	}
	return "", err
}

// ChildEnv is this process's environment with the login shell's PATH appended to
// its own.
func (o Options) ChildEnv() []string {
	env := os.Environ()
	if o.LoginPath == nil {
		return env
	}
	path := joinPaths(os.Getenv("PATH"), o.LoginPath())
	for i, entry := range env {
		// Windows spells it Path.
		if name, _, ok := strings.Cut(entry, "="); ok && strings.EqualFold(name, "PATH") {
			env[i] = name + "=" + path
			return env
		}
	}
	return append(env, "PATH="+path)
}

// joinPaths appends to first what only second has.
func joinPaths(first, second string) string {
	have := map[string]bool{}
	var all []string
	for _, list := range []string{first, second} {
		for _, dir := range filepath.SplitList(list) {
			if dir != "" && !have[dir] {
				have[dir] = true
				all = append(all, dir)
			}
		}
	}
	return strings.Join(all, string(filepath.ListSeparator))
}
