package browse

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/dist"
	"tacklebox/platform/registry/harbor"
)

const (
	// PageSize is how many rows are fetched at a time.
	PageSize = harbor.MaxPage
	// MaxCatalog is how many names are read of a registry that lists them.
	MaxCatalog = 20000
	// MaxTags is how many tags of a repository are listed.
	MaxTags = 10000
)

// Browser reads one registry.
type Browser struct {
	s *connect.Session

	mu      sync.Mutex
	catalog []string // of registries that are no Harbor, sorted
	read    bool
	tags    map[string][]string
}

// New makes a browser on a session.
func New(s *connect.Session) *Browser { return &Browser{s: s, tags: map[string][]string{}} }

// Session is what it reads through.
func (b *Browser) Session() *connect.Session { return b.s }

// Reload forgets what was read, so that it is read anew.
func (b *Browser) Reload() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.catalog, b.read, b.tags = nil, false, map[string][]string{}
}

// Projects lists the projects whose name holds a text. Registries that have none
// give an error with CauseUnsupported.
func (b *Browser) Projects(ctx context.Context, text string, page int) (Page[Project], error) {
	h, err := b.s.Harbor(ctx)
	if err != nil {
		return Page[Project]{}, err
	}
	if h == nil {
		return Page[Project]{}, unsupported("list the projects of", b.s.Connection.Title(), "this registry has no projects")
	}
	p, err := h.Projects(ctx, harbor.Query{Page: page, Size: PageSize, Q: harbor.Match("name", text), Sort: "name"})
	if err != nil {
		return Page[Project]{}, err
	}
	out := Page[Project]{Total: p.Total, More: p.More()}
	for _, x := range p.Items {
		out.Items = append(out.Items, Project{ID: x.ID, Name: x.Name, Public: x.Public(), Repositories: x.Repos, Cache: x.RegistryID > 0})
	}
	return out, nil
}

func unsupported(op, object, why string) error {
	return &registry.Error{Op: op, Object: object, Cause: registry.CauseUnsupported, Err: errors.New(why)}
}

// Repositories lists the repositories whose name holds a text, of one project or
// of all ("").
func (b *Browser) Repositories(ctx context.Context, project, text string, page int) (Page[Repository], error) {
	h, err := b.s.Harbor(ctx)
	if err != nil {
		return Page[Repository]{}, err
	}
	if h == nil {
		return b.fromCatalog(ctx, text, page)
	}
	p, err := h.Repositories(ctx, project, harbor.Query{Page: page, Size: PageSize, Q: harbor.Match("name", text)})
	if err != nil {
		return Page[Repository]{}, err
	}
	out := Page[Repository]{Total: p.Total, More: p.More()}
	for _, x := range p.Items {
		out.Items = append(out.Items, Repository{Name: x.Name, Artifacts: x.Artifacts, Pulls: x.Pulls, Updated: x.Updated.Time})
	}
	return out, nil
}

// fromCatalog lists what the registry names and what the person typed.
func (b *Browser) fromCatalog(ctx context.Context, text string, page int) (Page[Repository], error) {
	typed := b.s.Connection.Repositories
	all, err := b.readCatalog(ctx)
	if err != nil && len(typed) == 0 {
		return Page[Repository]{}, err
	}
	var rows []Repository
	for _, name := range typed {
		if strings.Contains(name, text) {
			rows = append(rows, Repository{Name: name, Artifacts: -1, Pulls: -1, Typed: true})
		}
	}
	for _, name := range all {
		if strings.Contains(name, text) && !slices.Contains(typed, name) {
			rows = append(rows, Repository{Name: name, Artifacts: -1, Pulls: -1})
		}
	}
	return cut(rows, page), nil
}

func cut[T any](rows []T, page int) Page[T] {
	from := min((max(page, 1)-1)*PageSize, len(rows))
	to := min(from+PageSize, len(rows))
	return Page[T]{Items: rows[from:to], Total: len(rows), More: to < len(rows)}
}

// ErrNoCatalog says that a registry lists no names, so that one is typed.
var ErrNoCatalog = errors.New("this registry lists no repositories to this account")

func (b *Browser) readCatalog(ctx context.Context) ([]string, error) {
	b.mu.Lock()
	if b.read {
		defer b.mu.Unlock()
		return b.catalog, nil
	}
	b.mu.Unlock()
	var names []string
	err := b.s.Dist().Catalog(ctx, "", func(page []string) error {
		names = append(names, page...)
		if len(names) >= MaxCatalog {
			names = names[:MaxCatalog]
			return dist.ErrStop
		}
		return nil
	})
	switch registry.CauseOf(err) {
	case "":
	case registry.CauseNotFound, registry.CauseAnonymous, registry.CauseForbidden, registry.CauseRequest, registry.CauseNotRegistry:
		return nil, &registry.Error{Op: "list the repositories of", Object: b.s.Connection.Title(), Cause: registry.CauseUnsupported, Err: ErrNoCatalog, Hint: "type the name of a repository"}
	default:
		return nil, err
	}
	slices.Sort(names)
	names = slices.Compact(names)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.catalog, b.read = names, true
	return names, nil
}

// Artifacts lists what a repository has. On Harbor these are artifacts with all
// their tags, without summaries of scans, which cost the server time: Fill reads
// them for the rows in sight. Elsewhere each tag is a row.
func (b *Browser) Artifacts(ctx context.Context, full string, page int) (Page[Artifact], error) {
	h, err := b.s.Harbor(ctx)
	if err != nil {
		return Page[Artifact]{}, err
	}
	if h == nil {
		return b.fromTags(ctx, full, page)
	}
	p, err := h.Artifacts(ctx, full, harbor.With{Labels: true, Accessories: true}, harbor.Query{Page: page, Size: 50, Sort: "-push_time"})
	if err != nil {
		return Page[Artifact]{}, err
	}
	out := Page[Artifact]{Total: p.Total, More: p.More()}
	for _, a := range p.Items {
		out.Items = append(out.Items, fromHarbor(a))
	}
	return out, nil
}

func (b *Browser) fromTags(ctx context.Context, full string, page int) (Page[Artifact], error) {
	b.mu.Lock()
	tags, ok := b.tags[full]
	b.mu.Unlock()
	if !ok {
		var err error
		if tags, _, err = b.s.Dist().Tags(ctx, full, MaxTags); err != nil {
			return Page[Artifact]{}, err
		}
		slices.Sort(tags)
		b.mu.Lock()
		b.tags[full] = tags
		b.mu.Unlock()
	}
	rows := make([]Artifact, len(tags))
	for i, t := range tags {
		rows[i] = Artifact{Tags: []string{t}}
	}
	return cut(rows, page), nil
}

func fromHarbor(a harbor.Artifact) Artifact {
	out := Artifact{Digest: a.Digest, Type: a.Type, MediaType: a.MediaType, Size: a.Size, Pushed: a.Pushed.Time, Pulled: a.Pulled.Time, Children: children(a), Labels: labels(a), Accessories: accessories(a), Scan: scan(a)}
	if len(a.References) == 0 {
		out.Platform = platform(a.Extra.OS, a.Extra.Architecture, a.Extra.Variant)
	}
	for _, t := range a.Tags {
		out.Tags = append(out.Tags, t.Name)
	}
	return out
}

func children(a harbor.Artifact) []Child {
	var out []Child
	for _, r := range a.References {
		c := Child{Digest: r.Digest, Platform: r.PlatformText()}
		if c.Platform == "unknown/unknown" {
			c.Platform = "" // an attestation
		}
		out = append(out, c)
	}
	return out
}

func labels(a harbor.Artifact) []Label {
	var out []Label
	for _, l := range a.Labels {
		out = append(out, Label{Name: l.Name, Color: l.Color})
	}
	return out
}

func accessories(a harbor.Artifact) []Accessory {
	var out []Accessory
	for _, x := range a.Accessories {
		out = append(out, Accessory{Type: x.Type, Digest: x.Digest, Size: x.Size})
	}
	return out
}

func scan(a harbor.Artifact) *Scan {
	s, ok := a.Scan()
	if !ok {
		return nil
	}
	return &Scan{ReportID: s.ReportID, Status: s.Status, Severity: s.Severity, Total: s.Summary.Total, Fixable: s.Summary.Fixable, Count: s.Summary.Severity, Complete: s.Complete, Scanner: s.Scanner.Name, Ended: s.End.Time}
}

func platform(os, arch, variant string) string {
	if os == "" || arch == "" || os == "unknown" {
		return ""
	}
	if variant != "" {
		return os + "/" + arch + "/" + variant
	}
	return os + "/" + arch
}

// Fill reads what a row in sight lacks: the summary of the scan on Harbor, the
// digest and the platforms elsewhere.
func (b *Browser) Fill(ctx context.Context, full string, a Artifact) (Artifact, error) {
	h, err := b.s.Harbor(ctx)
	if err != nil {
		return a, err
	}
	if h != nil {
		found, err := h.Artifact(ctx, full, a.Digest, harbor.With{Scan: true})
		if err != nil {
			return a, err
		}
		a.Scan = scan(found)
		return a, nil
	}
	ref := a.Digest
	if ref == "" && len(a.Tags) > 0 {
		ref = a.Tags[0]
	}
	m, err := b.s.Dist().Manifest(ctx, full, ref)
	if err != nil {
		return a, err
	}
	a.Digest, a.MediaType, a.Size, a.Type = m.Digest, m.MediaType, m.Size(), kindOf(m)
	a.Children = nil
	for _, c := range m.Children {
		a.Children = append(a.Children, Child{Digest: c.Digest.String(), Platform: descriptorPlatform(c), Size: c.Size})
	}
	return a, nil
}
