//go:build linux && cgo

package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"tacklebox/platform/containers/dockertest"
)

// sessions are the names of the containers that the program with this data
// folder made and that run.
func sessions(t *testing.T, d *dockertest.Daemon, data string) []string {
	t.Helper()
	out := d.Docker(t, "ps", "--filter", "label=tacklebox.kind=debug", "--filter", "label=tacklebox.datadir="+data, "--format", "{{.Names}}")
	return strings.Fields(out)
}

// The whole way of a person, with the keyboard alone: from the image list to a
// prompt, a command typed there, its output, and the end.
func TestFromTheImageListToACommandsOutput(t *testing.T) {
	engine := dockertest.Engine(t)
	image := dockertest.Image(t, engine, dockertest.Bash)
	d := newDesk(t)
	tray := newTrayHost(d)
	w := d.start([]string{"DOCKER_HOST=" + engine.Host, threadChecks})
	id := w.shown()
	t.Cleanup(func() { endSessions(t, engine, w.data) })

	// Type part of the image, Enter.
	w.until(t, "the image is launched", func() {
		w.xdo("key", "ctrl+shift+l")
		w.xdo("key", "ctrl+a", "BackSpace")
		w.xdo("type", "--delay", "20", image)
		w.xdo("key", "--delay", "200", "Return")
	}, func() bool { return len(sessions(t, engine, w.data)) > 0 })
	name := sessions(t, engine, w.data)[0]

	// A command, whose output is a file in the container. The image's shell says
	// by that file who it is and that it has the keyboard.
	in := func(command ...string) string {
		return engine.Docker(t, append([]string{"exec", name, "/bin/busybox"}, command...)...)
	}
	exists := func(path string) bool {
		return in("sh", "-c", "test -e "+path+" && echo yes || echo no") == "yes"
	}
	w.until(t, "the typed command ran", func() {
		w.xdo("key", "ctrl+u")
		w.xdo("type", "--delay", "20", "tty >/tty; echo typed-in $((6*7)) >/t && /bin/busybox mv /t /typed")
		w.xdo("key", "Return")
	}, func() bool { return exists("/typed") && exists("/tty") })
	if got := in("cat", "/typed"); got != "typed-in 42" {
		t.Errorf("the command's output is %q", got)
	}
	if got := in("cat", "/tty"); !strings.HasPrefix(got, "/dev/pts/") {
		t.Errorf("the shell's terminal is %q", got)
	}
	w.picture("prompt")

	// Every key goes to the container: Ctrl+W takes a word away in bash, where
	// it would close a tab elsewhere; Ctrl+1, Escape, Tab and F5 are no keys of
	// the window either.
	w.xdo("type", "--delay", "20", "echo kept lost")
	w.xdo("key", "ctrl+w")
	w.xdo("type", "--delay", "20", ">/ctrl-w")
	w.xdo("key", "Return")
	eventually(t, "the line with Ctrl+W ran", func() bool { return exists("/ctrl-w") })
	if got := in("cat", "/ctrl-w"); got != "kept" {
		t.Errorf("after Ctrl+W bash ran %q, want the last word gone", got)
	}

	// What a program reads from the keyboard, byte by byte.
	const bytes = 9
	w.xdo("type", "--delay", "20", "stty raw -echo; touch /ready; /bin/busybox dd bs=1 count=9 of=/keys; stty sane")
	w.xdo("key", "Return")
	eventually(t, "the program reads keys", func() bool { return exists("/ready") })
	w.xdo("key", "--delay", "100", "ctrl+c", "ctrl+q", "ctrl+comma", "Escape", "Tab", "BackSpace", "ctrl+a", "ctrl+p", "ctrl+x", "ctrl+z")
	eventually(t, "the keys arrived", func() bool {
		return len(in("od", "-An", "-tx1", "/keys")) >= bytes*3-1
	})
	// Ctrl+, has no byte of its own: a terminal sends the comma.
	if got, want := in("od", "-An", "-tx1", "/keys"), "03 11 2c 1b 09 7f 01 10 18"; got != want {
		t.Errorf("the container got the bytes %s, want %s", got, want)
	}
	if !w.running() || w.id() != id {
		t.Fatal("a key for the container reached the window")
	}

	// The tray knows the session, and brings it back from a hidden window.
	icon := tray.item()
	eventually(t, "the tray names the session", func() bool { return tray.has(icon, name) })
	w.close()
	eventually(t, "the window is hidden", func() bool { return w.id() == "" })
	w.until(t, "the tray brings the session back", func() { tray.click(icon, "Open "+name) }, func() bool { return w.id() != "" })
	w.shown()

	// A terminal keeps its keyboard through that.
	w.until(t, "typing goes on after the window came back", func() {
		w.xdo("key", "ctrl+u")
		w.xdo("type", "--delay", "20", "touch /back")
		w.xdo("key", "Return")
	}, func() bool { return exists("/back") })

	for _, e := range w.threadErrors() {
		t.Error(e)
	}
	var saved struct {
		Recent []string `json:"recent_images"`
	}
	content, err := os.ReadFile(w.data + "/settings.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &saved); err != nil || len(saved.Recent) != 1 {
		t.Errorf("recent images %q, %v", saved.Recent, err)
	}
}

// until does something again and again until ok: on a busy machine the list is
// read late, or the shell's prompt comes late.
func (w *window) until(t *testing.T, what string, do func(), ok func() bool) {
	t.Helper()
	tries := 0
	eventually(t, what, func() bool {
		if ok() {
			return true
		}
		if tries%40 == 0 { // every other second
			do()
		}
		tries++
		return false
	})
}

// endSessions removes what the program launched. The test is over by then, so
// the engine's own helpers, which end with it, are of no use; and the program
// may be removing the same at this moment.
func endSessions(t *testing.T, d *dockertest.Daemon, data string) {
	t.Helper()
	docker := func(args ...string) (string, error) {
		out, err := exec.Command("docker", append([]string{"-H", d.Host}, args...)...).CombinedOutput()
		return strings.TrimSpace(string(out)), err
	}
	eventually(t, "the sessions are removed", func() bool {
		ids, err := docker("ps", "-aq", "--filter", "label=tacklebox.datadir="+data)
		for _, id := range strings.Fields(ids) {
			_, _ = docker("rm", "-f", "-v", id)
		}
		return err == nil && ids == ""
	})
}
