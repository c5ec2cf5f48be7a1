package alert

import (
	"fmt"
	"strings"
	"time"

	"tacklebox/platform/latency/alert/pattern"
)

// seenRounds is how many rounds an event shows.
const seenRounds = 10

// track is one rule on one target.
type track struct {
	rule *compiled
	// rounds are what the rule looks back at, oldest first.
	rounds []pattern.Round
	raw    bool // the matcher's last answer
	// streaks[l] counts the newest verdicts in a row of at least level l,
	// below[l] those of less than l.
	streaks, below [Unknown]int
	verdicts       int // since measuring began; none is Unknown

	level Level
	since time.Time
	why   string
	// pending is the level that is held back while the gateway does not answer.
	pending Level
}

func newTrack(c *compiled) *track {
	t := &track{rule: c}
	t.forget()
	return t
}

// forget drops all evidence, but not what was told.
func (t *track) forget() {
	t.rounds = append(t.rounds[:0], pattern.Round{Start: true})
	t.stutter()
	t.verdicts = 0
}

// stutter drops only what counts in a row.
func (t *track) stutter() {
	t.streaks, t.below = [Unknown]int{}, [Unknown]int{}
}

// verdict is the level of the newest round alone.
func (t *track) verdict(s *sample) Level {
	c := t.rule
	if c.Kind == KindThreshold {
		t.keep(s.Round, seenRounds)
		return c.thresholds.level(s)
	}
	t.keep(s.Round, c.history)
	t.raw = c.matcher.Match(t.rounds, t.raw)
	if t.raw {
		return c.Level
	}
	return OK
}

func (t *track) keep(r pattern.Round, limit int) {
	if len(t.rounds) >= limit {
		n := copy(t.rounds, t.rounds[len(t.rounds)-limit+1:])
		t.rounds = t.rounds[:n]
	}
	t.rounds = append(t.rounds, r)
}

// take takes a round and says what level follows from it.
func (t *track) take(s *sample) Level {
	now := t.verdict(s)
	t.verdicts++
	for l := Warning; l < Unknown; l++ {
		if now >= l {
			t.streaks[l]++
			t.below[l] = 0
		} else {
			t.below[l]++
			t.streaks[l] = 0
		}
	}
	// Up to the highest level that lasted long enough; down to the lowest that
	// everything since long enough stayed under.
	for l := Critical; l > t.level; l-- {
		if t.streaks[l] >= t.rule.RaiseAfter {
			return l
		}
	}
	level := t.level
	for level > OK && t.below[level] >= t.rule.ClearAfter {
		level--
	}
	return level
}

// seen are copies of the newest rounds.
func (t *track) seen() []pattern.Round {
	from := max(0, len(t.rounds)-seenRounds)
	return append([]pattern.Round(nil), t.rounds[from:]...)
}

// reason says what was seen.
func (t *track) reason(s *sample, level Level) string {
	c := t.rule
	if c.Kind == KindThreshold {
		rtt := "no answer"
		if s.Answered {
			rtt = fmt.Sprintf("rta %.4g ms", float64(s.mean)/float64(time.Millisecond))
		}
		return fmt.Sprintf("%s, loss %s of %d probes: %s (%s)", rtt, s.Describe(pattern.Loss), s.counted, level, c.thresholds)
	}
	var b strings.Builder
	metrics := []pattern.Metric{c.Metric}
	if c.Kind == KindMatcher {
		metrics = []pattern.Metric{pattern.RTT, pattern.Loss}
	}
	for i, m := range metrics {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(string(m))
		for j, r := range t.seen() {
			b.WriteString([]string{" ", ", "}[min(j, 1)])
			b.WriteString(r.Describe(m))
		}
	}
	return b.String()
}
