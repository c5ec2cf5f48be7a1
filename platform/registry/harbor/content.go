package harbor

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tacklebox/platform/registry"
)

// Info asks what the Harbor says of itself. With anonymous it is asked as
// nobody, before any credential is sent.
func (c *Client) Info(ctx context.Context, anonymous bool) (Info, error) {
	return get[Info](ctx, c, call{op: "ask", object: c.Host(), path: "/systeminfo", anonymous: anonymous})
}

// CA is the certificate that a Harbor signed its own with, as PEM. What comes
// over a connection that is not verified proves nothing.
func (c *Client) CA(ctx context.Context) ([]byte, error) {
	a, err := c.send(ctx, call{op: "fetch the CA of", object: c.Host(), path: "/systeminfo/getcert", limit: 64 << 10, anonymous: true})
	if err != nil {
		return nil, err
	}
	return a.body, nil
}

// CurrentUser is who is signed in. A robot is CausePolicy (412) here, and the CLI
// secret of an OIDC user CauseCredential.
func (c *Client) CurrentUser(ctx context.Context) (User, error) {
	return get[User](ctx, c, call{op: "ask who is signed in at", object: c.Host(), path: "/users/current"})
}

// Projects lists what the account may see. With a wrong password it is what
// everybody may: a list is no check of a login.
func (c *Client) Projects(ctx context.Context, q Query) (Page[Project], error) {
	return list[Project](ctx, c, q, call{op: "list the projects of", object: c.Host(), path: "/projects", right: "project:list"})
}

// Project is one project by its name.
func (c *Client) Project(ctx context.Context, name string) (Project, error) {
	return get[Project](ctx, c, call{op: "read project", object: registry.Clean(name, 200), path: project(name), header: byName(name), right: "project:read"})
}

// Repositories lists those of a project, or all that the account may see when
// the project is "".
func (c *Client) Repositories(ctx context.Context, proj string, q Query) (Page[Repository], error) {
	k := call{op: "list the repositories of", object: c.Host(), path: "/repositories", right: "repository:list"}
	if proj != "" {
		k.object, k.path, k.header = registry.Clean(proj, 200), project(proj)+"/repositories", byName(proj)
	}
	return list[Repository](ctx, c, q, k)
}

// Repository is one repository by its full name. One that does not exist is
// CauseNotFound, which the list of its artifacts does not tell.
func (c *Client) Repository(ctx context.Context, full string) (Repository, error) {
	p, r := Split(full)
	return get[Repository](ctx, c, call{op: "read repository", object: registry.Clean(full, 300), path: repository(p, r), header: byName(p), right: "repository:read"})
}

// With says what a list of artifacts shall have beside the artifacts. Each costs
// the server time.
type With struct {
	Scan, Accessories, Labels, Immutable bool
}

func (w With) values(v url.Values) url.Values {
	v.Set("with_tag", "true")
	for name, on := range map[string]bool{"with_scan_overview": w.Scan, "with_accessory": w.Accessories, "with_label": w.Labels, "with_immutable_status": w.Immutable} {
		if on {
			v.Set(name, "true")
		}
	}
	return v
}

// Artifacts lists what a repository has. One that does not exist answers as an
// empty one does; so an empty list is told apart by asking for the repository.
func (c *Client) Artifacts(ctx context.Context, full string, w With, q Query) (Page[Artifact], error) {
	p, r := Split(full)
	k := call{op: "list the artifacts of", object: registry.Clean(full, 300), path: repository(p, r) + "/artifacts", query: w.values(url.Values{}), header: byName(p), right: "artifact:list"}
	page, err := list[Artifact](ctx, c, q, k)
	if err != nil || len(page.Items) > 0 || page.Number > 1 || q.Q != "" {
		return page, err
	}
	if _, err := c.Repository(ctx, full); registry.CauseOf(err) == registry.CauseNotFound {
		return page, err
	}
	return page, nil
}

// Artifact is one artifact by a tag or a digest.
func (c *Client) Artifact(ctx context.Context, full, ref string, w With) (Artifact, error) {
	p, r := Split(full)
	return get[Artifact](ctx, c, call{op: "read artifact", object: name(full, ref), path: artifact(p, r, ref), query: w.values(url.Values{}), header: byName(p), right: "artifact:read"})
}

// name is an artifact as people write it.
func name(full, ref string) string {
	full = registry.Clean(full, 300)
	if ref == "" {
		return full
	}
	if strings.Contains(ref, ":") {
		return full + "@" + registry.Clean(ref, 100)
	}
	return full + ":" + registry.Clean(ref, 128)
}

// Vulnerabilities is the report of an artifact's scan.
func (c *Client) Vulnerabilities(ctx context.Context, full, ref string) (Report, error) {
	p, r := Split(full)
	reports, err := get[map[string]Report](ctx, c, call{op: "read the vulnerabilities of", object: name(full, ref), path: artifact(p, r, ref) + "/additions/vulnerabilities", header: byName(p), right: "artifact-addition:read", timeout: 30 * time.Second})
	if err != nil {
		return Report{}, err
	}
	// Keyed by a type that changes with the scanner: the first is the only one.
	for _, report := range reports {
		report.Scanned = true
		return report, nil
	}
	return Report{}, nil
}

// BuildHistory is how an image was built.
func (c *Client) BuildHistory(ctx context.Context, full, ref string) ([]History, error) {
	p, r := Split(full)
	return get[[]History](ctx, c, call{op: "read the build history of", object: name(full, ref), path: artifact(p, r, ref) + "/additions/build_history", header: byName(p), right: "artifact-addition:read"})
}

// MaxAddition is how much of a text that belongs to an artifact is fetched.
const MaxAddition = 4 << 20

// Addition is another text that belongs to an artifact: readme.md, values.yaml,
// dependencies, license, files, and of what is itself a bill of materials, sbom.
func (c *Client) Addition(ctx context.Context, full, ref, which string) (Log, error) {
	p, r := Split(full)
	a, err := c.send(ctx, call{op: "read " + registry.Clean(which, 40) + " of", object: name(full, ref), path: artifact(p, r, ref) + "/additions/" + url.PathEscape(which), header: byName(p), right: "artifact-addition:read", limit: MaxAddition, timeout: 30 * time.Second})
	if err != nil {
		return Log{}, err
	}
	return Log{Text: a.body, Cut: a.more}, nil
}

// Scanner is what scans a project. Health is empty where the server does not say.
type Scanner struct {
	Name   string `json:"name"`
	Health string `json:"health"`
}

// Scanner is the scanner of a project.
func (c *Client) Scanner(ctx context.Context, proj string) (Scanner, error) {
	return get[Scanner](ctx, c, call{op: "ask for the scanner of", object: registry.Clean(proj, 200), path: project(proj) + "/scanner", header: byName(proj), right: "scanner:read"})
}

// scanRequest is the body of starting and stopping.
type scanRequest struct {
	Type string `json:"scan_type"`
}

// StartScan has an artifact scanned; its summary tells how far that is.
func (c *Client) StartScan(ctx context.Context, full, ref string) error {
	p, r := Split(full)
	_, err := c.send(ctx, call{op: "scan", object: name(full, ref), method: http.MethodPost, path: artifact(p, r, ref) + "/scan", header: byName(p), in: scanRequest{"vulnerability"}, right: "scan:create"})
	return err
}

// StopScan ends a scan.
func (c *Client) StopScan(ctx context.Context, full, ref string) error {
	p, r := Split(full)
	_, err := c.send(ctx, call{op: "stop the scan of", object: name(full, ref), method: http.MethodPost, path: artifact(p, r, ref) + "/scan/stop", header: byName(p), in: scanRequest{"vulnerability"}, right: "scan:stop"})
	return err
}

// ScanLog is what a scanner wrote.
func (c *Client) ScanLog(ctx context.Context, full, ref, report string) (Log, error) {
	p, r := Split(full)
	return c.log(ctx, call{op: "read the scan log of", object: name(full, ref), path: artifact(p, r, ref) + "/scan/" + url.PathEscape(report) + "/log", header: byName(p), right: "scan:read"})
}

// SystemAllowlist is the list for projects that use the system's.
func (c *Client) SystemAllowlist(ctx context.Context) (Allowlist, error) {
	return get[Allowlist](ctx, c, call{op: "read the CVE allowlist of", object: c.Host(), path: "/system/CVEAllowlist"})
}

// Log is a text that may have been cut.
type Log struct {
	Text []byte
	// Cut is true when there was more than is fetched.
	Cut bool
}

func (c *Client) log(ctx context.Context, k call) (Log, error) {
	k.limit, k.timeout = MaxLog, 30*time.Second
	a, err := c.send(ctx, k)
	if err != nil {
		return Log{}, err
	}
	return Log{Text: a.body, Cut: a.more}, nil
}
