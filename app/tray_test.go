package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tacklebox/panels"
)

// fakeTray counts how often the menu is built.
type fakeTray struct {
	shown [][]trayLine
	marks []string
}

func (f *fakeTray) show(lines []trayLine) { f.shown = append(f.shown, lines) }
func (f *fakeTray) mark(level string)     { f.marks = append(f.marks, level) }

// The icon's mark follows the worst tab, and is not set anew when nothing changed.
func TestTheTrayIconIsMarked(t *testing.T) {
	level, now := "", time.Unix(1000, 0)
	menu := newTrayMenu(func() []trayLine { return []trayLine{{text: "one"}} })
	menu.level, menu.now = func() string { return level }, func() time.Time { return now }
	tray := &fakeTray{}
	menu.start(tray, func(time.Duration, func()) {})
	for _, level = range []string{"", "failed", "failed", "degraded", ""} {
		now = now.Add(time.Hour)
		menu.changed()
	}
	if !slices.Equal(tray.marks, []string{"failed", "degraded", ""}) || len(tray.shown) != 1 {
		t.Errorf("marks %q, menu built %d times", tray.marks, len(tray.shown))
	}
}

func TestTheTrayMenuIsRebuiltOnlyWhenItsTextChanges(t *testing.T) {
	text := "one"
	now := time.Unix(1000, 0)
	var later []func()
	menu := newTrayMenu(func() []trayLine { return []trayLine{{text: text}} })
	menu.now = func() time.Time { return now }
	tray := &fakeTray{}
	menu.start(tray, func(_ time.Duration, f func()) { later = append(later, f) })
	if len(tray.shown) != 1 {
		t.Fatalf("built %d times at the start", len(tray.shown))
	}
	now = now.Add(time.Hour)
	menu.changed()
	menu.changed()
	if len(tray.shown) != 1 {
		t.Errorf("built %d times for the same text", len(tray.shown))
	}
	text = "two"
	menu.changed()
	if len(tray.shown) != 2 {
		t.Errorf("built %d times after a change", len(tray.shown))
	}
	for range 10 { // a burst of changes waits for one look
		text += "!"
		menu.changed()
	}
	if len(tray.shown) != 2 || len(later) != 1 {
		t.Fatalf("built %d times, %d looks planned", len(tray.shown), len(later))
	}
	now = now.Add(trayInterval)
	later[0]()
	if len(tray.shown) != 3 || tray.shown[2][0].text != text {
		t.Errorf("after the wait: %v", tray.shown)
	}
}

func TestTheTrayMenuSaysWhatCanBeDone(t *testing.T) {
	did := ""
	p := &fakePanel{id: "a",
		actions: []panels.Action{
			{ID: "app.about", Tray: true, Do: func() { did = "about" }},
			{ID: "app.quit", Do: func() {}},
		},
		tray: [][]panels.TrayItem{
			{{Text: "debian:12", Do: func() { did = "debian" }}},
			{{Text: strings.Repeat("x", 100) + "end", Do: func() { did = "end" }}},
			{},
		},
	}
	s := newTestShell(t, p)
	s.raise()
	var got []string
	for _, line := range s.trayLines() {
		got = append(got, line.text)
	}
	want := []string{"Open Tacklebox", "", "About Tacklebox", "Debug image from clipboard", "", "debian:12", "",
		strings.Repeat("x", 29) + "…" + strings.Repeat("x", 27) + "end", "", "Quit"}
	if !slices.Equal(got, want) {
		t.Errorf("menu\n%q, want\n%q", got, want)
	}
	s.trayLines()[5].do()
	if did != "debian" {
		t.Errorf("clicking debian:12 did %q", did)
	}
	s.hide()
	s.trayLines()[2].do()
	if did != "about" || !s.visible {
		t.Errorf("clicking an action did %q, window visible %v", did, s.visible)
	}
}

func TestCutKeepsBothEnds(t *testing.T) {
	for _, c := range []struct {
		in   string
		max  int
		want string
	}{
		{"short", 10, "short"},
		{"registry.example/team/app:2.4", 11, "regis…p:2.4"},
		{"中文镜像名称很长很长", 5, "中文…很长"},
	} {
		if got := cut(c.in, c.max); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.in, c.max, got, c.want)
		}
	}
}
