package app

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels"
	"tacklebox/platform/settings"
)

// texts are all labels, buttons and rail words below o that can be seen.
func texts(o fyne.CanvasObject) []string {
	var out []string
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if !o.Visible() {
			return
		}
		switch o := o.(type) {
		case *widget.Label:
			out = append(out, o.Text)
		case *widget.Button:
			out = append(out, o.Text)
		case *railItem:
			out = append(out, o.word)
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
	walk(o)
	return out
}

func shows(t *testing.T, s *testShell, part string) bool {
	t.Helper()
	return slices.ContainsFunc(texts(s.win.Content()), func(text string) bool { return strings.Contains(text, part) })
}

func TestOnlyTheShownTabIsBuilt(t *testing.T) {
	first, second := &fakePanel{id: "first"}, &fakePanel{id: "second"}
	s := newTestShell(t, first, second)
	s.raise()
	if got, want := strings.Join(first.log, " "), "build shown"; got != want {
		t.Errorf("first tab: %q, want %q", got, want)
	}
	if len(second.log) != 0 {
		t.Errorf("second tab: %q before it was shown", second.log)
	}
	s.selectTab("second")
	if got, want := strings.Join(first.log, " "), "build shown hidden"; got != want {
		t.Errorf("first tab: %q, want %q", got, want)
	}
	if got, want := strings.Join(second.log, " "), "build shown"; got != want {
		t.Errorf("second tab: %q, want %q", got, want)
	}
	s.selectTab("first")
	if got, want := strings.Join(first.log, " "), "build shown hidden shown"; got != want {
		t.Errorf("first tab: %q, want %q: it is built once", got, want)
	}
	s.hide()
	if got := first.log[len(first.log)-1]; got != "hidden" {
		t.Errorf("the shown tab of a hidden window was told %q", got)
	}
}

func TestATabThatFailsLeavesTheOthersAlone(t *testing.T) {
	for name, build := range map[string]func() (fyne.CanvasObject, error){
		"error":      func() (fyne.CanvasObject, error) { return nil, errors.New("no such socket") },
		"panic":      func() (fyne.CanvasObject, error) { panic("no such socket") },
		"no content": func() (fyne.CanvasObject, error) { return nil, nil },
	} {
		t.Run(name, func(t *testing.T) {
			works := false
			bad := &fakePanel{id: "bad", build: func() (fyne.CanvasObject, error) {
				if works {
					return widget.NewLabel("it works now"), nil
				}
				return build()
			}}
			good := &fakePanel{id: "good"}
			s := newTestShell(t, bad, good)
			s.raise()
			if !shows(t, s, "could not start") {
				t.Errorf("the failed tab shows %q", texts(s.win.Content()))
			}
			if name != "no content" && !shows(t, s, "no such socket") {
				t.Errorf("the failed tab does not say why: %q", texts(s.win.Content()))
			}
			s.selectTab("good")
			if !shows(t, s, "content of good") {
				t.Error("the other tab is not shown")
			}
			s.selectTab("bad")
			works = true
			test.Tap(button(t, s, "Try again"))
			if !shows(t, s, "it works now") || shows(t, s, "could not start") {
				t.Errorf("after another try the tab shows %q", texts(s.win.Content()))
			}
		})
	}
}

func TestTheDetailsOfAPanicCanBeCopied(t *testing.T) {
	s := newTestShell(t, &fakePanel{id: "bad", build: func() (fyne.CanvasObject, error) { panic("boom") }})
	s.raise()
	test.Tap(button(t, s, "Copy details"))
	if got := s.app.Clipboard().Content(); !strings.Contains(got, "boom") || !strings.Contains(got, "shell_test.go") {
		t.Errorf("copied %q, want the panic and its stack", got)
	}
}

func TestAPanicWhileShowingATabStaysInIt(t *testing.T) {
	s := newTestShell(t, &panicsWhenShown{fakePanel{id: "bad"}}, &fakePanel{id: "good"})
	s.raise()
	if !shows(t, s, "could not start") {
		t.Errorf("shown: %q", texts(s.win.Content()))
	}
}

type panicsWhenShown struct{ fakePanel }

func (p *panicsWhenShown) Shown() { panic("shown") }

// button finds a visible button by its text.
func button(t *testing.T, s *testShell, text string) *widget.Button {
	t.Helper()
	var found *widget.Button
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if !o.Visible() {
			return
		}
		if b, ok := o.(*widget.Button); ok && b.Text == text {
			found = b
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
	walk(s.win.Content())
	if found == nil {
		t.Fatalf("no button %q among %q", text, texts(s.win.Content()))
	}
	return found
}

func TestLastTabAndSizeAreRestored(t *testing.T) {
	a, b := &fakePanel{id: "a"}, &fakePanel{id: "b"}
	s := newTestShell(t, a, b)
	s.raise()
	s.selectTab("b")
	s.win.Resize(fyne.NewSize(1000, 700))
	s.saveSize()
	got := s.store.Get()
	if got.LastTab != "b" || got.WindowWidth != 1000 || got.WindowHeight != 700 {
		t.Fatalf("saved %+v", got)
	}
	again := newShell(s.ctx, s.app, s.app.NewWindow(Name), s.store, s.options, s.svc, s.makePanels)
	if again.view != "b" {
		t.Errorf("restored tab %q", again.view)
	}
	if size := again.win.Canvas().Size(); size != fyne.NewSize(1000, 700) {
		t.Errorf("restored size %v", size)
	}
}

func TestAnUnknownLastTabFallsBackToTheFirst(t *testing.T) {
	s := newTestShell(t, &fakePanel{id: "a"})
	s.store.Later(func(set *settings.Settings) { set.LastTab = "from the future" })
	again := newShell(s.ctx, s.app, s.app.NewWindow(Name), s.store, s.options, s.svc, s.makePanels)
	if again.view != "a" {
		t.Errorf("view %q", again.view)
	}
}

func TestTheRailDropsItsWordsInANarrowWindow(t *testing.T) {
	s := newTestShell(t, &fakePanel{id: "a"})
	s.raise()
	s.win.Resize(fyne.NewSize(1200, 700))
	if s.rail.compact {
		t.Error("compact at 1200")
	}
	wide := s.rail.box.Size().Width
	s.win.Resize(fyne.NewSize(880, 600))
	if !s.rail.compact || s.rail.box.Size().Width >= wide {
		t.Errorf("at 880: compact %v, %v wide after %v", s.rail.compact, s.rail.box.Size().Width, wide)
	}
	if min := s.win.Content().MinSize(); min.Width > 700 || min.Height > 560 {
		t.Errorf("the window cannot be made smaller than %v", min)
	}
}

func TestPagesAreLeftByEscape(t *testing.T) {
	s := newTestShell(t, &fakePanel{id: "a"})
	s.raise()
	for _, page := range []string{pagePreferences, pageHelp, pageAbout} {
		s.toggle(page)()
		if s.view != page {
			t.Fatalf("view %q after opening %q", s.view, page)
		}
		s.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if s.view != "a" {
			t.Errorf("view %q after Escape in %q", s.view, page)
		}
	}
}

func TestChangingTheLanguageChangesTheWindow(t *testing.T) {
	calls := 0
	s := newTestShell(t, &fakePanel{id: "a"})
	fresh := &fakePanel{id: "a"}
	s.makePanels = func() []panels.Panel { calls++; return []panels.Panel{fresh} }
	s.raise()
	if !shows(t, s, "Preferences") {
		t.Fatalf("English window shows %q", texts(s.win.Content()))
	}
	s.store.Later(func(set *settings.Settings) { set.Language = "zh_Hans" })
	s.languageChanged()
	if !shows(t, s, "偏好设置") || shows(t, s, "Preferences") {
		t.Errorf("Chinese window shows %q", texts(s.win.Content()))
	}
	if calls != 1 || !slices.Contains(fresh.log, "build") {
		t.Errorf("the tab was not made anew: %q", fresh.log)
	}
}

func TestATabWithOpenSessionsSurvivesALanguageChange(t *testing.T) {
	busy := &fakePanel{id: "a", sessions: 1}
	s := newTestShell(t, busy)
	s.raise()
	s.makePanels = func() []panels.Panel { return []panels.Panel{&fakePanel{id: "a"}} }
	s.store.Later(func(set *settings.Settings) { set.Language = "zh_Hans" })
	s.languageChanged()
	if slices.Contains(busy.log, "close") {
		t.Error("a tab with open sessions was closed")
	}
	if !shows(t, s, "有打开会话的标签页") {
		t.Errorf("nothing was said: %q", texts(s.win.Content()))
	}
}
