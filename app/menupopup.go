package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	uitheme "tacklebox/panels/theme"
)

// menuLine is one line of the window's menu; the zero value is a separator.
type menuLine struct {
	text, keys string
	do         func()
}

// menuPopUp is the window's menu, open. Fyne's own draws shortcuts at a fifth
// of the text's strength, which nobody can read.
type menuPopUp struct {
	popUp  *widget.PopUp
	canvas fyne.Canvas
	rows   []*menuRow
	before fyne.Focusable // gets the keyboard back
}

// showMenu opens the menu at a position and gives it the keyboard.
func showMenu(lines []menuLine, c fyne.Canvas, at fyne.Position) *menuPopUp {
	m := &menuPopUp{canvas: c, before: c.Focused()}
	box := container.New(menuLayout{})
	for _, line := range lines {
		if line.text == "" {
			box.Add(widget.NewSeparator())
			continue
		}
		row := newMenuRow(m, line)
		m.rows = append(m.rows, row)
		box.Add(row)
	}
	scroll := container.NewVScroll(box)
	m.popUp = widget.NewPopUp(scroll, c)
	size := box.MinSize()
	room := c.Size().Height - at.Y - 4*theme.Padding()
	// A scrolled column has no least width or height of its own.
	m.popUp.Resize(fyne.NewSize(size.Width+4*theme.Padding(), fyne.Min(size.Height+2*theme.Padding(), room)))
	m.popUp.ShowAtPosition(at)
	if len(m.rows) > 0 {
		c.Focus(m.rows[0])
	}
	return m
}

// close takes the menu away; the keyboard goes back to where it was.
func (m *menuPopUp) close() {
	m.popUp.Hide()
	if m.before != nil {
		m.canvas.Focus(m.before)
	}
}

// choose closes the menu and does what a line is for.
func (m *menuPopUp) choose(line menuLine) {
	m.close()
	line.do()
}

// move gives the keyboard to the row a step away.
func (m *menuPopUp) move(from *menuRow, step int) {
	for i, row := range m.rows {
		if row == from {
			m.canvas.Focus(m.rows[(i+step+len(m.rows))%len(m.rows)])
			return
		}
	}
}

// menuLayout stacks rows at one width, the widest one's.
type menuLayout struct{}

// MinSize is the widest row and all heights.
func (menuLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		min := o.MinSize()
		size = fyne.NewSize(fyne.Max(size.Width, min.Width), size.Height+min.Height)
	}
	return size
}

// Layout places the rows from the top.
func (menuLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, o := range objects {
		h := o.MinSize().Height
		o.Resize(fyne.NewSize(size.Width, h))
		o.Move(fyne.NewPos(0, y))
		y += h
	}
}

// menuRow is one line of the open menu.
type menuRow struct {
	widget.BaseWidget
	menu   *menuPopUp
	line   menuLine
	chosen bool // under the pointer or with the keyboard
}

func newMenuRow(m *menuPopUp, line menuLine) *menuRow {
	r := &menuRow{menu: m, line: line}
	r.ExtendBaseWidget(r)
	return r
}

func (r *menuRow) mark(chosen bool) {
	if r.chosen != chosen {
		r.chosen = chosen
		r.Refresh()
	}
}

// Tapped does what the line is for.
func (r *menuRow) Tapped(*fyne.PointEvent) { r.menu.choose(r.line) }

// MouseIn takes the keyboard along, so that one line is marked and not two.
func (r *menuRow) MouseIn(*desktop.MouseEvent) { r.menu.canvas.Focus(r) }

// MouseMoved does nothing; it completes desktop.Hoverable.
func (r *menuRow) MouseMoved(*desktop.MouseEvent) {}

// MouseOut does nothing: the keyboard stays where the pointer was.
func (r *menuRow) MouseOut() {}

// FocusGained marks the line.
func (r *menuRow) FocusGained() { r.mark(true) }

// FocusLost ends what FocusGained began.
func (r *menuRow) FocusLost() { r.mark(false) }

// TypedRune does nothing; Space comes as a key.
func (r *menuRow) TypedRune(rune) {}

// TypedKey moves along the menu, chooses or closes.
func (r *menuRow) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyUp:
		r.menu.move(r, -1)
	case fyne.KeyDown:
		r.menu.move(r, 1)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		r.Tapped(nil)
	case fyne.KeyEscape, fyne.KeyF10, fyne.KeyLeft:
		r.menu.close()
	}
}

// AccessibilityLabel is what a screen reader says.
func (r *menuRow) AccessibilityLabel() string { return r.line.text }

// AccessibilityRole is what a screen reader calls it.
func (r *menuRow) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

var _ fyne.Accessible = (*menuRow)(nil)

// CreateRenderer makes the line's drawing.
func (r *menuRow) CreateRenderer() fyne.WidgetRenderer {
	d := &menuRowRenderer{
		row: r, back: canvas.NewRectangle(nil),
		text: canvas.NewText(r.line.text, nil), keys: canvas.NewText(r.line.keys, nil),
	}
	d.Refresh()
	return d
}

type menuRowRenderer struct {
	row        *menuRow
	back       *canvas.Rectangle
	text, keys *canvas.Text
}

func (d *menuRowRenderer) MinSize() fyne.Size {
	text, keys := d.text.MinSize(), d.keys.MinSize()
	w := text.Width + 4*theme.InnerPadding()
	if d.row.line.keys != "" {
		w += keys.Width + 4*theme.InnerPadding()
	}
	return fyne.NewSize(w, text.Height+2*theme.Padding())
}

func (d *menuRowRenderer) Layout(size fyne.Size) {
	d.back.Resize(size)
	for _, t := range []*canvas.Text{d.text, d.keys} {
		t.Resize(t.MinSize())
	}
	d.text.Move(fyne.NewPos(2*theme.InnerPadding(), (size.Height-d.text.Size().Height)/2))
	keys := d.keys.Size()
	d.keys.Move(fyne.NewPos(size.Width-keys.Width-2*theme.InnerPadding(), (size.Height-keys.Height)/2))
}

func (d *menuRowRenderer) Refresh() {
	d.back.FillColor = nil
	if d.row.chosen {
		d.back.FillColor = theme.Color(uitheme.Selected)
	}
	d.text.TextSize, d.text.Color = theme.TextSize(), theme.Color(theme.ColorNameForeground)
	d.keys.TextSize, d.keys.Color = theme.CaptionTextSize(), theme.Color(uitheme.Muted)
	d.keys.TextStyle.Monospace = true
	for _, o := range d.Objects() {
		o.Refresh()
	}
}

func (d *menuRowRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{d.back, d.text, d.keys}
}

func (d *menuRowRenderer) Destroy() {}
