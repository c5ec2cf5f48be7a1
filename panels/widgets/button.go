package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Button is Fyne's button with a tip, for those that show only an icon.
type Button struct {
	widget.Button
	tips *Tips
	tip  string
}

// NewButton makes a plain button with a word.
func NewButton(text string, tapped func()) *Button {
	b := &Button{}
	b.Text, b.OnTapped = text, tapped
	b.ExtendBaseWidget(b)
	return b
}

// NewIconButton makes a flat button that shows only an icon; tip says what it does.
func NewIconButton(icon fyne.Resource, tip string, tips *Tips, tapped func()) *Button {
	b := &Button{tips: tips, tip: tip}
	b.Icon, b.OnTapped = icon, tapped
	b.Importance = widget.LowImportance
	b.ExtendBaseWidget(b)
	return b
}

// NewFlatButton makes a button without a frame.
func NewFlatButton(text string, icon fyne.Resource, tapped func()) *Button {
	b := NewButton(text, tapped)
	b.Icon = icon
	b.Importance = widget.LowImportance
	return b
}

// WithTip gives b a tip and returns it.
func (b *Button) WithTip(tip string, tips *Tips) *Button {
	b.tip, b.tips = tip, tips
	return b
}

// Tip is what b says under the mouse.
func (b *Button) Tip() string { return b.tip }

// MouseIn is part of desktop.Hoverable.
func (b *Button) MouseIn(e *desktop.MouseEvent) {
	b.Button.MouseIn(e)
	b.tips.Point(b.tip, e.AbsolutePosition)
}

// MouseOut is part of desktop.Hoverable.
func (b *Button) MouseOut() {
	b.Button.MouseOut()
	b.tips.Clear()
}

// TypedKey presses the button with Enter too; Fyne's own knows the space bar only.
func (b *Button) TypedKey(e *fyne.KeyEvent) {
	if (e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter) && !b.Disabled() {
		b.Tapped(&fyne.PointEvent{})
		return
	}
	b.Button.TypedKey(e)
}

// Tapped is part of fyne.Tappable.
func (b *Button) Tapped(e *fyne.PointEvent) {
	b.tips.Clear()
	b.Button.Tapped(e)
}
