// Package browse finds artifacts in a registry, whatever kind it is: projects,
// repositories, artifacts, and what an artifact would run before it is pulled.
package browse

import (
	"encoding/json"
	"strings"
	"time"

	"tacklebox/platform/registry/harbor"
)

// Page is a part of a list.
type Page[T any] struct {
	Items []T
	// Total is how many there are; -1 while that is not known.
	Total int
	More  bool
}

// Project is a room for repositories, which Harbor has and others have not.
type Project struct {
	ID           int64  `json:"id"`
	Name         string `json:"name"`
	Public       bool   `json:"public"`
	Repositories int64  `json:"repositories"`
	// Cache is true for a project that holds copies of another registry.
	Cache bool `json:"cache,omitempty"`
}

// Repository is one name. Where a registry does not say, Artifacts and Pulls are
// -1 and Updated is zero.
type Repository struct {
	Name      string    `json:"name"` // with its project
	Artifacts int64     `json:"artifacts"`
	Pulls     int64     `json:"pulls"`
	Updated   time.Time `json:"updated,omitzero"`
	// Typed is true for a name that the person typed.
	Typed bool `json:"typed,omitempty"`
}

// MarshalJSON leaves out what the registry does not say.
func (r Repository) MarshalJSON() ([]byte, error) {
	type plain Repository // without this method
	said := func(n int64) *int64 {
		if n < 0 {
			return nil
		}
		return &n
	}
	return json.Marshal(struct {
		plain
		Artifacts *int64 `json:"artifacts,omitempty"`
		Pulls     *int64 `json:"pulls,omitempty"`
	}{plain(r), said(r.Artifacts), said(r.Pulls)})
}

// Artifact is one row: what a digest names. In registries that list tags only
// Digest is empty until Fill was called.
type Artifact struct {
	Digest string `json:"digest,omitempty"`
	// Type is IMAGE, CHART, SBOM and so on; "" while it is not known.
	Type        string      `json:"type,omitempty"`
	MediaType   string      `json:"media_type,omitempty"`
	Tags        []string    `json:"tags,omitempty"`
	Size        int64       `json:"size,omitempty"`
	Pushed      time.Time   `json:"pushed,omitzero"`
	Pulled      time.Time   `json:"pulled,omitzero"`
	Platform    string      `json:"platform,omitempty"`
	Children    []Child     `json:"children,omitempty"`
	Labels      []Label     `json:"labels,omitempty"`
	Accessories []Accessory `json:"accessories,omitempty"`
	Scan        *Scan       `json:"scan,omitempty"`
}

// Child is one manifest of an index: a platform, or an attestation, which has none.
type Child struct {
	Digest   string `json:"digest"`
	Platform string `json:"platform,omitempty"`
	Size     int64  `json:"size,omitempty"`
}

// Label is a word that people put on an artifact.
type Label struct {
	Name  string `json:"name"`
	Color string `json:"color,omitempty"`
}

// Accessory belongs to an artifact: a signature, an SBOM, an attestation.
type Accessory struct {
	Type   string `json:"type"`
	Digest string `json:"digest"`
	Size   int64  `json:"size,omitempty"`
}

// Scan is a scan's summary.
type Scan struct {
	ReportID string `json:"report_id,omitempty"`
	// Status is Harbor's: Pending, Running, Success, Error, ...
	Status   string         `json:"status"`
	Severity string         `json:"severity,omitempty"`
	Total    int            `json:"total"`
	Fixable  int            `json:"fixable"`
	Count    map[string]int `json:"by_severity,omitempty"`
	Complete float64        `json:"complete_percent,omitempty"`
	Scanner  string         `json:"scanner,omitempty"`
	Ended    time.Time      `json:"ended,omitzero"`
}

// Over is true for a scan that changes no more.
func (s Scan) Over() bool { return harbor.ScanSummary{Status: s.Status}.Over() }

// Detail is what an artifact would run, and what else is known of it.
type Detail struct {
	Reference  string `json:"reference"` // host/name:tag or host/name@digest, as asked for
	Repository string `json:"repository"`
	// Digest is of what runs: the child of the platform, when Index is not empty.
	Digest string `json:"digest"`
	// Index is the digest of the index that the child was found in.
	Index     string    `json:"index,omitempty"`
	Type      string    `json:"type"`
	MediaType string    `json:"media_type,omitempty"`
	Platform  string    `json:"platform,omitempty"`
	Tags      []string  `json:"tags,omitempty"`
	Size      int64     `json:"size,omitempty"`
	Created   time.Time `json:"created,omitzero"`
	Author    string    `json:"author,omitempty"`
	Pushed    time.Time `json:"pushed,omitzero"`
	Pulled    time.Time `json:"pulled,omitzero"`

	Entrypoint []string          `json:"entrypoint"`
	Cmd        []string          `json:"cmd"`
	Env        []string          `json:"env"` // as in the image: see Masked
	User       string            `json:"user"`
	WorkDir    string            `json:"workdir"`
	Ports      []string          `json:"ports,omitempty"`
	Labels     map[string]string `json:"labels,omitempty"`

	History     []Step            `json:"history,omitempty"`
	Children    []Child           `json:"children,omitempty"`
	Accessories []Accessory       `json:"accessories,omitempty"`
	Marks       []Label           `json:"marks,omitempty"` // Harbor's labels
	Annotations map[string]string `json:"annotations,omitempty"`
	Scan        *Scan             `json:"scan,omitempty"`
	// Chart is what a chart says of itself.
	Chart *Chart `json:"chart,omitempty"`
	// Additions are the texts that Harbor has of it: see Browser.Addition.
	Additions []string `json:"additions,omitempty"`
	// Notes say what could not be read, and why.
	Notes []string `json:"notes,omitempty"`
}

// Chart is a Helm chart's own words.
type Chart struct {
	Name        string `json:"name"`
	Version     string `json:"version"`
	AppVersion  string `json:"app_version,omitempty"`
	Description string `json:"description,omitempty"`
}

// Step is one line of a build's history.
type Step struct {
	Created time.Time `json:"created,omitzero"`
	Text    string    `json:"text"`
	Comment string    `json:"comment,omitempty"`
	Empty   bool      `json:"empty,omitempty"`
}

// Pinned is the reference that names just this content, as docker pull takes it.
func (d Detail) Pinned() string {
	name := d.Reference
	if i := strings.Index(name, "/"); i >= 0 {
		name = name[:i]
	}
	return name + "/" + d.Repository + "@" + d.Digest
}

// Runs is true for an image that an engine can start.
func (d Detail) Runs() bool { return d.Type == "IMAGE" && d.Platform != "" }
