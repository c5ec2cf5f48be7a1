package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/smokeping"
	"tacklebox/platform/latency/targets"
)

const importHelp = `Takes targets over into the history: SmokePing's configuration (the file, or its folder with a file
named config), smokeping_prober's YAML, a list for fping, lines as the window takes them, or the CSV
and JSON that latency export writes. - is stdin. A target that is there already stays as it is.

Of SmokePing, alerts become rules. Every mail address, command and webhook that it would tell arrives
disabled and is shown as it stood; nothing of its configuration is ever run. With --history its RRD
files and raw logs are read into the history of the targets: what overlaps something that was measured
or imported before is left out, so that repeating an import changes nothing.

Everything that is not taken over is listed with file, line and reason. Nothing is changed with
--dry-run.`

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
			if f.history != "" && s.config == nil {
				return misusing(c, "--history goes with SmokePing's configuration, and this is a list of kind %s", s.kind)
			}
			return p.importSource(c.Context(), s, f)
		},
	}
	choice(c, &f.kind, "kind", "what the file is", fromAny, fromSmokePing, fromProber, fromFping, fromLines, fromCSV, fromJSON)
	c.Flags().StringVar(&f.history, "history", "", "also read the history in SmokePing's data folder `DIR`")
	c.Flags().BoolVar(&f.dry, "dry-run", false, "tell what would be taken over and change nothing")
	p.jsonFlag(c)
	return c
}

// intake is what became of an import: everything that was in the file is in one
// of its lists.
type intake struct {
	Kind   string                      `json:"kind"`
	DryRun bool                        `json:"dry_run,omitempty"`
	Added  []importedRow               `json:"added"`
	There  []importedRow               `json:"there_already"`
	Rules  []ruleRow                   `json:"alerts,omitempty"`
	Tells  []receiverRow               `json:"receivers,omitempty"`
	Kept   []string                    `json:"taken_over_in_part,omitempty"`
	Left   []string                    `json:"not_taken_over"`
	More   int                         `json:"not_listed,omitempty"`
	Past   *pastImport                 `json:"history,omitempty"`
	Hint   string                      `json:"hint,omitempty"`
	ids    map[string]latency.TargetID // by the path of SmokePing
}

type importedRow struct {
	Name   string       `json:"name"`
	Kind   latency.Kind `json:"kind"`
	Target string       `json:"target"`
}

type ruleRow struct {
	Name    string `json:"name"`
	Text    string `json:"text"`
	Enabled bool   `json:"enabled"`
	Targets int    `json:"targets"`
	Problem string `json:"problem,omitempty"`
	There   bool   `json:"there_already,omitempty"`
}

type receiverRow struct {
	Kind     string `json:"kind"`
	Verbatim string `json:"verbatim"`
	Enabled  bool   `json:"enabled"`
	Of       string `json:"of,omitempty"`
	At       string `json:"at"`
}

func rowFor(t latency.Target) importedRow {
	return importedRow{Name: fullName(t), Kind: t.Kind, Target: shown(targets.Spec(t))}
}

// importSource takes a source over and prints the account.
func (p *program) importSource(ctx context.Context, s *source, f *importFlags) (err error) {
	in := &intake{Kind: s.kind, DryRun: f.dry, Added: []importedRow{}, There: []importedRow{}, Kept: s.kept, Left: append([]string{}, s.skipped...), More: s.more, ids: map[string]latency.TargetID{}}
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
	if err := in.targets(ctx, store, s); err != nil {
		return err
	}
	if s.config != nil {
		in.smokePing(s.config)
		if err := in.alerts(ctx, store, s.config); err != nil {
			return err
		}
		if f.history != "" {
			if err := in.past(ctx, store, s.config, f.history, p.services.latency.now()); err != nil {
				return errors.Join(p.printIntake(in), err)
			}
		}
	}
	return p.printIntake(in)
}

// targets keeps the targets, or with a dry run tells which it would.
func (in *intake) targets(ctx context.Context, store *history.Store, s *source) error {
	var added, there []latency.Target
	var err error
	if in.DryRun {
		added, there, err = wouldKeep(ctx, store, s.targets)
	} else {
		added, there, err = keep(ctx, store, s.targets)
	}
	for _, t := range added {
		in.Added = append(in.Added, rowFor(t))
	}
	for _, t := range there {
		in.There = append(in.There, rowFor(t))
	}
	if err != nil || s.config == nil {
		return err
	}
	ids := map[string]latency.TargetID{}
	for _, t := range append(added, there...) {
		ids[identity(t)] = t.ID
	}
	for _, t := range s.config.Targets {
		if id, ok := ids[identity(t.Target)]; ok {
			in.ids[t.Path] = id
		}
	}
	return nil
}

// wouldKeep is keep without keeping; new targets get IDs for the account only.
func wouldKeep(ctx context.Context, store *history.Store, list []latency.Target) (added, there []latency.Target, err error) {
	var all []latency.Target
	if store != nil {
		if all, err = store.Targets(ctx); err != nil {
			return nil, nil, err
		}
	}
	known := map[string]latency.Target{}
	next := latency.TargetID(1)
	for _, t := range all {
		known[identity(t)] = t
		next = max(next, t.ID+1)
	}
	for _, t := range list {
		if old, ok := known[identity(t)]; ok {
			there = append(there, old)
			continue
		}
		t.ID = next
		next++
		known[identity(t)] = t
		added = append(added, t)
	}
	return added, there, nil
}

// smokePing lists what of a configuration has no place here although it was
// understood.
func (in *intake) smokePing(c *smokeping.Config) {
	left := func(at smokeping.Pos, what, why string) {
		in.Left = append(in.Left, plainText(fmt.Sprintf("%s: %s: %s", at, what, why)))
	}
	for _, o := range c.Overlays {
		left(o.Pos, fmt.Sprintf("%q, a graph of %s", o.Path, counted(len(o.Members), "target")), "choose them in the window to see them in one graph")
	}
	for _, g := range c.Groups {
		if g.Remark != "" || g.Title != "" && g.Title != g.Menu && g.Path != "" {
			left(g.Pos, fmt.Sprintf("title and remark of the section %q", g.Path), "groups have names only")
		}
	}
	for _, t := range c.Targets {
		switch {
		case t.Remark != "":
			left(t.Pos, fmt.Sprintf("title and remark of %q", t.Path), "targets have names only")
		case t.Title != "" && t.Title != t.Name:
			left(t.Pos, fmt.Sprintf("title %q of %q", t.Title, t.Path), "targets have names only")
		}
		if len(t.Parents) > 0 {
			left(t.Pos, fmt.Sprintf("parents of %q", t.Path), "there is one tree of groups")
		}
	}
	if c.DataDir != "" {
		in.Hint = fmt.Sprintf("SmokePing's history is in %s, by its own account: --history %s takes it over", plainText(c.DataDir), plainText(c.DataDir))
	}
}

// alertSetting is where the service keeps rules and channels.
const alertSetting = "alert.config"

// alerts makes rules of SmokePing's alerts, and channels that do nothing of its
// receivers. One of the same ID that is there already stays as it is.
func (in *intake) alerts(ctx context.Context, store *history.Store, c *smokeping.Config) error {
	made := alert.FromSmokePing(c, func(t *smokeping.Target) (latency.TargetID, bool) {
		id, ok := in.ids[t.Path]
		return id, ok
	})
	var config service.AlertConfig
	if store != nil {
		body, err := store.Setting(ctx, alertSetting)
		if err == nil && len(body) > 0 {
			err = json.Unmarshal(body, &config)
		}
		if err != nil {
			return fmt.Errorf("read the alerts that are there: %w", err)
		}
	}
	in.merge(&config, made)
	for _, r := range c.Receivers {
		in.Tells = append(in.Tells, receiverRow{Kind: r.Kind, Verbatim: plainText(r.Verbatim), Of: plainText(r.Of), At: plainText(r.Pos.String())})
	}
	if in.DryRun || len(made.Rules)+len(made.Channels) == 0 {
		return nil
	}
	body, err := json.Marshal(config)
	if err != nil {
		return fmt.Errorf("keep alerts: %w", err)
	}
	return store.SaveSetting(alertSetting, body)
}

// merge puts rules and channels beside those that are there. The same one is there
// already; another one of the same ID gets an ID of its own, since two
// configurations may both have an alert "someloss".
func (in *intake) merge(config *service.AlertConfig, made alert.Imported) {
	channels := map[string]channel.Channel{}
	for _, ch := range config.Channels {
		channels[ch.ID] = ch
	}
	renamed := map[string]string{}
	for _, ch := range made.Channels {
		ch.Enabled = false // whatever happens elsewhere, a person enables it
		id := free(ch.ID, func(id string) bool {
			old, taken := channels[id]
			return taken && (old.Kind != ch.Kind || old.Imported != ch.Imported)
		})
		renamed[ch.ID], ch.ID = id, id
		if _, there := channels[id]; !there {
			channels[id] = ch
			config.Channels = append(config.Channels, ch)
		}
	}
	rules := map[string]alert.Rule{}
	for _, r := range config.Rules {
		rules[r.ID] = r
	}
	for _, r := range made.Rules {
		for i, id := range r.Channels {
			r.Channels[i] = renamed[id]
		}
		r.ID = free(r.ID, func(id string) bool {
			old, taken := rules[id]
			return taken && (old.Imported != r.Imported || old.Step != r.Step || !slices.Equal(old.Scope.Targets, r.Scope.Targets))
		})
		_, there := rules[r.ID]
		in.Rules = append(in.Rules, ruleRow{Name: plainText(r.Name), Text: plainText(r.Imported), Enabled: r.Enabled, Targets: len(r.Scope.Targets),
			Problem: plainText(r.Problem), There: there})
		if !there {
			rules[r.ID] = r
			config.Rules = append(config.Rules, r)
		}
	}
}

// free is the ID, or one like it that is not taken by something else.
func free(id string, taken func(string) bool) string {
	for n, try := 2, id; ; n++ {
		if !taken(try) {
			return try
		}
		try = fmt.Sprintf("%s-%d", id, n)
	}
}

// printIntake writes the account.
func (p *program) printIntake(in *intake) error {
	if p.json {
		return p.answer(in)
	}
	var b strings.Builder
	in.text(&b)
	if _, err := p.out.Write([]byte(b.String())); err != nil {
		return fmt.Errorf("write the account: %w", err)
	}
	return nil
}

func (in *intake) text(b *strings.Builder) {
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
	row := func(r importedRow) string {
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
	list("receivers, every one disabled until you enable it in the window", len(in.Tells), func(i int) string {
		r := in.Tells[i]
		return fmt.Sprintf("%s  %s  (%s)", r.Kind, r.Verbatim, r.At)
	})
	list("taken over in part", len(in.Kept), func(i int) string { return in.Kept[i] })
	list("not taken over", len(in.Left), func(i int) string { return in.Left[i] })
	if in.More > 0 {
		fmt.Fprintf(b, "  and %d more like these\n", in.More)
	}
	if in.Past != nil {
		in.Past.text(b)
	} else if in.Hint != "" {
		fmt.Fprintln(b, in.Hint)
	}
	if in.DryRun {
		fmt.Fprintln(b, "nothing was changed")
	}
}
