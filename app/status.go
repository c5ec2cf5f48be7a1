package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	uitheme "tacklebox/panels/theme"
)

// statusEntry is one panel's short text.
type statusEntry struct{ panel, level, text string }

// statusLine is the thin line at the window's bottom: what each panel reports
// at the left, the last notice at the right.
type statusLine struct {
	entries []statusEntry
	message string

	box  *fyne.Container
	back *canvas.Rectangle
	edge *canvas.Rectangle
	row  *fyne.Container
}

func newStatusLine() *statusLine {
	s := &statusLine{
		back: canvas.NewRectangle(nil), edge: canvas.NewRectangle(nil),
		row: container.NewWithoutLayout(),
	}
	s.box = container.New(s, s.back, s.edge, s.row)
	s.redraw()
	return s
}

// set replaces a panel's text; an empty text takes it away.
func (s *statusLine) set(panel, level, text string) {
	for i, e := range s.entries {
		if e.panel != panel {
			continue
		}
		if e == (statusEntry{panel, level, text}) {
			return
		}
		if text == "" {
			s.entries = append(s.entries[:i], s.entries[i+1:]...)
		} else {
			s.entries[i] = statusEntry{panel, level, text}
		}
		s.redraw()
		return
	}
	if text != "" {
		s.entries = append(s.entries, statusEntry{panel, level, text})
		s.redraw()
	}
}

// say puts a passing remark at the right end.
func (s *statusLine) say(message string) {
	if s.message != message {
		s.message = message
		s.redraw()
	}
}

// levelMark gives each level a shape besides its colour.
func levelMark(level string) string {
	switch level {
	case "good":
		return "●"
	case "degraded":
		return "▲"
	case "failed":
		return "■"
	}
	return "○"
}

func (s *statusLine) text(content string, colour fyne.ThemeColorName) *canvas.Text {
	t := canvas.NewText(content, theme.Color(colour))
	t.TextSize = theme.CaptionTextSize()
	return t
}

// redraw makes the line's texts again; there are a handful of them.
func (s *statusLine) redraw() {
	s.back.FillColor = theme.Color(uitheme.Rail)
	s.edge.FillColor = theme.Color(theme.ColorNameSeparator)
	s.row.Objects = nil
	for _, e := range s.entries {
		s.row.Objects = append(s.row.Objects,
			s.text(levelMark(e.level), uitheme.StateColor(e.level)), s.text(e.text, theme.ColorNameForeground))
	}
	s.row.Objects = append(s.row.Objects, s.text(s.message, uitheme.Muted))
	s.Layout(nil, s.box.Size())
	s.box.Refresh()
}

// MinSize asks for height only: a long text never widens the window.
func (s *statusLine) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, s.text("X", theme.ColorNameForeground).MinSize().Height+2*theme.Padding())
}

// Layout places marks and texts from the left and the remark at the right.
func (s *statusLine) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	s.back.Resize(size)
	s.edge.Resize(fyne.NewSize(size.Width, 1))
	s.row.Resize(size)
	x := 2 * theme.InnerPadding()
	for i, o := range s.row.Objects {
		min := o.MinSize()
		o.Resize(min)
		y := (size.Height - min.Height) / 2
		if i == len(s.row.Objects)-1 {
			o.Move(fyne.NewPos(fyne.Max(x, size.Width-min.Width-2*theme.InnerPadding()), y))
			return
		}
		o.Move(fyne.NewPos(x, y))
		x += min.Width + theme.Padding()
		if i%2 == 1 {
			x += 3 * theme.InnerPadding()
		}
	}
}
