package alerts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	figures "tacklebox/panels/latency/model"
	"tacklebox/panels/latency/reasons"
	"tacklebox/panels/widgets"
	model "tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/service"
)

// dryRun tries a rule on what was measured.
type dryRun struct {
	p     *page
	typed func() (alert.Rule, error)

	span          *fields.Choice[time.Duration]
	start, cancel *widgets.Button
	copy          *widgets.Button
	meter         *widgets.Meter
	note, sum     *widget.Label
	src           *lines
	list          *widgets.RowList
	box           fyne.CanvasObject
	root          fyne.CanvasObject
	ready         bool
	quit          context.CancelFunc // of the run, nil when none runs
	serial        int
	text          string // of all lines
}

// maxEvents is how many lines are listed.
const maxEvents = 5000

const day = 24 * time.Hour

func newDryRun(p *page, typed func() (alert.Rule, error)) *dryRun {
	d := &dryRun{p: p, typed: typed, src: &lines{tips: p.w.Tips(), short: true}}
	d.span = fields.NewChoice([]fields.Option[time.Duration]{{Value: day, Text: i18n.T("latency.alerts_one_day")}, {Value: 7 * day, Text: i18n.T("latency.alerts_one_week")},
		{Value: 30 * day, Text: i18n.T("latency.alerts_one_month")}, {Value: 365 * day, Text: i18n.T("latency.alerts_one_year")}}, nil)
	d.start = widgets.NewButton(i18n.T("latency.alerts_try_rule"), d.run)
	d.cancel = widgets.NewButton(i18n.T("Cancel"), d.stop)
	d.cancel.Hide()
	d.copy = widgets.NewFlatButton(i18n.T("latency.copy_lines"), theme.ContentCopyIcon(), func() { fyne.CurrentApp().Clipboard().SetContent(d.text) })
	d.copy.Hide()
	d.meter = widgets.NewMeter()
	d.meter.Hide()
	d.note, d.sum = fields.Words(""), fields.Words("")
	d.note.Importance = widget.DangerImportance
	d.note.Selectable, d.sum.Selectable = true, true
	d.note.Hide()
	d.sum.Hide()
	d.list = widgets.NewRowList(d.src, p.w.Tips())
	d.box = fields.Tall(220, fields.Framed(d.list))
	d.box.Hide()
	d.root = widgets.NewColumn(widget.NewSeparator(), fields.Heading(i18n.T("latency.alerts_dry_title")), fields.Muted(i18n.T("latency.alerts_dry_hint")),
		fields.New(i18n.T("latency.alerts_dry_span"), d.span.Select).Box, d.note, widgets.NewFlow(d.start, d.cancel, d.copy), d.meter, d.sum, d.box)
	return d
}

// say tells what keeps the rule from working.
func (d *dryRun) say(text string) { fields.Tell(d.note, text, widget.DangerImportance) }

func (d *dryRun) buttons(ready bool) {
	d.ready = ready
	fields.SetEnabled(d.start, ready && d.quit == nil)
	fields.SetVisible(d.cancel, d.quit != nil)
	fields.SetVisible(d.meter, d.quit != nil)
	fields.SetVisible(d.copy, d.quit == nil && d.text != "")
}

// stop ends a run.
func (d *dryRun) stop() {
	if d.quit != nil {
		d.quit()
	}
}

// run tries what the form says now.
func (d *dryRun) run() {
	r, err := d.typed()
	if err != nil || d.quit != nil {
		return
	}
	ctx, quit := context.WithCancel(d.p.ctx)
	d.quit = quit
	d.serial++
	d.text = ""
	d.box.Hide()
	began := d.p.d.Now()
	to := began
	from := to.Add(-d.span.Value())
	d.meter.Set(0)
	fields.Tell(d.sum, i18n.T("latency.alerts_dry_running", map[string]any{"Time": figures.Span(0)}), widget.LowImportance)
	d.buttons(d.ready)
	d.root.Refresh()
	told := began
	d.p.w.Background(func(tab context.Context) func() {
		defer context.AfterFunc(tab, quit)()
		tried, err := d.p.svc.DryRun(ctx, r, from, to, func(at time.Time) {
			now := d.p.d.Now()
			if now.Sub(told) < 200*time.Millisecond {
				return
			}
			told = now
			d.p.d.Do(func() {
				if d.quit == nil || d.p.closed() {
					return
				}
				d.meter.Set(float64(at.Sub(from)) / float64(to.Sub(from)))
				d.sum.SetText(i18n.T("latency.alerts_dry_running", map[string]any{"Time": figures.Span(now.Sub(began))}))
			})
		})
		ended := ctx.Err() != nil
		quit()
		return func() {
			d.quit = nil
			if !d.p.closed() {
				d.show(&r, tried, err, ended, from)
			}
		}
	})
}

// show tells what the rule would have told.
func (d *dryRun) show(r *alert.Rule, tried service.Tried, err error, ended bool, from time.Time) {
	events := tried.Events
	raised, held := 0, 0
	of := map[model.TargetID]bool{}
	d.src.list = nil
	var text strings.Builder
	since := map[model.TargetID]time.Time{}
	for i := range events {
		e := &events[i]
		why := reasons.Seen(e.Why, e.Said)
		l := line{key: fmt.Sprint(i), tip: why}
		l.word, l.level = levelWord(e.Level)
		switch e.Kind {
		case alert.Raised:
			if e.Was == alert.OK || e.Was == alert.Unknown {
				raised++
				since[e.On] = e.At
			}
			of[e.On] = true
		case alert.Held:
			held++
			l.word, l.level = i18n.T("latency.alerts_held_word"), widgets.LevelUnknown
		case alert.Cleared:
			l.word = i18n.T("latency.alerts_cleared")
			if begun, ok := since[e.On]; ok {
				l.state = figures.Span(e.At.Sub(begun))
				delete(since, e.On)
			}
		case alert.Active:
			continue // the same alert, told once more
		}
		l.name = e.At.Local().Format("01-02 15:04:05") + "  " + d.p.name(e.On)
		if e.Kind != alert.Cleared {
			l.state = why
		}
		if len(d.src.list) < maxEvents {
			d.src.list = append(d.src.list, l)
		}
		fmt.Fprintf(&text, "%s\t%s\t%s\t%s\n", e.At.Local().Format(time.RFC3339), l.word, d.p.name(e.On), why)
	}
	d.text = text.String()
	sum, importance := i18n.T("latency.alerts_dry_none"), widget.MediumImportance
	if raised > 0 {
		sum = i18n.N("latency.alerts_dry_sum", raised, map[string]any{"Targets": i18n.N("latency.targets", len(of))})
	}
	if held > 0 {
		sum += " " + i18n.N("latency.alerts_dry_held", held)
	}
	if len(events) > maxEvents {
		sum += " " + i18n.T("latency.alerts_dry_more", map[string]any{"N": maxEvents})
	}
	switch {
	case ended || errors.Is(err, context.Canceled):
		sum, importance = i18n.T("latency.alerts_dry_cancelled")+" "+sum, widget.WarningImportance
	case err != nil && len(events) == 0:
		sum, importance = i18n.T("latency.alerts_dry_failed", map[string]any{"Error": reasons.Text(err)}), widget.DangerImportance
	case err == nil && tried.Rows == 0:
		// No verdict: nothing was looked at.
		sum, importance = i18n.T("latency.alerts_dry_nothing"), widget.WarningImportance
	case err != nil:
		sum, importance = sum+" "+i18n.T("latency.alerts_dry_partly", map[string]any{"Error": reasons.Text(err)}), widget.WarningImportance
	}
	if tried.RolledUp {
		sum += " " + i18n.T("latency.alerts_dry_rolled")
	}
	if tried.First.After(from) {
		from = tried.First // nothing is stored from before
	}
	fields.Tell(d.sum, i18n.T("latency.alerts_dry_from", map[string]any{"From": at(from)})+" "+sum, importance)
	d.list.Reload()
	d.list.ScrollTop()
	fields.SetVisible(d.box, len(d.src.list) > 0)
	d.buttons(d.ready)
	d.root.Refresh()
}
