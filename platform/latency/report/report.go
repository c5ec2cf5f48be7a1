package report

import (
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
)

// Report is what is handed to somebody else, such as a provider: what was measured
// and how, in one file that needs nothing else.
type Report struct {
	Title string // "" is Texts.Report
	// Note is what the person says about it.
	Note string
	Made time.Time
	By   string // the program with its version
	// From and To are the period, Zone the one that times are told in; nil is the
	// system's.
	From, To time.Time
	Zone     *time.Location
	Sections []Section
	Texts    *Texts // nil is English

	most int // samples of a section, for tests; 0 is MaxAttached
}

// Section is one target of a report.
type Section struct {
	Target latency.Target
	// Address is where the probes went to, when the target is a name.
	Address string
	Method  Method
	// Graph needs columns only; the period, zone and words are the report's.
	Graph Graph
	// Total are all probes of the period; nil are those of the graph's columns.
	Total   *histogram.Histogram
	Outages []Outage
	// Samples are the raw rows of the period; nil for none. Up to MaxAttached of them
	// are attached.
	Samples iter.Seq2[latency.Result, error]
}

// Stamps is who takes the time of sending and receiving.
type Stamps int

// Who takes the time: the kernel both, the kernel on receiving, or the program both.
const (
	StampsProgram Stamps = iota
	StampsReceive
	StampsKernel
)

// Method is how a target was measured.
type Method struct {
	Engine            string
	Stamps            Stamps
	Interval, Timeout time.Duration
	// ErrorP99 is what 99 of 100 round trips were read within; 0 is not known.
	ErrorP99 time.Duration
	// ClockSteps is how often the wall clock was set.
	ClockSteps int
}

// Outage is a stretch in which every probe that counts was lost.
type Outage struct {
	Start, End time.Time // of the first and the last lost probe
	Lost       uint64
	Coarse     bool // only the minutes are known
	// Cause is what is known of it; "" is found out from the samples.
	Cause string
}

// Bounds of a report.
const (
	MaxAttached = 200_000 // samples of a section
	maxListed   = 1000    // rows of a table
)

// gather reads a section's samples, up to the bound, and says whether there were
// more.
func (s *Section) gather(most int) (rows []Sample, more bool, err error) {
	if s.Samples == nil {
		return nil, false, nil
	}
	name := targetName(&s.Target)
	for r, err := range s.Samples {
		if err != nil {
			return rows, false, err
		}
		if len(rows) == most {
			return rows, true, nil
		}
		rows = append(rows, Sample{Name: name, Result: r})
	}
	slices.SortStableFunc(rows, func(a, b Sample) int { return a.Sent.Compare(b.Sent) })
	return rows, false, nil
}

func targetName(t *latency.Target) string {
	return strings.Join(append(slices.Clone(t.Group), t.Name), " / ")
}

// cause says what the probes of an outage came to, the most frequent first.
func cause(rows []Sample, o *Outage) string {
	if o.Cause != "" {
		return o.Cause
	}
	count := map[string]int{}
	var order []string
	at, _ := slices.BinarySearchFunc(rows, o.Start, func(s Sample, t time.Time) int { return s.Sent.Compare(t) })
	for _, s := range rows[at:] {
		if s.Sent.After(o.End) {
			break
		}
		if !s.Outcome.Lost() {
			continue
		}
		text := s.Outcome.String()
		if s.Reason != latency.ReasonNone {
			text += ": " + string(s.Reason)
		}
		if s.From.IsValid() {
			text += ", " + s.From.String()
		}
		if count[text] == 0 {
			order = append(order, text)
		}
		count[text]++
	}
	slices.SortStableFunc(order, func(a, b string) int { return count[b] - count[a] })
	var out []string
	for i, text := range order {
		if i == 5 {
			out = append(out, "…")
			break
		}
		out = append(out, fmt.Sprintf("%s (%d)", text, count[text]))
	}
	return strings.Join(out, "; ")
}

// probe describes what was sent, without the secrets that a URL may have.
func probe(t *latency.Target) string {
	out := []string{string(t.Kind)}
	switch t.Kind {
	case latency.KindHTTP:
		out = append(out, publicURL(t.URL))
	case latency.KindDNS:
		out = append(out, t.Host, t.Query)
	default:
		out = append(out, t.Host)
	}
	add := func(name string, v int) {
		if v != 0 {
			out = append(out, name+" "+strconv.Itoa(v))
		}
	}
	add("port", int(t.Port))
	add("DSCP", t.DSCP)
	add("TTL", t.TTL)
	if t.Family != latency.FamilyAny {
		out = append(out, string(t.Family))
	}
	if t.Source != "" {
		out = append(out, "← "+t.Source)
	}
	return strings.Join(out, ", ")
}

// publicURL is a URL without a password and without the values of its query.
func publicURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	if u.RawQuery != "" {
		u.RawQuery = "…"
	}
	return u.String()
}

func (r *Report) check() error {
	if !r.From.Before(r.To) {
		return errors.New("write a report: its period ends before it begins: choose another one")
	}
	if len(r.Sections) == 0 {
		return errors.New("write a report: it has no target: choose at least one")
	}
	return nil
}
