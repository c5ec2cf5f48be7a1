package launch_test

import (
	"encoding/base64"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/containers/dockertest"
	"tacklebox/platform/containers/launch"
)

// TestPodmanPlaysThePod gives the YAML to `podman kube play` and looks at what
// runs then.
func TestPodmanPlaysThePod(t *testing.T) {
	d := dockertest.Podman(t)
	dockertest.Image(t, d, dockertest.False)
	run := func(t *testing.T, stdin string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "podman", append([]string{"--remote", "--url", d.Host}, args...)...)
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("podman %s: %v: %s\n%s", strings.Join(args, " "), err, out, stdin)
		}
		return strings.TrimSpace(string(out))
	}
	image := run(t, "", "images", "--format", "{{.Repository}}:{{.Tag}}")
	// No dollar sign here: this podman expands nothing and so leaves Kubernetes'
	// escape of it as it stands.
	odd := "it's: \"x\" #\\ 中文\nline"
	secret := launch.EnvVar{Name: "API_TOKEN", Value: "sesame open", Secret: true}
	rich := launch.Spec{
		Env:      []launch.EnvVar{{Name: "ODD", Value: odd}, secret},
		WorkDir:  "/tmp",
		Mounts:   []launch.Mount{{Kind: launch.MountBind, Source: t.TempDir(), Target: "/data"}, {Kind: launch.MountVolume, Source: "cache", Target: "/cache"}, {Kind: launch.MountTmpfs, Target: "/scratch", TmpfsSize: 1 << 20}, {Kind: launch.MountVolume, Target: "/anonymous"}},
		Networks: []string{"host"}, CapAdd: []string{"SYS_PTRACE"}, Memory: 64 << 20, NanoCPUs: 500_000_000,
		Hostname: "kelu", Labels: map[string]string{"my.label": odd},
	}
	for _, tc := range []struct {
		name string
		spec launch.Spec
		form launch.PodForm
	}{
		{"sleep", launch.Spec{}, launch.PodSleep},
		{"tty", launch.Spec{}, launch.PodTTY},
		{"sleep-rich", rich, launch.PodSleep},
		{"tty-rich", rich, launch.PodTTY},
		{"custom", launch.Spec{KeepAlive: launch.KeepCustom, Entrypoint: []string{"sh", "-c"}, Cmd: []string{"echo " + launch.Quote(odd) + "; exec sleep 100"}}, launch.PodTTY},
	} {
		t.Run(tc.name, func(t *testing.T) {
			podman := func(stdin string, args ...string) string { t.Helper(); return run(t, stdin, args...) }
			s := tc.spec
			s.Image, s.Name = image, "spec-"+tc.name
			for _, reveal := range []bool{true, false} {
				text := s.PodYAML(tc.form, launch.PrintOptions{Reveal: reveal})
				if !reveal && strings.Contains(text, "kubectl create secret") {
					makeSecret(podman, s.Name+"-env", secret)
				}
				podman(text, "kube", "play", "-")
				container := s.Name + "-debug"
				dockertest.Wait(t, 20*time.Second, "the pod's container runs", func() bool {
					return podman("", "inspect", "--format", "{{.State.Status}}", container) == "running"
				})
				if slices.ContainsFunc(s.Env, func(v launch.EnvVar) bool { return v.Name == "ODD" }) {
					if got, want := podman("", "exec", container, "sh", "-c", `echo "$ODD|$API_TOKEN|$PWD"`), odd+"|"+secret.Value+"|/tmp"; got != want {
						t.Errorf("inside is %q, want %q", got, want)
					}
				}
				if tc.name == "custom" {
					dockertest.Wait(t, 20*time.Second, "the command's output", func() bool {
						return strings.ReplaceAll(podman("", "logs", container), "\r\n", "\n") == odd
					})
				}
				podman(text, "kube", "down", "-")
			}
		})
	}
}

// makeSecret makes what the comment above the manifest tells to make, in the
// form in which podman 4.3 keeps a Secret's keys.
func makeSecret(podman func(string, ...string) string, name string, v launch.EnvVar) {
	value := base64.StdEncoding.EncodeToString([]byte(v.Value))
	podman(`{"`+v.Name+`":"`+value+`"}`, "secret", "create", name, "-")
}

// TestShellNeedsArgs shows that `sh -c` without an argument ends at once, which
// is why that form, found in many notes, is not offered.
func TestShellNeedsArgs(t *testing.T) {
	d := dockertest.Engine(t)
	image := dockertest.Image(t, d, dockertest.Busybox)
	cmd := exec.CommandContext(t.Context(), "docker", "run", "--rm", "-t", "--entrypoint", "sh", image, "-c")
	cmd.Env = append(cmd.Environ(), "DOCKER_HOST="+d.Host)
	out, err := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); err == nil || code != 2 || !strings.Contains(string(out), "requires an argument") {
		t.Errorf("exit code %d, %q", code, out)
	}
	if !strings.Contains(launch.ShellNeedsArgsNote, "exit code 2") {
		t.Error("the note does not say so")
	}
}
