package l2tp

import (
	"errors"
	"fmt"
	"testing"

	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/paneltest"
	look "tacklebox/panels/theme"
	"tacklebox/platform/l2tp/codes"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/pc/pctest"
	"tacklebox/platform/l2tp/plan"
)

// small is the smallest window that the tab has to work in, without the rail.
var small = paneltest.Look{Variant: look.Light, Size: fyne.NewSize(780, 560)}

func TestWine(t *testing.T) {
	m := &pctest.Machine{Reading: pctest.Wine(), Script: pctest.Connects()}
	b := newBench(t, m, pctest.Strong(true, true), small)
	b.See(i18n.T("l2tp.wine"))
	b.Type(i18n.T("l2tp.server"), pctest.Server)
	lacks := fmt.Errorf("asking a server is not available: %w", errors.ErrUnsupported)
	b.mu.Lock()
	b.askErr = lacks
	b.mu.Unlock()
	b.enter(i18n.T("l2tp.server"))
	b.See(i18n.T("l2tp.ask_error", map[string]any{"Why": lacks.Error()}))
	if m := b.p.w.Marks()[model.StepServer]; m.Level != model.Unknown {
		t.Errorf("the server is marked %s", m.Level)
	}
	b.mu.Lock()
	b.askErr = nil
	b.mu.Unlock()
	b.Press(i18n.T("l2tp.ask"))
	b.See(i18n.T("l2tp.find_server_ipsec"))
	b.Press(i18n.T("l2tp.next"))
	b.See(i18n.T("l2tp.connection_wine"))
	b.See(i18n.T("l2tp.not_available_short"))
	if b.p.pages[model.StepConnection].(*connectionPage).modeBox.Box.Visible() {
		t.Error("Wine offers to write a connection")
	}
	b.Shot("wine-connection")
	b.goTo(model.StepTest)
	b.See(i18n.T("l2tp.test_wine"))
	b.Shot("wine-test")
	if x := b.Button(i18n.T("l2tp.connect")); x != nil {
		t.Error("Wine offers to connect")
	}
	b.p.pages[model.StepTest].(*testPage).begin()
	b.Pump()
	if len(m.Dials) != 0 || b.p.w.Dial.Running {
		t.Error("Wine dialed")
	}
	if b.p.w.Writes() != nil {
		t.Error("a connection would be written under Wine")
	}
}

// What nobody has seen on real Windows is labelled where it is shown.
func TestNotYetSeen(t *testing.T) {
	m := &pctest.Machine{Reading: pctest.Leftovers(), Script: pctest.Fails(codes.StageIKE, 789)}
	b := newBench(t, m, pctest.Strong(true, true), paneltest.Look{})
	b.ask(pctest.Server)
	for step, key := range map[model.Step]string{model.StepConnection: "l2tp.connection_expected", model.StepFindings: "l2tp.tag_expected",
		model.StepPreview: "l2tp.preview_expected", model.StepTest: "l2tp.test_expected"} {
		b.goTo(step)
		b.See(i18n.T(key))
	}
	b.goTo(model.StepTest)
	b.Press(i18n.T("l2tp.connect"))
	b.See(i18n.T("l2tp.codes_expected"))
	if b.Sees(i18n.T("l2tp.test_expected")) {
		t.Error("the same is said twice")
	}
	b.goTo(model.StepPreview)
	b.applied()
	b.See(i18n.T("l2tp.restart_about"))
}

func TestNothingRead(t *testing.T) {
	m := &pctest.Machine{ReadErr: errors.New("open the service manager: Access is denied.")}
	b := newBench(t, m, pctest.Strong(true, true), small)
	b.See(i18n.T("l2tp.read_failed"))
	b.Type(i18n.T("l2tp.server"), pctest.Server)
	b.enter(i18n.T("l2tp.server"))
	b.See(i18n.T("l2tp.find_server_ipsec"))
	b.goTo(model.StepFindings)
	b.Shot("unreadable-findings")
	b.goTo(model.StepPreview)
	b.See(i18n.T("l2tp.missing_pc"))
	b.Shot("unreadable-preview")
	if x := b.Button(i18n.T("l2tp.apply")); x == nil || !x.Disabled() {
		t.Error("a plan can be applied to a PC that was not read")
	}
	m.Lock()
	m.ReadErr, m.Reading = nil, pctest.Clean()
	m.Unlock()
	b.Press(i18n.T("l2tp.read_again"))
	b.Gone(i18n.T("l2tp.read_failed"))
	b.See(i18n.T("l2tp.missing_key"))
	b.Shot("missing-key")
	b.Press(i18n.T("l2tp.to_key"))
	b.key()
	b.goTo(model.StepPreview)
	b.Until("apply", func() bool { x := b.Button(i18n.T("l2tp.apply")); return x != nil && !x.Disabled() })
}

func TestPartsUnread(t *testing.T) {
	b := newBench(t, &pctest.Machine{Reading: pctest.Unread()}, pctest.Plain(), small)
	b.Type(i18n.T("l2tp.server"), pctest.Server)
	b.enter(i18n.T("l2tp.server"))
	b.See(i18n.T("l2tp.find_server_plain"))
	b.goTo(model.StepFindings)
	b.See(i18n.T("l2tp.find_unread", map[string]any{"Part": i18n.T("l2tp.part_profiles")}))
	b.See(i18n.T("l2tp.find_profiles_unread"))
	b.Shot("unread-findings")
	for _, o := range b.p.w.Plan().Ops {
		if o.Name == plan.ProhibitIPsec {
			t.Error("ProhibitIpSec is planned while the connections are unread")
		}
	}
}

// A value that an upgrade dropped is told once, at the start, before anybody looks.
func TestLost(t *testing.T) {
	r := pctest.Clean()
	r.Lost = []plan.Place{{Key: plan.PolicyAgentKey, Name: plan.AssumeUDP}}
	b := newBench(t, &pctest.Machine{Reading: r}, pctest.Strong(true, true), small)
	want := i18n.T("l2tp.lost", map[string]any{"Names": plan.AssumeUDP})
	b.See(want)
	b.Shot("lost")
	if len(b.notices) != 1 || b.notices[0] != want {
		t.Errorf("told %q", b.notices)
	}
	if last := b.statuses[len(b.statuses)-1]; last != i18n.T("l2tp.lost_short") {
		t.Errorf("the status line says %q", last)
	}
	b.p.read()
	b.Until("read again", func() bool { return !b.p.reading })
	if len(b.notices) != 1 {
		t.Errorf("told %d times", len(b.notices))
	}
	// What the person does not want to hear of is not told at the next start, until
	// Windows is another one.
	b.p.dismissLost()
	b.Gone(want)
	b.close()
	b.open(small.Size)
	if b.Sees(want) || len(b.notices) != 1 {
		t.Error("told again at the next start")
	}
	b.close()
	b.m.Reading.Build = "10.0.19046.1"
	b.open(small.Size)
	b.See(want)
}

func TestPortsAndNeeds(t *testing.T) {
	r := pctest.Leftovers()
	r.Needs = []pc.Need{{Service: plan.Service{Name: "SstpSvc", Installed: true, Start: plan.StartDisabled}, Of: plan.RasMan}}
	b := newBench(t, &pctest.Machine{Reading: r}, pctest.Strong(false, false), small)
	b.goTo(model.StepFindings)
	b.See("FortiTray.exe")
	b.See("SstpSvc")
	b.See(i18n.T("l2tp.tag_expected"))
	b.See(i18n.T("l2tp.find_attempt", map[string]any{"Name": "Corp", "Code": "809", "Meaning": i18n.T("l2tp.code_809"), "Stage": "UDP"}))
	var levels []string
	for _, f := range b.p.w.Findings() {
		levels = append(levels, f.Level)
	}
	// The gravest first.
	rank := map[string]int{model.Failed: 0, model.Degraded: 1, model.Unknown: 2, model.Good: 3}
	for i := 1; i < len(levels); i++ {
		if rank[levels[i]] < rank[levels[i-1]] {
			t.Errorf("levels %v", levels)
		}
	}
}
