//go:build linux && cgo

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestClosingHidesIntoTheTrayAndTheTrayBringsItBack(t *testing.T) {
	d := newDesk(t)
	tray := newTrayHost(d)
	w := d.start(nil)
	w.shown()
	icon := tray.item()
	if title := tray.property(icon, "Title"); title != "Tacklebox" {
		t.Errorf("the tray icon's title is %q", title)
	}

	// Covered by another window, "Open" raises it.
	need(t, "xterm")
	cover := d.cover()
	if top, err := topWindow(d.display, w.id()); err != nil || top {
		t.Fatalf("the window is in front although another covers it: %v, %v", top, err)
	}
	tray.click(icon, "Open Tacklebox")
	eventually(t, "the window is in front", func() bool {
		top, err := topWindow(d.display, w.id())
		return err == nil && top
	})
	cover()

	w.close()
	eventually(t, "the window is hidden", func() bool { return w.id() == "" })
	if !w.running() {
		t.Fatal("the program ended although the tray could bring it back")
	}
	tray.click(icon, "Open Tacklebox")
	w.shown()

	w.close()
	eventually(t, "the window is hidden", func() bool { return w.id() == "" })
	tray.activate(icon)
	w.shown()

	w.close()
	eventually(t, "the window is hidden", func() bool { return w.id() == "" })
	tray.click(icon, "Quit")
	if code := w.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestTheTrayMenu(t *testing.T) {
	d := newDesk(t)
	tray := newTrayHost(d)
	w := d.start(nil)
	w.shown()
	icon := tray.item()
	var lines []string
	for _, line := range tray.menu(icon) {
		lines = append(lines, line.text)
		if line.children > 0 {
			t.Errorf("%q has a submenu, which some panels drop", line.text)
		}
	}
	all := strings.Join(lines, "\n")
	for _, want := range []string{"Open Tacklebox", "Debug image…", "Debug image from clipboard", "Quit"} {
		if !strings.Contains("\n"+all+"\n", "\n"+want+"\n") {
			t.Errorf("the menu has no %q:\n%s", want, all)
		}
	}
	if lines[len(lines)-1] != "Quit" {
		t.Errorf("the last line is %q", lines[len(lines)-1])
	}
}

func TestWithoutATrayClosingQuits(t *testing.T) {
	d := newDesk(t)
	w := d.start(nil)
	w.shown()
	w.close()
	if code := w.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestAHiddenWindowIsShownWhenTheTrayGoes(t *testing.T) {
	d := newDesk(t)
	tray := newTrayHost(d)
	w := d.start(nil)
	w.shown()
	tray.item()
	w.close()
	eventually(t, "the window is hidden", func() bool { return w.id() == "" })
	tray.close()
	w.shown()
	w.close()
	w.exit()
}

func TestAnIconIsShownWhenTheTrayComesLater(t *testing.T) {
	d := newDesk(t)
	w := d.start(nil)
	w.shown()
	tray := newTrayHost(d)
	tray.item()
}

func TestStartingMinimizedShowsOnlyTheIcon(t *testing.T) {
	d := newDesk(t)
	tray := newTrayHost(d)
	w := d.start(nil, "--minimized")
	icon := tray.item()
	during(t, time.Second, "no window", func() bool { return w.id() == "" && w.running() })
	tray.click(icon, "Open Tacklebox")
	w.shown()
}

func TestASecondStartRaisesTheWindow(t *testing.T) {
	d := newDesk(t)
	newTrayHost(d)
	w := d.start(nil)
	w.shown()
	w.close()
	eventually(t, "the window is hidden", func() bool { return w.id() == "" })
	if code := d.start(nil).exit(); code != 0 {
		t.Errorf("the second start ended with %d", code)
	}
	w.shown()
	w.close()
	eventually(t, "the window is hidden", func() bool { return w.id() == "" })
	if code := d.start(nil, "show").exit(); code != 0 {
		t.Errorf("tacklebox show ended with %d", code)
	}
	w.shown()
}

func TestSizeIsRestored(t *testing.T) {
	d := newDesk(t)
	w := d.start(nil)
	id := w.shown()
	w.resize(id, "1000", "640")
	w.close()
	w.exit()
	var saved struct {
		Width  float32 `json:"window_width"`
		Height float32 `json:"window_height"`
	}
	content, err := os.ReadFile(filepath.Join(w.data, "settings.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &saved); err != nil {
		t.Fatal(err)
	}
	again := d.start(nil)
	geometry := again.xdo("getwindowgeometry", again.shown())
	if !strings.Contains(geometry, "1000x640") {
		t.Errorf("saved %v x %v, restored %s", saved.Width, saved.Height, geometry)
	}
}

func TestNoOpenGL(t *testing.T) {
	d := newDesk(t, "-extension", "GLX")
	w := d.start(nil)
	if code := w.exit(); code == 0 {
		t.Error("exit code 0")
	}
	if said := w.said(); !strings.Contains(said, "OpenGL") || !strings.Contains(said, "tacklebox-cli") {
		t.Errorf("it said %q", said)
	}
}

func TestNoDisplay(t *testing.T) {
	d := newDesk(t)
	for name, display := range map[string]string{"none": "", "gone": ":9876"} {
		w := d.start([]string{"DISPLAY=" + display})
		if code := w.exit(); code == 0 {
			t.Errorf("%s: exit code 0", name)
		}
		if said := w.said(); !strings.Contains(said, "display") || !strings.Contains(said, "tacklebox-cli") {
			t.Errorf("%s: it said %q", name, said)
		}
	}
}

// cover puts another window in front of everything; the function it returns
// takes it away.
func (d *desk) cover() func() {
	d.t.Helper()
	x := d.run("xterm", "-geometry", "200x60+0+0", "-class", "Cover")
	eventually(d.t, "another window covers ours", func() bool {
		out, err := d.tool("xdotool", "search", "--onlyvisible", "--class", "^Cover$")
		if err != nil || out == "" {
			return false
		}
		id, _, _ := strings.Cut(out, "\n")
		d.xdo("windowraise", id)
		top, err := topWindow(d.display, id)
		return err == nil && top
	})
	return x
}
