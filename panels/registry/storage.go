package registry

import (
	"context"
	"fmt"
	"math"
	"strconv"

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
)

// storageView is how much room there is, who takes it, and what was freed.
type storageView struct {
	p      *Panel
	page   *harborPage
	facts  *widgets.KeyValues
	note   *partNote
	quotas *table
	gcs    *table
	dry    *widgets.Button
	wet    *widgets.Button
	poll   *poller

	data *model.Storage
	// tried is true once a dry run was started here: then the real one is offered.
	tried bool
}

func newStorageView(p *Panel) *storageView {
	v := &storageView{p: p, facts: widgets.NewKeyValues(p.tips), note: newPartNote()}
	v.quotas = newTable(p.tips, true,
		column{title: i18n.T("registry.col_project")},
		column{title: i18n.T("registry.col_used"), chars: 9, right: true, mono: true},
		column{title: i18n.T("registry.col_limit"), chars: 9, right: true, mono: true},
		column{title: "%", chars: 5, right: true, mono: true})
	v.gcs = newTable(p.tips, true,
		column{title: i18n.T("registry.col_gc")},
		column{title: i18n.T("registry.col_state"), chars: 14},
		column{title: i18n.T("registry.col_started"), chars: 13, right: true},
		column{title: i18n.T("registry.col_freed"), chars: 9, right: true, mono: true},
		column{title: i18n.T("registry.col_blobs"), chars: 8, right: true, mono: true, drop: 1})
	v.quotas.kept(p, "quotas")
	v.gcs.kept(p, "gcs")
	v.dry = widgets.NewButton(i18n.T("registry.gc_dry"), func() { v.collect(true) })
	v.wet = widgets.NewButton(i18n.T("registry.gc_run"), func() { v.collect(false) })
	split := container.NewVSplit(v.quotas.root, v.gcs.root)
	v.page = newHarborPage(container.NewBorder(widgets.Inset(widgets.NewColumn(v.facts, v.note.label, container.NewHBox(v.dry, v.wet))), nil, nil, nil, split))
	v.poll = &poller{p: p, every: p.deps.Pace.Room, read: func(ctx context.Context, c *harbor.Client) func() {
		got := model.ReadStorage(ctx, c)
		return func() { v.data = &got; v.apply() }
	}}
	v.reset()
	return v
}

func (v *storageView) object() fyne.CanvasObject { return v.page.root }

func (v *storageView) shown(on bool) {
	if on {
		v.poll.start()
	} else {
		v.poll.halt()
	}
}

func (v *storageView) reset() {
	v.poll.halt()
	v.data, v.tried = nil, false
	v.quotas.set(nil)
	v.gcs.set(nil)
	v.dry.Hide()
	v.wet.Hide()
}

func (v *storageView) apply() {
	if !v.page.show(v.p.conn) {
		return
	}
	if v.data == nil {
		fields.Tell(v.note.label, i18n.T("registry.reading"), widget.LowImportance)
		return
	}
	d := v.data
	v.note.tell(apart(d.Volumes.Err, d.Quotas.Err, d.GCs.Err)...)
	v.facts.Set(v.factRows(), false)
	v.quotas.set(unique(quotaLines(d.Quotas.Data)))
	var lines []line
	for _, g := range d.GCs.Data {
		lines = append(lines, v.gcLine(g))
	}
	v.gcs.set(unique(lines))
	fields.SetVisible(v.dry, d.GCs.Err == nil)
	fields.SetVisible(v.wet, d.GCs.Err == nil && (v.tried || len(d.GCs.Data) > 0 && d.GCs.Data[0].Parameters.DryRun))
	v.page.root.Refresh()
}

// apart leaves out errors that say the same.
func apart(errs ...error) []error {
	var out []error
	seen := map[string]bool{}
	for _, err := range errs {
		if err == nil {
			continue
		}
		text := explain(err)
		if !seen[text] {
			seen[text] = true
			out = append(out, err)
		}
	}
	return out
}

func (v *storageView) factRows() []widgets.KeyValue {
	d := v.data
	var rows []widgets.KeyValue
	for i, x := range d.Volumes.Data {
		if x.Total == 0 || x.Free > x.Total {
			continue
		}
		name := i18n.T("registry.volume")
		if len(d.Volumes.Data) > 1 {
			name += " " + strconv.Itoa(i+1)
		}
		rows = append(rows, widgets.KeyValue{Name: name, Value: i18n.T("registry.volume_free", map[string]any{"Free": format.Size(int64(x.Free)), "Total": format.Size(int64(x.Total))})})
	}
	if d.Schedule.Err == nil {
		text := i18n.T("registry.gc_unscheduled")
		if s := d.Schedule.Data; s != nil && s.Schedule != nil && s.Schedule.Cron != "" {
			text = registry.Clean(s.Schedule.Cron, 100)
		}
		rows = append(rows, widgets.KeyValue{Name: i18n.T("registry.gc_schedule"), Value: text, Mono: d.Schedule.Data != nil})
	}
	if d.More > 0 {
		rows = append(rows, widgets.KeyValue{Name: i18n.T("registry.quotas"), Value: i18n.N("registry.quotas_more", d.More)})
	}
	return rows
}

func quotaLines(all []harbor.Quota) []line {
	var out []line
	for _, q := range all {
		limit, share, level := "–", "", widgets.LevelGood
		by := map[int]float64{1: float64(q.Used.Storage), 2: math.Inf(1), 3: 0}
		if h := q.Hard.Storage; h > 0 {
			limit = format.Size(h)
			full := float64(q.Used.Storage) / float64(h) * 100
			share = fmt.Sprintf("%.0f", full)
			by[2], by[3] = float64(h), full
			switch {
			case full >= 98:
				level = widgets.LevelFailed
			case full >= 85:
				level = widgets.LevelDegraded
			}
		}
		colour := theme.ColorNameForeground
		if level != widgets.LevelGood {
			colour = widgets.LevelColor(level)
		}
		out = append(out, line{key: q.Ref.Name, level: level, by: by, tip: cut(q.Ref.Name), cells: []cell{
			{clean(q.Ref.Name), theme.ColorNameForeground}, {format.Size(q.Used.Storage), theme.ColorNameForeground}, {limit, look.Muted}, {share, colour}}})
	}
	return out
}

func (v *storageView) gcLine(g harbor.GC) line {
	level, word := widgets.LevelUnknown, registry.Clean(g.Status, 40)
	switch g.Status {
	case "Success", "Succeed", "Finished":
		level, word = stateWord(harbor.StateSuccess)
	case "Error", "Failed":
		level, word = stateWord(harbor.StateFailed)
	case "Stopped":
		level, word = stateWord(harbor.StateStopped)
	case "Running", "Pending", "Scheduled":
		level, word = stateWord(harbor.StateRunning)
	}
	what := i18n.T("registry.job_gc")
	if g.Parameters.DryRun {
		what += " · " + i18n.T("registry.dry_run")
	}
	by := map[int]float64{2: ageKey(g.Created.Time), 3: float64(g.Parameters.FreedSpace), 4: float64(g.Parameters.PurgedBlobs)}
	return line{key: strconv.FormatInt(g.ID, 10), level: level, by: by, tip: what + "\n" + format.Absolute(g.Created.Time), cells: []cell{
		{what, theme.ColorNameForeground}, {word, widgets.LevelColor(level)}, {format.Age(g.Created.Time, v.p.deps.Now()), look.Muted},
		{sizeOrDash(g.Parameters.FreedSpace), theme.ColorNameForeground}, {strconv.FormatInt(g.Parameters.PurgedBlobs, 10), look.Muted}}}
}

// collect starts a garbage collection; the real one is offered after a dry run only.
func (v *storageView) collect(dry bool) {
	if v.p.conn == nil {
		return
	}
	word, text := i18n.T("registry.gc_run"), i18n.T("registry.gc_run_confirm", map[string]any{"Host": v.p.conn.host()})
	if dry {
		word, text = i18n.T("registry.gc_dry"), i18n.T("registry.gc_dry_confirm", map[string]any{"Host": v.p.conn.host()})
	}
	v.p.act(word, text, word, func(ctx context.Context, c *harbor.Client) error {
		_, err := c.RunGC(ctx, harbor.GCOptions{DryRun: dry, DeleteUntagged: false, Workers: 1})
		return err
	}, func() { v.tried = v.tried || dry; v.poll.now() })
}
