package paneltest

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/widgets"
)

// Button is the button with this word or tip, nil when there is none to see.
func (b *Bench) Button(word string) *widget.Button {
	var found *widget.Button
	b.Walk(func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *widgets.Button:
			if x.Text == word || x.Tip() == word {
				found = &x.Button
			}
		case *widget.Button:
			if x.Text == word {
				found = x
			}
		}
	})
	return found
}

// Press taps what has this word or tip on it, once it can be.
func (b *Bench) Press(word string) {
	b.T.Helper()
	var found fyne.Tappable
	b.Until("button "+word, func() bool {
		found = nil
		b.Walk(func(o fyne.CanvasObject) {
			switch x := o.(type) {
			case *widgets.Button:
				if (x.Text == word || x.Tip() == word) && !x.Disabled() {
					found = x
				}
			case *widget.Button:
				if x.Text == word && !x.Disabled() {
					found = x
				}
			case *widgets.Fold:
				if x.Text() == word {
					found = x
				}
			case fyne.Tappable:
				if b.Word != nil && b.Word(o) == word {
					found = x
				}
			}
		})
		return found != nil
	})
	test.Tap(found)
	b.Pump()
}

// Fold opens or closes the line whose text contains this.
func (b *Bench) Fold(text string) {
	b.T.Helper()
	var found *widgets.Fold
	b.Until("fold "+text, func() bool {
		b.Walk(func(o fyne.CanvasObject) {
			if x, ok := o.(*widgets.Fold); ok && found == nil && strings.Contains(x.Text(), text) {
				found = x
			}
		})
		return found != nil
	})
	found.Tapped(nil)
	b.Pump()
}

// Key sends a key to what has the focus.
func (b *Bench) Key(k fyne.KeyName) {
	b.T.Helper()
	f := b.Win.Canvas().Focused()
	if f == nil {
		b.T.Fatalf("nothing has the focus for %s", k)
	}
	f.TypedKey(&fyne.KeyEvent{Name: k})
	b.Pump()
}

// Field is what stands beside a caption.
func (b *Bench) Field(caption string) fyne.CanvasObject {
	b.T.Helper()
	var found fyne.CanvasObject
	b.Until("field "+caption, func() bool {
		b.Walk(func(o fyne.CanvasObject) {
			if c, ok := o.(*fyne.Container); ok && len(c.Objects) == 3 {
				if l, ok := c.Objects[0].(*widget.Label); ok && l.Text == caption {
					found = c.Objects[1]
				}
			}
		})
		return found != nil
	})
	return found
}

// Entry is the field of text with this caption.
func (b *Bench) Entry(caption string) *fields.Entry {
	b.T.Helper()
	var entry *fields.Entry
	Walk(b.Field(caption), func(o fyne.CanvasObject) {
		if e, ok := o.(*fields.Entry); ok {
			entry = e
		}
	})
	if entry == nil {
		b.T.Fatalf("%q is no field of text", caption)
	}
	return entry
}

// Type writes a text into the field with this caption.
func (b *Bench) Type(caption, text string) {
	b.T.Helper()
	b.Entry(caption).SetText(text)
	b.Pump()
}

// Choose chooses the first that contains option from the list with this caption.
func (b *Bench) Choose(caption, option string) {
	b.T.Helper()
	var list *widget.Select
	Walk(b.Field(caption), func(o fyne.CanvasObject) {
		switch s := o.(type) {
		case *widget.Select:
			list = s
		case *fields.Choice[string]:
			list = s.Select
		}
	})
	if list == nil {
		b.T.Fatalf("%q is no list", caption)
	}
	i := slices.Index(list.Options, option)
	if i < 0 {
		i = slices.IndexFunc(list.Options, func(o string) bool { return strings.Contains(o, option) })
	}
	if i < 0 {
		b.T.Fatalf("%q has no option %q: %q", caption, option, list.Options)
	}
	list.SetSelectedIndex(i)
	b.Pump()
}

// Scroll scrolls what is higher than its place.
func (b *Bench) Scroll(y float32) {
	b.Walk(func(o fyne.CanvasObject) {
		if s, ok := o.(*container.Scroll); ok && s.Content.Size().Height > s.Size().Height+20 {
			s.ScrollToOffset(fyne.NewPos(0, y))
		}
	})
}
