package smoke

import (
	"iter"
	"math"
	"slices"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
)

// SmokePingPings is the number of pings in a round unless SmokePing is told
// otherwise.
const SmokePingPings = 20

// TimedRound is a round with the time from its first probe to its last one.
type TimedRound struct {
	Round
	First, Last time.Time
}

// Rounds groups a target's probes into rounds of so many pings, by time. A round is
// the probes with sequence numbers from a multiple of pings on, so it stays the same
// whatever stretch of time it is seen in. Probes that were not sent or not measured
// are left out of their round, which is smaller then; late answers and duplicates
// change nothing. The rows must be nearly in order, as the history gives them; an
// error of theirs ends it.
func Rounds(rows iter.Seq2[latency.Result, error], pings int) ([]TimedRound, error) {
	pings = max(pings, 1)
	var out []TimedRound
	at := map[uint64]int{}
	for r, err := range rows {
		if err != nil {
			return out, err
		}
		if !r.Outcome.Counts() {
			continue
		}
		i, ok := at[r.Seq/uint64(pings)]
		if !ok {
			i = len(out)
			at[r.Seq/uint64(pings)] = i
			out = append(out, TimedRound{First: r.Sent, Last: r.Sent})
		}
		round := &out[i]
		round.Pings++
		if r.Outcome == latency.Reply {
			round.RTTs = append(round.RTTs, r.RTT)
		}
		if r.Sent.Before(round.First) {
			round.First = r.Sent
		}
		if r.Sent.After(round.Last) {
			round.Last = r.Sent
		}
	}
	for i := range out {
		slices.Sort(out[i].RTTs)
	}
	slices.SortStableFunc(out, func(a, b TimedRound) int { return a.First.Compare(b.First) })
	return out, nil
}

// SpreadRounds gives each of n pixel columns over [from, to) its round: the one
// that goes on there, or several made into one. A round goes on until the next one
// begins, but no longer than twice what it took, so that stretches in which nothing
// was measured stay empty.
func SpreadRounds(rounds []TimedRound, from, to time.Time, n, pings int) []*Round {
	if n <= 0 || !from.Before(to) {
		return nil
	}
	out := make([]*Round, n)
	within := make([][]*Round, n)
	width := to.Sub(from).Seconds() / float64(n)
	column := func(t time.Time) int { return int(math.Floor(t.Sub(from).Seconds() / width)) }
	for i := range rounds {
		r := &rounds[i]
		end := r.Last.Add(r.Last.Sub(r.First) + time.Second)
		if i+1 < len(rounds) && rounds[i+1].First.Before(end) {
			end = rounds[i+1].First
		}
		first, last := column(r.First), column(end)
		if float64(last) == end.Sub(from).Seconds()/width {
			last--
		}
		for c := max(first, 0); c <= min(last, n-1); c++ {
			within[c] = append(within[c], &r.Round)
		}
	}
	for c, list := range within {
		if len(list) == 1 {
			out[c] = list[0]
		} else if len(list) > 1 {
			out[c] = join(list, pings)
		}
	}
	return out
}

// join makes one round of several. SmokePing averages each order statistic, which
// hides the spikes; here the round trips are those at the same shares of all.
func join(list []*Round, pings int) *Round {
	var all Round
	for _, r := range list {
		all.Pings += r.Pings
		all.RTTs = append(all.RTTs, r.RTTs...)
	}
	slices.Sort(all.RTTs)
	return sample(pings, len(all.RTTs), all.Pings, func(share float64) time.Duration {
		return all.RTTs[min(int(share*float64(len(all.RTTs))), len(all.RTTs)-1)]
	})
}

// sample is a round of so many pings that stands for all of total, of which
// replies were answered. If any was lost, at least one is; if any was answered, at
// least one is.
func sample(pings, replies, total int, at func(share float64) time.Duration) *Round {
	if total <= 0 {
		return nil
	}
	out := &Round{Pings: pings}
	answered := int(math.Round(float64(replies) / float64(total) * float64(pings)))
	if replies < total {
		answered = min(answered, pings-1)
	}
	if replies > 0 {
		answered = max(answered, 1)
	}
	for i := range answered {
		out.RTTs = append(out.RTTs, at((float64(i)+0.5)/float64(answered)))
	}
	return out
}

// RoundOf is a round that stands for a distribution, for times of which only
// roll-ups are left; nil where nothing was decided.
func RoundOf(h *histogram.Histogram, pings int) *Round {
	if h == nil || h.Decided() == 0 {
		return nil
	}
	return sample(max(pings, 1), int(h.Replies), int(h.Decided()), h.Quantile)
}
