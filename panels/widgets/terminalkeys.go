package widgets

import (
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"tacklebox/platform/terminal"
)

// terminalKeys are the modifiers held, for drivers that do not tell.
type terminalKeys struct{ held fyne.KeyModifier }

// terminalKeyNames are the keys that type no character.
var terminalKeyNames = map[fyne.KeyName]terminal.Key{
	fyne.KeyUp: terminal.KeyUp, fyne.KeyDown: terminal.KeyDown,
	fyne.KeyLeft: terminal.KeyLeft, fyne.KeyRight: terminal.KeyRight,
	fyne.KeyHome: terminal.KeyHome, fyne.KeyEnd: terminal.KeyEnd,
	fyne.KeyInsert: terminal.KeyInsert, fyne.KeyDelete: terminal.KeyDelete,
	fyne.KeyPageUp: terminal.KeyPageUp, fyne.KeyPageDown: terminal.KeyPageDown,
	fyne.KeyBackspace: terminal.KeyBackspace, fyne.KeyTab: terminal.KeyTab,
	fyne.KeyReturn: terminal.KeyEnter, fyne.KeyEnter: terminal.KeyKeypadEnter,
	fyne.KeyEscape: terminal.KeyEscape,
	fyne.KeyF1:     terminal.KeyF1, fyne.KeyF2: terminal.KeyF2, fyne.KeyF3: terminal.KeyF3,
	fyne.KeyF4: terminal.KeyF4, fyne.KeyF5: terminal.KeyF5, fyne.KeyF6: terminal.KeyF6,
	fyne.KeyF7: terminal.KeyF7, fyne.KeyF8: terminal.KeyF8, fyne.KeyF9: terminal.KeyF9,
	fyne.KeyF10: terminal.KeyF10, fyne.KeyF11: terminal.KeyF11, fyne.KeyF12: terminal.KeyF12,
}

// shiftedKeys is what Shift makes of the keys of a US keyboard. Fyne names keys
// without it and tells no character for Alt or Ctrl with Shift.
var shiftedKeys = map[rune]rune{
	'1': '!', '2': '@', '3': '#', '4': '$', '5': '%', '6': '^', '7': '&', '8': '*', '9': '(', '0': ')',
	'-': '_', '=': '+', '[': '{', ']': '}', '\\': '|', ';': ':', '\'': '"', ',': '<', '.': '>', '/': '?', '`': '~',
}

// FocusGained is part of fyne.Focusable.
func (t *Terminal) FocusGained() { t.setFocus(true) }

// FocusLost is part of fyne.Focusable.
func (t *Terminal) FocusLost() { t.setFocus(false) }

func (t *Terminal) setFocus(on bool) {
	t.focused = on
	t.keys = terminalKeys{}
	t.send(terminal.EncodeFocus(on, t.screen.Modes()))
	if on {
		t.wake()
	} else {
		t.blink.stop()
		t.setHover(terminal.Span{})
	}
	t.refreshRaster(t.o.Now())
}

// AcceptsTab is part of fyne.Tabbable: Tab is the program's.
func (t *Terminal) AcceptsTab() bool { return true }

// TypedRune is part of fyne.Focusable: a typed character, or one of several that
// an input method puts in.
func (t *Terminal) TypedRune(r rune) { t.typed(terminal.EncodeRune(r, 0)) }

// typed sends what a key makes, and shows where it goes.
func (t *Terminal) typed(b []byte) {
	if len(b) == 0 {
		return
	}
	t.follow()
	t.wake()
	t.send(b)
}

// TypedKey is part of fyne.Focusable: a key without Ctrl, Alt or Super, which
// come as shortcuts. Printable ones come as characters as well.
func (t *Terminal) TypedKey(e *fyne.KeyEvent) {
	key, ok := terminalKeyNames[e.Name]
	if !ok {
		return
	}
	mod := t.modifiers()
	if mod&fyne.KeyModifierShift != 0 {
		switch key {
		case terminal.KeyPageUp:
			t.scrollBy(max(1, t.rows-1))
			return
		case terminal.KeyPageDown:
			t.scrollBy(-max(1, t.rows-1))
			return
		}
	}
	t.typed(terminal.EncodeKey(key, terminalMod(mod), t.screen.Modes()))
}

// terminalMod turns Fyne's modifiers into the terminal's.
func terminalMod(m fyne.KeyModifier) terminal.Mod {
	var mod terminal.Mod
	if m&fyne.KeyModifierShift != 0 {
		mod |= terminal.Shift
	}
	if m&fyne.KeyModifierAlt != 0 {
		mod |= terminal.Alt
	}
	if m&fyne.KeyModifierControl != 0 {
		mod |= terminal.Ctrl
	}
	return mod
}

// modifiers are the modifiers held now.
func (t *Terminal) modifiers() fyne.KeyModifier {
	if d, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		return d.CurrentKeyModifiers()
	}
	return t.keys.held
}

var modifierKeys = map[fyne.KeyName]fyne.KeyModifier{
	desktop.KeyShiftLeft: fyne.KeyModifierShift, desktop.KeyShiftRight: fyne.KeyModifierShift,
	desktop.KeyControlLeft: fyne.KeyModifierControl, desktop.KeyControlRight: fyne.KeyModifierControl,
	desktop.KeyAltLeft: fyne.KeyModifierAlt, desktop.KeyAltRight: fyne.KeyModifierAlt,
	desktop.KeySuperLeft: fyne.KeyModifierSuper, desktop.KeySuperRight: fyne.KeyModifierSuper,
}

// KeyDown is part of desktop.Keyable.
func (t *Terminal) KeyDown(e *fyne.KeyEvent) {
	t.keys.held |= modifierKeys[e.Name]
	t.hoverLink(t.mouse.at, t.modifiers()&fyne.KeyModifierControl != 0)
}

// KeyUp is part of desktop.Keyable.
func (t *Terminal) KeyUp(e *fyne.KeyEvent) {
	t.keys.held &^= modifierKeys[e.Name]
	if modifierKeys[e.Name] == fyne.KeyModifierControl {
		t.setHover(terminal.Span{})
	}
}

// TypedShortcut is part of fyne.Shortcutable. Fyne makes shortcuts of every key
// with Ctrl, Alt or Super, and gives some of them names of their own: Ctrl+C comes
// as "copy". All of them but Ctrl+Shift belong to the program.
func (t *Terminal) TypedShortcut(s fyne.Shortcut) {
	switch s := s.(type) {
	case *fyne.ShortcutCopy:
		if s.Secondary {
			t.shortcut(s, fyne.KeyInsert, fyne.KeyModifierControl)
			return
		}
		t.shortcut(s, fyne.KeyC, fyne.KeyModifierShortcutDefault)
	case *fyne.ShortcutPaste:
		if s.Secondary {
			t.PasteClipboard() // Shift+Insert, as in xterm
			return
		}
		t.shortcut(s, fyne.KeyV, fyne.KeyModifierShortcutDefault)
	case *fyne.ShortcutCut:
		if s.Secondary {
			t.shortcut(s, fyne.KeyDelete, fyne.KeyModifierShift)
			return
		}
		t.shortcut(s, fyne.KeyX, fyne.KeyModifierShortcutDefault)
	case *fyne.ShortcutSelectAll:
		t.shortcut(s, fyne.KeyA, fyne.KeyModifierShortcutDefault)
	case *fyne.ShortcutUndo:
		t.shortcut(s, fyne.KeyZ, fyne.KeyModifierShortcutDefault)
	case *fyne.ShortcutRedo:
		t.shortcut(s, fyne.KeyY, fyne.KeyModifierShortcutDefault)
	case fyne.KeyboardShortcut:
		t.shortcut(s, s.Key(), s.Mod())
	default:
		t.passOut(s)
	}
}

// passOut offers a shortcut to whoever owns the terminal.
func (t *Terminal) passOut(s fyne.Shortcut) bool { return t.OnShortcut != nil && t.OnShortcut(s) }

const ctrlShift = fyne.KeyModifierControl | fyne.KeyModifierShift

// shortcut acts on a key with modifiers.
func (t *Terminal) shortcut(s fyne.Shortcut, name fyne.KeyName, mod fyne.KeyModifier) {
	switch {
	case mod&^fyne.KeyModifierShift == ownModifier && ownModifier == fyne.KeyModifierSuper, mod == ctrlShift:
		if t.ownShortcut(name, mod) || t.passOut(s) {
			return
		}
		if mod != ctrlShift || isLetter(name) || name == fyne.KeySlash {
			PassOn(t, s) // ours, and perhaps the window knows what it means
			return
		}
	case mod&fyne.KeyModifierSuper != 0:
		t.passOut(s)
		return
	case mod == fyne.KeyModifierControl && t.zoomKey(name):
		return
	}
	if key, ok := terminalKeyNames[name]; ok {
		t.typed(terminal.EncodeKey(key, terminalMod(mod), t.screen.Modes()))
		return
	}
	r, ok := keyRune(name, mod)
	if !ok || composes(mod) {
		return // the character comes by itself
	}
	t.typed(terminal.EncodeRune(r, terminalMod(mod)&^terminal.Shift))
}

func isLetter(name fyne.KeyName) bool {
	return len(name) == 1 && name[0] >= 'A' && name[0] <= 'Z'
}

// keyRune is the character a key types without Ctrl and Alt.
func keyRune(name fyne.KeyName, mod fyne.KeyModifier) (rune, bool) {
	if name == fyne.KeySpace {
		return ' ', true
	}
	if len(name) != 1 {
		return 0, false
	}
	r := unicode.ToLower(rune(name[0]))
	if mod&fyne.KeyModifierShift == 0 {
		return r, true
	}
	if shifted, ok := shiftedKeys[r]; ok {
		return shifted, true
	}
	return unicode.ToUpper(r), true
}

// zoomKey changes the font size with Ctrl and +, - or 0.
func (t *Terminal) zoomKey(name fyne.KeyName) bool {
	switch name {
	case fyne.KeyEqual, fyne.KeyPlus:
		t.zoom(1)
	case fyne.KeyMinus:
		t.zoom(-1)
	case fyne.Key0:
		t.zoom(0)
	default:
		return false
	}
	return true
}

// zoom makes the text larger or smaller by a step; 0 is the theme's size.
func (t *Terminal) zoom(step float32) {
	size := float32(0)
	if step != 0 {
		size = t.FontSize() + step
	}
	t.SetFontSize(size)
	if t.OnFontSize != nil {
		t.OnFontSize(t.o.FontSize)
	}
}

// ownShortcut acts on the shortcuts that are the terminal's own.
func (t *Terminal) ownShortcut(name fyne.KeyName, mod fyne.KeyModifier) bool {
	switch name {
	case fyne.KeyC:
		t.CopySelection()
	case fyne.KeyV:
		t.PasteClipboard()
	case fyne.KeyF:
		t.Find()
	case fyne.KeyA:
		t.screen.SelectAll()
		t.repaint()
	case fyne.KeyUp, fyne.KeyDown, fyne.KeyLeft, fyne.KeyRight:
		t.selectByKey(name)
	case fyne.KeyHome:
		t.scrollTo(t.frame.First)
	case fyne.KeyEnd:
		t.follow()
	case fyne.KeyEqual, fyne.KeyPlus, fyne.KeyMinus, fyne.Key0:
		if mod&fyne.KeyModifierSuper == 0 && name != fyne.KeyEqual && name != fyne.KeyPlus {
			return false // Ctrl+_ is the program's
		}
		return t.zoomKey(name)
	default:
		return false
	}
	return true
}

// selectByKey moves the end of the selection, which starts at the cursor.
func (t *Terminal) selectByKey(name fyne.KeyName) {
	p, ok := t.screen.SelectionHead()
	if !ok {
		p = t.screen.CursorPos()
		t.screen.StartSelection(p, terminal.ByCell)
	}
	switch name {
	case fyne.KeyUp:
		p.Line--
	case fyne.KeyDown:
		p.Line++
	case fyne.KeyLeft:
		if p.Col--; p.Col < 0 {
			p.Line, p.Col = p.Line-1, t.cols
		}
	case fyne.KeyRight:
		if p.Col++; p.Col > t.cols {
			p.Line, p.Col = p.Line+1, 0
		}
	}
	t.screen.ExtendSelection(p)
	t.reveal(p.Line)
	t.repaint()
}
