package fields

import (
	"fyne.io/fyne/v2/widget"
)

// Option is something to choose.
type Option[T comparable] struct {
	Value T
	Text  string
}

// Choice is a list that opens, of which one holds.
type Choice[T comparable] struct {
	*widget.Select
	options []Option[T]
	quiet   bool
}

// NewChoice makes one in which the first option holds.
func NewChoice[T comparable](options []Option[T], changed func()) *Choice[T] {
	c := &Choice[T]{options: options}
	words := make([]string, len(options))
	for i, o := range options {
		words[i] = o.Text
	}
	c.Select = widget.NewSelect(words, func(string) {
		if !c.quiet && changed != nil {
			changed()
		}
	})
	if len(options) > 0 {
		c.Set(options[0].Value)
	}
	return c
}

// Value is what holds.
func (c *Choice[T]) Value() T {
	var none T
	if i := c.SelectedIndex(); i >= 0 && i < len(c.options) {
		return c.options[i].Value
	}
	return none
}

// Set lets v hold without telling anybody.
func (c *Choice[T]) Set(v T) {
	c.quiet = true
	defer func() { c.quiet = false }()
	for i, o := range c.options {
		if o.Value == v {
			c.SetSelectedIndex(i)
			return
		}
	}
	c.ClearSelected()
}
