// Package verdict says before a pull whether Harbor will refuse it, and why: by
// the vulnerability rule and by content trust of the project, as Harbor judges
// them. No signature is verified here.
package verdict

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
)

// Rule is what refuses.
type Rule string

// The rules.
const (
	RuleCosign     Rule = "cosign"      // no cosign signature
	RuleNotation   Rule = "notation"    // no notation signature
	RuleNotScanned Rule = "not-scanned" // nobody scanned it
	RuleScanFailed Rule = "scan-failed" // the scan did not succeed, or is not over
	RuleSeverity   Rule = "severity"    // vulnerabilities at or above the threshold
)

// Reason is why a pull is refused.
type Reason struct {
	Rule Rule `json:"rule"`
	// Setting is the project's, as its page calls it.
	Setting string `json:"setting"`
	Text    string `json:"text"`
	// CVEs are those that reach the threshold, worst first: the ones to fix.
	CVEs []CVE `json:"cves,omitempty"`
}

// CVE is one vulnerability that blocks.
type CVE struct {
	ID       string `json:"id"`
	Package  string `json:"package"`
	Version  string `json:"version"`
	Fix      string `json:"fix,omitempty"`
	Severity string `json:"severity"`
}

// Verdict is what Harbor will say.
type Verdict struct {
	Refused bool     `json:"refused"`
	Reasons []Reason `json:"reasons,omitempty"`
	// Unsure is set when something could not be looked at; the pull will tell.
	Unsure string `json:"unsure,omitempty"`
	// Scanner is the one that does not answer, or Err why something could not be read,
	// when that is what makes it unsure.
	Scanner string `json:"-"`
	Err     error  `json:"-"`
}

// Facts are what is judged.
type Facts struct {
	Project harbor.Project
	// System is the allowlist for projects that use the system's.
	System harbor.Allowlist
	// Artifact was read with its accessories and the scan's summary.
	Artifact harbor.Artifact
	// Report is the list of vulnerabilities; Scanned is false where there is none.
	Report harbor.Report
	// Scannable is whether the project's scanner takes it, or a child of it.
	Scannable bool
	Now       time.Time
}

// Judge applies the rules in Harbor's order.
func Judge(f Facts) Verdict {
	var v Verdict
	add := func(r Reason) { v.Refused, v.Reasons = true, append(v.Reasons, r) }
	signed := func(kind string) bool {
		return slices.ContainsFunc(f.Artifact.Accessories, func(a harbor.Accessory) bool { return a.Type == kind })
	}
	if f.Project.Flag("enable_content_trust_cosign") && !signed(harbor.AccessoryCosign) {
		add(Reason{Rule: RuleCosign, Setting: "Cosign", Text: "the project takes only what cosign signed, and this has no cosign signature"})
	}
	if f.Project.Flag("enable_content_trust") && !signed(harbor.AccessoryNotation) {
		add(Reason{Rule: RuleNotation, Setting: "Notation", Text: "the project takes only what notation signed, and this has no notation signature"})
	}
	if r, refused := vulnerable(f); refused {
		add(r)
	}
	return v
}

// vulnerable is the rule about vulnerabilities.
func vulnerable(f Facts) (Reason, bool) {
	if !f.Project.Flag("prevent_vul") {
		return Reason{}, false
	}
	threshold := Threshold(f.Project.Metadata["severity"])
	r := Reason{Setting: "Prevent vulnerable images from running: " + threshold + " and above"}
	scan, scanned := f.Artifact.Scan()
	switch {
	case !scanned && !f.Report.Scanned:
		if !f.Scannable {
			return Reason{}, false
		}
		r.Rule, r.Text = RuleNotScanned, "the image was never scanned: scan it"
		if len(f.Artifact.References) > 0 {
			r.Text = "the index was never scanned: scan it"
		}
		return r, true
	case len(f.Artifact.References) > 0 && f.Artifact.Type == "IMAGE":
		// Of an index that was scanned the child is judged, when that is pulled.
		return Reason{}, false
	case scanned && scan.Status != harbor.ScanSuccess:
		r.Rule, r.Text = RuleScanFailed, fmt.Sprintf("its scan is in the state %q: it must succeed", registry.Clean(scan.Status, 40))
		return r, true
	}
	allowed := allowlist(f)
	left := 0
	for _, x := range f.Report.Vulnerabilities {
		if allowed[x.ID] {
			continue
		}
		left++
		if Rank(x.Severity) >= Rank(threshold) {
			r.CVEs = append(r.CVEs, CVE{ID: registry.Clean(x.ID, 100), Package: registry.Clean(x.Package, 200), Version: registry.Clean(x.Version, 100), Fix: registry.Clean(x.FixVersion, 100), Severity: registry.Clean(x.Severity, 40)})
		}
	}
	if len(r.CVEs) == 0 {
		return Reason{}, false
	}
	slices.SortStableFunc(r.CVEs, func(a, b CVE) int { return Rank(b.Severity) - Rank(a.Severity) })
	r.Rule = RuleSeverity
	r.Text = fmt.Sprintf("%d of its %d vulnerabilities that are not allowed are %s or worse", len(r.CVEs), left, threshold)
	return r, true
}

// allowlist is the one in force, empty once it has expired.
func allowlist(f Facts) map[string]bool {
	list := f.Project.Allowlist
	if f.Project.Flag("reuse_sys_cve_allowlist") {
		list = f.System
	}
	out := map[string]bool{}
	if list.Expires != nil && *list.Expires > 0 && f.Now.Unix() >= *list.Expires {
		return out
	}
	for _, i := range list.Items {
		out[i.CVE] = true
	}
	return out
}

// Threshold is a project's setting by its name; what Harbor does not know counts
// as every severity.
func Threshold(setting string) string {
	for _, s := range []string{"Low", "Medium", "High", "Critical"} {
		if strings.EqualFold(s, setting) {
			return s
		}
	}
	return "None"
}

// Rank orders severities; one that Harbor does not know is above all.
func Rank(severity string) int {
	switch severity {
	case "None", "Unknown":
		return 0
	case "Negligible":
		return 1
	case "Low":
		return 2
	case "Medium":
		return 3
	case "High":
		return 4
	case "Critical":
		return 5
	}
	return 99
}

// Ask reads what is needed and judges. An index is judged together with the child
// that would be pulled (its digest), as Harbor is asked for both.
func Ask(ctx context.Context, c *harbor.Client, full, ref, child string, now time.Time) (Verdict, error) {
	proj, _ := harbor.Split(full)
	p, err := c.Project(ctx, proj)
	if err != nil {
		return Verdict{}, err
	}
	vul := p.Flag("prevent_vul")
	if !vul && !p.Flag("enable_content_trust") && !p.Flag("enable_content_trust_cosign") {
		return Verdict{}, nil
	}
	f := Facts{Project: p, Now: now}
	if vul && p.Flag("reuse_sys_cve_allowlist") {
		if f.System, err = c.SystemAllowlist(ctx); err != nil {
			return Verdict{Err: err, Unsure: "the system's CVE allowlist cannot be read: " + err.Error()}, nil
		}
	}
	refs := []string{ref}
	if child != "" && child != ref {
		refs = append(refs, child)
	}
	var out Verdict
	for _, r := range refs {
		one, err := judgeOne(ctx, c, f, full, r, vul)
		if err != nil {
			return out, err
		}
		out.Refused = out.Refused || one.Refused
		if one.Unsure != "" {
			out.Unsure, out.Scanner, out.Err = one.Unsure, one.Scanner, one.Err
		}
		for _, reason := range one.Reasons {
			if !slices.ContainsFunc(out.Reasons, func(have Reason) bool { return have.Rule == reason.Rule && have.Text == reason.Text }) {
				out.Reasons = append(out.Reasons, reason)
			}
		}
	}
	return out, nil
}

func judgeOne(ctx context.Context, c *harbor.Client, f Facts, full, ref string, vul bool) (Verdict, error) {
	var err error
	if f.Artifact, err = c.Artifact(ctx, full, ref, harbor.With{Scan: true, Accessories: true}); err != nil {
		return Verdict{}, err
	}
	f.Scannable = f.Artifact.Type == "IMAGE"
	if !vul {
		return Judge(f), nil
	}
	// Asked also of what was never scanned: 404 says that there is no scanner.
	f.Report, err = c.Vulnerabilities(ctx, full, f.Artifact.Digest)
	switch registry.CauseOf(err) {
	case "":
	case registry.CauseNotFound:
		f.Scannable = false
	case registry.CauseForbidden, registry.CauseAnonymous, registry.CauseNotForOIDC:
		var own *registry.Error
		errors.As(err, &own)
		return Verdict{Err: err, Unsure: "the list of vulnerabilities cannot be read: it needs the right " + own.Right}, nil
	default:
		return Verdict{}, err
	}
	if _, scanned := f.Artifact.Scan(); !scanned && !f.Report.Scanned && f.Scannable {
		// While the scanner is down Harbor tells neither of a scan that failed, which
		// is refused, nor takes what was never scanned for scannable, which is not.
		proj, _ := harbor.Split(full)
		if s, err := c.Scanner(ctx, proj); err == nil && s.Health == "unhealthy" {
			f.Scannable = false
			v := Judge(f)
			v.Scanner = registry.Clean(s.Name, 80)
			v.Unsure = "the scanner " + registry.Clean(s.Name, 80) + " does not answer, and there is no report: an image whose scan failed is refused, one that was never scanned is not"
			return v, nil
		}
	}
	return Judge(f), nil
}
