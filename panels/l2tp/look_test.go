package l2tp

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
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
		a    appearance
		long bool
	}{
		{"dark-en", appearance{size: fyne.NewSize(1080, 720)}, false},
		{"light-zh", appearance{language: i18n.SimplifiedChinese, variant: look.Light, size: fyne.NewSize(780, 560)}, false},
		{"light-en", appearance{variant: look.Light, size: fyne.NewSize(780, 560)}, true},
		{"large-en", appearance{size: fyne.NewSize(1000, 800), scale: 1.8}, false},
	} {
		t.Run(l.name, func(t *testing.T) {
			reading := pctest.Leftovers()
			if l.long {
				reading.PC.Profiles[0].Name = "Corp " + strings.Repeat("very long name ", 14) + "end"
			}
			m := &pctest.Machine{Reading: reading, Script: pctest.Fails(codes.StageIKE, 789)}
			b := newBench(t, m, pctest.Keyed(pctest.Strong(true, true), l2tp.PSKRight), l.a)
			b.shot("server-empty-" + l.name)
			b.typeIn(i18n.T("l2tp.server"), pctest.Server)
			b.tick(i18n.T("l2tp.check_key"))
			b.typeIn(i18n.T("l2tp.psk"), "canary")
			b.shot("server-key-" + l.name)
			b.press(i18n.T("l2tp.ask"))
			b.see(i18n.T("l2tp.find_server_ipsec"))
			b.fold(i18n.T("l2tp.evidence"))
			b.shot("server-" + l.name)
			b.press(i18n.T("l2tp.next"))
			b.shot("connection-" + l.name)
			b.press(i18n.T("l2tp.next"))
			b.fold(i18n.T("l2tp.evidence"))
			b.shot("findings-" + l.name)
			b.scroll(10_000)
			b.shot("findings-end-" + l.name)
			b.press(i18n.T("l2tp.to_preview"))
			b.shot("preview-" + l.name)
			b.scroll(10_000)
			b.shot("preview-end-" + l.name)
			b.goTo(model.StepFindings)
			b.tick(i18n.T("l2tp.state_classic"))
			b.goTo(model.StepPreview)
			b.scroll(10_000)
			b.shot("classic-" + l.name)
			b.goTo(model.StepFindings)
			b.tick(i18n.T("l2tp.state_classic"))
			b.goTo(model.StepPreview)
			b.press(i18n.T("l2tp.apply"))
			b.until("applied", func() bool { return b.p.w.Entry != nil && !b.p.reading })
			b.shot("apply-" + l.name)
			b.press(i18n.T("l2tp.to_test"))
			b.shot("test-" + l.name)
			b.press(i18n.T("l2tp.connect"))
			b.see(i18n.T("l2tp.causes"))
			b.shot("failed-" + l.name)
			b.m.Lock()
			b.m.Script = pctest.Connects()
			b.m.Unlock()
			b.fold(i18n.T("l2tp.test_more"))
			b.typeIn(i18n.T("l2tp.reach"), "10.20.0.10")
			b.press(i18n.T("l2tp.connect"))
			b.see(i18n.T("l2tp.connected"))
			b.shot("connected-" + l.name)
			b.press(i18n.T("l2tp.finish"))
			b.shot("done-" + l.name)
			b.m.Lock()
			b.m.Conflict = []plan.Place{plan.Homes()[2]}
			b.m.Unlock()
			b.press(i18n.T("l2tp.undo_these"))
			b.see(i18n.T("l2tp.undo_overwrite"))
			b.shot("conflict-" + l.name)
			b.p.open(newHistoryPage(b.p))
			b.until("history", func() bool { return len(b.p.history) == 1 && !b.p.reading })
			b.shot("history-" + l.name)
			b.p.open(newReportPage(b.p))
			b.shot("report-" + l.name)
		})
	}
}
