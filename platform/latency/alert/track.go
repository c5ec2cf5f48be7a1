package alert

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tacklebox/platform/latency/alert/pattern"
	"tacklebox/platform/latency/said"
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
	why   reason
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

// reason is what was seen, as it is told and, for other languages, as a sentence.
type reason struct {
	text string
	said *said.Said
}

func because(s *said.Said) reason { return reason{s.Error(), s} }

// held is the reason while the gateway does not answer.
func (r reason) held() reason {
	if r.said == nil { // of an earlier version
		return reason{text: r.text + "; its gateway does not answer"}
	}
	return because(said.New("%v; its gateway does not answer", r.said))
}

// reason says what was seen.
func (t *track) reason(s *sample, level Level) reason {
	c := t.rule
	switch loss := s.Describe(pattern.Loss); {
	case c.Kind == KindThreshold && !s.Answered:
		return because(said.New("no answer, loss %s of %s probes: %v (%s)", loss, strconv.Itoa(s.counted), level.said(), c.thresholds.String()))
	case c.Kind == KindThreshold:
		rta := fmt.Sprintf("%.4g", float64(s.mean)/float64(time.Millisecond))
		return because(said.New("rta %s ms, loss %s of %s probes: %v (%s)", rta, loss, strconv.Itoa(s.counted), level.said(), c.thresholds.String()))
	case c.Kind == KindMatcher:
		return because(said.New("rtt %s; loss %s", t.rows(pattern.RTT), t.rows(pattern.Loss)))
	case c.Metric == pattern.Loss:
		return because(said.New("loss %s", t.rows(pattern.Loss)))
	}
	return because(said.New("rtt %s", t.rows(pattern.RTT)))
}

// said is the level's name in a sentence.
func (l Level) said() *said.Said {
	switch l {
	case OK:
		return said.New("ok")
	case Warning:
		return said.New("warning")
	case Critical:
		return said.New("critical")
	}
	return said.New("unknown")
}

// rows are the newest rounds, oldest first.
func (t *track) rows(m pattern.Metric) string {
	var out []string
	for _, r := range t.seen() {
		out = append(out, r.Describe(m))
	}
	return strings.Join(out, ", ")
}
