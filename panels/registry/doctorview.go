package registry

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/doctor"
)

// doctorView has one line for each thing that can be wrong with a login.
type doctorView struct {
	p      *Panel
	root   fyne.CanvasObject
	column *fyne.Container
	title  *widget.Label
	look   *widgets.Button
	copyIt *widgets.Button
	head   []fyne.CanvasObject

	stop    context.CancelFunc
	turn    int // of the visits
	running bool
	done    bool
	engine  string // as it is called
	found   []doctor.Line
}

func newDoctorView(p *Panel) *doctorView {
	v := &doctorView{p: p, title: titleText("")}
	v.look = widgets.NewButton(i18n.T("registry.doctor_run"), v.run)
	v.look.Importance = widget.HighImportance
	v.copyIt = widgets.NewButton(i18n.T("registry.doctor_copy"), func() { p.copy(v.report()) })
	v.head = []fyne.CanvasObject{v.title, container.NewHBox(v.look, v.copyIt), gap(4)}
	v.column = widgets.NewColumn(v.head...)
	v.root = fields.Page(v.column)
	return v
}

func (v *doctorView) object() fyne.CanvasObject { return v.root }
func (v *doctorView) shown(bool)                {}

func (v *doctorView) reset() {
	if v.stop != nil {
		v.stop()
		v.stop = nil
	}
	v.turn++
	v.running, v.done, v.found = false, false, nil
	v.fill()
}

// run looks at everything. It ends within ten seconds.
func (v *doctorView) run() {
	x := v.p.conn
	if x == nil || v.running {
		return
	}
	v.reset()
	v.running = true
	ctx, stop := context.WithCancel(x.ctx)
	v.stop = stop
	v.turn++
	p, turn := v.p, v.turn
	tell := func(l doctor.Line) {
		p.deps.Do(func() {
			if !p.closed && v.turn == turn {
				v.found = append(v.found, l)
				v.fill()
			}
		})
	}
	p.within(ctx, func(ctx context.Context) func() {
		defer stop()
		engine := ""
		session, err := p.deps.Store.Open(ctx, x.id)
		if err == nil {
			o := doctor.Options{Now: p.deps.Now, Tell: tell}
			if p.deps.Debugger != nil {
				o.Engine = p.deps.Debugger.Engine()
			}
			doctor.Run(ctx, session, o)
			if o.Engine != nil {
				engine = o.Engine.Name()
			}
		}
		p.deps.Do(func() {
			if p.closed || v.turn != turn {
				return
			}
			v.running, v.done, v.engine = false, true, engine
			if err != nil {
				p.complain(err)
			}
			v.fill()
			p.applyBanner()
		})
		return nil
	})
	v.fill()
}

func (v *doctorView) apply() { v.fill() }

// fill shows the verdicts, and what is still asked.
func (v *doctorView) fill() {
	bad, warn := 0, 0
	for _, l := range v.found {
		switch l.State {
		case doctor.Bad:
			bad++
		case doctor.Warn:
			warn++
		}
	}
	title := i18n.T("registry.doctor_title")
	switch {
	case v.running:
		title = i18n.T("registry.doctor_running")
	case v.done && bad > 0:
		title = i18n.N("registry.doctor_bad", bad)
	case v.done && warn > 0:
		title = i18n.N("registry.doctor_warn", warn)
	case v.done:
		title = i18n.T("registry.doctor_good")
	}
	fields.Tell(v.title, title, widget.MediumImportance)
	fields.SetEnabled(v.look, !v.running)
	fields.SetVisible(v.copyIt, v.done)
	lines := slices.Clone(v.head)
	for i, step := range doctor.Steps {
		switch {
		case i < len(v.found):
			lines = append(lines, v.line(v.found[i]))
		case v.running && i == len(v.found):
			lines = append(lines, verdictLine(widgets.LevelUnknown, stepWord(step), i18n.T("registry.doctor_asking"), ""))
		case !v.done:
			lines = append(lines, verdictLine(widgets.LevelUnknown, stepWord(step), "", ""))
		}
	}
	v.column.Objects = lines
	v.column.Refresh()
	v.root.Refresh()
}

// line is one verdict with its remedy.
func (v *doctorView) line(l doctor.Line) fyne.CanvasObject {
	level := widgets.LevelUnknown
	switch l.State {
	case doctor.OK:
		level = widgets.LevelGood
	case doctor.Warn:
		level = widgets.LevelDegraded
	case doctor.Bad:
		level = widgets.LevelFailed
	}
	host := ""
	if v.p.conn != nil {
		host = v.p.conn.host()
	}
	o := verdictLine(level, stepWord(l.Step), verdictText(v.p.conn, l, v.engine), remedyText(l, host))
	var buttons []fyne.CanvasObject
	switch l.Cause {
	case registry.CauseUnknownCA, registry.CauseName, registry.CauseExpired, registry.CauseFingerprint:
		if l.Certificate != nil && l.State == doctor.Bad {
			buttons = append(buttons, widgets.NewButton(i18n.T("registry.trust_certificate"), func() { v.askTrust(l.Certificate) }))
		}
		buttons = append(buttons, widgets.NewButton(i18n.T("registry.change"), v.p.showChange))
	case registry.CausePlain, registry.CauseProxy, registry.CauseAddress, registry.CauseConnect:
		if l.State != doctor.OK {
			buttons = append(buttons, widgets.NewButton(i18n.T("registry.change"), v.p.showChange))
		}
	case registry.CauseCredential, registry.CauseStopped, registry.CauseKeychain, registry.CauseHelper:
		buttons = append(buttons, widgets.NewButton(i18n.T("registry.sign_in_again"), v.p.showSignIn))
	}
	if len(buttons) == 0 {
		return o
	}
	return widgets.NewColumn(o, container.New(besideDot{}, gap(1), widgets.NewFlow(buttons...)))
}

// askTrust trusts a certificate by its fingerprint, once the person compared it.
func (v *doctorView) askTrust(c *registry.Certificate) {
	x := v.p.conn
	if x == nil {
		return
	}
	text := i18n.T("registry.trust_confirm", map[string]any{"Host": x.host()}) + "\n\n" + certificateText(c) + "\n\n" + i18n.T("registry.compare_fingerprint")
	v.p.confirm(i18n.T("registry.trust_certificate"), text, i18n.T("registry.trust_certificate"), func() {
		x.background(func(context.Context) func() {
			_, err := v.p.deps.Store.Change(x.id, func(k *registry.Connection) { k.Fingerprint = c.Fingerprint })
			return func() {
				if err != nil {
					v.p.complain(err)
					return
				}
				v.p.reopen()
			}
		})
	})
}

// verdictLine is a dot, what it is about, what was found, and what to do.
func verdictLine(level widgets.Level, step, text, remedy string) fyne.CanvasObject {
	head := widget.NewRichText(
		&widget.TextSegment{Text: step, Style: widget.RichTextStyle{Inline: true, TextStyle: fyne.TextStyle{Bold: true}}},
		&widget.TextSegment{Text: "   " + text, Style: widget.RichTextStyle{Inline: true, ColorName: theme.ColorNameForeground}})
	head.Wrapping = fyne.TextWrapWord
	parts := []fyne.CanvasObject{head}
	if remedy != "" {
		l := fields.Words("→ " + remedy)
		l.Selectable = true
		if level == widgets.LevelFailed {
			l.Importance = widget.DangerImportance
		}
		parts = append(parts, l)
	}
	return container.New(besideDot{}, widgets.NewStatusDot(level), widgets.NewColumn(parts...))
}

// report is all verdicts as a text, for whoever runs the server.
func (v *doctorView) report() string {
	var b strings.Builder
	if x := v.p.conn; x != nil {
		b.WriteString(x.c.URL + "\n")
	}
	for _, l := range v.found {
		b.WriteString(string(l.State) + "\t" + string(l.Step) + "\t" + registry.Clean(l.Text, 1000))
		if l.Remedy != "" {
			b.WriteString("\t" + registry.Clean(l.Remedy, 1000))
		}
		b.WriteString("\n")
	}
	return b.String()
}
