package cli_test

import (
	"strings"
	"testing"

	"tacklebox/platform/containers/dockertest"
)

// TestRealOnPodman runs the verbs on Debian's podman.
func TestRealOnPodman(t *testing.T) {
	u := newUserOn(t, dockertest.Podman(t))
	image := dockertest.Image(t, u.d, dockertest.False)
	code, out, errOut := u.run("debug", "--name", "spec-pod", "--exec", "echo hi from $0; exit 3", image)
	if code != 3 || !strings.HasPrefix(out, "hi from /bin/") || !strings.Contains(errOut, "spec-pod is still up") {
		t.Errorf("exit code %d, %q, %q", code, out, errOut)
	}
	if code, out, errOut := u.run("debug", "attach", "spec-pod", "--exec", "echo again"); code != 0 || out != "again\n" {
		t.Errorf("exit code %d, %q, %q", code, out, errOut)
	}
	if code, out, errOut := u.run("debug", "--entrypoint", "/nope", "--exec", "true", image); code != 127 && code != 125 || !strings.Contains(errOut, `"/nope"`) {
		t.Errorf("exit code %d, %q, %q", code, out, errOut)
	}
	if code, out, errOut := u.run("debug", "end", "--all"); code != 0 || out != "spec-pod\n" || len(u.sessions()) != 0 {
		t.Errorf("exit code %d, %q, %q", code, out, errOut)
	}
}
