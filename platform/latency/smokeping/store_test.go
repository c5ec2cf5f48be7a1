package smokeping

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/smoke"
)

// TestHistoryIntoStore: what SmokePing kept is in the store once, however often it
// is imported.
func TestHistoryIntoStore(t *testing.T) {
	dir := t.TempDir()
	const start, step, pings = 1_700_006_400 / 86400 * 86400, 300, 20
	path := filepath.Join(dir, "x.rrd")
	create(t, path, start, step, pings, true, []string{"AVERAGE:0.5:1:300", "AVERAGE:0.5:12:200", "MIN:0.5:12:200", "MAX:0.5:12:200", "AVERAGE:0.5:144:60"})
	var fedIn []fed
	for i := range 6000 {
		f := fed{at: start + int64(i+1)*step}
		for k := range pings - i%3 {
			f.rtts = append(f.rtts, 0.010+0.0001*float64(k))
		}
		fedIn = append(fedIn, f)
	}
	update(t, path, pings, true, fedIn)
	now := time.Unix(start+6048*step, 0)
	store, err := history.Open(t.TempDir(), history.Options{Now: func() time.Time { return now }, Retention: &history.Retention{}})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	const target = latency.TargetID(7)
	var lengths []time.Duration
	for range 2 {
		lengths = lengths[:0]
		account, err := ImportHistory(t.Context(), nil, os.DirFS(dir), now, func(p Part) error {
			lengths = append(lengths, p.Period)
			_, err := store.ImportRollups(t.Context(), target, latency.LocalNode, p.Period, p.Rows)
			return err
		})
		if err != nil || len(account.Imported) != 1 {
			t.Fatalf("%v %+v", err, account)
		}
		// A column a day, so that each day's roll-up is in one of them.
		cols, err := store.Columns(t.Context(), target, latency.LocalNode, time.Unix(start, 0), time.Unix(start+21*86400, 0), 21)
		if err != nil {
			t.Fatal(err)
		}
		got, want := smoke.Sum(smoke.Total(cols)), smoke.Sum(truth(fedIn, pings, start, now.Unix()))
		if got.Samples != want.Samples || math.Abs(float64(got.Lost)-float64(want.Lost)) > 3 {
			t.Errorf("the store has %d of %d lost, want %d of %d", got.Lost, got.Samples, want.Lost, want.Samples)
		}
		if math.Abs(got.Median.Seconds()/want.Median.Seconds()-1) > 0.02 {
			t.Errorf("median %v, want %v", got.Median, want.Median)
		}
	}
	if len(lengths) != 3 || lengths[0] != 5*time.Minute || lengths[1] != time.Hour || lengths[2] != 24*time.Hour {
		t.Errorf("parts of %v", lengths)
	}
}
