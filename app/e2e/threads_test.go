//go:build linux && cgo

package e2e

import (
	"strings"
	"testing"
)

// Fyne only logs that a widget was touched from another goroutine, and only in
// an application that does not say it is migrated; the program says so unless
// this switch is set.
const threadChecks = "TACKLEBOX_THREAD_CHECKS=1"

// threadErrors are the complaints of Fyne's thread checks so far.
func (w *window) threadErrors() []string {
	var found []string
	lines := strings.Split(w.said(), "\n")
	for i, line := range lines {
		if strings.Contains(line, "Error in Fyne call thread") {
			found = append(found, strings.Join(lines[i:min(i+4, len(lines))], "\n"))
		}
	}
	return found
}

func TestNothingTouchesTheWindowFromAnotherGoroutine(t *testing.T) {
	d := newDesk(t)
	tray := newTrayHost(d)
	w := d.start([]string{threadChecks})
	id := w.shown()
	icon := tray.item()
	for _, keys := range [][]string{
		{"ctrl+comma"},
		{"Tab", "Tab", "Tab", "space"}, // the third language is Chinese
		{"F1"}, {"F1"},
		{"F10"}, {"Escape"},
	} {
		w.xdo(append([]string{"key", "--delay", "60"}, keys...)...)
	}
	eventually(t, "the window is in Chinese", func() bool { return w.xdo("getwindowname", id) == "Tacklebox 工具箱" })
	w.xdo("windowsize", "--sync", id, "820", "600")
	w.xdo("windowsize", "--sync", id, "1200", "800")
	if code := d.start(nil, "show", "debug", "debian:12").exit(); code != 0 {
		t.Errorf("tacklebox show ended with %d", code)
	}
	tray.click(icon, "从剪贴板调试镜像")
	eventually(t, "the clipboard was read", func() bool { return strings.Contains(w.said(), "read clipboard") })
	w.close()
	eventually(t, "the window is hidden", func() bool { return w.id() == "" })
	tray.click(icon, "打开 Tacklebox")
	w.shown()
	w.xdo("key", "ctrl+shift+q")
	if code := w.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, e := range w.threadErrors() {
		t.Error(e)
	}
}
