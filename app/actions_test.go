package app

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"tacklebox/panels"
	"tacklebox/panels/i18n"
)

func keyEvent(name fyne.KeyName) *fyne.KeyEvent { return &fyne.KeyEvent{Name: name} }

// withActions is a shell with a tab that has actions of every kind.
func withActions(t *testing.T) (*testShell, *[]string) {
	did := &[]string{}
	note := func(what string) func() { return func() { *did = append(*did, what) } }
	s := newTestShell(t, &fakePanel{id: "a", actions: []panels.Action{
		{ID: "containers.new_shell", Shortcut: ours(fyne.KeyT), Do: note("shell")},
		{ID: "containers.end_shell", Shortcut: ours(fyne.KeyW), Enabled: func() bool { return false }, Do: note("disabled")},
		{ID: "containers.end", Do: note("no key")},
	}}, &fakePanel{id: "b"})
	s.raise()
	return s, did
}

func TestNoMainMenuItemHasAPlainCtrlShortcut(t *testing.T) {
	s, _ := withActions(t)
	menu := s.mainMenu()
	if len(menu.Items) < 4 {
		t.Fatalf("%d menus", len(menu.Items))
	}
	for _, m := range menu.Items {
		for _, item := range m.Items {
			if item.Shortcut == nil {
				continue
			}
			k, ok := item.Shortcut.(fyne.KeyboardShortcut)
			if !ok || k.Mod() == fyne.KeyModifierControl || k.Mod() == 0 {
				t.Errorf("%s / %s carries %s", m.Label, item.Label, keyText(item.Shortcut))
			}
		}
	}
}

func TestEveryActionIsInTheMenuAndEveryKeyInTheHelp(t *testing.T) {
	s, _ := withActions(t)
	var inMenu []string
	for _, m := range s.mainMenu().Items {
		for _, item := range m.Items {
			inMenu = append(inMenu, item.Label)
		}
	}
	var inWindow []string
	for _, line := range s.windowMenu() {
		inWindow = append(inWindow, line.text)
	}
	var inHelp []string
	for _, part := range s.helpSheet() {
		for _, row := range part.rows {
			inHelp = append(inHelp, row.text)
		}
	}
	for _, a := range s.actions {
		if !a.hidden && !slices.Contains(inMenu, a.text()) {
			t.Errorf("%s is not in the main menu", a.ID)
		}
		if !a.hidden && a.tab == "" && a.enabled() != slices.Contains(inWindow, a.text()) {
			t.Errorf("%s: enabled %v, in the window's menu %v", a.ID, a.enabled(), !a.enabled())
		}
		if len(a.shortcuts()) > 0 && !slices.Contains(inHelp, a.text()) {
			t.Errorf("%s has a key and is not in the help sheet", a.ID)
		}
		if strings.HasPrefix(a.text(), "action.") {
			t.Errorf("%s has no text", a.ID)
		}
	}
}

func TestEveryActionOfTheWindowHasATextInBothLanguages(t *testing.T) {
	s := newTestShell(t, &fakePanel{id: "a"})
	for _, language := range i18n.Languages() {
		if err := i18n.Load(language); err != nil {
			t.Fatal(err)
		}
		for _, a := range s.actions {
			if strings.HasPrefix(a.text(), "action.") {
				t.Errorf("%s: %s has no text", language, a.ID)
			}
		}
	}
}

func TestShortcutsDoTheirActions(t *testing.T) {
	s, did := withActions(t)
	c := s.win.Canvas()
	s.pressed(ours(fyne.KeyT))
	s.pressed(ours(fyne.KeyW)) // disabled
	if !slices.Equal(*did, []string{"shell"}) {
		t.Errorf("did %q", *did)
	}
	s.pressed(plain(fyne.Key2))
	if s.view != "b" {
		t.Errorf("Ctrl+2 shows %q", s.view)
	}
	s.pressed(plain(fyne.KeyComma))
	if s.view != pagePreferences {
		t.Errorf("Ctrl+, shows %q", s.view)
	}
	c.OnTypedKey()(keyEvent(fyne.KeyF1))
	if s.view != pageHelp {
		t.Errorf("F1 shows %q", s.view)
	}
	c.OnTypedKey()(keyEvent(fyne.KeyF1))
	if s.view != "b" {
		t.Errorf("F1 again shows %q", s.view)
	}
	s.pressed(ours(fyne.KeySlash))
	if s.view != pageHelp {
		t.Errorf("Ctrl+Shift+/ shows %q", s.view)
	}
}

func TestKeyText(t *testing.T) {
	for _, c := range []struct {
		in   fyne.Shortcut
		want string
	}{
		{&desktop.CustomShortcut{KeyName: fyne.KeyT, Modifier: fyne.KeyModifierControl | fyne.KeyModifierShift}, "Ctrl+Shift+T"},
		{&desktop.CustomShortcut{KeyName: fyne.KeyPageUp, Modifier: fyne.KeyModifierControl | fyne.KeyModifierShift}, "Ctrl+Shift+PgUp"},
		{&desktop.CustomShortcut{KeyName: fyne.KeyF1}, "F1"},
		{&desktop.CustomShortcut{KeyName: fyne.KeyComma, Modifier: fyne.KeyModifierControl}, "Ctrl+,"},
		{&fyne.ShortcutCopy{}, "Ctrl+C"},
	} {
		if got := keyText(c.in); got != c.want {
			t.Errorf("%v: %q, want %q", c.in, got, c.want)
		}
	}
}

func TestNoTwoActionsShareAKey(t *testing.T) {
	s := newTestShell(t, &fakePanel{id: "a"}, &fakePanel{id: "b"})
	seen := map[string]string{}
	for _, a := range s.actions {
		for _, key := range a.shortcuts() {
			if other, twice := seen[keyText(key)]; twice {
				t.Errorf("%s is for %s and %s", keyText(key), other, a.ID)
			}
			seen[keyText(key)] = a.ID
		}
	}
}

func TestTheMenuIsDrivenByKeys(t *testing.T) {
	s, did := withActions(t)
	c := s.win.Canvas()
	c.OnTypedKey()(keyEvent(fyne.KeyF10))
	if c.Overlays().Top() == nil {
		t.Fatal("F10 opened no menu")
	}
	row := func() *menuRow {
		r, ok := c.Focused().(*menuRow)
		if !ok {
			t.Fatalf("the keyboard is at %T", c.Focused())
		}
		return r
	}
	first := row().line.text
	row().TypedKey(keyEvent(fyne.KeyUp))
	if got := row().line.text; got != "Quit" {
		t.Errorf("above the first line stands %q", got)
	}
	row().TypedKey(keyEvent(fyne.KeyDown))
	if got := row().line.text; got != first {
		t.Errorf("below the last line stands %q", got)
	}
	row().TypedKey(keyEvent(fyne.KeyReturn))
	if c.Overlays().Top() != nil || !slices.Equal(*did, []string{"shell"}) {
		t.Errorf("Enter did %q", *did)
	}
	s.openMenu()
	row().TypedKey(keyEvent(fyne.KeyEscape))
	if c.Overlays().Top() != nil || len(*did) != 1 {
		t.Errorf("Escape did %q", *did)
	}
}
