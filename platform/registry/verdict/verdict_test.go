package verdict_test

import (
	"strings"
	"testing"
	"time"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/dist"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/registrytest"
	"tacklebox/platform/registry/verdict"
)

// high is a scan with one of each.
func high() *fakeharbor.Scan {
	return &fakeharbor.Scan{ID: "r", Status: "Success", Vulns: []fakeharbor.Vuln{
		{ID: "CVE-2026-0002", Package: "zlib", Version: "1.0", Severity: "Low"},
		{ID: "CVE-2026-0001", Package: "openssl", Version: "3.0.1", Fix: "3.0.2", Severity: "High"},
	}}
}

// TestAgreesWithTheServer: what is foretold is what the server then does, in
// every case of its rule.
func TestAgreesWithTheServer(t *testing.T) {
	past, future := time.Now().Add(-time.Hour).Unix(), time.Now().Add(time.Hour).Unix()
	for _, c := range []struct {
		name  string
		set   map[string]string
		scan  *fakeharbor.Scan
		allow []string
		until int64
		signs []string
		other func(*fakeharbor.Harbor, *fakeharbor.Artifact)
		rule  verdict.Rule // "" is let through
		cves  string
	}{
		{name: "no rule", scan: high()},
		{name: "not scanned", set: map[string]string{"prevent_vul": "true", "severity": "high"}, rule: verdict.RuleNotScanned},
		{name: "scan failed", set: map[string]string{"prevent_vul": "true", "severity": "high"}, scan: &fakeharbor.Scan{Status: "Error"}, rule: verdict.RuleScanFailed},
		{name: "scan runs", set: map[string]string{"prevent_vul": "true", "severity": "high"}, scan: &fakeharbor.Scan{Status: "Running"}, rule: verdict.RuleScanFailed},
		{name: "one reaches it", set: map[string]string{"prevent_vul": "true", "severity": "high"}, scan: high(), rule: verdict.RuleSeverity, cves: "CVE-2026-0001"},
		{name: "both reach it", set: map[string]string{"prevent_vul": "true", "severity": "low"}, scan: high(), rule: verdict.RuleSeverity, cves: "CVE-2026-0001 CVE-2026-0002"},
		{name: "none reaches it", set: map[string]string{"prevent_vul": "true", "severity": "critical"}, scan: high()},
		{name: "none at all", set: map[string]string{"prevent_vul": "true", "severity": "none"}, scan: &fakeharbor.Scan{Status: "Success"}},
		{name: "a threshold of none", set: map[string]string{"prevent_vul": "true", "severity": "none"}, scan: &fakeharbor.Scan{Status: "Success", Vulns: []fakeharbor.Vuln{{ID: "CVE-1", Severity: "Unknown"}}}, rule: verdict.RuleSeverity, cves: "CVE-1"},
		{name: "a severity nobody knows", set: map[string]string{"prevent_vul": "true", "severity": "critical"}, scan: &fakeharbor.Scan{Status: "Success", Vulns: []fakeharbor.Vuln{{ID: "CVE-1", Severity: "Terrible"}}}, rule: verdict.RuleSeverity, cves: "CVE-1"},
		{name: "allowed", set: map[string]string{"prevent_vul": "true", "severity": "high"}, scan: high(), allow: []string{"CVE-2026-0001"}, until: future},
		{name: "allowed until yesterday", set: map[string]string{"prevent_vul": "true", "severity": "high"}, scan: high(), allow: []string{"CVE-2026-0001"}, until: past, rule: verdict.RuleSeverity, cves: "CVE-2026-0001"},
		{name: "allowed by the system", set: map[string]string{"prevent_vul": "true", "severity": "high", "reuse_sys_cve_allowlist": "true"}, scan: high(), other: func(h *fakeharbor.Harbor, _ *fakeharbor.Artifact) { h.SystemAllowlist = []string{"CVE-2026-0001"} }},
		{name: "no scanner", set: map[string]string{"prevent_vul": "true", "severity": "high"}, other: func(h *fakeharbor.Harbor, _ *fakeharbor.Artifact) { h.NoScanner = true }},
		{name: "a chart", set: map[string]string{"prevent_vul": "true", "severity": "high"}, other: func(_ *fakeharbor.Harbor, a *fakeharbor.Artifact) { a.Type = "CHART" }},
		{name: "not signed by cosign", set: map[string]string{"enable_content_trust_cosign": "true"}, signs: []string{"signature.notation"}, rule: verdict.RuleCosign},
		{name: "signed by cosign", set: map[string]string{"enable_content_trust_cosign": "true"}, signs: []string{"sbom.harbor", "signature.cosign"}},
		{name: "not signed by notation", set: map[string]string{"enable_content_trust": "true"}, signs: []string{"signature.cosign"}, rule: verdict.RuleNotation},
		{name: "signed by notation", set: map[string]string{"enable_content_trust": "true"}, signs: []string{"signature.notation"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := fakeharbor.New(t)
			p := h.Projects[0]
			for k, v := range c.set {
				p.Metadata[k] = v
			}
			p.Allowlist, p.Expires = c.allow, c.until
			a := h.Push("library", "app", "1", fakeharbor.Image{})
			a.Scan = c.scan
			for _, s := range c.signs {
				a.Accessories = append(a.Accessories, map[string]any{"type": s, "digest": "sha256:x"})
			}
			if c.other != nil {
				c.other(h, a)
			}
			s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
			x := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password)
			client, err := x.Harbor(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			v, err := verdict.Ask(t.Context(), client, "library/app", "1", "", time.Now())
			if err != nil {
				t.Fatal(err)
			}
			_, pull := x.Dist().Manifest(t.Context(), "library/app", "1")
			if refused := registry.CauseOf(pull) == registry.CausePolicy; refused != v.Refused || pull != nil && !refused {
				t.Errorf("foretold %+v, the server said %v", v, pull)
			}
			if c.rule == "" {
				if v.Refused {
					t.Errorf("%+v", v)
				}
				return
			}
			if len(v.Reasons) != 1 || v.Reasons[0].Rule != c.rule || v.Reasons[0].Setting == "" {
				t.Fatalf("%+v", v)
			}
			var ids []string
			for _, x := range v.Reasons[0].CVEs {
				ids = append(ids, x.ID)
			}
			if got := strings.Join(ids, " "); got != c.cves {
				t.Errorf("blocked by %q, want %q", got, c.cves)
			}
			if c.name == "one reaches it" && v.Reasons[0].CVEs[0].Fix != "3.0.2" {
				t.Errorf("%+v", v.Reasons[0].CVEs)
			}
		})
	}
}

// TestScannerDown: what has a report is judged by it; of the rest Harbor does not
// say enough, which is said.
func TestScannerDown(t *testing.T) {
	for _, c := range []struct {
		name            string
		scan            *fakeharbor.Scan
		refused, unsure bool
	}{{"a report", high(), true, false}, {"never scanned", nil, false, true}, {"failed", &fakeharbor.Scan{Status: "Error"}, true, true}} {
		h := fakeharbor.New(t)
		h.ScannerDown = true
		p := h.Projects[0]
		p.Metadata["prevent_vul"], p.Metadata["severity"] = "true", "high"
		h.Push("library", "app", "1", fakeharbor.Image{}).Scan = c.scan
		s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
		x := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password)
		client, err := x.Harbor(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		v, err := verdict.Ask(t.Context(), client, "library/app", "1", "", time.Now())
		_, pull := x.Dist().Manifest(t.Context(), "library/app", "1")
		if err != nil || (v.Unsure != "") != c.unsure || (pull != nil) != c.refused || !c.unsure && v.Refused != c.refused {
			t.Errorf("%s: %+v, %v; the server said %v", c.name, v, err, pull)
		}
	}
}

// TestIndex: one that was never scanned is refused when a child can be scanned; of
// one that was, the child is judged.
func TestIndex(t *testing.T) {
	for _, indexScanned := range []bool{false, true} {
		h := fakeharbor.New(t)
		p := h.Projects[0]
		p.Metadata["prevent_vul"], p.Metadata["severity"] = "true", "high"
		child := h.Push("library", "app", "", fakeharbor.Image{})
		child.Scan = high()
		index := h.PushIndex("library", "app", "1", child)
		if indexScanned {
			index.Scan = &fakeharbor.Scan{Status: "Error"}
		}
		s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
		x := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password)
		client, err := x.Harbor(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		v, err := verdict.Ask(t.Context(), client, "library/app", index.Digest, child.Digest, time.Now())
		if err != nil || !v.Refused {
			t.Fatalf("%+v, %v", v, err)
		}
		rules := map[verdict.Rule]bool{}
		for _, r := range v.Reasons {
			rules[r.Rule] = true
		}
		if !rules[verdict.RuleSeverity] || rules[verdict.RuleNotScanned] == indexScanned {
			t.Errorf("index scanned %v: %+v", indexScanned, v)
		}
		for ref, want := range map[string]bool{index.Digest: !indexScanned, child.Digest: true} {
			_, err := x.Dist().Manifest(t.Context(), "library/app", ref)
			if refused := registry.CauseOf(err) == registry.CausePolicy; refused != want {
				t.Errorf("%s: %v", dist.Reference("library/app", ref), err)
			}
		}
	}
}

// TestNotAllowedToLook says which right is missing, and foretells nothing.
func TestNotAllowedToLook(t *testing.T) {
	h := fakeharbor.New(t)
	p := h.AddProject("team", false)
	p.Metadata["prevent_vul"], p.Metadata["severity"] = "true", "high"
	a := h.Push("team", "app", "1", fakeharbor.Image{})
	a.Scan = high()
	h.Robots = []*fakeharbor.Robot{{ID: 1, Name: "robot$x", Secret: "s", Rights: []string{"project team repository:list", "project team project:read", "project team artifact:read"}}}
	s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
	x := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "robot$x"}, "s")
	client, err := x.Harbor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.Fail(fakeharbor.Fault{Path: "/additions/vulnerabilities", Kind: "403"})
	v, err := verdict.Ask(t.Context(), client, "team/app", "1", "", time.Now())
	if err != nil || v.Refused || !strings.Contains(v.Unsure, "artifact-addition:read") {
		t.Errorf("%+v, %v", v, err)
	}
}
