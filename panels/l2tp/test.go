package l2tp

import (
	"context"
	"errors"
	"fmt"
	"reflect"
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
	"tacklebox/platform/l2tp/codes"
	"tacklebox/platform/l2tp/pc"
)

// testPage connects once and shows each stage as it is passed.
type testPage struct {
	p    *Panel
	root *fyne.Container

	about   *widget.Label
	restart *restartBox
	form    *fyne.Container
	more    *widgets.Fold
	conn    *fields.Choice[string]
	connBox *fields.Field
	names   []string
	user    *fields.Entry
	pass    *fields.Entry
	reach   *fields.Entry
	connect *widgets.Button
	cancel  *widgets.Button
	elapsed *widget.Label
	chain   *stageChain
	seen    *widget.Label // what of it nobody has seen yet
	result  *widgets.Banner
	facts   *widgets.KeyValues
	causes  *fyne.Container
	shown   *pc.Progress // whose outcome is on screen
	began   time.Time
	stop    context.CancelFunc
	chosen  string
}

func newTestPage(p *Panel) *testPage {
	t := &testPage{p: p, about: fields.Muted("")}
	t.restart = newRestartBox(p)
	t.conn = fields.NewChoice[string](nil, nil)
	t.connBox = fields.New(i18n.T("l2tp.connection"), t.conn.Select)
	t.user = fields.NewEntry(i18n.T("l2tp.stored_hint"), nil)
	t.pass = fields.NewSecret(i18n.T("l2tp.stored_hint"), nil)
	t.reach = fields.NewEntry(i18n.T("l2tp.reach_hint"), nil)
	reach := fields.New(i18n.T("l2tp.reach"), t.reach)
	reach.Say(i18n.T("l2tp.reach_about"))
	for _, e := range []*fields.Entry{t.user, t.pass, t.reach} {
		e.OnEnter = t.begin
	}
	t.connect = widgets.NewButton(i18n.T("l2tp.connect"), t.begin)
	t.connect.Importance = widget.HighImportance
	t.cancel = widgets.NewButton(i18n.T("Cancel"), t.end)
	t.cancel.Icon = theme.CancelIcon()
	t.elapsed = fields.Muted("")
	t.chain = newStageChain()
	t.seen = caption(i18n.T("l2tp.test_expected"))
	t.result = widgets.NewBanner(p.tips)
	t.result.OnResized = p.settle
	t.facts = widgets.NewKeyValues(p.tips)
	t.causes = widgets.NewColumn()
	t.form = widgets.NewColumn(fields.New(i18n.T("l2tp.user"), t.user).Box, fields.New(i18n.T("l2tp.password"), t.pass).Box, reach.Box)
	t.more = widgets.NewFold(i18n.T("l2tp.test_more"), func(bool) { p.apply() })
	t.root = scrolled(title(i18n.T("l2tp.test_title")), t.about, t.restart.root, t.connBox.Box, t.more, t.form,
		inset(widgets.NewFlow(t.connect, t.cancel, t.elapsed)), fill(), t.chain, t.seen, t.result, inset(t.facts), t.causes)
	return t
}

func (t *testPage) content() fyne.CanvasObject { return t.root }

func (t *testPage) forget() {
	if t.pass.Text != "" {
		t.pass.SetText("")
	}
}

func (t *testPage) reset() {
	t.user.SetText("")
	t.reach.SetText("")
	t.chosen = ""
}

// testName is the connection that a test dials.
func (p *Panel) testName() string {
	if t, ok := p.pages[model.StepTest].(*testPage); ok && t.chosen != "" {
		return t.chosen
	}
	names := map[string]bool{}
	for _, x := range p.w.Profiles() {
		names[x.Name] = true
	}
	candidates := []string{p.w.Wanted.Name}
	if r := p.memory.Resume; r != nil {
		candidates = append([]string{r.Connection}, candidates...)
	}
	for _, name := range candidates {
		if names[name] {
			return name
		}
	}
	for _, x := range p.w.Profiles() {
		if x.Server == p.w.Server {
			return x.Name
		}
	}
	if list := p.w.Profiles(); len(list) > 0 {
		return list[0].Name
	}
	return ""
}

// begin connects.
func (t *testPage) begin() {
	p := t.p
	name := p.testName()
	if p.w.Dial.Running || p.w.Applying || name == "" || p.w.Wine() {
		return
	}
	d := pc.Dial{Connection: name, User: strings.TrimSpace(t.user.Text), Password: []byte(t.pass.Text), Reach: strings.TrimSpace(t.reach.Text)}
	t.forget()
	p.w.Dial.Begin()
	ctx, cancel := context.WithCancel(context.Background())
	t.stop, t.began = cancel, p.deps.Now()
	p.every(ctx, p.apply)
	dial := &p.w.Dial
	p.background(func(parent context.Context) func() {
		defer cancel()
		defer context.AfterFunc(parent, cancel)()
		defer clear(d.Password)
		progress, err := p.deps.Machine.Dial(ctx, d)
		if err != nil {
			return func() { t.ended(func() { dial.Fail(err) }) }
		}
		var last pc.Progress
		for x := range progress {
			last = x
			if x.Done {
				continue
			}
			p.deps.Do(func() {
				if !p.closed && dial.Running {
					dial.Take(x)
					p.apply()
				}
			})
		}
		return func() {
			t.ended(func() {
				if !last.Done {
					dial.Fail(errNoEnd)
					return
				}
				dial.Take(last)
			})
		}
	})
	p.apply()
	p.host.Window().Canvas().Focus(t.cancel)
}

// errNoEnd is a dial that ended without saying how.
var errNoEnd = errors.New("the test connection ended without saying how: try once more")

// ended takes the end of a dial.
func (t *testPage) ended(take func()) {
	p := t.p
	take()
	t.stop = nil
	if p.w.Dial.Last != nil && p.w.Dial.Last.Connected {
		p.memory.Resume = nil // the restart did what it was for
		p.remember()
	}
	p.read()
	p.apply()
	p.focusPage()
}

// end cancels at once: the stages stop where they are while Windows hangs up.
func (t *testPage) end() {
	if t.stop != nil {
		t.stop()
	}
}

func (t *testPage) apply() {
	p, d := t.p, &t.p.w.Dial
	t.applyChoice()
	about := i18n.T("l2tp.test_about")
	switch {
	case p.w.Wine():
		about = i18n.T("l2tp.test_wine")
	case len(p.w.Profiles()) == 0 && p.w.Reading != nil:
		about = i18n.T("l2tp.test_none")
	case p.restarted():
		about = i18n.T("l2tp.test_restarted")
	}
	fields.Tell(t.about, about, widget.LowImportance)
	can := p.testName() != "" && !p.w.Wine()
	t.restart.apply(p.w.Pending(p.w.Entry) && !d.Running && !(d.Last != nil && d.Last.Connected))
	fields.SetVisible(t.connBox.Box, can)
	fields.SetVisible(t.more, can)
	fields.SetVisible(t.form, can && t.more.Open())
	fields.SetVisible(t.connect, can && !d.Running)
	fields.SetVisible(t.cancel, d.Running)
	fields.SetVisible(t.elapsed, d.Running)
	fields.SetVisible(t.chain, can)
	fields.SetVisible(t.seen, can && (d.Running || d.Last == nil || d.Last.Connected)) // causes have words of their own for it
	for _, e := range []*fields.Entry{t.user, t.pass, t.reach} {
		fields.SetEnabled(e, !d.Running)
	}
	if d.Running {
		if text := i18n.T("l2tp.dial_elapsed", map[string]any{"N": int(p.deps.Now().Sub(t.began) / time.Second)}); text != t.elapsed.Text {
			t.elapsed.SetText(text)
		}
	}
	t.chain.set(d.Stages())
	t.outcome()
}

func (t *testPage) applyChoice() {
	var names []string
	var options []fields.Option[string]
	for _, p := range t.p.w.Profiles() {
		names = append(names, p.Name)
		options = append(options, fields.Option[string]{Value: p.Name, Text: cut(p.Name, 70)})
	}
	if !slices.Equal(names, t.names) {
		t.names = names
		if !slices.Contains(names, t.chosen) {
			t.chosen = ""
		}
		t.conn = fields.NewChoice(options, func() { t.chosen = t.conn.Value() })
		t.connBox.Box.Objects[1] = t.conn.Select
		t.connBox.Box.Refresh()
	}
	if name := t.p.testName(); t.conn.Value() != name {
		t.conn.Set(name)
	}
	fields.SetEnabled(t.conn, !t.p.w.Dial.Running)
}

// outcome shows how the last dial ended.
func (t *testPage) outcome() {
	last := t.p.w.Dial.Last
	if last == nil || t.p.w.Dial.Running {
		t.shown = nil
		t.result.Clear()
		t.facts.Hide()
		t.causes.Hide()
		return
	}
	if reflect.DeepEqual(t.shown, last) {
		return
	}
	t.shown = last
	t.causes.Objects = nil
	t.facts.Hide()
	switch {
	case last.Connected:
		if r := last.Reached; r != nil && r.Err != nil {
			t.result.Set(widgets.BannerContent{Level: widgets.LevelDegraded, Text: i18n.T("l2tp.connected_unreached", map[string]any{"Host": r.Target}), Detail: r.Err.Error()})
		} else {
			t.result.Set(widgets.BannerContent{Level: widgets.LevelGood, Text: i18n.T("l2tp.connected")})
		}
		t.facts.Set(connected(last), true)
		t.facts.Show()
	case errors.Is(last.Err, context.Canceled):
		t.result.Set(widgets.BannerContent{Level: widgets.LevelUnknown, Text: i18n.T("l2tp.dial_cancelled")})
	case last.Code != 0:
		e := model.Explain(last.Code)
		where := orElse(model.StageName(last.Stage), e.Stage)
		t.result.Set(widgets.BannerContent{Level: widgets.LevelFailed, Text: i18n.T("l2tp.dial_failed", map[string]any{"Code": e.Code, "Meaning": e.Meaning, "Stage": where})})
		t.explain(e)
	case errors.Is(last.Err, errors.ErrUnsupported):
		t.result.Set(widgets.BannerContent{Level: widgets.LevelUnknown, Text: i18n.T("l2tp.not_available"), Detail: last.Err.Error()})
	default:
		t.result.Set(widgets.BannerContent{Level: widgets.LevelFailed, Text: i18n.T("l2tp.dial_broken"), Detail: fmt.Sprint(last.Err)})
	}
	fields.SetVisible(t.causes, len(t.causes.Objects) > 0)
}

// connected is what a connection that stands has.
func connected(x *pc.Progress) []widgets.KeyValue {
	var dns, routes []string
	for _, a := range x.DNS {
		dns = append(dns, a.String())
	}
	for _, r := range x.Routes {
		routes = append(routes, r.String())
	}
	address := "–"
	if x.Address.IsValid() {
		address = x.Address.String()
	}
	rows := []widgets.KeyValue{{Name: i18n.T("l2tp.fact_address"), Value: address, Mono: true},
		{Name: i18n.T("l2tp.fact_dns"), Value: orElse(strings.Join(dns, "  "), "–"), Mono: true},
		{Name: i18n.T("l2tp.fact_routes"), Value: orElse(strings.Join(routes, "  "), "–"), Mono: true}}
	if r := x.Reached; r != nil {
		text := i18n.T("l2tp.reached", map[string]any{"Host": r.Target, "N": r.Took.Milliseconds()})
		if r.Err != nil {
			text = i18n.T("l2tp.unreached", map[string]any{"Host": r.Target})
		}
		rows = append(rows, widgets.KeyValue{Name: i18n.T("l2tp.fact_reached"), Value: text})
	}
	return rows
}

// explain lists what may be behind an error, each with where to look.
func (t *testPage) explain(e model.Explained) {
	if len(e.Causes) == 0 {
		return
	}
	t.causes.Add(fields.Heading(i18n.T("l2tp.causes")))
	for i, c := range e.Causes {
		line := sentence(fmt.Sprintf("%d.  %s", i+1, c.Text))
		if t.leads(c.Fix) {
			t.causes.Add(container.New(lineAndButton{}, line, widgets.NewButton(c.Do, func() { t.lead(c.Fix) })))
		} else {
			t.causes.Add(tight(line, caption(c.Do)))
		}
	}
	t.causes.Add(caption(i18n.T("l2tp.codes_expected")))
}

// leads says that the wizard has a place for this.
func (t *testPage) leads(s codes.Step) bool { return s != codes.StepPC }

// lead goes to where a cause is looked at.
func (t *testPage) lead(s codes.Step) {
	p := t.p
	switch s {
	case codes.StepAdmin:
		p.open(newReportPage(p).forAdmin())
	case codes.StepKey:
		server := p.pages[model.StepServer].(*serverPage)
		server.ask.check.SetChecked(true)
		p.show(model.StepServer)
		p.host.Window().Canvas().Focus(server.ask.key)
	case codes.StepTest:
		t.begin()
	default:
		p.show(model.StepOf(s))
	}
}

func (t *testPage) focus() fyne.Focusable {
	d := &t.p.w.Dial
	switch {
	case d.Running:
		return t.cancel
	case t.connect.Visible() && !(d.Last != nil && d.Last.Connected):
		return t.connect
	}
	return nil
}

func (t *testPage) next() next {
	d := &t.p.w.Dial
	if d.Running || !d.Ended() && t.p.w.Entry == nil {
		return next{}
	}
	return next{text: i18n.T("l2tp.finish"), minor: t.connect.Visible() && !(d.Last != nil && d.Last.Connected), do: func() { t.p.show(model.StepDone) }}
}
