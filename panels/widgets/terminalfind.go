package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	"tacklebox/platform/terminal"
)

// terminalFind is the bar that looks for text in the scrollback.
type terminalFind struct {
	t     *Terminal
	box   *fyne.Container
	back  *canvas.Rectangle
	entry *findEntry
	count *widget.Label
	exact *widget.Check
}

// findEntry is an entry with the keys of a find bar.
type findEntry struct {
	widget.Entry
	shift bool
	onKey func(name fyne.KeyName, shift bool) bool
}

func newTerminalFind(t *Terminal) *terminalFind {
	f := &terminalFind{t: t, back: canvas.NewRectangle(theme.Color(theme.ColorNameOverlayBackground))}
	f.entry = &findEntry{}
	f.entry.ExtendBaseWidget(f.entry)
	f.entry.PlaceHolder = i18n.T("terminal.find")
	f.entry.OnChanged = func(string) { f.search() }
	f.entry.onKey = f.key
	f.count = widget.NewLabel("")
	f.exact = widget.NewCheck(i18n.T("terminal.find_exact"), func(bool) { f.search() })
	previous := widget.NewButtonWithIcon("", theme.MoveUpIcon(), func() { t.FindNext(true) })
	next := widget.NewButtonWithIcon("", theme.MoveDownIcon(), func() { t.FindNext(false) })
	shut := widget.NewButtonWithIcon("", theme.CancelIcon(), f.close)
	for _, b := range []*widget.Button{previous, next, shut} {
		b.Importance = widget.LowImportance
	}
	row := container.NewBorder(nil, nil, nil, container.NewHBox(f.count, f.exact, previous, next, shut), f.entry)
	f.box = container.NewStack(f.back, container.New(layout.NewCustomPaddedLayout(3, 3, 6, 6), row))
	f.box.Hide()
	return f
}

// KeyDown notes Shift, which comes with no key of its own.
func (e *findEntry) KeyDown(k *fyne.KeyEvent) {
	e.shift = e.shift || modifierKeys[k.Name] == fyne.KeyModifierShift
	e.Entry.KeyDown(k)
}

// KeyUp notes Shift.
func (e *findEntry) KeyUp(k *fyne.KeyEvent) {
	if modifierKeys[k.Name] == fyne.KeyModifierShift {
		e.shift = false
	}
	e.Entry.KeyUp(k)
}

// TypedKey is the entry's, but for the keys of the bar.
func (e *findEntry) TypedKey(k *fyne.KeyEvent) {
	if !e.onKey(k.Name, e.shift) {
		e.Entry.TypedKey(k)
	}
}

// TypedShortcut keeps the terminal's own shortcuts alive in the bar.
func (e *findEntry) TypedShortcut(s fyne.Shortcut) {
	if k, ok := s.(fyne.KeyboardShortcut); ok && k.Key() == fyne.KeyF && k.Mod()&fyne.KeyModifierShift != 0 {
		e.onKey(fyne.KeyEscape, false)
		return
	}
	e.Entry.TypedShortcut(s)
}

func (f *terminalFind) key(name fyne.KeyName, shift bool) bool {
	switch name {
	case fyne.KeyEscape:
		f.close()
	case fyne.KeyReturn, fyne.KeyEnter:
		f.t.FindNext(!shift)
	case fyne.KeyUp:
		f.t.FindNext(true)
	case fyne.KeyDown:
		f.t.FindNext(false)
	default:
		return false
	}
	return true
}

// Find opens the find bar, with the selected text if it is short.
func (t *Terminal) Find() {
	f := t.find
	f.back.FillColor = t.Theme().Color(theme.ColorNameOverlayBackground, t.variant)
	f.box.Show()
	t.layoutFind()
	if text := t.screen.SelectedText(); text != "" && len(text) < 200 && !containsNewline(text) {
		f.entry.SetText(text)
	} else {
		f.search()
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(t); c != nil {
		c.Focus(f.entry)
	}
	f.entry.TypedShortcut(&fyne.ShortcutSelectAll{})
}

func containsNewline(s string) bool {
	for _, r := range s {
		if r == '\n' {
			return true
		}
	}
	return false
}

// FindNext goes to the next found text, or to the one before it.
func (t *Terminal) FindNext(backward bool) {
	found, ok := t.screen.SearchNext(backward)
	t.find.show(found, ok)
}

func (f *terminalFind) search() {
	if !f.box.Visible() {
		return
	}
	found, ok := f.t.screen.Search(f.entry.Text, f.exact.Checked)
	f.show(found, ok)
}

// show tells where the search stands and scrolls there.
func (f *terminalFind) show(found terminal.Found, ok bool) {
	switch {
	case ok:
		f.count.SetText(i18n.T("terminal.find_at", map[string]any{"Index": found.Index, "Count": found.Count}))
		f.t.reveal(found.From.Line)
	case f.entry.Text == "":
		f.count.SetText("")
	default:
		f.count.SetText(i18n.T("terminal.find_none"))
	}
	f.t.layoutFind()
	f.t.repaint()
}

func (f *terminalFind) close() {
	f.box.Hide()
	f.t.screen.Search("", false)
	f.t.repaint()
	if c := fyne.CurrentApp().Driver().CanvasForObject(f.t); c != nil {
		c.Focus(f.t)
	}
}

// layoutFind puts the bar in the upper right corner.
func (t *Terminal) layoutFind() {
	size := t.raster.Size()
	want := t.find.box.MinSize()
	want.Width = min(max(want.Width+120, 380), size.Width)
	t.find.box.Resize(want)
	t.find.box.Move(fyne.NewPos(size.Width-want.Width, 0))
}
