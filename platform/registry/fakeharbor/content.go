package fakeharbor

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Project has repositories and settings.
type Project struct {
	ID       int64
	Name     string
	Metadata map[string]string
	// Allowlist are CVEs; Expires is when it ends, 0 for never.
	Allowlist []string
	Expires   int64
	Repos     []*Repository
	byName    map[string]*Repository
}

// Public is the setting.
func (p *Project) Public() bool { return p.Metadata["public"] == "true" }

// Repository has artifacts. Name is without the project.
type Repository struct {
	Name      string
	Artifacts []*Artifact
	Pulls     int64
	Updated   time.Time
}

// Artifact is an image, an index or something else.
type Artifact struct {
	Digest, Type, MediaType, ManifestType string
	Size                                  int64
	Tags                                  []string
	Config                                map[string]any // Entrypoint, Cmd, ...
	Extra                                 map[string]any
	Children                              []Child
	Accessories                           []map[string]any
	Labels                                []map[string]any
	History                               []map[string]any
	Additions                             map[string]string
	Scan                                  *Scan
	Manifest                              []byte
	Unscannable                           bool
	// Attached is true of an accessory, which no list has: only its own digest does.
	Attached bool
}

// Child is one manifest of an index.
type Child struct {
	Digest, OS, Arch, Variant string
}

// Scan is how a scan of an artifact is.
type Scan struct {
	ID       string
	Status   string
	Vulns    []Vuln
	Log      string
	started  time.Time
	outcome  string
	MIMEType string
}

// Vuln is one vulnerability.
type Vuln struct {
	ID, Package, Version, Fix, Severity, Description string
}

// AddProject adds one.
func (h *Harbor) AddProject(name string, public bool) *Project {
	h.Lock()
	defer h.Unlock()
	p := &Project{ID: h.id(), Name: name, Metadata: map[string]string{"public": fmt.Sprint(public)}, byName: map[string]*Repository{}}
	h.Projects = append(h.Projects, p)
	return p
}

func (h *Harbor) id() int64 {
	h.nextID++
	return h.nextID - 1
}

// find is a project by name, or by number where it is not named as a resource.
func (h *Harbor) find(q *request, name string) *Project {
	named := q.Header.Get("X-Is-Resource-Name") == "true"
	for _, p := range h.Projects {
		if digits(name) && !named {
			if fmt.Sprint(p.ID) == name {
				return p
			}
		} else if p.Name == name {
			return p
		}
	}
	return nil
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// content answers what is about projects and what is in them.
func (h *Harbor) content(q *request) bool {
	switch {
	case q.is("GET", "systeminfo"):
		info := map[string]any{"auth_mode": h.AuthMode, "self_registration": false, "banner_message": ""}
		if q.p.kind != "" {
			info["harbor_version"], info["external_url"], info["registry_url"] = h.Version, h.ExternalURL, strings.TrimPrefix(strings.TrimPrefix(h.ExternalURL, "https://"), "http://")
			info["current_time"] = time.Now().Add(h.ServerClock).UTC().Format("2006-01-02T15:04:05.000Z")
			info["has_ca_root"], info["read_only"] = false, false
		}
		reply(q.w, 200, info)
	case q.is("GET", "systeminfo", "getcert"):
		fail(q.w, 404, "NOT_FOUND", "certificate not found")
	case q.is("GET", "users", "current"):
		switch q.p.kind {
		case "user":
			reply(q.w, 200, map[string]any{"user_id": 1, "username": q.p.name, "sysadmin_flag": q.p.admin})
		case "robot":
			fail(q.w, http.StatusPreconditionFailed, "PRECONDITION", "get current user not available for security context: robot")
		default:
			fail(q.w, 401, "UNAUTHORIZED", "UnAuthorized")
		}
	case q.is("GET", "projects"):
		h.projects(q)
	case q.is("GET", "projects", "*"):
		p := h.find(q, q.args[0])
		switch {
		case p == nil && q.p.admin:
			fail(q.w, 404, "NOT_FOUND", "project "+q.args[0]+" not found")
		case p == nil || !q.p.reads(p, "project:read"):
			h.refuse(q)
		default:
			reply(q.w, 200, p.json())
		}
	case q.is("GET", "projects", "*", "scanner"):
		health := "healthy"
		if h.ScannerDown {
			health = "unhealthy"
		}
		reply(q.w, 200, map[string]any{"name": "Trivy", "health": health})
	case q.is("GET", "repositories"):
		h.repositories(q, h.Projects)
	case q.is("GET", "projects", "*", "repositories"):
		p := h.find(q, q.args[0])
		if p == nil || !q.p.reads(p, "repository:list") {
			h.refuse(q)
			return true
		}
		h.repositories(q, []*Project{p})
	case len(q.segs) >= 4 && q.segs[0] == "projects" && q.segs[2] == "repositories":
		return h.inRepository(q)
	case q.is("GET", "system", "CVEAllowlist"):
		reply(q.w, 200, allowlist(h.SystemAllowlist, 0))
	default:
		return false
	}
	return true
}

// refuse is 401 for nobody and 403 for somebody.
func (h *Harbor) refuse(q *request) {
	if q.p.kind == "" {
		fail(q.w, 401, "UNAUTHORIZED", "unauthorized")
		return
	}
	fail(q.w, 403, "FORBIDDEN", "forbidden")
}

func allowlist(items []string, expires int64) map[string]any {
	list := []map[string]string{}
	for _, i := range items {
		list = append(list, map[string]string{"cve_id": i})
	}
	out := map[string]any{"items": list}
	if expires != 0 {
		out["expires_at"] = expires
	}
	return out
}

func (p *Project) json() map[string]any {
	return map[string]any{"project_id": p.ID, "name": p.Name, "owner_name": "admin", "repo_count": len(p.Repos), "metadata": p.Metadata,
		"cve_allowlist": allowlist(p.Allowlist, p.Expires), "creation_time": "2026-01-02T03:04:05.000Z"}
}

func (h *Harbor) projects(q *request) {
	match, ok := filter(q)
	if !ok {
		return
	}
	if n := q.URL.Query().Get("name"); n != "" {
		match["name"] = "~" + n
	}
	var seen []*Project
	for _, p := range h.Projects {
		if m := match["name"]; m != "" && !matches(m, p.Name) {
			continue
		}
		if q.p.reads(p, "repository:list") || q.p.can("/", "project:list") {
			seen = append(seen, p)
		}
	}
	some, ok := page(q, seen)
	if !ok {
		return
	}
	out := []map[string]any{}
	for _, p := range some {
		out = append(out, p.json())
	}
	reply(q.w, 200, out)
}

func (h *Harbor) repositories(q *request, in []*Project) {
	match, ok := filter(q)
	if !ok {
		return
	}
	type row struct {
		p *Project
		r *Repository
	}
	var seen []row
	for _, p := range in {
		if !q.p.reads(p, "repository:list") {
			continue
		}
		for _, r := range p.Repos {
			if m := match["name"]; m == "" || matches(m, p.Name+"/"+r.Name) {
				seen = append(seen, row{p, r})
			}
		}
	}
	some, ok := page(q, seen)
	if !ok {
		return
	}
	out := []map[string]any{}
	for _, x := range some {
		out = append(out, x.r.json(x.p))
	}
	reply(q.w, 200, out)
}

func (r *Repository) json(p *Project) map[string]any {
	return map[string]any{"name": p.Name + "/" + r.Name, "project_id": p.ID, "artifact_count": len(r.Artifacts), "pull_count": r.Pulls, "update_time": r.Updated.UTC().Format("2006-01-02T15:04:05.000Z")}
}
