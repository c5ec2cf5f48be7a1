package registry

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/format"
	"tacklebox/panels/i18n"
	"tacklebox/panels/registry/model"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
)

// maxShown bounds a name from a server on the screen; the middle of a longer one is
// cut by its widget all the same.
const maxShown = 4000

// clean makes a text of a server's one harmless line.
func clean(text string) string { return registry.Clean(text, maxShown) }

// rowView draws one line of the tree.
type rowView struct {
	widget.BaseWidget
	m       *master
	row     model.Row
	opener  *opener
	chevron *widget.Icon
	name    *widgets.CutText
	mark    *widgets.CutText
	count   *widgets.CutText
}

func newRowView(m *master) *rowView {
	r := &rowView{m: m, chevron: widget.NewIcon(theme.MenuExpandIcon())}
	r.opener = newOpener(r)
	r.name, r.mark, r.count = widgets.NewCutText("", 40), widgets.NewCutText("", 0), widgets.NewCutText("", 0)
	r.mark.Color, r.count.Color = look.Muted, look.Muted
	r.mark.SizeName = theme.SizeNameCaptionText
	r.count.Style.Monospace = true
	r.count.Align = fyne.TextAlignTrailing
	r.ExtendBaseWidget(r)
	return r
}

func (r *rowView) bind(row model.Row) {
	r.row = row
	name, colour, mark, count := "", theme.ColorNameForeground, "", ""
	r.name.Style = fyne.TextStyle{}
	switch row.Kind {
	case model.RowProject:
		name = clean(row.Project.Name)
		r.name.Style.Bold = true
		count = strconv.FormatInt(row.Project.Repositories, 10)
		if row.Project.Cache {
			mark = i18n.T("registry.cache")
		}
		if row.Open {
			r.chevron.SetResource(theme.MenuDropDownIcon())
		} else {
			r.chevron.SetResource(theme.MenuExpandIcon())
		}
	case model.RowRepository:
		name = clean(row.Repository.Name)
		if row.Depth > 0 {
			if _, rest, ok := strings.Cut(name, "/"); ok {
				name = rest
			}
		}
		if row.Repository.Artifacts >= 0 {
			count = strconv.FormatInt(row.Repository.Artifacts, 10)
		}
	case model.RowPending:
		name, colour = "…", look.Muted
	case model.RowFailed:
		name, colour = explain(row.Err), widgets.LevelColor(widgets.LevelFailed)
	case model.RowNone:
		if row.Depth > 0 {
			name, colour = i18n.T("registry.project_empty"), look.Muted
		}
	}
	fields.SetVisible(r.chevron, row.Kind == model.RowProject)
	fields.SetVisible(r.opener, row.Kind == model.RowProject)
	r.name.Color = colour
	r.name.Text = name
	r.mark.Text, r.count.Text = mark, count
	r.Refresh()
}

// rowTip is what has no room in a row.
func rowTip(r model.Row) string {
	switch r.Kind {
	case model.RowProject:
		tip := cut(r.Project.Name) + "\n" + i18n.N("registry.repositories", int(r.Project.Repositories))
		if r.Project.Public {
			tip += " · " + i18n.T("registry.public")
		} else {
			tip += " · " + i18n.T("registry.private")
		}
		if r.Project.Cache {
			tip += "\n" + i18n.T("registry.cache_tip")
		}
		return tip
	case model.RowRepository:
		tip := cut(r.Repository.Name)
		if r.Repository.Artifacts >= 0 {
			tip += "\n" + i18n.N("registry.artifacts", int(r.Repository.Artifacts)) + " · " + i18n.N("registry.pulls", int(r.Repository.Pulls))
		}
		if !r.Repository.Updated.IsZero() {
			tip += "\n" + i18n.T("registry.updated", map[string]any{"Time": format.Absolute(r.Repository.Updated)})
		}
		return tip
	case model.RowFailed:
		return registry.Clean(r.Err.Error(), 600)
	}
	return ""
}

// cut is a name for a tip: it may have thousands of characters.
func cut(name string) string { return registry.Clean(name, 400) }

// CreateRenderer is part of fyne.Widget.
func (r *rowView) CreateRenderer() fyne.WidgetRenderer { return &rowViewRenderer{r} }

type rowViewRenderer struct{ r *rowView }

func (v *rowViewRenderer) MinSize() fyne.Size {
	h := fyne.MeasureText("M", theme.TextSize(), fyne.TextStyle{}).Height
	return fyne.NewSize(120, h+theme.InnerPadding()+4)
}

func (v *rowViewRenderer) Layout(s fyne.Size) {
	r, pad := v.r, theme.InnerPadding()
	side := theme.IconInlineSize()
	r.opener.Resize(s)
	r.chevron.Move(fyne.NewPos(pad/2, (s.Height-side)/2))
	r.chevron.Resize(fyne.NewSize(side, side))
	x := pad/2 + side + 2
	if r.row.Kind == model.RowRepository && r.row.Depth == 0 {
		x = pad
	} else if r.row.Depth > 0 {
		x += pad
	}
	end := s.Width - pad
	if r.count.Text != "" {
		w := r.count.Natural() + 1
		r.count.Move(fyne.NewPos(end-w, 0))
		r.count.Resize(fyne.NewSize(w, s.Height))
		end -= w + pad
	}
	if r.mark.Text != "" {
		w := r.mark.Natural() + 1
		r.mark.Move(fyne.NewPos(end-w, 0))
		r.mark.Resize(fyne.NewSize(w, s.Height))
		end -= w + pad
	}
	r.name.Move(fyne.NewPos(x, 0))
	r.name.Resize(fyne.NewSize(max(10, end-x), s.Height))
}

func (v *rowViewRenderer) Refresh() {
	v.Layout(v.r.Size())
	for _, o := range v.Objects() {
		o.Refresh()
	}
}

func (v *rowViewRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{v.r.chevron, v.r.name, v.r.mark, v.r.count, v.r.opener}
}
func (v *rowViewRenderer) Destroy() {}

// opener takes the clicks on a project's row, which open and close it.
type opener struct {
	widget.BaseWidget
	r *rowView
}

func newOpener(r *rowView) *opener {
	o := &opener{r: r}
	o.ExtendBaseWidget(o)
	return o
}

// Tapped is part of fyne.Tappable.
func (o *opener) Tapped(*fyne.PointEvent) {
	m := o.r.m
	if o.r.row.Kind != model.RowProject {
		return
	}
	m.p.host.Window().Canvas().Focus(m.list)
	m.list.Select(o.r.row.Key, false)
	m.toggle(o.r.row.Project.Name)
}

// Cursor is part of desktop.Cursorable.
func (o *opener) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer is part of fyne.Widget.
func (o *opener) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}
