package browse_test

import (
	"strings"
	"testing"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/registrytest"
)

// TestHarbor: projects, repositories, artifacts with their children and
// accessories, and what an image would run.
func TestHarbor(t *testing.T) {
	h := fakeharbor.New(t)
	amd := h.Push("library", "team/app", "", fakeharbor.Image{OS: "linux", Arch: "amd64", Steps: []string{"COPY . /", "ENV TOKEN=history-canary"},
		Config: map[string]any{"Entrypoint": []string{"/app"}, "Cmd": nil, "Env": []string{"A=b", "API_KEY=env-canary"}, "User": "7", "WorkingDir": "/w", "ExposedPorts": map[string]any{"80/tcp": map[string]any{}, "443/tcp": map[string]any{}}}})
	arm := h.Push("library", "team/app", "", fakeharbor.Image{OS: "linux", Arch: "arm64"})
	index := h.PushIndex("library", "team/app", "1", amd, arm)
	index.Accessories = []map[string]any{{"type": "signature.cosign", "digest": "sha256:abc", "size": 5}}
	index.Labels = []map[string]any{{"name": "prod", "color": "#f00"}}
	amd.Scan = &fakeharbor.Scan{ID: "r", Status: "Success", Vulns: []fakeharbor.Vuln{{ID: "CVE-1", Severity: "High", Fix: "2"}}}
	h.PushOther("library", "chart", "0.1", "CHART", map[string]any{"name": "chart", "version": "0.1", "config": "odd"})
	b := open(t, h)
	p, err := b.Projects(t.Context(), "lib", 1)
	if err != nil || len(p.Items) != 1 || p.Items[0].Repositories != 2 || !p.Items[0].Public {
		t.Fatalf("%+v, %v", p, err)
	}
	a, err := b.Artifacts(t.Context(), "library/team/app", 1)
	if err != nil || len(a.Items) != 3 {
		t.Fatalf("%+v, %v", a, err)
	}
	row := a.Items[2]
	if row.Digest != index.Digest || len(row.Children) != 2 || row.Children[0].Platform != "linux/amd64" || row.Accessories[0].Type != "signature.cosign" || row.Labels[0].Name != "prod" || row.Scan != nil {
		t.Errorf("%+v", row)
	}
	for _, asked := range h.Asked() {
		if strings.Contains(asked, "with_scan_overview") || strings.Contains(asked, "sbom") {
			t.Errorf("the list costs the server more than it need: %s", asked)
		}
	}
	if filled, err := b.Fill(t.Context(), "library/team/app", a.Items[0]); err != nil || filled.Scan == nil || filled.Scan.Count["High"] != 1 || !filled.Scan.Over() {
		t.Errorf("%+v, %v", filled, err)
	}
	d, err := b.Inspect(t.Context(), "library/team/app", "1", "linux/amd64")
	if err != nil {
		t.Fatal(err)
	}
	if d.Digest != amd.Digest || d.Index != index.Digest || d.Entrypoint[0] != "/app" || len(d.Cmd) != 0 || d.User != "7" || strings.Join(d.Ports, " ") != "443/tcp 80/tcp" || len(d.History) != 2 || d.Scan == nil || !d.Runs() || d.Marks[0].Name != "prod" {
		t.Errorf("%+v", d)
	}
	if want := strings.TrimPrefix(h.URL, "http://") + "/library/team/app@" + amd.Digest; d.Pinned() != want {
		t.Errorf("pinned %q, want %q", d.Pinned(), want)
	}
	hidden := d.Hide()
	if text := strings.Join(hidden.Env, " ") + hidden.History[1].Text; strings.Contains(text, "canary") || !strings.Contains(text, "A=b") {
		t.Errorf("%q", text)
	}
	if strings.Join(d.Env, " ") != "A=b API_KEY=env-canary" {
		t.Error("hiding changed the original")
	}
	c, err := b.Inspect(t.Context(), "library/chart", "0.1", "")
	if err != nil || c.Type != "CHART" || c.Runs() {
		t.Errorf("%+v, %v", c, err)
	}
	if page := b.Session().Web(1, "team/app", index.Digest); page != h.URL+"/harbor/projects/1/repositories/team%2Fapp/artifacts-tab/artifacts/"+index.Digest {
		t.Errorf("%s", page)
	}
}

// TestPullWithoutLooking: a robot that may pull only is shown what it would run.
func TestPullWithoutLooking(t *testing.T) {
	h := fakeharbor.New(t)
	h.AddProject("team", false)
	h.Push("team", "app", "1", fakeharbor.Image{Config: map[string]any{"Cmd": []string{"/z"}}})
	h.Robots = []*fakeharbor.Robot{{ID: 1, Name: "robot$p", Secret: "s", Rights: []string{"project team repository:pull"}}}
	s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
	b := browse.New(registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "robot$p"}, "s"))
	d, err := b.Inspect(t.Context(), "team/app", "1", "")
	if err != nil || d.Cmd[0] != "/z" || len(d.Notes) != 1 || !strings.Contains(d.Notes[0], "artifact:read") {
		t.Errorf("%+v, %v", d, err)
	}
}

// TestHostileTexts: names and labels with markup, escapes and 4,000 characters
// come through whole, and are made plain where they are shown.
func TestHostileTexts(t *testing.T) {
	h := fakeharbor.New(t)
	long := strings.Repeat("長", 4000)
	h.Push("library", "app", "1", fakeharbor.Image{Config: map[string]any{"Env": []string{"X=\x1b[2J<b>" + long}, "Labels": map[string]string{"\x1b]0;x\x07": "\u202eabc"}, "User": "\x00"}})
	d, err := open(t, h).Inspect(t.Context(), "library/app", "1", "")
	if err != nil || len(d.Env) != 1 || !strings.HasSuffix(d.Env[0], long) {
		t.Fatalf("%v, %v", len(d.Env), err)
	}
	if got := registry.Clean(d.Env[0], 100); strings.Contains(got, "\x1b") || len(got) > 110 || !strings.Contains(got, "<b>") {
		t.Errorf("%q", got)
	}
	for k, v := range d.Labels {
		if got := registry.Clean(k+v, 100); got != "]0;xabc" {
			t.Errorf("%q", got)
		}
	}
}

// TestTypedNames: where a registry lists none, typed ones are there.
func TestTypedNames(t *testing.T) {
	h := fakeharbor.New(t)
	h.Push("library", "app", "1", fakeharbor.Image{})
	h.Fail(fakeharbor.Fault{Path: "/api/", Kind: "html"})
	s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
	x := registrytest.Open(t, s, registry.Connection{URL: h.URL}, "")
	_, err := browse.New(x).Repositories(t.Context(), "", "", 1)
	registrytest.WantCause(t, err, registry.CauseUnsupported)
	_, err = browse.New(x).Projects(t.Context(), "", 1)
	registrytest.WantCause(t, err, registry.CauseUnsupported)
	if _, err := s.Change(x.Connection.ID, func(c *registry.Connection) { c.Repositories = []string{"library/app"} }); err != nil {
		t.Fatal(err)
	}
	if x, err = s.Open(t.Context(), x.Connection.ID); err != nil {
		t.Fatal(err)
	}
	b := browse.New(x)
	r, err := b.Repositories(t.Context(), "", "", 1)
	if err != nil || len(r.Items) != 1 || !r.Items[0].Typed {
		t.Fatalf("%+v, %v", r, err)
	}
	if a, err := b.Artifacts(t.Context(), "library/app", 1); err != nil || len(a.Items) != 1 || a.Items[0].Tags[0] != "1" {
		t.Errorf("%+v, %v", a, err)
	}
}
