// Package historytest makes up measurements for tests and benchmarks of history:
// plausible, the same for the same seed, and fast.
package historytest

import (
	"context"
	"iter"
	"math"
	"math/rand/v2"
	"net/netip"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
)

// Base is the usual round trip of a target in Traffic and Rollups: 1 to 250 ms.
func Base(target latency.TargetID) time.Duration {
	r := rand.New(rand.NewPCG(uint64(target), 77))
	return time.Duration(math.Exp(r.Float64()*math.Log(250)) * float64(time.Millisecond))
}

// Traffic is n results of one target at one a second: a log-normal body around its
// Base, 2 % of spikes up to some hundred ms, half a percent of loss, and starts
// that jitter by some milliseconds.
func Traffic(target latency.TargetID, start time.Time, n int, seed uint64) []latency.Result {
	r := rand.New(rand.NewPCG(seed, uint64(target)))
	base := Base(target).Seconds() * 1000
	out := make([]latency.Result, 0, n)
	for i := range n {
		res := latency.Result{
			Target: target, Node: latency.LocalNode, Seq: uint64(i), Engine: "kernel", Address: netip.MustParseAddr("192.0.2.7"),
			Sent:    start.Add(time.Duration(i)*time.Second + time.Duration(r.IntN(4000))*time.Microsecond),
			Outcome: latency.Reply,
		}
		ms := base * math.Exp(r.NormFloat64()*0.15)
		if r.IntN(50) == 0 {
			ms += r.ExpFloat64() * 80
		}
		res.RTT = time.Duration(ms * float64(time.Millisecond))
		if r.IntN(200) == 0 {
			res.Outcome, res.RTT = latency.Timeout, 0
		}
		out = append(out, res)
	}
	return out
}

// Rollups are the roll-ups of Traffic for [from, to), made without its samples:
// each joins minutes drawn from a pool, of which every hour of the day has its own.
func Rollups(target latency.TargetID, from, to time.Time, period time.Duration, seed uint64) iter.Seq2[time.Time, *histogram.Histogram] {
	return func(yield func(time.Time, *histogram.Histogram) bool) {
		r := rand.New(rand.NewPCG(seed, uint64(target)))
		var pool [24][32]histogram.Histogram
		rows := Traffic(target, from, 24*32*60, seed)
		for i := range rows {
			hour := i / 60 / 32
			h := &pool[hour][i/60%32]
			if rows[i].Outcome != latency.Reply {
				h.Lost++
				continue
			}
			swing := 1 + 0.2*math.Sin(2*math.Pi*float64(hour)/24)
			h.Observe(time.Duration(float64(rows[i].RTT) * swing))
		}
		for at := from; at.Before(to); at = at.Add(period) {
			h := &histogram.Histogram{}
			for m := range int(period / time.Minute) {
				h.Merge(&pool[(at.Hour()+m/60)%24][r.IntN(32)])
			}
			if !yield(at, h) {
				return
			}
		}
	}
}

// Importer is the part of a store that Fill needs.
type Importer interface {
	ImportRollups(ctx context.Context, target latency.TargetID, node latency.NodeID, period time.Duration, rows iter.Seq2[time.Time, *histogram.Histogram]) (int, error)
}

// Fill gives a target a history from from to to at one probe a second, as a store
// has it that measured all the time and keeps its tiers as long as by default:
// minutes of the last 180 days, five minutes of two years, hours before that.
// A year takes some seconds.
func Fill(ctx context.Context, s Importer, target latency.TargetID, from, to time.Time, seed uint64) error {
	const day = 24 * time.Hour
	upper := to
	for _, tier := range []struct{ period, reach time.Duration }{{time.Minute, 180 * day}, {5 * time.Minute, 730 * day}, {time.Hour, 1 << 62}} {
		lower := to.Add(-tier.reach).Truncate(day)
		if lower.Before(from) {
			lower = from
		}
		if !lower.Before(upper) {
			continue
		}
		if _, err := s.ImportRollups(ctx, target, latency.LocalNode, tier.period, Rollups(target, lower, upper, tier.period, seed)); err != nil {
			return err
		}
		upper = lower
	}
	return nil
}
