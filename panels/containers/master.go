package containers

import (
	"strings"

	"fyne.io/fyne/v2"

	"tacklebox/panels/containers/model"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
)

// master is the search field and the list at the left.
type master struct {
	p      *Panel
	search *widgets.SearchEntry
	rows   *masterRows
	list   *widgets.RowList
	all    bool // every image is shown
	query  string
	// auto is true while the chosen row is the one that typing found.
	auto bool
}

func newMaster(p *Panel) *master {
	m := &master{p: p, rows: &masterRows{now: p.deps.Now}}
	m.search = widgets.NewSearchEntry(m.searchKey)
	m.search.SetPlaceHolder(i18n.T("containers.search"))
	m.search.OnChanged = m.typed
	m.list = widgets.NewRowList(m.rows, p.tips)
	m.list.OnSelected = m.chosen
	m.list.OnActivated = m.activated
	m.list.OnRune = func(r rune) {
		// Typing in the list goes on in the search field.
		if c := p.host.Window().Canvas(); c != nil {
			c.Focus(m.search)
			m.search.TypedRune(r)
		}
	}
	m.list.OnKey = func(k *fyne.KeyEvent) {
		if k.Name == fyne.KeyEscape && m.search.Text != "" {
			m.search.SetText("")
		}
	}
	m.list.OnMenu = m.menu
	return m
}

func (m *master) options() model.RowOptions {
	return model.RowOptions{
		Query: m.query, AllImages: m.all,
		Recent: m.p.settings().RecentImages,
		Shells: m.p.detail.shells,
	}
}

// apply shows the snapshot; neither selection nor scroll position moves.
func (m *master) apply(s model.Snapshot) {
	m.rows.rows = model.BuildRows(s, m.options())
	m.list.Reload()
	if key := model.FirstSelectable(m.rows.rows); m.auto && key != m.list.Selected() && strings.HasPrefix(m.list.Selected(), model.PullKey("")) {
		// Typed before the lists were read: what is here goes before a pull.
		m.list.Select(key, true)
		m.chosen(key)
		m.auto = true
	}
}

// typed filters as the person types; the first match is chosen, so that Enter
// launches it.
func (m *master) typed(text string) {
	m.query = strings.TrimSpace(text)
	m.rows.rows = model.BuildRows(m.p.snap, m.options())
	m.list.Reload()
	m.list.ScrollTop()
	if m.query == "" {
		return
	}
	if key := model.FirstSelectable(m.rows.rows); key != "" {
		m.list.Select(key, true)
		m.chosen(key)
		m.auto = true
	}
}

func (m *master) searchKey(k *fyne.KeyEvent) bool {
	m.list.TypedKey(k)
	return true
}

func (m *master) row(key string) (model.Row, bool) {
	for _, r := range m.rows.rows {
		if r.Key == key {
			return r, true
		}
	}
	return model.Row{}, false
}

// chosen shows a row in the detail.
func (m *master) chosen(key string) {
	m.auto = false
	r, ok := m.row(key)
	if !ok {
		return
	}
	if r.Kind == model.RowMore {
		m.all = true
		m.apply(m.p.snap)
		if i := len(m.rows.rows); i > 0 {
			m.list.Select("", false)
		}
		return
	}
	m.p.detail.show(r)
}

// activated is Enter or a double click: debug what stands there, or go into it.
func (m *master) activated(key string) {
	r, ok := m.row(key)
	if !ok {
		return
	}
	m.auto = false // what is launched now stays chosen
	m.p.detail.show(r)
	m.p.detail.activate()
}

// selectKey chooses a row as if the person had.
func (m *master) selectKey(key string) {
	m.list.Select(key, true)
	m.chosen(key)
}

// focus puts the cursor into the search field.
func (m *master) focus() {
	if c := m.p.host.Window().Canvas(); c != nil {
		c.Focus(m.search)
	}
}
