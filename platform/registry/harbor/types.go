package harbor

import (
	"encoding/json"
	"strings"
	"time"
)

// Time is a time of Harbor's. One that cannot be read, and Harbor's year 1, are
// the zero time.
type Time struct{ time.Time }

// UnmarshalJSON never fails.
func (t *Time) UnmarshalJSON(text []byte) error {
	t.Time = time.Time{}
	var s string
	if json.Unmarshal(text, &s) != nil {
		return nil
	}
	if at, err := time.Parse(time.RFC3339Nano, s); err == nil && at.Year() > 1 {
		t.Time = at
	}
	return nil
}

// Words are a list of texts that may be absent, or one text.
type Words []string

// UnmarshalJSON takes both shapes, and nothing for any other.
func (w *Words) UnmarshalJSON(text []byte) error {
	*w = nil
	var many []string
	if json.Unmarshal(text, &many) == nil {
		*w = many
		return nil
	}
	var one string
	if json.Unmarshal(text, &one) == nil && one != "" {
		*w = Words{one}
	}
	return nil
}

// Health is how a Harbor's components are. Its status code tells nothing.
type Health struct {
	Status     string      `json:"status"`
	Components []Component `json:"components"`
}

// Component is one part of a Harbor.
type Component struct {
	Name   string `json:"name"`
	Status string `json:"status"`
	Error  string `json:"error,omitempty"`
}

// Healthy is what a component that works says.
const Healthy = "healthy"

// Info is what a Harbor says of itself. Version is there for who is signed in.
type Info struct {
	AuthMode     string `json:"auth_mode"`
	Version      string `json:"harbor_version"`
	ExternalURL  string `json:"external_url"`
	RegistryURL  string `json:"registry_url"`
	HasCARoot    bool   `json:"has_ca_root"`
	ReadOnly     bool   `json:"read_only"`
	CurrentTime  Time   `json:"current_time"`
	SelfRegister bool   `json:"self_registration"`
}

// Volume is the storage of a Harbor.
type Volume struct {
	Total uint64 `json:"total"`
	Free  uint64 `json:"free"`
}

// Statistics counts what a Harbor has. The totals are there for admins.
type Statistics struct {
	PrivateProjects int64 `json:"private_project_count"`
	PrivateRepos    int64 `json:"private_repo_count"`
	PublicProjects  int64 `json:"public_project_count"`
	PublicRepos     int64 `json:"public_repo_count"`
	TotalProjects   int64 `json:"total_project_count"`
	TotalRepos      int64 `json:"total_repo_count"`
	TotalStorage    int64 `json:"total_storage_consumption"`
}

// Project is one project; its settings are all texts.
type Project struct {
	ID         int64             `json:"project_id"`
	Name       string            `json:"name"`
	Owner      string            `json:"owner_name"`
	Repos      int64             `json:"repo_count"`
	RegistryID int64             `json:"registry_id"` // above 0 for a cache of another registry
	Metadata   map[string]string `json:"metadata"`
	Allowlist  Allowlist         `json:"cve_allowlist"`
	Created    Time              `json:"creation_time"`
	Updated    Time              `json:"update_time"`
}

// Flag is a setting of a project that is on.
func (p Project) Flag(name string) bool { return p.Metadata[name] == "true" }

// Public is whether everybody may read the project.
func (p Project) Public() bool { return p.Flag("public") }

// Allowlist are vulnerabilities that a project takes.
type Allowlist struct {
	Items []struct {
		CVE string `json:"cve_id"`
	} `json:"items"`
	Expires *int64 `json:"expires_at"`
}

// Repository is one repository; Name begins with its project.
type Repository struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	ProjectID   int64  `json:"project_id"`
	Artifacts   int64  `json:"artifact_count"`
	Pulls       int64  `json:"pull_count"`
	Description string `json:"description"`
	Created     Time   `json:"creation_time"`
	Updated     Time   `json:"update_time"`
}

// Artifact is what a digest names: an image, an index of images, a chart, ...
type Artifact struct {
	ID            int64                  `json:"id"`
	Type          string                 `json:"type"`
	MediaType     string                 `json:"media_type"`
	ManifestType  string                 `json:"manifest_media_type"`
	ArtifactType  string                 `json:"artifact_type"`
	Repository    string                 `json:"repository_name"`
	Digest        string                 `json:"digest"`
	Size          int64                  `json:"size"`
	Pushed        Time                   `json:"push_time"`
	Pulled        Time                   `json:"pull_time"`
	Tags          []Tag                  `json:"tags"`
	References    []Reference            `json:"references"`
	Labels        []Label                `json:"labels"`
	Accessories   []Accessory            `json:"accessories"`
	Overview      map[string]ScanSummary `json:"scan_overview"`
	Extra         Extra                  `json:"extra_attrs"`
	Annotations   map[string]string      `json:"annotations"`
	AdditionLinks map[string]struct{}    `json:"addition_links"`
}

// Tag is one name of an artifact.
type Tag struct {
	Name      string `json:"name"`
	Pushed    Time   `json:"push_time"`
	Pulled    Time   `json:"pull_time"`
	Immutable bool   `json:"immutable"`
}

// Label is a coloured word that people put on artifacts.
type Label struct {
	Name        string `json:"name"`
	Color       string `json:"color"`
	Description string `json:"description"`
	Scope       string `json:"scope"`
}

// Accessory is a signature, an SBOM or another thing that belongs to an artifact.
type Accessory struct {
	Type   string `json:"type"`
	Digest string `json:"digest"`
	Size   int64  `json:"size"`
}

// The types of accessories that sign.
const (
	AccessoryCosign   = "signature.cosign"
	AccessoryNotation = "signature.notation"
	AccessorySBOM     = "sbom.harbor"
)

// Reference is one child of an index.
type Reference struct {
	Digest   string `json:"child_digest"`
	Platform struct {
		OS           string `json:"os"`
		Architecture string `json:"architecture"`
		Variant      string `json:"variant"`
	} `json:"platform"`
	Annotations map[string]string `json:"annotations"`
}

// PlatformText is "os/architecture[/variant]", "" for none.
func (r Reference) PlatformText() string {
	p := r.Platform
	if p.OS == "" && p.Architecture == "" {
		return ""
	}
	text := p.OS + "/" + p.Architecture
	if p.Variant != "" {
		text += "/" + p.Variant
	}
	return text
}

// Extra is what Harbor knows of the artifact's inside.
type Extra struct {
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	Variant      string `json:"variant"`
	Author       string `json:"author"`
	Created      Time   `json:"created"`
	Config       Config `json:"config"`
	// Of charts.
	Name        string `json:"name"`
	Version     string `json:"version"`
	AppVersion  string `json:"appVersion"`
	Description string `json:"description"`
}

// UnmarshalJSON reads what has the shapes that are known; other artifacts keep
// other things here.
func (x *Extra) UnmarshalJSON(text []byte) error {
	*x = Extra{}
	var raw map[string]json.RawMessage
	if json.Unmarshal(text, &raw) != nil {
		return nil
	}
	for name, into := range map[string]any{
		"os": &x.OS, "architecture": &x.Architecture, "variant": &x.Variant, "author": &x.Author, "created": &x.Created,
		"config": &x.Config, "name": &x.Name, "version": &x.Version, "appVersion": &x.AppVersion, "description": &x.Description,
	} {
		if v, ok := raw[name]; ok {
			// What has another shape stays empty: nothing else is lost by it.
			_ = json.Unmarshal(v, into)
		}
	}
	return nil
}

// Config is what an image would run.
type Config struct {
	Entrypoint  Words               `json:"Entrypoint"`
	Cmd         Words               `json:"Cmd"`
	Env         Words               `json:"Env"`
	User        string              `json:"User"`
	WorkingDir  string              `json:"WorkingDir"`
	Ports       map[string]struct{} `json:"ExposedPorts"`
	Labels      map[string]string   `json:"Labels"`
	Healthcheck *struct {
		Test Words `json:"Test"`
	} `json:"Healthcheck"`
}

// ScanSummary is how a scan went.
type ScanSummary struct {
	ReportID string  `json:"report_id"`
	Status   string  `json:"scan_status"`
	Severity string  `json:"severity"`
	Duration int64   `json:"duration"`
	Complete float64 `json:"complete_percent"`
	Start    Time    `json:"start_time"`
	End      Time    `json:"end_time"`
	Scanner  struct {
		Name    string `json:"name"`
		Vendor  string `json:"vendor"`
		Version string `json:"version"`
	} `json:"scanner"`
	Summary struct {
		Total    int            `json:"total"`
		Fixable  int            `json:"fixable"`
		Severity map[string]int `json:"summary"`
	} `json:"summary"`
}

// The states of a scan.
const (
	ScanPending   = "Pending"
	ScanScheduled = "Scheduled"
	ScanRunning   = "Running"
	ScanSuccess   = "Success"
	ScanError     = "Error"
	ScanStopped   = "Stopped"
)

// Over is true for a scan that changes no more.
func (s ScanSummary) Over() bool {
	switch s.Status {
	case ScanSuccess, ScanError, ScanStopped:
		return true
	}
	return false
}

// Scan is the summary of an artifact's scan, under whatever type it stands; false
// when it was never scanned.
func (a Artifact) Scan() (ScanSummary, bool) {
	best, found := ScanSummary{}, false
	for mime, s := range a.Overview {
		// Of several reports the one of vulnerabilities counts.
		if !found || strings.Contains(mime, "vulnerability") {
			best, found = s, true
		}
	}
	return best, found
}

// Vulnerability is one row of a report.
type Vulnerability struct {
	ID          string `json:"id"`
	Package     string `json:"package"`
	Version     string `json:"version"`
	FixVersion  string `json:"fix_version"`
	Severity    string `json:"severity"`
	Status      string `json:"status"`
	Description string `json:"description"`
	Links       Words  `json:"links"`
	CWE         Words  `json:"cwe_ids"`
	CVSS        struct {
		Score  *float64 `json:"score_v3"`
		Vector string   `json:"vector_v3"`
	} `json:"preferred_cvss"`
}

// Report is a list of vulnerabilities. Scanned is false where there is none.
type Report struct {
	Scanned         bool            `json:"-"`
	Generated       Time            `json:"generated_at"`
	Severity        string          `json:"severity"`
	Vulnerabilities []Vulnerability `json:"vulnerabilities"`
}

// History is one step of an image's build.
type History struct {
	Created   Time   `json:"created"`
	CreatedBy string `json:"created_by"`
	Comment   string `json:"comment"`
	Empty     bool   `json:"empty_layer"`
}

// User is who is signed in.
type User struct {
	ID    int64  `json:"user_id"`
	Name  string `json:"username"`
	Email string `json:"email"`
	Admin bool   `json:"sysadmin_flag"`
}
