package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/spf13/cobra"

	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/doctor"
	"tacklebox/platform/registry/verdict"
)

// registryDoctor says why signing in does not work.
func (p *program) registryDoctor() *cobra.Command {
	retry, f := false, engineFlags{}
	c := &cobra.Command{
		Use:   "doctor NAME",
		Short: "Find out why signing in does not work, line by line",
		Long: "Looks at the proxy, the name, the connection, TLS, what the registry asks for, where the password\n" +
			"would go, the credential, the version and the clocks, and has the container engine reach it, within\n" +
			"ten seconds. A credential that was refused before is tried again only with --retry, so that no\n" +
			"account is locked by asking.",
		Args:              one("a connection, a host or a reference"),
		ValidArgsFunction: p.completeRegistry,
		RunE: func(c *cobra.Command, args []string) error {
			return p.doctorRun(c.Context(), args[0], retry, f)
		},
	}
	f.add(c)
	c.Flags().BoolVar(&retry, "retry", false, "try a refused credential once more")
	p.jsonFlag(c)
	return c
}

func (p *program) doctorRun(ctx context.Context, name string, retry bool, f engineFlags) error {
	s, err := p.registries()
	if err != nil {
		return err
	}
	defer s.Close()
	if conn, ok, err := s.Find(name); err != nil {
		return err
	} else if ok && retry {
		if err := s.Retry(conn.ID); err != nil {
			return err
		}
	}
	x, err := p.openRegistry(ctx, s, name)
	if err != nil {
		return err
	}
	o := doctor.Options{Engine: &engineDoctor{p: p, flags: f}}
	if !p.json {
		o.Tell = func(l doctor.Line) {
			fmt.Fprintf(p.out, "%-8s %-11s %s\n", l.State, l.Step, plainText(l.Text))
			if l.Remedy != "" {
				fmt.Fprintf(p.out, "%-20s %s\n", "", plainText("-> "+l.Remedy))
			}
		}
	}
	lines := doctor.Run(ctx, x, o)
	if err := ctx.Err(); err != nil {
		return err
	}
	if p.json {
		if err := p.answer(lines); err != nil {
			return err
		}
	}
	for _, l := range lines {
		if l.State == doctor.Bad {
			return &exit{code: exitNotWell}
		}
	}
	return nil
}

// registryBrowse lists what is there.
func (p *program) registryBrowse() *cobra.Command {
	search, limit := "", 100
	c := &cobra.Command{
		Use:   "browse NAME [PROJECT | REPOSITORY]",
		Short: "List projects, repositories or artifacts",
		Long: "Lists the projects of a Harbor, the repositories of a project, or the artifacts of a repository\n" +
			"(which has a slash in it, or is no project). Other registries have no projects: their\n" +
			"repositories are listed, where they list them. --search looks in all repositories. A reference\n" +
			"such as harbor.example/library/app lists the artifacts of its repository.",
		Example:           "  tacklebox registry browse harbor.example\n  tacklebox registry browse harbor.example library/app\n  tacklebox registry browse harbor.example --search postgres",
		ValidArgsFunction: p.completeRegistry,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 || len(args) > 2 {
				return misusing(c, "name a connection, and a project or repository if you want")
			}
			if limit < 1 || limit > 100000 {
				return misusing(c, "--limit is 1 to 100000")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return p.withRegistry(c.Context(), args[0], func(_ *connect.Store, x *connect.Session) error {
				where := ""
				switch {
				case len(args) == 2:
					where = strings.Trim(args[1], "/")
				case x.Connection.ID != args[0] && x.Connection.Name != args[0]:
					if _, where = registryPlace(args[0]); where != "" {
						return p.listArtifacts(c.Context(), browse.New(x), where, limit)
					}
				}
				return p.browse(c.Context(), browse.New(x), where, search, limit)
			})
		},
	}
	c.Flags().StringVar(&search, "search", "", "only names with this `TEXT`, in all projects")
	c.Flags().IntVar(&limit, "limit", limit, "at most `N` rows")
	p.jsonFlag(c)
	return c
}

// collect gathers pages up to a limit; total is -1 when it is not known.
func collect[T any](limit int, fetch func(page int) (browse.Page[T], error)) (rows []T, total int, err error) {
	rows = []T{}
	for n := 1; ; n++ {
		page, err := fetch(n)
		if err != nil {
			return rows, total, err
		}
		rows, total = append(rows, page.Items...), page.Total
		if len(rows) >= limit {
			return rows[:limit], total, nil
		}
		if !page.More || len(page.Items) == 0 {
			return rows, total, nil
		}
	}
}

func (p *program) browse(ctx context.Context, b *browse.Browser, where, search string, limit int) error {
	harbor, err := b.Session().Harbor(ctx)
	if err != nil {
		return err
	}
	switch {
	case strings.Contains(where, "/") || where != "" && harbor == nil:
		return p.listArtifacts(ctx, b, where, limit)
	case search != "" || where != "" || harbor == nil:
		return p.listRepositories(ctx, b, where, search, limit)
	}
	return p.listProjects(ctx, b, limit)
}

func (p *program) more(shown, total int) {
	if total > shown {
		p.say("%s: %d of %d: --limit shows more", p.name, shown, total)
	}
}

func (p *program) listProjects(ctx context.Context, b *browse.Browser, limit int) error {
	rows, total, err := collect(limit, func(n int) (browse.Page[browse.Project], error) { return b.Projects(ctx, "", n) })
	if err != nil {
		return err
	}
	if p.json {
		return p.answer(rows)
	}
	defer p.more(len(rows), total)
	return p.table([]string{"PROJECT", "REPOSITORIES", "ACCESS"}, func(row func(...string)) {
		for _, r := range rows {
			access := "private"
			if r.Public {
				access = "public"
			}
			if r.Cache {
				access += ", proxy cache"
			}
			row(r.Name, countText(r.Repositories), access)
		}
	})
}

func (p *program) listRepositories(ctx context.Context, b *browse.Browser, project, search string, limit int) error {
	rows, total, err := collect(limit, func(n int) (browse.Page[browse.Repository], error) {
		return b.Repositories(ctx, project, search, n)
	})
	if err != nil {
		return err
	}
	if p.json {
		return p.answer(rows)
	}
	defer p.more(len(rows), total)
	return p.table([]string{"REPOSITORY", "ARTIFACTS", "PULLS", "CHANGED"}, func(row func(...string)) {
		for _, r := range rows {
			row(r.Name, countText(r.Artifacts), countText(r.Pulls), ago(r.Updated, time.Now()))
		}
	})
}

func (p *program) listArtifacts(ctx context.Context, b *browse.Browser, repo string, limit int) error {
	rows, total, err := collect(limit, func(n int) (browse.Page[browse.Artifact], error) { return b.Artifacts(ctx, repo, n) })
	if err != nil {
		return err
	}
	if p.json {
		return p.answer(rows)
	}
	defer p.more(len(rows), total)
	return p.table([]string{"TAGS", "DIGEST", "TYPE", "PLATFORMS", "SIZE", "PUSHED"}, func(row func(...string)) {
		for _, a := range rows {
			platforms := a.Platform
			var all []string
			for _, child := range a.Children {
				if child.Platform != "" {
					all = append(all, child.Platform)
				}
			}
			if len(all) > 0 {
				platforms = strings.Join(all, ", ")
			}
			row(or(strings.Join(a.Tags, ", "), "-"), or(shortDigest(a.Digest), "-"), or(a.Type, "-"), or(platforms, "-"), sizeText(a.Size), ago(a.Pushed, time.Now()))
		}
	})
}

func shortDigest(d string) string {
	if len(d) > 19 {
		return d[:19]
	}
	return d
}

// inspectFlags are those of registry inspect.
type inspectFlags struct {
	platform     string
	reveal, cves bool
}

func (p *program) registryInspect() *cobra.Command {
	var f inspectFlags
	c := &cobra.Command{
		Use:   "inspect REFERENCE",
		Short: "Say what an image would run, before it is pulled, and whether a pull would be refused",
		Long: "Reads an artifact by its reference, host/name:tag or host/name@digest, and pulls nothing. Values\n" +
			"of variables that look like secrets are hidden unless --reveal is given. On a Harbor the rules of\n" +
			"the project are looked at, too: exit code 1 says that a pull would be refused, and by what.",
		Example: "  tacklebox registry inspect harbor.example/library/app:1.2 --json",
		Args:    one("a reference"),
		RunE:    func(c *cobra.Command, args []string) error { return p.inspect(c, args[0], f) },
	}
	c.Flags().StringVar(&f.platform, "platform", "", "of an index, the image for this `OS/ARCH`")
	c.Flags().BoolVar(&f.reveal, "reveal", false, "show values that look like secrets")
	c.Flags().BoolVar(&f.cves, "cves", false, "list the vulnerabilities that are known")
	p.jsonFlag(c)
	return c
}

// inspected is the answer of inspect as JSON.
type inspected struct {
	browse.Detail
	Pull *verdict.Verdict `json:"pull,omitempty"`
	CVEs any              `json:"cves,omitempty"`
}

// parseReference is host, repository and tag or digest.
func parseReference(text string) (host, repo, ref string, err error) {
	named, err := reference.ParseNormalizedNamed(strings.TrimSpace(text))
	if err != nil {
		return "", "", "", fmt.Errorf("%q is no reference: write host/name:tag: %w", plainText(text), err)
	}
	named = reference.TagNameOnly(named)
	if tagged, ok := named.(reference.Tagged); ok {
		ref = tagged.Tag()
	}
	if digested, ok := named.(reference.Digested); ok {
		ref = digested.Digest().String()
	}
	return reference.Domain(named), reference.Path(named), ref, nil
}

func (p *program) inspect(c *cobra.Command, text string, f inspectFlags) error {
	host, repo, ref, err := parseReference(text)
	if err != nil {
		return misused(c, err)
	}
	ctx := c.Context()
	return p.withRegistry(ctx, host, func(_ *connect.Store, x *connect.Session) error {
		b := browse.New(x)
		d, err := b.Inspect(ctx, repo, ref, f.platform)
		if err != nil {
			return err
		}
		out := inspected{Detail: d}
		if h, err := x.Harbor(ctx); err == nil && h != nil && !x.Anonymous() && !x.Transport().Login().Limited() {
			top := d.Digest
			if d.Index != "" {
				top = d.Index
			}
			v, err := verdict.Ask(ctx, h, repo, top, d.Digest, time.Now())
			if err != nil {
				v = verdict.Verdict{Unsure: err.Error()}
			}
			out.Pull = &v
			if f.cves {
				report, err := h.Vulnerabilities(ctx, repo, d.Digest)
				if err != nil {
					return err
				}
				out.CVEs = report.Vulnerabilities
			}
		} else if f.cves {
			return errors.New("list vulnerabilities: only Harbor knows them, and only to who is signed in")
		}
		if !f.reveal {
			out.Detail = out.Hide()
		}
		if p.json {
			err = p.answer(out)
		} else {
			err = p.printDetail(out)
		}
		if err == nil && out.Pull != nil && out.Pull.Refused {
			err = &exit{code: exitNotWell}
		}
		return err
	})
}

func (p *program) printDetail(d inspected) error {
	w := func(name, value string) {
		if value != "" {
			fmt.Fprintf(p.out, "%-11s %s\n", name, shortenTo(plainText(value), 4000))
		}
	}
	w("reference", d.Reference)
	w("type", d.Type)
	w("digest", d.Digest)
	w("index", d.Index)
	w("platform", d.Platform)
	w("size", sizeText(d.Size))
	if d.Type == "IMAGE" {
		w("entrypoint", or(argv(d.Entrypoint), "(none)"))
		w("cmd", or(argv(d.Cmd), "(none)"))
		w("user", or(d.User, "(root)"))
		w("workdir", or(d.WorkDir, "/"))
	}
	if x := d.Chart; x != nil {
		w("name", x.Name)
		w("version", x.Version)
		w("app version", x.AppVersion)
		w("description", x.Description)
		w("texts", strings.Join(d.Additions, ", "))
	}
	w("ports", strings.Join(d.Ports, ", "))
	for _, e := range d.Env {
		w("env", e)
	}
	for _, c := range d.Children {
		w("child", c.Digest+" "+c.Platform)
	}
	for _, a := range d.Accessories {
		w("accessory", a.Digest+" "+a.Type)
	}
	if d.Scan != nil {
		w("scan", fmt.Sprintf("%s: %d vulnerabilities, %d with a fix", d.Scan.Status, d.Scan.Total, d.Scan.Fixable))
	}
	if d.Pull != nil {
		for _, r := range d.Pull.Reasons {
			w("refused", r.Text+" ("+r.Setting+")")
			for _, c := range r.CVEs {
				w("", fmt.Sprintf("%s %s in %s %s, fixed in %s", c.ID, c.Severity, c.Package, c.Version, or(c.Fix, "no version yet")))
			}
		}
		switch {
		case d.Pull.Unsure != "":
			w("pull", d.Pull.Unsure)
		case !d.Pull.Refused:
			w("pull", "no rule of the project refuses it")
		}
	}
	for _, n := range d.Notes {
		w("note", n)
	}
	return nil
}

func shortenTo(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n]) + "…"
	}
	return text
}

// argv is a command as JSON would have it, which shows where an argument ends.
func argv(list []string) string {
	if len(list) == 0 {
		return ""
	}
	quoted := make([]string, len(list))
	for i, a := range list {
		quoted[i] = fmt.Sprintf("%q", a)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
