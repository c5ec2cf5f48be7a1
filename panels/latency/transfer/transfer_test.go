package transfer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"tacklebox/panels/i18n"
	tab "tacklebox/panels/latency"
	"tacklebox/panels/latency/fieldstest"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/service"
)

const canary = "canary-77ab01"

const config = `*** General ***
datadir = %s
*** Database ***
step = 300
pings = 20
*** Alerts ***
to = |/usr/bin/sendpage --to 'the night shift'
from = me@example.org
+someloss
type = loss
pattern = >0%%,*12*,>0%%
edgetrigger = yes
+hooked
to = https://hooks.example/T0/` + canary + `
type = rtt
pattern = >100
*** Probes ***
+ FPing
binary = /usr/bin/fping
*** Targets ***
probe = FPing
menu = Top
title = Top
+ Europe
menu = Europe
title = All of Europe
++ Paris
menu = Paris
title = Paris
host = paris.example.org
alerts = someloss,hooked
rawlog = %%Y-%%m-%%d
++ Rome
host = rome.example.org
nonsense = 1
`

// real is a service over a folder whose probes all fail to be sent.
type real struct{ *service.Service }

func (r real) History() tab.History { return r.Store() }

type secrets struct {
	mu   sync.Mutex
	kept map[string]string
}

func (s *secrets) Set(_ context.Context, name, secret string) (bool, error, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[name] = secret
	return true, nil, nil
}

type bench struct {
	*fieldstest.Bench
	svc  *service.Service
	dir  string // of the history
	home string // where files go
	keys *secrets
}

func newBench(t *testing.T, l fieldstest.Look) *bench {
	t.Helper()
	dir := t.TempDir()
	svc, err := service.Open(service.Options{Dir: dir, Open: func(latency.Kind) (probe.Engine, error) { return nil, errors.New("nothing is sent in this test") }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = svc.Close() })
	b := &bench{fieldstest.New(t, l), svc, dir, t.TempDir(), &secrets{kept: map[string]string{}}}
	b.Svc = real{svc}
	return b
}

func (b *bench) open(id string) {
	for _, tool := range Tools(Deps{Secrets: b.keys, By: "Tacklebox test", Home: b.home, Do: b.Do}) {
		if tool.ID == id {
			b.All = b.svc.Targets()
			tool.Open(b)
		}
	}
}

// smokePing is a folder with SmokePing's configuration, and one with its history.
func smokePing(t *testing.T) (configDir, dataDir string) {
	t.Helper()
	configDir, dataDir = t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(configDir, "config"), []byte(fmt.Sprintf(config, dataDir)), 0o600); err != nil {
		t.Fatal(err)
	}
	raw := filepath.Join(dataDir, "Europe", "Paris")
	_ = os.MkdirAll(filepath.Dir(raw), 0o700)
	var b strings.Builder
	start := int(time.Now().Add(-48*time.Hour).Unix()) / 300 * 300
	for i := range 50 {
		fmt.Fprintf(&b, "%d\tU\t0\t1.000000e-02%s\n", start+300*i, strings.Repeat("\t1.000000e-02", 20))
	}
	if err := os.WriteFile(raw+"."+time.Unix(int64(start), 0).Format("2006-01-02")+".csv", []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return configDir, dataDir
}

// A person sees what would be taken over, with all that would not, before
// anything is; then it is, with SmokePing's history, and nothing runs or leaks.
func TestImportSmokePing(t *testing.T) {
	b := newBench(t, fieldstest.Look{})
	configDir, _ := smokePing(t)
	b.open("latency.import")
	b.Type(i18n.T("latency.import_from"), configDir)
	b.Press(i18n.T("latency.import_look"))
	b.See("SmokePing: 2 targets would be added, 0 there already.")
	b.See("2 alerts become rules")
	b.See("2 receivers, disabled until you enable them")
	if len(b.svc.Targets()) != 0 {
		t.Fatal("something was taken over already")
	}
	b.unfold()
	text := b.lines()
	for _, want := range []string{"nonsense = 1", "config, line 19", "Europe\n  Paris  paris.example.org  icmp\n  Rome  rome.example.org  icmp", "/usr/bin/sendpage --to 'the night shift'"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	b.Tick(i18n.T("latency.import_with_history"), true)
	b.See("History of 1 target found: 50 rounds")
	b.Press(i18n.T("latency.import_start"))
	b.See(i18n.T("latency.import_done"))
	b.See("SmokePing: 2 targets were added, 0 there already.")
	b.See("roll-ups stored")
	if got := b.svc.Targets(); len(got) != 2 {
		t.Errorf("%v", got)
	}
	state := b.svc.Alerts()
	if len(state.Rules) != 2 || len(state.Channels) != 2 {
		t.Errorf("%+v", state)
	}
	for _, c := range state.Channels {
		if c.Enabled {
			t.Errorf("%q arrived enabled", c.Name)
		}
		if c.Kind == channel.KindWebhook && (c.URL != "" || b.keys.kept[c.SecretRef] != "https://hooks.example/T0/"+canary) {
			t.Errorf("the address is not in the keychain: %+v", c)
		}
	}
	if sum, err := b.svc.Store().Summary(t.Context(), b.svc.Targets()[0].ID, latency.LocalNode, time.Now().Add(-72*time.Hour), time.Now()); err != nil || sum.Replies < 900 {
		t.Errorf("%v, %+v", err, sum)
	}
	if b.Button(i18n.T("latency.import_start")) != nil {
		t.Error("it can be done once more")
	}
	b.Leave()
	if err := b.svc.Close(); err != nil {
		t.Fatal(err)
	}
	nowhere(t, b.dir)
}

// nowhere fails when the canary is in a file below dir.
func nowhere(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if strings.Contains(string(body), canary) {
			t.Errorf("the secret is in %s", filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// lines are all lines of the lists that are open.
func (b *bench) lines() string {
	var out []string
	b.Walk(func(o fyne.CanvasObject) {
		if s, ok := o.(interface{ Text() string }); ok {
			out = append(out, s.Text())
		}
	})
	return strings.Join(out, "\n")
}

// unfold opens all lists.
func (b *bench) unfold() {
	b.Walk(func(o fyne.CanvasObject) {
		if f, ok := o.(*widgets.Fold); ok && !f.Open() {
			f.Tapped(&fyne.PointEvent{})
		}
	})
	b.Pump()
}

// What is pasted, dropped or named is read; what cannot be is said in words, and
// nothing is offered.
func TestImportOthers(t *testing.T) {
	b := newBench(t, fieldstest.Look{})
	b.open("latency.import")
	if b.Button(i18n.T("latency.import_look")).Disabled() == false {
		t.Error("nothing can be looked at")
	}
	b.Type(i18n.T("latency.import_paste"), "Google;DNS1;192.0.2.1\nhost!\n")
	b.Press(i18n.T("latency.import_look"))
	b.See("1 target would be added")
	b.See("1 line is not taken over")
	b.Type(i18n.T("latency.import_paste"), "192.0.2.9\n")
	b.Gone("1 target would be added") // a preview is of what is there
	b.Press(i18n.T("latency.import_look"))
	b.See("1 target would be added")
	b.Press(i18n.T("latency.import_start"))
	b.See(i18n.T("latency.import_done"))
	if got := b.svc.Targets(); len(got) != 1 || got[0].Host != "192.0.2.9" {
		t.Errorf("%v", got)
	}
	b.Type(i18n.T("latency.import_paste"), "*** Targets ***\n")
	b.Press(i18n.T("latency.import_look"))
	b.See(i18n.T("latency.import_error_smokeping"))
	b.Type(i18n.T("latency.import_from"), "/nosuch/file")
	b.Press(i18n.T("latency.import_look"))
	b.See("There is no such file or folder")
	binary := filepath.Join(b.home, "x.rrd")
	_ = os.WriteFile(binary, []byte("RRD\x000003\x00\x00\x00\x01\x02"), 0o600)
	b.Type(i18n.T("latency.import_from"), binary)
	b.Press(i18n.T("latency.import_look"))
	b.See(i18n.T("latency.import_error_binary"))
	if x := b.Button(i18n.T("latency.import_start")); x != nil {
		t.Error("nothing is offered to be imported")
	}
	prober := filepath.Join(b.home, "prober.yml")
	_ = os.WriteFile(prober, []byte("targets:\n- hosts:\n  - 192.0.2.1\n  - 192.0.2.2\n  interval: 2s\n"), 0o600)
	p := newImportPage(Deps{Secrets: b.keys, Do: b.Do, Now: time.Now}, b, b.svc)
	b.ShowPage("", p.root, p.close)
	p.shown()
	p.dropped([]fyne.URI{storage.NewFileURI(prober)})
	b.See("smokeping_prober: 2 targets would be added")
}

// A process that only looks shows what would be, and imports nothing.
func TestImportReader(t *testing.T) {
	b := newBench(t, fieldstest.Look{})
	s, err := service.Open(service.Options{Dir: b.dir, LookOnly: true, Open: func(latency.Kind) (probe.Engine, error) { return nil, errors.New("no") }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b.Svc = real{s}
	b.open("latency.import")
	b.See(i18n.T("latency.import_reader"))
	b.Type(i18n.T("latency.import_paste"), "192.0.2.9")
	b.Press(i18n.T("latency.import_look"))
	b.See("1 target would be added")
	if !b.Button(i18n.T("latency.import_start")).Disabled() {
		t.Error("it can be imported")
	}
	b.Leave()
}

// TestImportChinese: why a file cannot be read is said in the person's language.
func TestImportChinese(t *testing.T) {
	b := newBench(t, fieldstest.Look{Language: i18n.SimplifiedChinese})
	b.open("latency.import")
	for name, c := range map[string]struct{ text, says string }{
		"none.csv": {"", "没有这个文件或文件夹：" + filepath.Join(b.home, "none.csv")},
		"t.csv":    {"name,kind\na,icmp\n", "CSV 的第一行没有“host”列"},
		"t.json":   {`{"a":1}`, "JSON 中没有“targets”"},
		"p.yml":    {"groups: []\ntargets: [", "读取 smokeping_prober 的 YAML"},
		"config":   {"*** Targets ***\n@include config\n", "包含了自身"},
	} {
		path := filepath.Join(b.home, name)
		if c.text != "" {
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		b.Type(i18n.T("latency.import_from"), path)
		b.Press(i18n.T("latency.import_look"))
		b.See(c.says)
	}
}
