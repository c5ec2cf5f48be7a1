package model

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tacklebox/panels/i18n"
	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/codes"
	"tacklebox/platform/l2tp/facts"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/pc/pctest"
	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/l2tp/report"
)

// Everything that platform says in codes has words in both languages, and no two
// findings or codes were given the same ones by mistake.
func TestComplete(t *testing.T) {
	for _, language := range i18n.Languages() {
		if err := i18n.Load(language); err != nil {
			t.Fatal(err)
		}
		check := func(what, key string, ok bool) {
			t.Helper()
			if text := i18n.T(key); !ok || text == key || strings.TrimSpace(text) == "" {
				t.Errorf("%s: %s has no words (key %q)", language, what, key)
			}
		}
		for _, key := range codes.Keys() {
			if name, is := strings.CutPrefix(key, "cause."); is {
				k, ok := causeKeys[name]
				check(key, k, ok)
			}
		}
		for _, c := range codes.All() {
			k, ok := codeKeys[c.Code]
			check(CodeText(c.Code), k, ok)
			if c.Fix != "" {
				k, ok = fixKeys[c.Fix]
				check(string(c.Fix), k, ok)
			}
		}
		for _, id := range plan.IDs() {
			k, ok := findingKeys[id]
			check(string(id), k, ok)
			args := []string{"ARG1", "ARG2", "ARG3"}
			if text := FindingText(plan.Finding{ID: id, Args: args}); strings.Contains(text, "{{") || strings.Contains(text, "<no value>") {
				t.Errorf("%s: %s reads %q", language, id, text)
			}
		}
		for _, e := range plan.Effects() {
			k, ok := effectKeys[e]
			check(string(e), k, ok)
		}
		for _, p := range facts.Parts() {
			k, ok := partKeys[p]
			check(string(p), k, ok)
		}
		for _, p := range report.Phrases() {
			k, ok := phraseKeys[p]
			check(string(p), k, ok)
			if text := i18n.T(k); strings.Count(text, "%v")+strings.Count(text, "%q") != strings.Count(report.English(p), "%v")+strings.Count(report.English(p), "%q") {
				t.Errorf("%s: %s fills in something else: %q", language, p, text)
			}
		}
		for _, s := range Steps() {
			k, ok := stepKeys[s]
			check("a step", k, ok)
		}
		for _, s := range plan.ServiceNames() {
			k, ok := serviceKeys[s]
			check(s, k, ok)
		}
	}
	if err := i18n.Load(i18n.English); err != nil {
		t.Fatal(err)
	}
	// A finding that names something names it in its sentence.
	for _, f := range []plan.Finding{
		{ID: plan.FindMisplaced, Args: []string{"NAME", "PLACE"}}, {ID: plan.FindMistyped, Args: []string{"NAME", "VALUE"}}, {ID: plan.FindTunnel, Args: []string{"NAME", "TYPE"}},
		{ID: plan.FindGuarded, Args: []string{"NAME", "OTHER"}}, {ID: plan.FindProhibitPSK, Args: []string{"NAME", "OTHER"}}, {ID: plan.FindProhibitUsed, Args: []string{"NAME", "OTHER"}},
		{ID: plan.FindKind, Args: []string{"NAME", "X", "Y"}}, {ID: plan.FindEncryption, Args: []string{"NAME", "X"}}, {ID: plan.FindDisabled, Args: []string{"NAME"}},
	} {
		text := FindingText(f)
		for _, a := range f.Args {
			if !strings.Contains(text, a) {
				t.Errorf("%s: %q does not name %s", f.ID, text, a)
			}
		}
	}
}

func wizard(t *testing.T, r pc.Reading, answer *l2tp.Report) *Wizard {
	t.Helper()
	if err := i18n.Load(i18n.English); err != nil {
		t.Fatal(err)
	}
	w := New()
	w.Read(&r, nil)
	w.Ask(pctest.Server)
	w.Answered(pctest.Server, answer, nil)
	return w
}

func names(ops []plan.Op) (out []string) {
	for _, o := range ops {
		out = append(out, string(o.Op)+" "+o.Name)
	}
	return out
}

// A new connection to a plain server is made without IPsec; one that has a key
// keeps it, and keeps the PC from being weakened.
func TestKind(t *testing.T) {
	plainServer := pctest.Plain()
	w := wizard(t, pctest.Clean(), &plainServer)
	if w.Kind() != plan.IPsecNone || !slices.Contains(w.Reds(), plan.ProhibitIPsec) || w.Writes() == nil || w.Writes().IPsec != plan.IPsecNone {
		t.Errorf("kind %s, red %v, writes %+v", w.Kind(), w.Reds(), w.Writes())
	}
	r := pctest.Clean()
	r.PC.Profiles = pctest.Leftovers().PC.Profiles
	w = wizard(t, r, &plainServer)
	if w.Mode != ModeRepair || w.Kind() != plan.IPsecPSK || len(w.Reds()) != 0 {
		t.Errorf("mode %s, kind %s, red %v", w.Mode, w.Kind(), w.Reds())
	}
	strong := pctest.Strong(false, false)
	if w = wizard(t, pctest.Clean(), &strong); w.Kind() != plan.IPsecPSK || w.Writes().IPsec != plan.IPsecPSK {
		t.Errorf("kind %s", w.Kind())
	}
	w.Server = "2001:db8::7"
	w.Ask("2001:db8::8")
	if err := plan.CheckName(w.Wanted.Name); err != nil {
		t.Errorf("an address gives the name %q: %v", w.Wanted.Name, err)
	}
}

// A key for a connection that is right as it is has to reach it all the same.
func TestStoresKey(t *testing.T) {
	r := pctest.Clean()
	right := plan.Profile{Name: "Corp", Server: pctest.Server, Tunnel: plan.TunnelL2TP, IPsec: plan.IPsecPSK, Auth: []string{plan.AuthCHAP, plan.AuthMSCHAPv2}, Encryption: plan.EncryptNeeded}
	r.PC.Profiles = []plan.Profile{right}
	behind := pctest.Strong(false, true)
	w := wizard(t, r, &behind)
	if w.Writes() != nil {
		t.Fatalf("writes %+v without a reason", w.Writes())
	}
	w.Secrets = true
	w.Replan()
	if got := names(w.Plan().Ops); !slices.Equal(got, []string{"set " + plan.AssumeUDP, "profile Corp", "restart "}) {
		t.Errorf("plan %v", got)
	}
	if err := w.Plan().Check(); err != nil {
		t.Error(err)
	}
	silent := pctest.Silent()
	w.Answered(pctest.Server, &silent, nil)
	if got := names(w.Plan().Ops); got != nil {
		t.Errorf("a server that says nothing changes %v", got)
	}
}

func TestTicksOfPlan(t *testing.T) {
	weak := pctest.Weak()
	w := wizard(t, pctest.Clean(), &weak)
	if w.Missing() != MissingKey {
		t.Fatalf("missing %q", w.Missing())
	}
	w.Key = true
	if w.Missing() != MissingTicks {
		t.Fatalf("missing %q", w.Missing())
	}
	w.Accepted[plan.WeakCrypto] = true
	if w.Missing() != MissingNothing || !slices.Equal(w.Order().Accept, []string{plan.WeakCrypto}) {
		t.Errorf("missing %q, order %+v", w.Missing(), w.Order())
	}
	w.Replan() // the same facts
	if w.Missing() != MissingNothing {
		t.Error("the same plan asks again")
	}
	w.Wanted.Name = "Other"
	w.Replan()
	if w.Missing() != MissingTicks {
		t.Error("another plan is agreed to already")
	}
	w.ReadErr, w.Reading = nil, nil
	w.Replan()
	if w.Missing() != MissingPC {
		t.Errorf("missing %q", w.Missing())
	}
}

// An answer counts for the server that gave it.
func TestOtherServer(t *testing.T) {
	plainServer := pctest.Plain()
	w := wizard(t, pctest.Clean(), &plainServer)
	w.Server = "other.example"
	w.Replan()
	if w.Facts().Server != nil || w.Changes() != 0 || len(w.Reds()) != 0 {
		t.Errorf("%d changes, red %v", w.Changes(), w.Reds())
	}
}

func TestSettled(t *testing.T) {
	r := pctest.Clean()
	for i := range r.PC.Values {
		if r.PC.Values[i].Place == plan.Homes()[2] {
			r.PC.Values[i].Exists, r.PC.Values[i].Type, r.PC.Values[i].Data = true, plan.TypeDWORD, []byte{2, 0, 0, 0}
		}
	}
	behind := pctest.Strong(true, true)
	for _, f := range wizard(t, r, &behind).Findings() {
		if f.Text == i18n.T("l2tp.find_nat_server") && (!f.Settled || f.Fixed || f.Level != Good) {
			t.Errorf("%+v", f)
		}
	}
	for _, f := range wizard(t, pctest.Clean(), &behind).Findings() {
		if f.Text == i18n.T("l2tp.find_nat_server") && (f.Settled || !f.Fixed || f.Level != Degraded) {
			t.Errorf("%+v", f)
		}
	}
}

func TestPreviewWords(t *testing.T) {
	behind := pctest.Strong(true, true)
	w := wizard(t, pctest.Leftovers(), &behind)
	rows := w.Preview()
	find := func(title string) Change {
		for _, c := range w.Preview() {
			if c.Title == title {
				return c
			}
		}
		t.Fatalf("no row %q", title)
		return Change{}
	}
	c := find("Remove ProhibitIpSec")
	if c.Before != "1: L2TP without IPsec" || c.After != "not there: L2TP uses IPsec" || c.Where != plan.RasManKey || c.Raw != "ProhibitIpSec:  dword:00000001  →  absent" || c.Why == "" || c.Consequence == "" || c.Tick != "" {
		t.Errorf("%+v", c)
	}
	if c = find("Set AssumeUDPEncapsulationContextOnSendRule to 2"); c.Before != "ignored for its wrong type" || c.After != "2: server and PC may be behind NAT" {
		t.Errorf("%+v", c)
	}
	if c = find("Remove AllowL2TPWeakCrypto"); c.Before != "ignored there by Windows" || c.After != "not there" || c.Where != plan.PolicyAgentKey {
		t.Errorf("%+v", c)
	}
	if c = find("Repair the connection “Corp”"); !strings.HasPrefix(c.Before, "Automatic, pre-shared key") || !strings.HasPrefix(c.After, "L2TP, pre-shared key") ||
		!strings.Contains(c.Consequence, "cannot bring it back") || c.Tick != "" {
		t.Errorf("%+v", c)
	}
	for _, c := range rows {
		if c.Op.Op == plan.Restart {
			t.Error("a restart stands among the changes")
		}
		if c.Why == "" {
			t.Errorf("no reason is given for: %s", c.Title)
		}
	}
	for _, f := range w.Findings() {
		if f.Fixed && f.Level == Good {
			t.Errorf("fine, and to be changed: %s", f.Text)
		}
	}
	w.Classic = true
	w.Replan()
	if why := find("Set AllowL2TPWeakCrypto to 1").Why; why != i18n.T("l2tp.why_classic") {
		t.Errorf("the classic recipe's reason: %s", why)
	}
	for _, f := range w.Findings() {
		if f.Text == i18n.T("l2tp.find_classic_recipe") && f.Fixed {
			t.Error("the recipe is said to be set right by itself")
		}
	}
	if !w.NeedsRestart() {
		t.Error("no restart is needed")
	}
}

func TestExplain(t *testing.T) {
	if err := i18n.Load(i18n.English); err != nil {
		t.Fatal(err)
	}
	for _, c := range codes.All() {
		e := Explain(c.Code)
		if !e.Known || len(e.Causes) == 0 || len(e.Causes) > 3 || strings.HasPrefix(e.Meaning, "l2tp.") {
			t.Errorf("%s: %+v", CodeText(c.Code), e)
		}
		for _, cause := range e.Causes {
			if StepOf(cause.Fix) < StepServer || StepOf(cause.Fix) > StepDone || cause.Do == "" {
				t.Errorf("%+v", cause)
			}
		}
	}
	if e := Explain(-2146762495); e.Code != "0x800B0101" || !e.Known {
		t.Errorf("%+v", e)
	}
	if e := Explain(4711); e.Known || e.Code != "4711" || e.Meaning == "" || len(e.Causes) != 0 {
		t.Errorf("%+v", e)
	}
}

func TestDialStages(t *testing.T) {
	levels := func(d *Dial) (out []string) {
		for _, s := range d.Stages() {
			out = append(out, s.Level)
		}
		return out
	}
	var d Dial
	if got := levels(&d); slices.ContainsFunc(got, func(l string) bool { return l != Unknown }) || len(got) != 7 {
		t.Errorf("before: %v", got)
	}
	d.Begin()
	d.Take(pc.Progress{Stage: codes.StageDNS, State: "passed"})
	d.Take(pc.Progress{Stage: codes.StageIKE, State: "begun"})
	s := d.Stages()
	if s[1].Level != Good || !s[2].Now || s[2].Level != Unknown || s[3].Now {
		t.Errorf("under way: %+v", s)
	}
	d.Take(pc.Progress{Stage: codes.StageIKE, Done: true, Code: 789})
	if got := levels(&d); got[2] != Failed || got[3] != Unknown || !d.Ended() {
		t.Errorf("failed: %v", got)
	}
	d.Begin()
	d.Take(pc.Progress{Done: true, Connected: true})
	if got := levels(&d); slices.ContainsFunc(got, func(l string) bool { return l != Good }) {
		t.Errorf("connected: %v", got)
	}
}

func TestPending(t *testing.T) {
	w := wizard(t, pctest.Clean(), nil)
	value := journal.Change{Op: plan.Op{Op: plan.SetValue, Name: plan.AssumeUDP}, State: journal.StateDone}
	e := &journal.Entry{ID: "1", Time: w.Reading.BootTime.Add(time.Hour), Changes: []journal.Change{value}}
	if !w.Pending(e) {
		t.Error("a value that was set after the start is in effect")
	}
	w.Reading.BootTime = e.Time.Add(time.Minute)
	if w.Pending(e) {
		t.Error("a value that was there at the start is not in effect")
	}
	e.Time = w.Reading.BootTime.Add(time.Hour)
	e.Changes[0].Op.Op = plan.StartService
	if w.Pending(e) || w.Pending(nil) {
		t.Error("a service that was started wants a restart")
	}
}

func TestMarks(t *testing.T) {
	w := New()
	marks := w.Marks()
	if marks[StepServer].Level != Unknown || marks[StepApply].Open || marks[StepDone].Open || !marks[StepFindings].Open {
		t.Errorf("at first: %+v", marks)
	}
	w = wizard(t, pctest.Leftovers(), nil)
	if m := w.Marks()[StepFindings]; m.Level != Failed || m.Summary == "" {
		t.Errorf("%+v", m)
	}
	w.Begin()
	for _, m := range w.Marks() {
		if m.Open != (m.Step == StepApply) {
			t.Errorf("while it is applied: %+v", m)
		}
	}
}

func TestHistoryLine(t *testing.T) {
	if err := i18n.Load(i18n.English); err != nil {
		t.Fatal(err)
	}
	at := plan.Homes()[0]
	c := journal.Change{Op: plan.Op{Op: plan.SetValue, Key: at.Key, Name: at.Name, New: plan.DWORD(1)}, State: journal.StateFailed, Existed: true, Type: plan.TypeDWORD, Data: []byte{0, 0, 0, 0}, Reason: "it is guarded"}
	level, text := ChangeLine(c)
	if level != Failed || text != "Set ProhibitIpSec to 1 (before: 0: L2TP uses IPsec): failed\nit is guarded" {
		t.Errorf("%s %q", level, text)
	}
	e := journal.Entry{Changes: []journal.Change{c}}
	for s, want := range map[journal.State]bool{journal.StateFailed: true, journal.StateBegun: true, journal.StateDone: true, journal.StateUndone: false, journal.StateSkipped: false} {
		e.Changes[0].State = s
		if Undoable(e) != want {
			t.Errorf("%s can be undone: %v", s, !want)
		}
	}
}

// What is ours to say of a change's end is said in Chinese, too.
func TestReasonsInChinese(t *testing.T) {
	before := i18n.Language()
	t.Cleanup(func() { _ = i18n.Load(before) })
	if err := i18n.Load(i18n.SimplifiedChinese); err != nil {
		t.Fatal(err)
	}
	for reason := range reasonKeys {
		if got := ReasonText(reason); got == reason || got == reasonKeys[reason] {
			t.Errorf("%q is %q", reason, got)
		}
	}
	if got := ReasonText(" Zugriff verweigert. "); got != "Zugriff verweigert." {
		t.Errorf("%q", got)
	}
}
