package browse

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/verdict"
)

// CVE is one vulnerability of an artifact.
type CVE struct {
	ID          string   `json:"id"`
	Package     string   `json:"package"`
	Version     string   `json:"version"`
	Fix         string   `json:"fix,omitempty"`
	Severity    string   `json:"severity"`
	Score       float64  `json:"score,omitempty"`
	Description string   `json:"description,omitempty"`
	Links       []string `json:"links,omitempty"`
}

// Report is what a scan found, worst first. Scanned is false where there was none.
type Report struct {
	Scanned   bool
	Generated time.Time
	CVEs      []CVE
}

// need is the client of a Harbor, or an error that says that this is none.
func (b *Browser) need(ctx context.Context, op string) (*harbor.Client, error) {
	h, err := b.s.Harbor(ctx)
	if err != nil {
		return nil, err
	}
	if h == nil {
		return nil, unsupported(op, b.s.Connection.Title(), "only Harbor does this")
	}
	return h, nil
}

// Vulnerabilities reads what a scan found.
func (b *Browser) Vulnerabilities(ctx context.Context, full, digest string) (Report, error) {
	h, err := b.need(ctx, "list the vulnerabilities at")
	if err != nil {
		return Report{}, err
	}
	r, err := h.Vulnerabilities(ctx, full, digest)
	if err != nil {
		return Report{}, err
	}
	out := Report{Scanned: r.Scanned, Generated: r.Generated.Time, CVEs: make([]CVE, 0, len(r.Vulnerabilities))}
	for _, v := range r.Vulnerabilities {
		c := CVE{ID: v.ID, Package: v.Package, Version: v.Version, Fix: v.FixVersion, Severity: v.Severity, Description: v.Description, Links: v.Links}
		if v.CVSS.Score != nil {
			c.Score = *v.CVSS.Score
		}
		out.CVEs = append(out.CVEs, c)
	}
	slices.SortStableFunc(out.CVEs, func(a, b CVE) int {
		return cmp.Or(cmp.Compare(verdict.Rank(b.Severity), verdict.Rank(a.Severity)), cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

// Filter picks rows of a report.
type Filter struct {
	// Text is in the ID, the package or the description, in any case.
	Text string
	// Least is the lowest severity, "" for all.
	Least string
	// Fixable leaves out what no version fixes.
	Fixable bool
}

// Filter gives the rows that fit.
func (r Report) Filter(f Filter) []CVE {
	text := strings.ToLower(f.Text)
	var out []CVE
	for _, c := range r.CVEs {
		if f.Fixable && c.Fix == "" || f.Least != "" && verdict.Rank(c.Severity) < verdict.Rank(f.Least) {
			continue
		}
		if text == "" || strings.Contains(strings.ToLower(c.ID+" "+c.Package+" "+c.Description), text) {
			out = append(out, c)
		}
	}
	return out
}

// scanEvery is how often a scan that runs is looked at.
const scanEvery = 2 * time.Second

// StartScan has an artifact scanned.
func (b *Browser) StartScan(ctx context.Context, full, digest string) error {
	h, err := b.need(ctx, "scan at")
	if err != nil {
		return err
	}
	return h.StartScan(ctx, full, digest)
}

// FollowScan gives a scan's summary each time it changed, until it is over.
func (b *Browser) FollowScan(ctx context.Context, full, digest string) iter.Seq2[Scan, error] {
	return b.followScan(ctx, full, digest, scanEvery)
}

func (b *Browser) followScan(ctx context.Context, full, digest string, every time.Duration) iter.Seq2[Scan, error] {
	return func(yield func(Scan, error) bool) {
		h, err := b.need(ctx, "follow a scan at")
		if err != nil {
			yield(Scan{}, err)
			return
		}
		last, told := Scan{}, false
		for {
			a, err := h.Artifact(ctx, full, digest, harbor.With{Scan: true})
			if err != nil {
				if ctx.Err() == nil {
					yield(last, err)
				}
				return
			}
			if s := scan(a); s != nil {
				if !told || s.Status != last.Status || s.Complete != last.Complete {
					last, told = *s, true
					if !yield(last, nil) {
						return
					}
				}
				if s.Over() {
					return
				}
			}
			if rest(ctx, every) != nil {
				return
			}
		}
	}
}

// Verdict says whether Harbor will refuse a pull of what was inspected. Other
// registries have no such rules: nothing is refused.
func (b *Browser) Verdict(ctx context.Context, d Detail) (verdict.Verdict, error) {
	h, err := b.s.Harbor(ctx)
	if err != nil || h == nil {
		return verdict.Verdict{}, err
	}
	top := d.Digest
	if d.Index != "" {
		top = d.Index
	}
	v, err := verdict.Ask(ctx, h, d.Repository, top, d.Digest, time.Now())
	switch registry.CauseOf(err) {
	case registry.CauseForbidden, registry.CauseAnonymous, registry.CauseNotForOIDC:
		return verdict.Verdict{Unsure: err.Error()}, nil
	}
	return v, err
}
