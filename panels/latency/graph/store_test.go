package graph

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
)

// With the real history and live rows on top of it every probe is there once.
func TestRealHistory(t *testing.T) {
	b := newBench(t)
	store, err := history.Open(t.TempDir(), history.Options{Now: func() time.Time { return b.now }})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	target := latency.Target{Name: "gateway", Kind: latency.KindICMP, Host: "192.0.2.1", Interval: time.Second}
	if err := store.SaveTarget(&target, 0); err != nil {
		t.Fatal(err)
	}
	// As the service does it: first kept, then told.
	var tell func([]latency.Result)
	feed := newFeed(FeedOptions{Source: store, Now: func() time.Time { return b.now }, Location: time.UTC, Do: func(f func()) { b.queue = append(b.queue, f) },
		Subscribe: func(f func([]latency.Result)) func() { tell = f; return func() {} }})
	t.Cleanup(feed.Close)
	b.feed = feed
	probe := func(at time.Time) {
		r := steady(target.ID, at.Unix())
		if err := store.Append([]latency.Result{r}); err != nil {
			t.Fatal(err)
		}
		tell([]latency.Result{r})
	}
	for i := range 500 {
		probe(noon.Add(time.Duration(i-500) * time.Second))
	}
	g := New(Options{Feed: feed})
	t.Cleanup(g.Close)
	g.SetTraces(Trace{Target: target.ID, Name: target.Name, Interval: target.Interval})
	w := test.NewTempWindow(t, g)
	w.Resize(fyne.NewSize(600, 250))
	b.once() // the load is on its way while further probes come
	for range 100 {
		probe(b.now)
		b.now = b.now.Add(time.Second)
		b.once()
	}
	b.settle()
	count := func() (all, lost uint64) {
		for _, c := range g.frame.tracks[0].cols {
			if c.Hist != nil {
				all += c.Hist.Decided()
				lost += c.Hist.Lost
			}
		}
		return all, lost
	}
	for _, id := range []string{"10m", "1h", "1d", "10m"} {
		g.SetRange(id)
		b.settle()
		all, lost := count()
		want := uint64(600)
		if from := g.frame.tracks[0].window.From(); from.After(noon.Add(-500 * time.Second)) {
			want = uint64(b.now.Sub(from) / time.Second)
		}
		if all != want || lost != 6 && want == 600 {
			t.Errorf("%s: %d probes, %d lost, want %d", id, all, lost, want)
		}
	}
}
