package alerts

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/fieldstest"
	look "tacklebox/panels/theme"
	"tacklebox/platform/latency/alert"
)

// The page in both languages, both variants, and in a small window; with
// TACKLEBOX_SHOTS set, as pictures.
func TestLooks(t *testing.T) {
	for _, l := range []struct {
		name string
		look fieldstest.Look
	}{
		{"dark-en", fieldstest.Look{Size: fyne.NewSize(790, 690)}},
		{"light-zh", fieldstest.Look{Language: i18n.SimplifiedChinese, Variant: look.Light, Size: fyne.NewSize(560, 530)}},
		{"light-en", fieldstest.Look{Variant: look.Light, Size: fyne.NewSize(560, 530)}},
		{"large-en", fieldstest.Look{Size: fyne.NewSize(700, 650), Scale: 2}},
	} {
		t.Run(l.name, func(t *testing.T) {
			f := busy()
			for i := range 30 {
				at := now.Add(time.Duration(i-40) * time.Hour)
				f.events = append(f.events, alert.Event{Kind: alert.Raised, On: 2, At: at, Level: alert.Critical, Why: "loss 100 % of 5 probes, for the second time"},
					alert.Event{Kind: alert.Cleared, On: 2, At: at.Add(10 * time.Minute), Was: alert.Critical, Why: "loss 0 %"})
			}
			b := openIn(t, f, l.look)
			b.See("Office line")
			b.Shot("alerts-rules-" + l.name)
			b.Press(i18n.T("latency.alerts_add_rule"))
			b.Type(i18n.T("latency.field_name"), "All of it")
			b.Choose(i18n.T("latency.alerts_scope"), i18n.T("latency.alerts_scope_chosen"))
			b.Shot("alerts-form-" + l.name)
			b.Choose(i18n.T("latency.alerts_scope"), i18n.T("latency.alerts_scope_all"))
			b.Press(i18n.T("latency.alerts_try_rule"))
			b.Until("events", func() bool { return b.Button(i18n.T("latency.copy_lines")) != nil })
			b.Scroll(10_000)
			b.Shot("alerts-dry-" + l.name)
			b.Press(i18n.T("Cancel"))
			b.tab("channels")
			b.See("On call")
			b.Shot("alerts-channels-" + l.name)
			b.Row("On call")
			b.Press(i18n.T("latency.alerts_edit"))
			b.Shot("alerts-webhook-" + l.name)
			b.Press(i18n.T("Cancel"))
			b.Row("command of SmokePing")
			b.Press(i18n.T("latency.alerts_edit"))
			b.Type(i18n.T("latency.alerts_argv"), "/usr/bin/sendpage\n--to\nthe night shift")
			b.Shot("alerts-command-" + l.name)
			b.Press(i18n.T("Cancel"))
			b.tab("gateways")
			b.Shot("alerts-gateways-" + l.name)
		})
	}
}
