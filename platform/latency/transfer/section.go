package transfer

import (
	"cmp"
	"context"
	"iter"
	"strings"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/report"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/smoke"
)

// Reader is what was measured; history.Store is one.
type Reader interface {
	Columns(ctx context.Context, target latency.TargetID, node latency.NodeID, from, to time.Time, n int) ([]smoke.Column, error)
	Outages(ctx context.Context, target latency.TargetID, node latency.NodeID, from, to time.Time, lost int) ([]history.Outage, error)
	Events(ctx context.Context, target latency.TargetID, from, to time.Time) ([]history.Event, error)
	Samples(ctx context.Context, target latency.TargetID, node latency.NodeID, from, to time.Time) iter.Seq2[latency.Result, error]
}

// Stretch is what of a target is reported and how it is drawn.
type Stretch struct {
	From, To  time.Time
	Zone      *time.Location // nil is the system's
	Width     int            // of the graph, in pixels
	Log       bool
	SmokePing bool // 20 probes to a round, in SmokePing's colours
	// Subtitle says below the name what is asked, how often and by which engine, "" when
	// nothing was measured; nil is English.
	Subtitle func(spec string, interval time.Duration, engine string) string
}

// pings are the probes of a round of SmokePing.
const pings = 20

// Section is one target of a report. Its samples are read when they are asked for.
func Section(ctx context.Context, s Reader, t latency.Target, o Stretch) (report.Section, error) {
	from, to := o.From, o.To
	out := report.Section{Target: t, Samples: s.Samples(ctx, t.ID, latency.LocalNode, from, to)}
	out.Method = report.Method{Interval: cmp.Or(t.Interval, latency.DefaultInterval), Timeout: cmp.Or(t.Timeout, latency.DefaultTimeout(t.Kind))}
	cols, err := s.Columns(ctx, t.ID, latency.LocalNode, from, to, report.Columns(from, to, out.Method.Interval, o.Width))
	if err != nil {
		return out, err
	}
	for r, err := range s.Samples(ctx, t.ID, latency.LocalNode, from, to) {
		if err != nil {
			return out, err
		}
		if r.Engine == "" {
			continue
		}
		out.Method.Engine = r.Engine
		if r.Engine == probe.NameKernel {
			out.Method.Stamps = report.StampsKernel
		}
		if r.Address.IsValid() {
			out.Address = r.Address.String()
			break
		}
	}
	events, err := s.Events(ctx, t.ID, from, to)
	if err != nil {
		return out, err
	}
	for _, e := range events {
		switch e.Kind {
		case service.EventClock:
			out.Method.ClockSteps++
		case service.EventAlert:
			mark(cols, from, to, e.At, e.Until, smoke.BandAlert)
		}
	}
	outages, err := s.Outages(ctx, t.ID, latency.LocalNode, from, to, 0)
	if err != nil {
		return out, err
	}
	for _, o := range outages {
		out.Outages = append(out.Outages, report.Outage{Start: o.Start, End: o.End, Lost: o.Lost, Coarse: o.Coarse})
	}
	subtitle := o.Subtitle
	if subtitle == nil {
		subtitle = english
	}
	out.Graph = report.Graph{Title: FullName(t), Subtitle: subtitle(Shown(t), out.Method.Interval, out.Method.Engine), From: from, To: to,
		Zone: o.Zone, Columns: cols, Interval: out.Method.Interval, Log: o.Log, Width: o.Width}
	if o.SmokePing {
		out.Graph.Rounds, err = rounds(ctx, s, t, from, to, cols)
	}
	return out, err
}

// mark notes on the columns of [from, to) that something lasted from at to until.
func mark(cols []smoke.Column, from, to, at, until time.Time, band smoke.Bands) {
	if len(cols) == 0 || !at.Before(to) || until.Before(from) {
		return
	}
	width := to.Sub(from) / time.Duration(len(cols))
	first, last := 0, len(cols)-1
	if at.After(from) {
		first = int(at.Sub(from) / width)
	}
	if until.Before(to) {
		last = int(until.Sub(from) / width)
	}
	for i := first; i <= min(last, len(cols)-1); i++ {
		cols[i].Bands |= band
	}
}

func english(spec string, interval time.Duration, engine string) string {
	if engine == "" {
		engine = "not measured in this period"
	} else {
		engine = "engine " + engine
	}
	return strings.Join([]string{spec, "every " + interval.String(), engine}, ", ")
}

// exactRounds is for how long a period rounds are made of the samples themselves;
// above it of the columns, which many rounds fall into anyway.
const exactRounds = 24 * time.Hour

// rounds are SmokePing's, one for each column.
func rounds(ctx context.Context, s Reader, t latency.Target, from, to time.Time, cols []smoke.Column) ([]*smoke.Round, error) {
	if to.Sub(from) <= exactRounds {
		list, err := smoke.Rounds(s.Samples(ctx, t.ID, latency.LocalNode, from, to), pings)
		if err != nil || len(list) > 0 {
			return smoke.SpreadRounds(list, from, to, len(cols), pings), err
		}
	}
	out := make([]*smoke.Round, len(cols))
	for i, c := range cols {
		out[i] = smoke.RoundOf(c.Hist, pings)
	}
	return out, nil
}

// Named are a section's samples with the target's name, for the writers of
// report.
func Named(s *report.Section) iter.Seq2[report.Sample, error] {
	name := FullName(s.Target)
	return func(yield func(report.Sample, error) bool) {
		for r, err := range s.Samples {
			if !yield(report.Sample{Name: name, Result: r}, err) || err != nil {
				return
			}
		}
	}
}
