package l2tp

import (
	"context"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/widgets"
	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/plan"
)

// talk is a dialog with work of its own, which ends when it is closed.
type talk struct {
	deps   Deps
	win    fyne.Window
	tips   *widgets.Tips
	ctx    context.Context
	cancel context.CancelFunc
	jobs   sync.WaitGroup
}

func newTalk(win fyne.Window, d Deps) *talk {
	d.fill()
	t := &talk{deps: d, win: win, tips: widgets.NewTips(d.Do)}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	return t
}

// close cancels what is under way. It does not wait: that would hold up the window.
func (t *talk) close() {
	t.cancel()
	t.tips.Clear()
}

func (t *talk) background(f func(ctx context.Context) func()) {
	t.jobs.Go(func() {
		then := f(t.ctx)
		if then == nil || t.ctx.Err() != nil {
			return
		}
		t.deps.Do(func() {
			if t.ctx.Err() == nil {
				then()
			}
		})
	})
}

func (t *talk) every(ctx context.Context, f func()) {
	t.jobs.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.ctx.Done():
				return
			case <-tick.C:
				t.deps.Do(func() {
					if ctx.Err() == nil && t.ctx.Err() == nil {
						f()
					}
				})
			}
		}
	})
}

// serverField is a server with what is wrong about its name.
type serverField struct {
	entry *fields.Entry
	box   *fields.Field
}

func newServerField(changed func()) *serverField {
	s := &serverField{}
	s.entry = fields.NewEntry(i18n.T("l2tp.server_hint"), func() {
		s.box.Bad("")
		changed()
	})
	s.box = fields.New(i18n.T("l2tp.server"), s.entry)
	return s
}

// name is the server; "" for none that could be asked, which is said.
func (s *serverField) name() string {
	name := strings.TrimSpace(s.entry.Text)
	if plan.CheckServer(name) != nil {
		s.box.Bad(i18n.T("l2tp.bad_server"))
		return ""
	}
	return name
}

// OpenProbe shows a dialog that asks a server what it speaks. It returns what waits
// for the dialog's work to end after it was closed.
func OpenProbe(win fyne.Window, d Deps) (wait func()) {
	t := newTalk(win, d)
	v := newProbeView(t)
	shown := openDialog(win, i18n.T("l2tp.probe_title"), container.NewStack(v.root, t.tips), fyne.NewSize(660, 500), func() { v.ask.forget(); t.close() })
	v.server.entry.OnEscape, v.ask.key.OnEscape = shown.Hide, shown.Hide
	win.Canvas().Focus(v.server.entry)
	return t.jobs.Wait
}

// probeView asks a server and shows the answer.
type probeView struct {
	t      *talk
	root   *fyne.Container
	server *serverField
	ask    *asking
	button *widgets.Button
	result *answerView
	// told is called with each answer, and with nil when another is asked for.
	told func(*l2tp.Report)
}

func newProbeView(t *talk, more ...fyne.CanvasObject) *probeView {
	v := &probeView{t: t}
	v.server = newServerField(func() { v.clear(); v.apply() })
	v.ask = newAsking(t.deps, t.tips, t.background, t.every, func() string {
		name := v.server.name()
		v.settle()
		return name
	}, v.answered)
	v.ask.resized = v.settle
	v.server.entry.OnEnter = v.ask.begin
	v.button = widgets.NewButton(i18n.T("l2tp.ask"), v.ask.begin)
	v.button.Importance = widget.HighImportance
	v.result = newAnswerView(t.tips, v.settle)
	all := append([]fyne.CanvasObject{fields.Muted(i18n.T("l2tp.server_about")), v.server.box.Box, v.ask.root, inset(widgets.NewFlow(v.button)), v.result.root}, more...)
	v.root = scrolled(all...)
	v.apply()
	return v
}

func (v *probeView) settle() {
	if v.root != nil {
		v.root.Refresh()
	}
}

func (v *probeView) clear() {
	if v.result != nil {
		v.result.root.Hide()
	}
	if v.told != nil {
		v.told(nil)
	}
}

func (v *probeView) apply() {
	if v.button == nil {
		return
	}
	v.ask.apply()
	fields.SetEnabled(v.server.entry, !v.ask.running())
	fields.SetVisible(v.button, !v.ask.running())
	v.settle()
}

func (v *probeView) answered(_ string, r *l2tp.Report, err error, _ string) {
	v.result.root.Hide()
	if r != nil || err != nil {
		v.result.show(r, err)
	}
	if v.told != nil {
		v.told(r)
	}
	v.apply()
}

// OpenKit shows a dialog that makes files for a Windows PC. It returns what waits
// for the dialog's work to end after it was closed.
func OpenKit(win fyne.Window, d Deps) (wait func()) {
	t := newTalk(win, d)
	k := newKitView(t)
	shown := openDialog(win, i18n.T("l2tp.kit_title"), container.NewStack(k.probe.root, t.tips), fyne.NewSize(760, 600), func() { k.probe.ask.forget(); t.close() })
	for _, e := range []*fields.Entry{k.probe.server.entry, k.probe.ask.key, k.name, k.save.dir.Entry} {
		e.OnEscape = shown.Hide
	}
	win.Canvas().Focus(k.probe.server.entry)
	return t.jobs.Wait
}

// kitView asks, plans, and writes the plan as files.
type kitView struct {
	w       *model.Wizard
	probe   *probeView
	noIPsec *wrappedCheck
	laptop  *wrappedCheck
	classic *wrappedCheck
	connect *widget.Check
	name    *fields.Entry
	nameBox *fields.Field
	kind    *fields.Choice[string]
	kindBox *fields.Field
	table   *changeTable
	nought  *widget.Label
	save    *saver
	ready   bool
}

func newKitView(t *talk) *kitView {
	k := &kitView{w: model.New()}
	k.noIPsec = newWrappedCheck(i18n.T("l2tp.state_no_ipsec"), k.changed)
	k.laptop = newWrappedCheck(i18n.T("l2tp.state_laptop"), k.changed)
	k.classic = newWrappedCheck(i18n.T("l2tp.state_classic"), k.changed)
	k.connect = widget.NewCheck(i18n.T("l2tp.kit_connection"), k.changed)
	k.connect.Checked = true
	k.name = fields.NewEntry(i18n.T("l2tp.name_hint"), func() { k.changed(true) })
	k.nameBox = fields.New(i18n.T("l2tp.name"), k.name)
	k.kind = newKindChoice(func() { k.changed(true) })
	k.kindBox = fields.New(i18n.T("l2tp.kind"), k.kind.Select)
	k.table = newChangeTable(nil)
	k.nought = fields.Muted("")
	var format *fields.Field
	choice := newFormat(func() { k.changed(true) })
	format = fields.New(i18n.T("l2tp.format"), choice.Select)
	k.save = newSaver(t.win, t.deps, t.tips, func() ([]file, error) { return kitFiles(k.w.Plan(), choice.Value()) })
	k.probe = newProbeView(t, fields.Heading(i18n.T("l2tp.you_know")), k.noIPsec.Container, k.laptop.Container, k.classic.Container,
		k.connect, k.nameBox.Box, k.kindBox.Box, fields.Heading(i18n.T("l2tp.kit_does")), k.nought, k.table.root, fields.Muted(i18n.T("l2tp.kit_about")), format.Box, k.save.root)
	k.probe.told = func(r *l2tp.Report) {
		name := strings.TrimSpace(k.probe.server.entry.Text)
		k.w.Server = name
		k.w.Answered(name, r, nil)
		k.changed(true)
	}
	k.ready = true
	k.changed(true)
	return k
}

// changed makes the plan anew.
func (k *kitView) changed(bool) {
	if !k.ready {
		return
	}
	w := k.w
	w.NoIPsec, w.Laptop, w.Classic = k.noIPsec.check.Checked, k.laptop.check.Checked, k.classic.check.Checked
	server := strings.TrimSpace(k.probe.server.entry.Text)
	w.Mode = model.ModeLeave
	fields.SetVisible(k.nameBox.Box, k.connect.Checked)
	fields.SetVisible(k.kindBox.Box, k.connect.Checked)
	k.nameBox.Bad("")
	if k.connect.Checked && plan.CheckServer(server) == nil {
		w.Mode, w.Wanted = model.ModeNew, model.Draft(server)
		if name := strings.TrimSpace(k.name.Text); name != "" {
			w.Wanted.Name = name
			if plan.CheckName(name) != nil {
				k.nameBox.Bad(i18n.T("l2tp.bad_name"))
			}
		}
		w.Wanted.IPsec = k.kind.Value()
	}
	w.Replan()
	n := w.Changes()
	fields.SetVisible(k.table.root, n > 0)
	k.table.set(w.Preview(), nil, w.NeedsRestart())
	text := ""
	switch {
	case n > 0:
	case w.Report == nil && !w.NoIPsec:
		text = i18n.T("l2tp.kit_ask_first")
	default:
		text = i18n.T("l2tp.nothing_to_change")
	}
	fields.Tell(k.nought, text, widget.LowImportance)
	k.save.apply()
	k.probe.settle()
}
