package smoke

import (
	"errors"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
)

var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// each gives rows, one a second.
func each(rows []latency.Result) iter.Seq2[latency.Result, error] {
	return func(yield func(latency.Result, error) bool) {
		for i := range rows {
			if !yield(rows[i], nil) {
				return
			}
		}
	}
}

func probe(seq int, o latency.Outcome, msec float64) latency.Result {
	return latency.Result{Seq: uint64(seq), Sent: epoch.Add(time.Duration(seq) * time.Second), Outcome: o, RTT: time.Duration(msec * float64(time.Millisecond))}
}

func TestRounds(t *testing.T) {
	var rows []latency.Result
	for i := 7; i < 103; i++ {
		o := latency.Reply
		switch {
		case i == 25:
			o = latency.Timeout
		case i == 26:
			o = latency.ICMPError
		case i >= 40 && i < 50:
			o = latency.NotMeasured
		case i == 50:
			o = latency.SendError
		case i >= 60 && i < 80:
			o = latency.NotMeasured
		}
		rows = append(rows, probe(i, o, float64(100-i)))
		if i == 25 {
			rows = append(rows, probe(25, latency.Late, 5000))
		}
	}
	rows[3], rows[4] = rows[4], rows[3]
	got, err := Rounds(each(rows), 20)
	if err != nil {
		t.Fatal(err)
	}
	type shape struct{ first, last, pings, answered int }
	var shapes []shape
	for _, r := range got {
		shapes = append(shapes, shape{int(r.First.Sub(epoch).Seconds()), int(r.Last.Sub(epoch).Seconds()), r.Pings, len(r.RTTs)})
		if !slices.IsSorted(r.RTTs) {
			t.Error("round trips are not sorted")
		}
	}
	if want := []shape{{7, 19, 13, 13}, {20, 39, 20, 18}, {51, 59, 9, 9}, {80, 99, 20, 20}, {100, 102, 3, 3}}; !slices.Equal(shapes, want) {
		t.Errorf("%v, want %v", shapes, want)
	}
	// Seen from elsewhere, whole rounds are the same ones.
	again, err := Rounds(each(rows[13:]), 20)
	if err != nil || len(again) != 4 || !slices.Equal(again[0].RTTs, got[1].RTTs) {
		t.Errorf("%v %v", again, err)
	}
	boom := errors.New("boom")
	if _, err := Rounds(func(yield func(latency.Result, error) bool) { yield(latency.Result{}, boom) }, 20); !errors.Is(err, boom) {
		t.Errorf("error %v", err)
	}
}

// Every pixel of a round is that round; twenty probes in a second are drawn as
// SmokePing draws them.
func TestSpreadRounds(t *testing.T) {
	var rows []latency.Result
	for i := range 100 {
		if i < 40 || i >= 60 {
			rows = append(rows, probe(i, latency.Reply, float64(10+i%20)))
		}
	}
	rounds, err := Rounds(each(rows), 20)
	if err != nil || len(rounds) != 4 {
		t.Fatal(rounds, err)
	}
	cols := SpreadRounds(rounds, epoch, epoch.Add(120*time.Second), 120, 20)
	for x, r := range cols {
		want := (*Round)(nil)
		switch {
		case x < 20:
			want = &rounds[0].Round
		case x < 60: // the round that nothing follows goes on for as long as it took
			want = &rounds[1].Round
			if x >= 59 {
				continue
			}
		case x < 80:
			want = &rounds[2].Round
		case x < 119:
			want = &rounds[3].Round
		default:
			continue
		}
		if r != want {
			t.Fatalf("column %d is %p, want %p", x, r, want)
		}
	}
	wide := SpreadRounds(rounds, epoch, epoch.Add(40*time.Second), 1, 20)
	if len(wide) != 1 || wide[0].Pings != 20 || len(wide[0].RTTs) != 20 || wide[0].RTTs[0] > ms(11)[0] || wide[0].RTTs[19] < ms(28)[0] {
		t.Errorf("%+v", wide[0])
	}
	if SpreadRounds(rounds, epoch, epoch, 5, 20) != nil || len(SpreadRounds(nil, epoch, epoch.Add(time.Second), 5, 20)) != 5 {
		t.Error("odd stretches")
	}
}

func TestRoundOf(t *testing.T) {
	if RoundOf(nil, 20) != nil || RoundOf(&histogram.Histogram{Unmeasured: 3}, 20) != nil {
		t.Error("a round of nothing")
	}
	h := &histogram.Histogram{Lost: 1}
	for i := range 10_000 {
		h.Observe(time.Duration(i+10_000) * time.Microsecond)
	}
	r := RoundOf(h, 20)
	if r.Pings != 20 || len(r.RTTs) != 19 || !slices.IsSorted(r.RTTs) {
		t.Errorf("one lost of 10001 has to show: %+v", r)
	}
	if m, _ := r.Median(); math.Abs(m.Seconds()/0.015-1) > 0.02 {
		t.Errorf("median %v", m)
	}
	h = &histogram.Histogram{Lost: 9999}
	h.Observe(time.Millisecond)
	if r := RoundOf(h, 20); len(r.RTTs) != 1 {
		t.Errorf("one answer of 10000 has to show: %+v", r)
	}
}

func TestReadout(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	h := &histogram.Histogram{Lost: 5, Late: 1}
	var values []float64
	for range 500 {
		v := 20 + r.NormFloat64()
		values = append(values, v)
		h.Observe(time.Duration(v * float64(time.Millisecond)))
	}
	var sum float64
	for i := range values {
		for k := range i {
			sum += math.Abs(values[i] - values[k])
		}
	}
	want := sum / (500 * 499 / 2)
	got := Read(&Column{Hist: h, Bands: BandAlert}, epoch, epoch.Add(time.Minute), 3, 60)
	if j := got.Jitter.Seconds() * 1000; math.Abs(j-want) > 0.02*want {
		t.Errorf("jitter %v ms, want %v", j, want)
	}
	if !got.From.Equal(epoch.Add(3*time.Second)) || !got.To.Equal(epoch.Add(4*time.Second)) || !got.Known || got.Bands != BandAlert || got.Samples != 505 || got.Lost != 5 || got.Late != 1 ||
		got.P5 >= got.Median || got.Median >= got.P95 || got.Min > got.P5 || got.Max < got.P99 {
		t.Errorf("%+v", got)
	}
	if none := Read(&Column{}, epoch, epoch.Add(time.Minute), 0, 60); none.Known || !math.IsNaN(none.Loss) || none.Median != 0 {
		t.Errorf("%+v", none)
	}
	if all := Total([]Column{{Hist: h}, {}, {Hist: h}}); all.Replies != 1000 || all.Lost != 10 {
		t.Errorf("%+v", all)
	}
}
