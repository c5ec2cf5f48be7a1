package latency

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/model"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency"
)

// master is the left side: what can be done with the list, and the list.
type master struct {
	p      *Panel
	search *widgets.SearchEntry
	add    *widgets.Button
	pause  *widgets.Button
	more   *widgets.Button
	views  *segments
	head   *listHead
	note   *widget.Label
	list   *widgets.RowList
	root   *fyne.Container

	rows    []model.Row
	byKey   map[string]int
	keys    []string // as the list has them
	live    []*rowView
	anchor  string // where a range of rows begins
	drop    *dropMark
	holding bool // a row is dragged: the order rests
}

func newMaster(p *Panel) *master {
	m := &master{p: p}
	m.search = widgets.NewSearchEntry(m.searchKey)
	m.search.SetPlaceHolder(i18n.T("latency.search"))
	m.search.OnChanged = func(string) { m.apply(); m.list.ScrollTop() }
	m.add = widgets.NewIconButton(theme.ContentAddIcon(), i18n.T("action.latency.add"), p.tips, func() { p.showAdd("") })
	m.pause = widgets.NewIconButton(theme.MediaPauseIcon(), i18n.T("latency.pause_all"), p.tips, p.togglePause)
	m.more = widgets.NewIconButton(theme.MoreVerticalIcon(), i18n.T("latency.more"), p.tips, func() { p.openTools(m.more) })
	m.views = newSegments(p.tips, []segment{
		{viewTree, i18n.T("latency.view_tree"), i18n.T("latency.view_tree_tip")},
		{viewWorst, i18n.T("latency.view_worst"), i18n.T("latency.view_worst_tip")},
		{viewGrid, i18n.T("latency.view_grid"), i18n.T("latency.view_grid_tip")},
	}, p.setView)
	m.views.choose(p.memory.View)
	m.head = newListHead()
	m.note = widget.NewLabel("")
	m.note.Importance = widget.LowImportance
	m.note.Wrapping = fyne.TextWrapWord
	m.note.Hide()
	m.list = widgets.NewRowList(m, p.tips)
	m.list.OnSelected = m.selected
	m.list.OnActivated = m.activated
	m.list.OnMenu = m.menu
	m.list.OnKey = m.key
	m.list.OnRune = m.rune
	m.drop = newDropMark()
	tools := container.NewHBox(m.add, m.pause, m.more)
	top := container.NewVBox(
		container.NewBorder(nil, nil, nil, tools, m.search),
		widgets.Inset(container.NewHBox(m.views)),
		m.head, m.note)
	m.root = container.New(&leastWidth{230}, container.NewBorder(container.NewPadded(top), nil, nil, nil, container.NewStack(m.list, m.drop)))
	return m
}

// apply brings the list up to the snapshot.
func (m *master) apply() {
	p := m.p
	writer := p.svc != nil && p.snap.Writer
	setEnabled(m.add, writer)
	setEnabled(m.pause, writer && len(p.snap.Targets) > 0)
	icon, tip := theme.MediaPauseIcon(), i18n.T("latency.pause_all")
	if p.snap.Paused {
		icon, tip = theme.MediaPlayIcon(), i18n.T("latency.resume_all")
	}
	if m.pause.Tip() != tip {
		m.pause.WithTip(tip, p.tips)
		m.pause.SetIcon(icon)
	}
	if m.holding {
		return
	}
	closed := map[string]bool{}
	for _, k := range p.memory.Closed {
		closed[k] = true
	}
	m.rows = model.Rows(p.snap.Targets, model.Shape{Filter: m.search.Text, Closed: closed, Worst: p.memory.View == viewWorst})
	m.byKey = make(map[string]int, len(m.rows))
	keys := make([]string, len(m.rows))
	for i, r := range m.rows {
		keys[i] = r.Key
		m.byKey[r.Key] = i
	}
	note := ""
	if len(m.rows) == 0 && m.search.Text != "" && len(p.snap.Targets) > 0 {
		note = i18n.T("latency.nothing_found")
	}
	if m.note.Text != note {
		m.note.SetText(note)
	}
	setVisible(m.note, note != "")
	setVisible(m.head, len(m.rows) > 0)
	if !slices.Equal(keys, m.keys) {
		m.keys = keys
		m.list.Reload()
		return
	}
	m.refill()
}

// refill fills the rows that are on screen; each draws only what changed.
func (m *master) refill() {
	for _, v := range m.live {
		if i, ok := m.byKey[v.row.Key]; ok && v.bound {
			v.bind(m.rows[i], m.mark(m.rows[i]))
		}
	}
}

// mark tells whether a row belongs to what is chosen beside the selected row.
func (m *master) mark(r model.Row) bool {
	return r.Target != nil && len(m.p.marked) > 1 && m.p.marked[r.ID()]
}

// Len is part of widgets.RowSource, as are the following.
func (m *master) Len() int              { return len(m.rows) }
func (m *master) Key(i int) string      { return m.rows[i].Key }
func (m *master) Selectable(i int) bool { return true }

// Tip is what has no room in the row.
func (m *master) Tip(i int) string {
	if m.holding {
		return "" // it would cover where a dragged row may go
	}
	r := m.rows[i]
	if r.Target == nil {
		return i18n.N("latency.targets", r.Count)
	}
	return rowTip(r.Target)
}

// Create makes an empty row.
func (m *master) Create() fyne.CanvasObject {
	v := newRowView(m)
	m.live = append(m.live, v)
	return v
}

// Bind fills a row.
func (m *master) Bind(i int, o fyne.CanvasObject) {
	v := o.(*rowView)
	v.bound = true
	v.bind(m.rows[i], m.mark(m.rows[i]))
}

func (m *master) row(key string) (model.Row, bool) {
	i, ok := m.byKey[key]
	if !ok || i >= len(m.rows) {
		return model.Row{}, false
	}
	return m.rows[i], true
}

// selected is a choice by mouse or arrows. With Ctrl it adds a row to what is
// chosen or takes it out, with Shift it chooses all from the last one on.
func (m *master) selected(key string) {
	mod := modifiers()
	r, ok := m.row(key)
	if !ok {
		return
	}
	switch {
	case mod&fyne.KeyModifierShift != 0 && m.anchor != "":
		m.markRange(m.anchor, key)
	case mod&(fyne.KeyModifierControl|fyne.KeyModifierSuper) != 0 && r.Target != nil:
		if m.p.marked[r.ID()] {
			delete(m.p.marked, r.ID())
		} else {
			m.p.marked[r.ID()] = true
		}
		m.anchor = key
	default:
		m.anchor = key
		m.markRow(r)
	}
	m.refill()
	m.p.detail.choiceChanged()
}

// markRow chooses one target, or all of a group.
func (m *master) markRow(r model.Row) {
	clear(m.p.marked)
	if r.Target != nil {
		m.p.marked[r.ID()] = true
		return
	}
	for _, t := range model.Inside(m.p.targets(), r.Group) {
		m.p.marked[t.ID] = true
	}
}

func (m *master) markRange(from, to string) {
	a, okA := m.byKey[from]
	b, okB := m.byKey[to]
	if !okA || !okB {
		return
	}
	clear(m.p.marked)
	for _, r := range m.rows[min(a, b) : max(a, b)+1] {
		if r.Target != nil {
			m.p.marked[r.ID()] = true
		}
	}
}

// show chooses a target from elsewhere: the grid, the tray, after adding.
func (m *master) show(id latency.TargetID) {
	clear(m.p.marked)
	m.p.marked[id] = true
	if t, ok := m.p.live(id); ok {
		for n := 1; n <= len(t.Group); n++ {
			m.setOpen(model.GroupKey(t.Group[:n]), true)
		}
	}
	m.apply()
	m.anchor = model.TargetKey(id)
	m.list.Select(m.anchor, true)
	m.refill()
	m.p.detail.choiceChanged()
}

// activated opens or closes a group; on a target it goes to the graph.
func (m *master) activated(key string) {
	if model.GroupOf(key) != nil {
		m.toggle(key)
		return
	}
	if m.p.memory.View == viewGrid {
		m.p.setView(viewTree)
	}
}

func (m *master) toggle(key string) {
	r, ok := m.row(key)
	if ok && r.Target == nil {
		m.setOpen(key, !r.Open)
		m.apply()
	}
}

func (m *master) setOpen(key string, open bool) {
	closed := &m.p.memory.Closed
	at := slices.Index(*closed, key)
	switch {
	case open && at >= 0:
		*closed = slices.Delete(*closed, at, at+1)
	case !open && at < 0:
		*closed = append(*closed, key)
	default:
		return
	}
	m.p.remember()
}

// key takes what the list has no use for.
func (m *master) key(e *fyne.KeyEvent) {
	r, ok := m.row(m.list.Selected())
	switch e.Name {
	case fyne.KeyLeft:
		if ok && r.Target == nil && r.Open {
			m.toggle(r.Key)
		} else if ok && len(r.Group) > 0 {
			up := r.Group
			if r.Target == nil {
				up = up[:len(up)-1]
			}
			if len(up) > 0 {
				m.list.Select(model.GroupKey(up), true)
				m.selected(model.GroupKey(up))
			}
		}
	case fyne.KeyRight:
		if ok && r.Target == nil && !r.Open {
			m.toggle(r.Key)
		}
	case fyne.KeyDelete:
		m.p.askRemove()
	default:
		if !widgets.PassKeyOn(m.list, e) && e.Name == fyne.KeyEscape {
			m.p.detail.escape()
		}
	}
}

// rune searches by typing in the list; the space bar marks the row.
func (m *master) rune(r rune) {
	if r == ' ' {
		if row, ok := m.row(m.list.Selected()); ok && row.Target != nil && len(m.p.marked) > 0 {
			if m.p.marked[row.ID()] && len(m.p.marked) > 1 {
				delete(m.p.marked, row.ID())
			} else {
				m.p.marked[row.ID()] = true
			}
			m.refill()
			m.p.detail.choiceChanged()
		}
		return
	}
	m.p.host.Window().Canvas().Focus(m.search)
	m.search.TypedRune(r)
}

// searchKey gives the list the keys that one line of text has no use for.
func (m *master) searchKey(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if m.list.Selected() == "" || m.byKey[m.list.Selected()] == 0 {
			for _, r := range m.rows {
				if r.Target != nil {
					m.list.Select(r.Key, true)
					m.selected(r.Key)
					break
				}
			}
		}
		m.p.host.Window().Canvas().Focus(m.list)
		return true
	}
	m.list.TypedKey(e)
	return true
}

// modifiers are the keys that are held at this moment.
func modifiers() fyne.KeyModifier {
	if d, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		return d.CurrentKeyModifiers()
	}
	return 0
}
