package containers

import (
	"strings"
	"testing"

	"tacklebox/platform/containers/launch"
)

func TestLaunchGoesPastTheEntrypoint(t *testing.T) {
	e := realEngine(t)
	s := launched(t, e, launch.Spec{Image: "bb-false"})
	if got := strings.Join(s.Spec.Entrypoint, " "); got != "/bin/ash" && got != "/bin/sh" {
		t.Errorf("entrypoint %q, want the image's shell", got)
	}
	sh, v := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: s.Spec.Shell, Cols: 101, Rows: 33})
	v.send(t, "echo hi from $0; exit 7\n")
	v.until(t, "hi from /bin/ash")
	if _, err := v.untilEnd(t); err != nil {
		t.Fatal(err)
	}
	if code, err := sh.Wait(t.Context()); code != 7 || err != nil {
		t.Errorf("exit code %d, %v, want 7", code, err)
	}
}

// The first line of the shell itself sees the terminal's size, on every kind of
// shell, and nothing of the wrapper is on the screen.
func TestFirstLineHasTheSize(t *testing.T) {
	e := realEngine(t)
	for _, tc := range []struct {
		name, image string
		argv        []string
	}{
		{"ash", "bb", []string{"/bin/ash", "-c", "stty size"}},
		{"busybox", "bb", []string{"/bin/busybox", "sh", "-c", "stty size"}},
		{"bash", "deb", []string{"/bin/bash", "-c", "stty size"}},
		{"dash", "deb", []string{"/bin/sh", "-c", "stty size"}},
		{"no shell of its own", "deb", []string{"stty", "size"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := launched(t, e, launch.Spec{Image: tc.image})
			for range 5 {
				_, v := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: tc.argv, Cols: 131, Rows: 47})
				if text, err := v.untilEnd(t); err != nil || text != "47 131\r\n" {
					t.Errorf("screen %q, %v, want only the size", text, err)
				}
			}
		})
	}
}
