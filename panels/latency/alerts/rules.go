package alerts

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
	"tacklebox/panels/latency/reasons"
	"tacklebox/panels/widgets"
	model "tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/targets"
)

// rulesView is the list of rules, and how they stand.
type rulesView struct {
	p                       *page
	src                     *lines
	list                    *widgets.RowList
	empty                   *widget.Label
	add, edit, turn, remove *widgets.Button
	root                    *fyne.Container
}

func newRulesView(p *page) *rulesView {
	v := &rulesView{p: p, src: &lines{tips: p.w.Tips()}}
	v.list = widgets.NewRowList(v.src, p.w.Tips())
	v.list.OnSelected = func(string) { v.buttons() }
	v.list.OnActivated = func(string) { v.openChosen() }
	v.list.OnKey = func(k *fyne.KeyEvent) {
		if k.Name == fyne.KeyDelete {
			v.askRemove()
		}
	}
	v.add = widgets.NewButton(i18n.T("latency.alerts_add_rule"), v.openNew)
	v.add.Icon = theme.ContentAddIcon()
	v.add.Importance = widget.HighImportance
	v.edit = widgets.NewButton(i18n.T("latency.alerts_edit"), v.openChosen)
	v.turn = widgets.NewButton(i18n.T("latency.alerts_turn_off"), v.toggle)
	v.remove = widgets.NewButton(i18n.T("latency.alerts_remove"), v.askRemove)
	v.empty = fields.Muted(i18n.T("latency.alerts_rules_empty"))
	v.root = container.NewBorder(container.NewPadded(widgets.NewFlow(v.add, v.edit, v.turn, v.remove)), nil, nil, nil, container.NewStack(v.empty, v.list))
	v.buttons()
	return v
}

// chosen is the chosen rule.
func (v *rulesView) chosen() (alert.Rule, bool) {
	i := slices.IndexFunc(v.p.state.Rules, func(r alert.Rule) bool { return r.ID == v.list.Selected() })
	if i < 0 {
		return alert.Rule{}, false
	}
	return v.p.state.Rules[i], true
}

// apply shows the rules as they stand.
func (v *rulesView) apply() {
	v.src.list = v.src.list[:0]
	for i := range v.p.state.Rules {
		v.src.list = append(v.src.list, v.line(&v.p.state.Rules[i]))
	}
	v.list.Reload()
	fields.SetVisible(v.empty, v.p.known && len(v.src.list) == 0)
	v.buttons()
}

func (v *rulesView) line(r *alert.Rule) line {
	l := line{key: r.ID, name: targets.Printable(r.Name, 200), detail: ruleWords(r) + " · " + v.p.scopeWords(&r.Scope), muted: !r.Enabled}
	up, held, worst, seen := 0, 0, alert.OK, 0
	var names []string
	for _, s := range v.p.state.Standing {
		if s.Rule != r.ID {
			continue
		}
		switch {
		case s.Level == alert.Unknown:
			continue
		case s.Held:
			held++
		case s.Level > alert.OK:
			up++
			worst = max(worst, s.Level)
			names = append(names, v.p.name(s.On)+": "+reasons.Seen(s.Why, s.Said))
		}
		seen++
	}
	problem := v.p.state.Problems[r.ID]
	switch {
	case !r.Enabled:
		l.word, l.level = i18n.T("latency.alerts_off"), widgets.LevelUnknown
		if r.Problem != "" {
			problem := reasons.Kept(r.Problem, r.Validate())
			l.detail, l.tip = problem, problem
		}
	case problem != nil:
		l.word, l.level, l.detail, l.tip = i18n.T("latency.alerts_broken"), widgets.LevelFailed, reasons.Text(problem), reasons.Text(problem)
	case seen == 0:
		l.word, l.level = levelWord(alert.Unknown)
	default:
		l.word, l.level = levelWord(worst)
	}
	var state []string
	if up > 0 {
		state = append(state, i18n.N("latency.alerts_up", up))
	}
	if held > 0 {
		state = append(state, i18n.N("latency.alerts_held", held))
	}
	if len(state) > 0 {
		l.state = strings.Join(state, i18n.T("latency.comma"))
	}
	if len(names) > 0 {
		const most = 6
		if len(names) > most {
			names = append(names[:most], "…")
		}
		l.tip = strings.Join(names, "\n")
	}
	return l
}

// name is a target's, or that it is gone.
func (p *page) name(id model.TargetID) string {
	if t, ok := p.byID[id]; ok {
		return fullName(t)
	}
	return i18n.T("latency.alerts_target_gone")
}

// worst is the worst level of all rules, "" when nothing is up.
func (v *rulesView) worst() widgets.Level {
	worst := widgets.Level("")
	for _, l := range v.src.list {
		if l.level == widgets.LevelFailed || l.level == widgets.LevelDegraded && worst == "" {
			worst = l.level
		}
	}
	return worst
}

func (v *rulesView) buttons() {
	r, ok := v.chosen()
	w := v.p.writer
	fields.SetEnabled(v.add, w)
	fields.SetEnabled(v.edit, w && ok)
	fields.SetEnabled(v.turn, w && ok)
	fields.SetEnabled(v.remove, w && ok)
	word := i18n.T("latency.alerts_turn_off")
	if ok && !r.Enabled {
		word = i18n.T("latency.alerts_turn_on")
	}
	if v.turn.Text != word {
		v.turn.SetText(word)
		v.root.Refresh()
	}
}

func (v *rulesView) openNew() {
	r := alert.Rule{ID: v.p.d.NewID(), Kind: alert.KindThreshold, Enabled: true, Scope: alert.Scope{All: true}, Thresholds: "-w 100,20% -c 500,60%",
		RaiseAfter: 2, ClearAfter: 2}
	for _, c := range v.p.state.Channels {
		if c.Enabled {
			r.Channels = append(r.Channels, c.ID)
		}
	}
	v.p.open(newRuleForm(v.p, r, true))
}

func (v *rulesView) openChosen() {
	if r, ok := v.chosen(); ok && v.p.writer {
		v.p.open(newRuleForm(v.p, r, false))
	}
}

// toggle turns the chosen rule on or off.
func (v *rulesView) toggle() {
	r, ok := v.chosen()
	if !ok {
		return
	}
	r.Enabled = !r.Enabled
	if r.Enabled {
		r.Problem = ""
		if err := r.Validate(); err != nil {
			v.p.say(widgets.LevelFailed, i18n.T("latency.alerts_cannot_turn_on"), reasons.Text(err))
			return
		}
	}
	v.p.change(func(_ context.Context, c *service.AlertConfig) error { return put(c, r) }, nil)
}

// put keeps a rule, in its place when it is there.
func put(c *service.AlertConfig, r alert.Rule) error {
	i := slices.IndexFunc(c.Rules, func(o alert.Rule) bool { return o.ID == r.ID })
	if i < 0 {
		c.Rules = append(c.Rules, r)
	} else {
		c.Rules[i] = r
	}
	return nil
}

func (v *rulesView) askRemove() {
	r, ok := v.chosen()
	if !ok || !v.p.writer {
		return
	}
	v.p.ask(i18n.T("latency.alerts_remove_rule_title"), i18n.T("latency.alerts_remove_yes"), i18n.T("latency.alerts_remove_rule", map[string]any{"Name": targets.Printable(r.Name, 60)}), true, func() {
		v.p.change(func(_ context.Context, c *service.AlertConfig) error {
			c.Rules = slices.DeleteFunc(c.Rules, func(o alert.Rule) bool { return o.ID == r.ID })
			return nil
		}, nil)
	})
}
