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
	if o == nil || !o.Visible() {
		return
	}
	f(o)
	switch x := o.(type) {
	case *fyne.Container:
		for _, c := range x.Objects {
			Walk(c, f)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(x).Objects() {
			Walk(c, f)
		}
	}
}

// Walk visits all that can be seen in the window and what lies over it.
func (b *Bench) Walk(f func(fyne.CanvasObject)) {
	for _, r := range append([]fyne.CanvasObject{b.Win.Canvas().Content()}, b.Win.Canvas().Overlays().List()...) {
		Walk(r, f)
	}
}

// Texts are all texts that can be seen; what is masked is not.
func (b *Bench) Texts() (out []string) {
	b.Walk(func(o fyne.CanvasObject) {
		text := written(o)
		if text == "" && b.Text != nil {
			text = b.Text(o)
		}
		if text != "" {
			out = append(out, text)
		}
	})
	return out
}

// Texts are all texts of an object that can be seen.
func Texts(o fyne.CanvasObject) (out []string) {
	Walk(o, func(o fyne.CanvasObject) {
		if text := written(o); text != "" {
			out = append(out, text)
		}
	})
	return out
}

func written(o fyne.CanvasObject) string {
	switch x := o.(type) {
	case *canvas.Text:
		return x.Text
	case *widgets.CutText:
		return x.Text
	case *widgets.Ellipsis:
		return x.Text
	case *widgets.CodeView:
		return x.Text()
	case *widget.Label:
		return x.Text
	case *widget.RichText:
		return x.String()
	case *widget.Entry:
		return typed(x)
	case *fields.Entry:
		return typed(&x.Entry)
	}
	return ""
}

func typed(e *widget.Entry) string {
	if e.Password {
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
