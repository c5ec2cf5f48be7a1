package transfer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/said"
	"tacklebox/platform/latency/smokeping"
	"tacklebox/platform/latency/targets"
)

// Account is what became of an import: everything that was in the file is in one
// of its lists. Its texts can be shown as they are.
type Account struct {
	Kind   string        `json:"kind"`
	DryRun bool          `json:"dry_run,omitempty"`
	Added  []TargetRow   `json:"added"`
	There  []TargetRow   `json:"there_already"`
	Rules  []RuleRow     `json:"alerts,omitempty"`
	Tells  []ReceiverRow `json:"receivers,omitempty"`
	// Unkept are the receivers whose address could be kept nowhere: it has to be
	// entered again.
	Unkept []string `json:"receivers_without_address,omitempty"`
	Kept   []Line   `json:"taken_over_in_part,omitempty"`
	Left   []Line   `json:"not_taken_over"`
	More   int      `json:"not_listed,omitempty"`
	Past   *Past    `json:"history,omitempty"`
	Hint   string   `json:"hint,omitempty"`
	// DataDir is where SmokePing's history is, by its own account.
	DataDir string `json:"-"`

	ids map[string]latency.TargetID // by the path of SmokePing
}

// TargetRow is a target.
type TargetRow struct {
	Name   string       `json:"name"`
	Kind   latency.Kind `json:"kind"`
	Target string       `json:"target"`
	// Group is the path in the tree that Name begins with, and Last its own name.
	Group []string `json:"-"`
	Last  string   `json:"-"`
}

// RuleRow is an alert that became a rule.
type RuleRow struct {
	Name    string `json:"name"`
	Text    string `json:"text"`
	Enabled bool   `json:"enabled"`
	Targets int    `json:"targets"`
	Problem string `json:"problem,omitempty"`
	There   bool   `json:"there_already,omitempty"`
	// Why is Problem as an error, where the rule itself is what is wrong.
	Why error `json:"-"`
}

// ReceiverRow is whom SmokePing would have told.
type ReceiverRow struct {
	Kind     string `json:"kind"`
	Verbatim string `json:"verbatim"`
	Enabled  bool   `json:"enabled"`
	Of       string `json:"of,omitempty"`
	At       string `json:"at"`
}

// Stage is a part of the work.
type Stage string

// The stages, in their order.
const (
	StageTargets Stage = "targets"
	StageAlerts  Stage = "alerts"
	StageHistory Stage = "history"
)

// Progress is how far an import is: Done of Total targets.
type Progress struct {
	Stage       Stage
	Done, Total int
}

// Options say how a source is taken over.
type Options struct {
	// DryRun changes nothing; the place may then be nil.
	DryRun bool
	// History is SmokePing's data folder, "" for none.
	History string
	// Now bounds what files of history may claim to know.
	Now time.Time
	// Progress, when set, is told how far it is, from the calling goroutine.
	Progress func(Progress)
	// KeepSecret, when set, keeps the address of a webhook apart from the settings,
	// under a name that the channel refers to. Without it the address is forgotten.
	// ErrNotKept is for where nothing can keep it.
	KeepSecret func(ctx context.Context, ref string, s channel.Secret) error
}

// ErrNotKept is what Options.KeepSecret gives where there is nothing that keeps a
// secret: the channel goes without its address, and the account says so.
var ErrNotKept = errors.New("nothing here keeps a secret")

// Take takes a source over into a place. The account is never nil and says what
// was done, also beside an error; a cancelled context leaves what was done by then.
func Take(ctx context.Context, p Place, s *Source, o Options) (*Account, error) {
	in, err := take(ctx, p, s, &o)
	if err != nil && ctx.Err() != nil {
		err = ctx.Err() // and not the database's word for it
	}
	return in, err
}

func take(ctx context.Context, p Place, s *Source, o *Options) (*Account, error) {
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	in := &Account{Kind: s.Kind, DryRun: o.DryRun, Added: []TargetRow{}, There: []TargetRow{}, Kept: s.Kept, Left: append([]Line{}, s.Skipped...), More: s.More,
		ids: map[string]latency.TargetID{}}
	if s.Config != nil {
		in.smokePing(s.Config)
	}
	if err := in.targets(ctx, p, s, o); err != nil || s.Config == nil {
		return in, err
	}
	o.Progress(Progress{Stage: StageAlerts})
	if err := in.alerts(ctx, p, s.Config, o); err != nil {
		return in, err
	}
	if o.History == "" {
		return in, nil
	}
	return in, in.past(ctx, p, s.Config, o)
}

func rowFor(t latency.Target) TargetRow {
	r := TargetRow{Name: plain(FullName(t)), Kind: t.Kind, Target: plain(Shown(t)), Last: plain(t.Name)}
	for _, g := range t.Group {
		r.Group = append(r.Group, plain(g))
	}
	return r
}

// Shown is what a target asks without the password that a URL may have.
func Shown(t latency.Target) string {
	spec := targets.Spec(t)
	if t.Kind != latency.KindHTTP {
		return spec
	}
	spec, _ = latency.WithoutLogin(spec)
	return strings.TrimSuffix(spec, "/")
}

// targets keeps the targets, or with a dry run tells which it would.
func (in *Account) targets(ctx context.Context, p Place, s *Source, o *Options) error {
	var added, there []latency.Target
	var err error
	total := len(s.Targets)
	o.Progress(Progress{StageTargets, 0, total})
	if o.DryRun {
		if added, there, err = sort(ctx, p, s.Targets); err != nil {
			return err
		}
		// IDs for the account only, past any that are there.
		for i := range added {
			added[i].ID = latency.TargetID(1<<40 + i)
		}
	} else {
		added, there, err = keep(ctx, p, s.Targets, func(n int) { o.Progress(Progress{StageTargets, n, total}) })
	}
	for _, t := range added {
		in.Added = append(in.Added, rowFor(t))
	}
	for _, t := range there {
		in.There = append(in.There, rowFor(t))
	}
	if err != nil || s.Config == nil {
		return err
	}
	ids := map[string]latency.TargetID{}
	for _, t := range append(added, there...) {
		ids[identity(t)] = t.ID
	}
	for _, t := range s.Config.Targets {
		if id, ok := ids[identity(t.Target)]; ok {
			in.ids[t.Path] = id
		}
	}
	return nil
}

// smokePing lists what of a configuration has no place here although it was
// understood.
func (in *Account) smokePing(c *smokeping.Config) {
	left := func(at smokeping.Pos, what, why error) {
		in.Left = append(in.Left, Line{File: plain(at.File), Line: at.Line, What: what, Why: why})
	}
	for _, o := range c.Overlays {
		left(o.Pos, said.New("%q, a graph of %d targets", o.Path, len(o.Members)), said.New("choose them in the window to see them in one graph"))
	}
	for _, g := range c.Groups {
		if g.Remark != "" || g.Title != "" && g.Title != g.Menu && g.Path != "" {
			left(g.Pos, said.New("title and remark of the section %q", g.Path), said.New("groups have names only"))
		}
	}
	for _, t := range c.Targets {
		switch {
		case t.Remark != "":
			left(t.Pos, said.New("title and remark of %q", t.Path), said.New("targets have names only"))
		case t.Title != "" && t.Title != t.Name:
			left(t.Pos, said.New("title %q of %q", t.Title, t.Path), said.New("targets have names only"))
		}
		if len(t.Parents) > 0 {
			left(t.Pos, said.New("parents of %q", t.Path), said.New("there is one tree of groups"))
		}
	}
	if in.DataDir = plain(c.DataDir); in.DataDir != "" {
		in.Hint = fmt.Sprintf("SmokePing's history is in %s, by its own account: --history %s takes it over", in.DataDir, in.DataDir)
	}
}

// HasHistory is true for a folder that can be looked into for history.
func HasHistory(dir string) bool {
	info, err := os.Stat(cmp.Or(dir, "\x00"))
	return err == nil && info.IsDir()
}
