package l2tp

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/widgets"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/pc"
)

// undoing is an undo under way, or what kept it from being done.
type undoing struct {
	id       string
	busy     bool
	conflict *journal.ConflictError
	err      error
}

// undo takes an entry back. A value that somebody changed since is asked about.
func (p *Panel) undo(id string, overwrite bool) {
	if p.undoing.busy || p.w.Applying {
		return
	}
	p.undoing = undoing{id: id, busy: true}
	p.apply()
	p.background(func(ctx context.Context) func() {
		e, err := p.deps.Machine.Undo(ctx, id, overwrite)
		return func() {
			p.undoing.busy = false
			if !errors.As(err, &p.undoing.conflict) {
				p.undoing.err = err
			}
			if e.ID != "" {
				p.w.Undone(e)
			}
			p.restart.afresh()
			p.read()
			p.readHistory()
			p.apply()
		}
	})
}

// undoBox offers to take an entry back, and asks where somebody changed it since.
type undoBox struct {
	p        *Panel
	root     *fyne.Container
	button   *widgets.Button
	working  *widget.Label
	bad      *widget.Label
	conflict *widget.Label
	over     *widgets.Button
	leave    *widgets.Button
	id       string
}

func newUndoBox(p *Panel) *undoBox {
	u := &undoBox{p: p, working: fields.Muted(i18n.T("l2tp.undoing")), bad: sentence(""), conflict: sentence("")}
	u.button = widgets.NewButton(i18n.T("l2tp.undo_these"), func() { p.undo(u.id, false) })
	u.over = widgets.NewButton(i18n.T("l2tp.undo_overwrite"), func() { p.undo(u.id, true) })
	u.over.Importance = widget.WarningImportance
	u.leave = widgets.NewButton(i18n.T("l2tp.undo_leave"), func() { p.undoing = undoing{}; p.apply() })
	u.root = widgets.NewColumn(inset(widgets.NewFlow(u.button)), u.working, u.bad,
		widgets.NewColumn(marked(model.Degraded, u.conflict), indented(inset(widgets.NewFlow(u.over, u.leave)))))
	return u
}

func (u *undoBox) apply(e *journal.Entry) {
	x := u.p.undoing
	fields.SetVisible(u.root, e != nil)
	if e == nil {
		return
	}
	u.id = e.ID
	mine := x.id == e.ID
	asks := mine && x.conflict != nil && !x.busy
	fields.SetVisible(u.button, model.Undoable(*e) && !asks && !(mine && x.busy))
	fields.SetVisible(u.working, mine && x.busy)
	fields.SetEnabled(u.button, !x.busy && !u.p.w.Applying)
	bad, importance := "", widget.DangerImportance
	if mine && x.err != nil {
		bad = i18n.T("l2tp.undo_failed", map[string]any{"Why": x.err.Error()})
		if errors.Is(x.err, pc.ErrDeclined) {
			bad, importance = i18n.T("l2tp.undo_declined"), widget.MediumImportance
		}
	}
	fields.Tell(u.bad, bad, importance)
	fields.SetVisible(u.root.Objects[3], asks)
	if asks {
		var names []string
		for _, at := range x.conflict.Places {
			names = append(names, at.Name)
		}
		u.conflict.SetText(i18n.T("l2tp.undo_conflict", map[string]any{"Names": joined(names)}))
	}
	u.root.Refresh()
}

// historyPage is all that was applied on this PC, each with its undo.
type historyPage struct {
	p     *Panel
	root  *fyne.Container
	list  *fyne.Container
	now   []journal.Entry
	boxes []*undoBox
	empty *widget.Label
	bad   *widget.Label

	restart *restartBox
}

func newHistoryPage(p *Panel) *historyPage {
	h := &historyPage{p: p, list: widgets.NewColumn(), empty: fields.Muted(i18n.T("l2tp.history_empty")), bad: sentence("")}
	h.restart = newRestartBox(p)
	h.root = scrolled(title(i18n.T("l2tp.history_title")), fields.Muted(i18n.T("l2tp.history_about")), h.bad, h.empty, h.list, h.restart.root)
	p.readHistory()
	return h
}

func (h *historyPage) content() fyne.CanvasObject { return h.root }
func (h *historyPage) close()                     {}

func (h *historyPage) apply() {
	p := h.p
	bad := ""
	if p.histErr != nil {
		bad = i18n.T("l2tp.history_unread", map[string]any{"Why": p.histErr.Error()})
	}
	fields.Tell(h.bad, bad, widget.DangerImportance)
	fields.SetVisible(h.empty, len(p.history) == 0 && p.histErr == nil)
	if !reflect.DeepEqual(h.now, p.history) {
		h.now, h.boxes, h.list.Objects = p.history, nil, nil
		for _, e := range p.history {
			box := newUndoBox(p)
			h.boxes = append(h.boxes, box)
			h.list.Add(h.entry(e, box))
		}
		h.list.Refresh()
	}
	for i, box := range h.boxes {
		box.apply(&p.history[i])
	}
	// What is as it was before still works as after the change, until the PC restarts.
	waits := slices.ContainsFunc(p.history, func(e journal.Entry) bool { return !e.Undone.IsZero() && p.w.Pending(&e) })
	h.restart.apply(waits && !p.w.Applying)
}

// entry is one application of a plan.
func (h *historyPage) entry(e journal.Entry, box *undoBox) fyne.CanvasObject {
	level, word := model.EntryState(e)
	head := sentence(i18n.T("l2tp.history_entry", map[string]any{"When": when(e.Time), "State": word, "Build": orElse(e.Build, "–"), "Version": orElse(e.Version, "–")}))
	head.TextStyle.Bold = true
	column := widgets.NewColumn(head)
	for _, c := range e.Changes {
		l, text := model.ChangeLine(c)
		column.Add(marked(l, sentence(text)))
	}
	column.Add(box.root)
	return boxed(marked(level, column))
}

// when is a time of the past as this tab shows it.
func when(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }
