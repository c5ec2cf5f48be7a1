package registry

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"tacklebox/panels/format"
	"tacklebox/panels/i18n"
	"tacklebox/panels/registry/model"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
)

// tagsView is the list of all artifacts of the repository.
type tagsView struct {
	v     *imagesView
	table *table
	root  *fyne.Container
}

func newTagsView(v *imagesView) *tagsView {
	t := &tagsView{v: v}
	t.table = newTable(v.p.tips, true,
		column{title: i18n.T("registry.col_tags")},
		column{title: i18n.T("registry.col_platform"), chars: 14, drop: 2},
		column{title: i18n.T("registry.col_cves"), chars: 22, drop: 3},
		column{title: i18n.T("registry.col_size"), chars: 8, right: true, mono: true},
		column{title: i18n.T("registry.col_pushed"), chars: 12, right: true, drop: 1},
		column{title: i18n.T("registry.col_digest"), chars: 12, mono: true, drop: 4},
	)
	t.table.length = func() int {
		if a := t.arts(); a != nil {
			return a.Len()
		}
		return 0
	}
	t.table.row = t.line
	t.table.list.OnSelected = t.selected
	t.table.list.OnActivated = func(key string) { t.selected(key); v.launch() }
	t.table.list.OnVisible = func(first, last int) {
		if a := t.arts(); a != nil && v.visible {
			a.Show(first, last)
		}
	}
	t.table.list.OnRune = func(r rune) {
		if r == 'd' || r == 'D' {
			v.launch()
		}
	}
	t.table.list.OnKey = func(e *fyne.KeyEvent) {
		switch e.Name {
		case fyne.KeyEscape, fyne.KeyLeft:
			v.p.host.Window().Canvas().Focus(v.p.master.list)
		default:
			widgets.PassKeyOn(t.table.list, e)
		}
	}
	t.table.kept(v.p, "tags")
	t.root = container.NewStack(t.table.root)
	return t
}

func (t *tagsView) arts() *model.Artifacts {
	if t.v.p.conn == nil {
		return nil
	}
	return t.v.p.conn.arts
}

func (t *tagsView) reset() {
	t.table.list.Select("", false)
	t.table.list.Reload()
	t.table.list.ScrollTop()
}

// changed shows what came.
func (t *tagsView) changed() { t.table.list.Reload() }

func (t *tagsView) apply() {}

// mark chooses the row of an artifact.
func (t *tagsView) mark(a browse.Artifact) { t.table.list.Select(model.ArtifactKey(a), true) }

func (t *tagsView) selected(key string) {
	a := t.arts()
	if a == nil {
		return
	}
	for i := range a.Len() {
		if x, state := a.At(i); state == browse.RowReady && model.ArtifactKey(x) == key {
			t.v.showArtifact(x)
			return
		}
	}
}

// line is one artifact.
func (t *tagsView) line(i int) line {
	a := t.arts()
	if a == nil {
		return line{key: fmt.Sprint(i), idle: true}
	}
	x, state := a.At(i)
	if state != browse.RowReady {
		text := cell{"…", look.Muted}
		if state == browse.RowFailed {
			text = cell{explain(a.Err()), widgets.LevelColor(widgets.LevelFailed)}
		}
		return line{key: fmt.Sprint("#", i), idle: true, cells: []cell{text}}
	}
	names := make([]string, 0, len(x.Tags))
	for _, n := range x.Tags {
		names = append(names, clean(n))
	}
	tags := cell{strings.Join(names, ", "), theme.ColorNameForeground}
	if len(x.Tags) == 0 {
		tags = cell{i18n.T("registry.untagged"), look.Muted}
	}
	level, cves := scanLevel(x.Scan)
	if x.Scan == nil {
		level = ""
	}
	l := line{key: model.ArtifactKey(x), level: level, cells: []cell{
		tags, {kindText(x), look.Muted}, {cves, widgets.LevelColor(level)}, {sizeOrDash(x.Size), theme.ColorNameForeground},
		{format.Age(x.Pushed, t.v.p.deps.Now()), look.Muted}, {shortDigest(x.Digest), look.Muted},
	}}
	tip := []string{registry.Clean(tags.text, 400)}
	if x.Digest != "" {
		tip = append(tip, registry.Clean(x.Digest, 200))
	}
	if !x.Pushed.IsZero() {
		tip = append(tip, i18n.T("registry.pushed_at", map[string]any{"Time": format.Absolute(x.Pushed)}))
	}
	if !x.Pulled.IsZero() {
		tip = append(tip, i18n.T("registry.pulled_at", map[string]any{"Time": format.Absolute(x.Pulled)}))
	}
	l.tip = strings.Join(tip, "\n")
	return l
}

// kindText is the platform, how many of them, or what else it is.
func kindText(x browse.Artifact) string {
	n := 0
	for _, c := range x.Children {
		if c.Platform != "" {
			n++
		}
	}
	switch {
	case x.Type != "" && x.Type != "IMAGE":
		return clean(x.Type)
	case n > 1:
		return i18n.N("registry.platforms", n)
	case n == 1:
		return clean(first(x.Children))
	}
	return clean(x.Platform)
}

func sizeOrDash(n int64) string {
	if n <= 0 {
		return "–"
	}
	return format.Size(n)
}
