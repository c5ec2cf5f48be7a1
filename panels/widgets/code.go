package widgets

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
)

// maxCodeLines bounds what a CodeView keeps; longer texts end with a mark.
const maxCodeLines = 200_000

// CodeView shows text in the mono face, only the visible lines of it, with
// selection by mouse and keyboard and a copy button.
type CodeView struct {
	widget.BaseWidget
	text   string
	lines  []string
	widest int // runes

	scroll  *container.Scroll
	content *fyne.Container
	copy    *Button
	pool    []*codeLine

	focused      bool
	from, to     caret // selection, from where it began to where it is now
	cellW, lineH float32
}

type caret struct{ line, col int }

func (a caret) before(b caret) bool { return a.line < b.line || a.line == b.line && a.col < b.col }

type codeLine struct {
	text *canvas.Text
	back *canvas.Rectangle
}

// NewCodeView makes an empty view.
func NewCodeView(tips *Tips) *CodeView {
	c := &CodeView{}
	c.content = container.New(&codeLayout{c})
	c.scroll = container.NewScroll(c.content)
	c.scroll.OnScrolled = func(fyne.Position) { c.place() }
	c.copy = NewIconButton(theme.ContentCopyIcon(), i18n.T("action.copy_all"), tips, func() {
		fyne.CurrentApp().Clipboard().SetContent(c.text)
	})
	c.ExtendBaseWidget(c)
	return c
}

// SetText shows s. The scroll position stays when the text is much the same.
func (c *CodeView) SetText(s string) {
	if s == c.text {
		return
	}
	c.text = s
	c.lines = strings.Split(strings.ReplaceAll(strings.TrimRight(s, "\n"), "\t", "    "), "\n")
	if len(c.lines) > maxCodeLines {
		c.lines = append(c.lines[:maxCodeLines:maxCodeLines], "…")
	}
	c.widest = 0
	for i, l := range c.lines {
		if len(l) > 4*maxDrawn {
			c.lines[i] = strings.ToValidUTF8(l[:4*maxDrawn], "") + "…"
		}
		c.widest = max(c.widest, len([]rune(c.lines[i])))
	}
	c.from, c.to = caret{}, caret{}
	c.content.Refresh()
	c.scroll.Refresh()
	c.place()
}

// Text is what is shown.
func (c *CodeView) Text() string { return c.text }

func (c *CodeView) metrics() {
	m := fyne.MeasureText("MMMMMMMMMM", c.textSize(), fyne.TextStyle{Monospace: true})
	c.cellW, c.lineH = m.Width/10, m.Height
}

func (c *CodeView) textSize() float32 { return theme.SizeForWidget(theme.SizeNameText, c) }

// place fills the visible lines.
func (c *CodeView) place() {
	c.metrics()
	size := c.scroll.Size()
	first := int(c.scroll.Offset.Y / c.lineH)
	count := int(size.Height/c.lineH) + 2
	for len(c.pool) < count {
		l := &codeLine{text: canvas.NewText("", color.Transparent), back: canvas.NewRectangle(color.Transparent)}
		l.text.TextStyle.Monospace = true
		c.pool = append(c.pool, l)
		c.content.Objects = append(c.content.Objects, l.back, l.text)
	}
	fg := theme.ColorForWidget(theme.ColorNameForeground, c)
	sel := theme.ColorForWidget(theme.ColorNameSelection, c)
	a, b := c.selection()
	for k, l := range c.pool {
		i := first + k
		if i >= len(c.lines) || k >= count {
			l.text.Hide()
			l.back.Hide()
			continue
		}
		y := float32(i)*c.lineH + c.pad()
		if l.text.Text != c.lines[i] || l.text.Color != fg || l.text.TextSize != c.textSize() {
			l.text.Text, l.text.Color, l.text.TextSize = c.lines[i], fg, c.textSize()
			l.text.Refresh()
		}
		l.text.Move(fyne.NewPos(c.pad(), y))
		l.text.Resize(fyne.NewSize(float32(len(c.lines[i])+1)*c.cellW, c.lineH))
		l.text.Show()
		from, to := 0, 0
		if a != b && i >= a.line && i <= b.line {
			to = len([]rune(c.lines[i])) + 1
			if i == a.line {
				from = a.col
			}
			if i == b.line {
				to = b.col
			}
		}
		l.back.Hidden = from >= to
		if !l.back.Hidden {
			l.back.FillColor = sel
			l.back.Move(fyne.NewPos(c.pad()+c.x(i, from), y))
			l.back.Resize(fyne.NewSize(c.x(i, to)-c.x(i, from), c.lineH))
			l.back.Refresh()
		}
	}
}

func (c *CodeView) pad() float32 { return theme.SizeForWidget(theme.SizeNameInnerPadding, c) }

// x is where column col of line i begins; wide characters are measured.
func (c *CodeView) x(i, col int) float32 {
	r := []rune(c.lines[i])
	extra := float32(0)
	if col > len(r) {
		extra, col = float32(col-len(r))*c.cellW, len(r)
	}
	return fyne.MeasureText(string(r[:col]), c.textSize(), fyne.TextStyle{Monospace: true}).Width + extra
}

func (c *CodeView) at(p fyne.Position) caret {
	p = p.Add(c.scroll.Offset)
	line := min(max(0, int((p.Y-c.pad())/c.lineH)), max(0, len(c.lines)-1))
	if len(c.lines) == 0 {
		return caret{}
	}
	n := len([]rune(c.lines[line]))
	col := 0
	for col < n && (c.x(line, col)+c.x(line, col+1))/2 < p.X-c.pad() {
		col++
	}
	return caret{line, col}
}

func (c *CodeView) selection() (a, b caret) {
	if c.to.before(c.from) {
		return c.to, c.from
	}
	return c.from, c.to
}

// SelectedText is what is marked.
func (c *CodeView) SelectedText() string {
	a, b := c.selection()
	if a == b || b.line >= len(c.lines) {
		return ""
	}
	var out []string
	for i := a.line; i <= b.line; i++ {
		r := []rune(c.lines[i])
		from, to := 0, len(r)
		if i == a.line {
			from = min(a.col, len(r))
		}
		if i == b.line {
			to = min(b.col, len(r))
		}
		out = append(out, string(r[from:to]))
	}
	return strings.Join(out, "\n")
}

// SelectAll marks everything.
func (c *CodeView) SelectAll() {
	if n := len(c.lines); n > 0 {
		c.from, c.to = caret{}, caret{n - 1, len([]rune(c.lines[n-1]))}
		c.place()
	}
}

// MouseDown begins a selection.
func (c *CodeView) MouseDown(e *desktop.MouseEvent) {
	if cv := fyne.CurrentApp().Driver().CanvasForObject(c); cv != nil {
		cv.Focus(c)
	}
	if e.Button == desktop.MouseButtonPrimary {
		c.from = c.at(e.Position)
		c.to = c.from
		c.place()
	}
}

// MouseUp is part of desktop.Mouseable.
func (c *CodeView) MouseUp(*desktop.MouseEvent) {}

// Dragged extends the selection.
func (c *CodeView) Dragged(e *fyne.DragEvent) {
	c.to = c.at(e.Position)
	switch {
	case e.Position.Y < 0:
		c.scroll.ScrollToOffset(c.scroll.Offset.SubtractXY(0, c.lineH))
	case e.Position.Y > c.Size().Height:
		c.scroll.ScrollToOffset(c.scroll.Offset.AddXY(0, c.lineH))
	}
	c.place()
}

// DragEnd is part of fyne.Draggable.
func (c *CodeView) DragEnd() {}

// Cursor is part of desktop.Cursorable.
func (c *CodeView) Cursor() desktop.Cursor { return desktop.TextCursor }

// FocusGained is part of fyne.Focusable.
func (c *CodeView) FocusGained() { c.focused = true; c.Refresh() }

// FocusLost is part of fyne.Focusable.
func (c *CodeView) FocusLost() { c.focused = false; c.Refresh() }

// TypedRune is part of fyne.Focusable.
func (c *CodeView) TypedRune(rune) {}

// TypedKey scrolls.
func (c *CodeView) TypedKey(e *fyne.KeyEvent) {
	o, page := c.scroll.Offset, c.scroll.Size().Height-c.lineH
	switch e.Name {
	case fyne.KeyUp:
		o.Y -= c.lineH
	case fyne.KeyDown:
		o.Y += c.lineH
	case fyne.KeyPageUp:
		o.Y -= page
	case fyne.KeyPageDown:
		o.Y += page
	case fyne.KeyHome:
		o = fyne.Position{}
	case fyne.KeyEnd:
		o.Y = float32(len(c.lines)) * c.lineH
	case fyne.KeyLeft:
		o.X -= 4 * c.cellW
	case fyne.KeyRight:
		o.X += 4 * c.cellW
	default:
		return
	}
	m := c.content.MinSize()
	o.Y = max32(0, min(o.Y, m.Height-c.scroll.Size().Height))
	o.X = max32(0, min(o.X, m.Width-c.scroll.Size().Width))
	c.scroll.ScrollToOffset(o)
	c.place()
}

// TypedShortcut copies and selects all.
func (c *CodeView) TypedShortcut(s fyne.Shortcut) {
	switch s.(type) {
	case *fyne.ShortcutCopy:
		text := c.SelectedText()
		if text == "" {
			text = c.text
		}
		fyne.CurrentApp().Clipboard().SetContent(text)
	case *fyne.ShortcutSelectAll:
		c.SelectAll()
	default:
		PassOn(c, s)
	}
}

type codeLayout struct{ c *CodeView }

func (l *codeLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	l.c.metrics()
	p := 2 * l.c.pad()
	return fyne.NewSize(float32(l.c.widest)*l.c.cellW+p, float32(len(l.c.lines))*l.c.lineH+p)
}
func (l *codeLayout) Layout([]fyne.CanvasObject, fyne.Size) {}
