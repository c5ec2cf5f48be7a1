package l2tp

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/paneltest"
	look "tacklebox/panels/theme"
	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/codes"
	"tacklebox/platform/l2tp/pc/pctest"
	"tacklebox/platform/l2tp/plan"
)

// Every page in both languages, both variants, in a small window, and with large
// text; with TACKLEBOX_SHOTS set, as pictures.
func TestLooks(t *testing.T) {
	for _, l := range []struct {
		name string
		a    paneltest.Look
		long bool
	}{
		{"dark-en", paneltest.Look{Size: fyne.NewSize(1080, 720)}, false},
		{"light-zh", paneltest.Look{Language: i18n.SimplifiedChinese, Variant: look.Light, Size: fyne.NewSize(780, 560)}, false},
		{"light-en", paneltest.Look{Variant: look.Light, Size: fyne.NewSize(780, 560)}, true},
		{"large-en", paneltest.Look{Size: fyne.NewSize(1000, 800), Scale: 1.8}, false},
	} {
		t.Run(l.name, func(t *testing.T) {
			reading := pctest.Leftovers()
			if l.long {
				reading.PC.Profiles[0].Name = "Corp " + strings.Repeat("very long name ", 14) + "end"
			}
			m := &pctest.Machine{Reading: reading, Script: pctest.Fails(codes.StageIKE, 789)}
			b := newBench(t, m, pctest.Keyed(pctest.Strong(true, true), l2tp.PSKRight), l.a)
			b.Shot("server-empty-" + l.name)
			b.Type(i18n.T("l2tp.server"), pctest.Server)
			b.tick(i18n.T("l2tp.check_key"))
			b.Type(i18n.T("l2tp.psk"), "canary")
			b.Shot("server-key-" + l.name)
			b.Press(i18n.T("l2tp.ask"))
			b.See(i18n.T("l2tp.find_server_ipsec"))
			b.Fold(i18n.T("l2tp.evidence"))
			b.Shot("server-" + l.name)
			b.Press(i18n.T("l2tp.next"))
			b.Shot("connection-" + l.name)
			b.Press(i18n.T("l2tp.next"))
			b.Fold(i18n.T("l2tp.evidence"))
			b.Shot("findings-" + l.name)
			b.Scroll(10_000)
			b.Shot("findings-end-" + l.name)
			b.Press(i18n.T("l2tp.to_preview"))
			b.Shot("preview-" + l.name)
			b.Scroll(10_000)
			b.Shot("preview-end-" + l.name)
			b.goTo(model.StepFindings)
			b.tick(i18n.T("l2tp.state_classic"))
			b.goTo(model.StepPreview)
			b.Scroll(10_000)
			b.Shot("classic-" + l.name)
			b.goTo(model.StepFindings)
			b.tick(i18n.T("l2tp.state_classic"))
			b.goTo(model.StepPreview)
			b.Press(i18n.T("l2tp.apply"))
			b.Until("applied", func() bool { return b.p.w.Entry != nil && !b.p.reading })
			b.Shot("apply-" + l.name)
			b.Press(i18n.T("l2tp.to_test"))
			b.Shot("test-" + l.name)
			b.Press(i18n.T("l2tp.connect"))
			b.See(i18n.T("l2tp.causes"))
			b.Shot("failed-" + l.name)
			b.m.Lock()
			b.m.Script = pctest.Connects()
			b.m.Unlock()
			b.Fold(i18n.T("l2tp.test_more"))
			b.Type(i18n.T("l2tp.reach"), "10.20.0.10")
			b.Press(i18n.T("l2tp.connect"))
			b.See(i18n.T("l2tp.connected"))
			b.Shot("connected-" + l.name)
			b.Press(i18n.T("l2tp.finish"))
			b.Shot("done-" + l.name)
			b.m.Lock()
			b.m.Conflict = []plan.Place{plan.Homes()[2]}
			b.m.Unlock()
			b.Press(i18n.T("l2tp.undo_these"))
			b.See(i18n.T("l2tp.undo_overwrite"))
			b.Shot("conflict-" + l.name)
			b.p.open(newHistoryPage(b.p))
			b.Until("history", func() bool { return len(b.p.history) == 1 && !b.p.reading })
			b.Shot("history-" + l.name)
			b.p.open(newReportPage(b.p))
			b.Shot("report-" + l.name)
		})
	}
}
