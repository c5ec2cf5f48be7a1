package report

import (
	"bufio"
	"cmp"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/smoke"
)

// style is all that the page looks like; it loads nothing.
const style = `body{font:14px/1.45 "Noto Sans","Noto Sans SC","Segoe UI","Microsoft YaHei","PingFang SC",sans-serif;color:#1b1f24;background:#fff;max-width:960px;margin:24px auto;padding:0 16px}
h1{font-size:22px;margin:0 0 4px}h2{font-size:17px;margin:28px 0 6px;border-bottom:1px solid #b4bbc5}h3{font-size:14px;margin:16px 0 4px}
table{border-collapse:collapse;margin:4px 0}th,td{text-align:left;padding:2px 14px 2px 0;vertical-align:top}th{font-weight:600;color:#596370}
th::first-letter{text-transform:uppercase}td.n{text-align:right;font-variant-numeric:tabular-nums}.faint{color:#596370}.sum{font-weight:600;position:relative}
svg{max-width:100%;height:auto;margin-top:-14px}p{margin:4px 0}.sides{display:flex;gap:0 40px}.end{margin-top:24px;font-size:12px}
@media (max-width:640px){.sides{display:block}}
@media print{@page{margin:14mm}body{margin:0;padding:0;max-width:none;font-size:12px}h2,h3,summary{break-after:avoid}tr,svg{break-inside:avoid}}`

// HTML writes the report as one file that loads nothing from anywhere: the graphs
// are within it, and the samples are attached to it.
func (r *Report) HTML(w io.Writer) error {
	if err := r.check(); err != nil {
		return err
	}
	p := &page{Report: r, w: bufio.NewWriter(w), t: r.Texts, zone: r.Zone}
	if p.t == nil {
		t := English()
		p.t = &t
	}
	if p.zone == nil {
		p.zone = time.Local
	}
	if err := p.write(); err != nil {
		return fmt.Errorf("write a report: %w", err)
	}
	if err := p.w.Flush(); err != nil {
		return fmt.Errorf("write a report: %w", err)
	}
	return nil
}

// page writes a report. Nothing reaches it that is not escaped; write errors stay
// in the writer until it is flushed.
type page struct {
	*Report
	w    *bufio.Writer
	t    *Texts
	zone *time.Location
}

// raw writes markup of our own.
func (p *page) raw(markup string) { _, _ = p.w.WriteString(markup) }

// colon stands between a name and what it is.
func (p *page) colon() string {
	if strings.HasPrefix(p.t.Language, "zh") {
		return "："
	}
	return ": "
}

// el writes an element with a text.
func (p *page) el(tag, text string) {
	name, _, _ := strings.Cut(tag, " ")
	p.raw("<" + tag + ">" + html.EscapeString(plain(text)) + "</" + name + ">")
}

func (p *page) write() error {
	title := p.Title
	if title == "" {
		title = p.t.Report
	}
	p.raw(`<!DOCTYPE html>` + "\n" + `<html lang="` + html.EscapeString(plain(p.t.Language)) + `"><head><meta charset="utf-8"/>` +
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>` +
		`<meta name="viewport" content="width=device-width, initial-scale=1"/>`)
	p.el("title", title)
	p.raw("<style>" + style + "</style></head><body>\n")
	p.el("h1", title)
	p.el("p", p.t.Period+p.colon()+p.From.In(p.zone).Format(dateTime)+" – "+p.To.In(p.zone).Format(dateTime))
	p.el(`p class="faint"`, p.t.Zone+p.colon()+Zone(p.zone, p.From, p.To))
	if !p.Made.IsZero() {
		made := p.t.Made + p.colon() + p.Made.In(p.zone).Format(dateTime)
		if p.By != "" {
			made += ", " + p.By
		}
		p.el(`p class="faint"`, made)
	}
	for line := range strings.SplitSeq(strings.TrimSpace(p.Note), "\n") {
		if line != "" {
			p.el("p", line)
		}
	}
	for i := range p.Sections {
		if err := p.section(i, &p.Sections[i]); err != nil {
			return err
		}
	}
	p.raw(`<div class="end">`)
	for _, text := range p.t.Definitions {
		p.el(`p class="faint"`, text)
	}
	p.raw("</div>")
	p.raw("</body></html>\n")
	return nil
}

func (p *page) section(i int, s *Section) error {
	rows, more, err := s.gather(cmp.Or(p.most, MaxAttached))
	if err != nil {
		return err
	}
	p.raw("\n")
	p.el("h2", targetName(&s.Target))
	g := s.Graph
	g.From, g.To, g.Zone, g.Texts = p.From, p.To, p.zone, p.t
	g.Title, g.Interval, g.bare = targetName(&s.Target), s.Method.Interval, true
	total := s.Total
	if total == nil {
		total = smoke.Total(s.Graph.Columns)
	}
	sum := smoke.Sum(total)
	p.el(`p class="sum"`, p.sum(s, &sum))
	if err := g.svg(p.w, "g"+strconv.Itoa(i), ""); err != nil {
		return err
	}
	p.outages(s, rows)
	p.raw(`<div class="sides"><div>`)
	p.statistics(&sum)
	p.raw("</div><div>")
	p.method(s)
	p.raw("</div></div>\n")
	return p.samples(i, rows, more)
}

// row writes a line of a table of two columns, unless there is nothing to say.
func (p *page) row(name, value string) {
	if value == "" {
		return
	}
	p.raw("<tr>")
	p.el("th", name)
	p.el("td", value)
	p.raw("</tr>\n")
}

func (p *page) method(s *Section) {
	t, m := p.t, &s.Method
	p.el("h3", t.Method)
	p.raw("<table>\n")
	p.row(t.Kind, probe(&s.Target))
	p.row(t.Address, s.Address)
	p.row(t.Engine, m.Engine)
	p.row(t.Stamps, map[Stamps]string{StampsKernel: t.StampsKernel, StampsReceive: t.StampsReceive, StampsProgram: t.StampsProgram}[m.Stamps])
	p.row(t.Interval, length(m.Interval))
	p.row(t.Timeout, length(m.Timeout))
	if s.Target.Kind == latency.KindICMP {
		size := s.Target.Size
		if size == 0 {
			size = latency.DefaultSize
		}
		p.row(t.Size, strconv.Itoa(size)+" B")
	}
	clock := fmt.Sprintf(t.ClockSteps, m.ClockSteps)
	if m.ErrorP99 > 0 {
		u := unitFor(m.ErrorP99)
		clock = fmt.Sprintf(t.ErrorBound, u.figure(m.ErrorP99)+" "+u.name) + "; " + clock
	}
	p.row(t.Clock, clock)
	p.raw("</table>\n")
}

// length is a setting's duration, "" for none.
func length(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + " s"
}

// sum is what somebody in a hurry reads: how many outages, how long, how much was
// lost.
func (p *page) sum(s *Section, r *smoke.Readout) string {
	text := p.t.NoOutages
	if n := len(s.Outages); n > 0 {
		var all time.Duration
		for i := range s.Outages {
			all += s.Outages[i].End.Sub(s.Outages[i].Start)
		}
		text = fmt.Sprintf("%s%s%d (%s)", p.t.Outages, p.colon(), n, span(all))
	}
	if r.Known {
		text += "  ·  " + p.t.Loss + " " + percent(r.Loss) + " (" + fmt.Sprintf(p.t.LossOf, r.Lost, r.Samples) + ")"
	}
	return text
}

func (p *page) statistics(r *smoke.Readout) {
	t := p.t
	p.el("h3", t.Statistics)
	p.raw("<table>\n")
	number := func(name string, n uint64) {
		if n > 0 {
			p.row(name, strconv.FormatUint(n, 10))
		}
	}
	p.row(t.Samples, strconv.FormatUint(r.Samples, 10))
	if r.Known {
		p.row(t.Loss, percent(r.Loss)+" ("+fmt.Sprintf(t.LossOf, r.Lost, r.Samples)+")")
	}
	if r.Replies > 0 {
		u := unitFor(r.Median)
		for _, f := range []struct {
			name string
			d    time.Duration
		}{{t.Median, r.Median}, {t.P5, r.P5}, {t.P95, r.P95}, {"p99", r.P99}, {t.Min, r.Min}, {t.Max, r.Max}, {t.Mean, r.Mean}, {t.Jitter, r.Jitter}} {
			p.row(f.name, u.figure(f.d)+" "+u.name)
		}
	}
	number(t.Late, r.Late)
	number(t.Duplicates, r.Duplicates)
	number(t.NotMeasured, r.Unmeasured)
	number(t.SendErrors, r.SendErrors)
	p.raw("</table>\n")
}

func (p *page) head(names ...string) {
	p.raw("<table><tr>")
	for _, n := range names {
		p.el("th", n)
	}
	p.raw("</tr>\n")
}

func (p *page) outages(s *Section, rows []Sample) {
	t := p.t
	if len(s.Outages) == 0 {
		return // the sum says so
	}
	p.el("h3", t.Outages)
	edge := 2 * max(s.Method.Interval, time.Second)
	p.head(t.Start, t.End, t.Duration, t.Lost, t.Cause)
	for i := range s.Outages[:min(len(s.Outages), maxListed)] {
		o := &s.Outages[i]
		begin, last := p.moment(o.Start, o.Coarse), p.moment(o.End, o.Coarse)
		if o.Start.Sub(p.From) < edge {
			begin += " " + t.StartedEarlier
		}
		if p.To.Sub(o.End) < edge {
			last += " " + t.GoesOn
		}
		if o.Coarse {
			last += " (" + t.Coarse + ")"
		}
		p.raw("<tr>")
		p.el("td", begin)
		p.el("td", last)
		p.el(`td class="n"`, span(o.End.Sub(o.Start)))
		p.el(`td class="n"`, strconv.FormatUint(o.Lost, 10))
		p.el("td", cause(rows, o))
		p.raw("</tr>\n")
	}
	p.raw("</table>\n")
}

func (p *page) moment(t time.Time, coarse bool) string {
	if coarse {
		return t.In(p.zone).Format("2006-01-02 15:04")
	}
	return t.In(p.zone).Format("2006-01-02 15:04:05.000")
}

// alike is a run of samples with one number after the other and nothing to tell them
// apart but that, so that a long outage is one row.
type alike struct {
	first, last Sample
	n           int
}

// unanswered are the samples that were not answered in time.
func unanswered(rows []Sample) (out []alike) {
	for _, s := range rows {
		if s.Outcome == latency.Reply || s.Outcome == latency.NotMeasured {
			continue
		}
		if n := len(out); n > 0 {
			if l := &out[n-1].last; s.Seq == l.Seq+1 && s.Outcome == l.Outcome && s.RTT == l.RTT && s.Reason == l.Reason && s.From == l.From {
				out[n-1].last = s
				out[n-1].n++
				continue
			}
		}
		out = append(out, alike{s, s, 1})
	}
	return out
}

// samples lists what was not answered in time and attaches all rows.
func (p *page) samples(i int, rows []Sample, more bool) error {
	if len(rows) == 0 {
		return nil
	}
	t := p.t
	p.el("h3", t.RawNumbers)
	p.raw(`<details open="open">`)
	p.el("summary", t.RawHint)
	list := unanswered(rows)
	left := 0
	if len(list) > 0 {
		p.head(t.Sequence, t.Sent, t.Outcome, t.RoundTrip+" (ms)", t.Reason, t.From)
	}
	for i, a := range list {
		if i >= maxListed {
			left += a.n
			continue
		}
		s := &a.first
		seq, sent, outcome := strconv.FormatUint(s.Seq, 10), s.Sent.In(p.zone).Format(precise), s.Outcome.String()
		if a.n > 1 {
			seq += " – " + strconv.FormatUint(a.last.Seq, 10)
			sent += " – " + a.last.Sent.In(p.zone).Format(precise)
			outcome += " × " + strconv.Itoa(a.n)
		}
		p.raw("<tr>")
		p.el(`td class="n"`, seq)
		p.el("td", sent)
		p.el("td", outcome)
		p.el(`td class="n"`, milliseconds(&s.Result))
		p.el("td", string(s.Reason))
		p.el("td", address(s.From))
		p.raw("</tr>\n")
	}
	if len(list) > 0 {
		p.raw("</table>")
	}
	p.raw("</details>\n")
	if left > 0 {
		p.el("p", fmt.Sprintf(t.RawMore, left))
	}
	if more {
		p.el("p", fmt.Sprintf(t.Cut, len(rows)))
	}
	p.raw(`<p><a download="samples-` + strconv.Itoa(i+1) + `.csv" href="data:text/csv;charset=utf-8;base64,`)
	enc := base64.NewEncoder(base64.StdEncoding, p.w)
	if _, err := WriteCSV(enc, each(rows), p.zone); err != nil {
		return err
	}
	if err := enc.Close(); err != nil {
		return err
	}
	p.raw(`">` + html.EscapeString(plain(fmt.Sprintf(t.Attached, len(rows)))) + "</a></p>\n")
	return nil
}

func each(rows []Sample) iter.Seq2[Sample, error] {
	return func(yield func(Sample, error) bool) {
		for _, s := range rows {
			if !yield(s, nil) {
				return
			}
		}
	}
}
