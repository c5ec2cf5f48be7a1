package dockertest_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"

	"tacklebox/platform/containers/dockertest"
)

func TestMain(m *testing.M) { os.Exit(dockertest.Main(m)) }

func TestImages(t *testing.T) {
	d := dockertest.Engine(t)
	runs := []struct {
		kind dockertest.Kind
		args []string
		want string
	}{
		{dockertest.Busybox, []string{"/bin/sh", "-c", "echo hi from $0"}, "hi from /bin/sh"},
		{dockertest.Bash, []string{"/bin/bash", "-c", "echo ${BASH_VERSION:+bash}"}, "bash"},
		{dockertest.User, []string{"id", "-u"}, "65532"},
		{dockertest.Env, []string{"/bin/sh", "-c", "echo $GREETING"}, "hello"},
		{dockertest.WorkDir, []string{"pwd"}, "/srv/app"},
		{dockertest.Scratch, []string{"exit", "0"}, "scratch app runs"},
	}
	for _, r := range runs {
		t.Run(string(r.kind), func(t *testing.T) {
			ref := dockertest.Image(t, d, r.kind)
			got := d.Docker(t, append([]string{"run", "--rm", "--network=none", ref}, r.args...)...)
			if got != r.want {
				t.Errorf("got %q, want %q", got, r.want)
			}
		})
	}
}

// TestBrokenImages: each is there and does not do what its command says.
func TestBrokenImages(t *testing.T) {
	d := dockertest.Engine(t)
	for _, kind := range []dockertest.Kind{dockertest.BadMissing, dockertest.BadMode, dockertest.BadInterpreter, dockertest.BadCRLF,
		dockertest.BadArch, dockertest.BadLoader, dockertest.BadUser, dockertest.BadWorkDir, dockertest.BadExit, dockertest.False} {
		t.Run(string(kind), func(t *testing.T) {
			ref := dockertest.Image(t, d, kind)
			api := d.Client()
			c, err := api.ContainerCreate(t.Context(), &container.Config{Image: ref}, &container.HostConfig{NetworkMode: "none"}, nil, nil, "")
			if err != nil {
				return
			}
			t.Cleanup(func() {
				_ = api.ContainerRemove(context.Background(), c.ID, container.RemoveOptions{Force: true, RemoveVolumes: true})
			})
			done, failed := api.ContainerWait(t.Context(), c.ID, container.WaitConditionNextExit)
			if err := api.ContainerStart(t.Context(), c.ID, container.StartOptions{}); err != nil {
				return
			}
			select {
			case r := <-done:
				if r.StatusCode == 0 {
					t.Error("it ran well")
				}
			case err := <-failed:
				t.Error(err)
			case <-time.After(20 * time.Second):
				t.Error("it stays up")
			}
		})
	}
}

// TestPrivate: a second dockerd works beside the first one, with a network, and
// keeps what it has over a restart.
func TestPrivate(t *testing.T) {
	d := dockertest.Private(t, dockertest.Options{})
	ref := dockertest.Image(t, d, dockertest.Busybox)
	if got := d.Docker(t, "run", "--rm", ref, "sh", "-c", "ip -4 -o addr show dev eth0 | wc -l"); got != "1" {
		t.Errorf("addresses on eth0: %q", got)
	}
	d.Docker(t, "run", "-d", "--name", "kept", "-p", "127.0.0.1::80", ref, "httpd", "-f", "-p", "80")
	dockertest.Restart(t, d)
	if got := d.Docker(t, "ps", "-a", "--format", "{{.Names}} {{.State}}"); got != "kept exited" {
		t.Errorf("after a restart: %q", got)
	}
	d.Docker(t, "start", "kept")
}

func TestPodman(t *testing.T) {
	d := dockertest.Podman(t)
	ref := dockertest.Image(t, d, dockertest.Busybox)
	got := d.Docker(t, "run", "--rm", "--network=none", ref, "echo", "hi")
	if strings.TrimSpace(got) != "hi" {
		t.Errorf("got %q", got)
	}
}

func TestRegistry(t *testing.T) {
	d := dockertest.Engine(t)
	image := dockertest.Image(t, d, dockertest.Busybox)
	for name, auth := range map[string]bool{"open": false, "with an account": true} {
		t.Run(name, func(t *testing.T) {
			registry := dockertest.Registry(t, dockertest.RegistryOptions{Auth: auth})
			dockertest.Push(t, d, image, registry, "team/app:1", auth)
		})
	}
}
