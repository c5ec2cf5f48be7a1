package history

import (
	"bytes"
	"reflect"
	"slices"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
)

// TestSummary: any stretch, over what is sealed and what is not, sums up to what
// its rows do.
func TestSummary(t *testing.T) {
	c := &clock{epoch}
	s := openTest(t, t.TempDir(), c, Options{})
	start := epoch.Add(22*time.Hour + 17*time.Minute + 3*time.Second)
	rows := traffic(1, start, 10000, 5)
	feed(t, s, c, rows[:9000])
	if err := s.Append(rows[9000:]); err != nil {
		t.Fatal(err)
	}
	c.t = rows[len(rows)-1].Sent
	for _, v := range [][2]time.Duration{{0, 4 * time.Hour}, {time.Second, 2 * time.Second}, {100 * time.Second, 9500 * time.Second}, {43 * time.Minute, 103 * time.Minute}, {90 * time.Second, 200 * time.Second}} {
		var want histogram.Histogram
		from, to := start.Add(v[0]), start.Add(v[1])
		for _, r := range samples(t, s, from, to) {
			want.Count(&r)
		}
		got, err := s.Summary(t.Context(), 1, latency.LocalNode, from, to)
		if err != nil || !bytes.Equal(got.Append(nil), want.Append(nil)) {
			t.Errorf("%v: got %+v, want %+v, %v", v, got, want, err)
		}
	}
	recent, err := s.Recent(t.Context(), 1, latency.LocalNode, c.t.Add(-5*time.Minute))
	if err != nil || recent.Decided() < 300 || recent.Decided() > 301 {
		t.Errorf("recent: %d, %v", recent.Decided(), err)
	}
}

// TestSpans: why nothing was measured comes back as stretches, exactly in two days,
// and by roll-ups and the rows of the hours concerned in longer ones.
func TestSpans(t *testing.T) {
	c := &clock{epoch}
	s := openTest(t, t.TempDir(), c, Options{})
	at := func(seconds int) time.Time { return epoch.Add(time.Duration(seconds) * time.Second) }
	rows := traffic(1, epoch, 3*3600, 5)
	for i := range rows {
		r := &rows[i]
		r.Sent = at(i)
		set := func(o latency.Outcome, why latency.Reason) { r.Outcome, r.Reason, r.RTT = o, why, 0 }
		switch {
		case i >= 600 && i < 660:
			set(latency.NotMeasured, latency.ReasonAsleep)
		case i >= 660 && i < 700:
			set(latency.NotMeasured, latency.ReasonPaused)
		case i >= 5000 && i < 5020:
			set(latency.SendError, latency.ReasonNoRoute)
		case i >= 10000 && i < 10005:
			set(latency.NotMeasured, latency.ReasonClock)
		}
	}
	rows = slices.Delete(rows, 7200, 9000) // nothing was running
	feed(t, s, c, rows)
	want := []Span{
		{Start: at(600), End: at(660), Outcome: latency.NotMeasured, Reason: latency.ReasonAsleep},
		{Start: at(660), End: at(700), Outcome: latency.NotMeasured, Reason: latency.ReasonPaused},
		{Start: at(5000), End: at(5020), Outcome: latency.SendError, Reason: latency.ReasonNoRoute},
		{Start: at(7200), End: at(9000), Outcome: latency.NotMeasured, Reason: latency.ReasonClosed},
		{Start: at(10000), End: at(10005), Outcome: latency.NotMeasured, Reason: latency.ReasonClock},
	}
	check := func(name string, days int, want []Span) {
		t.Helper()
		got, err := s.Spans(t.Context(), 1, latency.LocalNode, at(0), at(days*86400))
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			got[i].Start, got[i].End = got[i].Start.UTC(), got[i].End.UTC()
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v\nwant %+v", name, got, want)
		}
	}
	check("a day", 1, want)
	want[3].Coarse = true
	check("three days", 3, want)
	// Without the raw samples only minutes are known.
	c.t = at(100 * 86400)
	feed(t, s, c, traffic(1, c.t, 10, 3))
	c.t = c.t.Add(2 * time.Hour)
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	check("raw samples gone", 1, []Span{
		{Start: at(600), End: at(720), Outcome: latency.NotMeasured, Coarse: true},
		{Start: at(4980), End: at(5040), Outcome: latency.SendError, Coarse: true},
		{Start: at(7200), End: at(9000), Outcome: latency.NotMeasured, Reason: latency.ReasonClosed, Coarse: true},
		{Start: at(9960), End: at(10020), Outcome: latency.NotMeasured, Coarse: true},
	})
}

// TestSummaryOfImports: what was imported counts in a store that has sealed
// nothing yet.
func TestSummaryOfImports(t *testing.T) {
	c := &clock{epoch}
	s := openTest(t, t.TempDir(), c, Options{})
	h := &histogram.Histogram{Lost: 2}
	for i := range 18 {
		h.Observe(time.Duration(20+i) * time.Millisecond)
	}
	at := epoch.Add(-48 * time.Hour)
	n, err := s.ImportRollups(t.Context(), 1, latency.LocalNode, 5*time.Minute, func(yield func(time.Time, *histogram.Histogram) bool) {
		for i := range 12 {
			if !yield(at.Add(time.Duration(i)*5*time.Minute), h) {
				return
			}
		}
	})
	if err != nil || n != 12 {
		t.Fatalf("%d imported, %v", n, err)
	}
	for _, long := range []time.Duration{time.Hour, 30 * time.Minute, 72 * time.Hour} {
		got, err := s.Summary(t.Context(), 1, latency.LocalNode, at, at.Add(long))
		want := uint64(20 * min(12, int(long/(5*time.Minute))))
		if err != nil || got.Decided() != want {
			t.Errorf("%v: %d decided, %v; want %d", long, got.Decided(), err, want)
		}
	}
}
