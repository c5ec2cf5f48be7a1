package latency

import (
	"context"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/latency/model"
	look "tacklebox/panels/theme"
	"tacklebox/platform/latency"
)

// dropMark shows where a dragged row would go: a line between two rows, or a
// frame around a group.
type dropMark struct {
	widget.BaseWidget
	line *canvas.Rectangle
	key  string // of the row that is dragged
	row  int    // that it would go before; len(rows) is the end
	into bool   // the row is a group that it would go into
}

func newDropMark() *dropMark {
	d := &dropMark{line: canvas.NewRectangle(color.Transparent)}
	d.line.Hide()
	d.ExtendBaseWidget(d)
	return d
}

// CreateRenderer is part of fyne.Widget.
func (d *dropMark) CreateRenderer() fyne.WidgetRenderer { return &dropRenderer{d} }

type dropRenderer struct{ d *dropMark }

func (r *dropRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *dropRenderer) Layout(fyne.Size)             {}
func (r *dropRenderer) Refresh()                     { r.d.line.Refresh() }
func (r *dropRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.d.line} }
func (r *dropRenderer) Destroy()                     {}

// show puts the mark at a height within the list.
func (d *dropMark) show(y, height float32) {
	c := theme.ColorForWidget(look.Accent, d)
	d.line.StrokeColor, d.line.FillColor = c, color.Transparent
	d.line.StrokeWidth = 2
	if !d.into {
		d.line.StrokeWidth, d.line.FillColor = 0, c
		y, height = y-1, 2
	}
	d.line.Move(fyne.NewPos(0, y))
	d.line.Resize(fyne.NewSize(d.Size().Width, height))
	d.line.Show()
	d.line.Refresh()
}

// dragged follows the mouse with a row. The order rests meanwhile, so that no
// refresh moves a row away from under it.
func (m *master) dragged(r *rowView, e *fyne.DragEvent) {
	if m.p.memory.View == viewWorst || m.search.Text != "" || r.row.Target == nil || m.p.svc == nil || !m.p.snap.Writer {
		return
	}
	if !m.holding {
		m.holding = true
		m.p.tips.Clear()
		m.drop.key = r.row.Key
	}
	height := r.Size().Height
	driver := fyne.CurrentApp().Driver()
	y := e.AbsolutePosition.Y - driver.AbsolutePositionForObject(m.list).Y
	// Near an edge the list scrolls along.
	at := (y + m.list.Offset()) / height
	row := int(at)
	part := at - float32(row)
	m.drop.into = false
	switch {
	case at < 0:
		row = 0
	case row >= len(m.rows):
		row = len(m.rows)
	case m.rows[row].Target == nil && part > 0.25 && (part < 0.75 || m.rows[row].Open):
		m.drop.into = true
	case part > 0.5:
		row++
	}
	m.drop.row = row
	m.drop.show(float32(row)*height-m.list.Offset(), height)
}

// dropped puts the dragged row where the mark is.
func (m *master) dropped() {
	if !m.holding {
		return
	}
	m.holding = false
	m.drop.line.Hide()
	m.drop.Refresh()
	id, ok := model.TargetOf(m.drop.key)
	if ok {
		m.p.arrange(m.placeAt(id, m.drop.row, m.drop.into))
	}
	m.apply()
}

// placeAt is the arrangement with a target before a row, or in the group that
// the row is.
func (m *master) placeAt(id latency.TargetID, row int, into bool) *model.Arrangement {
	list := m.p.targets()
	if into {
		group := m.rows[row].Group
		inside := model.Inside(list, group)
		if len(inside) > 0 && m.rows[row].Open {
			return model.Place(list, id, group, inside[0].ID)
		}
		return model.Place(list, id, group, 0)
	}
	if row < len(m.rows) && m.rows[row].Target != nil {
		return model.Place(list, id, m.rows[row].Group, m.rows[row].ID())
	}
	// Before a group, or at the end: behind what stands above.
	if row > 0 {
		above := m.rows[row-1]
		if above.Target == nil && !above.Open {
			return model.Place(list, id, above.Group[:len(above.Group)-1], m.firstOf(row))
		}
		return model.Place(list, id, above.Group, 0)
	}
	return model.Place(list, id, nil, m.firstOf(row))
}

// firstOf is the first target in the group at a row, 0 at the end.
func (m *master) firstOf(row int) latency.TargetID {
	if row >= len(m.rows) {
		return 0
	}
	if inside := model.Inside(m.p.targets(), m.rows[row].Group); len(inside) > 0 {
		return inside[0].ID
	}
	return 0
}

// arrange has the service take over another order.
func (p *Panel) arrange(a *model.Arrangement) {
	if a == nil {
		return
	}
	p.change(func(ctx context.Context, s Service) error {
		if len(a.Changed) > 0 {
			if err := s.Change(ctx, a.Changed...); err != nil {
				return err
			}
		}
		return s.Arrange(ctx, a.IDs)
	}, p.complain)
}

// move is the keyboard's way to arrange: one line up or down.
func (p *Panel) move(delta int) {
	if p.master == nil || p.memory.View == viewWorst || p.master.search.Text != "" {
		return
	}
	key := p.master.list.Selected()
	if group := model.GroupOf(key); group != nil {
		p.arrange(model.StepGroup(p.targets(), group, delta))
	} else if id, ok := model.TargetOf(key); ok {
		p.arrange(model.Step(p.targets(), id, delta))
	}
}
