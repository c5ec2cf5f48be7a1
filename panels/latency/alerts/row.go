package alerts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
)

// line is what a row of the page's lists shows.
type line struct {
	key    string
	level  widgets.Level
	word   string // the level's
	name   string
	state  string // at the right
	detail string // below the name
	tip    string
	muted  bool
}

// lines is the source of a list.
type lines struct {
	list []line
	tips *widgets.Tips
	// short rows have one line of text.
	short bool
}

func (s *lines) Len() int            { return len(s.list) }
func (s *lines) Key(i int) string    { return s.list[i].key }
func (s *lines) Selectable(int) bool { return true }
func (s *lines) Tip(i int) string    { return s.list[i].tip }

// Create is part of widgets.RowSource.
func (s *lines) Create() fyne.CanvasObject {
	r := &row{dot: widgets.NewStatusDot(widgets.LevelUnknown)}
	cut := func() *widgets.CutText { return widgets.NewCutText("", 20) }
	r.word, r.name, r.state, r.detail = cut(), cut(), cut(), cut()
	r.name.Style.Bold = !s.short
	r.state.Align = fyne.TextAlignTrailing
	r.Container = container.New(&rowLayout{r, s.short}, r.dot, r.word, r.name, r.state, r.detail)
	if s.short {
		r.detail.Hide()
	}
	return r.Container
}

// Bind is part of widgets.RowSource.
func (s *lines) Bind(i int, o fyne.CanvasObject) {
	l, r := s.list[i], o.(*fyne.Container).Layout.(*rowLayout).r
	r.dot.SetLevel(l.level)
	ink := theme.ColorNameForeground
	if l.muted {
		ink = look.Muted
	}
	r.word.Set(l.word, widgets.LevelColor(l.level))
	r.name.Set(l.name, ink)
	r.state.Set(l.state, look.Muted)
	r.detail.Set(l.detail, look.Muted)
	r.Container.Refresh()
}

// row is a row's parts.
type row struct {
	*fyne.Container
	dot                       *widgets.StatusDot
	word, name, state, detail *widgets.CutText
}

// rowLayout is dot and word, the name and the state, and the detail below them.
type rowLayout struct {
	r     *row
	short bool
}

func (l *rowLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	h := l.r.name.MinSize().Height
	pad := theme.InnerPadding()
	if l.short {
		return fyne.NewSize(120, h+pad)
	}
	return fyne.NewSize(120, 2*h+1.5*pad)
}

func (l *rowLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	scale, pad := theme.TextSize()/13, theme.InnerPadding()
	h := l.r.name.MinSize().Height
	dot := 10 * scale
	word := 84 * scale
	y := pad / 2
	l.r.dot.Move(fyne.NewPos(pad, y+(h-dot)/2))
	l.r.dot.Resize(fyne.NewSize(dot, dot))
	x := 2*pad + dot
	l.r.word.Move(fyne.NewPos(x, y))
	l.r.word.Resize(fyne.NewSize(word-pad, h))
	x += word
	room := max(0, s.Width-x-pad)
	share := float32(0.55)
	if l.short {
		share = 0.4
	}
	state := min(l.r.state.Natural()+2, room*share)
	l.r.name.Move(fyne.NewPos(x, y))
	l.r.name.Resize(fyne.NewSize(max(0, room-state-pad), h))
	l.r.state.Move(fyne.NewPos(x+room-state, y))
	l.r.state.Resize(fyne.NewSize(state, h))
	l.r.detail.Move(fyne.NewPos(x, y+h))
	l.r.detail.Resize(fyne.NewSize(room, h))
}
