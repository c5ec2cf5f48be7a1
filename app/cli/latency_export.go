package cli

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/report"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/transfer"
)

const exportHelp = `Writes the targets for SmokePing, smokeping_prober or a list of lines, or as CSV or JSON that latency
import reads back with every setting; with --samples what was measured of one target, as CSV or JSON;
with --store the whole history as one file, to be restored on another machine with --restore. What a
format has no place for is said.

A file that exists is only overwritten with --force.`

// exportFlags are those of export.
type exportFlags struct {
	format            choiceFlag
	samples, from, to string
	store, restore    string
	out               outFlags
}

// outFlags say where an answer goes.
type outFlags struct {
	file  string
	force bool
}

func (f *outFlags) add(c *cobra.Command) {
	c.Flags().StringVarP(&f.file, "output", "o", "", "write to this `FILE` instead of stdout")
	c.Flags().BoolVar(&f.force, "force", false, "overwrite the file if there is one")
}

// exportCommand writes targets, samples or the whole history.
func (p *program) exportCommand() *cobra.Command {
	f := &exportFlags{}
	c := &cobra.Command{
		Use:   "export",
		Short: "Write targets, samples, or the whole history, for other programs and machines",
		Long:  exportHelp,
		Example: "  tacklebox latency export --format smokeping -o Targets\n" +
			"  tacklebox latency export --samples Google/DNS1 --from 24h --format csv -o dns1.csv\n" +
			"  tacklebox latency export --store latency.zip\n" +
			"  tacklebox latency export --restore latency.zip",
		Args: nothingMore,
		RunE: func(c *cobra.Command, _ []string) error {
			set := 0
			for _, name := range []string{f.samples, f.store, f.restore} {
				if name != "" {
					set++
				}
			}
			samples := f.samples != ""
			switch {
			case set > 1:
				return misusing(c, "only one of --samples, --store and --restore")
			case (f.from != "" || f.to != "") && !samples:
				return misusing(c, "--from and --to go with --samples")
			case samples && f.format.value != transfer.CSV && f.format.value != transfer.JSON:
				return misusing(c, "--samples goes with --format csv or json")
			}
			switch {
			case f.store != "":
				return p.exportStore(c.Context(), f.store, f.out.force)
			case f.restore != "":
				return p.restore(c.Context(), f.restore)
			case samples:
				return p.exportSamples(c, f)
			}
			return p.exportTargets(c.Context(), f)
		},
	}
	choice(c, &f.format, "format", "what to write", transfer.CSV, transfer.JSON, transfer.SmokePing, transfer.Prober, transfer.Lines)
	c.Flags().StringVar(&f.samples, "samples", "", "write what was measured of this `TARGET`")
	c.Flags().StringVar(&f.from, "from", "", fromHelp)
	c.Flags().StringVar(&f.to, "to", "", toHelp)
	c.Flags().StringVar(&f.store, "store", "", "write the whole history into this new `FILE`")
	c.Flags().StringVar(&f.restore, "restore", "", "make the history of this data folder from such a `FILE`")
	f.out.add(c)
	return c
}

// existing opens a history that has to be there.
func (p *program) existing() (*history.Store, error) {
	s, err := p.reader()
	if err == nil && s == nil {
		err = errNoHistory
	}
	return s, err
}

func (p *program) exportTargets(ctx context.Context, f *exportFlags) (err error) {
	s, err := p.existing()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	list, err := s.Targets(ctx)
	if err != nil {
		return err
	}
	text, lost, err := transfer.Write(list, f.format.value)
	if err != nil {
		return err
	}
	for _, l := range lost {
		p.say("%s: no place for %s", plainText(l.Target), plainText(l.What))
	}
	return p.write(f.out, func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
}

func (p *program) exportSamples(c *cobra.Command, f *exportFlags) (err error) {
	s, err := p.existing()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	from, to, err := p.span(c, f.from, f.to)
	if err != nil {
		return err
	}
	list, err := s.Targets(c.Context())
	if err != nil {
		return err
	}
	t, err := find(list, f.samples)
	if err != nil {
		return err
	}
	rows := func(yield func(report.Sample, error) bool) {
		for r, err := range s.Samples(c.Context(), t.ID, latency.LocalNode, from, to) {
			if !yield(report.Sample{Name: transfer.FullName(t), Result: r}, err) || err != nil {
				return
			}
		}
	}
	n := 0
	err = p.write(f.out, func(w io.Writer) (err error) {
		if f.format.value == transfer.JSON {
			n, err = report.WriteJSON(w, rows, time.Local)
		} else {
			n, err = report.WriteCSV(w, rows, time.Local)
		}
		return err
	})
	if err == nil {
		p.say("%s of %s, from %s to %s", counted(n, "sample"), plainText(transfer.FullName(t)), from.Format(time.RFC3339), to.Format(time.RFC3339))
	}
	return err
}

// exportStore copies the whole history, also while another process measures.
func (p *program) exportStore(ctx context.Context, name string, force bool) (err error) {
	s, err := p.existing()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	to, done, err := transfer.NewFile(name, force)
	if err != nil {
		return overwriting(err)
	}
	if err := done(s.Export(ctx, to)); err != nil {
		return overwriting(err)
	}
	p.say("the history is in %s: latency export --restore takes it over on another machine", plainText(name))
	return nil
}

func (p *program) restore(ctx context.Context, name string) error {
	dir, err := p.services.dataDir(p.dataDir)
	if err != nil {
		return err
	}
	if err := history.Restore(ctx, name, service.Folder(dir)); err != nil {
		return err
	}
	p.say("the history is restored into %s", plainText(dir))
	return nil
}
