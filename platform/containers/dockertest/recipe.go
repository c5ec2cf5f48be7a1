package dockertest

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// recipe is what an image is made of.
type recipe struct {
	files    []File
	changes  []string
	platform string
}

const pathEnv = "ENV PATH=/bin:/usr/bin"

func recipeOf(kind Kind) (recipe, error) {
	switch kind {
	case Scratch, ScratchUser:
		return scratchRecipe(kind)
	case BadLoader:
		files, err := dynamicProgram("app")
		return recipe{files: files, changes: []string{`ENTRYPOINT ["/app"]`}}, err
	}
	files, err := busyboxFiles()
	if err != nil {
		return recipe{}, err
	}
	r := recipe{files: files, changes: []string{pathEnv, `CMD ["/bin/sh"]`}}
	add := func(f File, changes ...string) {
		r.files = append(r.files, f)
		r.changes = append(r.changes, changes...)
	}
	script := func(text string) File { return File{Path: "entry", Data: []byte(text), Mode: 0o755} }
	const entry = `ENTRYPOINT ["/entry"]`
	switch kind {
	case Busybox:
	case False:
		r.changes = []string{pathEnv, `ENTRYPOINT ["/bin/false"]`}
	case Bash:
		bash, err := bashFiles()
		if err != nil {
			return recipe{}, err
		}
		r.files = append(r.files, bash...)
		r.changes = []string{pathEnv, `CMD ["/bin/bash"]`}
	case User:
		r.changes = append(r.changes, "USER 65532")
	case Volume:
		r.changes = append(r.changes, "VOLUME /data")
		add(File{Path: "data/"})
	case Healthcheck:
		r.changes = append(r.changes, `HEALTHCHECK --interval=1s CMD ["/bin/false"]`)
	case Env:
		r.changes = append(r.changes, "ENV DB_PASSWORD=canary-in-image", "ENV GREETING=hello")
	case WorkDir:
		add(File{Path: "srv/app/"}, "WORKDIR /srv/app")
	case BadMissing:
		r.changes = append(r.changes, entry)
	case BadMode:
		add(File{Path: "entry", Data: []byte("#!/bin/sh\nexit 0\n"), Mode: 0o644}, entry)
	case BadInterpreter:
		add(script("#!/usr/bin/python9\nprint(1)\n"), entry)
	case BadCRLF:
		add(script("#!/bin/sh\r\necho hi\r\n"), entry)
	case BadArch:
		other := "arm64"
		if runtime.GOARCH == "arm64" {
			other = "amd64"
		}
		app, err := staticProgram(other)
		if err != nil {
			return recipe{}, err
		}
		add(File{Path: "entry", Data: app, Mode: 0o755}, entry)
	case BadUser:
		r.changes = append(r.changes, "USER nobodyx")
	case BadWorkDir:
		add(File{Path: "srv/app", Data: []byte("a file\n"), Mode: 0o644}, "WORKDIR /srv/app")
	case BadExit:
		add(script("#!/bin/sh\necho 'config: no such key: listen' >&2\nexit 3\n"), entry)
	default:
		return recipe{}, fmt.Errorf("no recipe for the image kind %q", kind)
	}
	return r, nil
}

func scratchRecipe(kind Kind) (recipe, error) {
	app, err := staticProgram(runtime.GOARCH)
	if err != nil {
		return recipe{}, err
	}
	r := recipe{files: []File{{Path: "app", Data: app, Mode: 0o755}}, changes: []string{`ENTRYPOINT ["/app"]`}}
	if kind == ScratchUser {
		r.changes = append(r.changes, "USER 65532")
	}
	return r, nil
}

// busyboxFiles are a static busybox, a link for each of its applets, and the
// files that programs look users up in.
func busyboxFiles() ([]File, error) {
	const get = "a static busybox: apt-get install busybox-static"
	path, err := exec.LookPath("busybox")
	if err != nil {
		return nil, errors.New(get)
	}
	if dynamic, err := isDynamic(path); err != nil || dynamic {
		return nil, errors.New(get)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	list, err := exec.Command(path, "--list").Output()
	if err != nil {
		return nil, err
	}
	files := []File{
		{Path: "bin/busybox", Data: data, Mode: 0o755},
		{Path: "etc/passwd", Data: []byte("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"), Mode: 0o644},
		{Path: "etc/group", Data: []byte("root:x:0:\nnogroup:x:65534:\n"), Mode: 0o644},
		{Path: "root/", Mode: 0o700}, {Path: "tmp/", Mode: 0o1777}, {Path: "proc/"}, {Path: "sys/"}, {Path: "dev/"},
	}
	for applet := range strings.Lines(string(list)) {
		if applet = strings.TrimSpace(applet); applet != "" && applet != "busybox" {
			files = append(files, File{Path: "bin/" + applet, Link: "busybox"})
		}
	}
	return files, nil
}

// isDynamic is true for a program that needs a loader.
func isDynamic(path string) (bool, error) {
	f, err := elf.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return true, nil
		}
	}
	return false, nil
}

var lddPath = regexp.MustCompile(`(/\S+)(?: \(0x[0-9a-f]+\))`)

// bashFiles are the machine's bash with its libraries and loader.
func bashFiles() ([]File, error) {
	path, err := exec.LookPath("bash")
	if err != nil {
		return nil, errors.New("apt-get install bash")
	}
	out, err := exec.Command("ldd", path).Output()
	if err != nil {
		return nil, fmt.Errorf("ldd %s: %w", path, err)
	}
	paths := map[string]string{"bin/bash": path}
	for _, m := range lddPath.FindAllStringSubmatch(string(out), -1) {
		paths[strings.TrimPrefix(m[1], "/")] = m[1]
	}
	var files []File
	for in, at := range paths {
		data, err := os.ReadFile(at)
		if err != nil {
			return nil, err
		}
		files = append(files, File{Path: in, Data: data, Mode: 0o755})
	}
	for _, name := range []string{"x/xterm-256color", "x/xterm"} {
		for _, root := range []string{"/lib/terminfo", "/usr/share/terminfo"} {
			if data, err := os.ReadFile(filepath.Join(root, name)); err == nil {
				files = append(files, File{Path: "lib/terminfo/" + name, Data: data, Mode: 0o644})
				break
			}
		}
	}
	return files, nil
}

// dynamicProgram is a program of the machine that needs a loader, alone.
func dynamicProgram(name string) ([]File, error) {
	for _, program := range []string{"true", "ls", "cat", "bash"} {
		path, err := exec.LookPath(program)
		if err != nil {
			continue
		}
		if dynamic, err := isDynamic(path); err != nil || !dynamic {
			continue
		}
		data, err := os.ReadFile(path)
		return []File{{Path: name, Data: data, Mode: 0o755}}, err
	}
	return nil, errors.New("no dynamic program on this machine")
}
