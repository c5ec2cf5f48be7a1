package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/platform/containers"
)

// engineFlags choose the engine.
type engineFlags struct {
	engine, context string
}

func (f *engineFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.engine, "engine", "", "use this engine: an `ID` of the verb engines, or unix://, npipe://, tcp://, ssh://")
	c.Flags().StringVar(&f.context, "context", "", "use the engine of this docker `CONTEXT`")
}

// options say how engines are looked for. In a terminal the environment counts
// for more than a choice once made in the window.
func (p *program) options(f engineFlags) containers.Options {
	o := containers.Options{Explicit: f.engine, Context: f.context, AppVersion: p.config.Version, Credential: p.pullCredential}
	// Without a data folder (no HOME in a small container) sessions are simply
	// not told apart by it.
	o.DataDir, _ = p.services.dataDir(p.dataDir)
	if o.Explicit != "" || o.Context != "" || o.DataDir == "" {
		return o
	}
	for _, name := range []string{"DOCKER_HOST", "DOCKER_CONTEXT"} {
		if value, ok := p.services.lookup(name); ok && value != "" {
			return o
		}
	}
	o.Explicit = p.services.chosen(o.DataDir)
	return o
}

// connect opens the chosen engine.
func (p *program) connect(ctx context.Context, f engineFlags) (engine, error) {
	return p.services.connect(ctx, p.options(f))
}

// engineRow is one engine as JSON.
type engineRow struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	Host      string  `json:"host"`
	Context   string  `json:"context,omitempty"`
	Origin    string  `json:"origin"`
	Chosen    bool    `json:"chosen"`
	OK        bool    `json:"ok"`
	Product   string  `json:"product,omitempty"`
	Version   string  `json:"version,omitempty"`
	API       string  `json:"api,omitempty"`
	OS        string  `json:"os,omitempty"`
	Arch      string  `json:"arch,omitempty"`
	Rootless  bool    `json:"rootless,omitempty"`
	LatencyMS float64 `json:"latency_ms,omitempty"`
	Problem   string  `json:"problem,omitempty"`
	Error     string  `json:"error,omitempty"`
}

// askTimeout bounds the whole list; each engine has a shorter limit of its own.
const askTimeout = 20 * time.Second

// enginesCommand lists every place where an engine may be, with its answer.
func (p *program) enginesCommand() *cobra.Command {
	var f engineFlags
	c := &cobra.Command{
		Use:   "engines",
		Short: "List every engine that can be found, and what it answers",
		Long: "Asks every place where an engine may be: the one chosen, DOCKER_HOST, docker contexts, and the\n" +
			"known sockets and pipes. The first is the one that the other verbs use. The exit code is 0\n" +
			"when that one answers.",
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.engines(c.Context(), f) },
	}
	f.add(c)
	p.jsonFlag(c)
	return c
}

func (p *program) jsonFlag(c *cobra.Command) {
	c.Flags().BoolVar(&p.json, "json", false, "write the answer, and errors, as JSON")
}

func (p *program) engines(ctx context.Context, f engineFlags) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	o := p.options(f)
	endpoints, err := p.services.discover(ctx, o)
	if err != nil {
		return err
	}
	rows := make([]engineRow, len(endpoints))
	for i, ep := range endpoints {
		rows[i] = engineRow{ID: ep.ID, Name: ep.Name, Host: ep.Host, Context: ep.Context, Origin: string(ep.Origin), Chosen: i == 0,
			Problem: string(containers.ProblemTimeout), Error: "no answer in time"}
	}
	for a := range p.services.askAll(ctx, endpoints, o) {
		i := slices.IndexFunc(endpoints, func(ep containers.Endpoint) bool { return ep.ID == a.Endpoint.ID })
		if i < 0 {
			continue
		}
		r := &rows[i]
		r.OK, r.Problem, r.Error = a.Problem == containers.ProblemNone, string(a.Problem), ""
		r.Product, r.Version, r.API, r.OS, r.Arch, r.Rootless = a.Product, a.Version, a.API, a.OS, a.Arch, a.Rootless
		r.LatencyMS = float64(a.Latency.Microseconds()) / 1000
		if a.Err != nil {
			r.Error = plainText(a.Err.Error())
		}
	}
	if err := ctx.Err(); err != nil && p.signal.code() != 0 {
		return err
	}
	if err := p.printEngines(rows); err != nil {
		return err
	}
	if len(rows) > 0 && rows[0].OK {
		return nil
	}
	return &exit{code: exitFailed}
}

func (p *program) printEngines(rows []engineRow) error {
	if p.json {
		return p.answer(rows)
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\tENGINE\tHOST\tFOUND BY\tANSWER")
	for _, r := range rows {
		mark := " "
		if r.Chosen {
			mark = "*"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", mark, plainText(r.ID), plainText(r.Host), r.Origin, r.answer())
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	return nil
}

// answer is the engine's answer in a few words.
func (r engineRow) answer() string {
	if !r.OK {
		return r.Error
	}
	words := []string{r.Product, r.Version, "API " + r.API}
	if r.OS != "" {
		words = append(words, r.OS+"/"+r.Arch)
	}
	if r.Rootless {
		words = append(words, "rootless")
	}
	words = append(words, fmt.Sprintf("%.1f ms", r.LatencyMS))
	return plainText(strings.Join(words, ", "))
}
