package registry

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/registry/model"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
)

// master is the left side: the connection, the search field, and the tree.
type master struct {
	p      *Panel
	search *widgets.SearchEntry
	note   *widget.Label
	typed  *widgets.Button
	list   *widgets.RowList
	root   *fyne.Container

	timer *time.Timer
	// first is true until the first repository that a search found was chosen.
	first bool
	enter bool // Enter came before what was searched for
}

func newMaster(p *Panel) *master {
	m := &master{p: p}
	m.search = widgets.NewSearchEntry(m.searchKey)
	m.search.SetPlaceHolder(i18n.T("registry.search"))
	m.search.OnChanged = func(string) { m.changed() }
	m.note = widget.NewLabel("")
	m.note.Importance = widget.LowImportance
	m.note.Wrapping = fyne.TextWrapWord
	m.note.Hide()
	m.typed = widgets.NewFlatButton("", theme.NavigateNextIcon(), m.openTyped)
	m.typed.Alignment = widget.ButtonAlignLeading
	m.typed.Hide()
	m.list = widgets.NewRowList(m, p.tips)
	m.list.OnSelected = m.selected
	m.list.OnActivated = m.activated
	m.list.OnMenu = m.menu
	m.list.OnKey = m.key
	m.list.OnRune = func(r rune) {
		p.host.Window().Canvas().Focus(m.search)
		m.search.TypedRune(r)
	}
	m.list.OnVisible = func(first, last int) {
		// While nobody looks the tree is paused: it keeps what would be in sight.
		if t := m.tree(); t != nil {
			t.Show(first, last)
		}
	}
	top := container.NewVBox(p.picker.box, container.NewPadded(m.search), m.typed, m.note)
	m.root = container.New(&leastWidth{230}, container.NewBorder(top, nil, nil, nil, m.list))
	return m
}

func (m *master) tree() *model.Tree {
	if m.p.conn == nil {
		return nil
	}
	return m.p.conn.tree
}

// query is what is typed.
func (m *master) query() string { return strings.ToLower(strings.TrimSpace(m.search.Text)) }

// reset forgets what belonged to another connection.
func (m *master) reset() {
	m.stopTimer()
	m.search.SetText("")
	m.stopTimer()
	m.list.Select("", false)
	m.list.Reload()
	m.list.ScrollTop()
}

func (m *master) stopTimer() {
	if m.timer != nil {
		m.timer.Stop()
		m.timer = nil
	}
}

// changed searches when typing rests.
func (m *master) changed() {
	m.stopTimer()
	m.enter = false
	if m.query() == "" {
		m.find()
		return
	}
	m.timer = time.AfterFunc(m.p.deps.Pace.Type, func() {
		m.p.deps.Do(func() {
			if !m.p.closed {
				m.find()
			}
		})
	})
}

// find searches now.
func (m *master) find() {
	m.stopTimer()
	t := m.tree()
	if t == nil || t.Query() == m.query() {
		return
	}
	t.Search(m.query())
	m.first = m.query() != ""
	m.list.Reload()
	m.list.ScrollTop()
	m.apply()
}

// treeChanged shows what came.
func (m *master) treeChanged() {
	t := m.tree()
	if t == nil {
		return
	}
	t.Layout()
	m.list.Reload()
	if m.first && t.Known() {
		m.first = false
		if t.Len() > 0 && t.At(0).Selectable() {
			m.list.Select(t.At(0).Key, true)
			if m.enter {
				m.enter = false
				m.activated(t.At(0).Key)
			}
		}
	}
	m.apply()
}

// apply says why there is nothing to be seen.
func (m *master) apply() {
	p := m.p
	x := p.conn
	note, typed := "", ""
	switch {
	case x == nil:
	case x.opening:
		note = i18n.T("registry.opening", map[string]any{"Name": x.c.Title()})
	case x.tree == nil:
	case x.tree.Err() != nil && model.TypeName(x.tree.Err()):
		note = i18n.T("registry.no_catalog")
	case x.tree.Err() != nil:
		note = explain(x.tree.Err())
	case x.tree.Known() && x.tree.Total() == 0 && x.tree.Query() != "":
		note = i18n.T("registry.nothing_found")
	case x.tree.Known() && x.tree.Total() == 0 && x.client == nil:
		note = i18n.T("registry.no_repositories")
	case x.tree.Known() && x.tree.Total() == 0:
		note = i18n.T("registry.no_projects")
	}
	if x != nil && x.tree != nil && x.client == nil {
		typed = typedName(m.search.Text)
	}
	hint := i18n.T("registry.search")
	if x != nil && x.open_ && x.client == nil {
		hint = i18n.T("registry.search_flat")
	}
	if m.search.PlaceHolder != hint {
		m.search.SetPlaceHolder(hint)
	}
	if m.note.Text != note {
		m.note.SetText(note)
	}
	fields.SetVisible(m.note, note != "")
	if typed != "" {
		if word := i18n.T("registry.open_typed", map[string]any{"Name": registry.Clean(typed, 60)}); m.typed.Text != word {
			m.typed.SetText(word)
		}
	}
	fields.SetVisible(m.typed, typed != "")
	fields.SetEnabled(m.search, x != nil)
}

// typedName is a text that can be the name of a repository.
func typedName(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > 255 || strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("/._-", r)
	}) {
		return ""
	}
	return strings.Trim(text, "/")
}

// openTyped shows a repository by its name, where a registry lists none.
func (m *master) openTyped() {
	name := typedName(m.search.Text)
	if name == "" || m.p.conn == nil || m.p.conn.browser == nil {
		return
	}
	m.list.Select(model.RepositoryKey(name), true)
	m.p.detail.showRepository(name)
	x := m.p.conn
	x.background(func(context.Context) func() {
		// Offered again the next time; that it could not be kept is no trouble now.
		_ = m.p.deps.Store.RememberRepository(x.id, name)
		return nil
	})
}

// Len is part of widgets.RowSource, as are the following.
func (m *master) Len() int {
	if t := m.tree(); t != nil {
		return t.Len()
	}
	return 0
}

func (m *master) at(i int) model.Row {
	if t := m.tree(); t != nil {
		return t.At(i)
	}
	return model.Row{}
}

func (m *master) Key(i int) string      { return m.at(i).Key }
func (m *master) Selectable(i int) bool { return m.at(i).Selectable() }

// Tip is what has no room in the row.
func (m *master) Tip(i int) string { return rowTip(m.at(i)) }

// Create makes an empty row.
func (m *master) Create() fyne.CanvasObject { return newRowView(m) }

// Bind fills a row.
func (m *master) Bind(i int, o fyne.CanvasObject) {
	r := m.at(i)
	if r.Kind == model.RowProject && m.p.conn != nil {
		m.p.conn.projects[r.Project.Name] = r.Project.ID
	}
	o.(*rowView).bind(r)
}

func (m *master) row(key string) (model.Row, bool) {
	t := m.tree()
	if t == nil {
		return model.Row{}, false
	}
	// Only what was in sight can be chosen, so that this is short.
	for i := range t.Len() {
		if r := t.At(i); r.Key == key {
			return r, true
		}
	}
	return model.Row{}, false
}

// selected is a choice by mouse or arrows.
func (m *master) selected(key string) {
	if full := model.RepositoryOf(key); full != "" {
		m.p.detail.showRepository(full)
	}
}

// activated opens or closes a project; from a repository it goes on to what is in it.
func (m *master) activated(key string) {
	if full := model.RepositoryOf(key); full != "" {
		m.p.detail.showRepository(full)
		m.p.detail.focusArtifacts()
		return
	}
	if r, ok := m.row(key); ok && r.Kind == model.RowProject {
		m.toggle(r.Project.Name)
	}
}

func (m *master) toggle(project string) {
	t := m.tree()
	if t == nil {
		return
	}
	t.Toggle(project)
	m.list.Reload()
	m.apply()
}

// key takes what the list has no use for.
func (m *master) key(e *fyne.KeyEvent) {
	r, ok := m.row(m.list.Selected())
	switch e.Name {
	case fyne.KeyRight:
		if ok && r.Kind == model.RowProject && !r.Open {
			m.toggle(r.Project.Name)
		}
	case fyne.KeyLeft:
		switch {
		case ok && r.Kind == model.RowProject && r.Open:
			m.toggle(r.Project.Name)
		case ok && r.Kind == model.RowRepository && r.Depth > 0:
			project, _, _ := strings.Cut(r.Repository.Name, "/")
			m.list.Select(model.ProjectKey(project), true)
		}
	case fyne.KeyEscape:
		m.search.SetText("")
	default:
		widgets.PassKeyOn(m.list, e)
	}
}

// searchKey gives the list the keys that one line of text has no use for.
func (m *master) searchKey(e *fyne.KeyEvent) bool {
	if e.Name != fyne.KeyReturn && e.Name != fyne.KeyEnter {
		m.list.TypedKey(e)
		return true
	}
	if m.timer != nil {
		m.find()
	}
	switch t := m.tree(); {
	case t == nil:
	case m.first:
		m.enter = true // as soon as it came
	case m.list.Selected() != "":
		m.activated(m.list.Selected())
	case m.typed.Visible():
		m.openTyped()
	case t.Len() > 0 && t.At(0).Selectable():
		m.list.Select(t.At(0).Key, true)
		m.activated(t.At(0).Key)
	}
	return true
}

// menu is a row's context menu.
func (m *master) menu(key string, at fyne.Position) {
	r, ok := m.row(key)
	if !ok {
		return
	}
	name := r.Project.Name
	repo := ""
	if r.Kind == model.RowRepository {
		name = r.Repository.Name
		repo = name
	}
	items := []*fyne.MenuItem{fyne.NewMenuItem(i18n.T("registry.copy_name"), func() { m.p.copy(m.p.conn.host() + "/" + name) })}
	if m.p.conn != nil && m.p.conn.client != nil {
		items = append(items, fyne.NewMenuItem(i18n.T("registry.open_browser"), func() { m.p.openPage(r.Project.Name, repo, "") }))
	}
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), m.p.host.Window().Canvas(), at)
}
