package widgets

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	look "tacklebox/panels/theme"
	"tacklebox/platform/terminal"
)

// cellAt is the middle of a cell.
func cellAt(t *Terminal, col, row int) fyne.Position {
	p, size := t.CellPosition(col, row)
	return p.AddXY(size.Width*0.4, size.Height/2)
}

func mouseAt(t *Terminal, col, row int, b desktop.MouseButton, mod fyne.KeyModifier) *desktop.MouseEvent {
	e := &desktop.MouseEvent{Button: b, Modifier: mod}
	e.Position = cellAt(t, col, row)
	return e
}

func click(t *Terminal, col, row int, b desktop.MouseButton, mod fyne.KeyModifier) {
	t.MouseDown(mouseAt(t, col, row, b, mod))
	t.MouseUp(mouseAt(t, col, row, b, mod))
}

func drag(t *Terminal, col, row int) {
	e := &fyne.DragEvent{}
	e.Position = cellAt(t, col, row)
	t.Dragged(e)
}

func TestTerminalSelectsByMouse(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 40, 10)
	now := time.Unix(1000, 0)
	term.o.Now = func() time.Time { return now }
	term.Print("hello 中文ab\r\nsecond line\r\n")
	term.repaint()

	term.MouseDown(mouseAt(term, 1, 0, desktop.MouseButtonPrimary, 0))
	drag(term, 6, 1)
	term.MouseUp(mouseAt(term, 6, 1, desktop.MouseButtonPrimary, 0))
	if got := term.screen.SelectedText(); got != "ello 中文ab\nsecond" {
		t.Errorf("dragged over %q", got)
	}
	click(term, 20, 5, desktop.MouseButtonPrimary, 0)
	if term.screen.HasSelection() {
		t.Error("a click leaves the selection")
	}
	now = now.Add(time.Second)
	click(term, 7, 0, desktop.MouseButtonPrimary, 0)
	click(term, 7, 0, desktop.MouseButtonPrimary, 0)
	if got := term.screen.SelectedText(); got != "中文ab" {
		t.Errorf("a double click selects %q", got)
	}
	click(term, 7, 0, desktop.MouseButtonPrimary, 0)
	if got := term.screen.SelectedText(); got != "hello 中文ab" {
		t.Errorf("a triple click selects %q", got)
	}
	now = now.Add(time.Second)
	click(term, 0, 0, desktop.MouseButtonPrimary, 0)
	term.screen.StartSelection(terminal.Pos{Line: 0, Col: 0}, terminal.ByCell)
	term.screen.ExtendSelection(terminal.Pos{Line: 0, Col: 2})
	click(term, 4, 0, desktop.MouseButtonPrimary, fyne.KeyModifierShift)
	if got := term.screen.SelectedText(); got != "hell" {
		t.Errorf("a click with Shift selects %q", got)
	}
}

func TestTerminalSelectsByKeys(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 40, 10)
	term.Print("hello\r\nworld")
	key := func(name fyne.KeyName) {
		term.TypedShortcut(&desktop.CustomShortcut{KeyName: name, Modifier: ctrlShift})
	}
	key(fyne.KeyUp)
	key(fyne.KeyLeft)
	key(fyne.KeyLeft)
	if got := term.screen.SelectedText(); got != "lo\nworld" {
		t.Errorf("selected %q", got)
	}
}

func TestTerminalReportsTheMouse(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 40, 10)
	s := newFakeStream()
	term.Start(s)
	t.Cleanup(term.Stop)
	term.Print("some text\x1b[?1002h\x1b[?1006h")
	term.repaint()
	term.MouseDown(mouseAt(term, 3, 2, desktop.MouseButtonPrimary, 0))
	drag(term, 5, 2)
	drag(term, 5, 2)
	term.MouseUp(mouseAt(term, 5, 2, desktop.MouseButtonPrimary, 0))
	s.expect(t, "\x1b[<0;4;3M\x1b[<32;6;3M\x1b[<0;6;3m")
	click(term, 0, 0, desktop.MouseButtonSecondary, fyne.KeyModifierControl)
	s.expect(t, "\x1b[<18;1;1M\x1b[<18;1;1m")
	wheel := &fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, wheelUnit)}
	wheel.Position = cellAt(term, 1, 1)
	term.Scrolled(wheel)
	s.expect(t, "\x1b[<64;2;2M")
	// Shift takes the mouse back.
	term.MouseDown(mouseAt(term, 0, 0, desktop.MouseButtonPrimary, fyne.KeyModifierShift))
	drag(term, 4, 0)
	term.MouseUp(mouseAt(term, 4, 0, desktop.MouseButtonPrimary, fyne.KeyModifierShift))
	if got := term.screen.SelectedText(); got != "some" {
		t.Errorf("with Shift %q is selected", got)
	}
	term.TypedRune('x')
	s.expect(t, "x")
}

func TestTerminalScrolls(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 40, 10)
	s := newFakeStream()
	term.Start(s)
	t.Cleanup(term.Stop)
	term.Print(strings.Repeat("line\r\n", 100))
	term.repaint()
	wheel := func(notches float32) {
		term.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, notches*wheelUnit)})
	}
	wheel(2)
	if term.top != term.frame.Base-6 {
		t.Errorf("two notches show line %d of %d", term.top, term.frame.Base)
	}
	if !term.thumb.Visible() {
		t.Error("there is no scrollbar")
	}
	term.Print("more\r\n")
	term.repaint()
	if term.frame.Top != term.frame.Base-7 {
		t.Error("output moves what the person looks at")
	}
	wheel(-5)
	if term.top != terminal.Follow || term.thumb.Visible() {
		t.Error("scrolled to the end it does not follow")
	}
	term.keys.held = fyne.KeyModifierShift
	term.TypedKey(&fyne.KeyEvent{Name: fyne.KeyPageUp})
	if term.top != term.frame.Base-9 {
		t.Errorf("a page up shows line %d of %d", term.top, term.frame.Base)
	}
	term.keys.held = 0
	term.TypedRune('x')
	if term.top != terminal.Follow {
		t.Error("typing does not show the prompt")
	}
	s.expect(t, "x")
	term.Print("\x1b[?1049h")
	wheel(1)
	s.expect(t, "\x1b[A\x1b[A\x1b[A")
}

func TestTerminalOpensLinksWithCtrlOnly(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 60, 10)
	var opened []string
	term.o.OpenURL = func(u *url.URL) { opened = append(opened, u.String()) }
	term.Print("https://example.org/a \x1b]8;;https://evil.test/\x1b\\https://good.test\x1b]8;;\x1b\\ \x1b]8;;javascript:alert(1)\x1b\\x\x1b]8;;\x1b\\")
	term.repaint()
	click(term, 3, 0, desktop.MouseButtonPrimary, 0)
	if len(opened) != 0 {
		t.Error("a plain click opens a link")
	}
	click(term, 3, 0, desktop.MouseButtonPrimary, fyne.KeyModifierControl)
	if len(opened) != 1 || opened[0] != "https://example.org/a" {
		t.Errorf("opened %v", opened)
	}
	click(term, 25, 0, desktop.MouseButtonPrimary, fyne.KeyModifierControl)
	c := fyne.CurrentApp().Driver().CanvasForObject(term)
	if len(opened) != 1 || c.Overlays().Top() == nil {
		t.Errorf("a link that reads like another one opens without a question: %v", opened)
	}
	c.Overlays().Remove(c.Overlays().Top())
	click(term, 40, 0, desktop.MouseButtonPrimary, fyne.KeyModifierControl)
	if len(opened) != 1 {
		t.Errorf("opened %v", opened)
	}
	menu := term.menu(cellAt(term, 3, 0))
	if len(menu.Items) < 8 || menu.Items[0].Label != "Open link" {
		t.Errorf("over a link the menu begins with %q", menu.Items[0].Label)
	}
}

func TestTerminalAsksAboutTheClipboard(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 60, 10)
	fyne.CurrentApp().Clipboard().SetContent("mine")
	term.Print("\x1b]52;c;aGVsbG8=\a\x1b]52;c;?\a")
	c := fyne.CurrentApp().Driver().CanvasForObject(term)
	if c.Overlays().Top() == nil || fyne.CurrentApp().Clipboard().Content() != "mine" {
		t.Error("a program writes the clipboard unasked")
	}
}
