package paneltest

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/widgets"
)

// Walk visits all of an object that can be seen.
func Walk(o fyne.CanvasObject, f func(fyne.CanvasObject)) {
	walk(o, func(o fyne.CanvasObject) bool { f(o); return true })
}

// walk is Walk for an f that says whether to look into what it was given.
func walk(o fyne.CanvasObject, f func(fyne.CanvasObject) bool) {
	if o == nil || !o.Visible() || !f(o) {
		return
	}
	switch x := o.(type) {
	case *fyne.Container:
		for _, c := range x.Objects {
			walk(c, f)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(x).Objects() {
			walk(c, f)
		}
	}
}

func (b *Bench) roots() []fyne.CanvasObject {
	return append([]fyne.CanvasObject{b.Win.Canvas().Content()}, b.Win.Canvas().Overlays().List()...)
}

// Walk visits all that can be seen in the window and what lies over it.
func (b *Bench) Walk(f func(fyne.CanvasObject)) {
	for _, r := range b.roots() {
		Walk(r, f)
	}
}

// Texts are all texts that can be seen; what is masked is not.
func (b *Bench) Texts() (out []string) {
	for _, r := range b.roots() {
		out = append(out, texts(r, b.Text)...)
	}
	return out
}

// Texts are all texts of an object that can be seen.
func Texts(o fyne.CanvasObject) []string { return texts(o, nil) }

func texts(o fyne.CanvasObject, own func(fyne.CanvasObject) string) (out []string) {
	walk(o, func(o fyne.CanvasObject) bool {
		text, whole := written(o)
		if text == "" && own != nil {
			text = own(o)
		}
		if text != "" {
			out = append(out, text)
		}
		return !whole
	})
	return out
}

// written is the text on an object, and whether that is all there is to see on it:
// in a masked field there is more, which nobody sees.
func written(o fyne.CanvasObject) (text string, whole bool) {
	switch x := o.(type) {
	case *canvas.Text:
		return x.Text, true
	case *widgets.CutText:
		return x.Text, true
	case *widgets.Ellipsis:
		return x.Text, true
	case *widgets.CodeView:
		return x.Text(), true
	case *widget.Label:
		return x.Text, true
	case *widget.RichText:
		return x.String(), true
	case *widget.Entry:
		return typed(x), true
	case *fields.Entry:
		return typed(&x.Entry), true
	}
	return "", false
}

func typed(e *widget.Entry) string {
	switch {
	case e.Text == "":
		return e.PlaceHolder
	case e.Password:
		return ""
	}
	return e.Text
}

// Sees is true when text can be seen.
func (b *Bench) Sees(text string) bool { return strings.Contains(strings.Join(b.Texts(), "\n"), text) }

// See waits until text can be seen.
func (b *Bench) See(text string) {
	b.T.Helper()
	b.Until("text "+text, func() bool { return b.Sees(text) })
}

// Gone waits until text cannot be seen.
func (b *Bench) Gone(text string) {
	b.T.Helper()
	b.Until("no text "+text, func() bool { return !b.Sees(text) })
}
