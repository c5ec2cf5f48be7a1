package latency

import (
	"context"
	"maps"
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/model"
	"tacklebox/panels/latency/reasons"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/service"
)

// settingsView edits one target. What is wrong stands below its field.
type settingsView struct {
	p      *Panel
	target latency.Target // as it was filled in
	form   model.Form
	fields map[model.Field]*formField
	family *widget.Select
	paused *widget.Check
	save   *widgets.Button
	undo   *widgets.Button
	remove *widgets.Button
	note   *widget.Label
	root   fyne.CanvasObject
	grid   *fyne.Container
	filled bool
	fill   bool // the fields are being filled: nothing was typed
	saving bool
}

// formField is a captioned field with room for what is wrong with it.
type formField struct {
	entry *fieldEntry
	bad   *widget.Label
	box   *fyne.Container
}

var familyKeys = []struct {
	family latency.Family
	key    string
}{{latency.FamilyAny, "latency.family_any"}, {latency.Family4, "latency.family_4"}, {latency.Family6, "latency.family_6"}}

func newSettingsView(p *Panel) *settingsView {
	s := &settingsView{p: p, fields: map[model.Field]*formField{}}
	s.grid = container.New(&fieldsLayout{})
	field := func(name model.Field, word, hint string) {
		f := &formField{entry: newFieldEntry(s.submit), bad: widget.NewLabel("")}
		f.entry.SetPlaceHolder(hint)
		f.entry.OnChanged = func(string) { s.changed() }
		f.bad.Importance = widget.DangerImportance
		f.bad.Wrapping = fyne.TextWrapWord
		f.bad.SizeName = theme.SizeNameCaptionText
		f.bad.Hide()
		f.box = container.New(fieldLayout{}, caption(word), f.entry, f.bad)
		s.fields[name] = f
		s.grid.Add(f.box)
	}
	other := func(word string, o fyne.CanvasObject) {
		none := widget.NewLabel("")
		none.Hide()
		s.grid.Add(container.New(fieldLayout{}, caption(word), o, none))
	}
	field(model.FieldName, i18n.T("latency.field_name"), "")
	field(model.FieldGroup, i18n.T("latency.field_group"), i18n.T("latency.field_group_hint"))
	field(model.FieldWhat, i18n.T("latency.field_what"), "8.8.8.8")
	field(model.FieldInterval, i18n.T("latency.field_interval"), "1 s")
	field(model.FieldTimeout, i18n.T("latency.field_timeout"), "")
	field(model.FieldSize, i18n.T("latency.field_size"), "56")
	field(model.FieldDSCP, "DSCP", "0")
	field(model.FieldTTL, "TTL", i18n.T("latency.field_system"))
	field(model.FieldSource, i18n.T("latency.field_source"), i18n.T("latency.field_system"))
	words := make([]string, len(familyKeys))
	for i, f := range familyKeys {
		words[i] = i18n.T(f.key)
	}
	s.family = widget.NewSelect(words, func(string) { s.changed() })
	other(i18n.T("latency.field_family"), s.family)
	field(model.FieldResolve, i18n.T("latency.field_resolve"), i18n.T("latency.field_resolve_hint"))
	s.paused = widget.NewCheck(i18n.T("latency.field_paused_check"), func(bool) { s.changed() })
	other(i18n.T("latency.field_paused"), s.paused)

	s.save = widgets.NewButton(i18n.T("Save"), s.submit)
	s.save.Importance = widget.HighImportance
	s.undo = widgets.NewButton(i18n.T("latency.revert"), func() { s.fillFrom(s.target) })
	s.remove = widgets.NewButton(i18n.T("latency.remove"), p.askRemove)
	s.remove.Importance = widget.DangerImportance
	s.note = widget.NewLabel("")
	s.note.Wrapping = fyne.TextWrapWord
	s.note.Importance = widget.LowImportance
	s.root = container.NewVScroll(container.NewPadded(widgets.NewColumn(s.grid, s.note, widgets.NewFlow(s.save, s.undo, s.remove))))
	return s
}

// apply fills the fields from the target, unless a person is typing there.
func (s *settingsView) apply(t *service.Live, fresh bool) {
	writer := s.p.snap.Writer
	if fresh || !s.filled || !s.dirty() && !reflect.DeepEqual(s.target, t.Target) {
		s.target = t.Target
		s.fillFrom(t.Target)
		s.filled = true
	}
	for _, f := range s.fields {
		setEnabled(f.entry, writer)
	}
	setEnabled(s.family, writer)
	setEnabled(s.paused, writer)
	setEnabled(s.remove, writer)
	s.buttons()
}

// fillFrom puts a target's settings into the fields.
func (s *settingsView) fillFrom(t latency.Target) {
	s.fill = true
	s.form = model.FormOf(t)
	for name, f := range s.fields {
		f.entry.SetText(s.form.Text[name])
	}
	s.fields[model.FieldTimeout].entry.SetPlaceHolder(model.Short(latency.DefaultTimeout(t.Kind)))
	for _, f := range familyKeys {
		if f.family == t.Family {
			s.family.SetSelected(i18n.T(f.key))
		}
	}
	s.paused.SetChecked(t.Paused)
	s.fill = false
	s.changed()
}

// typed is what the fields say now.
func (s *settingsView) typed() model.Form {
	f := model.Form{Text: map[model.Field]string{}, Paused: s.paused.Checked}
	for name, x := range s.fields {
		f.Text[name] = x.entry.Text
	}
	for _, x := range familyKeys {
		if i18n.T(x.key) == s.family.Selected {
			f.Family = x.family
		}
	}
	return f
}

func (s *settingsView) dirty() bool {
	f := s.typed()
	return !maps.Equal(f.Text, s.form.Text) || f.Family != s.form.Family || f.Paused != s.form.Paused
}

// changed checks the fields as they are typed.
func (s *settingsView) changed() {
	if s.fill {
		return
	}
	t, bad := s.typed().Target(s.target)
	moved := false
	for name, f := range s.fields {
		text := ""
		if pr, ok := bad[name]; ok {
			text = fieldText(pr)
		}
		if f.bad.Text != text {
			f.bad.SetText(text)
			setVisible(f.bad, text != "")
			moved = true
		}
	}
	icmp := t.Kind == latency.KindICMP
	setVisible(s.fields[model.FieldSize].box, icmp)
	note := ""
	if s.dirty() && len(bad) == 0 && (t.Kind != s.target.Kind || t.Host != s.target.Host) {
		note = i18n.T("latency.note_other_host")
	}
	if s.note.Text != note {
		s.note.SetText(note)
		moved = true
	}
	setVisible(s.note, note != "")
	s.buttons()
	if moved {
		s.grid.Refresh()
		s.root.Refresh()
	}
}

func (s *settingsView) buttons() {
	_, bad := s.typed().Target(s.target)
	dirty := s.dirty()
	setEnabled(s.save, dirty && len(bad) == 0 && !s.saving && s.p.snap.Writer)
	setEnabled(s.undo, dirty)
}

// submit keeps what was typed.
func (s *settingsView) submit() {
	if s.save.Disabled() {
		return
	}
	t, _ := s.typed().Target(s.target)
	p, svc := s.p, s.p.svc
	s.saving = true
	s.buttons()
	p.background(func(ctx context.Context) func() {
		err := svc.Change(ctx, t)
		return func() {
			s.saving = false
			if err != nil {
				p.complain(err)
			} else if s.target.ID == t.ID {
				s.target = t
				s.fillFrom(t)
			}
			s.buttons()
			p.reload()
		}
	})
}

// fieldText says why a field cannot be meant as it is typed.
func fieldText(pr model.Problem) string {
	bounds := map[string]any{"Low": pr.Low, "High": pr.High}
	switch pr.Reason {
	case model.ReasonEmpty:
		return i18n.T("latency.bad_empty")
	case model.ReasonName:
		return i18n.T("latency.bad_name")
	case model.ReasonWhat:
		return i18n.T("latency.bad_what", map[string]any{"Reason": reasons.Text(pr.Why)})
	case model.ReasonSpan:
		return i18n.T("latency.bad_span", bounds)
	case model.ReasonNumber:
		return i18n.T("latency.bad_number", bounds)
	}
	return i18n.T("latency.bad_source")
}

// fieldEntry is a line of text where Enter saves.
type fieldEntry struct {
	widget.Entry
	enter func()
}

func newFieldEntry(enter func()) *fieldEntry {
	e := &fieldEntry{enter: enter}
	e.Scroll = container.ScrollHorizontalOnly
	e.ExtendBaseWidget(e)
	return e
}

// TypedKey is part of fyne.Focusable.
func (e *fieldEntry) TypedKey(k *fyne.KeyEvent) {
	switch {
	case k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter:
		e.enter()
	case !widgets.PassKeyOn(e, k):
		e.Entry.TypedKey(k)
	}
}

// TypedShortcut leaves the window its own keys.
func (e *fieldEntry) TypedShortcut(s fyne.Shortcut) {
	e.Entry.TypedShortcut(s)
	widgets.PassOn(e, s)
}

// fieldLayout is a caption, a field beside it, and an error below the field.
type fieldLayout struct{}

func (fieldLayout) caption() float32 { return 116 * theme.TextSize() / 13 }

func (l fieldLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	h := o[1].MinSize().Height
	if o[2].Visible() {
		h += o[2].MinSize().Height
	}
	return fyne.NewSize(l.caption()+90, h)
}

func (l fieldLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	h := o[1].MinSize().Height
	x := l.caption()
	o[0].Resize(fyne.NewSize(x-6, h))
	o[1].Move(fyne.NewPos(x, 0))
	o[1].Resize(fyne.NewSize(s.Width-x, h))
	o[2].Move(fyne.NewPos(x, h))
	o[2].Resize(fyne.NewSize(s.Width-x, max(0, s.Height-h)))
}

// fieldsLayout is one column of fields, or two where there is room.
type fieldsLayout struct{ cols int }

func (l *fieldsLayout) each(o []fyne.CanvasObject, cols int, f func(o fyne.CanvasObject, col int, y, h float32)) float32 {
	y := float32(0)
	var line []fyne.CanvasObject
	flush := func() {
		var h float32
		for _, x := range line {
			h = max(h, x.MinSize().Height)
		}
		for i, x := range line {
			f(x, i, y, h)
		}
		if len(line) > 0 {
			y += h + theme.Padding()
		}
		line = nil
	}
	for _, x := range o {
		if !x.Visible() {
			continue
		}
		if line = append(line, x); len(line) == cols {
			flush()
		}
	}
	flush()
	return y
}

func (l *fieldsLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	var w float32
	for _, x := range o {
		w = max(w, x.MinSize().Width)
	}
	return fyne.NewSize(w, l.each(o, max(1, l.cols), func(fyne.CanvasObject, int, float32, float32) {}))
}

func (l *fieldsLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	scale := theme.TextSize() / 13
	l.cols = 1
	if s.Width > 560*scale {
		l.cols = 2
	}
	const gap = 20
	w := min((s.Width-gap*float32(l.cols-1))/float32(l.cols), 420*scale)
	l.each(o, l.cols, func(x fyne.CanvasObject, col int, y, h float32) {
		x.Move(fyne.NewPos(float32(col)*(w+gap), y))
		x.Resize(fyne.NewSize(w, h))
	})
}
