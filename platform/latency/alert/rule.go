package alert

import (
	"slices"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert/pattern"
	"tacklebox/platform/latency/said"
)

// RuleKind is how a rule decides.
type RuleKind string

const (
	KindThreshold RuleKind = "threshold" // check_ping's limits over a window of probes
	KindPattern   RuleKind = "pattern"   // SmokePing's patterns over rounds
	KindMatcher   RuleKind = "matcher"   // SmokePing's matchers over rounds
)

// Defaults and bounds of a Rule.
const (
	// DefaultWindow is how many probes check_ping sends before its verdict.
	DefaultWindow = 5
	// DefaultStep is the length of a round of our own alerts: one value in ten
	// seconds, or one for each probe that is sent more rarely.
	DefaultStep = 10 * time.Second
	// DefaultPings is how many probes SmokePing sends in a round.
	DefaultPings = 20
	MaxStep      = 24 * time.Hour
	maxProbes    = 10_000
	maxStreak    = 1000
	maxNames     = 1000 // groups, targets and channels of one rule
)

// Rule says when an alert is raised, for whom it counts and who is told. It is
// stored as it is.
type Rule struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Kind    RuleKind `json:"kind"`
	Enabled bool     `json:"enabled"`
	Scope   Scope    `json:"scope"`
	// Channels are the IDs of those that are told.
	Channels []string `json:"channels,omitempty"`
	Comment  string   `json:"comment,omitempty"`

	// Pattern is a pattern or a matcher, Metric what a pattern looks at.
	Pattern string         `json:"pattern,omitempty"`
	Metric  pattern.Metric `json:"metric,omitempty"`
	Mode    pattern.Mode   `json:"mode,omitempty"`
	// Step is the length of a round; Pings, without a Step, its number of probes.
	// Neither means DefaultStep.
	Step  time.Duration `json:"step,omitempty"`
	Pings int           `json:"pings,omitempty"`
	// History is how many rounds are kept when that is more than the pattern looks
	// back at: SmokePing's own patterns depend on it.
	History int `json:"history,omitempty"`
	// Level is that of a pattern or matcher; Critical when it is OK.
	Level Level `json:"level,omitempty"`
	// EveryRound tells each round while the alert is up, as SmokePing does without
	// edgetrigger.
	EveryRound bool `json:"every_round,omitempty"`
	// Priority is SmokePing's: of the rules that have one, only that with the
	// lowest number is told at a time.
	Priority int `json:"priority,omitempty"`

	// Thresholds are check_ping's, "-w 100,20% -c 500,60%"; Window is the number
	// of probes, DefaultWindow when 0 and when there is no -p.
	Thresholds string `json:"thresholds,omitempty"`
	Window     int    `json:"window,omitempty"`

	// RaiseAfter and ClearAfter are how many windows or rounds in a row it takes;
	// 0 is 1.
	RaiseAfter int `json:"raise_after,omitempty"`
	ClearAfter int `json:"clear_after,omitempty"`
	// IgnoreGateway raises even while the gateway does not answer.
	IgnoreGateway bool `json:"ignore_gateway,omitempty"`

	// Imported is the text that the rule came from, Problem why it was disabled.
	Imported string `json:"imported,omitempty"`
	Problem  string `json:"problem,omitempty"`
}

// Scope is which targets a rule is for.
type Scope struct {
	All bool `json:"all,omitempty"`
	// Groups are paths; what lies below them is meant, too.
	Groups  [][]string         `json:"groups,omitempty"`
	Targets []latency.TargetID `json:"targets,omitempty"`
}

// Has is true when the scope holds the target.
func (s *Scope) Has(t *Target) bool {
	if s.All || slices.Contains(s.Targets, t.ID) {
		return true
	}
	for _, g := range s.Groups {
		if len(g) <= len(t.Group) && slices.Equal(g, t.Group[:len(g)]) {
			return true
		}
	}
	return false
}

// Validate says what is wrong with the rule.
func (r *Rule) Validate() error {
	_, err := compile(r)
	return err
}

// compiled is a rule that is ready to decide.
type compiled struct {
	Rule
	matcher    pattern.Matcher
	thresholds Thresholds
	every      cadence
	history    int
}

func compile(r *Rule) (*compiled, error) {
	c := &compiled{Rule: *r}
	bad := func(why error) (*compiled, error) { return nil, said.New("alert %q: %v", r.Name, why) }
	switch {
	case r.ID == "":
		return bad(said.New("it has no id"))
	case r.RaiseAfter < 0 || r.RaiseAfter > maxStreak || r.ClearAfter < 0 || r.ClearAfter > maxStreak:
		return bad(said.New("raising and clearing take 1 to %d windows", maxStreak))
	case r.Window < 0 || r.Window > maxProbes || r.Pings < 0 || r.Pings > maxProbes:
		return bad(said.New("a window or round has 1 to %d probes", maxProbes))
	case r.Step != 0 && (r.Step < time.Second || r.Step > MaxStep):
		return bad(said.New("a round lasts from 1 s to %v", MaxStep))
	case r.History < 0 || r.History > pattern.MaxLength:
		return bad(said.New("at most %d rounds are kept", pattern.MaxLength))
	case r.Level == Unknown || r.Level > Unknown:
		return bad(said.New("its level is warning or critical"))
	case len(r.Scope.Groups) > maxNames || len(r.Scope.Targets) > 20*maxNames || len(r.Channels) > maxNames:
		return bad(said.New("it names too many groups, targets or channels: choose a group above them"))
	}
	c.RaiseAfter, c.ClearAfter = max(r.RaiseAfter, 1), max(r.ClearAfter, 1)
	if r.Level == OK {
		c.Level = Critical
	}
	c.every = cadence{step: r.Step, probes: r.Pings}
	if r.Step > 0 {
		c.every.probes = 0
	} else if r.Pings == 0 {
		c.every.step = DefaultStep
	}
	var err error
	switch r.Kind {
	case KindThreshold:
		if c.thresholds, err = ParseThresholds(r.Thresholds); err == nil {
			c.every = cadence{probes: r.Window}
			if r.Window == 0 {
				c.every.probes = max(c.thresholds.Probes, 0)
			}
			if c.every.probes == 0 {
				c.every.probes = DefaultWindow
			}
		}
	case KindPattern:
		var p *pattern.Pattern
		p, err = pattern.Parse(r.Pattern, r.Metric, mode(r.Mode))
		c.matcher = p
	case KindMatcher:
		c.matcher, err = pattern.ParseMatcher(r.Pattern, mode(r.Mode))
	default:
		err = said.New("it is neither a threshold, nor a pattern, nor a matcher")
	}
	if err != nil {
		return bad(err)
	}
	if c.matcher != nil {
		c.history = max(c.matcher.Length(), r.History, 1)
	}
	return c, nil
}

// mode is AsDocumented for rules that say nothing.
func mode(m pattern.Mode) pattern.Mode {
	if m == "" {
		return pattern.AsDocumented
	}
	return m
}
