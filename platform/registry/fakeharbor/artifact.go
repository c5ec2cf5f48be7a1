package fakeharbor

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// inRepository answers what is below a repository.
func (h *Harbor) inRepository(q *request) bool {
	p := h.find(q, q.segs[1])
	list := len(q.segs) == 5 && q.segs[4] == "artifacts"
	right := "artifact:read"
	if list {
		right = "artifact:list"
	}
	if p == nil || !q.p.reads(p, right) {
		h.refuse(q)
		return true
	}
	r := p.byName[q.segs[3]]
	if list && q.Method == http.MethodGet {
		h.artifacts(q, r)
		return true
	}
	if r == nil {
		fail(q.w, 404, "NOT_FOUND", "repository "+q.segs[1]+"/"+q.segs[3]+" not found")
		return true
	}
	if q.is("GET", "projects", "*", "repositories", "*") {
		reply(q.w, 200, r.json(p))
		return true
	}
	if len(q.segs) < 6 || q.segs[4] != "artifacts" {
		return false
	}
	a := r.find(q.segs[5])
	if a == nil {
		fail(q.w, 404, "NOT_FOUND", "artifact "+q.segs[1]+"/"+q.segs[3]+":"+q.segs[5]+" not found")
		return true
	}
	return h.ofArtifact(q, p, r, a, q.segs[6:])
}

func (r *Repository) find(ref string) *Artifact {
	for _, a := range r.Artifacts {
		if a.Digest == ref {
			return a
		}
		for _, t := range a.Tags {
			if t == ref {
				return a
			}
		}
	}
	return nil
}

// artifacts of a repository that is not there are an empty list.
func (h *Harbor) artifacts(q *request, r *Repository) {
	var all []*Artifact
	if r != nil {
		for _, a := range r.Artifacts {
			if !a.Attached {
				all = append(all, a)
			}
		}
	}
	some, ok := page(q, all)
	if !ok {
		return
	}
	out := []map[string]any{}
	for _, a := range some {
		out = append(out, a.json(h.with(q)))
	}
	reply(q.w, 200, out)
}

// with are the extras asked for. While the scanner is down there are no summaries.
func (h *Harbor) with(q *request) func(string) string {
	return func(name string) string {
		if name == "with_scan_overview" && h.ScannerDown {
			return ""
		}
		return q.URL.Query().Get(name)
	}
}

// json leaves lists inside as null, as Harbor does.
func (a *Artifact) json(with func(string) string) map[string]any {
	links := map[string]any{"sboms": map[string]any{"href": "/api/v2.0/broken/sboms"}}
	for name := range a.Additions {
		if name != "sbom" { // which the bill itself has, and no link
			links[name] = map[string]any{"absolute": false, "href": "/api/v2.0/" + name}
		}
	}
	out := map[string]any{"type": a.Type, "media_type": a.MediaType, "manifest_media_type": a.ManifestType, "digest": a.Digest, "size": a.Size,
		"push_time": "2026-02-03T04:05:06.000Z", "pull_time": "0001-01-01T00:00:00.000Z", "tags": nil, "references": nil, "labels": nil, "accessories": nil,
		"addition_links": links}
	if len(a.Tags) > 0 {
		tags := []map[string]any{}
		for _, t := range a.Tags {
			tags = append(tags, map[string]any{"name": t, "push_time": "2026-02-03T04:05:06.000Z"})
		}
		out["tags"] = tags
	}
	if len(a.Children) > 0 {
		children := []map[string]any{}
		for _, c := range a.Children {
			platform := map[string]string{"os": c.OS, "architecture": c.Arch}
			if c.Variant != "" {
				platform["variant"] = c.Variant
			}
			children = append(children, map[string]any{"child_digest": c.Digest, "platform": platform})
		}
		out["references"] = children
	}
	extra := map[string]any{}
	for k, v := range a.Extra {
		extra[k] = v
	}
	if a.Config != nil {
		extra["config"] = a.Config
	}
	out["extra_attrs"] = extra
	if with("with_label") == "true" && len(a.Labels) > 0 {
		out["labels"] = a.Labels
	}
	if with("with_accessory") == "true" && len(a.Accessories) > 0 {
		out["accessories"] = a.Accessories
	}
	if with("with_scan_overview") == "true" && a.Scan != nil {
		out["scan_overview"] = map[string]any{a.Scan.mime(): a.Scan.json()}
	}
	return out
}

func (s *Scan) mime() string {
	if s.MIMEType != "" {
		return s.MIMEType
	}
	return "application/vnd.security.vulnerability.report; version=1.1"
}

func (s *Scan) json() map[string]any {
	out := map[string]any{"report_id": s.ID, "scan_status": s.Status, "scanner": map[string]string{"name": "Trivy", "vendor": "Aqua", "version": "v0.60"}}
	if s.Status == "Success" {
		counts, fixable := map[string]int{}, 0
		for _, v := range s.Vulns {
			counts[v.Severity]++
			if v.Fix != "" {
				fixable++
			}
		}
		out["complete_percent"] = 100
		summary := map[string]any{"total": len(s.Vulns), "summary": counts}
		if fixable > 0 {
			summary["fixable"] = fixable
		}
		out["summary"] = summary
	}
	return out
}

// ofArtifact answers one artifact and what belongs to it.
func (h *Harbor) ofArtifact(q *request, p *Project, r *Repository, a *Artifact, rest []string) bool {
	path := strings.Join(rest, "/")
	switch {
	case path == "" && q.Method == http.MethodGet:
		reply(q.w, 200, a.json(h.with(q)))
	case path == "additions/vulnerabilities":
		switch {
		case h.NoScanner && a.Scan == nil:
			fail(q.w, 404, "NOT_FOUND", "no available scanner")
		case a.Scan == nil || a.Scan.Status != "Success":
			reply(q.w, 200, map[string]any{})
		default:
			list := []map[string]any{}
			for _, v := range a.Scan.Vulns {
				list = append(list, map[string]any{"id": v.ID, "package": v.Package, "version": v.Version, "fix_version": v.Fix, "severity": v.Severity, "description": v.Description, "links": []string{"https://cve.example/" + v.ID}, "preferred_cvss": map[string]any{"score_v3": 7.5}})
			}
			reply(q.w, 200, map[string]any{a.Scan.mime(): map[string]any{"generated_at": "2026-03-01T00:00:00Z", "severity": "High", "vulnerabilities": list}})
		}
	case path == "additions/build_history":
		if a.History == nil {
			fail(q.w, 400, "BAD_REQUEST", "addition build_history isn't supported for "+a.Type)
			return true
		}
		reply(q.w, 200, a.History)
	case strings.HasPrefix(path, "additions/"):
		text, ok := a.Additions[strings.TrimPrefix(path, "additions/")]
		if !ok {
			fail(q.w, 422, "UNPROCESSABLE_ENTITY", "addition in path should be one of [build_history values.yaml readme.md dependencies sbom license files]")
			return true
		}
		_, _ = q.w.Write([]byte(text))
	case path == "scan" && q.Method == http.MethodPost:
		var in struct {
			Type string `json:"scan_type"`
		}
		if json.NewDecoder(q.Body).Decode(&in) != nil || in.Type != "vulnerability" && in.Type != "sbom" {
			fail(q.w, 422, "UNPROCESSABLE_ENTITY", "scan_type")
			return true
		}
		if !q.p.can(p.Name, "scan:create") {
			h.refuse(q)
			return true
		}
		if h.NoScanner {
			fail(q.w, 412, "PRECONDITION", "no available scanner")
			return true
		}
		old := a.Scan
		a.Scan = &Scan{ID: fmt.Sprintf("report-%d", h.id()), Status: "Pending", started: h.now(), outcome: "Success", Log: "2026-03-01 scanning\n"}
		if old != nil {
			a.Scan.Vulns, a.Scan.MIMEType = old.Vulns, old.MIMEType
		}
		q.w.WriteHeader(http.StatusAccepted)
	case path == "scan/stop" && q.Method == http.MethodPost:
		if a.Scan != nil {
			a.Scan.outcome, a.Scan.Status = "Stopped", "Stopped"
		}
		q.w.WriteHeader(http.StatusAccepted)
	case len(rest) == 3 && rest[0] == "scan" && rest[2] == "log" && a.Scan != nil && a.Scan.ID == rest[1]:
		q.w.Header().Set("Content-Type", "text/plain")
		_, _ = q.w.Write([]byte(a.Scan.Log))
	default:
		return false
	}
	return true
}
