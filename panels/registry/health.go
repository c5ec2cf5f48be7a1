package registry

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/format"
	"tacklebox/panels/i18n"
	"tacklebox/panels/registry/model"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/watch"
)

// healthView is how the components of a Harbor are.
type healthView struct {
	p     *Panel
	page  *harborPage
	title *widget.Label
	about *widgets.KeyValues
	note  *partNote
	table *table
	poll  *poller

	data *model.Health
}

func newHealthView(p *Panel) *healthView {
	v := &healthView{p: p, title: titleText(""), about: widgets.NewKeyValues(p.tips), note: newPartNote()}
	v.table = newTable(p.tips, true,
		column{title: i18n.T("registry.col_component"), chars: 14},
		column{title: i18n.T("registry.col_state"), chars: 14},
		column{title: i18n.T("registry.col_since"), chars: 12, drop: 1},
		column{title: i18n.T("registry.col_says")})
	v.table.kept(p, "health")
	v.table.list.OnActivated = func(key string) { p.copyLine(v.table, key) }
	v.page = newHarborPage(container.NewBorder(widgets.Inset(widgets.NewColumn(v.title, v.about, v.note.label)), nil, nil, nil, v.table.root))
	v.poll = &poller{p: p, every: p.deps.Pace.Health, read: func(ctx context.Context, c *harbor.Client) func() {
		got := model.ReadHealth(ctx, c)
		return func() { v.data = &got; v.apply() }
	}}
	return v
}

func (v *healthView) object() fyne.CanvasObject { return v.page.root }

func (v *healthView) shown(on bool) {
	if on {
		v.poll.start()
	} else {
		v.poll.halt()
	}
}

func (v *healthView) reset() {
	v.poll.halt()
	v.data = nil
	v.table.set(nil)
}

func (v *healthView) apply() {
	x := v.p.conn
	if !v.page.show(x) {
		return
	}
	rows := []widgets.KeyValue{
		{Name: i18n.T("registry.server"), Value: x.c.URL, Mono: true},
		{Name: i18n.T("registry.version"), Value: product(x.facts)},
		{Name: i18n.T("registry.account"), Value: accountWord(x)},
	}
	if v.data == nil {
		fields.Tell(v.title, i18n.T("registry.reading"), widget.MediumImportance)
		v.about.Set(rows, false)
		return
	}
	d := v.data
	if c := d.Counts; c.Err == nil {
		projects, repos := c.Data.TotalProjects, c.Data.TotalRepos
		if projects == 0 {
			projects, repos = c.Data.PublicProjects+c.Data.PrivateProjects, c.Data.PublicRepos+c.Data.PrivateRepos
		}
		rows = append(rows, widgets.KeyValue{Name: i18n.T("registry.content"), Value: i18n.N("registry.projects", int(projects)) + ", " + i18n.N("registry.repositories", int(repos))})
	}
	v.about.Set(rows, false)
	v.note.tell(d.Components.Err)
	var lines []line
	bad := 0
	since := v.since()
	for _, c := range d.Components.Data {
		level, word := widgets.LevelGood, i18n.T("registry.healthy")
		if c.Status != harbor.Healthy {
			level, word = widgets.LevelFailed, i18n.T("registry.unhealthy")
			bad++
		}
		when := ""
		if s, ok := since[c.Name]; ok && s.Healthy == (c.Status == harbor.Healthy) && !s.Since.IsZero() {
			when = format.Age(s.Since, v.p.deps.Now())
		}
		lines = append(lines, line{key: c.Name, level: level, tip: registry.Clean(c.Name+": "+c.Status+"\n"+c.Error, 1000), cells: []cell{
			{clean(c.Name), theme.ColorNameForeground}, {word, widgets.LevelColor(level)}, {when, look.Muted}, {clean(c.Error), theme.ColorNameForeground}}})
	}
	slices.SortStableFunc(lines, func(a, b line) int {
		if a.level != b.level {
			return strings.Compare(string(a.level), string(b.level)) // "failed" before "good"
		}
		return strings.Compare(a.key, b.key)
	})
	v.table.set(unique(lines))
	switch {
	case d.Components.Err != nil:
		fields.Tell(v.title, i18n.T("registry.health_unknown"), widget.MediumImportance)
	case bad > 0:
		fields.Tell(v.title, i18n.N("registry.health_bad", bad), widget.MediumImportance)
	default:
		fields.Tell(v.title, i18n.T("registry.health_good"), widget.MediumImportance)
	}
	v.page.root.Refresh()
}

// since is what the watch knows of the components: it looks also while nobody does.
func (v *healthView) since() map[string]watch.Component {
	out := map[string]watch.Component{}
	if s, ok := v.p.statusOf(v.p.conn.id); ok {
		for _, c := range s.Components {
			out[c.Name] = c
		}
	}
	return out
}

// componentsLevel is the worst of the components.
func componentsLevel(all []watch.Component) widgets.Level {
	for _, c := range all {
		if !c.Healthy {
			return widgets.LevelFailed
		}
	}
	return widgets.LevelGood
}
