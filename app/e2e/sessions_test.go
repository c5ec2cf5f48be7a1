//go:build linux && cgo

package e2e

import (
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"tacklebox/platform/containers/dockertest"
)

// launch types an image and Enter, and gives the session's name.
func (w *window) launch(t *testing.T, engine *dockertest.Daemon, image string) string {
	t.Helper()
	t.Cleanup(func() { endSessions(t, engine, w.data) })
	w.until(t, "the image is launched", func() {
		w.xdo("key", "ctrl+shift+l", "ctrl+a", "BackSpace")
		w.xdo("type", "--delay", "20", image)
		w.xdo("key", "--delay", "200", "Return")
	}, func() bool { return len(sessions(t, engine, w.data)) > 0 })
	return sessions(t, engine, w.data)[0]
}

func TestClosingAsksWhileASessionIsOpenAndThereIsNoTray(t *testing.T) {
	engine := dockertest.Engine(t)
	image := dockertest.Image(t, engine, dockertest.Busybox)
	d := newDesk(t)
	w := d.start([]string{"DOCKER_HOST=" + engine.Host})
	w.shown()
	name := w.launch(t, engine, image)
	w.close()
	during(t, time.Second, "the window asks and stays", func() bool { return w.running() && w.id() != "" })
	w.picture("asks")
	w.until(t, "the question is answered", func() {
		w.xdo("key", "--delay", "150", "Tab", "Tab", "space")
	}, func() bool { return !w.running() })
	if code := w.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if left := sessions(t, engine, w.data); len(left) != 1 || left[0] != name {
		t.Errorf("after quitting the sessions are %q, want %q still up", left, name)
	}

	// The next start finds it again, and the tray's line ends it.
	tray := newTrayHost(d)
	again := d.start([]string{"DOCKER_HOST=" + engine.Host})
	again.shown()
	tray.click(tray.item(), "End "+name)
	again.until(t, "the session is ended", func() {
		again.xdo("key", "--delay", "150", "Tab", "Tab", "space") // where it asks first
	}, func() bool { return len(sessions(t, engine, w.data)) == 0 })
}

func TestTheTrayEndsAllSessions(t *testing.T) {
	engine := dockertest.Engine(t)
	image := dockertest.Image(t, engine, dockertest.Busybox)
	d := newDesk(t)
	tray := newTrayHost(d)
	w := d.start([]string{"DOCKER_HOST=" + engine.Host})
	w.shown()
	name := w.launch(t, engine, image)
	icon := tray.item()
	eventually(t, "the tray names the session", func() bool { return tray.has(icon, name) })
	// Again, as a person would: a click on a menu that is just replaced is lost.
	w.until(t, "all sessions are ended", func() { tray.click(icon, "End all my debug sessions") },
		func() bool { return len(sessions(t, engine, w.data)) == 0 })
}

func TestTheClipboardsImageGoesIntoTheFormAndIsNotLaunched(t *testing.T) {
	need(t, "xclip")
	engine := dockertest.Engine(t)
	image := dockertest.Image(t, engine, dockertest.Busybox)
	d := newDesk(t)
	tray := newTrayHost(d)
	w := d.start([]string{"DOCKER_HOST=" + engine.Host, threadChecks})
	w.shown()
	t.Cleanup(func() { endSessions(t, engine, w.data) })
	owner := d.copied(image)
	icon := tray.item()
	w.close()
	eventually(t, "the window is hidden", func() bool { return w.id() == "" })
	tray.click(icon, "Debug image from clipboard")
	w.shown()
	during(t, 2*time.Second, "nothing is launched", func() bool { return len(sessions(t, engine, w.data)) == 0 })
	w.picture("form")

	// Enter launches what the form says.
	w.until(t, "Enter launches the clipboard's image", func() { w.xdo("key", "Return") },
		func() bool { return len(sessions(t, engine, w.data)) == 1 })
	source := engine.Docker(t, "inspect", "--format", `{{index .Config.Labels "tacklebox.source"}}`, sessions(t, engine, w.data)[0])
	if !strings.Contains(image, source) && !strings.Contains(source, image) {
		t.Errorf("launched %q, want %q", source, image)
	}

	// An owner that does not answer is not waited for.
	if err := owner.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	tray.click(icon, "Debug image from clipboard")
	eventually(t, "the stopped owner is given up", func() bool { return strings.Contains(w.said(), "does not answer") })
	t.Logf("given up after %v", time.Since(start))
	if !w.running() {
		t.Error("the program ended")
	}
}

// copied puts text on the clipboard and gives the program that owns it.
func (d *desk) copied(text string) *exec.Cmd {
	d.t.Helper()
	cmd := exec.Command("xclip", "-quiet", "-selection", "clipboard")
	cmd.Env = d.env()
	cmd.Stdin = strings.NewReader(text)
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	eventually(d.t, "the clipboard is owned", func() bool {
		out, err := d.tool("xclip", "-selection", "clipboard", "-o")
		return err == nil && out == text
	})
	return cmd
}

func TestACrashIsOfferedAtTheNextStart(t *testing.T) {
	d := newDesk(t)
	w := d.start(nil)
	w.shown()
	if err := w.cmd.Process.Signal(syscall.SIGABRT); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the program died", func() bool { return !w.running() })
	again := d.start([]string{threadChecks})
	again.shown()
	eventually(t, "the report is offered", func() bool {
		return strings.Contains(again.said(), "an earlier run ended by a crash")
	})
	again.picture("offered")
	again.close()
	if code := again.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
