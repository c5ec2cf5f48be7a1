// Package fields has the parts that pages with forms are made of: captioned fields
// with what is wrong below them, paths, and lists to choose from. They show state
// and call back.
package fields

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
)

// Entry is a field of text where Enter does something, and the window keeps its
// own keys.
type Entry struct {
	widget.Entry
	// OnEnter is called for Enter in a field of one line.
	OnEnter func()
	// OnEscape is called for Escape.
	OnEscape func()
}

// NewEntry makes a field of one line; hint stands in it while it is empty.
func NewEntry(hint string, changed func()) *Entry {
	e := &Entry{}
	e.Scroll = container.ScrollHorizontalOnly
	return e.extend(hint, changed)
}

// NewSecret makes a field whose text is masked until the person looks at it.
func NewSecret(hint string, changed func()) *Entry {
	e := NewEntry(hint, changed)
	e.Password = true
	return e
}

// NewText makes a field of several lines in the mono face.
func NewText(hint string, rows int, changed func()) *Entry {
	e := &Entry{}
	e.MultiLine = true
	e.Wrapping = fyne.TextWrapOff
	e.TextStyle.Monospace = true
	e.SetMinRowsVisible(rows)
	return e.extend(hint, changed)
}

func (e *Entry) extend(hint string, changed func()) *Entry {
	e.SetPlaceHolder(hint)
	e.OnChanged = func(string) {
		if changed != nil {
			changed()
		}
	}
	e.ExtendBaseWidget(e)
	return e
}

// TypedKey is part of fyne.Focusable.
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	switch {
	case !e.MultiLine && e.OnEnter != nil && (k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter):
		e.OnEnter()
	case e.OnEscape != nil && k.Name == fyne.KeyEscape:
		e.OnEscape()
	case !widgets.PassKeyOn(e, k):
		e.Entry.TypedKey(k)
	}
}

// TypedShortcut leaves the window its own keys.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	e.Entry.TypedShortcut(s)
	widgets.PassOn(e, s)
}

// Field is a caption, what is chosen or typed beside it, and a note below that.
type Field struct {
	Box  *fyne.Container
	note *widget.Label
}

// New makes a field.
func New(caption string, o fyne.CanvasObject) *Field {
	f := &Field{note: Words("")}
	f.note.SizeName = theme.SizeNameCaptionText
	f.note.Selectable = true
	f.note.Hide()
	word := widget.NewLabel(caption)
	word.Wrapping = fyne.TextWrapWord
	f.Box = container.New(fieldLayout{}, word, o, f.note)
	return f
}

// Say shows a hint below the field; "" is none.
func (f *Field) Say(text string) { f.tell(text, widget.LowImportance) }

// Bad says what is wrong; "" is nothing.
func (f *Field) Bad(text string) { f.tell(text, widget.DangerImportance) }

func (f *Field) tell(text string, i widget.Importance) {
	if f.note.Text == text && f.note.Importance == i {
		return
	}
	f.note.Importance = i
	f.note.SetText(text)
	SetVisible(f.note, text != "")
	f.Box.Refresh()
}

// Note is what stands below the field.
func (f *Field) Note() string { return f.note.Text }

// Show shows or hides the field.
func (f *Field) Show(on bool) { SetVisible(f.Box, on) }

// fieldLayout is a caption, an object beside it, and a note below the object.
type fieldLayout struct{}

func (fieldLayout) caption() float32 { return 132 * theme.TextSize() / 13 }

func (l fieldLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	h := max(o[1].MinSize().Height, o[0].MinSize().Height)
	if o[2].Visible() {
		h += o[2].MinSize().Height
	}
	return fyne.NewSize(l.caption()+max(90, min(o[1].MinSize().Width, 200)), h)
}

func (l fieldLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	x := l.caption()
	o[0].Resize(fyne.NewSize(x, o[0].MinSize().Height))
	h := o[1].MinSize().Height
	o[1].Move(fyne.NewPos(x, 0))
	o[1].Resize(fyne.NewSize(s.Width-x, h))
	o[2].Move(fyne.NewPos(x, max(h, 0)))
	o[2].Resize(fyne.NewSize(s.Width-x, max(0, s.Height-h)))
}

// Words is a text that wraps.
func Words(text string) *widget.Label {
	l := widget.NewLabel(text)
	l.Wrapping = fyne.TextWrapWord
	return l
}

// Muted is a text that matters less.
func Muted(text string) *widget.Label {
	l := Words(text)
	l.Importance = widget.LowImportance
	return l
}

// Heading is the title of a part of a page.
func Heading(text string) *widget.Label {
	l := Words(text)
	l.TextStyle.Bold = true
	return l
}

// Tell shows a text in a label, and hides an empty one.
func Tell(l *widget.Label, text string, i widget.Importance) {
	if l.Text != text || l.Importance != i {
		l.Importance = i
		l.SetText(text)
	}
	SetVisible(l, text != "")
}

// Page is a form at a width that is pleasant to read, which scrolls.
func Page(objects ...fyne.CanvasObject) *container.Scroll {
	return container.NewVScroll(container.New(pageLayout{}, widgets.NewColumn(objects...)))
}

type pageLayout struct{}

func (pageLayout) margin() float32 { return 2 * theme.InnerPadding() }

func (l pageLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	// The page is as wide as there is room; a long word is cut rather than the page.
	m := o[0].MinSize()
	return fyne.NewSize(min(m.Width, 240*theme.TextSize()/13), m.Height).AddWidthHeight(2*l.margin(), 2*l.margin())
}

func (l pageLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	m := l.margin()
	o[0].Move(fyne.NewPos(m, m/2))
	o[0].Resize(fyne.NewSize(min(s.Width-2*m, 700*theme.TextSize()/13), s.Height-2*m))
}

// Tall gives an object a height that grows with the text.
func Tall(height float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&tallLayout{height}, o)
}

type tallLayout struct{ h float32 }

// SetTall changes the height of what Tall made.
func SetTall(c *fyne.Container, height float32) {
	if l, ok := c.Layout.(*tallLayout); ok && l.h != height {
		l.h = height
		c.Refresh()
	}
}

func (l *tallLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[0].MinSize().Width, l.h*theme.TextSize()/13)
}
func (l *tallLayout) Layout(o []fyne.CanvasObject, s fyne.Size) { o[0].Resize(s) }

// Framed puts a line around an object.
func Framed(o fyne.CanvasObject) fyne.CanvasObject {
	back := newFrame()
	return container.NewStack(back, container.NewPadded(o))
}

// Caption is a small word.
func Caption(text string) *widgets.CutText {
	c := widgets.NewCutText(text, 0)
	c.Color = look.Muted
	return c
}

// SetVisible shows or hides o, when it is not so already.
func SetVisible(o fyne.CanvasObject, on bool) {
	switch {
	case on && !o.Visible():
		o.Show()
	case !on && o.Visible():
		o.Hide()
	}
}

// SetEnabled switches o on or off, when it is not so already.
func SetEnabled(o fyne.Disableable, on bool) {
	switch {
	case on && o.Disabled():
		o.Enable()
	case !on && !o.Disabled():
		o.Disable()
	}
}
