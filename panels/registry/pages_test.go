package registry

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
	"tacklebox/panels/paneltest"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/doctor"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/verdict"
	"tacklebox/platform/registry/watch"
)

// busy is a Harbor that does something.
func busy(f *fakeharbor.Harbor) {
	f.Lock()
	defer f.Unlock()
	now := time.Now()
	f.Components["redis"] = "connection refused"
	f.Queues = []*fakeharbor.Queue{{Type: "REPLICATION", Count: 14, Latency: 1260}}
	f.Workers = []*fakeharbor.Worker{{ID: "w1", Pool: "p1", Job: "IMAGE_SCAN", JobID: "scan-1", Start: now.Add(-time.Hour)}, {ID: "w2", Pool: "p1"}}
	f.JobLogs["scan-1"] = "line one\n"
	f.Policies = []*fakeharbor.Policy{{ID: 1, Name: "to-dr", Enabled: true, From: "a", To: "b", Images: []string{"shop/web"}}}
	f.Executions = []*fakeharbor.Execution{
		{ID: 31, PolicyID: 1, Status: "Failed", StatusText: "no such registry", Start: now.Add(-2 * time.Hour), End: now.Add(-2 * time.Hour)},
		{ID: 32, PolicyID: 1, Status: "Failed", Start: now.Add(-time.Hour), End: now.Add(-time.Hour), Tasks: []*fakeharbor.Task{
			{ID: 321, JobID: "j", Status: "Failed", Source: "shop/api:2", Destination: "dr/shop/api:2", Start: now.Add(-time.Hour), Log: "2026-01-01T00:00:00Z [INFO] begin\n2026-01-01T00:00:01Z [ERROR] [transfer.go:1]: quota exceeded\n"}}},
	}
	f.GCs = []*fakeharbor.GC{{ID: 21, Status: "Success", Start: now.Add(-5 * time.Hour), Freed: 96_000_000, Parameters: `{"freed_space":96000000,"purged_blobs":18}`}}
	f.Quotas = map[string][2]int64{"library": {1000, 990}}
}

func TestHealth(t *testing.T) {
	h, fake := onHarbor(t, busy)
	h.See("library")
	h.place(placeHealth)
	h.See("One component is unhealthy")
	v := h.p.detail.views[placeHealth].(*healthView)
	if l := h.line(v.table, "redis"); l.level != widgets.LevelFailed || l.key != v.table.at(0).key {
		t.Errorf("the one that is unhealthy stands at %+v", l)
	}
	fake.Lock()
	fake.Components["redis"] = ""
	fake.Unlock()
	h.See("Every component is healthy")
	asked := func() int { return len(fake.Asked()) }
	h.p.Hidden()
	h.Until("the last answer", func() bool { return fake.Active() == 0 })
	n := asked()
	h.Pump()
	if again := asked(); again != n {
		t.Errorf("%d questions while nobody looks", again-n)
	}
}

func TestWorkAndLogs(t *testing.T) {
	h, fake := onHarbor(t, busy)
	h.See("library")
	h.place(placeWork)
	h.See("1 of 2 busy, 1 pool")
	h.See("14 jobs wait, the oldest for 21:00 (Replication)")
	v := h.p.detail.views[placeWork].(*workView)
	l := h.line(v.table, "Image scan")
	v.table.list.Select(l.key, true)
	v.selected(l.key)
	h.See("line one")
	fake.Lock()
	fake.JobLogs["scan-1"] += "line two\n"
	fake.Unlock()
	h.See("line two")
	if n := strings.Count(v.log.code.Text(), "line one"); n != 1 {
		t.Errorf("the first line stands there %d times", n)
	}

	q := h.line(v.table, "Replication")
	v.table.list.Select(q.key, true)
	v.selected(q.key)
	h.Press("Pause the queue")
	h.See("On " + h.p.conn.host() + " nothing of REPLICATION begins")
	if fake.Queues[0].Paused {
		t.Error("it was done before it was confirmed")
	}
	pressIn(h, "Pause the queue")
	h.See("1 queue is paused")
}

// pressIn taps the button of the dialog in front.
func pressIn(h *harness, word string) {
	h.T.Helper()
	top := h.Win.Canvas().Overlays().Top()
	var found fyne.Tappable
	paneltest.Walk(top, func(o fyne.CanvasObject) {
		if b, ok := o.(interface {
			fyne.Tappable
			fyne.Disableable
		}); ok && !b.Disabled() && strings.Contains(strings.Join(paneltest.Texts(o), "|"), word) {
			found = b
		}
	})
	if found == nil {
		h.T.Fatalf("no button %q in the dialog", word)
	}
	found.Tapped(&fyne.PointEvent{})
	h.Pump()
}

func TestReplications(t *testing.T) {
	h, fake := onHarbor(t, busy)
	h.See("library")
	h.place(placeReplications)
	h.See("2 replications failed")
	v := h.p.detail.views[placeReplications].(*replicationsView)
	h.line(v.table, "no such registry") // without a task
	l := h.line(v.table, "quota exceeded")
	for _, c := range l.cells {
		if strings.Contains(c.text, "[ERROR]") {
			t.Errorf("the error is hidden behind %q", c.text)
		}
	}
	v.table.list.Select(l.key, true)
	v.selected(l.key)
	h.See("[INFO] begin")
	h.Press("Run this policy again")
	pressIn(h, "Run this policy again")
	h.Until("another run", func() bool { fake.Lock(); defer fake.Unlock(); return len(fake.Executions) == 3 })
}

func TestStorage(t *testing.T) {
	h, fake := onHarbor(t, busy)
	h.See("library")
	h.place(placeStorage)
	v := h.p.detail.views[placeStorage].(*storageView)
	if l := h.line(v.quotas, "library"); l.level != widgets.LevelFailed {
		t.Errorf("99 %% of a quota is %q", l.level)
	}
	h.line(v.gcs, "96.0 MB")
	if h.Sees("Collect garbage") {
		t.Error("a collection is offered before a dry run")
	}
	h.Press("Garbage collection: dry run")
	pressIn(h, "Garbage collection: dry run")
	h.Until("a dry run", func() bool { fake.Lock(); defer fake.Unlock(); return len(fake.GCs) == 2 && fake.GCs[1].DryRun })
	h.See("Collect garbage")
}

// deaf is an engine that trusts nobody.
type deaf struct{}

func (deaf) Name() string { return "lab" }
func (deaf) AskRegistry(context.Context, string, registry.Credential) doctor.EngineAnswer {
	return doctor.EngineAnswer{Kind: doctor.EngineUntrusted, Text: "x509: certificate signed by unknown authority"}
}

func TestDoctor(t *testing.T) {
	h := start(t, i18n.English)
	fake := fakeharbor.New(t)
	h.add(registry.Connection{URL: fake.URL, User: "admin"}, "wrong")
	h.engine = deaf{}
	h.show()
	h.See("refused the credential")
	h.p.showDoctor()
	h.Until("all verdicts", func() bool { v := h.p.detail.views[placeDoctor].(*doctorView); return v.done })
	v := h.p.detail.views[placeDoctor].(*doctorView)
	if len(v.found) != len(doctor.Steps) {
		t.Errorf("%d verdicts", len(v.found))
	}
	h.See("Container engine")
	h.See("x509: certificate signed by unknown authority")
	if fake.FailedLogins() != 1 {
		t.Errorf("the doctor made it %d failed logins", fake.FailedLogins())
	}
	if strings.Contains(v.report(), "wrong") {
		t.Error("the password is in the report")
	}
	h.Press("Sign in again")
	h.See("Sign in to")
}

// TestDoctorSpeaksChinese: what is well is said in the person's language.
func TestDoctorSpeaksChinese(t *testing.T) {
	h := start(t, i18n.SimplifiedChinese)
	fake := fakeharbor.New(t)
	fake.ServerClock = 7 * time.Minute
	h.engine = deaf{}
	h.add(registry.Connection{URL: fake.URL, User: "admin"}, fakeharbor.Password)
	h.show()
	h.See("library")
	h.p.showDoctor()
	for _, text := range []string{"不使用", "是地址，不是名称", "无：未加密的 HTTP", "以 admin 登录", "服务器快 7m0s", "请用时间服务器校准", "请把 CA 证书放到引擎所在机器"} {
		h.See(text)
	}
}

// TestBadLinesSpeakChinese: what is bad is said in the person's language, with what it
// is about.
func TestBadLinesSpeakChinese(t *testing.T) {
	h := start(t, i18n.SimplifiedChinese)
	h.show()
	x := &conn{p: h.p}
	for _, c := range []struct {
		line doctor.Line
		want string
	}{
		{doctor.Line{Step: doctor.StepProxy}, "代理地址无法识别"},
		{doctor.Line{Step: doctor.StepDNS, Cause: registry.CauseDNS, Object: "harbor.example"}, "名称 harbor.example 无法解析"},
		{doctor.Line{Step: doctor.StepDNS, Cause: registry.CauseTimeout, Object: "harbor.example"}, "没有域名服务器应答 harbor.example 的查询"},
		{doctor.Line{Step: doctor.StepTCP, Cause: registry.CauseConnect, Object: "h:443"}, "h:443 不接受连接"},
		{doctor.Line{Step: doctor.StepTCP, Cause: registry.CauseTimeout, Object: "h:443"}, "h:443 没有应答"},
		{doctor.Line{Step: doctor.StepRealm, Cause: registry.CauseRealm, Object: "https://auth"}, "https://auth，与镜像仓库不是同一主机"},
		{doctor.Line{Step: doctor.StepRealm, Cause: registry.CauseRealm, Object: "http://auth", Plain: true}, "http://auth，不使用 TLS：绝不会向那里发送密码"},
		{doctor.Line{Step: doctor.StepCredential, Cause: registry.CauseCredential, Object: "admin", Request: "77"}, "镜像仓库拒绝 admin 使用此密码 (77)"},
		{doctor.Line{Step: doctor.StepCredential, Cause: registry.CauseTimeout}, "镜像仓库未能及时说明是否接受凭据"},
	} {
		c.line.State, c.line.Text = doctor.Bad, "our English"
		if got := verdictText(x, c.line, ""); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.line.Step, c.line.Cause, got, c.want)
		}
	}
	for _, n := range []watch.Notice{
		{Kind: watch.NoticeDown, Err: &registry.Error{Cause: registry.CauseTimeout, Err: errors.New("our English")}},
		{Kind: watch.NoticeReplication, Object: "copy", Count: 3},
	} {
		if _, text := noticeText(n); strings.Contains(text, "English") || !strings.ContainsAny(text, "应失") {
			t.Errorf("%s: %q", n.Kind, text)
		}
	}
	if got := unsureText(verdict.Verdict{Unsure: "our English", Err: &registry.Error{Cause: registry.CauseForbidden, Right: "scan:read"}}); got != "此帐号缺少权限 scan:read。" {
		t.Errorf("%q", got)
	}
}

// TestVerdict: the vulnerability that refuses is named with its fix, and Debug says
// that it will not work.
func TestVerdict(t *testing.T) {
	h, _ := onHarbor(t, func(f *fakeharbor.Harbor) {
		shop(f)
		f.Lock()
		defer f.Unlock()
		for _, p := range f.Projects {
			p.Metadata["prevent_vul"], p.Metadata["severity"] = "true", "high"
		}
	})
	h.open("shop")
	h.choose("shop/team/api")
	h.See("CVE-2026-0001 (critical, openssl 3.0.15, fixed in 3.0.17)")
	h.See("Debug all the same")
	h.p.detail.images.lower.Select(lowerCVEs)
	h.p.detail.images.lowerShown()
	c := h.p.detail.images.cves
	h.line(c.table, "zlib")
	c.filter.SetText("openssl")
	h.Pump()
	if c.table.Len() != 1 {
		t.Errorf("%d rows after the filter", c.table.Len())
	}
}

// TestScan has an artifact scanned and shows what came of it, without being asked.
func TestScan(t *testing.T) {
	h, fake := onHarbor(t, func(f *fakeharbor.Harbor) { f.Push("library", "app", "1", fakeharbor.Image{}) })
	h.open("library")
	h.choose("library/app")
	h.Press("Scan")
	h.See("is asked to scan library/app : 1")
	pressIn(h, "Scan")
	h.Until("it is being scanned", func() bool { return h.p.detail.images.cves.scanning })
	v := h.p.detail.images
	h.Until("the scan is over", func() bool {
		fake.Advance(10 * time.Second)
		return !v.cves.scanning && v.detail != nil && v.detail.Scan != nil && v.detail.Scan.Status == "Success"
	})
	h.See("CVEs 0")
}

// TestOpensThePage: the registry's own page is known by the project's number.
func TestOpensThePage(t *testing.T) {
	h, _ := onHarbor(t, shop)
	h.open("shop")
	h.choose("shop/team/api")
	h.See("/bin/start.sh")
	h.Press("Open in browser")
	h.Until("the page", func() bool { return len(h.opened) == 1 })
	if !strings.Contains(h.opened[0], "/harbor/projects/2/repositories/team%2Fapi/artifacts-tab/artifacts/sha256:") {
		t.Errorf("opened %s", h.opened[0])
	}
}

// TestFits: nothing makes the window wider than 900 x 600, in both languages and at
// 200 %.
func TestFits(t *testing.T) {
	for _, language := range i18n.Languages() {
		for _, scale := range []float32{1, 2} {
			h := start(t, language)
			fyne.CurrentApp().Settings().SetTheme(look.New(look.Options{TextScale: scale}))
			fake := fakeharbor.New(t)
			shop(fake)
			busy(fake)
			h.add(registry.Connection{URL: fake.URL, User: "admin"}, fakeharbor.Password)
			h.show()
			h.open("shop")
			h.choose("shop/team/api")
			h.See("/bin/start.sh")
			for _, place := range h.p.detail.order {
				h.place(place)
				limit := fyne.NewSize(900, 600)
				if scale > 1 {
					limit = fyne.NewSize(1400, 1000)
				}
				if m := h.Win.Content().MinSize(); m.Width > limit.Width-130*scale || m.Height > limit.Height-30*scale {
					t.Errorf("%s at %v, %s: needs %v", language, scale, place, m)
				}
			}
			h.p.showAdd()
			if m := h.Win.Content().MinSize(); m.Width > 1400 {
				t.Errorf("%s at %v: the form needs %v", language, scale, m)
			}
			h.p.Close()
		}
	}
}
