package containers

import (
	"fmt"
	"image/color"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/containers/model"
	"tacklebox/panels/format"
	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
)

// masterRows are the lines of the master list.
type masterRows struct {
	rows []model.Row
	now  func() time.Time
}

func (m *masterRows) Len() int              { return len(m.rows) }
func (m *masterRows) Key(i int) string      { return m.rows[i].Key }
func (m *masterRows) Selectable(i int) bool { return m.rows[i].Selectable() }

// Tip is the whole name and what the columns have no room for.
func (m *masterRows) Tip(i int) string {
	r := m.rows[i]
	switch {
	case r.Kind == model.RowImage:
		tip := r.Name + "\n" + shortID(r.Image.ID) + "  " + format.Absolute(r.Created)
		if r.Image.Platform != "" {
			tip += "  " + r.Image.Platform
		}
		return tip
	case r.Container != nil:
		c := r.Container
		tip := c.Name + "\n" + i18n.T("containers.from_image", map[string]any{"Image": c.Image}) + "\n" + c.Status + "  " + format.Absolute(c.Created)
		if s := c.Session; s != nil {
			tip += "\n" + i18n.T("containers.made_by", map[string]any{"User": s.User, "Host": s.Host, "Source": s.Source})
		}
		return tip
	case r.Kind == model.RowPull:
		return r.Name
	}
	return ""
}

func (m *masterRows) Create() fyne.CanvasObject { return newRowView() }

func (m *masterRows) Bind(i int, o fyne.CanvasObject) { o.(*rowView).bind(m.rows[i], m.now()) }

// rowView draws one line of the master list.
type rowView struct {
	widget.BaseWidget
	kind  model.RowKind
	dot   *widgets.StatusDot
	name  *widgets.CutText
	mid   *widgets.CutText
	right *widgets.CutText
	line  *canvas.Rectangle
}

func newRowView() *rowView {
	r := &rowView{dot: widgets.NewStatusDot(widgets.LevelUnknown), name: widgets.NewCutText("", 40)}
	r.mid, r.right = widgets.NewCutText("", 0), widgets.NewCutText("", 0)
	r.mid.Align, r.right.Align = fyne.TextAlignTrailing, fyne.TextAlignTrailing
	r.mid.Style.Monospace = true
	r.mid.Color, r.right.Color = look.Muted, look.Muted
	r.line = canvas.NewRectangle(color.Transparent)
	r.ExtendBaseWidget(r)
	return r
}

func (r *rowView) bind(row model.Row, now time.Time) {
	r.kind = row.Kind
	r.dot.Hidden = true
	r.name.Style = fyne.TextStyle{}
	r.name.SizeName = theme.SizeNameText
	r.mid.Style = fyne.TextStyle{Monospace: true}
	name, color := row.Name, theme.ColorNameForeground
	mid, right := "", ""
	midColor := look.Muted
	switch row.Kind {
	case model.RowHeading:
		name, color = sectionTitle(row.Section), look.Muted
		r.name.Style.Bold = true
		r.name.SizeName = theme.SizeNameCaptionText
		if row.Count > 0 {
			right = fmt.Sprint(row.Count)
		}
	case model.RowNote:
		name, color = noteText(row), look.Muted
	case model.RowMore:
		name, color = i18n.N("containers.more_images", row.Count), look.Accent
	case model.RowPull:
		name, color = i18n.T("containers.pull_and_debug", map[string]any{"Image": row.Name}), look.Accent
	case model.RowImage:
		mid, right = format.Size(row.Size), format.Age(row.Created, now)
	case model.RowSession:
		r.dot.Hidden = false
		r.dot.SetLevel(stateLevel(*row.Container))
		r.mid.Style.Monospace = false
		switch s := row.Container.Session; {
		case s != nil && !s.Mine:
			mid = i18n.T("containers.owner", map[string]any{"User": s.User, "Host": s.Host})
		case row.Container.State != "running":
			mid, midColor = stateWord(*row.Container), widgets.LevelColor(stateLevel(*row.Container))
		case row.Shells > 0:
			mid = i18n.N("containers.shells", row.Shells)
		}
		right = format.Age(row.Created, now)
	case model.RowContainer:
		r.dot.Hidden = false
		r.dot.SetLevel(stateLevel(*row.Container))
		r.mid.Style.Monospace = false
		mid, midColor = stateWord(*row.Container), widgets.LevelColor(stateLevel(*row.Container))
		right = format.Age(row.Created, now)
	}
	r.name.Text, r.name.Color = name, color
	r.mid.Text, r.mid.Color = mid, midColor
	r.right.Text = right
	r.Refresh()
}

// sectionTitle is the heading of a section.
func sectionTitle(s model.Section) string {
	switch s {
	case model.SectionImages:
		return i18n.T("containers.section_images")
	case model.SectionSessions:
		return i18n.T("containers.section_sessions")
	}
	return i18n.T("containers.section_containers")
}

func noteText(r model.Row) string {
	switch r.Note {
	case model.NoteLoading:
		return i18n.T("containers.note_loading")
	case model.NoteNoMatch:
		return i18n.T("containers.note_no_match")
	case model.NoteEngine:
		return i18n.T("containers.note_engine")
	case model.NoteError:
		return i18n.T("containers.note_error")
	}
	if r.Section == model.SectionImages {
		return i18n.T("containers.note_no_images")
	}
	return i18n.T("containers.note_no_containers")
}

// CreateRenderer is part of fyne.Widget.
func (r *rowView) CreateRenderer() fyne.WidgetRenderer { return &rowViewRenderer{r} }

type rowViewRenderer struct{ r *rowView }

func (v *rowViewRenderer) MinSize() fyne.Size {
	pad := theme.SizeForWidget(theme.SizeNameInnerPadding, v.r)
	h := fyne.MeasureText("M", theme.SizeForWidget(theme.SizeNameText, v.r), fyne.TextStyle{}).Height
	return fyne.NewSize(120, h+pad+4)
}

func (v *rowViewRenderer) Layout(s fyne.Size) {
	r := v.r
	pad := theme.SizeForWidget(theme.SizeNameInnerPadding, r)
	text := theme.SizeForWidget(theme.SizeNameText, r)
	measure := func(t string, style fyne.TextStyle) float32 { return fyne.MeasureText(t, text, style).Width }
	// Every row keeps the column of the dots and the columns at the right, so
	// that names, sizes and ages line up.
	dot := r.dot.MinSize().Width
	x := pad + dot + pad/2
	if r.kind == model.RowHeading {
		x = pad
	}
	r.dot.Move(fyne.NewPos(pad, (s.Height-dot)/2))
	r.dot.Resize(fyne.NewSize(dot, dot))
	end := s.Width - pad
	place := func(t *widgets.CutText, w float32) {
		end -= w
		t.Move(fyne.NewPos(end, 0))
		t.Resize(fyne.NewSize(w, s.Height))
		end -= pad
	}
	if r.right.Text != "" {
		place(r.right, max(measure(i18n.T("age.hours", map[string]any{"N": 23}), r.right.Style), measure(r.right.Text, r.right.Style)))
	} else {
		place(r.right, 0)
	}
	if r.mid.Text != "" {
		place(r.mid, min(measure(r.mid.Text, r.mid.Style)+1, s.Width*0.4))
	} else {
		place(r.mid, 0)
	}
	r.name.Move(fyne.NewPos(x, 0))
	r.name.Resize(fyne.NewSize(max(10, end-x), s.Height))
	if r.kind == model.RowHeading {
		r.line.Move(fyne.NewPos(0, 0))
		r.line.Resize(fyne.NewSize(s.Width, 1))
	}
}

func (v *rowViewRenderer) Refresh() {
	v.r.line.Hidden = v.r.kind != model.RowHeading
	v.r.line.FillColor = theme.ColorForWidget(theme.ColorNameSeparator, v.r)
	v.Layout(v.r.Size())
	for _, o := range v.Objects() {
		o.Refresh()
	}
}

func (v *rowViewRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{v.r.line, v.r.dot, v.r.name, v.r.mid, v.r.right}
}
func (v *rowViewRenderer) Destroy() {}
