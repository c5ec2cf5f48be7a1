package cli_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tacklebox/platform/containers/dockertest"
	"tacklebox/platform/testbed"
)

// as runs a verb with something on its standard input.
func (u *user) as(stdin string, args ...string) (code int, out, errOut string) {
	u.t.Helper()
	cmd := u.command(u.t.Context(), args...)
	cmd.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	// What the exit code says is the caller's to judge.
	_ = cmd.Run()
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

// TestRegistryToShell: an image in a real registry over TLS is found, looked at
// and debugged by its digest on a real engine, with the credential that lies in a
// real keyring and nowhere else.
func TestRegistryToShell(t *testing.T) {
	testbed.Keyring(t)
	builder := dockertest.Engine(t)
	local := dockertest.Image(t, builder, dockertest.Busybox)
	host := dockertest.Registry(t, dockertest.RegistryOptions{Auth: true, TLS: true})
	dockertest.Push(t, builder, local, host, "team/app:1", true)
	// An engine that has never seen the image.
	u := newUserOn(t, dockertest.Private(t, dockertest.Options{}))
	account := []string{"--user", dockertest.RegistryUser, "--password-stdin"}

	add := append([]string{"registry", "add", "https://" + host, "--json"}, account...)
	if code, _, errOut := u.as(dockertest.RegistryPassword, add...); code == 0 || !strings.Contains(errOut, `"cause":"unknown-ca"`) {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	_, out, errOut := u.run("registry", "doctor", "https://"+host, "--json")
	var lines []struct {
		Step        string
		State       string
		Certificate *struct{ SHA256 string }
	}
	if err := json.Unmarshal([]byte(out), &lines); err != nil {
		t.Fatalf("%v: %s%s", err, out, errOut)
	}
	fingerprint := ""
	for _, l := range lines {
		if l.Certificate != nil {
			fingerprint = l.Certificate.SHA256
		}
	}
	if code, _, errOut := u.as(dockertest.RegistryPassword+"\n", append(add, "--fingerprint", fingerprint)...); code != 0 {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	if code, out, errOut := u.run("registry", "browse", host); code != 0 || !strings.Contains(out, "team/app") {
		t.Fatalf("exit code %d: %s%s", code, out, errOut)
	}
	code, out, errOut := u.run("registry", "inspect", host+"/team/app:1", "--json")
	var image struct {
		Digest   string
		Platform string
	}
	if err := json.Unmarshal([]byte(out), &image); err != nil || code != 0 || !strings.HasPrefix(image.Digest, "sha256:") || image.Platform == "" {
		t.Fatalf("exit code %d, %v: %s%s", code, err, out, errOut)
	}
	if code, out, errOut := u.run("registry", "doctor", host); code != 0 || !strings.Contains(out, "reaches it and trusts it") {
		t.Errorf("exit code %d: %s%s", code, out, errOut)
	}
	code, out, errOut = u.run("debug", "--rm", "--exec", "echo typed-$((40+2))", host+"/team/app@"+image.Digest)
	if code != 0 || !strings.Contains(out, "typed-42") {
		t.Errorf("exit code %d: %s%s", code, out, errOut)
	}
	err := filepath.WalkDir(u.data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(dockertest.RegistryPassword)) {
			t.Errorf("%s has the password in it", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if code, _, errOut := u.run("registry", "remove", host); code != 0 {
		t.Errorf("exit code %d: %s", code, errOut)
	}
	// Without the connection the engine gets no credential.
	u.d.Docker(t, "image", "prune", "-af")
	if code, _, errOut := u.run("debug", "--rm", "--exec", "true", host+"/team/app@"+image.Digest); code == 0 || !strings.Contains(errOut, "auth") {
		t.Errorf("exit code %d: %s", code, errOut)
	}
}
