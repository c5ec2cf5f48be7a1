package alert

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/alert/pattern"
	"tacklebox/platform/latency/said"
	"tacklebox/platform/latency/smokeping"
)

// Imported is what SmokePing's alerts come to.
type Imported struct {
	Rules []Rule
	// Channels are SmokePing's receivers. Every one is disabled.
	Channels []channel.Channel
}

// FromSmokePing makes rules and channels of SmokePing's alerts and receivers. Id
// says which target one of SmokePing's became. Where SmokePing's way of keeping
// history would tell an alert's targets apart (by step, number of pings, what else
// they are watched for, or whom they tell), it becomes several rules. An alert that
// is not understood is kept as text, disabled, with the reason.
func FromSmokePing(c *smokeping.Config, id func(*smokeping.Target) (latency.TargetID, bool)) Imported {
	in := importer{c: c, byText: map[string]string{}}
	for i := range c.Receivers {
		in.receiver(&c.Receivers[i])
	}
	in.lengths = map[string]int{}
	for i := range c.Alerts {
		a := &c.Alerts[i]
		if m, err := parseImported(a); err == nil {
			in.lengths[a.Name] = m.Length()
		}
	}
	for i := range c.Alerts {
		in.alert(&c.Alerts[i], id)
	}
	return in.out
}

type importer struct {
	c       *smokeping.Config
	out     Imported
	byText  map[string]string // a receiver's channel, by kind and text
	lengths map[string]int    // what each alert looks back at
}

func parseImported(a *smokeping.Alert) (pattern.Matcher, error) {
	if a.Type == "matcher" {
		return pattern.ParseMatcher(a.Pattern, pattern.AsSmokePing)
	}
	p, err := pattern.Parse(a.Pattern, pattern.Metric(a.Type), pattern.AsSmokePing)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// Why what comes from SmokePing arrives disabled. The text is kept with it, as a Problem.
var (
	ErrShell  = said.New("SmokePing hands its command to a shell, with the alert's name, target, loss, round trips and host behind it; here a program gets TACKLEBOX_* variables: enter it and its arguments, then enable it")
	ErrForm   = said.New("look at the address and choose whose form it takes, then enable it")
	ErrSender = said.New("nothing here sends it this way: choose a webhook or a command in its place")
	ErrUnused = said.New("no target of SmokePing's uses it")
)

// receiver makes the channel of a receiver, once for the same text.
func (in *importer) receiver(r *smokeping.Receiver) {
	key := r.Kind + "\x00" + r.Verbatim
	if in.byText[key] != "" {
		return
	}
	ch := channel.Channel{ID: fmt.Sprintf("smokeping-%d", len(in.out.Channels)+1), Name: r.Kind + " of SmokePing", Kind: channel.KindText, Imported: r.Verbatim}
	switch r.Kind {
	case "command":
		ch.Kind = channel.KindCommand
		ch.Problem = ErrShell.Error()
	case "webhook":
		ch.Kind, ch.URL = channel.KindWebhook, channel.Secret(r.Verbatim)
		// The address may have a token in it, and this text is stored.
		ch.Imported, ch.Mark = ch.URL.String(), mark(r.Verbatim)
		ch.Problem = ErrForm.Error()
	default:
		ch.Problem = ErrSender.Error()
	}
	in.byText[key] = ch.ID
	in.out.Channels = append(in.out.Channels, ch)
}

// mark tells texts apart without telling what is in them.
func mark(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// tells are the channels that SmokePing would tell of the alert on the target.
func (in *importer) tells(alert string, t *smokeping.Target) []string {
	var out []string
	deepest := -1
	for i := range in.c.Receivers {
		if r := &in.c.Receivers[i]; r.OfTarget && t != nil && within(t.Path, r.Of) {
			deepest = max(deepest, len(r.Of))
		}
	}
	for i := range in.c.Receivers {
		r := &in.c.Receivers[i]
		if r.OfTarget && (t == nil || !within(t.Path, r.Of) || len(r.Of) != deepest) || !r.OfTarget && r.Of != "" && r.Of != alert {
			continue
		}
		if ch := in.byText[r.Kind+"\x00"+r.Verbatim]; !slices.Contains(out, ch) {
			out = append(out, ch)
		}
	}
	return out
}

// within is true for a path and what lies below it.
func within(path, top string) bool {
	return top == "" || path == top || strings.HasPrefix(path, top+"/")
}

// variant is what makes an alert behave differently on different targets.
type variant struct {
	step     time.Duration
	pings    int
	history  int
	channels string
}

func (in *importer) alert(a *smokeping.Alert, id func(*smokeping.Target) (latency.TargetID, bool)) {
	var order []variant
	targets := map[variant][]latency.TargetID{}
	for i := range in.c.Targets {
		t := &in.c.Targets[i]
		to, ok := id(t)
		if !ok || !slices.Contains(t.Alerts, a.Name) {
			continue
		}
		v := variant{step: cmp.Or(t.Step, in.c.Step), pings: cmp.Or(t.Pings, in.c.Pings), channels: strings.Join(in.tells(a.Name, t), "\x00")}
		for _, name := range t.Alerts {
			v.history = max(v.history, in.lengths[name])
		}
		if targets[v] == nil {
			order = append(order, v)
		}
		targets[v] = append(targets[v], to)
	}
	if len(order) == 0 {
		v := variant{step: in.c.Step, pings: in.c.Pings, history: in.lengths[a.Name], channels: strings.Join(in.tells(a.Name, nil), "\x00")}
		order = append(order, v)
	}
	for n, v := range order {
		r := Rule{ID: "smokeping-" + a.Name, Name: a.Name, Kind: KindPattern, Enabled: true, Scope: Scope{Targets: targets[v]}, Comment: a.Comment,
			Pattern: a.Pattern, Metric: pattern.Metric(a.Type), Mode: pattern.AsSmokePing, Step: v.step, History: v.history,
			EveryRound: !a.Edge, Priority: a.Priority, Imported: fmt.Sprintf("type = %s, pattern = %s", a.Type, a.Pattern)}
		if v.channels != "" {
			r.Channels = strings.Split(v.channels, "\x00")
		}
		if n > 0 {
			r.ID += fmt.Sprintf("-%d", n+1)
			r.Name += fmt.Sprintf(" (%d)", n+1)
		}
		if a.Type == "matcher" {
			r.Kind, r.Metric = KindMatcher, ""
		}
		if v.step <= 0 {
			r.Pings = cmp.Or(v.pings, DefaultPings)
		}
		if err := r.Validate(); err != nil {
			r.Enabled, r.Problem = false, err.Error()
		} else if len(targets[v]) == 0 {
			r.Enabled, r.Problem = false, ErrUnused.Error()
		}
		in.out.Rules = append(in.out.Rules, r)
	}
}
