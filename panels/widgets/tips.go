package widgets

import (
	"image/color"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// tipDelay is long enough that sweeping over a list shows nothing.
const tipDelay = 450 * time.Millisecond

// Tips is a layer above a panel's content that shows one tip at a time. A pop-up
// would not do: Fyne sends the mouse to the top overlay only, so the tip itself
// would end the hover that asked for it.
type Tips struct {
	widget.BaseWidget
	text   string
	at     fyne.Position
	timer  *time.Timer
	serial int
	shown  bool
	box    *fyne.Container
	back   *canvas.Rectangle
	do     func(func())
}

// NewTips makes the layer; put it above the content in a stack. do runs a
// function on Fyne's goroutine (nil is fyne.Do).
func NewTips(do func(func())) *Tips {
	if do == nil {
		do = fyne.Do
	}
	t := &Tips{do: do}
	t.ExtendBaseWidget(t)
	return t
}

// Point shows text near the absolute position at after a moment. An empty text
// hides what is shown. A nil layer shows nothing.
func (t *Tips) Point(text string, at fyne.Position) {
	if t == nil {
		return
	}
	t.Clear()
	if text == "" {
		return
	}
	t.text, t.at = text, at
	t.serial++
	serial := t.serial
	t.timer = time.AfterFunc(tipDelay, func() {
		t.do(func() {
			if serial == t.serial {
				t.shown = true
				t.Refresh()
			}
		})
	})
}

// Clear takes the tip away, or the plan to show one.
func (t *Tips) Clear() {
	if t == nil {
		return
	}
	t.serial++
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
	if t.shown {
		t.shown = false
		t.Refresh()
	}
}

// CreateRenderer is part of fyne.Widget.
func (t *Tips) CreateRenderer() fyne.WidgetRenderer {
	t.back = canvas.NewRectangle(color.Transparent)
	t.box = &fyne.Container{}
	return &tipsRenderer{t: t}
}

type tipsRenderer struct{ t *Tips }

func (r *tipsRenderer) MinSize() fyne.Size { return fyne.Size{} }
func (r *tipsRenderer) Layout(fyne.Size)   {}
func (r *tipsRenderer) Destroy()           {}
func (r *tipsRenderer) Objects() []fyne.CanvasObject {
	if !r.t.shown {
		return nil
	}
	return []fyne.CanvasObject{r.t.back, r.t.box}
}

func (r *tipsRenderer) Refresh() {
	t := r.t
	if !t.shown {
		canvas.Refresh(t)
		return
	}
	size := theme.SizeForWidget(theme.SizeNameText, t)
	pad := theme.SizeForWidget(theme.SizeNameInnerPadding, t)
	room := t.Size()
	max := min(room.Width-4*pad, 640)
	lines := foldText(t.text, max, 24, func(s string) float32 { return fyne.MeasureText(s, size, fyne.TextStyle{}).Width })
	t.box.Objects = nil
	var w, y float32
	for _, l := range lines {
		x := canvas.NewText(l, theme.ColorForWidget(theme.ColorNameForeground, t))
		x.TextSize = size
		m := x.MinSize()
		x.Move(fyne.NewPos(0, y))
		x.Resize(m)
		w = max32(w, m.Width)
		y += m.Height
		t.box.Objects = append(t.box.Objects, x)
	}
	t.back.FillColor = theme.ColorForWidget(theme.ColorNameMenuBackground, t)
	t.back.StrokeColor = theme.ColorForWidget(theme.ColorNameSeparator, t)
	t.back.StrokeWidth = 1
	t.back.CornerRadius = 3
	whole := fyne.NewSize(w+2*pad, y+pad)
	origin := fyne.CurrentApp().Driver().AbsolutePositionForObject(t)
	pos := t.at.Subtract(origin).Add(fyne.NewPos(8, 18))
	if pos.X+whole.Width > room.Width {
		pos.X = max32(0, room.Width-whole.Width)
	}
	if pos.Y+whole.Height > room.Height {
		pos.Y = max32(0, t.at.Y-origin.Y-whole.Height-6)
	}
	t.back.Move(pos)
	t.back.Resize(whole)
	t.box.Move(pos.Add(fyne.NewPos(pad, pad/2)))
	t.box.Resize(whole)
	canvas.Refresh(t)
}

func max32(a, b float32) float32 {
	if a > b {
		return a
	}
	return b
}

// foldText breaks text into at most n lines no wider than width, at spaces where
// there are any, else anywhere.
func foldText(text string, width float32, n int, measure func(string) float32) []string {
	var out []string
	for _, para := range strings.Split(bounded(text), "\n") {
		rest := []rune(para)
		for {
			if len(out) == n {
				return append(out, "…")
			}
			if measure(string(rest)) <= width || len(rest) < 2 {
				out = append(out, string(rest))
				break
			}
			lo, hi := 1, len(rest)
			for lo < hi {
				mid := (lo + hi + 1) / 2
				if measure(string(rest[:mid])) <= width {
					lo = mid
				} else {
					hi = mid - 1
				}
			}
			cut := lo
			for i := lo; i > lo*2/3; i-- {
				if rest[i-1] == ' ' {
					cut = i
					break
				}
			}
			out = append(out, strings.TrimRight(string(rest[:cut]), " "))
			rest = rest[cut:]
		}
	}
	return out
}
