package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/assets"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/report"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/smoke"
	"tacklebox/platform/latency/targets"
)

const reportHelp = `Writes what was measured of targets in a period: as HTML with graph, figures, outages, method and all
samples, in one file that needs nothing else, for whoever has to believe it, such as a provider; or
the graph of one target as PNG or SVG; or its samples as CSV or JSON. Without --format the ending of
the file decides.

A file that exists is only overwritten with --force.`

// reportFlags are those of report.
type reportFlags struct {
	targets   []string
	from, to  string
	format    choiceFlag
	note      string
	width     int
	log       bool
	smokePing bool
	out       outFlags
	period    [2]time.Time
}

// reportCommand writes reports and graphs.
func (p *program) reportCommand() *cobra.Command {
	f := &reportFlags{}
	c := &cobra.Command{
		Use:   "report --target TARGET -o FILE",
		Short: "Write a report or a graph of what was measured",
		Long:  reportHelp,
		Example: "  tacklebox latency report --target gateway --target example.org --from 2026-05-03T18:00 --to 2026-05-03T20:00 -o outage.html\n" +
			"  tacklebox latency report --target Google/DNS1 --from 7d -o dns1.png",
		Args: nothingMore,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if len(f.targets) == 0 {
				return misusing(c, "no --target: latency list shows which there are")
			}
			if f.format.value == fromAny {
				f.format.value = strings.TrimPrefix(strings.ToLower(filepath.Ext(f.out.file)), ".")
				if f.format.value == "htm" {
					f.format.value = "html"
				}
				if err := f.format.Set(f.format.value); err != nil || f.format.value == fromAny {
					return misusing(c, "no --format, and %q does not end in html, png, svg, csv or json", plainText(f.out.file))
				}
			}
			if f.format.value != "html" && len(f.targets) > 1 {
				return misusing(c, "--format %s goes with one --target", f.format.value)
			}
			if f.format.value == "png" && f.out.file == "" && isTerminal(p.out) {
				return misusing(c, "a picture is nothing for a terminal: name a file with -o")
			}
			if f.width < report.MinWidth || f.width > report.MaxWidth {
				return misusing(c, "--width %d: from %d to %d", f.width, report.MinWidth, report.MaxWidth)
			}
			if f.period[0], f.period[1], err = p.span(c, f.from, f.to); err != nil {
				return err
			}
			return p.report(c.Context(), f)
		},
	}
	choice(c, &f.format, "format", "what to write", fromAny, "html", "png", "svg", fromCSV, fromJSON)
	c.Flags().StringArrayVar(&f.targets, "target", nil, "tell of this `TARGET`; for HTML may be given several times")
	c.Flags().StringVar(&f.from, "from", "", fromHelp)
	c.Flags().StringVar(&f.to, "to", "", toHelp)
	c.Flags().StringVar(&f.note, "note", "", "put this `TEXT` at the report's head")
	c.Flags().IntVar(&f.width, "width", 900, "make graphs so many `PIXELS` wide")
	c.Flags().BoolVar(&f.log, "log", false, "draw by the logarithm")
	c.Flags().BoolVar(&f.smokePing, "smokeping", false, "draw as SmokePing does, 20 probes to a round")
	f.out.add(c)
	// The flag was just added: there is nothing that could go wrong.
	_ = c.RegisterFlagCompletionFunc("target", p.completeTarget)
	return c
}

// report is the verb.
func (p *program) report(ctx context.Context, f *reportFlags) (err error) {
	s, err := p.existing()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	all, err := s.Targets(ctx)
	if err != nil {
		return err
	}
	r := report.Report{Note: f.note, Made: p.services.latency.now(), By: p.version(), From: f.period[0], To: f.period[1], Zone: time.Local}
	for _, name := range f.targets {
		t, err := find(all, name)
		if err != nil {
			return err
		}
		section, err := reportSection(ctx, s, t, f)
		if err != nil {
			return err
		}
		r.Sections = append(r.Sections, section)
	}
	first := &r.Sections[0]
	return p.write(f.out, func(w io.Writer) error {
		switch f.format.value {
		case "png":
			font, err := report.ParseFont(assets.FontRegular)
			if err != nil {
				return err
			}
			return first.Graph.PNG(w, font)
		case "svg":
			return first.Graph.SVG(w)
		case fromCSV:
			_, err := report.WriteCSV(w, named(first), time.Local)
			return err
		case fromJSON:
			_, err := report.WriteJSON(w, named(first), time.Local)
			return err
		}
		return r.HTML(w)
	})
}

// named are a section's samples with the target's name.
func named(s *report.Section) func(func(report.Sample, error) bool) {
	return func(yield func(report.Sample, error) bool) {
		for r, err := range s.Samples {
			if !yield(report.Sample{Name: fullName(s.Target), Result: r}, err) || err != nil {
				return
			}
		}
	}
}

// pings are the probes of a round of SmokePing.
const pings = 20

// reportSection is one target of a report.
func reportSection(ctx context.Context, s *history.Store, t latency.Target, f *reportFlags) (report.Section, error) {
	from, to := f.period[0], f.period[1]
	columns := report.PlotWidth(f.width)
	out := report.Section{Target: t, Samples: s.Samples(ctx, t.ID, latency.LocalNode, from, to)}
	out.Method = report.Method{Interval: t.Interval, Timeout: t.Timeout}
	if out.Method.Interval <= 0 {
		out.Method.Interval = latency.DefaultInterval
	}
	if out.Method.Timeout <= 0 {
		out.Method.Timeout = latency.DefaultTimeout(t.Kind)
	}
	cols, err := s.Columns(ctx, t.ID, latency.LocalNode, from, to, columns)
	if err != nil {
		return out, err
	}
	engine := "not measured in this period"
	for r, err := range s.Samples(ctx, t.ID, latency.LocalNode, from, to) {
		if err != nil {
			return out, err
		}
		if r.Engine == "" {
			continue
		}
		engine, out.Method.Engine = "engine "+r.Engine, r.Engine
		if r.Engine == probe.NameKernel {
			out.Method.Stamps = report.StampsKernel
		}
		if r.Address.IsValid() {
			out.Address = r.Address.String()
			break
		}
	}
	events, err := s.Events(ctx, t.ID, from, to)
	if err != nil {
		return out, err
	}
	for _, e := range events {
		if e.Kind == service.EventClock {
			out.Method.ClockSteps++
		}
	}
	outages, err := s.Outages(ctx, t.ID, latency.LocalNode, from, to, 0)
	if err != nil {
		return out, err
	}
	for _, o := range outages {
		out.Outages = append(out.Outages, report.Outage{Start: o.Start, End: o.End, Lost: o.Lost, Coarse: o.Coarse})
	}
	out.Graph = report.Graph{Title: fullName(t), Subtitle: fmt.Sprintf("%s, every %s, %s", shown(targets.Spec(t)), out.Method.Interval, engine), From: from, To: to,
		Zone: time.Local, Columns: cols, Log: f.log, Width: f.width}
	if f.smokePing {
		out.Graph.Rounds, err = rounds(ctx, s, t, f, cols)
	}
	return out, err
}

// exactRounds is for how long a period rounds are made of the samples themselves;
// above it of the columns, which many rounds fall into anyway.
const exactRounds = 24 * time.Hour

// rounds are SmokePing's, one for each column.
func rounds(ctx context.Context, s *history.Store, t latency.Target, f *reportFlags, cols []smoke.Column) ([]*smoke.Round, error) {
	from, to := f.period[0], f.period[1]
	if to.Sub(from) <= exactRounds {
		list, err := smoke.Rounds(s.Samples(ctx, t.ID, latency.LocalNode, from, to), pings)
		if err != nil || len(list) > 0 {
			return smoke.SpreadRounds(list, from, to, len(cols), pings), err
		}
	}
	out := make([]*smoke.Round, len(cols))
	for i, c := range cols {
		out[i] = smoke.RoundOf(c.Hist, pings)
	}
	return out, nil
}
