package app

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels"
)

// working is a panel that works as long as the program runs, and takes a text
// from the clipboard.
type working struct {
	fakePanel
	stops   string
	started int
	taken   []string
}

func (w *working) Start(panels.Host) { w.started++ }
func (w *working) Stops() string     { return w.stops }
func (w *working) ClipboardAction() panels.Action {
	return panels.Action{ID: "latency.clipboard", Tray: true}
}
func (w *working) TakeClipboard(text string) { w.taken = append(w.taken, text) }

// asked are the texts of the question on top, and its buttons by their words.
func asked(s *testShell) (texts []string, buttons map[string]*widget.Button) {
	buttons = map[string]*widget.Button{}
	top := s.win.Canvas().Overlays().Top()
	if top == nil {
		return nil, buttons
	}
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *widget.Label:
			texts = append(texts, x.Text)
		case *widget.Check:
			texts = append(texts, x.Text)
			if x.Text == "Do not say this again" {
				x.SetChecked(true)
			}
		case *widget.Button:
			buttons[x.Text] = x
		}
		if c, ok := o.(*fyne.Container); ok {
			for _, child := range c.Objects {
				walk(child)
			}
		} else if w, ok := o.(fyne.Widget); ok {
			for _, child := range test.WidgetRenderer(w).Objects() {
				walk(child)
			}
		}
	}
	walk(top)
	return texts, buttons
}

func TestQuittingSaysWhatStops(t *testing.T) {
	p := &working{fakePanel: fakePanel{id: "a"}, stops: "Measuring stops."}
	s := newTestShell(t, p)
	s.raise()
	s.quit()
	texts, buttons := asked(s)
	if !slices.Contains(texts, "Measuring stops.") || s.quitting {
		t.Fatalf("asked %q, quitting %v", texts, s.quitting)
	}
	test.Tap(buttons["Cancel"])
	if s.quitting {
		t.Fatal("quit all the same")
	}
	s.quit()
	_, buttons = asked(s) // ticks: not again
	test.Tap(buttons["Quit"])
	if !s.quitting {
		t.Fatal("still there")
	}
	s.quitting = false
	if got := s.stops(); len(got) != 0 {
		t.Errorf("asks again about %q", got)
	}
}

func TestNothingThatStopsIsNoQuestion(t *testing.T) {
	p := &working{fakePanel: fakePanel{id: "a"}}
	s := newTestShell(t, p)
	s.raise()
	s.quit()
	if !s.quitting {
		t.Error("asked about nothing")
	}
}

func TestAWorkingPanelStartsUnseenAndSpeaksInTheTray(t *testing.T) {
	seen := &fakePanel{id: "a"}
	p := &working{fakePanel: fakePanel{id: "b", tray: [][]panels.TrayItem{{{Text: "all answer", Do: func() {}}}}}}
	s := newTestShell(t, seen, p)
	for _, tab := range s.tabs {
		s.startResident(tab)
	}
	if p.started != 1 || len(p.log) != 0 {
		t.Fatalf("started %d times, then %q", p.started, p.log)
	}
	if !slices.ContainsFunc(s.trayLines(), func(l trayLine) bool { return l.text == "all answer" }) {
		t.Error("the tray says nothing of it")
	}
}

func TestTheClipboardGoesToTheTabThatAsks(t *testing.T) {
	p := &working{fakePanel: fakePanel{id: "b"}}
	s := newTestShell(t, &fakePanel{id: "a"}, p)
	s.system.clipboard = "192.0.2.1\n192.0.2.2\n"
	for _, a := range s.actions {
		if a.ID == "latency.clipboard" {
			a.Do()
		}
	}
	s.next()
	if !slices.Equal(p.taken, []string{"192.0.2.1\n192.0.2.2\n"}) || s.view != "b" {
		t.Errorf("taken %q, view %q", p.taken, s.view)
	}
}
