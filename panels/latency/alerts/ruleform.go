package alerts

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	figures "tacklebox/panels/latency/model"
	"tacklebox/panels/latency/reasons"
	"tacklebox/panels/widgets"
	model "tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/alert/pattern"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/targets"
)

// ruleForm edits one rule and tries it on what was measured. What is wrong stands
// below its field while it is typed.
type ruleForm struct {
	p     *page
	rule  alert.Rule // as it was opened
	fresh bool

	name, limits, window, pattern, round, raise, clear, comment *fields.Entry
	nameF, limitsF, windowF, patternF, metricF, modeF, levelF   *fields.Field
	roundF, raiseF, clearF, scopeF, chosenF, channelsF          *fields.Field
	kind                                                        *fields.Choice[alert.RuleKind]
	metric                                                      *fields.Choice[pattern.Metric]
	mode                                                        *fields.Choice[pattern.Mode]
	level                                                       *fields.Choice[alert.Level]
	scope                                                       *fields.Choice[bool]
	enabled, ignore                                             *widget.Check
	who, tell                                                   *fields.Picker
	save, cancel                                                *widgets.Button
	dry                                                         *dryRun
	root                                                        fyne.CanvasObject
	filled                                                      bool
	saving                                                      bool
}

func newRuleForm(p *page, r alert.Rule, fresh bool) *ruleForm {
	f := &ruleForm{p: p, rule: r, fresh: fresh}
	f.name = fields.NewEntry(i18n.T("latency.alerts_name_hint"), f.changed)
	f.kind = fields.NewChoice([]fields.Option[alert.RuleKind]{{Value: alert.KindThreshold, Text: i18n.T("latency.alerts_kind_threshold")},
		{Value: alert.KindPattern, Text: i18n.T("latency.alerts_kind_pattern")}, {Value: alert.KindMatcher, Text: i18n.T("latency.alerts_kind_matcher")}}, f.changed)
	f.limits = fields.NewEntry("-w 100,20% -c 500,60%", f.changed)
	f.limits.TextStyle.Monospace = true
	f.window = fields.NewEntry(strconv.Itoa(alert.DefaultWindow), f.changed)
	f.pattern = fields.NewEntry(">0%,*12*,>0%,*12*,>0%", f.changed)
	f.pattern.TextStyle.Monospace = true
	f.metric = fields.NewChoice([]fields.Option[pattern.Metric]{{Value: pattern.Loss, Text: i18n.T("latency.alerts_metric_loss")}, {Value: pattern.RTT, Text: i18n.T("latency.alerts_metric_rtt")}}, f.changed)
	f.mode = fields.NewChoice([]fields.Option[pattern.Mode]{{Value: pattern.AsDocumented, Text: i18n.T("latency.alerts_mode_documented")},
		{Value: pattern.AsSmokePing, Text: i18n.T("latency.alerts_mode_smokeping")}}, f.changed)
	f.level = fields.NewChoice([]fields.Option[alert.Level]{{Value: alert.Critical, Text: i18n.T("latency.alerts_critical")}, {Value: alert.Warning, Text: i18n.T("latency.alerts_warning")}}, f.changed)
	f.round = fields.NewEntry(figures.Short(alert.DefaultStep), f.changed)
	f.raise, f.clear = fields.NewEntry("1", f.changed), fields.NewEntry("1", f.changed)
	f.comment = fields.NewEntry(i18n.T("latency.alerts_comment_hint"), f.changed)
	f.scope = fields.NewChoice([]fields.Option[bool]{{Value: true, Text: i18n.T("latency.alerts_scope_all")}, {Value: false, Text: i18n.T("latency.alerts_scope_chosen")}}, f.changed)
	f.who = fields.NewPicker(i18n.T("latency.search"), i18n.T("latency.alerts_no_targets"), 150)
	f.who.OnChanged = f.changed
	f.tell = fields.NewPicker(i18n.T("latency.alerts_search_channels"), i18n.T("latency.alerts_no_channels"), 84)
	f.tell.OnChanged = f.changed
	f.enabled = widget.NewCheck(i18n.T("latency.alerts_enabled"), func(bool) { f.changed() })
	f.ignore = widget.NewCheck(i18n.T("latency.alerts_ignore_gateway"), func(bool) { f.changed() })
	f.save = widgets.NewButton(i18n.T("Save"), f.submit)
	f.save.Importance = widget.HighImportance
	f.cancel = widgets.NewButton(i18n.T("Cancel"), p.back)
	for _, e := range []*fields.Entry{f.name, f.limits, f.window, f.pattern, f.round, f.raise, f.clear, f.comment} {
		e.OnEnter, e.OnEscape = f.submit, p.back
	}
	f.dry = newDryRun(p, f.typed)

	f.nameF = fields.New(i18n.T("latency.field_name"), f.name)
	f.limitsF = fields.New(i18n.T("latency.alerts_limits"), f.limits)
	f.windowF = fields.New(i18n.T("latency.alerts_window"), f.window)
	f.patternF = fields.New(i18n.T("latency.alerts_pattern"), f.pattern)
	f.metricF = fields.New(i18n.T("latency.alerts_metric"), f.metric.Select)
	f.modeF = fields.New(i18n.T("latency.alerts_mode"), f.mode.Select)
	f.levelF = fields.New(i18n.T("latency.alerts_level"), f.level.Select)
	f.roundF = fields.New(i18n.T("latency.alerts_round"), f.round)
	f.raiseF = fields.New(i18n.T("latency.alerts_raise"), f.raise)
	f.clearF = fields.New(i18n.T("latency.alerts_clear"), f.clear)
	f.scopeF = fields.New(i18n.T("latency.alerts_scope"), f.scope.Select)
	f.chosenF = fields.New("", f.who.Root)
	f.channelsF = fields.New(i18n.T("latency.alerts_tell"), f.tell.Root)
	title := i18n.T("latency.alerts_new_rule")
	if !fresh {
		title = i18n.T("latency.alerts_edit_rule")
	}
	objects := []fyne.CanvasObject{fields.Heading(title)}
	if r.Imported != "" {
		objects = append(objects, fields.Muted(i18n.T("latency.alerts_from_smokeping")), verbatim(p, r.Imported))
	}
	if r.Problem != "" {
		problem := fields.Words(reasons.Kept(r.Problem, r.Validate()))
		problem.Importance = widget.WarningImportance
		problem.Selectable = true
		objects = append(objects, problem)
	}
	objects = append(objects, f.nameF.Box, fields.New(i18n.T("latency.alerts_kind"), f.kind.Select).Box, f.limitsF.Box, f.windowF.Box, f.patternF.Box, f.metricF.Box, f.modeF.Box,
		f.levelF.Box, f.roundF.Box, f.raiseF.Box, f.clearF.Box, f.scopeF.Box, f.chosenF.Box, f.channelsF.Box, fields.New(i18n.T("latency.alerts_comment"), f.comment).Box,
		fields.New("", f.enabled).Box, fields.New("", f.ignore).Box, widgets.NewFlow(f.save, f.cancel), f.dry.root)
	f.root = fields.Page(objects...)
	f.who.OnResized, f.tell.OnResized = f.root.Refresh, f.root.Refresh
	f.fill()
	return f
}

// verbatim is a text of somebody else's, as it stood there.
func verbatim(p *page, text string) fyne.CanvasObject {
	return widgets.NewCopyable(widgets.KeyValue{Value: targets.Printable(text, 2000), Mono: true}, true, p.w.Tips())
}

func (f *ruleForm) content() fyne.CanvasObject { return f.root }
func (f *ruleForm) close()                     { f.dry.stop() }
func (f *ruleForm) first() fyne.Focusable      { return f.name }

// number is a number in a field; 0 is an empty one.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// fill puts the rule into the fields.
func (f *ruleForm) fill() {
	r := f.rule
	f.kind.Set(r.Kind)
	f.name.SetText(r.Name)
	f.limits.SetText(r.Thresholds)
	f.window.SetText(number(r.Window))
	f.pattern.SetText(r.Pattern)
	f.metric.Set(pattern.Loss)
	if r.Metric != "" {
		f.metric.Set(r.Metric)
	}
	f.mode.Set(pattern.AsDocumented)
	if r.Mode != "" {
		f.mode.Set(r.Mode)
	}
	f.level.Set(alert.Critical)
	if r.Level == alert.Warning {
		f.level.Set(r.Level)
	}
	switch {
	case r.Step > 0:
		f.round.SetText(figures.Short(r.Step))
	case r.Pings > 0:
		f.round.SetText(number(r.Pings))
	}
	f.raise.SetText(number(r.RaiseAfter))
	f.clear.SetText(number(r.ClearAfter))
	f.comment.SetText(r.Comment)
	f.scope.Set(r.Scope.All)
	f.enabled.SetChecked(r.Enabled)
	f.ignore.SetChecked(r.IgnoreGateway)
	var who []string
	for _, g := range r.Scope.Groups {
		who = append(who, groupID(g))
	}
	for _, id := range r.Scope.Targets {
		who = append(who, targetID(id))
	}
	f.who.Set(f.p.scopeItems(), who)
	f.tell.Set(f.p.channelItems(), r.Channels)
	f.filled = true
	f.changed()
}

// update follows what there is to choose from; what was ticked stays.
func (f *ruleForm) update() {
	f.who.Set(f.p.scopeItems(), f.who.Chosen())
	f.tell.Set(f.p.channelItems(), f.tell.Chosen())
	f.changed()
}

const separator = "\x1f"

func groupID(path []string) string      { return "g" + strings.Join(path, separator) }
func targetID(id model.TargetID) string { return "t" + strconv.FormatInt(int64(id), 10) }
func targetOf(id string) model.TargetID {
	n, _ := strconv.ParseInt(id[1:], 10, 64)
	return model.TargetID(n)
}
func groupOf(id string) []string { return strings.Split(id[1:], separator) }

// scopeItems are all groups and targets.
func (p *page) scopeItems() []fields.Item {
	var out []fields.Item
	seen := map[string]bool{}
	for _, t := range p.targets {
		for n := range t.Group {
			id := groupID(t.Group[:n+1])
			if !seen[id] {
				seen[id] = true
				out = append(out, fields.Item{ID: id, Text: i18n.T("latency.alerts_group", map[string]any{"Name": targets.Printable(strings.Join(t.Group[:n+1], " / "), 120)})})
			}
		}
	}
	for _, t := range p.targets {
		out = append(out, fields.Item{ID: targetID(t.ID), Text: fullName(t)})
	}
	return out
}

func (p *page) channelItems() []fields.Item {
	var out []fields.Item
	for _, c := range p.state.Channels {
		text := channelName(&c)
		if !c.Enabled {
			text = i18n.T("latency.alerts_channel_off", map[string]any{"Name": text})
		}
		out = append(out, fields.Item{ID: c.ID, Text: text})
	}
	return out
}

// typed is the rule as the fields say it, or what is wrong: the field that it is
// in has the words already.
func (f *ruleForm) typed() (alert.Rule, error) {
	r := f.rule
	bad := false
	wrong := func(at *fields.Field, text string) {
		at.Bad(text)
		bad = bad || text != ""
	}
	r.Name = strings.TrimSpace(f.name.Text)
	bad = needName(f.nameF, r.Name, f.fresh)
	r.Kind = f.kind.Value()
	count := func(at *fields.Field, e *fields.Entry, high int) int {
		text := strings.TrimSpace(e.Text)
		if text == "" {
			wrong(at, "")
			return 0
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > high {
			wrong(at, i18n.T("latency.bad_number", map[string]any{"Low": 1, "High": high}))
			return 0
		}
		wrong(at, "")
		return n
	}
	r.RaiseAfter, r.ClearAfter = count(f.raiseF, f.raise, 1000), count(f.clearF, f.clear, 1000)
	if r.Kind == alert.KindThreshold {
		r.Thresholds = strings.TrimSpace(f.limits.Text)
		r.Window = count(f.windowF, f.window, 10_000)
		t, err := alert.ParseThresholds(r.Thresholds)
		if err != nil {
			wrong(f.limitsF, reasons.Text(err))
		} else {
			f.limitsF.Say(thresholdWords(t))
		}
	} else {
		r.Pattern, r.Mode, r.Level = strings.TrimSpace(f.pattern.Text), f.mode.Value(), f.level.Value()
		var err error
		if r.Metric = ""; r.Kind == alert.KindPattern {
			r.Metric = f.metric.Value()
			_, err = pattern.Parse(r.Pattern, r.Metric, r.Mode)
		} else {
			_, err = pattern.ParseMatcher(r.Pattern, r.Mode)
		}
		if err != nil {
			wrong(f.patternF, reasons.Text(err))
		} else {
			f.patternF.Say("")
		}
		f.roundOf(&r, wrong)
	}
	r.Comment = strings.TrimSpace(f.comment.Text)
	r.Enabled, r.IgnoreGateway = f.enabled.Checked, f.ignore.Checked
	r.Scope = alert.Scope{All: f.scope.Value()}
	if !r.Scope.All {
		for _, id := range f.who.Chosen() {
			if id[0] == 'g' {
				r.Scope.Groups = append(r.Scope.Groups, groupOf(id))
			} else {
				r.Scope.Targets = append(r.Scope.Targets, targetOf(id))
			}
		}
	}
	nobody := ""
	if !r.Scope.All && len(r.Scope.Groups)+len(r.Scope.Targets) == 0 {
		nobody = i18n.T("latency.alerts_scope_missing")
	}
	wrong(f.chosenF, nobody)
	r.Channels = f.tell.Chosen()
	if bad {
		return r, errForm
	}
	return r, r.Validate()
}

// needName says that a name is missing: of something new that is no mistake yet.
func needName(f *fields.Field, name string, fresh bool) (missing bool) {
	switch {
	case name != "":
		f.Say("")
	case fresh:
		f.Say(i18n.T("latency.alerts_name_missing"))
	default:
		f.Bad(i18n.T("latency.alerts_name_missing"))
	}
	return name == ""
}

// errForm is a form in which something is wrong.
var errForm = errors.New("a field says what is wrong")

// roundOf reads the length of a round: a time, or a number of probes.
func (f *ruleForm) roundOf(r *alert.Rule, wrong func(*fields.Field, string)) {
	text := strings.TrimSpace(f.round.Text)
	r.Step, r.Pings = 0, 0
	if text == "" {
		f.roundF.Say(i18n.T("latency.alerts_round_hint"))
		return
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= 10_000 {
		r.Pings = n
		f.roundF.Say(i18n.T("latency.alerts_round_probes", map[string]any{"N": n}))
		return
	}
	d, ok := figures.ParseSpan(text)
	if _, err := strconv.Atoi(text); err == nil || !ok || d < 1e9 || d > alert.MaxStep {
		wrong(f.roundF, i18n.T("latency.alerts_bad_round"))
		return
	}
	r.Step = d
	f.roundF.Say("")
}

// changed checks the fields as they are typed.
func (f *ruleForm) changed() {
	if !f.filled {
		return
	}
	threshold := f.kind.Value() == alert.KindThreshold
	f.limitsF.Show(threshold)
	f.windowF.Show(threshold)
	for _, x := range []*fields.Field{f.patternF, f.modeF, f.levelF, f.roundF} {
		x.Show(!threshold)
	}
	f.metricF.Show(f.kind.Value() == alert.KindPattern)
	f.chosenF.Show(!f.scope.Value())
	_, err := f.typed()
	if err == nil || errors.Is(err, errForm) {
		f.dry.say("")
	} else {
		f.dry.say(reasons.Text(err))
	}
	fields.SetEnabled(f.save, err == nil && !f.saving && f.p.writer)
	f.dry.buttons(err == nil)
	f.root.Refresh()
}

// submit keeps the rule.
func (f *ruleForm) submit() {
	r, err := f.typed()
	if err != nil || f.saving || !f.p.writer {
		return
	}
	r.Problem = ""
	f.saving = true
	f.changed()
	f.p.change(func(_ context.Context, c *service.AlertConfig) error {
		if !f.fresh && !slices.ContainsFunc(c.Rules, func(o alert.Rule) bool { return o.ID == r.ID }) {
			return nil // it was removed elsewhere meanwhile
		}
		return put(c, r)
	}, func(err error) {
		f.saving = false
		if err != nil {
			f.changed()
			return
		}
		f.p.back()
		f.p.rules.list.Select(r.ID, true)
		f.p.rules.buttons()
		f.p.w.Window().Canvas().Focus(f.p.rules.list)
	})
}
