package registry

import (
	"context"
	"iter"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/format"
	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/ops"
)

// tasksView lists what a run of a replication copies, each with its log.
type tasksView struct {
	p     *Panel
	log   *logView
	table *table
	note  *widget.Label
	wrong *partNote
	root  fyne.CanvasObject
	poll  *poller

	run   int64 // 0 while none is chosen
	tasks []harbor.Task
	// listed is called with how many there are to see.
	listed func(n int)
}

func newTasksView(p *Panel, log *logView, listed func(n int)) *tasksView {
	v := &tasksView{p: p, log: log, listed: listed, note: fields.Words(""), wrong: newPartNote()}
	v.table = newTable(p.tips, true,
		column{title: i18n.T("registry.col_from")},
		column{title: i18n.T("registry.col_to"), drop: 1},
		column{title: i18n.T("registry.col_state"), chars: 14},
		column{title: i18n.T("registry.col_started"), chars: 10, right: true, drop: 2})
	v.table.list.OnSelected = v.selected
	v.table.kept(p, "tasks")
	v.root = container.NewBorder(widgets.Inset(widgets.NewColumn(v.note, v.wrong.label)), nil, nil, nil, v.table.root)
	v.poll = &poller{p: p, every: p.deps.Pace.Work}
	v.reset()
	return v
}

// of lists the tasks of a run, and again until it has ended.
func (v *tasksView) of(e harbor.Execution) {
	if v.run != e.ID {
		v.reset()
	}
	v.poll.halt()
	v.run = e.ID
	if len(v.tasks) == 0 {
		fields.Tell(v.note, i18n.T("registry.reading"), widget.MediumImportance)
	}
	v.poll.read = func(ctx context.Context, c *harbor.Client) func() {
		got, err := c.Tasks(ctx, e.ID, "", harbor.Query{Size: harbor.MaxPage})
		return func() { v.apply(got, err) }
	}
	v.poll.start()
}

func (v *tasksView) apply(got harbor.Page[harbor.Task], err error) {
	v.wrong.tell(err)
	if err != nil {
		fields.Tell(v.note, "", widget.MediumImportance)
		return
	}
	v.tasks = got.Items
	var lines []line
	ended := true
	for _, t := range v.tasks {
		lines = append(lines, v.line(t))
		s := t.State()
		ended = ended && s != harbor.StateRunning && s != harbor.StateRetrying
	}
	switch {
	case len(lines) == 0:
		fields.Tell(v.note, i18n.T("registry.tasks_none"), widget.MediumImportance)
	case got.Total > len(lines):
		fields.Tell(v.note, i18n.T("registry.tasks_first", map[string]any{"N": len(lines), "All": got.Total}), widget.MediumImportance)
	default:
		fields.Tell(v.note, "", widget.MediumImportance)
	}
	v.table.set(unique(lines))
	v.listed(len(lines))
	if ended && len(lines) > 0 {
		v.poll.halt()
	}
}

func (v *tasksView) line(t harbor.Task) line {
	level, word := stateWord(t.State())
	tip := registry.Clean(t.Source, 400) + " → " + registry.Clean(t.Destination, 400) + "\n" + format.Absolute(t.Start.Time)
	return line{key: strconv.FormatInt(t.ID, 10), level: level, by: map[int]float64{3: ageKey(t.Start.Time)}, tip: tip, cells: []cell{
		{orDash(clean(t.Source)), theme.ColorNameForeground}, {orDash(clean(t.Destination)), look.Muted}, {word, widgets.LevelColor(level)}, {format.Age(t.Start.Time, v.p.deps.Now()), look.Muted}}}
}

// selected follows the log of a task.
func (v *tasksView) selected(key string) {
	for _, t := range v.tasks {
		if strconv.FormatInt(t.ID, 10) == key {
			run := v.run
			v.log.follow("task "+key, orDash(clean(t.Source)), func(ctx context.Context, c *harbor.Client) iter.Seq[ops.Chunk] {
				return ops.FollowTask(ctx, c, run, t.ID)
			})
			return
		}
	}
	v.log.reset()
}

func (v *tasksView) reset() {
	v.poll.halt()
	v.run, v.tasks = 0, nil
	v.table.set(nil)
	v.table.list.Select("", false)
	v.wrong.tell(nil)
	fields.Tell(v.note, i18n.T("registry.tasks_choose"), widget.MediumImportance)
	v.listed(0)
}
