package fakeharbor

import (
	"fmt"
	"net/http"
	"strings"
)

// v2 is the distribution API.
func (h *Harbor) v2(q *request) {
	if strings.HasPrefix(q.URL.Path, "/v2/_catalog") {
		h.catalog(q)
		return
	}
	if q.p.kind == "" || h.RefuseV2 && q.Header.Get("Authorization") != "" && !strings.HasPrefix(q.Header.Get("Authorization"), "Bearer ") {
		if !h.anonymousToken(q) {
			h.challenge(q.w, q.Request)
			return
		}
	}
	path := strings.TrimPrefix(q.URL.Path, "/v2")
	if path == "" || path == "/" {
		q.w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
		reply(q.w, 200, map[string]any{})
		return
	}
	for _, kind := range []string{"/manifests/", "/blobs/", "/tags/list", "/referrers/"} {
		name, ref, ok := strings.Cut(strings.TrimPrefix(path, "/"), kind)
		if !ok {
			continue
		}
		proj, repo, _ := strings.Cut(name, "/")
		p := h.byName(proj)
		if p == nil || !q.p.reads(p, "repository:pull") {
			h.challenge(q.w, q.Request)
			return
		}
		r := p.byName[repo]
		if r == nil {
			fail(q.w, 404, "NOT_FOUND", "repository "+name+" not found")
			return
		}
		h.pull(q, p, r, kind, ref)
		return
	}
	fail(q.w, 404, "NOT_FOUND", "not found")
}

// catalog is for the admin with Basic alone; tokens are refused, the admin's too.
func (h *Harbor) catalog(q *request) {
	if _, _, basic := q.BasicAuth(); !basic || !q.p.admin {
		q.w.Header().Set("Www-Authenticate", `Basic realm="harbor"`)
		fail(q.w, 401, "UNAUTHORIZED", "unauthorized to list catalog: unauthorized to list catalog")
		return
	}
	names := []string{}
	for _, p := range h.Projects {
		for _, r := range p.Repos {
			names = append(names, p.Name+"/"+r.Name)
		}
	}
	reply(q.w, 200, map[string]any{"repositories": names})
}

// anonymousToken is whether nobody came with a token for what everybody may read.
func (h *Harbor) anonymousToken(q *request) bool {
	token, ok := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return false
	}
	_, known := h.tokens[token]
	return known
}

func (h *Harbor) byName(name string) *Project {
	for _, p := range h.Projects {
		if p.Name == name {
			return p
		}
	}
	return nil
}

func (h *Harbor) pull(q *request, p *Project, r *Repository, kind, ref string) {
	switch kind {
	case "/tags/list":
		var tags []string
		for _, a := range r.Artifacts {
			tags = append(tags, a.Tags...)
		}
		reply(q.w, 200, map[string]any{"name": p.Name + "/" + r.Name, "tags": tags})
	case "/blobs/":
		blob, ok := h.blobs[ref]
		if !ok {
			fail(q.w, 404, "BLOB_UNKNOWN", "blob unknown to registry")
			return
		}
		q.w.Header().Set("Docker-Content-Digest", ref)
		q.w.Header().Set("Content-Length", fmt.Sprint(len(blob)))
		if q.Method != http.MethodHead {
			_, _ = q.w.Write(blob)
		}
	case "/manifests/":
		a := r.find(ref)
		if a == nil {
			fail(q.w, 404, "NOT_FOUND", "artifact "+p.Name+"/"+r.Name+":"+ref+" not found")
			return
		}
		if why := h.prevented(p, r, a); why != "" {
			fail(q.w, http.StatusPreconditionFailed, "PROJECTPOLICYVIOLATION", why)
			return
		}
		q.w.Header().Set("Content-Type", a.ManifestType)
		q.w.Header().Set("Docker-Content-Digest", a.Digest)
		q.w.Header().Set("Content-Length", fmt.Sprint(len(a.Manifest)))
		if q.Method != http.MethodHead {
			_, _ = q.w.Write(a.Manifest)
		}
	default:
		fail(q.w, 404, "NOT_FOUND", "not found")
	}
}

// severities as the rule of Harbor ranks them; what it does not know is highest.
func rank(severity string) int {
	for i, names := range [][]string{{"None", "Unknown"}, {"Negligible"}, {"Low"}, {"Medium"}, {"High"}, {"Critical"}} {
		for _, n := range names {
			if n == severity {
				return i
			}
		}
	}
	return 99
}

// threshold is a project's setting as Harbor reads it.
func threshold(setting string) int {
	for _, s := range []string{"Low", "Medium", "High", "Critical"} {
		if strings.EqualFold(s, setting) {
			return rank(s)
		}
	}
	return 0
}

// scannable is whether the scanner takes the artifact or a child of it.
func (h *Harbor) scannable(r *Repository, a *Artifact) bool {
	if h.NoScanner || h.ScannerDown {
		return false
	}
	for _, c := range a.Children {
		if child := r.find(c.Digest); child != nil && h.scannable(r, child) {
			return true
		}
	}
	return len(a.Children) == 0 && a.Type == "IMAGE" && !a.Unscannable
}

// prevented is why a pull is refused, "" when it is not: the rule of Harbor's
// source, in the order in which its middlewares stand.
func (h *Harbor) prevented(p *Project, r *Repository, a *Artifact) string {
	signed := map[string]bool{}
	for _, acc := range a.Accessories {
		signed[fmt.Sprint(acc["type"])] = true
	}
	if p.Metadata["enable_content_trust_cosign"] == "true" && !signed["signature.cosign"] {
		return "The image is not signed by cosign."
	}
	if p.Metadata["enable_content_trust"] == "true" && !signed["signature.notation"] {
		return "The image is not signed by notation."
	}
	if p.Metadata["prevent_vul"] != "true" {
		return ""
	}
	if a.Scan == nil {
		if !h.scannable(r, a) {
			return ""
		}
		return "current image without vulnerability scanning cannot be pulled"
	}
	if len(a.Children) > 0 && a.Type == "IMAGE" {
		return ""
	}
	if a.Scan.Status != "Success" {
		return fmt.Sprintf("current image with %q status of vulnerability scanning cannot be pulled", a.Scan.Status)
	}
	list, expires := p.Allowlist, p.Expires
	if p.Metadata["reuse_sys_cve_allowlist"] == "true" {
		list, expires = h.SystemAllowlist, 0
	}
	allowed := map[string]bool{}
	if expires == 0 || h.now().Unix() < expires {
		for _, id := range list {
			allowed[id] = true
		}
	}
	left, highest := 0, -1
	for _, v := range a.Scan.Vulns {
		if !allowed[v.ID] {
			left++
			highest = max(highest, rank(v.Severity))
		}
	}
	if left > 0 && highest >= threshold(p.Metadata["severity"]) {
		return fmt.Sprintf("current image with %d vulnerabilities cannot be pulled due to configured policy", left)
	}
	return ""
}
