package l2tp

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/widgets"
	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/l2tp/probe"
)

// serverPage asks for a server, and the server what it speaks.
type serverPage struct {
	p    *Panel
	root *fyne.Container

	server  *fields.Entry
	field   *fields.Field
	pick    *fields.Choice[string]
	picked  *fields.Field
	names   []string
	ask     *asking
	result  *answerView
	classic *widgets.Fold
	recipe  *fyne.Container
	skip    *widgets.Button
}

func newServerPage(p *Panel) *serverPage {
	s := &serverPage{p: p}
	s.server = fields.NewEntry(i18n.T("l2tp.server_hint"), s.typed)
	s.server.OnEnter = s.enter
	s.field = fields.New(i18n.T("l2tp.server"), s.server)
	s.pick = fields.NewChoice[string](nil, nil)
	s.picked = fields.New(i18n.T("l2tp.connection_here"), s.pick.Select)
	s.ask = newAsking(p.deps, p.tips, p.background, p.every, s.start, s.answered)
	s.ask.sessionUp, s.ask.resized = p.deps.Machine.SessionUp, p.settle
	s.result = newAnswerView(p.tips, p.settle)
	s.recipe = widgets.NewColumn(sentence(i18n.T("l2tp.classic_about")), inset(container.NewHBox(widgets.NewButton(i18n.T("l2tp.classic_use"), s.useClassic))))
	s.recipe.Hide()
	s.classic = widgets.NewFold(i18n.T("l2tp.classic"), func(open bool) { fields.SetVisible(s.recipe, open); p.settle() })
	s.skip = widgets.NewFlatButton(i18n.T("l2tp.go_on_unasked"), theme.NavigateNextIcon(), func() { s.take(); p.show(model.StepConnection) })
	s.root = scrolled(title(i18n.T("l2tp.server_title")), fields.Muted(i18n.T("l2tp.server_about")),
		s.field.Box, s.picked.Box, s.ask.root, s.result.root, fill(), container.NewHBox(s.skip), s.classic, indented(s.recipe))
	return s
}

func (s *serverPage) content() fyne.CanvasObject { return s.root }
func (s *serverPage) forget()                    { s.ask.forget() }
func (s *serverPage) reset()                     { s.server.SetText(""); s.field.Bad("") }

// typed follows the name: an answer counts for the server that was asked.
func (s *serverPage) typed() {
	s.field.Bad("")
	s.take()
	s.p.apply()
}

func (s *serverPage) take() {
	w := s.p.w
	name := strings.TrimSpace(s.server.Text)
	if name != w.Server {
		w.Server, w.Classic = name, false
		w.Replan()
	}
}

// enter asks, or goes on where the answer is there already.
func (s *serverPage) enter() {
	if s.answeredNow() {
		s.goOn()
		return
	}
	s.ask.begin()
}

func (s *serverPage) answeredNow() bool {
	w := s.p.w
	return w.Report != nil && w.Asked == w.Server && w.Server != ""
}

// start says which server is to be asked; "" for none yet.
func (s *serverPage) start() string {
	s.take()
	name := s.p.w.Server
	if plan.CheckServer(name) != nil {
		s.field.Bad(i18n.T("l2tp.bad_server"))
		s.p.host.Window().Canvas().Focus(s.server)
		s.p.settle()
		return ""
	}
	s.p.w.Ask(name)
	s.p.memory.Server = name
	s.p.remember()
	return name
}

func (s *serverPage) answered(server string, r *l2tp.Report, err error, key string) {
	w := s.p.w
	w.Answered(server, r, err)
	if r != nil && (r.PSK == l2tp.PSKRight || r.PSK == l2tp.PSKUnknown) {
		s.p.pages[model.StepConnection].(*connectionPage).useKey(key)
	}
	s.p.apply()
	if r != nil && w.At == model.StepServer && s.p.aside == nil {
		s.p.host.Window().Canvas().Focus(s.p.foot.next)
	}
}

// useClassic goes on without evidence, as a person asked for.
func (s *serverPage) useClassic() {
	s.take()
	if s.p.w.Server != "" && plan.CheckServer(s.p.w.Server) == nil {
		s.p.w.Ask(s.p.w.Server)
	}
	s.p.w.Classic = true
	s.p.w.Replan()
	s.p.show(model.StepConnection)
}

func (s *serverPage) apply() {
	w := s.p.w
	if s.server.Text != w.Server {
		s.server.SetText(w.Server)
	}
	s.applyPick()
	fields.SetEnabled(s.server, !s.ask.running())
	fields.SetVisible(s.skip, !s.ask.running() && !s.answeredNow())
	s.ask.apply()
	if s.ask.running() {
		s.result.root.Hide()
	} else if s.answeredNow() || w.AskErr != nil && w.Asked == w.Server {
		s.result.show(w.Report, w.AskErr)
	} else {
		s.result.root.Hide()
	}
}

// applyPick offers the connections of this PC.
func (s *serverPage) applyPick() {
	list := s.p.w.Profiles()
	fields.SetVisible(s.picked.Box, len(list) > 0)
	var names []string
	options := []fields.Option[string]{{Value: "", Text: i18n.T("l2tp.pick_none")}}
	for _, p := range list {
		names = append(names, p.Name+"\x00"+p.Server)
		options = append(options, fields.Option[string]{Value: p.Name, Text: cut(i18n.T("l2tp.pick_one", map[string]any{"Name": p.Name, "Server": p.Server}), 70)})
	}
	if !slices.Equal(names, s.names) {
		s.names = names
		s.pick = fields.NewChoice(options, func() { s.choose(s.pick.Value()) })
		s.picked.Box.Objects[1] = s.pick.Select
		s.picked.Box.Refresh()
	}
	now := ""
	if s.p.w.Mode == model.ModeRepair && s.p.w.Wanted.Server == s.p.w.Server {
		now = s.p.w.Wanted.Name
	}
	if s.pick.Value() != now {
		s.pick.Set(now)
	}
}

func (s *serverPage) choose(name string) {
	if name == "" {
		return
	}
	s.p.w.Pick(name)
	s.p.apply()
	s.p.host.Window().Canvas().Focus(s.server)
}

func (s *serverPage) focus() fyne.Focusable {
	if s.answeredNow() && !s.ask.running() {
		return nil
	}
	return s.server
}

func (s *serverPage) goOn() { s.p.show(model.StepConnection) }

func (s *serverPage) next() next {
	switch {
	case s.ask.running():
		return next{text: i18n.T("l2tp.next"), off: true}
	case s.answeredNow():
		return next{text: i18n.T("l2tp.next"), do: s.goOn}
	}
	return next{text: i18n.T("l2tp.ask"), do: s.ask.begin, off: s.p.w.Server == ""}
}

// asking is asking a server, with the check of a key when that is wanted.
type asking struct {
	deps      Deps
	job       func(func(context.Context) func())
	every     func(context.Context, func())
	start     func() string
	done      func(server string, r *l2tp.Report, err error, key string)
	sessionUp func(a addr) bool
	resized   func() // it needs more or less room than before

	root    *fyne.Container
	check   *widget.Check
	key     *fields.Entry
	keyBox  *fields.Field
	consent *widget.Label
	bar     *widget.ProgressBarInfinite
	elapsed *widget.Label
	work    *fyne.Container

	cancel context.CancelFunc
	began  time.Time
	round  int
}

func newAsking(d Deps, tips *widgets.Tips, job func(func(context.Context) func()), every func(context.Context, func()), start func() string,
	done func(string, *l2tp.Report, error, string)) *asking {
	a := &asking{deps: d, job: job, every: every, start: start, done: done}
	a.check = widget.NewCheck(i18n.T("l2tp.check_key"), func(bool) { a.apply() })
	a.key = fields.NewSecret(i18n.T("l2tp.psk_hint"), nil)
	a.key.OnEnter = a.begin
	a.keyBox = fields.New(i18n.T("l2tp.psk"), a.key)
	a.consent = caption(i18n.T("l2tp.consent"))
	a.bar = widget.NewProgressBarInfinite()
	a.bar.Stop()
	a.elapsed = fields.Muted("")
	stop := widgets.NewButton(i18n.T("Cancel"), a.stop)
	stop.Icon = theme.CancelIcon()
	a.work = container.NewBorder(nil, nil, nil, stop, widgets.NewColumn(a.elapsed, fields.Tall(4, a.bar)))
	a.root = widgets.NewColumn(a.check, a.keyBox.Box, a.consent, a.work)
	a.apply()
	return a
}

func (a *asking) running() bool { return a.cancel != nil }

// apply brings the parts up to what goes on.
func (a *asking) apply() {
	fields.SetVisible(a.keyBox.Box, a.check.Checked)
	fields.SetVisible(a.consent, a.check.Checked)
	fields.SetEnabled(a.check, !a.running())
	fields.SetEnabled(a.key, !a.running())
	fields.SetVisible(a.work, a.running())
	if a.running() {
		n := int(a.deps.Now().Sub(a.began) / time.Second)
		text := i18n.T("l2tp.asking", map[string]any{"N": n})
		if a.elapsed.Text != text {
			a.elapsed.SetText(text)
		}
	}
	a.root.Refresh()
	if a.resized != nil {
		a.resized()
	}
}

// begin asks the server that start names.
func (a *asking) begin() {
	if a.running() {
		return
	}
	server := a.start()
	if server == "" {
		return
	}
	o := probe.Options{SessionUp: a.sessionUp}
	key := ""
	if a.check.Checked && a.key.Text != "" {
		key = a.key.Text
		o.PSK = []byte(key)
	}
	a.keyBox.Bad("")
	a.began = a.deps.Now()
	a.round++
	round := a.round
	ctx, cancel := context.WithCancel(context.Background())
	a.cancel = cancel
	a.bar.Start()
	a.every(ctx, a.apply)
	a.job(func(parent context.Context) func() {
		defer cancel()
		defer context.AfterFunc(parent, cancel)()
		defer clear(o.PSK)
		r, err := a.deps.Probe(ctx, server, o)
		return func() {
			if round != a.round {
				return // it was cancelled, and perhaps another one asks
			}
			a.ended()
			a.forget()
			if err != nil {
				a.done(server, nil, err, "")
				return
			}
			a.done(server, &r, nil, key)
		}
	})
	a.done(server, nil, nil, "")
}

func (a *asking) ended() {
	if a.cancel != nil {
		a.cancel()
	}
	a.cancel = nil
	a.bar.Stop()
}

// stop cancels at once: nothing waits for what is under way.
func (a *asking) stop() {
	if !a.running() {
		return
	}
	a.round++
	a.ended()
	a.done("", nil, nil, "")
}

// forget empties the field with the key.
func (a *asking) forget() {
	if a.key.Text != "" {
		a.key.SetText("")
	}
}

// cut keeps a long name to a length, at its middle.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n/2]) + "…" + string(r[len(r)-n/2+1:])
}
