package cli

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/mattn/go-runewidth"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/monitor"
)

// maxLabel is how wide the column of names becomes at most.
const maxLabel = 40

// The colours of a terminal, by what a value says.
const (
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	faint  = "\x1b[2m"
	plain  = "\x1b[0m"
)

// reasons are the reasons of outcomes in words.
var reasons = map[latency.Reason]string{
	latency.ReasonAsleep:      "the machine slept",
	latency.ReasonFrozen:      "this process, or the machine it runs on, stood still",
	latency.ReasonClock:       "the clock was set",
	latency.ReasonPaused:      "paused",
	latency.ReasonClosed:      "ended before an answer came",
	latency.ReasonOverflow:    "our own socket overflowed",
	latency.ReasonUnresolved:  "the name has no address",
	latency.ReasonNoRoute:     "no route to it from here",
	latency.ReasonProhibited:  "forbidden by this machine's firewall or routes",
	latency.ReasonLinkDown:    "the interface is down, or is not there",
	latency.ReasonNoBuffer:    "the send queue is full",
	latency.ReasonPermission:  "this user may not send it",
	latency.ReasonUnreachable: "unreachable",
	latency.ReasonTTL:         "TTL exceeded",
	latency.ReasonRefused:     "refused",
	latency.ReasonProtocol:    "the answer breaks its protocol",
	latency.ReasonTruncated:   "the answer is cut short",
}

// textLines writes rows for a person.
func (p *program) textLines(w *watch, list []latency.Target) func(*figures, line) error {
	width := 0
	for _, g := range w.order {
		width = max(width, min(runewidth.StringWidth(g.label), maxLabel))
	}
	colour := p.colours()
	addresses := map[latency.TargetID]string{}
	told := p.unresolved(w)
	return func(g *figures, l line) error {
		if l.notice != nil {
			p.sayNotice(g, l.notice)
			return nil
		}
		if g == nil {
			return nil
		}
		r := &l.row
		told(g, r)
		value, tone := valueOf(r)
		value = fmt.Sprintf("%13s", value)
		if colour && tone != "" {
			value = tone + value + plain
		}
		notes := notesOf(g, r)
		if a := r.Address; a.IsValid() && a.String() != g.target.Host && a.String() != addresses[r.Target] {
			addresses[r.Target] = a.String()
			notes = append([]string{"at " + a.String()}, notes...)
		}
		text := fmt.Sprintf("%s %6d %s  %s", fit(g.label, width), r.Seq, value, strings.Join(notes, ", "))
		_, err := p.out.Write([]byte(strings.TrimRight(text, " ") + "\n"))
		return err
	}
}

// colours is true where stdout is a terminal that wants them.
func (p *program) colours() bool {
	if _, no := p.services.lookup("NO_COLOR"); no || !isTerminal(p.out) {
		return false
	}
	term, _ := p.services.lookup("TERM")
	return term != "dumb" && p.services.terminal(p.streams) != nil && escapes(p.out)
}

// fit is text in a column of that width.
func fit(text string, width int) string {
	return runewidth.FillRight(runewidth.Truncate(text, width, "…"), width)
}

// valueOf is the one word or figure of a row, and its colour.
func valueOf(r *latency.Result) (text, tone string) {
	switch r.Outcome {
	case latency.Reply:
		return milliseconds(r.RTT), ""
	case latency.Late, latency.Duplicate:
		return milliseconds(r.RTT), yellow
	case latency.SendError:
		return r.Outcome.String(), yellow
	case latency.NotMeasured:
		return r.Outcome.String(), faint
	}
	return r.Outcome.String(), red
}

func milliseconds(d time.Duration) string { return strconv.FormatFloat(ms(d), 'f', 3, 64) + " ms" }

// notesOf are the words beside the value.
func notesOf(g *figures, r *latency.Result) (out []string) {
	switch r.Outcome {
	case latency.Late:
		out = append(out, "late: it stays lost")
	case latency.Duplicate:
		out = append(out, "duplicate")
	case latency.Timeout:
		timeout := g.target.Timeout
		if timeout <= 0 {
			timeout = latency.DefaultTimeout(g.target.Kind)
		}
		out = append(out, "no answer within "+timeout.String())
	}
	if text, known := reasons[r.Reason]; known {
		out = append(out, text)
	} else if r.Reason != latency.ReasonNone && r.Reason != latency.ReasonOther {
		out = append(out, string(r.Reason))
	}
	if r.From.IsValid() && r.From != r.Address {
		out = append(out, "says "+r.From.String())
	}
	for _, ph := range r.Phases {
		out = append(out, ph.Name+" "+strconv.FormatFloat(ms(ph.Took), 'f', 1, 64))
	}
	return out
}

// sayNotice says what happened beside the probes.
func (p *program) sayNotice(g *figures, n *monitor.Notice) {
	switch n.Kind {
	case monitor.NoticeAddress:
		if g != nil {
			p.say("%s has another address now: %s, before it was %s", g.label, plainText(n.Text), plainText(n.Before))
		}
	case monitor.NoticeAsleep:
		p.say("the machine slept for %s: that is not measured, and no loss", n.Took.Round(time.Millisecond))
	case monitor.NoticeFrozen:
		p.say("this process, or the machine it runs on, stood still for %s: that is not measured, and no loss", n.Took.Round(time.Millisecond))
	case monitor.NoticeClock:
		p.say("the clock was set by %s", n.Took.Round(time.Millisecond))
	case monitor.NoticeDropped:
		p.say("our own socket had no room for answers: what was in flight is not measured, and no loss")
	}
}

// unresolved says once for each target why its name has no address.
func (p *program) unresolved(w *watch) func(*figures, *latency.Result) {
	told := map[latency.TargetID]bool{}
	return func(g *figures, r *latency.Result) {
		if r.Reason != latency.ReasonUnresolved || told[r.Target] {
			return
		}
		told[r.Target] = true
		for _, t := range w.status().Targets {
			if t.ID == r.Target && t.Err != nil {
				p.say("%s: %s", g.label, plainText(t.Err.Error()))
			}
		}
	}
}

// textSummary is a table for a person.
func (p *program) textSummary(w *watch) error {
	var b strings.Builder
	b.WriteByte('\n')
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "SENT\tREPLIES\tLOST\tLOSS\tMIN\tMEDIAN\tP95\tMAX\tJITTER ms\t")
	for _, g := range w.order {
		h := &g.all
		loss, low, median, p95, high, jitter := "-", "-", "-", "-", "-", "-"
		if h.Decided() > 0 {
			loss = strconv.FormatFloat(100*h.Loss(), 'f', 1, 64) + "%"
		}
		if h.Replies > 0 {
			low, median, p95, high = figure(h.Min), figure(g.quantile(0.5)), figure(g.quantile(0.95)), figure(h.Max)
		}
		if j, ok := g.jitter(); ok {
			jitter = figure(j)
		}
		fmt.Fprintf(t, "%d\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t\n", h.Decided(), h.Replies, h.Lost, loss, low, median, p95, high, jitter)
	}
	_ = t.Flush() // a strings.Builder takes everything
	rows := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	width := runewidth.StringWidth("TARGET")
	for _, g := range w.order {
		width = max(width, min(runewidth.StringWidth(g.label), maxLabel))
	}
	var out strings.Builder
	for i, row := range rows {
		switch {
		case i == 0:
			out.WriteByte('\n')
			continue
		case i == 1:
			out.WriteString(fit("TARGET", width))
		default:
			out.WriteString(fit(w.order[i-2].label, width))
		}
		out.WriteString(row)
		if i > 1 {
			out.WriteString(aside(w.order[i-2]))
		}
		out.WriteByte('\n')
	}
	_, err := p.out.Write([]byte(out.String()))
	return err
}

func figure(d time.Duration) string { return strconv.FormatFloat(ms(d), 'f', 3, 64) }

// aside are the counts that are mostly zero.
func aside(g *figures) string {
	var parts []string
	for _, c := range []struct {
		n    uint64
		what string
	}{{g.all.Late, "late"}, {g.all.Duplicates, "duplicate"}, {g.all.SendErrors, "not sent"}, {g.all.Unmeasured, "not measured"}} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "  " + strings.Join(parts, ", ")
}
