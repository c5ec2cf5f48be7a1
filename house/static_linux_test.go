package house

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestStaticProgram builds tacklebox-cli and runs it in a folder that holds
// nothing else: no libGL, no libX11, no C library, no time zones.
func TestStaticProgram(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "tacklebox-cli")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = root(t)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", build.Args, err, out)
	}

	f, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if libs, err := f.ImportedLibraries(); err != nil || len(libs) > 0 {
		t.Errorf("linked with %v, %v: want a static program", libs, err)
	}

	for _, c := range []struct {
		args []string
		ok   bool
		want string
	}{
		{[]string{"--version"}, true, "tacklebox"},
		{[]string{"--help"}, true, "debug"},
		{[]string{"debug", "--help"}, true, "--exec"},
		{[]string{"completion", "bash"}, true, "complete"},
		// There is neither an engine nor a folder for data in there.
		{[]string{"debug", "list"}, false, "engine"},
		{nil, false, "window"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			out, err := alone(t, dir, c.args)
			if (err == nil) != c.ok {
				t.Errorf("ended with %v:\n%s", err, out)
			}
			if !strings.Contains(strings.ToLower(string(out)), c.want) {
				t.Errorf("no %q in:\n%s", c.want, out)
			}
			if bytes.Contains(out, []byte("panic:")) {
				t.Errorf("it panicked:\n%s", out)
			}
		})
	}
}

// alone runs the program with dir as its whole file system.
func alone(t *testing.T, dir string, args []string) ([]byte, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/tacklebox-cli", args...)
	cmd.Dir = "/"
	cmd.Env = []string{"HOME=/", "PATH=/"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: dir}
	if os.Geteuid() != 0 {
		// Changing the root takes root: of a user namespace, then.
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	return cmd.CombinedOutput()
}
