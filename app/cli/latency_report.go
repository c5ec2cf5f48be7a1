package cli

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/assets/fonts"
	"tacklebox/platform/latency/report"
	"tacklebox/platform/latency/transfer"
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
			if f.format.value == transfer.Any {
				f.format.value = strings.TrimPrefix(strings.ToLower(filepath.Ext(f.out.file)), ".")
				if f.format.value == "htm" {
					f.format.value = "html"
				}
				if err := f.format.Set(f.format.value); err != nil || f.format.value == transfer.Any {
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
	choice(c, &f.format, "format", "what to write", transfer.Any, "html", "png", "svg", transfer.CSV, transfer.JSON)
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
	r := report.Report{Note: f.note, Made: p.services.latency.now(), By: "T" + strings.TrimPrefix(p.version(), "t"), From: f.period[0], To: f.period[1], Zone: time.Local}
	for _, name := range f.targets {
		t, err := find(all, name)
		if err != nil {
			return err
		}
		section, err := transfer.Section(ctx, s, t, transfer.Stretch{From: f.period[0], To: f.period[1], Zone: time.Local, Width: f.width, Log: f.log, SmokePing: f.smokePing})
		if err != nil {
			return err
		}
		r.Sections = append(r.Sections, section)
	}
	first := &r.Sections[0]
	return p.write(f.out, func(w io.Writer) error {
		switch f.format.value {
		case "png":
			font, err := report.ParseFont(fonts.Regular)
			if err != nil {
				return err
			}
			return first.Graph.PNG(w, font)
		case "svg":
			return first.Graph.SVG(w)
		case transfer.CSV:
			_, err := report.WriteCSV(w, transfer.Named(first), time.Local)
			return err
		case transfer.JSON:
			_, err := report.WriteJSON(w, transfer.Named(first), time.Local)
			return err
		}
		return r.HTML(w)
	})
}
