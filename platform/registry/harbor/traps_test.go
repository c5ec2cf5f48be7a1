package harbor_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/registrytest"
	"tacklebox/platform/registry/transport"
)

// as is a client for a user; nobody for "".
func as(t testing.TB, h *fakeharbor.Harbor, user, password string) *harbor.Client {
	t.Helper()
	base, err := url.Parse(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	o := transport.Options{Base: base, Getenv: func(string) string { return "" }}
	if user != "" {
		o.Login = transport.NewLogin(registry.Credential{User: user, Secret: registry.Secret(password)}, nil, nil)
	}
	tr, err := transport.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	return harbor.New(tr)
}

func admin(t testing.TB, h *fakeharbor.Harbor) *harbor.Client {
	return as(t, h, "admin", fakeharbor.Password)
}

func errorOf(t testing.TB, err error) *registry.Error {
	t.Helper()
	var own *registry.Error
	if !errors.As(err, &own) {
		t.Fatalf("%v is no error of ours", err)
	}
	return own
}

// TestListsAnswerAWrongPassword: they are no check of a login.
func TestListsAnswerAWrongPassword(t *testing.T) {
	h := fakeharbor.New(t)
	h.AddProject("secret", false)
	p, err := as(t, h, "admin", "wrong").Projects(t.Context(), harbor.Query{})
	if err != nil || len(p.Items) != 1 || p.Items[0].Name != "library" {
		t.Errorf("%+v, %v", p, err)
	}
	_, err = as(t, h, "admin", "wrong").CurrentUser(t.Context())
	registrytest.WantCause(t, err, registry.CauseCredential)
}

// TestRobotIsNoUser: 412 on who is signed in.
func TestRobotIsNoUser(t *testing.T) {
	h := fakeharbor.New(t)
	h.Robots = []*fakeharbor.Robot{{ID: 1, Name: "robot$ci", Secret: "s", Rights: []string{"project library repository:list"}}}
	c := as(t, h, "robot$ci", "s")
	_, err := c.CurrentUser(t.Context())
	registrytest.WantCause(t, err, registry.CausePolicy)
	if p, err := c.Repositories(t.Context(), "library", harbor.Query{}); err != nil || p.Total != 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestNoScheduleIsAnEmptyBody: 200 with nothing at all is no error.
func TestNoScheduleIsAnEmptyBody(t *testing.T) {
	h := fakeharbor.New(t)
	if s, err := admin(t, h).GCSchedule(t.Context()); s != nil || err != nil {
		t.Errorf("%+v, %v", s, err)
	}
	h.GCCron = "0 0 1 * * *"
	if s, err := admin(t, h).GCSchedule(t.Context()); err != nil || s == nil || s.Schedule.Cron != h.GCCron {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestNullLists: lists inside objects are null, and a whole list may be.
func TestNullLists(t *testing.T) {
	h := fakeharbor.New(t)
	h.Push("library", "app", "", fakeharbor.Image{})
	p, err := admin(t, h).Artifacts(t.Context(), "library/app", harbor.With{Labels: true, Accessories: true}, harbor.Query{})
	if err != nil || len(p.Items) != 1 || len(p.Items[0].Tags)+len(p.Items[0].References)+len(p.Items[0].Labels)+len(p.Items[0].Accessories) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	if !p.Items[0].Pulled.IsZero() || p.Items[0].Pushed.IsZero() {
		t.Errorf("pulled %v, pushed %v: the year 1 is never", p.Items[0].Pulled, p.Items[0].Pushed)
	}
	h.Fail(fakeharbor.Fault{Path: "/projects", Kind: "null"})
	if p, err := admin(t, h).Projects(t.Context(), harbor.Query{}); err != nil || len(p.Items) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestAbsentZeroFields: an empty queue has no count, an unknown volume nothing.
func TestAbsentZeroFields(t *testing.T) {
	h := fakeharbor.New(t)
	h.Queues = []*fakeharbor.Queue{{Type: "REPLICATION"}, {Type: "IMAGE_SCAN", Count: 3, Latency: 70}}
	h.Workers = []*fakeharbor.Worker{{ID: "w1", Pool: "p"}}
	q, err := admin(t, h).Queues(t.Context())
	if err != nil || len(q) != 2 || q[0].Count != 0 || q[1].Latency != 70 {
		t.Errorf("%+v, %v", q, err)
	}
	if w, err := admin(t, h).Workers(t.Context(), "all"); err != nil || w[0].JobID != "" || !w[0].Start.IsZero() {
		t.Errorf("%+v, %v", w, err)
	}
	if v, err := admin(t, h).Volumes(t.Context()); err != nil || len(v) != 0 {
		t.Errorf("%+v, %v", v, err)
	}
}

// TestPagesByCount: the Link header has unescaped commas; the count is what
// pages are counted by, and a short page is the last one.
func TestPagesByCount(t *testing.T) {
	h := fakeharbor.New(t)
	for i := range 250 {
		h.Repository("library", fmt.Sprintf("r%03d", i))
	}
	c := admin(t, h)
	seen := map[string]bool{}
	for n := 1; ; n++ {
		p, err := c.Repositories(t.Context(), "", harbor.Query{Page: n, Q: harbor.Match("name", "library/r,x")})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Items {
			seen[r.Name] = true
		}
		if !p.More() {
			if n != 3 || p.Total != 250 {
				t.Errorf("ended at page %d of %d rows", n, p.Total)
			}
			break
		}
	}
	if len(seen) != 250 {
		t.Errorf("%d repositories", len(seen))
	}
	if short := (harbor.Page[int]{Items: make([]int, 3), Total: 900, Number: 1, Size: 100}); short.More() {
		t.Error("a short page is not the last one")
	}
	// One more than 100 is refused by the server, so none is asked for.
	if p, err := c.Repositories(t.Context(), "", harbor.Query{Size: 101}); err != nil || p.Size != 100 {
		t.Errorf("%+v, %v", p.Size, err)
	}
}

// TestUnescapedTwice: the server unescapes a filter once more than usual.
func TestUnescapedTwice(t *testing.T) {
	h := fakeharbor.New(t)
	for _, name := range []string{"a+b", "50%25", "plain"} {
		h.Repository("library", name)
	}
	for text, want := range map[string]int{"a+b": 1, "50%25": 1, "a b": 0, "plain": 1, "": 3} {
		p, err := admin(t, h).Repositories(t.Context(), "", harbor.Query{Q: harbor.Match("name", text)})
		if err != nil || len(p.Items) != want {
			t.Errorf("%q: %d rows, want %d: %v", text, len(p.Items), want, err)
		}
	}
}

// TestReportTypeIsNotKnownBefore: the map's only value counts, whatever its key.
func TestReportTypeIsNotKnownBefore(t *testing.T) {
	h := fakeharbor.New(t)
	a := h.Push("library", "app", "1", fakeharbor.Image{})
	a.Scan = &fakeharbor.Scan{ID: "r", Status: "Success", MIMEType: "application/vnd.acme.report; version=9", Vulns: []fakeharbor.Vuln{{ID: "CVE-1", Severity: "High", Fix: "2"}}}
	got, err := admin(t, h).Artifact(t.Context(), "library/app", "1", harbor.With{Scan: true})
	if err != nil {
		t.Fatal(err)
	}
	if s, ok := got.Scan(); !ok || s.Summary.Total != 1 || s.Summary.Fixable != 1 || s.Summary.Severity["High"] != 1 {
		t.Errorf("%+v", s)
	}
	r, err := admin(t, h).Vulnerabilities(t.Context(), "library/app", "1")
	if err != nil || !r.Scanned || r.Vulnerabilities[0].FixVersion != "2" || *r.Vulnerabilities[0].CVSS.Score != 7.5 {
		t.Errorf("%+v, %v", r, err)
	}
	h.Push("library", "new", "1", fakeharbor.Image{})
	if r, err := admin(t, h).Vulnerabilities(t.Context(), "library/new", "1"); err != nil || r.Scanned {
		t.Errorf("never scanned: %+v, %v", r, err)
	}
}

// TestHealthIsAlways200 also when it is not well.
func TestHealthIsAlways200(t *testing.T) {
	h := fakeharbor.New(t)
	h.Components["redis"] = "dial tcp: connection refused"
	got, err := as(t, h, "", "").Health(t.Context())
	if err != nil || got.Status == harbor.Healthy || len(got.Components) != 8 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, c := range got.Components {
		if (c.Name == "redis") != (c.Error != "") {
			t.Errorf("%+v", c)
		}
	}
}

// TestPageOfAProxy: HTML is said to be that, with its title, and without escapes.
func TestPageOfAProxy(t *testing.T) {
	h := fakeharbor.New(t)
	h.Fail(fakeharbor.Fault{Path: "/projects", Kind: "html"})
	_, err := admin(t, h).Projects(t.Context(), harbor.Query{})
	registrytest.WantCause(t, err, registry.CauseNotRegistry)
	if text := err.Error(); !strings.Contains(text, "Sign in to") || strings.Contains(text, "\x1b") {
		t.Errorf("%q", text)
	}
}

// TestEmptyAndAbsentRepository: Harbor answers an empty list to both.
func TestEmptyAndAbsentRepository(t *testing.T) {
	h := fakeharbor.New(t)
	h.Repository("library", "team/empty")
	h.Push("library", "team/sub/app", "1", fakeharbor.Image{})
	c := admin(t, h)
	if p, err := c.Artifacts(t.Context(), "library/team/empty", harbor.With{}, harbor.Query{}); err != nil || p.Total != 0 {
		t.Errorf("empty: %+v, %v", p, err)
	}
	_, err := c.Artifacts(t.Context(), "library/team/absent", harbor.With{}, harbor.Query{})
	registrytest.WantCause(t, err, registry.CauseNotFound)
	if p, err := c.Artifacts(t.Context(), "library/team/sub/app", harbor.With{}, harbor.Query{}); err != nil || p.Total != 1 {
		t.Errorf("slashes: %+v, %v", p, err)
	}
	var escaped bool
	for _, asked := range h.Asked() {
		escaped = escaped || strings.Contains(asked, "/team%252Fsub%252Fapp/")
	}
	if !escaped {
		t.Errorf("the name was not escaped twice: %v", h.Asked())
	}
}

// TestEscapedOnceIsAnother: what nginx does to such a path, so that the fake
// keeps the client honest.
func TestEscapedOnceIsAnother(t *testing.T) {
	h := fakeharbor.New(t)
	h.Push("library", "team/app", "1", fakeharbor.Image{})
	resp, err := registrytest.Client(nil).Get(h.URL + "/api/v2.0/projects/library/repositories/team%2Fapp/artifacts")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 404 {
		t.Errorf("escaped once: %s", resp.Status)
	}
}

// TestProjectOfDigits: it is named so, not numbered.
func TestProjectOfDigits(t *testing.T) {
	h := fakeharbor.New(t)
	h.AddProject("2026", true)
	h.Push("2026", "app", "1", fakeharbor.Image{})
	if p, err := admin(t, h).Project(t.Context(), "2026"); err != nil || p.Name != "2026" {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := admin(t, h).Artifacts(t.Context(), "2026/app", harbor.With{}, harbor.Query{}); err != nil || p.Total != 1 {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestNoCookieComesBack: one that does makes every change fail.
func TestNoCookieComesBack(t *testing.T) {
	h := fakeharbor.New(t)
	h.Push("library", "app", "1", fakeharbor.Image{})
	c := admin(t, h)
	if _, err := c.Projects(t.Context(), harbor.Query{}); err != nil {
		t.Fatal(err)
	}
	if err := c.StartScan(t.Context(), "library/app", "1"); err != nil {
		t.Error(err)
	}
	if n := h.Cookies(); n != 0 {
		t.Errorf("%d requests came with the session's cookie", n)
	}
}

// TestRightsAndVersions: what is missing is named in the error.
func TestRightsAndVersions(t *testing.T) {
	h := fakeharbor.New(t)
	h.Users["eve"] = &fakeharbor.User{Password: "p"}
	_, err := as(t, h, "eve", "p").Queues(t.Context())
	if e := errorOf(t, err); e.Cause != registry.CauseForbidden || e.Right != "jobservice-monitor:list" || e.RequestID != "fake-request-id" || !strings.Contains(err.Error(), "fake-request-id") {
		t.Errorf("%+v", e)
	}
	_, err = as(t, h, "", "").Queues(t.Context())
	if e := errorOf(t, err); e.Cause != registry.CauseAnonymous || e.Right == "" {
		t.Errorf("%+v", e)
	}
	h.Version = "v2.6.4-xyz"
	_, err = admin(t, h).Queues(t.Context())
	if e := errorOf(t, err); e.Cause != registry.CauseTooOld || e.Since != "2.7" {
		t.Errorf("%+v", e)
	}
	h.Version = "v2.7.0"
	_, err = admin(t, h).JobLog(t.Context(), "x")
	registrytest.WantCause(t, err, registry.CauseTooOld)
	h.Version = "v2.15.0"
	_, err = admin(t, h).JobLog(t.Context(), "x")
	registrytest.WantCause(t, err, registry.CauseNotFound)
}

// TestBadServers: whatever the server does, the answer is clear and bounded.
func TestBadServers(t *testing.T) {
	for _, c := range []struct {
		kind string
		want registry.Cause
	}{
		{"die", registry.CauseBroken}, {"garbage", registry.CauseBroken}, {"hang", registry.CauseTimeout},
		{"429", registry.CauseTooMany}, {"500", registry.CauseServer}, {"endless", registry.CauseTooLarge},
	} {
		t.Run(c.kind, func(t *testing.T) {
			h := fakeharbor.New(t)
			h.Fail(fakeharbor.Fault{Path: "/projects", Kind: c.kind})
			client := admin(t, h)
			client.Timeout = 500 * time.Millisecond
			if c.kind == "endless" {
				client.Timeout = 0
			}
			start := time.Now()
			_, err := client.Projects(t.Context(), harbor.Query{})
			registrytest.WantCause(t, err, c.want)
			e := errorOf(t, err)
			if took := time.Since(start); took > 8*time.Second {
				t.Errorf("took %v", took)
			}
			if c.kind == "429" && (e.RetryAfter != 17*time.Second || !strings.Contains(e.Hint, "17s")) {
				t.Errorf("%+v", e)
			}
			if c.kind == "500" && e.RequestID == "" {
				t.Errorf("without the request's ID: %v", err)
			}
		})
	}
}

// TestRedirects: /api follows none to another place, with or without a password.
func TestRedirects(t *testing.T) {
	h, other := fakeharbor.New(t), fakeharbor.New(t)
	h.Fail(fakeharbor.Fault{Path: "/projects", Kind: "redirect", To: other.URL + "/api/v2.0/projects"})
	_, err := admin(t, h).Projects(t.Context(), harbor.Query{})
	registrytest.WantCause(t, err, registry.CauseRedirect)
	if got := other.Asked(); len(got) != 0 {
		t.Errorf("the other was asked %v", got)
	}
	h.Mend()
	h.Fail(fakeharbor.Fault{Path: "/projects", Kind: "redirect", To: h.URL + "/api/v2.0/systeminfo", Times: 1})
	if _, err := admin(t, h).Projects(t.Context(), harbor.Query{}); registry.CauseOf(err) == registry.CauseRedirect {
		t.Errorf("the same place: %v", err)
	}
}
