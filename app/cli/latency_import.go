package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/transfer"
)

const importHelp = `Takes targets over into the history: SmokePing's configuration (the file, or its folder with a file
named config), smokeping_prober's YAML, a list for fping, lines as the window takes them, or the CSV
and JSON that latency export writes. - is stdin. A target that is there already stays as it is.

Of SmokePing, alerts become rules. Every mail address, command and webhook that it would tell arrives
disabled and is shown as it stood; nothing of its configuration is ever run. With --history its RRD
files and raw logs are read into the history of the targets: what overlaps something that was measured
or imported before is left out, so that repeating an import changes nothing.

Everything that is not taken over is listed with file, line and reason; where there is no target
that could be, the import fails. Nothing is changed with --dry-run.`

// importFlags are those of import.
type importFlags struct {
	kind    choiceFlag
	history string
	dry     bool
}

// importCommand takes targets and history over.
func (p *program) importCommand() *cobra.Command {
	f := &importFlags{}
	c := &cobra.Command{
		Use:     "import FILE",
		Short:   "Take over targets, alerts and history from SmokePing and others",
		Long:    importHelp,
		Example: "  tacklebox latency import --dry-run /etc/smokeping/config\n  tacklebox latency import /etc/smokeping/config --history /var/lib/smokeping",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return misusing(c, "one file or folder is needed")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			s, err := p.readSource(c.Context(), args[0], f.kind.value)
			if err != nil {
				return err
			}
			if f.history != "" && s.Config == nil {
				return misusing(c, "--history goes with SmokePing's configuration, and this is a list of kind %s", s.Kind)
			}
			return p.importSource(c.Context(), args[0], s, f)
		},
	}
	choice(c, &f.kind, "kind", "what the file is", transfer.Any, transfer.SmokePing, transfer.Prober, transfer.Fping, transfer.Lines, transfer.CSV, transfer.JSON)
	c.Flags().StringVar(&f.history, "history", "", "also read the history in SmokePing's data folder `DIR`")
	c.Flags().BoolVar(&f.dry, "dry-run", false, "tell what would be taken over and change nothing")
	p.jsonFlag(c)
	return c
}

// importSource takes a source over and prints the account. One without a single target
// is an error: whoever imports it in a script has to notice.
func (p *program) importSource(ctx context.Context, name string, s *transfer.Source, f *importFlags) (err error) {
	var store *history.Store
	if !f.dry {
		if store, err = p.writer(); err != nil {
			return err
		}
	} else if store, err = p.reader(); err != nil {
		return err
	}
	if store != nil {
		defer func() { err = errors.Join(err, store.Close()) }()
	}
	var place transfer.Place
	if store != nil {
		place = transfer.OfStore(store)
	}
	in, err := transfer.Take(ctx, place, s, transfer.Options{DryRun: f.dry, History: f.history, Now: p.services.latency.now(), KeepSecret: p.keepSecret()})
	if err != nil && in.Past == nil {
		return err
	}
	if len(in.Added)+len(in.There) == 0 {
		err = errors.Join(fmt.Errorf("%s has no target that can be taken over: see what is listed as not taken over; --kind says what the file is if that was not recognised", name), err)
	}
	return errors.Join(p.printIntake(in), err)
}

// keepSecret keeps the addresses of receivers where the window looks for them. What a
// keychain remembers for this run only is kept nowhere.
func (p *program) keepSecret() func(context.Context, string, channel.Secret) error {
	return func(ctx context.Context, ref string, s channel.Secret) error {
		if p.services.latency.secrets == nil {
			return transfer.ErrNotKept
		}
		dir, err := p.services.dataDir(p.dataDir)
		if err != nil {
			return err
		}
		if lasting, _, err := p.services.latency.secrets(dir).Set(ctx, ref, s.Reveal()); err != nil || !lasting {
			return errors.Join(transfer.ErrNotKept, err)
		}
		return nil
	}
}

// printIntake writes the account.
func (p *program) printIntake(in *transfer.Account) error {
	if p.json {
		return p.answer(in)
	}
	var b strings.Builder
	intakeText(in, &b)
	if _, err := p.out.Write([]byte(b.String())); err != nil {
		return fmt.Errorf("write the account: %w", err)
	}
	return nil
}

// intakeText is the account in lines.
func intakeText(in *transfer.Account, b *strings.Builder) {
	list := func(title string, n int, line func(i int) string) {
		if n == 0 {
			return
		}
		fmt.Fprintf(b, "%s:\n", title)
		for i := range n {
			fmt.Fprintf(b, "  %s\n", line(i))
		}
	}
	verb := "taken over"
	if in.DryRun {
		verb = "would be taken over"
	}
	row := func(r transfer.TargetRow) string {
		text := plainText(r.Name)
		if r.Target != r.Name {
			text += "  " + plainText(r.Target)
		}
		return text + "  " + string(r.Kind)
	}
	fmt.Fprintf(b, "%s: %s %s, %d there already, %s not\n", in.Kind, counted(len(in.Added), "target"), verb, len(in.There), counted(len(in.Left)+in.More, "line"))
	list(verb, len(in.Added), func(i int) string { return row(in.Added[i]) })
	list("there already", len(in.There), func(i int) string { return row(in.There[i]) })
	list("alerts", len(in.Rules), func(i int) string {
		r := in.Rules[i]
		text := fmt.Sprintf("%s  %s  on %s", r.Name, r.Text, counted(r.Targets, "target"))
		switch {
		case r.There:
			text += "  (there already)"
		case !r.Enabled:
			text += "  disabled: " + r.Problem
		}
		return text
	})
	list("receivers whose address has to be entered again in the window, since there is no keychain to keep it in", len(in.Unkept), func(i int) string { return plainText(in.Unkept[i]) })
	list("receivers, every one disabled until you enable it in the window", len(in.Tells), func(i int) string {
		r := in.Tells[i]
		return fmt.Sprintf("%s  %s  (%s)", r.Kind, r.Verbatim, r.At)
	})
	list("taken over in part", len(in.Kept), func(i int) string { return in.Kept[i].String() })
	list("not taken over", len(in.Left), func(i int) string { return in.Left[i].String() })
	if in.More > 0 {
		fmt.Fprintf(b, "  and %d more like these\n", in.More)
	}
	if in.Past != nil {
		pastText(in.Past, b)
	} else if in.Hint != "" {
		fmt.Fprintln(b, in.Hint)
	}
	if in.DryRun {
		fmt.Fprintln(b, "nothing was changed")
	}
}
