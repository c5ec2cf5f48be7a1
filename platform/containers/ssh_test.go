package containers

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"tacklebox/platform/containers/dockertest"
)

// fakeSSH puts a program named ssh first on PATH.
func fakeSSH(t *testing.T, script string) {
	t.Helper()
	needScripts(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ssh"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

// TestSSH goes the whole way but for the network: the program that stands for
// ssh runs what it is told to run over there, here.
func TestSSH(t *testing.T) {
	d := dockertest.Engine(t)
	ref := dockertest.Image(t, d, dockertest.Busybox)
	seen := filepath.Join(t.TempDir(), "args")
	fakeSSH(t, `echo "$@" >>`+seen+`
for last; do :; done
DOCKER_HOST=`+d.Host+` exec sh -c "$last"`)
	before := goleak.IgnoreCurrent()
	e := connected(t, "ssh://me@far.test:2200")
	if a := e.Answer(); a.Version == "" || a.Err != nil {
		t.Errorf("%+v", a)
	}
	if _, err := e.Image(t.Context(), ref); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	events := e.Watch(ctx)
	await(t, events, EventImages, 5*bound)
	cancel()
	for range events {
	}
	args, err := os.ReadFile(seen)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"BatchMode=yes", "-l me", "-p 2200", "-- far.test", "docker system dial-stdio"} {
		if !strings.Contains(string(args), want) {
			t.Errorf("ssh was called without %q: %s", want, args)
		}
	}
	_ = e.Close()
	goleak.VerifyNone(t, before)
}

func TestSSHProblems(t *testing.T) {
	for _, tc := range []struct{ name, script, says string }{
		{"no key", `echo "me@far.test: Permission denied (publickey,password)." >&2; exit 255`, "ssh agent"},
		{"unknown host", `echo "Host key verification failed." >&2; exit 255`, "host key"},
		{"no docker there", `echo "sh: 1: docker: not found" >&2; exit 127`, "install the docker command"},
		{"no group there", `echo "permission denied while trying to connect to the Docker daemon socket" >&2; exit 1`, "group docker"},
		{"silent", `exit 255`, "without a word"},
		{"escapes", `printf '\033]0;boo\007no route' >&2; exit 255`, "no route"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fakeSSH(t, tc.script)
			a := askHost(t, "ssh://me@far.test", Options{})
			if a.Problem != ProblemSSH || !strings.Contains(a.Err.Error(), tc.says) || strings.Contains(a.Err.Error(), "\x1b") {
				t.Errorf("%q: %v", a.Problem, a.Err)
			}
		})
	}
	t.Run("no ssh", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		a := askHost(t, "ssh://me@far.test", Options{})
		if a.Problem != ProblemSSH || !strings.Contains(a.Err.Error(), "install an OpenSSH client") {
			t.Errorf("%q: %v", a.Problem, a.Err)
		}
	})
}

// TestPermissionDenied needs a person without rights, so it runs itself as one.
func TestPermissionDenied(t *testing.T) {
	const marker = "TACKLEBOX_TEST_SOCKET"
	if socket := os.Getenv(marker); socket != "" {
		a := askHost(t, "unix://"+socket, Options{Home: "/"})
		_, _ = io.WriteString(os.Stdout, string(a.Problem)+" "+a.Err.Error()+"\n")
		return
	}
	runAsNobody(t, marker)
}
