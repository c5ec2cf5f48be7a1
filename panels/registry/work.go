package registry

import (
	"context"
	"iter"
	"strconv"
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
	"tacklebox/platform/registry/ops"
)

// workView is one timeline of all jobs, with the log of the one that is chosen.
type workView struct {
	p      *Panel
	page   *harborPage
	facts  *widgets.KeyValues
	note   *partNote
	table  *table
	log    *logView
	pause  *widgets.Button
	resume *widgets.Button
	empty  *widgets.Button
	stop   *widgets.Button
	tools  *fyne.Container
	poll   *poller

	data   *model.Work
	err    error
	events []ops.Event
}

func newWorkView(p *Panel) *workView {
	v := &workView{p: p, facts: widgets.NewKeyValues(p.tips), note: newPartNote(), log: newLogView(p)}
	v.table = newTable(p.tips, true,
		column{title: i18n.T("registry.col_job"), chars: 20},
		column{title: i18n.T("registry.col_state"), chars: 12},
		column{title: i18n.T("registry.col_started"), chars: 10, right: true, drop: 1},
		column{title: i18n.T("registry.col_took"), chars: 8, right: true, mono: true, drop: 2},
		column{title: i18n.T("registry.col_note")})
	v.table.list.OnSelected = v.selected
	v.table.kept(p, "jobs")
	v.pause = widgets.NewButton(i18n.T("registry.queue_pause"), func() { v.queue(harbor.QueuePause) })
	v.resume = widgets.NewButton(i18n.T("registry.queue_resume"), func() { v.queue(harbor.QueueResume) })
	v.empty = widgets.NewButton(i18n.T("registry.queue_stop"), func() { v.queue(harbor.QueueStop) })
	v.stop = widgets.NewButton(i18n.T("registry.job_stop"), v.stopJob)
	v.tools = widgets.NewFlow(v.pause, v.resume, v.empty, v.stop)
	split := container.NewVSplit(v.table.root, v.log.root)
	split.SetOffset(0.6)
	v.page = newHarborPage(container.NewBorder(widgets.Inset(widgets.NewColumn(v.facts, v.note.label, v.tools)), nil, nil, nil, split))
	v.poll = &poller{p: p, every: p.deps.Pace.Work, read: func(ctx context.Context, c *harbor.Client) func() {
		got, err := model.ReadWork(ctx, c)
		return func() { v.data, v.err = &got, err; v.apply() }
	}}
	v.reset()
	return v
}

func (v *workView) object() fyne.CanvasObject { return v.page.root }

func (v *workView) shown(on bool) {
	if on {
		v.poll.start()
		v.selected(v.table.list.Selected())
	} else {
		v.poll.halt()
		v.log.halt()
	}
}

func (v *workView) reset() {
	v.poll.halt()
	v.data, v.err, v.events = nil, nil, nil
	v.table.set(nil)
	v.table.list.Select("", false)
	v.log.reset()
	v.applyTools()
}

func (v *workView) apply() {
	if !v.page.show(v.p.conn) {
		return
	}
	if v.data == nil {
		fields.Tell(v.note.label, i18n.T("registry.reading"), widget.LowImportance)
		return
	}
	if v.err != nil {
		v.note.tell(v.err)
	} else {
		v.note.tell(v.data.Problems()...)
	}
	v.facts.Set(v.factRows(), false)
	v.events = v.data.Timeline()
	lines := make([]line, len(v.events))
	for i, e := range v.events {
		lines[i] = v.line(e)
	}
	v.table.set(unique(lines))
	v.applyTools()
	v.page.root.Refresh()
}

// factRows is what the job service does now.
func (v *workView) factRows() []widgets.KeyValue {
	j := v.data.Jobs
	now := v.p.deps.Now()
	var rows []widgets.KeyValue
	if j.Workers.Err == nil && len(j.Workers.Data) > 0 {
		rows = append(rows, widgets.KeyValue{Name: i18n.T("registry.workers"), Value: i18n.T("registry.workers_busy", map[string]any{"Busy": j.Busy(), "All": len(j.Workers.Data)}) + ", " + i18n.N("registry.pools", len(j.Pools.Data))})
	}
	waiting, paused := int64(0), 0
	var oldest harbor.Queue
	for _, q := range j.Queues.Data {
		waiting += q.Count
		if q.Paused {
			paused++
		}
		if q.Latency > oldest.Latency {
			oldest = q
		}
	}
	if j.Queues.Err == nil && len(j.Queues.Data) > 0 {
		text := i18n.N("registry.jobs_wait", int(waiting))
		if oldest.Latency > 0 {
			text += ", " + i18n.T("registry.oldest_waits", map[string]any{"Time": seconds(oldest.Latency), "Kind": jobWord(oldest.Type)})
		}
		if paused > 0 {
			text += ", " + i18n.N("registry.queues_paused", paused)
		}
		rows = append(rows, widgets.KeyValue{Name: i18n.T("registry.queues"), Value: text})
	}
	if w, ok := j.Holder(); ok && waiting > 0 {
		rows = append(rows, widgets.KeyValue{Name: i18n.T("registry.holder"), Value: i18n.T("registry.holder_is", map[string]any{"Kind": jobWord(w.JobName), "Time": duration(now.Sub(w.Start.Time))})})
	}
	if j.Paused.Err == nil && j.Paused.Data {
		rows = append(rows, widgets.KeyValue{Name: i18n.T("registry.schedules"), Value: i18n.T("registry.schedules_paused")})
	} else if j.Schedules.Err == nil && len(j.Schedules.Data) > 0 {
		rows = append(rows, widgets.KeyValue{Name: i18n.T("registry.schedules"), Value: i18n.N("registry.schedules_on", len(j.Schedules.Data)) + ": " + scheduleText(j.Schedules.Data)})
	}
	return rows
}

// namedSchedules is how many schedules are named in a line.
const namedSchedules = 6

// scheduleText is what runs when, in Harbor's own way to write times.
func scheduleText(all []harbor.Schedule) string {
	var parts []string
	for _, s := range all[:min(len(all), namedSchedules)] {
		parts = append(parts, jobWord(s.Vendor)+" "+registry.Clean(s.Cron, 60))
	}
	if len(all) > namedSchedules {
		parts = append(parts, "…")
	}
	return strings.Join(parts, ", ")
}

func eventKey(e ops.Event) string {
	switch {
	case e.JobID != "":
		return "job " + e.JobID
	case e.Execution != 0:
		return "execution " + strconv.FormatInt(e.Execution, 10)
	case e.GC != 0:
		return "gc " + strconv.FormatInt(e.GC, 10)
	}
	return "queue " + e.Kind
}

// line is one event.
func (v *workView) line(e ops.Event) line {
	now := v.p.deps.Now()
	level, word := stateWord(e.State)
	started, took, note := "", "", clean(e.Note)
	switch {
	case e.State == ops.StateWaiting:
		note = i18n.N("registry.jobs_wait", int(e.Waiting))
		if e.Latency > 0 {
			took = duration(e.Latency)
		}
		if e.Paused {
			level, word = widgets.LevelDegraded, i18n.T("registry.queue_paused")
		}
	case e.Start.IsZero():
	default:
		started = format.Age(e.Start, now)
		end := e.End
		if end.IsZero() && (e.State == harbor.StateRunning || e.State == harbor.StateRetrying) {
			end = now
		}
		if !end.IsZero() {
			took = duration(end.Sub(e.Start))
		}
		note = v.noteOf(e)
	}
	what := jobWord(e.Kind)
	if e.What != "" {
		what += " · " + clean(e.What)
		if e.GC != 0 {
			what = jobWord(e.Kind) + " · " + i18n.T("registry.dry_run")
		}
	}
	tip := what
	if e.Note != "" {
		tip += "\n" + registry.Clean(e.Note, 600)
	}
	if !e.Start.IsZero() {
		tip += "\n" + format.Absolute(e.Start)
	}
	by := map[int]float64{2: ageKey(e.Start)}
	return line{key: eventKey(e), level: level, by: by, tip: tip, cells: []cell{
		{what, theme.ColorNameForeground}, {word, widgets.LevelColor(level)}, {started, look.Muted}, {took, look.Muted}, {note, theme.ColorNameForeground}}}
}

// noteOf says what came of a run, in the person's language.
func (v *workView) noteOf(e ops.Event) string {
	for _, x := range v.data.Replications.Data.Executions {
		if x.ID == e.Execution && e.Execution != 0 && x.Total > 0 {
			return i18n.T("registry.run_note", map[string]any{"Done": x.Succeeded, "All": x.Total, "Failed": x.Failed})
		}
	}
	for _, g := range v.data.GCs.Data {
		if g.ID == e.GC && e.GC != 0 && g.Parameters.FreedSpace > 0 {
			return i18n.T("registry.gc_note", map[string]any{"Size": format.Size(g.Parameters.FreedSpace), "Blobs": g.Parameters.PurgedBlobs})
		}
	}
	return clean(e.Note)
}

func (v *workView) event(key string) (ops.Event, bool) {
	for _, e := range v.events {
		if eventKey(e) == key {
			return e, true
		}
	}
	return ops.Event{}, false
}

// selected follows the log of what was chosen.
func (v *workView) selected(key string) {
	v.applyTools()
	e, ok := v.event(key)
	if !ok {
		return
	}
	title := jobWord(e.Kind) + " " + clean(e.What)
	switch {
	case e.JobID != "":
		v.log.follow(key, title, func(ctx context.Context, c *harbor.Client) iter.Seq[ops.Chunk] { return ops.FollowJob(ctx, c, e.JobID) })
	case e.GC != 0:
		v.log.follow(key, title, func(ctx context.Context, c *harbor.Client) iter.Seq[ops.Chunk] { return ops.FollowGC(ctx, c, e.GC) })
	case e.Execution != 0:
		v.log.follow(key, title, func(ctx context.Context, c *harbor.Client) iter.Seq[ops.Chunk] { return followExecution(ctx, c, e) })
	default:
		v.log.reset()
	}
}

// followExecution is the log of a run's failed task, or of its first one.
func followExecution(ctx context.Context, c *harbor.Client, e ops.Event) iter.Seq[ops.Chunk] {
	return func(yield func(ops.Chunk) bool) {
		tasks, err := c.Tasks(ctx, e.Execution, "", harbor.Query{Size: harbor.MaxPage})
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			yield(ops.Chunk{Err: err, Ended: true})
			return
		case len(tasks.Items) == 0:
			// It failed before it had any: what it says of itself is all there is.
			yield(ops.Chunk{Text: registry.CleanLines(e.Note + "\n"), Fresh: true, Ended: true})
			return
		}
		at := tasks.Items[0]
		for _, t := range tasks.Items {
			if t.State() == harbor.StateFailed {
				at = t
				break
			}
		}
		ops.FollowTask(ctx, c, e.Execution, at.ID)(yield)
	}
}

// applyTools shows what can be done with what is chosen.
func (v *workView) applyTools() {
	e, ok := v.event(v.table.list.Selected())
	waiting := ok && e.State == ops.StateWaiting
	fields.SetVisible(v.pause, waiting && !e.Paused)
	fields.SetVisible(v.resume, waiting && e.Paused)
	fields.SetVisible(v.empty, waiting && e.Waiting > 0)
	fields.SetVisible(v.stop, ok && (e.State == harbor.StateRunning || e.State == harbor.StateRetrying) && (e.JobID != "" || e.Execution != 0))
	fields.SetVisible(v.tools, v.pause.Visible() || v.resume.Visible() || v.empty.Visible() || v.stop.Visible())
}

// queue pauses, resumes or empties the chosen queue.
func (v *workView) queue(a harbor.QueueAction) {
	e, ok := v.event(v.table.list.Selected())
	if !ok || v.p.conn == nil {
		return
	}
	names := v.p.onServer(e.Kind)
	text, yes := i18n.T("registry.queue_pause_confirm", names), i18n.T("registry.queue_pause")
	switch a {
	case harbor.QueueResume:
		text, yes = i18n.T("registry.queue_resume_confirm", names), i18n.T("registry.queue_resume")
	case harbor.QueueStop:
		text, yes = i18n.T("registry.queue_stop_confirm", names), i18n.T("registry.queue_stop")
	}
	v.p.act(yes, text, yes, func(ctx context.Context, c *harbor.Client) error { return c.ActOnQueue(ctx, e.Kind, a) }, v.poll.now)
}

// stopJob ends what runs.
func (v *workView) stopJob() {
	e, ok := v.event(v.table.list.Selected())
	if !ok || v.p.conn == nil {
		return
	}
	v.p.act(i18n.T("registry.job_stop"), i18n.T("registry.job_stop_confirm", v.p.onServer(jobWord(e.Kind))), i18n.T("registry.job_stop"), func(ctx context.Context, c *harbor.Client) error {
		if e.Execution != 0 {
			return c.StopReplication(ctx, e.Execution)
		}
		return c.StopJob(ctx, e.JobID)
	}, v.poll.now)
}
