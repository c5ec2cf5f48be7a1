package registry

import (
	"context"
	"iter"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

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

// replicationsView has every failure of the last runs on one page.
type replicationsView struct {
	p     *Panel
	page  *harborPage
	title *widget.Label
	clash *widget.Label
	note  *partNote
	table *table
	log   *logView
	again *widgets.Button
	poll  *poller

	lists    *widgets.Tabs
	policies *table
	runs     *table
	tasks    *tasksView
	start    *widgets.Button
	stop     *widgets.Button

	// reader remembers what ended tasks said, for one connection.
	reader atomic.Pointer[ops.Failures]
	data   *ops.Replications
	err    error
}

// lastRuns is how many runs are looked at.
const lastRuns = 50

func newReplicationsView(p *Panel) *replicationsView {
	v := &replicationsView{p: p, title: titleText(""), clash: fields.Words(""), note: newPartNote(), log: newLogView(p)}
	v.clash.Importance = widget.WarningImportance
	v.clash.Hide()
	v.table = newTable(p.tips, true,
		column{title: i18n.T("registry.col_policy"), chars: 18},
		column{title: i18n.T("registry.col_what"), chars: 24, drop: 1},
		column{title: i18n.T("registry.col_when"), chars: 12, right: true, drop: 2},
		column{title: i18n.T("registry.col_error")})
	v.table.list.OnSelected = v.selected
	v.table.kept(p, "replications")
	v.again = widgets.NewButton(i18n.T("registry.run_again"), v.runAgain)
	v.makeLists()
	split := container.NewVSplit(v.lists, v.log.root)
	split.SetOffset(0.55)
	v.page = newHarborPage(container.NewBorder(widgets.Inset(widgets.NewColumn(v.title, v.clash, v.note.label, widgets.NewFlow(v.again, v.start, v.stop))), nil, nil, nil, split))
	v.poll = &poller{p: p, every: p.deps.Pace.Work, read: func(ctx context.Context, c *harbor.Client) func() {
		got, err := v.reader.Load().Read(ctx, c)
		return func() { v.data, v.err = &got, err; v.apply() }
	}}
	v.reset()
	return v
}

func (v *replicationsView) object() fyne.CanvasObject { return v.page.root }

func (v *replicationsView) shown(on bool) {
	if on {
		v.poll.start()
		v.follow()
	} else {
		v.poll.halt()
		v.tasks.poll.halt()
		v.log.halt()
	}
}

func (v *replicationsView) reset() {
	v.poll.halt()
	v.reader.Store(&ops.Failures{Last: lastRuns, Logs: ops.LogsAtOnce})
	v.data, v.err = nil, nil
	for _, t := range []*table{v.table, v.policies, v.runs} {
		t.set(nil)
		t.list.Select("", false)
	}
	v.tasks.reset()
	v.log.reset()
	v.applyButtons()
}

func (v *replicationsView) apply() {
	if !v.page.show(v.p.conn) {
		return
	}
	if v.data == nil {
		fields.Tell(v.title, i18n.T("registry.reading"), widget.MediumImportance)
		return
	}
	d := v.data
	v.note.tell(v.err, d.Policies.Err)
	switch {
	case v.err != nil:
		fields.Tell(v.title, "", widget.MediumImportance)
	case len(d.Failures) > 0:
		text := i18n.N("registry.replications_failed", len(d.Failures)+d.More)
		if d.More > 0 {
			text += i18n.N("registry.replications_more", d.More)
		}
		fields.Tell(v.title, text, widget.MediumImportance)
	case len(d.Executions) == 0 && len(d.Policies.Data) == 0:
		fields.Tell(v.title, i18n.T("registry.replications_none"), widget.MediumImportance)
	default:
		fields.Tell(v.title, i18n.N("registry.replications_good", len(d.Executions)), widget.MediumImportance)
	}
	var clashes []string
	for _, c := range d.Clashes {
		clashes = append(clashes, i18n.T("registry.replications_clash", map[string]any{"Where": clean(c.Where), "Policies": clean(strings.Join(c.Policies, ", "))}))
	}
	fields.Tell(v.clash, strings.Join(clashes, "\n"), widget.WarningImportance)
	var lines []line
	for _, f := range d.Failures {
		lines = append(lines, v.line(f))
	}
	v.table.set(unique(lines))
	v.applyLists()
	v.applyButtons()
}

func failureKey(f ops.Failure) string {
	key := "e" + strconv.FormatInt(f.Execution.ID, 10)
	if f.Task != nil {
		key += " t" + strconv.FormatInt(f.Task.ID, 10)
	}
	return key
}

func (v *replicationsView) line(f ops.Failure) line {
	level, what := widgets.LevelFailed, i18n.T("registry.no_task")
	if f.Task != nil {
		what = clean(f.Task.Source)
	}
	text := clean(errorLine(failureLine(f)))
	if f.Retrying {
		level = widgets.LevelDegraded
		text = i18n.T("registry.state_retrying") + ": " + text
	}
	tip := clean(f.Policy) + "\n" + registry.Clean(what, 400)
	if f.Task != nil {
		tip += " → " + registry.Clean(f.Task.Destination, 400)
	}
	tip += "\n" + format.Absolute(f.Execution.Start.Time) + "\n" + registry.Clean(failureLine(f), 600)
	return line{key: failureKey(f), level: level, by: map[int]float64{2: ageKey(f.Execution.Start.Time)}, tip: tip, cells: []cell{
		{clean(f.Policy), theme.ColorNameForeground}, {what, theme.ColorNameForeground}, {format.Age(f.Execution.Start.Time, v.p.deps.Now()), look.Muted}, {text, widgets.LevelColor(level)}}}
}

// logPrefix is what stands before the words of a line of Harbor's logs.
var logPrefix = regexp.MustCompile(`^\S+T\S+\s+\[[A-Z]+\]\s+(\[[^\]]*\]:?\s*)*`)

// failureLine is why it failed, in the server's words or in ours.
func failureLine(f ops.Failure) string {
	switch f.Silent {
	case ops.SilentRun:
		return i18n.T("registry.silent_run")
	case ops.SilentLog:
		return i18n.T("registry.silent_log")
	case ops.SilentYet:
		return i18n.T("registry.reading")
	case ops.SilentError:
		return explain(f.Err)
	}
	return f.Line
}

// errorLine is a line without the time and the place in the source.
func errorLine(text string) string {
	if short := strings.TrimSpace(logPrefix.ReplaceAllString(text, "")); short != "" {
		return short
	}
	return text
}

func (v *replicationsView) failure(key string) (ops.Failure, bool) {
	if v.data == nil {
		return ops.Failure{}, false
	}
	for _, f := range v.data.Failures {
		if failureKey(f) == key {
			return f, true
		}
	}
	return ops.Failure{}, false
}

// selected follows the log of the task that failed.
func (v *replicationsView) selected(key string) {
	f, ok := v.failure(key)
	v.applyButtons()
	if !ok {
		return
	}
	title := clean(f.Policy)
	v.log.follow(key, title, func(ctx context.Context, c *harbor.Client) iter.Seq[ops.Chunk] {
		if f.Task == nil {
			return func(yield func(ops.Chunk) bool) {
				yield(ops.Chunk{Text: registry.CleanLines(failureLine(f) + "\n"), Fresh: true, Ended: true})
			}
		}
		return ops.FollowTask(ctx, c, f.Execution.ID, f.Task.ID)
	})
}

// runAgain starts the policy of the failure that is chosen.
func (v *replicationsView) runAgain() {
	f, ok := v.failure(v.table.list.Selected())
	if !ok || v.p.conn == nil {
		return
	}
	word := i18n.T("registry.run_again")
	v.p.act(word, i18n.T("registry.run_again_confirm", v.p.onServer(f.Policy)), word, func(ctx context.Context, c *harbor.Client) error {
		_, err := c.StartReplication(ctx, f.Execution.PolicyID)
		return err
	}, v.poll.now)
}

// seconds is a number of seconds as a stopwatch shows it.
func seconds(n int64) string { return duration(time.Duration(n) * time.Second) }
