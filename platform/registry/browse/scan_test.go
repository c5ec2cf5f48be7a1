package browse

import (
	"context"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/registrytest"
)

func opened(t testing.TB, h *fakeharbor.Harbor) *Browser {
	t.Helper()
	s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
	return New(registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password))
}

// TestScanFollowed from its start to its end, each state once.
func TestScanFollowed(t *testing.T) {
	h := fakeharbor.New(t)
	a := h.Push("library", "app", "1", fakeharbor.Image{})
	b := opened(t, h)
	if err := b.StartScan(t.Context(), "library/app", a.Digest); err != nil {
		t.Fatal(err)
	}
	var states []string
	for s, err := range b.followScan(t.Context(), "library/app", a.Digest, time.Millisecond) {
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, s.Status)
		h.Advance(3 * time.Second)
	}
	if got := strings.Join(states, " "); got != "Pending Running Success" {
		t.Errorf("states %q", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range b.followScan(ctx, "library/app", a.Digest, time.Hour) {
		t.Error("it goes on")
	}
}

// TestVulnerabilities are there worst first, and filtered.
func TestVulnerabilities(t *testing.T) {
	h := fakeharbor.New(t)
	a := h.Push("library", "app", "1", fakeharbor.Image{})
	a.Scan = &fakeharbor.Scan{Status: "Success", Vulns: []fakeharbor.Vuln{
		{ID: "CVE-1", Package: "zlib", Severity: "Low", Fix: "2"}, {ID: "CVE-2", Package: "OpenSSL", Severity: "Critical"}, {ID: "CVE-3", Package: "bash", Severity: "High", Fix: "5", Description: "of openssl's"},
	}}
	a.Additions = map[string]string{"readme.md": "# hi\x1b[2J\n"}
	b := opened(t, h)
	r, err := b.Vulnerabilities(t.Context(), "library/app", a.Digest)
	if err != nil || !r.Scanned {
		t.Fatalf("%+v, %v", r, err)
	}
	for _, c := range []struct {
		f    Filter
		want string
	}{
		{Filter{}, "CVE-2 CVE-3 CVE-1"}, {Filter{Least: "High"}, "CVE-2 CVE-3"}, {Filter{Fixable: true}, "CVE-3 CVE-1"}, {Filter{Text: "OPENSSL"}, "CVE-2 CVE-3"}, {Filter{Text: "cve-1", Fixable: true}, "CVE-1"}, {Filter{Text: "x"}, ""},
	} {
		var ids []string
		for _, x := range r.Filter(c.f) {
			ids = append(ids, x.ID)
		}
		if got := strings.Join(ids, " "); got != c.want {
			t.Errorf("%+v: %q, want %q", c.f, got, c.want)
		}
	}
	if text, err := b.Addition(t.Context(), "library/app", a.Digest, "readme.md"); err != nil || text.Text != "# hi[2J\n" || text.Cut {
		t.Errorf("%+v, %v", text, err)
	}
	if v, err := b.Verdict(t.Context(), Detail{Repository: "library/app", Digest: a.Digest}); err != nil || v.Refused {
		t.Errorf("%+v, %v", v, err)
	}
}
