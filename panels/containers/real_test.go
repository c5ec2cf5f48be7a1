package containers

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"tacklebox/panels/containers/model"
	"tacklebox/platform/containers"
	"tacklebox/platform/containers/dockertest"
)

func TestMain(m *testing.M) { os.Exit(dockertest.Main(m)) }

// real shows the tab over a real engine.
func real(t *testing.T) (*harness, *dockertest.Daemon) {
	t.Helper()
	d := dockertest.Engine(t)
	env := map[string]string{"DOCKER_HOST": d.Host, "PATH": os.Getenv("PATH")}
	h := show(t, NewFinder(containers.Options{
		Getenv: func(k string) string { return env[k] }, Home: t.TempDir(), DataDir: t.TempDir(), User: "panel-test", Host: "here",
	}))
	t.Cleanup(func() {
		if eng := h.p.hub.Engine(); eng != nil {
			_, _ = eng.EndAll(context.Background())
		}
	})
	h.Until("the lists", func() bool { return h.p.snap.ImagesLoaded && h.p.snap.ContainersLoaded })
	return h, d
}

// docker runs a docker command after a test, when its context is gone.
func docker(d *dockertest.Daemon, args ...string) {
	_ = exec.Command("docker", append([]string{"-H", d.Host}, args...)...).Run()
}

// atPrompt launches what is searched for and waits for a prompt.
func (h *harness) atPrompt(search string) *fakeTerminal {
	h.T.Helper()
	h.search(search)
	h.Key(fyne.KeyReturn)
	h.Until("the session", func() bool { return h.p.detail.current != nil && h.p.detail.current.front() != nil })
	term := h.p.detail.current.front().term.(*fakeTerminal)
	h.Until("the prompt", func() bool { return strings.Contains(term.String(), "# ") })
	return term
}

func (h *harness) ended() {
	h.T.Helper()
	h.Press("End")
	h.Until("the end", func() bool { return h.p.detail.current == nil })
}

func TestRealEngineFromTheListToAPrompt(t *testing.T) {
	h, d := real(t)
	ref := dockertest.Image(t, d, dockertest.False)
	h.p.hub.Reload()
	h.Until("the image", func() bool {
		_, ok := h.p.master.row(model.ImageKey(ref))
		return ok || len(h.p.snap.Images) > model.FewImages
	})
	term := h.atPrompt(ref)
	term.send("echo h$((1+1))i from inside\r")
	h.Until("the output", func() bool { return strings.Contains(term.String(), "h2i from inside") })
	h.Press("Insert original command")
	h.Until("the original command", func() bool { return strings.Contains(term.String(), "/bin/false") })
	id := h.p.detail.current.id
	h.Press("New shell as root")
	h.Until("the second shell", func() bool { return h.p.detail.current.live() == 2 })
	h.ended()
	if out := d.Docker(t, "ps", "-aq", "--no-trunc"); strings.Contains(out, id) {
		t.Error("the container is still there")
	}
}

func TestRealPull(t *testing.T) {
	h, d := real(t)
	registry := dockertest.Registry(t, dockertest.RegistryOptions{})
	ref := dockertest.Push(t, d, dockertest.Image(t, d, dockertest.Busybox), registry, "panel/app:1", false)
	t.Cleanup(func() { docker(d, "rmi", ref) })
	// The push gave the image this name here as well, for a moment.
	h.Until("the list without it", func() bool {
		for _, img := range h.p.snap.Images {
			if slices.Contains(img.Tags, ref) {
				return false
			}
		}
		return true
	})
	term := h.atPrompt(ref)
	term.send("exit 3\r")
	h.See("Shell ended (exit 3)")
	h.ended()
	h.p.master.search.SetText("")
	h.search(registry + "/panel/none:1")
	h.Key(fyne.KeyReturn)
	h.See("There is no such image")
}

func TestRealContainerThatDied(t *testing.T) {
	h, d := real(t)
	ref := dockertest.Image(t, d, dockertest.BadExit)
	id := strings.TrimSpace(d.Docker(t, "run", "-d", "-e", "MODE=prod", ref))
	t.Cleanup(func() { docker(d, "rm", "-fv", id) })
	before := d.Docker(t, "inspect", "--format", "{{.State}} {{.Config}}", id)
	h.Until("its row", func() bool {
		c, ok := h.p.snap.Container(id)
		return ok && c.State == "exited" && c.ExitCode == 3
	})
	h.p.master.selectKey(model.ContainerKey(id))
	h.See("ended with exit code 3.")
	h.Press("Debug with a shell instead")
	h.Until("the session", func() bool { return h.p.detail.current != nil && h.p.detail.current.front() != nil })
	term := h.p.detail.current.front().term.(*fakeTerminal)
	term.send("echo mode=$MODE\r")
	h.Until("the copied variable", func() bool { return strings.Contains(term.String(), "mode=prod") })
	h.ended()
	if after := d.Docker(t, "inspect", "--format", "{{.State}} {{.Config}}", id); after != before {
		t.Errorf("the original was changed:\n%s\n%s", before, after)
	}
}
