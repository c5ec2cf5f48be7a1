package app

import (
	"strings"
	"time"

	"tacklebox/panels"
	"tacklebox/panels/i18n"
)

// trayLine is one line of the tray's menu; the zero value is a separator, and
// one without do cannot be clicked. There is one level: some Linux panels drop
// submenus.
type trayLine struct {
	text string
	do   func()
}

// trayBackend shows lines in the system's tray. Its methods return at once.
type trayBackend interface {
	show([]trayLine)
	// mark puts a level's mark on the icon; "" takes it off.
	mark(level string)
}

// trayInterval is the least time between two changes of the menu: GNOME closes
// an open menu on each.
const trayInterval = time.Second

// trayMenu keeps the tray's menu as the tabs want it: it is rebuilt only when
// its text changes, and at most once a second. It lives on Fyne's goroutine.
type trayMenu struct {
	lines   func() []trayLine
	level   func() string // of the icon's mark
	backend trayBackend   // nil until the tray has started
	after   func(time.Duration, func())
	now     func() time.Time

	text  string // of the menu that is shown
	shown string // level of the mark that is shown
	last  time.Time
	timed bool // a later look is planned
}

func newTrayMenu(lines func() []trayLine) *trayMenu {
	return &trayMenu{lines: lines, level: func() string { return "" }, now: time.Now, after: func(time.Duration, func()) {}}
}

// start gives the menu a tray to show itself in. after runs a function on
// Fyne's goroutine when the time has passed.
func (t *trayMenu) start(b trayBackend, after func(time.Duration, func())) {
	t.backend, t.after, t.text, t.shown, t.last = b, after, "", "", time.Time{}
	t.changed()
}

// changed has the menu compared with what it should be.
func (t *trayMenu) changed() {
	if t.backend == nil || t.timed {
		return
	}
	if wait := trayInterval - t.now().Sub(t.last); !t.last.IsZero() && wait > 0 {
		t.timed = true
		t.after(wait, func() {
			t.timed = false
			t.changed()
		})
		return
	}
	if level := t.level(); level != t.shown {
		t.shown, t.last = level, t.now()
		t.backend.mark(level)
	}
	lines := t.lines()
	text := trayText(lines)
	if text == t.text {
		return
	}
	t.text, t.last = text, t.now()
	t.backend.show(lines)
}

// trayText is everything of the menu that can be seen.
func trayText(lines []trayLine) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.text)
		if l.do == nil {
			b.WriteByte('-')
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// maxTrayText keeps a menu narrow; names are cut in the middle, where they
// differ least.
const maxTrayText = 60

// cut shortens a text in its middle.
func cut(text string, max int) string {
	r := []rune(text)
	if len(r) <= max {
		return text
	}
	head := (max - 1) / 2
	return string(r[:head]) + "…" + string(r[len(r)-(max-1-head):])
}

// trayLines is the menu: the window, the actions for the tray, what the tabs
// have to add, and the end.
func (s *shell) trayLines() []trayLine {
	lines := []trayLine{{i18n.T("tray.open"), s.raise}}
	section := func(more []trayLine) {
		if len(more) > 0 {
			lines = append(append(lines, trayLine{}), more...)
		}
	}
	// What can always be done stands above the tabs' own lines, what needs
	// something there (sessions to end) below them.
	always, needing := s.trayActions()
	section(always)
	for _, t := range s.tabs {
		source, ok := t.panel.(panels.TraySource)
		if !ok || t.content == nil && !t.resident || t.failed {
			continue
		}
		for _, items := range source.TrayItems() {
			var more []trayLine
			for _, item := range items {
				more = append(more, trayLine{cut(item.Text, maxTrayText), item.Do})
			}
			section(more)
		}
	}
	section(needing)
	section([]trayLine{{i18n.T("Quit"), s.quit}})
	return lines
}

// trayLevel is the worst that the tabs have for the tray's icon.
func (s *shell) trayLevel() string {
	worst := ""
	for _, t := range s.tabs {
		source, ok := t.panel.(panels.TrayMarker)
		if !ok || t.content == nil && !t.resident || t.failed {
			continue
		}
		switch level := source.TrayLevel(); {
		case level == "failed", level == "degraded" && worst == "":
			worst = level
		}
	}
	return worst
}

// trayActions are the table's actions for the tray. One that cannot be done now
// is shown without doing anything.
func (s *shell) trayActions() (always, needing []trayLine) {
	for _, a := range s.actions {
		if t := s.tab(a.panel); !a.Tray || t != nil && t.failed {
			continue
		}
		line := trayLine{text: a.text()}
		if a.enabled() {
			line.do = func() {
				if a.panel != "" {
					s.raise()
					s.selectTab(a.panel)
				}
				a.Do()
			}
		}
		if a.Enabled == nil {
			always = append(always, line)
		} else {
			needing = append(needing, line)
		}
	}
	return always, needing
}
