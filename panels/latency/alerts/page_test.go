package alerts

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/fieldstest"
	model "tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/service"
)

const canary = "canary-90be17"

// Each rule says how it stands, in words; what changes is seen by itself.
func TestRules(t *testing.T) {
	f := busy()
	b := open(t, f)
	for _, want := range []string{"Office line", "critical", "up for 2 targets", "warning from 100 ms or 20 % loss, critical from 500 ms or 60 % loss, over 5 probes", "all targets",
		"quiet", "DNS1, DNS2", "no target of SmokePing's uses it", "off", "broken", "has no comma", "Rules (4)"} {
		b.See(want)
	}
	f.set(func(s *service.AlertState) { s.Standing = nil })
	b.Gone("up for 2 targets")
	b.See("no verdict")
	f.set(func(s *service.AlertState) {
		s.Standing = []alert.Standing{{Rule: "a", On: 2, Level: alert.Critical, Held: true}}
	})
	b.See("held for 1 target")
	b.Row("Office line")
	b.Press("Disable")
	b.Until("disabled", func() bool { return !f.Alerts().Rules[0].Enabled })
	b.Press("Enable")
	b.Until("enabled", func() bool { return f.Alerts().Rules[0].Enabled })
	b.Row("broken")
	b.Press("Disable")
	b.Press("Enable")
	b.See(i18n.T("latency.alerts_cannot_turn_on"))
	if f.Alerts().Rules[3].Enabled {
		t.Error("a rule that cannot work was enabled")
	}
	b.Press("Delete…")
	b.See("The rule “broken” is deleted")
	b.Press("Cancel")
	if len(f.Alerts().Rules) != 4 {
		t.Error("it was deleted all the same")
	}
	b.Press("Delete…")
	b.Press(i18n.T("latency.alerts_remove_yes"))
	b.Until("deleted", func() bool { return len(f.Alerts().Rules) == 3 })
	b.Leave()
	b.Until("unsubscribed", func() bool { defer f.lock()(); return f.dropped == 1 })
}

// A rule is checked as it is typed and kept as it was typed, for each kind.
func TestAddRules(t *testing.T) {
	f := busy()
	b := open(t, f)
	saved := func(n int) alert.Rule {
		t.Helper()
		b.Press("Save")
		b.Until("saved", func() bool { return len(f.Alerts().Rules) == n })
		b.See("Rules (")
		return f.Alerts().Rules[n-1]
	}
	b.Press(i18n.T("latency.alerts_add_rule"))
	if !b.Button("Save").Disabled() {
		t.Error("a rule without a name can be kept")
	}
	b.Type(i18n.T("latency.field_name"), "Wide")
	b.Type(i18n.T("latency.alerts_limits"), "-w 500,20% -c 100,60%")
	b.See("the warning's round trip is above the critical one: swap them")
	b.Type(i18n.T("latency.alerts_limits"), "-w 50,10%")
	b.See("warning from 50 ms or 10 % loss")
	b.Type(i18n.T("latency.alerts_raise"), "0")
	b.See("A number from 1 to 1000")
	b.Type(i18n.T("latency.alerts_raise"), "3")
	b.Choose(i18n.T("latency.alerts_scope"), i18n.T("latency.alerts_scope_chosen"))
	b.See(i18n.T("latency.alerts_scope_missing"))
	b.Tick("Group Google", true)
	b.Tick("Office / files", true)
	b.Tick("This desk", false)
	b.Tick(i18n.T("latency.alerts_ignore_gateway"), true)
	r := saved(5)
	if r.ID == "" || r.Kind != alert.KindThreshold || r.Thresholds != "-w 50,10%" || r.RaiseAfter != 3 || !r.IgnoreGateway || r.Scope.All || !slices.Equal(r.Scope.Targets, []model.TargetID{2}) ||
		len(r.Scope.Groups) != 1 || r.Scope.Groups[0][0] != "Google" || !slices.Equal(r.Channels, []string{"ops"}) || !r.Enabled {
		t.Errorf("%+v", r)
	}
	b.Press(i18n.T("latency.alerts_add_rule"))
	b.Type(i18n.T("latency.field_name"), "Lossy")
	b.Choose(i18n.T("latency.alerts_kind"), i18n.T("latency.alerts_kind_pattern"))
	b.Type(i18n.T("latency.alerts_pattern"), ">0%,*x*,>0%")
	b.Until("an error", func() bool { return b.Button("Save").Disabled() })
	b.Type(i18n.T("latency.alerts_pattern"), ">0%,*12*,>0%")
	b.Choose(i18n.T("latency.alerts_mode"), i18n.T("latency.alerts_mode_smokeping"))
	b.Choose(i18n.T("latency.alerts_level"), i18n.T("latency.alerts_warning"))
	b.Type(i18n.T("latency.alerts_round"), "5 min")
	if r = saved(6); r.Pattern != ">0%,*12*,>0%" || r.Metric != "loss" || r.Mode != "smokeping" || r.Level != alert.Warning || r.Step != 5*time.Minute || r.Pings != 0 {
		t.Errorf("%+v", r)
	}
	b.Press(i18n.T("latency.alerts_add_rule"))
	b.Type(i18n.T("latency.field_name"), "Matched")
	b.Choose(i18n.T("latency.alerts_kind"), i18n.T("latency.alerts_kind_matcher"))
	b.Type(i18n.T("latency.alerts_pattern"), "Nosuch(a=>1)")
	b.Until("an error", func() bool { return b.Button("Save").Disabled() })
	b.Type(i18n.T("latency.alerts_pattern"), "Avgratio(historic=>20,current=>2,comparator=>'>',percentage=>150)")
	b.Type(i18n.T("latency.alerts_round"), "20")
	if r = saved(7); r.Kind != alert.KindMatcher || r.Pings != 20 || r.Step != 0 || r.Metric != "" {
		t.Errorf("%+v", r)
	}
}

// An imported rule shows the text that it came from, and keeps what the form does
// not ask for.
func TestEditImported(t *testing.T) {
	f := busy()
	f.state.Rules[1].History, f.state.Rules[1].Priority, f.state.Rules[1].EveryRound = 30, 7, true
	b := open(t, f)
	b.Row("someloss")
	b.Press(i18n.T("latency.alerts_edit"))
	b.See("type = loss, pattern = >0%,*12*,>0%,*12*,>0%")
	b.Type(i18n.T("latency.alerts_comment"), "call the line's owner")
	b.Press("Save")
	b.Until("kept", func() bool { return f.Alerts().Rules[1].Comment != "" })
	if r := f.Alerts().Rules[1]; r.History != 30 || r.Priority != 7 || !r.EveryRound || r.Step != 5*time.Minute || r.Mode != "smokeping" || len(f.Alerts().Rules) != 4 {
		t.Errorf("%+v", r)
	}
}

// What cannot be kept is said, and the form stays as it was typed.
func TestNotSaved(t *testing.T) {
	f := busy()
	f.refuse = errors.New("the disk is full")
	b := open(t, f)
	b.Press(i18n.T("latency.alerts_add_rule"))
	b.Type(i18n.T("latency.field_name"), "Mine")
	b.Press("Save")
	b.See(i18n.T("latency.alerts_not_saved"))
	b.Until("the form", func() bool { return b.Sees("Mine") && !b.Button("Save").Disabled() })
}

// A dry run tries the rule as it is typed, over the chosen stretch, and can be
// cancelled; it changes nothing.
func TestDryRun(t *testing.T) {
	f := busy()
	f.events = []alert.Event{
		{Kind: alert.Raised, On: 2, At: now.Add(-5 * time.Hour), Level: alert.Warning, Why: "loss 20 %"},
		{Kind: alert.Raised, On: 2, At: now.Add(-5*time.Hour + time.Minute), Level: alert.Critical, Was: alert.Warning, Why: "loss 100 %"},
		{Kind: alert.Cleared, On: 2, At: now.Add(-5*time.Hour + 11*time.Minute), Was: alert.Critical},
		{Kind: alert.Held, On: 3, At: now.Add(-2 * time.Hour), Level: alert.Critical},
		{Kind: alert.Raised, On: 3, At: now.Add(-time.Hour), Level: alert.Critical, Why: "loss 60 %"},
	}
	b := open(t, f)
	b.Row("Office line")
	b.Press(i18n.T("latency.alerts_edit"))
	b.Type(i18n.T("latency.alerts_limits"), "-w 70,10%")
	b.Choose(i18n.T("latency.alerts_dry_span"), i18n.T("latency.alerts_one_week"))
	b.Press(i18n.T("latency.alerts_try_rule"))
	b.See("it would have fired 2 times, for 2 targets. 1 more would have been held")
	b.See("Office / files")
	b.See("00:11:00")
	b.See("loss 60 %")
	b.Press(i18n.T("latency.copy_lines"))
	if text := fyne.CurrentApp().Clipboard().Content(); strings.Count(text, "\n") != 5 || !strings.Contains(text, "loss 100 %") {
		t.Errorf("%q", text)
	}
	func() {
		defer f.lock()()
		if f.ran[0].Thresholds != "-w 70,10%" || f.spans[0] != 7*24*time.Hour || f.state.Rules[0].Thresholds == "-w 70,10%" {
			t.Errorf("%+v over %v", f.ran, f.spans)
		}
		f.nothing = true
	}()
	b.Press(i18n.T("latency.alerts_try_rule"))
	b.See(i18n.T("latency.alerts_dry_nothing"))
	b.Gone(i18n.T("latency.alerts_dry_none"))
	func() {
		defer f.lock()()
		f.nothing = false
		f.hold = make(chan struct{}) // for ever
	}()
	b.Press(i18n.T("latency.alerts_try_rule"))
	b.See("Looking through the history")
	b.Press("Cancel")
	b.See("Cancelled; up to there it would have fired once")
	b.Press(i18n.T("latency.alerts_try_rule"))
	b.See("Looking through the history")
	b.Leave() // and what goes on ends, or the bench complains
}

// Gateways are chosen with a tick that holds at once; when that does not work the
// tick goes away again.
func TestGateways(t *testing.T) {
	f := busy()
	b := open(t, f)
	b.tab("gateways")
	b.Tick("Google / DNS1", true)
	b.Until("chosen", func() bool { return slices.Equal(f.Alerts().Gateways, []model.TargetID{1, 3}) })
	// Ticks that follow each other quickly all hold, in their order.
	for i := range 20 {
		b.Tick("Office / files", i%2 == 0)
		b.Tick("Google / DNS2", i%2 == 1)
	}
	b.Until("the last ticks", func() bool { return slices.Equal(f.Alerts().Gateways, []model.TargetID{1, 3, 4}) })
	b.Tick("Google / DNS2", false)
	b.Until("untouched", func() bool { return slices.Equal(f.Alerts().Gateways, []model.TargetID{1, 3}) })
	func() { defer f.lock()(); f.refuse = history.ErrReader }()
	b.Tick("Google / DNS1", false)
	b.See(i18n.T("latency.alerts_not_saved"))
	if !slices.Equal(f.Alerts().Gateways, []model.TargetID{1, 3}) {
		t.Error("it was changed")
	}
}

// A process that only looks says so and changes nothing.
func TestReader(t *testing.T) {
	f := busy()
	f.looks = true
	b := open(t, f)
	b.See(i18n.T("latency.alerts_reader"))
	b.Row("Office line")
	for _, word := range []string{i18n.T("latency.alerts_add_rule"), "Edit", "Disable", "Delete…"} {
		if !b.Button(word).Disabled() {
			t.Errorf("%s can be pressed", word)
		}
	}
}

// Before the history is open the page says so.
func TestNotYet(t *testing.T) {
	b := fieldstest.New(t, fieldstest.Look{})
	Tool(Deps{Secrets: &keys{}}).Open(b)
	b.See(i18n.T("latency.alerts_not_yet"))
}

// An empty page teaches.
func TestEmpty(t *testing.T) {
	b := open(t, &fake{})
	b.See("A rule says what is worth telling")
	b.tab("channels")
	b.See("A channel tells people")
	b.Press(i18n.T("latency.alerts_add_channel"))
	b.Type(i18n.T("latency.field_name"), "Desk")
	b.Press("Save")
	b.Until("kept", func() bool {
		c := b.f.Alerts().Channels
		return len(c) == 1 && c[0].Kind == channel.KindDesktop && c[0].Enabled
	})
}
