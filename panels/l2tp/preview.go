package l2tp

import (
	"reflect"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/widgets"
)

// previewPage is what will be changed: before, after, and what weakens the PC with
// a tick of its own.
type previewPage struct {
	p      *Panel
	root   *fyne.Container
	table  *changeTable
	nought *widget.Label
	none   *fyne.Container
	about  *widget.Label
	kit    *widgets.Button
	seen   *widget.Label // what of it nobody has seen yet
}

func newPreviewPage(p *Panel) *previewPage {
	v := &previewPage{p: p}
	v.table = newChangeTable(p.settle)
	v.table.ticked = func(name string, on bool) { p.w.Accepted[name] = on; p.apply() }
	v.table.breaking = func(on bool) { p.w.Breaking = on; p.apply() }
	v.about = fields.Muted("")
	v.nought = sentence(i18n.T("l2tp.nothing_to_change"))
	v.kit = widgets.NewFlatButton(i18n.T("l2tp.save_files"), theme.DocumentSaveIcon(), func() { OpenSave(p.host.Window(), p.deps, p.w.Plan()) })
	v.none = widgets.NewColumn(marked(model.Good, v.nought))
	v.seen = caption(i18n.T("l2tp.preview_expected"))
	v.root = scrolled(title(i18n.T("l2tp.preview_title")), v.about, v.none, v.table.root, indented(v.seen), container.NewHBox(v.kit))
	return v
}

func (v *previewPage) content() fyne.CanvasObject { return v.root }
func (v *previewPage) forget()                    {}
func (v *previewPage) focus() fyne.Focusable      { return nil }

func (v *previewPage) apply() {
	w := v.p.w
	n := w.Changes()
	fields.SetVisible(v.none, n == 0)
	fields.SetVisible(v.table.root, n > 0)
	fields.SetVisible(v.kit, n > 0)
	fields.SetVisible(v.seen, n > 0)
	about := i18n.T("l2tp.preview_about")
	if w.Classic {
		about = i18n.T("l2tp.preview_classic")
	}
	if n == 0 {
		about = ""
	}
	fields.Tell(v.about, about, widget.LowImportance)
	v.table.set(w.Preview(), w.Plan().Breaks, w.NeedsRestart())
	v.table.ticks(w.Accepted, w.Breaking)
}

func (v *previewPage) next() next {
	p := v.p
	switch p.w.Missing() {
	case model.MissingChanges:
		return next{text: i18n.T("l2tp.to_test"), do: func() { p.show(model.StepTest) }}
	case model.MissingPC:
		return next{text: i18n.T("l2tp.apply"), note: i18n.T("l2tp.missing_pc"), off: true}
	case model.MissingKey:
		return next{text: i18n.T("l2tp.to_key"), note: i18n.T("l2tp.missing_key"), do: func() { p.show(model.StepConnection) }}
	case model.MissingTicks:
		return next{text: i18n.T("l2tp.apply"), note: i18n.T("l2tp.missing_ticks"), off: true}
	}
	note := i18n.T("l2tp.apply_note")
	if p.w.OwnOnly() {
		note = i18n.T("l2tp.apply_own")
	}
	return next{text: i18n.T("l2tp.apply"), note: note, grave: true, do: p.startApply}
}

// changeTable is the table of changes.
type changeTable struct {
	root     *fyne.Container
	ticked   func(name string, on bool)
	breaking func(bool)
	resized  func()

	rows    []model.Change
	breaks  []string
	restart bool
	checks  map[string]*wrappedCheck
	breaker *wrappedCheck
}

func newChangeTable(resized func()) *changeTable {
	return &changeTable{root: widgets.NewColumn(), resized: resized, checks: map[string]*wrappedCheck{}}
}

// set shows changes; the same again changes nothing.
func (t *changeTable) set(rows []model.Change, breaks []string, restart bool) {
	if reflect.DeepEqual(rows, t.rows) && slices.Equal(breaks, t.breaks) && restart == t.restart && t.root.Objects != nil {
		return
	}
	t.rows, t.breaks, t.restart = rows, breaks, restart
	t.checks, t.breaker = map[string]*wrappedCheck{}, nil
	head := columns(true, heading("l2tp.col_change"), heading("l2tp.col_before"), heading("l2tp.col_after"))
	t.root.Objects = []fyne.CanvasObject{indented(head)}
	for _, c := range rows {
		t.root.Objects = append(t.root.Objects, widget.NewSeparator(), t.row(c))
	}
	if len(breaks) > 0 {
		t.breaker = newWrappedCheck(i18n.T("l2tp.tick_breaks", map[string]any{"Names": model.Quoted(breaks)}), func(on bool) {
			if t.breaking != nil {
				t.breaking(on)
			}
		})
		t.root.Objects = append(t.root.Objects, widget.NewSeparator(), marked(model.Failed, t.breaker.Container))
	}
	if restart {
		t.root.Objects = append(t.root.Objects, widget.NewSeparator(), indented(fields.Muted(i18n.T("l2tp.restart_needed"))))
	}
	t.root.Refresh()
}

func heading(key string) *widget.Label {
	l := fields.Muted(i18n.T(key))
	l.SizeName = theme.SizeNameCaptionText
	return l
}

func (t *changeTable) row(c model.Change) fyne.CanvasObject {
	name := sentence(c.Title)
	name.TextStyle.Bold = true
	box := tight(columns(false, name, sentence(c.Before), sentence(c.After)))
	lines := []string{}
	for _, l := range []string{c.Where, c.Raw} {
		if l != "" {
			lines = append(lines, l)
		}
	}
	box.Add(raw(lines...))
	if c.Why != "" {
		box.Add(caption(i18n.T("l2tp.because", map[string]any{"Why": c.Why})))
	}
	switch {
	case c.Tick != "" && t.ticked == nil:
		box.Add(sentence(c.Consequence))
	case c.Tick != "":
		check := newWrappedCheck(i18n.T("l2tp.tick_red", map[string]any{"What": c.Consequence}), func(on bool) {
			t.ticked(c.Tick, on)
		})
		t.checks[c.Tick] = check
		box.Add(inset(check.Container))
	case c.Consequence != "":
		box.Add(caption(c.Consequence))
	}
	return marked(c.Level, box)
}

// ticks shows which ticks are set.
func (t *changeTable) ticks(accepted map[string]bool, breaking bool) {
	for name, check := range t.checks {
		check.quiet(accepted[name])
	}
	if t.breaker != nil {
		t.breaker.quiet(breaking)
	}
}

// columns puts what changes beside what it is before and after.
func columns(head bool, name, before, after fyne.CanvasObject) *fyne.Container {
	return container.New(&columnsLayout{head: head}, name, before, after)
}

// columnsLayout is a name, a before and an after in one line; where that is too
// narrow for the name of a value, the name has a line of its own.
type columnsLayout struct {
	head  bool // the names of the columns
	width float32
}

func (*columnsLayout) gap() float32 { return theme.InnerPadding() }

func (l *columnsLayout) stacked() bool { return l.width < 660*theme.TextSize()/13 }

func (l *columnsLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	name, h := o[0].MinSize().Height, max(o[1].MinSize().Height, o[2].MinSize().Height)
	switch {
	case !l.stacked():
		h = max(name, h)
	case !l.head:
		h += name - theme.InnerPadding()
	}
	return fyne.NewSize(180, h)
}

func (l *columnsLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	l.width = s.Width
	put := func(x fyne.CanvasObject, left, top, w float32) {
		x.Move(fyne.NewPos(left, top))
		for range 2 {
			x.Resize(fyne.NewSize(w, x.MinSize().Height))
		}
	}
	first, top, left := (s.Width-2*l.gap())*0.44, float32(0), float32(0)
	if l.stacked() {
		if !l.head {
			put(o[0], 0, 0, s.Width)
			top = o[0].Size().Height - theme.InnerPadding()
		}
	} else {
		put(o[0], 0, 0, first)
		left = first + l.gap()
	}
	fields.SetVisible(o[0], !l.head || !l.stacked())
	w := (s.Width - left - l.gap()) / 2
	put(o[1], left, top, w)
	put(o[2], left+w+l.gap(), top, w)
}
