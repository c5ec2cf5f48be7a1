package l2tp

import (
	"context"
	"errors"
	"reflect"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/widgets"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/pc"
)

// applyPage shows a plan being applied, and what came of it.
type applyPage struct {
	p       *Panel
	root    *fyne.Container
	rows    *fyne.Container
	now     []model.Progress
	waiting *widget.Label
	cancel  *widgets.Button
	work    *fyne.Container
	result  *widgets.Banner
	restart *restartBox

	began time.Time
	stop  context.CancelFunc
}

func newApplyPage(p *Panel) *applyPage {
	a := &applyPage{p: p, rows: widgets.NewColumn(), waiting: sentence("")}
	a.cancel = widgets.NewButton(i18n.T("Cancel"), func() {
		if a.stop != nil {
			a.stop()
		}
	})
	a.cancel.Icon = theme.CancelIcon()
	a.work = widgets.NewColumn(a.waiting, widgets.NewFlow(a.cancel))
	a.result = widgets.NewBanner(p.tips)
	a.result.OnResized = p.settle
	a.restart = newRestartBox(p)
	a.root = scrolled(title(i18n.T("l2tp.apply_title")), a.result, a.work, a.rows, fill(), a.restart.root)
	return a
}

func (a *applyPage) content() fyne.CanvasObject { return a.root }
func (a *applyPage) forget()                    {}
func (a *applyPage) focus() fyne.Focusable      { return nil }

// startApply does the plan, once: the person agreed on the page before.
func (p *Panel) startApply() {
	if p.w.Applying || p.w.Missing() != model.MissingNothing {
		return
	}
	page := p.pages[model.StepApply].(*applyPage)
	form := p.pages[model.StepConnection].(*connectionPage)
	o := p.w.Order()
	o.PSK, o.Password, o.User = form.secrets()
	p.w.Begin()
	p.restart.afresh()
	ctx, cancel := context.WithCancel(context.Background())
	page.stop, page.began = cancel, p.deps.Now()
	o.Step = func(c journal.Change) {
		p.deps.Do(func() {
			if p.w.Applying && !p.closed {
				p.w.Stepped(c)
				p.apply()
			}
		})
	}
	p.every(ctx, p.apply)
	p.show(model.StepApply)
	p.background(func(parent context.Context) func() {
		defer cancel()
		defer context.AfterFunc(parent, cancel)()
		e, err := p.deps.Machine.Apply(ctx, o)
		clear(o.PSK)
		clear(o.Password)
		return func() {
			page.stop = nil
			if e.ID != "" || err == nil {
				// Kept as long as nothing was begun, so that it can be tried again.
				form.forget()
				p.w.Secrets, p.w.Key = false, false
			}
			p.w.Applied(e, err)
			p.read()
			p.readHistory()
			p.apply()
			p.focusPage()
		}
	})
}

func (a *applyPage) apply() {
	w := a.p.w
	fields.SetVisible(a.work, w.Applying)
	if w.Applying {
		text := i18n.T("l2tp.apply_asks")
		for _, x := range w.Progress {
			if x.State != "" {
				text = i18n.T("l2tp.apply_works", map[string]any{"N": int(a.p.deps.Now().Sub(a.began) / time.Second)})
			}
		}
		if a.waiting.Text != text {
			a.waiting.SetText(text)
		}
	}
	if !reflect.DeepEqual(w.Progress, a.now) {
		a.now = append([]model.Progress(nil), w.Progress...)
		a.rows.Objects = nil
		for _, x := range w.Progress {
			a.rows.Add(progressRow(x))
		}
		a.rows.Refresh()
	}
	a.tell()
	a.restart.apply(!w.Applying && w.Pending(w.Entry))
}

// progressRow is one change as it goes.
func progressRow(x model.Progress) fyne.CanvasObject {
	level, word := model.ProgressWord(x)
	text := sentence(i18n.T("l2tp.change_line", map[string]any{"Title": x.Title, "State": word}))
	column := widgets.NewColumn(text)
	if x.Reason != "" {
		column.Add(raw(model.ReasonText(x.Reason)))
	}
	return marked(level, column)
}

// tell says how it ended.
func (a *applyPage) tell() {
	w := a.p.w
	again := []widgets.BannerButton{{Text: i18n.T("l2tp.try_again"), Primary: true, Do: func() { a.p.show(model.StepPreview) }}}
	undo := widgets.BannerButton{Text: i18n.T("l2tp.undo_these"), Do: func() {
		if w.Entry != nil {
			a.p.undo(w.Entry.ID, false)
		}
	}}
	var changed *journal.ChangedError
	switch {
	case w.Applying, w.Entry == nil && w.ApplyErr == nil:
		a.result.Clear()
	case errors.Is(w.ApplyErr, pc.ErrDeclined):
		a.result.Set(widgets.BannerContent{Level: widgets.LevelUnknown, Text: i18n.T("l2tp.declined"), Buttons: again})
	case errors.As(w.ApplyErr, &changed):
		var names []string
		for _, at := range changed.Places {
			names = append(names, at.Name)
		}
		a.result.Set(widgets.BannerContent{Level: widgets.LevelDegraded, Text: i18n.T("l2tp.apply_changed", map[string]any{"Names": joined(names)}), Buttons: again})
	case errors.Is(w.ApplyErr, journal.ErrBusy):
		a.result.Set(widgets.BannerContent{Level: widgets.LevelDegraded, Text: i18n.T("l2tp.apply_busy"), Buttons: again})
	case errors.Is(w.ApplyErr, context.Canceled):
		a.result.Set(widgets.BannerContent{Level: widgets.LevelDegraded, Text: i18n.T("l2tp.apply_cancelled"), Buttons: append(again, undo)})
	case w.Entry == nil:
		a.result.Set(widgets.BannerContent{Level: widgets.LevelFailed, Text: i18n.T("l2tp.apply_failed", map[string]any{"Why": w.ApplyErr.Error()}), Buttons: again})
	case w.Entry.State == journal.StateUndone:
		a.result.Set(widgets.BannerContent{Level: widgets.LevelUnknown, Text: i18n.T("l2tp.undone_all")})
	case w.ApplyErr != nil:
		a.result.Set(widgets.BannerContent{Level: widgets.LevelFailed, Text: i18n.T("l2tp.apply_partly"), Detail: w.ApplyErr.Error(), Buttons: []widgets.BannerButton{undo}})
	default:
		a.result.Set(widgets.BannerContent{Level: widgets.LevelGood, Text: i18n.N("l2tp.applied", len(w.Entry.Changes))})
	}
}

func (a *applyPage) next() next {
	w := a.p.w
	if w.Applying {
		return next{}
	}
	if w.Entry == nil || w.ApplyErr != nil {
		return next{text: i18n.T("l2tp.to_preview"), minor: true, do: func() { a.p.show(model.StepPreview) }}
	}
	return next{text: i18n.T("l2tp.to_test"), do: func() { a.p.show(model.StepTest) }}
}
