package alert

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/said"
)

// Config is what an Engine starts with.
type Config struct {
	Rules   []Rule
	Targets []Target
	// Standing is what Engine.Standing said before a restart.
	Standing []Standing
}

// Engine applies rules to results. Its methods may be called concurrently; each
// result has to be given once.
type Engine struct {
	mu       sync.Mutex
	rules    []*compiled
	problems map[string]error
	targets  map[latency.TargetID]*Target
	through  map[latency.TargetID]bool // others are reached through these
	lanes    map[laneKey]*lane
	restored map[trackKey]Standing
}

type laneKey struct {
	node latency.NodeID
	id   latency.TargetID
}

type trackKey struct {
	laneKey
	rule string
}

// lane is one target as one node sees it.
type lane struct {
	laneKey
	target  *Target
	order   order
	gateway *gateway
	rounds  map[cadence]*collector
	// tracks are in SmokePing's order: by priority, those without first.
	tracks  []*track
	last    time.Time // of the newest result in order
	spacing time.Duration
}

// New makes an engine. Rules that cannot be understood are left out; Problems
// names them.
func New(c Config) *Engine {
	e := &Engine{lanes: map[laneKey]*lane{}, restored: map[trackKey]Standing{}}
	for _, s := range c.Standing {
		e.restored[trackKey{laneKey{s.Node, s.On}, s.Rule}] = s
	}
	e.Update(c.Rules, c.Targets)
	return e
}

// Problems are the enabled rules that do not work, by ID, with the reason.
func (e *Engine) Problems() map[string]error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return maps.Clone(e.problems)
}

// Update changes rules and targets. What a rule saw is kept while it stays the
// same; an alert whose rule or target went is cleared.
func (e *Engine) Update(rules []Rule, targets []Target) []Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	old := map[string]*compiled{}
	for _, c := range e.rules {
		old[c.ID] = c
	}
	e.rules, e.problems = nil, map[string]error{}
	for i := range rules {
		r := &rules[i]
		if !r.Enabled {
			continue
		}
		c, err := compile(r)
		if err != nil {
			e.problems[r.ID] = err
			continue
		}
		if was := old[r.ID]; was != nil && reflect.DeepEqual(was.Rule, c.Rule) {
			c = was
		}
		e.rules = append(e.rules, c)
	}
	slices.SortStableFunc(e.rules, func(a, b *compiled) int { return cmp.Compare(a.Priority, b.Priority) })
	e.targets = make(map[latency.TargetID]*Target, len(targets))
	e.through = map[latency.TargetID]bool{}
	for i := range targets {
		t := targets[i]
		e.targets[t.ID] = &t
		if t.Gateway {
			e.through[t.ID] = true
		}
		for _, id := range t.Parents {
			e.through[id] = true
		}
	}
	var out []Event
	for key, l := range e.lanes {
		t := e.targets[key.id]
		if t == nil {
			t = &Target{ID: key.id} // gone: fit clears what was raised
		}
		out = append(out, e.fit(l, t)...)
		if e.targets[key.id] == nil {
			delete(e.lanes, key)
		}
	}
	for k := range e.restored {
		if e.targets[k.id] == nil || !slices.ContainsFunc(e.rules, func(c *compiled) bool { return c.ID == k.rule }) {
			delete(e.restored, k)
		}
	}
	slices.SortStableFunc(out, func(a, b Event) int { return cmp.Or(cmp.Compare(a.On, b.On), a.At.Compare(b.At)) })
	return out
}

// fit gives the lane the tracks of the rules that are for it now.
func (e *Engine) fit(l *lane, t *Target) []Event {
	l.target = t
	l.order.patience = 2*cmp.Or(t.Timeout, 5*time.Second) + time.Second
	if t.Interval > l.order.patience {
		l.order.patience = -1 // the older ones are decided before the next is sent
	}
	kept := map[string]*track{}
	for _, tr := range l.tracks {
		kept[tr.rule.ID] = tr
	}
	l.tracks = nil
	rounds := map[cadence]*collector{}
	for _, c := range e.rules {
		if e.targets[t.ID] == nil || !c.Scope.Has(t) {
			continue
		}
		tr := kept[c.ID]
		if tr == nil || tr.rule != c {
			fresh := newTrack(c)
			if tr != nil {
				fresh.level, fresh.since, fresh.why = tr.level, tr.since, tr.why
			} else if s, ok := e.restored[trackKey{l.laneKey, c.ID}]; ok && s.Level < Unknown && !s.Held {
				fresh.level, fresh.since, fresh.why, fresh.raw = s.Level, s.Since, reason{s.Why, s.Said}, s.Level > OK
				delete(e.restored, trackKey{l.laneKey, c.ID})
			}
			tr = fresh
		}
		delete(kept, c.ID)
		l.tracks = append(l.tracks, tr)
		if rounds[c.every] == nil {
			if rounds[c.every] = l.rounds[c.every]; rounds[c.every] == nil || rounds[c.every].interval != newCollector(c.every, t.Interval).interval {
				rounds[c.every] = newCollector(c.every, t.Interval)
			}
		}
	}
	l.rounds = rounds
	if e.through[t.ID] {
		l.gateway = cmp.Or(l.gateway, &gateway{})
	} else {
		l.gateway = nil
	}
	var out []Event
	for _, tr := range kept {
		if tr.level > OK || tr.pending > OK {
			ev := l.event(tr, Cleared, l.last, tr.level, OK, because(said.New("the rule, or the target in it, is no more")))
			ev.Held = tr.level == OK
			out = append(out, ev)
		}
	}
	return out
}

// Observe takes results in the order in which they were decided and gives what is
// to be told. Late answers and duplicates are passed over: they decide nothing.
func (e *Engine) Observe(results []latency.Result) []Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []Event
	for _, r := range results {
		if !r.Outcome.Decides() {
			continue
		}
		key := laneKey{r.Node, r.Target}
		l := e.lanes[key]
		if l == nil {
			t := e.targets[r.Target]
			if t == nil {
				continue
			}
			l = &lane{laneKey: key}
			out = append(out, e.fit(l, t)...)
			e.lanes[key] = l
		}
		if len(l.tracks) == 0 && l.gateway == nil {
			continue
		}
		l.order.push(r, func(r *latency.Result) { out = append(out, e.step(l, r)...) })
	}
	return out
}

// Flush decides what still waits for older results: at the end of a replay.
func (e *Engine) Flush() []Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []Event
	keys := slices.SortedFunc(maps.Keys(e.lanes), func(a, b laneKey) int {
		return cmp.Or(cmp.Compare(a.node, b.node), cmp.Compare(a.id, b.id))
	})
	for _, k := range keys {
		l := e.lanes[k]
		l.order.flush(func(r *latency.Result) { out = append(out, e.step(l, r)...) })
	}
	return out
}

// Standing is how things stand, for every rule and target that has a verdict or
// an alert.
func (e *Engine) Standing() []Standing {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []Standing
	for _, l := range e.lanes {
		for _, t := range l.tracks {
			s := Standing{Rule: t.rule.ID, Node: l.node, On: l.id, Level: t.level, Since: t.since, Held: t.pending > OK, Why: t.why.text, Said: t.why.said}
			if t.level == OK && t.verdicts == 0 {
				s.Level = Unknown
			}
			out = append(out, s)
		}
	}
	// What was not measured yet since the start stands as it stood.
	for k, s := range e.restored {
		if e.lanes[k.laneKey] == nil && s.Level > OK && s.Level < Unknown {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Standing) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.On, b.On), cmp.Compare(a.Rule, b.Rule))
	})
	return out
}
