package history

import (
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
)

// coarse is a roll-up of 20 pings, one of them lost, for each period of a span.
func coarse(from, to time.Time, period time.Duration) iter.Seq2[time.Time, *histogram.Histogram] {
	return func(yield func(time.Time, *histogram.Histogram) bool) {
		for at := from; at.Before(to); at = at.Add(period) {
			h := &histogram.Histogram{Lost: 1}
			for i := range 19 {
				h.Observe(time.Duration(20+i) * time.Millisecond)
			}
			if !yield(at, h) {
				return
			}
		}
	}
}

func total(t testing.TB, s *Store, from, to time.Time, n int) (decided uint64, columns int) {
	t.Helper()
	cols, err := s.Columns(t.Context(), 1, latency.LocalNode, from, to, n)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cols {
		if c.Hist != nil && c.Hist.Decided() > 0 {
			decided += c.Hist.Decided()
			columns++
		}
	}
	return decided, columns
}

func importRollups(t testing.TB, s *Store, from, to time.Time, period time.Duration) int {
	t.Helper()
	n, err := s.ImportRollups(t.Context(), 1, latency.LocalNode, period, coarse(from, to, period))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestImportRollups: what another program measured fills what we did not, counts
// once whatever is imported again and in whatever resolution, and is drawn at
// every zoom.
func TestImportRollups(t *testing.T) {
	c := &clock{epoch}
	s := openTest(t, t.TempDir(), c, Options{})
	// Ours: from 00:00 to 02:10 of the second day, the last ten minutes not sealed.
	ours := epoch.Add(24 * time.Hour)
	feed(t, s, c, traffic(1, ours, 7800, 3))
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	decided, _ := total(t, s, ours, ours.Add(24*time.Hour), 24)
	if decided != 7800 {
		t.Fatalf("ours: %d", decided)
	}
	// Theirs: 5 minutes from noon of the first day until now, an hour from its start,
	// days from ten days before.
	want := map[time.Duration]int{5 * time.Minute: 144, time.Hour: 12, 24 * time.Hour: 10}
	from := map[time.Duration]time.Time{5 * time.Minute: epoch.Add(12 * time.Hour), time.Hour: epoch, 24 * time.Hour: epoch.Add(-240 * time.Hour)}
	for _, again := range []bool{false, true} {
		for _, period := range []time.Duration{5 * time.Minute, time.Hour, 24 * time.Hour} {
			n := importRollups(t, s, from[period], c.t.Add(24*time.Hour), period)
			if again && n != 0 || !again && n != want[period] {
				t.Errorf("%v, again %v: %d taken in, want %d", period, again, n, want[period])
			}
		}
	}
	const imported = (144 + 12 + 10) * 20
	for _, n := range []int{1, 12, 12 * 24} { // 12 days, days, hours
		decided, columns := total(t, s, epoch.Add(-240*time.Hour), epoch.Add(48*time.Hour), n)
		switch {
		case n <= 12 && decided != imported+7800:
			t.Errorf("%d columns: %d decided, want %d", n, decided, imported+7800)
		case columns != min(n, 11*24+3) && columns != 12 && columns != 1:
			t.Errorf("%d columns: %d have something", n, columns)
		}
	}
	// An hour stands in for its minutes, five minutes for their seconds; in an hour
	// of which five minutes are known nothing else does.
	for _, v := range []struct {
		from    time.Time
		n, want int
	}{{epoch, 60, 60}, {epoch.Add(13 * time.Hour), 600, 600}, {epoch.Add(-100 * time.Hour), 600, 600}, {epoch.Add(-300 * time.Hour), 60, 0}} {
		if _, columns := total(t, s, v.from, v.from.Add(time.Hour), v.n); columns != v.want {
			t.Errorf("%v: %d of %d columns have something", v.from, columns, v.n)
		}
	}
	for at := range s.Samples(t.Context(), 1, latency.LocalNode, epoch.Add(-300*time.Hour), ours) {
		t.Fatalf("a raw row of an import: %+v", at)
	}
}

// TestImportYields: our own samples imported later replace the roll-ups of others
// for the same minutes, in every tier.
func TestImportYields(t *testing.T) {
	c := &clock{epoch.Add(72 * time.Hour)}
	s := openTest(t, t.TempDir(), c, Options{})
	importRollups(t, s, epoch, epoch.Add(24*time.Hour), 5*time.Minute)
	importRollups(t, s, epoch.Add(24*time.Hour), epoch.Add(48*time.Hour), 24*time.Hour)
	rows := slices.Concat(traffic(1, epoch.Add(30*time.Minute), 3600, 3), traffic(1, epoch.Add(30*time.Hour), 600, 3))
	for range 2 {
		if n, err := s.ImportSamples(t.Context(), slices.Values(rows)); err != nil || n != len(rows) {
			t.Fatal(n, err)
		}
	}
	for _, v := range []struct {
		at   time.Duration
		n    int
		want uint64
	}{{0, 1, 276*20 + 3600}, {0, 24, 276*20 + 3600}, {0, 288, 276*20 + 3600}, {24 * time.Hour, 1, 600}, {24 * time.Hour, 24, 600}} {
		if got, _ := total(t, s, epoch.Add(v.at), epoch.Add(v.at+24*time.Hour), v.n); got != v.want {
			t.Errorf("at %v, %d columns: %d decided, want %d", v.at, v.n, got, v.want)
		}
	}
	if got := samples(t, s, epoch, epoch.Add(48*time.Hour)); len(got) != 4200 {
		t.Errorf("%d samples", len(got))
	}
	// Another store's rows with the same seqs are other rows.
	other := traffic(1, epoch.Add(time.Hour+30*time.Minute), 60, 9)
	if _, err := s.ImportSamples(t.Context(), slices.Values(other)); err != nil {
		t.Fatal(err)
	}
	if got := samples(t, s, epoch, epoch.Add(48*time.Hour)); len(got) != 4260 {
		t.Errorf("%d samples after those of another store", len(got))
	}
}

// TestImportRetention: imported roll-ups go like our own, the days stay.
func TestImportRetention(t *testing.T) {
	c := &clock{epoch}
	s := openTest(t, t.TempDir(), c, Options{})
	old := epoch.Add(-1000 * 24 * time.Hour)
	if n := importRollups(t, s, old, old.Add(48*time.Hour), 5*time.Minute); n != 576 {
		t.Fatal(n)
	}
	feed(t, s, c, traffic(1, epoch, 100, 4))
	c.t = epoch.Add(2 * time.Hour)
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	if n, err := queryInt(s.w, "select count(*) from five where source=1"); err != nil || n != 0 {
		t.Errorf("%d rows of five minutes are left: %v", n, err)
	}
	if got, _ := total(t, s, old, old.Add(48*time.Hour), 48); got != 576*20 {
		t.Errorf("%d of the hours are left", got)
	}
	if n := importRollups(t, s, old, old.Add(48*time.Hour), 5*time.Minute); n != 0 {
		t.Errorf("%d imported again after the retention", n)
	}
	if _, err := s.ImportRollups(t.Context(), 1, 1, time.Second, coarse(old, old, time.Second)); err == nil {
		t.Error("a tier that is not kept was taken")
	}
	// Rows of an hour whose raw samples are gone do not replace what is known of it.
	c.t = epoch.Add(100 * 24 * time.Hour)
	feed(t, s, c, traffic(1, c.t, 10, 4))
	c.t = c.t.Add(2 * time.Hour)
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	late := traffic(1, epoch.Add(30*time.Minute), 5, 9)
	if _, err := s.ImportSamples(t.Context(), slices.Values(late)); err != nil {
		t.Fatal(err)
	}
	if got, _ := total(t, s, epoch, epoch.Add(time.Hour), 1); got != 100 {
		t.Errorf("%d decided in the hour of old, want 100", got)
	}
	reader := openTest(t, s.dir, c, Options{})
	_, err1 := reader.ImportRollups(t.Context(), 1, 1, time.Hour, coarse(old, old, time.Hour))
	_, err2 := reader.ImportSamples(t.Context(), slices.Values(late))
	if !errors.Is(err1, ErrReader) || !errors.Is(err2, ErrReader) {
		t.Error(err1, err2)
	}
}
