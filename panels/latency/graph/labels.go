package graph

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// texts is a pool of text objects that are set anew each time something changes;
// those that stay as they are cost nothing.
type texts struct {
	list []*canvas.Text
	used int
}

func (t *texts) begin() { t.used = 0 }

// add shows a text with its upper left corner at pos.
func (t *texts) add(text string, size float32, style fyne.TextStyle, ink color.Color, pos fyne.Position) {
	if text == "" {
		return
	}
	if t.used == len(t.list) {
		x := canvas.NewText("", color.Transparent)
		x.Hidden = true
		t.list = append(t.list, x)
	}
	x := t.list[t.used]
	t.used++
	same := x.Text == text && x.TextSize == size && x.TextStyle == style && x.Color == ink && !x.Hidden
	x.Text, x.TextSize, x.TextStyle, x.Color, x.Hidden = text, size, style, ink, false
	if x.Position() != pos {
		x.Move(pos)
	}
	if same {
		return
	}
	x.Resize(fyne.MeasureText(text, size, style))
	canvas.Refresh(x)
}

// end hides what is left over.
func (t *texts) end() {
	for _, x := range t.list[t.used:] {
		if !x.Hidden {
			x.Hidden = true
			canvas.Refresh(x)
		}
	}
}

func (t *texts) objects(out []fyne.CanvasObject) []fyne.CanvasObject {
	for _, x := range t.list {
		out = append(out, x)
	}
	return out
}
