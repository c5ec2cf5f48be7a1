package l2tp

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/paneltest"
	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/codes"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/pc/pctest"
	"tacklebox/platform/l2tp/plan"
)

const canary = "canary-4711"

// ask types a server and presses Enter.
func (b *bench) ask(server string) {
	b.T.Helper()
	b.Type(i18n.T("l2tp.server"), server)
	b.enter(i18n.T("l2tp.server"))
	b.Until("an answer", func() bool { return !b.p.pages[model.StepServer].(*serverPage).ask.running() })
}

// key types the key of the connection that is to be made.
func (b *bench) key() {
	b.T.Helper()
	b.p.pages[model.StepConnection].(*connectionPage).key.SetText(canary)
	b.Pump()
}

// applied applies the plan of the preview.
func (b *bench) applied() {
	b.T.Helper()
	b.Press(i18n.T("l2tp.apply"))
	b.Until("applied", func() bool { return !b.p.w.Applying && !b.p.reading })
}

// A name and Enter asks; Enter again goes on, as far as the preview and no further.
func TestEnterAllTheWay(t *testing.T) {
	m := &pctest.Machine{Reading: pctest.Clean()}
	b := newBench(t, m, pctest.Strong(true, true), small)
	b.ask(pctest.Server)
	b.See(i18n.T("l2tp.find_server_ipsec"))
	b.key()
	for _, want := range []model.Step{model.StepConnection, model.StepFindings, model.StepPreview} {
		f := b.Win.Canvas().Focused()
		if f == nil {
			t.Fatalf("nothing has the focus before %s", want.Title())
		}
		f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		b.Pump()
		if b.p.w.At != want {
			t.Fatalf("at %s, want %s", b.p.w.At.Title(), want.Title())
		}
	}
	if f := b.Win.Canvas().Focused(); f != nil {
		t.Errorf("Enter would apply: %T has the focus", f)
	}
	b.See(i18n.T("l2tp.op_create", map[string]any{"Name": pctest.Server}))
}

// From leftovers to a connection that works, and back.
func TestWholeWay(t *testing.T) {
	m := &pctest.Machine{Reading: pctest.Leftovers(), Script: pctest.Connects()}
	b := newBench(t, m, pctest.Strong(true, true), paneltest.Look{})
	b.Choose(i18n.T("l2tp.connection_here"), "Corp")
	b.enter(i18n.T("l2tp.server"))
	b.See(i18n.T("l2tp.find_server_ipsec"))
	b.Press(i18n.T("l2tp.next"))
	b.Type(i18n.T("l2tp.psk"), canary)
	b.Type(i18n.T("l2tp.user"), "anna")
	b.Type(i18n.T("l2tp.password"), canary+"!")
	b.Press(i18n.T("l2tp.next"))
	b.See(i18n.T("l2tp.find_leftover_prohibit_ipsec", map[string]any{"All": model.Quoted([]string{"Warehouse", "Corp"})}))
	b.Press(i18n.T("l2tp.to_preview"))
	b.See("HKLM\\SYSTEM\\CurrentControlSet\\Services\\RasMan\\Parameters")
	b.applied()
	b.See(i18n.N("l2tp.applied", 7))
	// The key and the login went to Windows, and nowhere else.
	if len(m.Keys) != 1 || m.Keys[0] != canary || m.Passwords[0] != canary+"!" || m.Orders[0].User != "anna" {
		t.Errorf("keys %q, passwords %q", m.Keys, m.Passwords)
	}
	for _, x := range append(m.Orders[0].PSK, m.Orders[0].Password...) {
		if x != 0 {
			t.Fatal("a secret was left in memory")
		}
	}
	form := b.p.pages[model.StepConnection].(*connectionPage)
	if form.key.Text != "" || form.pass.Text != "" {
		t.Error("a field still has a secret")
	}
	b.Press(i18n.T("l2tp.to_test"))
	b.See(i18n.T("l2tp.restart_waits"))
	b.Press(i18n.T("l2tp.try_now"))
	b.See(i18n.T("l2tp.restart_services_done"))
	b.Fold(i18n.T("l2tp.test_more"))
	b.Type(i18n.T("l2tp.reach"), "10.20.0.10")
	b.Press(i18n.T("l2tp.connect"))
	b.See(i18n.T("l2tp.connected"))
	b.See("10.20.30.41")
	b.See("10.20.0.53  10.20.1.53")
	b.See("0.0.0.0/0")
	b.See("10.20.0.10 answers in 31 ms")
	if m.Dials[0].Connection != "Corp" || m.Dials[0].Reach != "10.20.0.10" || m.Dials[0].Keep || m.Services != 1 || m.Scheduled {
		t.Errorf("%+v, services %d, restart %v", m.Dials[0], m.Services, m.Scheduled)
	}
	b.Press(i18n.T("l2tp.finish"))
	b.See(i18n.T("l2tp.done_connects"))
	b.Press(i18n.T("l2tp.undo_these"))
	b.Until("undone", func() bool {
		m.Lock()
		defer m.Unlock()
		return len(m.Undone) == 1 && !b.p.undoing.busy
	})
	b.See(i18n.T("l2tp.done_entry", map[string]any{"State": i18n.T("l2tp.entry_undone"), "When": when(now)}))
	if len(b.keys) != 1 || b.keys[0] != "" {
		t.Errorf("the probe got keys %q unasked", b.keys)
	}
	b.p.flushed(t, b)
}

// flushed: no secret is in the settings.
func (p *Panel) flushed(t *testing.T, b *bench) {
	t.Helper()
	p.writeMemory()
	raw, err := json.Marshal(b.store.Get())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), canary) {
		t.Errorf("a secret is in the settings: %s", raw)
	}
}

// The key is checked with consent only, and never while there is a session.
func TestCheckKey(t *testing.T) {
	b := newBench(t, &pctest.Machine{Reading: pctest.Clean()}, pctest.Keyed(pctest.Strong(false, false), l2tp.PSKWrong), small)
	b.Type(i18n.T("l2tp.server"), pctest.Server)
	if b.Sees(i18n.T("l2tp.consent")) {
		t.Error("the consent is asked for before anybody wants the check")
	}
	b.tick(i18n.T("l2tp.check_key"))
	b.See(i18n.T("l2tp.consent"))
	b.Type(i18n.T("l2tp.psk"), canary)
	b.enter(i18n.T("l2tp.psk"))
	b.See(i18n.T("l2tp.find_psk_wrong"))
	if b.keys[0] != canary {
		t.Errorf("checked %q", b.keys)
	}
	page, form := b.p.pages[model.StepServer].(*serverPage), b.p.pages[model.StepConnection].(*connectionPage)
	if page.ask.key.Text != "" || form.key.Text != "" {
		t.Error("a wrong key is kept")
	}
	// A right one is what the connection gets.
	b.report = pctest.Keyed(pctest.Strong(false, false), l2tp.PSKRight)
	b.Type(i18n.T("l2tp.psk"), canary)
	b.enter(i18n.T("l2tp.psk"))
	b.See(i18n.T("l2tp.find_psk_right"))
	if page.ask.key.Text != "" || form.key.Text != canary {
		t.Errorf("the connection has the key %q", form.key.Text)
	}
	b.close()
	if form.key.Text != "" {
		t.Error("the key outlives the tab")
	}
}

// Cancel takes effect at once, whatever the probe does; what it says later is
// forgotten.
func TestCancelAsking(t *testing.T) {
	b := newBench(t, &pctest.Machine{Reading: pctest.Clean()}, pctest.Strong(false, false), small)
	b.hold = make(chan struct{})
	b.Type(i18n.T("l2tp.server"), pctest.Server)
	b.enter(i18n.T("l2tp.server"))
	b.See(i18n.T("l2tp.asking", map[string]any{"N": 0}))
	b.Press(i18n.T("Cancel"))
	if b.p.pages[model.StepServer].(*serverPage).ask.running() || b.p.w.Report != nil {
		t.Fatal("it is still asking")
	}
	b.hold = nil
	b.Press(i18n.T("l2tp.ask"))
	b.See(i18n.T("l2tp.find_server_ipsec"))
	// Another name makes the answer one about another server.
	b.Type(i18n.T("l2tp.server"), "other.example")
	b.Gone(i18n.T("l2tp.find_server_ipsec"))
	if b.p.w.Facts().Server != nil {
		t.Error("the answer of one server counts for another")
	}
}

// Each red change has its own tick, and the connections that break one more.
func TestTicks(t *testing.T) {
	r := pctest.Clean()
	r.PC.Profiles = pctest.Leftovers().PC.Profiles
	m := &pctest.Machine{Reading: r}
	b := newBench(t, m, pctest.Silent(), paneltest.Look{})
	b.Type(i18n.T("l2tp.server"), "plain.example")
	b.Fold(i18n.T("l2tp.classic"))
	b.Press(i18n.T("l2tp.classic_use"))
	b.See(i18n.T("l2tp.connection_classic"))
	b.Press(i18n.T("l2tp.next"))
	b.See(i18n.T("l2tp.find_classic_recipe"))
	b.Press(i18n.T("l2tp.to_preview"))
	if len(b.asked) != 0 {
		t.Error("the classic recipe asked a server")
	}
	ticks := []string{i18n.T("l2tp.effect_clear"), i18n.T("l2tp.effect_weak"), i18n.T("l2tp.tick_breaks", map[string]any{"Names": model.Quoted([]string{"Corp", "Warehouse"})})}
	for _, tick := range ticks {
		if apply := b.Button(i18n.T("l2tp.apply")); apply == nil || !apply.Disabled() {
			t.Fatalf("can be applied before the tick %q", tick)
		}
		b.See(i18n.T("l2tp.missing_ticks"))
		b.tick(tick)
	}
	// Other facts, other ticks: what was not seen is not agreed to.
	b.goTo(model.StepFindings)
	b.tick(i18n.T("l2tp.state_classic"))
	b.tick(i18n.T("l2tp.state_classic"))
	b.goTo(model.StepPreview)
	if apply := b.Button(i18n.T("l2tp.apply")); !apply.Disabled() {
		t.Error("ticks outlive the plan that they were for")
	}
	for _, tick := range ticks {
		b.tick(tick)
	}
	b.applied()
	o := m.Orders[0]
	slices.Sort(o.Accept)
	if !slices.Equal(o.Accept, []string{plan.WeakCrypto, plan.ProhibitIPsec}) || !slices.Equal(o.Breaking, []string{"Corp", "Warehouse"}) || !o.Plan.Classic {
		t.Errorf("%+v", o)
	}
	if b.p.w.ApplyErr != nil {
		t.Error(b.p.w.ApplyErr)
	}
}

// A silent server changes nothing, and a stated one without IPsec only what is red.
func TestSilentChangesNothing(t *testing.T) {
	b := newBench(t, &pctest.Machine{Reading: pctest.Clean()}, pctest.Silent(), small)
	b.ask(pctest.Server)
	b.See(i18n.T("l2tp.find_server_unknown"))
	b.See("IKE: no answer on UDP 500") // without a click
	b.goTo(model.StepConnection)
	b.See(i18n.T("l2tp.connection_unknown"))
	b.goTo(model.StepPreview)
	b.See(i18n.T("l2tp.nothing_to_change"))
	b.goTo(model.StepFindings)
	b.tick(i18n.T("l2tp.state_no_ipsec"))
	b.See(i18n.T("l2tp.find_stated_no_ipsec"))
	b.goTo(model.StepPreview)
	b.See(i18n.T("l2tp.op_set", map[string]any{"Name": plan.ProhibitIPsec, "N": "1"}))
	b.See(i18n.T("l2tp.missing_ticks"))
}

func TestDeclined(t *testing.T) {
	m := &pctest.Machine{Reading: pctest.Clean(), ApplyErr: pc.ErrDeclined}
	b := newBench(t, m, pctest.Strong(true, true), small)
	b.ask(pctest.Server)
	b.key()
	b.goTo(model.StepPreview)
	b.applied()
	b.See(i18n.T("l2tp.declined"))
	b.Shot("declined")
	m.Lock()
	m.ApplyErr = nil
	m.Unlock()
	b.Press(i18n.T("l2tp.try_again"))
	b.applied()
	b.See(i18n.N("l2tp.applied", 2))
}

// What changed since the PC was looked at is told, and asked for once more.
func TestChangedMeanwhile(t *testing.T) {
	m := &pctest.Machine{Reading: pctest.Clean(), ApplyErr: &journal.ChangedError{Places: plan.Homes()[2:]}}
	b := newBench(t, m, pctest.Strong(true, true), small)
	b.ask(pctest.Server)
	b.key()
	b.goTo(model.StepPreview)
	b.applied()
	b.See(i18n.T("l2tp.apply_changed", map[string]any{"Names": plan.AssumeUDP}))
	m.Lock()
	m.ApplyErr = journal.ErrBusy
	m.Unlock()
	b.Press(i18n.T("l2tp.try_again"))
	b.applied()
	b.See(i18n.T("l2tp.apply_busy"))
	m.Lock()
	m.ApplyErr = errors.New("its registry key is not there")
	m.Unlock()
	b.Press(i18n.T("l2tp.try_again"))
	b.applied()
	b.See(i18n.T("l2tp.apply_failed", map[string]any{"Why": "its registry key is not there"})) // without a click
	if len(m.Entries) != 0 {
		t.Error("something was changed")
	}
}

// A plan that stops midway says where and why, and can be taken back.
func TestFailsMidway(t *testing.T) {
	m := &pctest.Machine{Reading: pctest.Leftovers(), FailAt: 3}
	b := newBench(t, m, pctest.Strong(true, true), small)
	b.ask(pctest.Server)
	b.goTo(model.StepPreview)
	b.applied()
	b.See(i18n.T("l2tp.apply_partly"))
	b.See("another program guards it")
	b.See(i18n.T("l2tp.change_line", map[string]any{"Title": i18n.T("l2tp.op_start", map[string]any{"Name": model.ServiceName(plan.IKEEXT)}), "State": i18n.T("l2tp.change_not_made")}))
	b.Shot("partly")
	b.Press(i18n.T("l2tp.undo_these"))
	b.See(i18n.T("l2tp.undone_all"))
	if m.Entries[0].State != "undone" {
		t.Errorf("%+v", m.Entries[0])
	}
}

// While Windows asks, each change is shown as it goes; Cancel ends it.
func TestApplyProgress(t *testing.T) {
	reached := make(chan struct{})
	m := &pctest.Machine{Reading: pctest.Leftovers()}
	m.Gate = func(ctx context.Context, step string) error {
		if step != "op 2" {
			return nil
		}
		close(reached)
		<-ctx.Done()
		return ctx.Err()
	}
	b := newBench(t, m, pctest.Strong(true, true), small)
	b.ask(pctest.Server)
	b.goTo(model.StepPreview)
	b.Press(i18n.T("l2tp.apply"))
	<-reached
	line := func(name, state string) string {
		return i18n.T("l2tp.change_line", map[string]any{"Title": i18n.T("l2tp.op_delete", map[string]any{"Name": name}), "State": i18n.T(state)})
	}
	b.See(line(plan.ProhibitIPsec, "l2tp.entry_done"))
	b.See(line(plan.WeakCrypto, "l2tp.change_begun"))
	b.Shot("applying")
	if b.p.Stops() != i18n.T("l2tp.stops_apply") {
		t.Errorf("quitting would stop %q", b.p.Stops())
	}
	b.p.steps.rows[model.StepServer].Tapped(nil)
	if b.p.w.At != model.StepApply {
		t.Error("a person can leave while changes are being made")
	}
	b.Press(i18n.T("Cancel"))
	b.See(i18n.T("l2tp.apply_cancelled"))
	if b.p.w.Entry == nil || b.p.w.Entry.State != "partly" {
		t.Errorf("%+v", b.p.w.Entry)
	}
}

// An undo that finds another value asks; then it writes over it, or leaves it.
func TestConflict(t *testing.T) {
	m := &pctest.Machine{Reading: pctest.Leftovers(), Conflict: []plan.Place{plan.Homes()[0]}}
	b := newBench(t, m, pctest.Strong(true, true), small)
	b.ask(pctest.Server)
	b.goTo(model.StepPreview)
	b.applied()
	b.p.open(newHistoryPage(b.p))
	b.Press(i18n.T("l2tp.undo_these"))
	want := i18n.T("l2tp.undo_conflict", map[string]any{"Names": plan.ProhibitIPsec})
	b.See(want)
	b.Press(i18n.T("l2tp.undo_leave"))
	b.Gone(want)
	b.Press(i18n.T("l2tp.undo_these"))
	b.Press(i18n.T("l2tp.undo_overwrite"))
	b.Until("undone", func() bool { return b.p.history[0].State == "undone" })
	if b.Button(i18n.T("l2tp.undo_these")) != nil {
		t.Error("what is undone can be undone once more")
	}
	b.Press(i18n.T("l2tp.back_to_wizard"))
	b.See(i18n.T("l2tp.undone_all"))
}

// A failed dial names the stage, the code and at most three causes, each of which
// leads somewhere.
func TestDialFails(t *testing.T) {
	m := &pctest.Machine{Reading: pctest.Leftovers(), Script: pctest.Fails(codes.StageIKE, 789)}
	b := newBench(t, m, pctest.Strong(true, true), paneltest.Look{})
	b.goTo(model.StepTest)
	b.Fold(i18n.T("l2tp.test_more"))
	b.Type(i18n.T("l2tp.password"), canary)
	b.Press(i18n.T("l2tp.connect"))
	b.See(i18n.T("l2tp.dial_failed", map[string]any{"Code": "789", "Meaning": i18n.T("l2tp.code_789"), "Stage": "IKE"}))
	b.See("1.  " + i18n.T("l2tp.cause_psk"))
	b.See("3.  " + i18n.T("l2tp.cause_service"))
	if b.Sees(i18n.T("l2tp.cause_update_2022")) {
		t.Error("a fourth cause is shown")
	}
	var words []string
	for _, s := range b.p.w.Dial.Stages() {
		words = append(words, s.Level)
	}
	if want := []string{"good", "good", "failed", "unknown", "unknown", "unknown", "unknown"}; !slices.Equal(words, want) {
		t.Errorf("stages %v, want %v", words, want)
	}
	if m.Passwords[0] != canary || b.p.pages[model.StepTest].(*testPage).pass.Text != "" {
		t.Error("the password did not go where it should, or stayed")
	}
	b.Press(i18n.T("l2tp.fix_key"))
	if b.p.w.At != model.StepServer {
		t.Error("the key is not checked there")
	}
	b.See(i18n.T("l2tp.consent"))
}

func TestCancelDial(t *testing.T) {
	m := &pctest.Machine{Reading: pctest.Leftovers(), Script: pctest.Connects()}
	reached := make(chan struct{})
	m.Gate = func(ctx context.Context, step string) error {
		if step == "dial 5" {
			close(reached)
			<-ctx.Done()
		}
		return nil
	}
	b := newBench(t, m, pctest.Strong(true, true), small)
	b.goTo(model.StepTest)
	b.Press(i18n.T("l2tp.connect"))
	<-reached
	b.See(i18n.T("l2tp.stage_passed"))
	b.Shot("dialing")
	b.Press(i18n.T("Cancel"))
	b.See(i18n.T("l2tp.dial_cancelled"))
}

// Closing the tab ends what is under way; the leak check of the bench sees to it.
func TestCloseCancels(t *testing.T) {
	waits := func(ctx context.Context, step string) error {
		if step == "dial 5" || step == "op 2" {
			<-ctx.Done()
		}
		return ctx.Err()
	}
	for _, what := range []string{"dial", "apply", "probe"} {
		t.Run(what, func(t *testing.T) {
			m := &pctest.Machine{Reading: pctest.Leftovers(), Script: pctest.Connects(), Gate: waits}
			b := newBench(t, m, pctest.Strong(true, true), small)
			switch what {
			case "dial":
				b.goTo(model.StepTest)
				b.Press(i18n.T("l2tp.connect"))
				b.See(i18n.T("l2tp.stage_passed"))
			case "apply":
				b.ask(pctest.Server)
				b.goTo(model.StepPreview)
				b.Press(i18n.T("l2tp.apply"))
				b.See(i18n.T("l2tp.change_begun"))
			case "probe":
				b.hold = make(chan struct{})
				b.Type(i18n.T("l2tp.server"), pctest.Server)
				b.enter(i18n.T("l2tp.server"))
				b.See(i18n.T("l2tp.asking", map[string]any{"N": 0}))
			}
			done := make(chan struct{})
			go func() { b.p.Close(); close(done) }()
			select {
			case <-done:
			case <-time.After(paneltest.Patience):
				t.Fatal("the tab does not close")
			}
		})
	}
}

// An undo that Windows is told No to leaves all as it was, and can be asked for again.
func TestUndoDeclined(t *testing.T) {
	m := &pctest.Machine{Reading: pctest.Clean(), UndoErr: pc.ErrDeclined}
	b := newBench(t, m, pctest.Strong(true, true), small)
	b.ask(pctest.Server)
	b.key()
	b.goTo(model.StepPreview)
	b.See(i18n.T("l2tp.apply_note"))
	b.applied()
	b.p.open(newHistoryPage(b.p))
	b.Press(i18n.T("l2tp.undo_these"))
	b.See(i18n.T("l2tp.undo_declined"))
	m.Lock()
	m.UndoErr = nil
	m.Unlock()
	b.Press(i18n.T("l2tp.undo_these"))
	b.Until("undone", func() bool { return len(b.p.history) == 1 && b.p.history[0].State == journal.StateUndone })
	b.Gone(i18n.T("l2tp.undo_declined"))
}

// A plan for one's own connection alone asks nobody.
func TestOwnOnly(t *testing.T) {
	b := newBench(t, &pctest.Machine{Reading: pctest.Clean()}, pctest.Strong(false, false), small)
	b.ask(pctest.Server)
	b.key()
	b.goTo(model.StepPreview)
	b.See(i18n.T("l2tp.apply_own"))
	b.applied()
	b.See(i18n.N("l2tp.applied", 1))
	if b.Sees(i18n.T("l2tp.restart_waits")) {
		t.Error("a connection wants a restart")
	}
}

// A restart is its own click, can be taken back, and the wizard goes on after it.
func TestRestart(t *testing.T) {
	m := &pctest.Machine{Reading: pctest.Leftovers(), Script: pctest.Connects()}
	b := newBench(t, m, pctest.Strong(true, true), small)
	b.ask(pctest.Server)
	b.goTo(model.StepPreview)
	b.See(i18n.T("l2tp.restart_needed"))
	b.applied()
	if m.Scheduled {
		t.Fatal("it restarts by itself")
	}
	b.Press(i18n.T("l2tp.restart_pc"))
	b.See(i18n.T("l2tp.restart_soon"))
	b.Shot("restart-soon")
	b.Press(i18n.T("l2tp.restart_abort"))
	b.See(i18n.T("l2tp.restart_waits"))
	if m.Aborted != 1 || b.p.memory.Resume != nil {
		t.Errorf("aborted %d times, resumes at %v", m.Aborted, b.p.memory.Resume)
	}
	b.Press(i18n.T("l2tp.restart_pc"))
	b.See(i18n.T("l2tp.restart_soon"))
	// The PC restarts.
	b.close()
	m.Reading.BootTime = now.Add(time.Minute)
	b.open(small.Size)
	b.Until("history", func() bool { return b.p.w.Entry != nil })
	if b.p.w.At != model.StepTest || b.p.testName() != "Corp" {
		t.Errorf("at %s with %q", b.p.w.At.Title(), b.p.testName())
	}
	b.See(i18n.T("l2tp.test_restarted"))
	if !slices.Equal(b.selected, []string{ID}) {
		t.Errorf("came to the front: %q", b.selected)
	}
	b.Shot("restarted")
	if b.Sees(i18n.T("l2tp.restart_waits")) {
		t.Error("it asks for another restart")
	}
	b.Press(i18n.T("l2tp.connect"))
	b.See(i18n.T("l2tp.connected"))
	b.close()
	b.open(small.Size)
	if b.p.w.At != model.StepServer {
		t.Error("it goes on for ever")
	}
}

// What is undone after a restart wants another one, and the history says so.
func TestUndoneWaits(t *testing.T) {
	m := &pctest.Machine{Reading: pctest.Leftovers()}
	b := newBench(t, m, pctest.Strong(true, true), small)
	b.ask(pctest.Server)
	b.goTo(model.StepPreview)
	b.applied()
	b.See(i18n.T("l2tp.restart_waits"))
	b.close()
	// It was done an hour ago, and the PC restarted since.
	m.Lock()
	m.Reading.BootTime = m.Entries[0].Time.Add(-time.Minute)
	m.Entries[0].Time = m.Entries[0].Time.Add(-time.Hour)
	m.Unlock()
	b.open(small.Size)
	b.Until("history", func() bool { return len(b.p.history) == 1 })
	b.p.open(newHistoryPage(b.p))
	b.Pump()
	if b.Sees(i18n.T("l2tp.restart_waits")) {
		t.Error("it asks for a restart that was")
	}
	b.Press(i18n.T("l2tp.undo_these"))
	b.Until("undone", func() bool { return len(b.p.history) == 1 && b.p.history[0].State == journal.StateUndone })
	b.See(i18n.T("l2tp.restart_waits"))
	b.Shot("undone-waits")
}

// A restart that Windows does not take is not waited for.
func TestRestartFails(t *testing.T) {
	m := &pctest.Machine{Reading: pctest.Leftovers(), RestartErr: errors.New("the right is missing")}
	b := newBench(t, m, pctest.Strong(true, true), small)
	b.ask(pctest.Server)
	b.goTo(model.StepPreview)
	b.applied()
	for _, button := range []string{"l2tp.restart_pc", "l2tp.try_now"} {
		b.Press(i18n.T(button))
		b.See(i18n.T("l2tp.restart_failed", map[string]any{"Why": "the right is missing"}))
	}
	if b.p.memory.Resume != nil || b.p.restart.scheduled || b.p.restart.services || b.p.w.At != model.StepApply {
		t.Errorf("%+v, resumes %v", b.p.restart, b.p.memory.Resume)
	}
	m.Lock()
	m.RestartErr = pc.ErrDeclined
	m.Unlock()
	b.Press(i18n.T("l2tp.try_now"))
	b.See(i18n.T("l2tp.declined"))
}

// A connection of all users is looked at, and left to the script.
func TestAllUsers(t *testing.T) {
	b := newBench(t, &pctest.Machine{Reading: pctest.Leftovers()}, pctest.Strong(false, false), small)
	b.Choose(i18n.T("l2tp.connection_here"), "Warehouse")
	b.enter(i18n.T("l2tp.server"))
	b.See(i18n.T("l2tp.find_server_ipsec"))
	b.goTo(model.StepConnection)
	b.See(i18n.T("l2tp.all_users", map[string]any{"Name": "Warehouse"}))
	if b.p.w.Writes() != nil {
		t.Errorf("%+v would be written", b.p.w.Writes())
	}
}

func TestReportPage(t *testing.T) {
	b := newBench(t, &pctest.Machine{Reading: pctest.Leftovers()}, pctest.Strong(true, true), paneltest.Look{})
	b.ask(pctest.Server)
	b.Press(i18n.T("l2tp.report"))
	b.See(i18n.T("l2tp.report_title_person"))
	b.See(i18n.T("l2tp.find_nat_server"))
	if b.Sees("vpn.corp.example, ") || b.Sees("“Corp”") {
		t.Error("names are left in though nobody asked for them")
	}
	b.tick(i18n.T("l2tp.redact_host"))
	b.See(pctest.Server)
	b.Press(i18n.T("action.copy_all"))
	b.See(i18n.T("l2tp.copied"))
	if text := fyne.CurrentApp().Clipboard().Content(); !strings.Contains(text, i18n.T("l2tp.report_title_person")) || strings.Contains(text, "203.0.113.7") {
		t.Errorf("copied %q", text)
	}
	b.p.open(newReportPage(b.p).forAdmin())
	b.See(i18n.T("l2tp.report_title_admin"))
	b.See(i18n.T("l2tp.ask_nat"))
	b.Shot("report-admin")
}
