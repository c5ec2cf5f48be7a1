package widgets

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
)

func TestColumnGivesWrappedTextItsRoomAtOnce(t *testing.T) {
	test.NewTempApp(t)
	text := widget.NewLabel(strings.Repeat("words that wrap ", 20))
	text.Wrapping = fyne.TextWrapWord
	below := widget.NewButton("below", nil)
	c := NewColumn(text, below)
	for _, width := range []float32{200, 900, 300, 1200, 250} {
		c.Resize(fyne.NewSize(width, 600))
		if bottom := text.Position().Y + text.MinSize().Height; below.Position().Y < bottom {
			t.Errorf("at %v the text ends at %v and the button begins at %v", width, bottom, below.Position().Y)
		}
	}
}
