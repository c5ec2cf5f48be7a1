package l2tp

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/widgets"
	"tacklebox/platform/l2tp/pc"
)

// restart is what goes on about restarts.
type restart struct {
	told      bool // that a value was lost
	back      bool // it came to the front after a restart
	busy      bool
	services  bool // they were restarted
	scheduled bool
	err       error
}

// afresh is for other values than before.
func (r *restart) afresh() { *r = restart{told: r.told, back: r.back} }

// restartBox offers what makes new values count: the services first, and the PC
// with a click of its own.
type restartBox struct {
	p    *Panel
	root *fyne.Container
	text *widget.Label
	note *widget.Label
	bad  *widget.Label
	try  *widgets.Button
	pc   *widgets.Button
	stop *widgets.Button
}

func newRestartBox(p *Panel) *restartBox {
	b := &restartBox{p: p, text: sentence(""), note: caption(i18n.T("l2tp.restart_about")), bad: sentence("")}
	b.try = widgets.NewButton(i18n.T("l2tp.try_now"), b.restartServices)
	b.pc = widgets.NewButton(i18n.T("l2tp.restart_pc"), b.restartPC)
	b.stop = widgets.NewButton(i18n.T("l2tp.restart_abort"), b.abort)
	b.stop.Importance = widget.WarningImportance
	b.root = widgets.NewColumn(boxed(widgets.NewColumn(marked(model.Degraded, widgets.NewColumn(b.text, b.note, inset(widgets.NewFlow(b.try, b.pc, b.stop)), b.bad)))))
	b.root.Hide()
	return b
}

func (b *restartBox) apply(wanted bool) {
	r := &b.p.restart
	show := (wanted || r.scheduled) && !b.p.w.Wine()
	fields.SetVisible(b.root, show)
	if !show {
		return
	}
	text := i18n.T("l2tp.restart_waits")
	switch {
	case r.scheduled:
		text = i18n.T("l2tp.restart_soon")
	case r.busy:
		text = i18n.T("l2tp.restart_busy")
	case r.services:
		text = i18n.T("l2tp.restart_services_done")
	}
	if b.text.Text != text {
		b.text.SetText(text)
	}
	bad := ""
	switch {
	case errors.Is(r.err, pc.ErrDeclined):
		bad = i18n.T("l2tp.declined")
	case r.err != nil:
		bad = i18n.T("l2tp.restart_failed", map[string]any{"Why": r.err.Error()})
	}
	fields.Tell(b.bad, bad, widget.DangerImportance)
	fields.SetVisible(b.try, !r.scheduled && !r.services)
	fields.SetVisible(b.pc, !r.scheduled)
	fields.SetVisible(b.stop, r.scheduled)
	fields.SetEnabled(b.try, !r.busy)
	fields.SetEnabled(b.pc, !r.busy)
	fields.SetEnabled(b.stop, !r.busy)
	b.root.Refresh()
}

// run does something about restarts away from Fyne's goroutine. done takes how it
// went.
func (b *restartBox) run(do func(context.Context) error, done func(error)) {
	p := b.p
	if p.restart.busy {
		return
	}
	p.restart.busy, p.restart.err = true, nil
	p.apply()
	p.background(func(ctx context.Context) func() {
		err := do(ctx)
		return func() {
			p.restart.busy, p.restart.err = false, err
			done(err)
			p.apply()
		}
	})
}

func (b *restartBox) restartServices() {
	b.run(b.p.deps.Machine.RestartServices, func(err error) {
		b.p.restart.services = err == nil
		if err == nil && b.p.w.At == model.StepApply {
			b.p.show(model.StepTest)
		}
	})
}

// restartPC is the click that a restart has of its own. The wizard goes on after it.
func (b *restartBox) restartPC() {
	p := b.p
	r := &resume{Server: p.w.Server, Connection: p.testName(), Asked: p.deps.Now()}
	if p.w.Entry != nil {
		r.Entry = p.w.Entry.ID
	}
	p.memory.Resume = r
	p.remember() // before the restart, which may come sooner than the answer
	b.run(p.deps.Machine.ScheduleRestart, func(err error) {
		p.restart.scheduled = err == nil
		if err != nil {
			p.memory.Resume = nil
			p.remember()
		}
	})
}

func (b *restartBox) abort() {
	p := b.p
	b.run(p.deps.Machine.AbortRestart, func(err error) {
		if err != nil {
			return
		}
		p.restart.scheduled = false
		p.memory.Resume = nil
		p.remember()
	})
}
