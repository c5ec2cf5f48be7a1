package containers

import (
	"bytes"
	"strings"
	"testing"

	"tacklebox/platform/containers/dockertest"
	"tacklebox/platform/containers/launch"
)

// Everything a session needs, through the socket of podman.
func TestPodman(t *testing.T) {
	d := dockertest.Podman(t)
	e := connectTo(t, d.Host)
	image := dockertest.Image(t, d, dockertest.Bash)
	s := launched(t, e, launch.Spec{Image: image})
	t.Log(s.Warnings)
	if s.Spec.Shell[0] != "/bin/bash" {
		t.Errorf("shell %v", s.Spec.Shell)
	}
	if why := <-e.Early(t.Context(), s); why != nil {
		t.Fatalf("ended: %+v", why)
	}
	_, v := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: []string{"/bin/bash", "-c", "stty size"}, Cols: 131, Rows: 47})
	if text, err := v.untilEnd(t); err != nil || text != "47 131\r\n" {
		t.Errorf("first line: %q, %v", text, err)
	}
	sh, v := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: s.Spec.Shell, Cols: 80, Rows: 24})
	v.send(t, "stty size; echo $TERM\n")
	v.until(t, "24 80\r\nxterm-256color\r\n")
	if err := sh.Resize(t.Context(), 120, 40); err != nil {
		t.Error(err)
	}
	v.send(t, "stty size\n")
	v.until(t, "40 120\r\n")
	v.send(t, "exit 6\n")
	if _, err := v.untilEnd(t); err != nil {
		t.Error(err)
	}
	if code, err := sh.Wait(t.Context()); code != 6 || err != nil {
		t.Errorf("exit code %d, %v", code, err)
	}

	stubborn := `trap "" HUP INT TERM; echo ready; while :; do read x || sleep 0.05; done`
	sh, v = openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: []string{"/bin/bash", "-c", stubborn}, Cols: 80, Rows: 24})
	v.until(t, "ready")
	if err := sh.Close(); err != nil {
		t.Error(err)
	}
	if in, err := d.Client().ContainerExecInspect(t.Context(), sh.exec); err == nil && in.Running {
		t.Error("the shell still runs after Close")
	}

	var out, errs bytes.Buffer
	code, err := e.Exec(t.Context(), ShellRequest{Container: s.ContainerID, Argv: []string{"sh", "-c", "cat; echo bad >&2; exit 9"}},
		ExecStreams{Stdin: strings.NewReader("in\n"), Stdout: &out, Stderr: &errs})
	if out.String() != "in\n" || errs.String() != "bad\n" || code != 9 || err != nil {
		t.Errorf("exec: %q %q %d %v", out.String(), errs.String(), code, err)
	}
	out.Reset()
	errs.Reset()
	code, err = e.Exec(t.Context(), ShellRequest{Container: s.ContainerID, Argv: []string{"/no/such"}}, ExecStreams{Stdout: &out, Stderr: &errs})
	if CauseOf(err) != CauseNoShell {
		t.Errorf("missing program: %q %q %d %v", out.String(), errs.String(), code, err)
	}
	if sh, err := e.OpenShell(t.Context(), ShellRequest{Container: s.ContainerID, Argv: []string{"/no/such"}, TTY: true, Cols: 80, Rows: 24}); err == nil {
		_, err = watchShell(sh).untilEnd(t)
		_ = sh.Close()
		if CauseOf(err) != CauseNoShell {
			t.Errorf("missing shell: %v", err)
		}
	} else if CauseOf(err) != CauseNoShell {
		t.Errorf("missing shell: %s %v", CauseOf(err), err)
	}

	sessions, err := e.Sessions(t.Context())
	if err != nil || len(sessions) != 1 || !sessions[0].Session.Mine {
		t.Errorf("sessions %+v, %v", sessions, err)
	}
	if changes, err := e.Changes(t.Context(), s.ContainerID); err != nil || len(changes) != 0 {
		t.Errorf("changes %v, %v", changes, err)
	}
	spec, _, err := e.Clone(t.Context(), s.ContainerID)
	if err != nil {
		t.Fatal(err)
	}
	twin := launched(t, e, spec)
	if err := e.End(t.Context(), twin.ContainerID); err != nil {
		t.Error(err)
	}

	broken := launched(t, e, launch.Spec{Image: image, KeepAlive: launch.KeepCustom, Entrypoint: []string{"sh", "-c", "echo no such key; exit 3"}})
	if why := <-e.Early(t.Context(), broken); why == nil || why.Code != ExitFailed || why.ExitCode != 3 {
		t.Errorf("early exit: %+v", why)
	}
	for _, tc := range []struct {
		name string
		spec launch.Spec
		want Cause
	}{
		{"unknown image", launch.Spec{Image: "localhost/nobody/has:this"}, CauseNoImage},
		{"name taken", launch.Spec{Image: image, Name: s.Name}, CauseNameTaken},
		{"mount source missing", launch.Spec{Image: image, Mounts: []launch.Mount{{Kind: launch.MountBind, Source: "/no/such/dir", Target: "/x"}}}, CauseMountMissing},
		{"user unknown", launch.Spec{Image: image, User: "nobodyx"}, CauseNoUser},
		{"no such program", launch.Spec{Image: image, KeepAlive: launch.KeepCustom, Entrypoint: []string{"/no/such"}, NoInit: true}, CauseNoShell},
	} {
		extra, err := e.Launch(t.Context(), tc.spec)
		if err == nil {
			_ = e.End(t.Context(), extra.ContainerID)
		}
		if CauseOf(err) != tc.want {
			t.Errorf("%s: cause %q, want %q: %v", tc.name, CauseOf(err), tc.want, err)
		}
	}
	if _, err := e.EndAll(t.Context()); err != nil {
		t.Error(err)
	}
	if list, err := e.Sessions(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("left %+v, %v", list, err)
	}
}
