package transfer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/fieldstest"
	look "tacklebox/panels/theme"
	"tacklebox/platform/latency"
)

// measured is a bench with two targets, of which one was measured and had an
// outage.
func measured(t *testing.T, l fieldstest.Look) *bench {
	t.Helper()
	b := newBench(t, l)
	list, err := b.svc.Add(t.Context(), []latency.Target{{Group: []string{"Google"}, Name: "DNS1", Kind: latency.KindICMP, Host: "192.0.2.1", Interval: 2 * time.Second, Paused: true},
		{Name: "page", Kind: latency.KindHTTP, Host: "example.org", URL: "https://example.org/", Paused: true}})
	if err != nil {
		t.Fatal(err)
	}
	var rows []latency.Result
	for i := range 300 {
		r := latency.Result{Target: list[0].ID, Node: latency.LocalNode, Seq: uint64(1_000_000 + i), Sent: time.Now().Add(time.Duration(i-400) * 2 * time.Second), Outcome: latency.Reply, RTT: 20 * time.Millisecond, Engine: "kernel"}
		if i > 100 && i < 120 {
			r.Outcome, r.RTT = latency.Timeout, 0
		}
		rows = append(rows, r)
	}
	if err := b.svc.Store().Append(rows); err != nil {
		t.Fatal(err)
	}
	if err := b.svc.Store().Flush(); err != nil {
		t.Fatal(err)
	}
	return b
}

// Each subject and format comes out as a file that is what it says.
func TestExport(t *testing.T) {
	b := measured(t, fieldstest.Look{})
	b.open("latency.export")
	write := func(what, format, name string, wants ...string) {
		t.Helper()
		b.Choose(i18n.T("latency.export_what"), what)
		if format != "" {
			b.Choose(i18n.T("latency.export_format"), format)
		}
		path := filepath.Join(b.home, name)
		b.Type(i18n.T("latency.export_file"), path)
		b.Press(i18n.T("latency.export_start"))
		b.See("Written: " + path)
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(body), want) {
				t.Errorf("%s: no %q", name, want)
			}
		}
	}
	b.See(i18n.T("latency.export_choose"))
	if !b.Button(i18n.T("latency.export_start")).Disabled() {
		t.Error("a report of nothing can be written")
	}
	b.Tick("Google/DNS1", true)
	b.Type(i18n.T("latency.export_note"), "ticket 4711")
	write(i18n.T("latency.export_report"), "", "r.html", "<html", "ticket 4711", "DNS1", "Tacklebox test")
	write(i18n.T("latency.export_graph"), "PNG", "g.png", "\x89PNG")
	write(i18n.T("latency.export_graph"), "SVG", "g.svg", "<svg", "DNS1")
	write(i18n.T("latency.export_samples"), "CSV", "s.csv", "target,address,seq", "Google/DNS1", "timeout")
	write(i18n.T("latency.export_samples"), "JSON", "s.json", `"outcome":"timeout"`)
	b.Tick("page", true)
	b.Choose(i18n.T("latency.export_what"), i18n.T("latency.export_graph"))
	b.See(i18n.T("latency.export_choose_one"))
	write(i18n.T("latency.export_targets"), "SmokePing", "Targets", "*** Targets ***", "192.0.2.1")
	write(i18n.T("latency.export_targets"), "JSON", "t.json", `"targets"`)
	write(i18n.T("latency.export_targets"), "CSV", "t.csv", "192.0.2.1")
	write(i18n.T("latency.export_targets"), "lines", "t.txt", "192.0.2.1")
	b.See("in this format") // what is lost
	write(i18n.T("latency.export_store"), "", "all.zip", "PK")
	b.See(i18n.T("latency.export_store_note"))
}

// A file that is there is replaced only after the person said so.
func TestExportAsks(t *testing.T) {
	b := measured(t, fieldstest.Look{})
	path := filepath.Join(b.home, "t.txt")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.open("latency.export")
	b.Choose(i18n.T("latency.export_what"), i18n.T("latency.export_targets"))
	b.Type(i18n.T("latency.export_file"), path)
	b.Press(i18n.T("latency.export_start"))
	b.See(path + " is there already")
	b.Press(i18n.T("Cancel"))
	if body, _ := os.ReadFile(path); string(body) != "mine" {
		t.Errorf("it was replaced: %s", body)
	}
	b.Press(i18n.T("latency.export_start"))
	b.Press(i18n.T("latency.export_overwrite_yes"))
	b.See("Written: ")
	if body, _ := os.ReadFile(path); string(body) == "mine" {
		t.Error("it was not replaced")
	}
	b.Type(i18n.T("latency.export_file"), "/nosuch/x.txt")
	b.Press(i18n.T("latency.export_start"))
	b.See("There is no folder /nosuch")
}

// Periods of one's own are checked as they are typed, and file names offered.
func TestExportPeriod(t *testing.T) {
	b := measured(t, fieldstest.Look{})
	b.Chosen = b.svc.Targets()[:1]
	b.open("latency.export")
	if !b.Sees("tacklebox-report-DNS1-") {
		t.Errorf("no name is offered: %v", b.Texts())
	}
	b.Choose(i18n.T("latency.export_span"), i18n.T("latency.export_own_span"))
	b.Type(i18n.T("latency.export_from"), "yesterday")
	b.See(i18n.T("latency.export_bad_time"))
	b.Type(i18n.T("latency.export_from"), "2h")
	b.See(": 02:00:00")
	b.Type(i18n.T("latency.export_to"), "3h")
	b.See(i18n.T("latency.export_bad_order"))
	if !b.Button(i18n.T("latency.export_start")).Disabled() {
		t.Error("it can be written")
	}
}

// The pages in both languages and variants; with TACKLEBOX_SHOTS set, as pictures.
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
			b := measured(t, l.look)
			configDir, _ := smokePing(t)
			b.open("latency.import")
			b.Shot("import-empty-" + l.name)
			b.Type(i18n.T("latency.import_from"), configDir)
			b.Press(i18n.T("latency.import_look"))
			b.Until("preview", func() bool { return b.Button(i18n.T("latency.import_start")) != nil })
			b.Shot("import-preview-" + l.name)
			b.Tick(i18n.T("latency.import_with_history"), true)
			b.Until("history", func() bool { return b.Sees("50") })
			b.Scroll(10_000)
			b.Shot("import-history-" + l.name)
			b.Chosen = b.svc.Targets()[:1]
			b.open("latency.export")
			b.Shot("export-report-" + l.name)
			b.Choose(i18n.T("latency.export_what"), i18n.T("latency.export_targets"))
			b.Until("losses", func() bool { return strings.Contains(b.lines(), "DNS1") })
			b.Shot("export-targets-" + l.name)
			if texts().Language == "en" != (i18n.Language() == i18n.English) {
				t.Error("a report in another language")
			}
		})
	}
}
