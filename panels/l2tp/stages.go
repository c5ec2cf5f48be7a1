package l2tp

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/l2tp/model"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
)

// stageChain is the way of a connection from left to right, with how each stage
// stands as a shape and a word.
type stageChain struct {
	widget.BaseWidget
	stages []model.Stage
	cells  []*stageCell
}

type stageCell struct {
	back *canvas.Rectangle
	line *canvas.Rectangle // to the next one
	dot  *widgets.StatusDot
	name *widgets.CutText
	word *widgets.CutText
}

func newStageChain() *stageChain {
	c := &stageChain{}
	c.ExtendBaseWidget(c)
	return c
}

func (c *stageChain) set(stages []model.Stage) {
	if slices.Equal(stages, c.stages) {
		return
	}
	c.stages = stages
	for len(c.cells) < len(stages) {
		cell := &stageCell{back: canvas.NewRectangle(color.Transparent), line: canvas.NewRectangle(color.Transparent), dot: widgets.NewStatusDot(widgets.LevelUnknown),
			name: widgets.NewCutText("", 20), word: widgets.NewCutText("", 20)}
		cell.back.CornerRadius = 4
		cell.name.Style.Bold, cell.name.Align = true, fyne.TextAlignCenter
		cell.word.SizeName, cell.word.Align = theme.SizeNameCaptionText, fyne.TextAlignCenter
		c.cells = append(c.cells, cell)
	}
	for i, s := range stages {
		cell := c.cells[i]
		cell.dot.SetLevel(widgets.Level(s.Level))
		cell.name.Text, cell.word.Text = s.Name, s.Word
		cell.word.Color = look.Muted
		if s.Level != model.Unknown {
			cell.word.Color = widgets.LevelColor(widgets.Level(s.Level))
		}
	}
	c.Refresh()
}

// CreateRenderer is part of fyne.Widget.
func (c *stageChain) CreateRenderer() fyne.WidgetRenderer {
	r := &chainRenderer{c}
	r.Refresh()
	return r
}

type chainRenderer struct{ c *stageChain }

func (r *chainRenderer) height() float32 {
	return fyne.MeasureText("M", theme.TextSize(), fyne.TextStyle{}).Height*3 + 5*theme.Padding()
}

func (r *chainRenderer) MinSize() fyne.Size {
	return fyne.NewSize(280*theme.TextSize()/13, r.height()+2*theme.Padding())
}

func (r *chainRenderer) Layout(s fyne.Size) {
	n := len(r.c.stages)
	if n == 0 {
		return
	}
	w := s.Width / float32(n)
	for i := range n {
		cell := r.c.cells[i]
		x := float32(i) * w
		y := theme.Padding()
		cell.back.Move(fyne.NewPos(x+1, y))
		cell.back.Resize(fyne.NewSize(w-2, r.height()))
		d := cell.dot.MinSize()
		cell.dot.Move(fyne.NewPos(x+(w-d.Width)/2, y+2*theme.Padding()))
		cell.dot.Resize(d)
		middle := y + 2*theme.Padding() + d.Height/2
		cell.line.Move(fyne.NewPos(x+w/2+d.Width/2+4, middle-0.5))
		cell.line.Resize(fyne.NewSize(max(0, w-d.Width-8), 1))
		y += d.Height + 3*theme.Padding()
		h := cell.name.MinSize().Height
		cell.name.Move(fyne.NewPos(x+2, y))
		cell.name.Resize(fyne.NewSize(w-4, h))
		cell.word.Move(fyne.NewPos(x+2, y+h))
		cell.word.Resize(fyne.NewSize(w-4, cell.word.MinSize().Height))
	}
}

func (r *chainRenderer) Refresh() {
	for i, s := range r.c.stages {
		cell := r.c.cells[i]
		cell.back.FillColor = color.Transparent
		if s.Now {
			cell.back.FillColor = theme.ColorForWidget(look.Selected, r.c)
		}
		cell.line.FillColor = theme.ColorForWidget(theme.ColorNameSeparator, r.c)
		cell.line.Hidden = i == len(r.c.stages)-1
	}
	r.Layout(r.c.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
	canvas.Refresh(r.c)
}

func (r *chainRenderer) Destroy() {}

func (r *chainRenderer) Objects() []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for i := range r.c.stages {
		c := r.c.cells[i]
		out = append(out, c.back, c.line, c.dot, c.name, c.word)
	}
	return out
}
