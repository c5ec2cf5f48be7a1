package widgets

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	look "tacklebox/panels/theme"
	"tacklebox/platform/terminal"
)

// newTestTerminal is a terminal of a size in a window, with the colours of a variant.
func newTestTerminal(t *testing.T, variant string, cols, rows int) *Terminal {
	t.Helper()
	test.NewTempApp(t)
	fyne.CurrentApp().Settings().SetTheme(look.New(look.Options{Variant: variant}))
	term := NewTerminal(TerminalOptions{FontSize: 13})
	w := test.NewTempWindow(t, term)
	w.SetPadded(false)
	f := term.painter.font
	w.Resize(fyne.NewSize(float32(cols*f.cellW+2*term.painter.padX), float32(rows*f.cellH+2*term.painter.padY)))
	term.setCells(cols, rows)
	w.Canvas().Focus(term)
	return term
}

// fakeStream is a program: what it writes comes from out, what it reads is kept.
type fakeStream struct {
	out    *io.PipeReader
	Output *io.PipeWriter

	mu      sync.Mutex
	changed *sync.Cond
	typed   bytes.Buffer
	sizes   [][2]int
	closed  bool
	// block keeps Write from returning, as a program that reads nothing does.
	block chan struct{}
}

func newFakeStream() *fakeStream {
	s := &fakeStream{}
	s.out, s.Output = io.Pipe()
	s.changed = sync.NewCond(&s.mu)
	return s
}

func (s *fakeStream) Read(b []byte) (int, error) { return s.out.Read(b) }

func (s *fakeStream) Write(b []byte) (int, error) {
	if s.block != nil {
		<-s.block
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
	return s.typed.Write(b)
}

func (s *fakeStream) Close() error {
	s.mu.Lock()
	s.closed = true
	s.changed.Broadcast()
	s.mu.Unlock()
	return s.out.Close()
}

func (s *fakeStream) Resize(_ context.Context, cols, rows int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sizes = append(s.sizes, [2]int{cols, rows})
	s.changed.Broadcast()
	return nil
}

// wait waits until the program has seen what ok wants.
func (s *fakeStream) wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	late := time.AfterFunc(5*time.Second, func() { s.changed.Broadcast() })
	defer late.Stop()
	deadline := time.Now().Add(5 * time.Second)
	s.mu.Lock()
	defer s.mu.Unlock()
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("no %s; typed %q, sizes %v", what, s.typed.String(), s.sizes)
		}
		s.changed.Wait()
	}
}

// expect waits until exactly this was typed, and forgets it.
func (s *fakeStream) expect(t *testing.T, want string) {
	t.Helper()
	s.wait(t, "input", func() bool { return s.typed.Len() >= len(want) })
	s.mu.Lock()
	defer s.mu.Unlock()
	if got := s.typed.String(); got != want {
		t.Errorf("typed %q, want %q", got, want)
	}
	s.typed.Reset()
}

func TestTerminalKeysGoToTheProgram(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 40, 10)
	s := newFakeStream()
	term.Start(s)
	t.Cleanup(term.Stop)
	custom := func(name fyne.KeyName, mod fyne.KeyModifier) fyne.Shortcut {
		return &desktop.CustomShortcut{KeyName: name, Modifier: mod}
	}
	const ctrl, alt, shift = fyne.KeyModifierControl, fyne.KeyModifierAlt, fyne.KeyModifierShift
	cases := []struct {
		name string
		do   func()
		want string
	}{
		{"a character", func() { term.TypedRune('a') }, "a"},
		{"an input method's characters", func() { term.TypedRune('中'); term.TypedRune('文') }, "中文"},
		{"enter", func() { term.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) }, "\r"},
		{"backspace", func() { term.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace}) }, "\x7f"},
		{"tab", func() { term.TypedKey(&fyne.KeyEvent{Name: fyne.KeyTab}) }, "\t"},
		{"escape", func() { term.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape}) }, "\x1b"},
		{"F5", func() { term.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF5}) }, "\x1b[15~"},
		{"a key that types a character is not sent twice", func() { term.TypedKey(&fyne.KeyEvent{Name: fyne.KeyA}); term.TypedRune('a') }, "a"},
		{"Ctrl+C, which Fyne calls copy", func() { term.TypedShortcut(&fyne.ShortcutCopy{}) }, "\x03"},
		{"Ctrl+V", func() { term.TypedShortcut(&fyne.ShortcutPaste{}) }, "\x16"},
		{"Ctrl+X", func() { term.TypedShortcut(&fyne.ShortcutCut{}) }, "\x18"},
		{"Ctrl+A", func() { term.TypedShortcut(&fyne.ShortcutSelectAll{}) }, "\x01"},
		{"Ctrl+Z", func() { term.TypedShortcut(&fyne.ShortcutUndo{}) }, "\x1a"},
		{"Ctrl+Y", func() { term.TypedShortcut(&fyne.ShortcutRedo{}) }, "\x19"},
		{"Ctrl+W", func() { term.TypedShortcut(custom(fyne.KeyW, ctrl)) }, "\x17"},
		{"Ctrl+P", func() { term.TypedShortcut(custom(fyne.KeyP, ctrl)) }, "\x10"},
		{"Ctrl+[", func() { term.TypedShortcut(custom(fyne.KeyLeftBracket, ctrl)) }, "\x1b"},
		{"Ctrl+backslash", func() { term.TypedShortcut(custom(fyne.KeyBackslash, ctrl)) }, "\x1c"},
		{"Ctrl+space", func() { term.TypedShortcut(custom(fyne.KeySpace, ctrl)) }, "\x00"},
		{"Ctrl+Shift+6", func() { term.TypedShortcut(custom(fyne.Key6, ctrl|shift)) }, "\x1e"},
		{"Ctrl+_", func() { term.TypedShortcut(custom(fyne.KeyMinus, ctrl|shift)) }, "\x1f"},
		{"Ctrl+right", func() { term.TypedShortcut(custom(fyne.KeyRight, ctrl)) }, "\x1b[1;5C"},
		{"Ctrl+Insert", func() { term.TypedShortcut(&fyne.ShortcutCopy{Secondary: true}) }, "\x1b[2;5~"},
		{"Shift+Delete", func() { term.TypedShortcut(&fyne.ShortcutCut{Secondary: true}) }, "\x1b[3;2~"},
		{"Alt+B", func() { term.TypedShortcut(custom(fyne.KeyB, alt)) }, "\x1bb"},
		{"Alt+Shift+B", func() { term.TypedShortcut(custom(fyne.KeyB, alt|shift)) }, "\x1bB"},
		{"Alt+full stop", func() { term.TypedShortcut(custom(fyne.KeyPeriod, alt)) }, "\x1b."},
		{"Alt+greater", func() { term.TypedShortcut(custom(fyne.KeyPeriod, alt|shift)) }, "\x1b>"},
		{"Alt+left", func() { term.TypedShortcut(custom(fyne.KeyLeft, alt)) }, "\x1b[1;3D"},
		{"Alt+Backspace", func() { term.TypedShortcut(custom(fyne.KeyBackspace, alt)) }, "\x1b\x7f"},
		{"Shift+Tab", func() {
			term.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
			term.TypedKey(&fyne.KeyEvent{Name: fyne.KeyTab})
			term.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
		}, "\x1b[Z"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.do()
			s.expect(t, c.want)
		})
	}
	if !term.AcceptsTab() {
		t.Error("Tab moves the focus")
	}
}

func TestTerminalKeepsItsOwnShortcuts(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 40, 10)
	s := newFakeStream()
	term.Start(s)
	t.Cleanup(term.Stop)
	var passed []fyne.KeyName
	term.OnShortcut = func(s fyne.Shortcut) bool {
		passed = append(passed, s.(fyne.KeyboardShortcut).Key())
		return true
	}
	own := func(name fyne.KeyName, mod fyne.KeyModifier) {
		term.TypedShortcut(&desktop.CustomShortcut{KeyName: name, Modifier: mod})
	}
	for _, name := range []fyne.KeyName{fyne.KeyT, fyne.KeyW, fyne.KeyPageUp, fyne.KeyPageDown} {
		own(name, ctrlShift)
	}
	if len(passed) != 4 {
		t.Errorf("passed out %v", passed)
	}
	term.Print("hello")
	own(fyne.KeyA, ctrlShift)
	own(fyne.KeyC, ctrlShift)
	if got := fyne.CurrentApp().Clipboard().Content(); got != "hello" {
		t.Errorf("copied %q", got)
	}
	own(fyne.KeyV, ctrlShift)
	s.expect(t, "hello")
	size := term.FontSize()
	own(fyne.KeyEqual, fyne.KeyModifierControl)
	if term.FontSize() != size+1 {
		t.Error("Ctrl+= does not enlarge")
	}
	own(fyne.KeyMinus, fyne.KeyModifierControl)
	own(fyne.KeyMinus, fyne.KeyModifierControl)
	if term.FontSize() != size-1 {
		t.Error("Ctrl+- does not shrink")
	}
	own(fyne.Key0, fyne.KeyModifierControl)
	if term.FontSize() != size {
		t.Error("Ctrl+0 does not restore")
	}
	term.TypedRune('x')
	s.expect(t, "x") // and nothing of the above
}

func TestTerminalSizeIsTold(t *testing.T) {
	test.NewTempApp(t)
	term := NewTerminal(TerminalOptions{})
	told := make(chan [2]int, 8)
	term.OnCells = func(cols, rows int) { told <- [2]int{cols, rows} }
	w := test.NewTempWindow(t, term)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(300, 200))
	w.Resize(fyne.NewSize(640, 400))
	size := <-told
	cols, rows := term.Cells()
	if size != [2]int{cols, rows} || cols < 60 || cols > 90 || rows < 15 || rows > 30 {
		t.Errorf("told %v, cells %dx%d", size, cols, rows)
	}
	s := newFakeStream()
	term.Start(s)
	t.Cleanup(term.Stop)
	s.wait(t, "size", func() bool { return len(s.sizes) == 1 && s.sizes[0] == size })
	w.Resize(fyne.NewSize(900, 500))
	larger := <-told
	if larger[0] <= size[0] || larger[1] <= size[1] {
		t.Errorf("then told %v", larger)
	}
	s.wait(t, "second size", func() bool { return len(s.sizes) == 2 && s.sizes[1] == larger })
	if len(told) != 0 {
		t.Error("told more than the sizes that stayed")
	}
}

func TestTerminalEnds(t *testing.T) {
	lost := errors.New("connection lost")
	for name, cause := range map[string]error{"normally": nil, "with an error": lost} {
		t.Run(name, func(t *testing.T) {
			term := newTestTerminal(t, look.Dark, 40, 10)
			ended := make(chan error, 1)
			term.OnEnded = func(err error) { ended <- err }
			s := newFakeStream()
			term.Start(s)
			s.Output.Write([]byte("last words"))
			s.Output.CloseWithError(cause)
			if err := <-ended; !errors.Is(err, cause) {
				t.Errorf("ended with %v", err)
			}
			s.wait(t, "close", func() bool { return s.closed })
			if term.Connected() || !strings.HasPrefix(term.screen.Text(), "last words") {
				t.Error("it is not over, or its text is lost")
			}
			term.TypedRune('x') // to nobody
		})
	}
}

func TestTerminalStops(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 40, 10)
	term.OnEnded = func(error) { t.Error("stopping is told as an end") }
	s := newFakeStream()
	s.block = make(chan struct{})
	term.Start(s)
	term.TypedRune('x') // the program does not read it
	session := term.session.Load()
	term.Stop()
	s.wait(t, "close", func() bool { return s.closed })
	close(s.block)
	term.Wait()
	if term.Connected() || session.send([]byte("y")) {
		t.Error("a stopped terminal still takes keys")
	}
}

// TestTerminalAnswersWhileTheProgramReadsNothing would hang if answers or keys
// were written by the goroutine that reads.
func TestTerminalAnswersWhileTheProgramReadsNothing(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 40, 10)
	s := newFakeStream()
	s.block = make(chan struct{})
	term.Start(s)
	t.Cleanup(term.Stop)
	for range 200 {
		if _, err := s.Output.Write([]byte(strings.Repeat("\x1b[6n", 1000))); err != nil {
			t.Fatal(err)
		}
	}
	term.TypedShortcut(&fyne.ShortcutCopy{})
	close(s.block)
	s.wait(t, "Ctrl+C", func() bool { return bytes.Contains(s.typed.Bytes(), []byte{3}) })
}

func TestTerminalInsertAndPaste(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 40, 10)
	s := newFakeStream()
	term.Start(s)
	t.Cleanup(term.Stop)
	term.Insert("/start.sh --prod\n")
	s.expect(t, "/start.sh --prod")
	term.Print("\x1b[?2004h")
	term.Insert("ls\n")
	s.expect(t, "\x1b[200~ls\x1b[201~")
	term.Paste("a\nb")
	s.expect(t, "\x1b[200~a\rb\x1b[201~")
}

func TestTerminalAsksBeforePastedLinesRun(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 40, 10)
	s := newFakeStream()
	term.Start(s)
	t.Cleanup(term.Stop)
	fyne.CurrentApp().Clipboard().SetContent("rm -rf x\nrm -rf y\n")
	term.PasteClipboard()
	c := fyne.CurrentApp().Driver().CanvasForObject(term)
	if c.Overlays().Top() == nil {
		t.Fatal("nobody asks")
	}
	c.Overlays().Remove(c.Overlays().Top())
	term.Print("\x1b[?2004h") // a shell that knows about pasting shows it first
	term.PasteClipboard()
	s.expect(t, "\x1b[200~rm -rf x\rrm -rf y\r\x1b[201~")
}

func TestTerminalRecords(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 40, 10)
	s := newFakeStream()
	ended := make(chan struct{})
	term.OnEnded = func(error) { close(ended) }
	term.Start(s)
	var cast bytes.Buffer
	if err := term.StartRecording(&cast); err != nil {
		t.Fatal(err)
	}
	if err := term.StartRecording(&cast); err == nil {
		t.Error("a second recording began")
	}
	s.Output.Write([]byte("中文"))
	s.Output.Close()
	<-ended
	if err := term.StopRecording(); err != nil || term.Recording() {
		t.Errorf("stopping said %v", err)
	}
	if got := cast.String(); !strings.Contains(got, `"width":40,"height":10`) || !strings.Contains(got, `"o","中文"]`) {
		t.Errorf("recorded %s", got)
	}
}

func TestTerminalTitleAndBell(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 40, 10)
	title, rung := "", 0
	term.OnTitle = func(s string) { title = s }
	term.OnBell = func() { rung++ }
	term.Print("\x1b]0;kelu\a\a\a")
	if title != "kelu" || rung != 1 || !term.flash.Visible() {
		t.Errorf("title %q, rung %d times", title, rung)
	}
	term.Print("\a")
	if rung != 1 {
		t.Error("it rings again while it flashes")
	}
	if label := term.AccessibilityLabel(); !strings.Contains(label, "kelu") {
		t.Errorf("a screen reader says %q", label)
	}
}

func TestTerminalFocusIsTold(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 40, 10)
	s := newFakeStream()
	term.Start(s)
	t.Cleanup(term.Stop)
	term.Print("\x1b[?1004h")
	c := fyne.CurrentApp().Driver().CanvasForObject(term)
	c.Unfocus()
	s.expect(t, "\x1b[O")
	c.Focus(term)
	s.expect(t, "\x1b[I")
}

func TestTerminalFind(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 40, 10)
	term.Print(strings.Repeat("nothing here\r\n", 50) + "needle\r\n" + strings.Repeat("nothing here\r\n", 50) + "needle two\r\n")
	term.repaint()
	term.Find()
	if !term.find.box.Visible() {
		t.Fatal("the bar is not there")
	}
	test.Type(term.find.entry, "needle")
	if got := term.find.count.Text; got != "2 of 2" {
		t.Errorf("it says %q", got)
	}
	term.find.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got := term.find.count.Text; got != "1 of 2" || term.top == terminal.Follow || term.top > 50 {
		t.Errorf("it says %q and shows line %d", got, term.top)
	}
	term.find.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if term.find.box.Visible() {
		t.Error("Escape does not close it")
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(term); c.Focused() != term {
		t.Error("the terminal has no focus after it")
	}
}
