package smokeping

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tacklebox/platform/latency/histogram"
)

// collected are the rows of parts, by place and period.
type collected map[string][]piece

type piece struct {
	start time.Time
	h     *histogram.Histogram
}

func (c collected) take(p Part) error {
	name := fmt.Sprintf("%s~%s %v %v", p.Path, p.Slave, p.Period, p.Averaged)
	last := time.Time{}
	for start, h := range p.Rows {
		if start.Before(last) {
			return fmt.Errorf("%s: %v comes after %v", name, start, last)
		}
		last = start
		c[name] = append(c[name], piece{start, h})
	}
	return nil
}

func total(rows []piece) *histogram.Histogram {
	h := &histogram.Histogram{}
	for _, r := range rows {
		h.Merge(r.h)
	}
	return h
}

// near allows for the digits that SmokePing writes.
func near(a, b time.Duration) bool { return max(a-b, b-a) <= 2 }

func truth(rounds []fed, pings int, from, to int64) *histogram.Histogram {
	h := &histogram.Histogram{}
	for _, r := range rounds {
		if r.at <= from || r.at > to {
			continue
		}
		h.Lost += uint64(pings - len(r.rtts))
		for _, v := range r.rtts {
			h.Observe(time.Duration(math.Round(v * 1e9)))
		}
	}
	return h
}

// TestHistoryRounds: rounds at whole steps are those that were measured, each and
// every one.
func TestHistoryRounds(t *testing.T) {
	dir := t.TempDir()
	const start, step, pings = 1_700_000_100 / 300 * 300, 300, 20
	path := filepath.Join(dir, "Paris.rrd")
	create(t, path, start, step, pings, true, debian)
	fedIn := rounds(900, start+step, step, pings, 5)
	update(t, path, pings, true, fedIn)
	got := collected{}
	account, err := ImportHistory(t.Context(), nil, os.DirFS(dir), time.Unix(start+1000*step, 0), got.take)
	if err != nil || len(account.Imported) != 1 || len(account.Skipped) != 0 {
		t.Fatalf("%v %+v", err, account)
	}
	fine := got["Paris~ 5m0s false"]
	// The first round after a gap beyond the heartbeat rrdtool does not keep.
	var kept []fed
	for i, r := range fedIn {
		if i == 0 || r.at-fedIn[i-1].at <= 2*step {
			kept = append(kept, r)
		}
	}
	if len(got) != 1 || len(fine) != len(kept) || len(kept) < 800 {
		t.Fatalf("%d rows, want %d", len(fine), len(kept))
	}
	for i, r := range kept {
		want := truth(kept[i:i+1], pings, 0, 1<<40)
		h := fine[i].h
		if fine[i].start.Unix() != r.at-step || h.Lost != want.Lost || h.Replies != want.Replies || !near(h.Min, want.Min) || !near(h.Max, want.Max) || !near(h.Sum/20, want.Sum/20) {
			t.Fatalf("round %d at %v: %+v, want %+v", i, fine[i].start, h, want)
		}
	}
	item := account.Imported[0]
	if item.Rounds != len(kept) || int64(item.Gaps) != (fedIn[len(fedIn)-1].at-start)/step-int64(len(kept)) || item.From.Unix() != start || item.To.Unix() != fedIn[len(fedIn)-1].at || item.Step != 300*time.Second || item.Pings != 20 || item.Lent+item.Odd+item.Averages != 0 {
		t.Errorf("%+v", item)
	}
}

// TestHistoryUneven: rounds between the steps are mixed by rrdtool. The sums stay
// right, and the times within what neighbours have.
func TestHistoryUneven(t *testing.T) {
	dir := t.TempDir()
	const start, step, pings = 1_700_000_100 / 300 * 300, 300, 20
	path := filepath.Join(dir, "x.rrd")
	create(t, path, start, step, pings, true, debian)
	fedIn := rounds(800, start+step+117, step, pings, 9)
	update(t, path, pings, true, fedIn)
	got := collected{}
	if _, err := ImportHistory(t.Context(), nil, os.DirFS(dir), time.Unix(start+1000*step, 0), got.take); err != nil {
		t.Fatal(err)
	}
	want, h := truth(fedIn, pings, 0, 1<<40), total(got["x~ 5m0s false"])
	if math.Abs(float64(h.Decided())/float64(want.Decided())-1) > 0.02 || math.Abs(h.Loss()-want.Loss()) > 0.005 {
		t.Errorf("%d probes with loss %.4f, want %d with %.4f", h.Decided(), h.Loss(), want.Decided(), want.Loss())
	}
	for _, q := range []float64{0.1, 0.5, 0.9} {
		if a, b := h.Quantile(q).Seconds(), want.Quantile(q).Seconds(); math.Abs(a/b-1) > 0.03 {
			t.Errorf("quantile %v is %v, want %v", q, a, b)
		}
	}
}

// TestHistoryAverages: what the finest archive no longer has comes from the
// coarser ones, in the right order and nothing twice.
func TestHistoryAverages(t *testing.T) {
	dir := t.TempDir()
	const start, step, pings = 1_700_006_400 / 86400 * 86400, 300, 20
	path := filepath.Join(dir, "x.rrd")
	create(t, path, start, step, pings, true, []string{"AVERAGE:0.5:1:300", "AVERAGE:0.5:12:200", "MIN:0.5:12:200", "MAX:0.5:12:200", "AVERAGE:0.5:144:60", "MIN:0.5:144:60"})
	var fedIn []fed
	for i := range 10_000 {
		f := fed{at: start + int64(i+1)*step}
		for k := range pings {
			// An outage of 40 minutes of one hour, every 300 rounds.
			if i%300 < 8 && i%300 >= 0 {
				continue
			}
			if i%7 == 0 && k == 0 {
				continue
			}
			f.rtts = append(f.rtts, 0.010+0.001*float64(k)+0.00001*float64(i%12))
		}
		fedIn = append(fedIn, f)
	}
	update(t, path, pings, true, fedIn)
	got := collected{}
	account, err := ImportHistory(t.Context(), nil, os.DirFS(dir), time.Unix(start+20_000*step, 0), got.take)
	if err != nil {
		t.Fatal(err)
	}
	fine, hours, days := got["x~ 5m0s false"], got["x~ 1h0m0s true"], got["x~ 24h0m0s true"]
	if len(fine) == 0 || len(hours) == 0 || len(days) == 0 {
		t.Fatalf("%d fine, %d hours, %d days", len(fine), len(hours), len(days))
	}
	if end := hours[len(hours)-1].start.Add(time.Hour); !end.Equal(fine[0].start) {
		t.Errorf("hours end at %v, rounds begin at %v", end, fine[0].start)
	}
	if end := days[len(days)-1].start.Add(12 * time.Hour); !end.Equal(hours[0].start) || end.Unix()%86400 != 0 {
		t.Errorf("half days end at %v, hours begin at %v", end, hours[0].start)
	}
	for name, rows := range map[string][]piece{"fine": fine, "hours": hours, "days": days} {
		period := map[string]int64{"fine": 300, "hours": 3600, "days": 43200}[name]
		from, to := rows[0].start.Unix(), rows[len(rows)-1].start.Unix()+period
		want, h := truth(fedIn, pings, from, to), total(rows)
		if h.Decided() != want.Decided() || math.Abs(float64(h.Lost)-float64(want.Lost)) > 1 {
			t.Errorf("%s: %d of %d lost, want %d of %d", name, h.Lost, h.Decided(), want.Lost, want.Decided())
		}
		if name != "days" && (h.Min != want.Min || h.Max != want.Max) {
			t.Errorf("%s: from %v to %v, want %v to %v", name, h.Min, h.Max, want.Min, want.Max)
		}
		if a, b := h.Quantile(0.5), want.Quantile(0.5); math.Abs(float64(a)/float64(b)-1) > 0.02 {
			t.Errorf("%s: median %v, want %v", name, a, b)
		}
	}
	item := account.Imported[0]
	if item.Averages != len(hours)+len(days) || item.Rounds != len(fine) || item.Lent == 0 || !item.From.Equal(days[0].start) {
		t.Errorf("%+v", item)
	}
}

// TestHistoryRawLog: raw logs stand in for the rounds of the RRD file.
func TestHistoryRawLog(t *testing.T) {
	dir := t.TempDir()
	const start, step, pings = 1_700_000_100 / 60 * 60, 60, 5
	path := filepath.Join(dir, "x.rrd")
	create(t, path, start, step, pings, true, []string{"AVERAGE:0.5:1:500"})
	fedIn := rounds(80, start+step+7, step, pings, 5)
	update(t, path, pings, true, fedIn)
	var log strings.Builder
	write := func(r fed) {
		log.WriteString(strings.ReplaceAll(r.line(pings, true), ":", "\t") + "\n")
	}
	for _, r := range fedIn[20:40] {
		write(r)
	}
	later := fed{at: start + 90*step, rtts: []float64{0.5}}
	write(later)
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "x.2023-11-14.csv"), []byte(log.String()+"broken\n"), 0o600),
		os.WriteFile(filepath.Join(dir, "y~moon.2023-11-14.csv"), []byte(log.String()), 0o600),
		os.WriteFile(filepath.Join(dir, "z.adr"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	got := collected{}
	account, err := ImportHistory(t.Context(), nil, os.DirFS(dir), time.Unix(start+1000*step, 0), got.take)
	if err != nil || len(account.Imported) != 2 || account.Other != 1 {
		t.Fatalf("%v %+v", err, account)
	}
	x := account.Imported[0]
	if x.RawRounds != 21 || x.Rounds < len(fedIn) || len(x.Files) != 2 {
		t.Errorf("%+v", x)
	}
	if y := account.Imported[1]; y.Slave != "moon" || y.RawRounds != 21 || y.Rounds != 21 {
		t.Errorf("%+v", y)
	}
	if len(account.Skipped) != 1 || account.Skipped[0].Line != 22 || account.Skipped[0].File != "x.2023-11-14.csv" {
		t.Errorf("%+v", account.Skipped)
	}
	rows := got["x~ 1m0s false"]
	exact := 0
	for _, r := range fedIn[20:40] {
		for _, row := range rows {
			want := truth([]fed{r}, pings, 0, 1<<40)
			if row.start.Unix() == (r.at-1)/step*step && row.h.Lost == want.Lost && row.h.Replies == want.Replies && math.Abs(float64(row.h.Max-want.Max)) < 10 {
				exact++
			}
		}
	}
	if last := rows[len(rows)-1]; exact != 20 || last.h.Lost != 4 || last.start.Unix() != later.at-60 {
		t.Errorf("%d of 20 rounds are exact, the last is %+v", exact, last)
	}
}

// TestHistoryAccount: nothing of the folder goes unsaid.
func TestHistoryAccount(t *testing.T) {
	c := load(t, folder("config", `*** Slaves ***
+moon
display_name = Moon
*** Probes ***
+FPing
binary = /usr/bin/fping
+SSH
binary = /usr/bin/ssh-keyscan
*** Targets ***
probe = FPing
+ A
slaves = moon
++ one
host = one.example
++ two
host = two.example
+ Secure
host = s.example
probe = SSH
`), "config")
	dir := t.TempDir()
	const start = 1_700_000_100
	if err := os.Mkdir(filepath.Join(dir, "A"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"A/one.rrd", "A/one~moon.rrd", "Secure.rrd", "A/two.rrd"} {
		create(t, filepath.Join(dir, name), start, 300, 3, true, debian)
		update(t, filepath.Join(dir, name), 3, true, rounds(10, start+300, 300, 3, 1))
	}
	if err := errors.Join(os.Truncate(filepath.Join(dir, "A/two.rrd"), 5000), os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	got := collected{}
	account, err := ImportHistory(t.Context(), c, os.DirFS(dir), time.Unix(start+86400, 0), got.take)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, s := range account.Skipped {
		said = append(said, s.File+": "+s.Reason)
	}
	want := []string{
		"A/two~moon.rrd: is not there: this target has no history",
		"Secure.rrd: belongs to no target that was taken over",
		"A/two.rrd: a damaged RRD file",
	}
	for _, w := range want {
		if !strings.Contains(strings.Join(said, "\n"), w) {
			t.Errorf("nothing says %q: %q", w, said)
		}
	}
	if len(account.Imported) != 2 || account.Imported[1].Slave != "moon" || account.Other != 1 || len(said) != len(want) {
		t.Errorf("%+v %q", account, said)
	}
}

func TestHistoryEnds(t *testing.T) {
	dir := t.TempDir()
	const start = 1_700_000_100
	create(t, filepath.Join(dir, "x.rrd"), start, 300, 3, true, debian)
	update(t, filepath.Join(dir, "x.rrd"), 3, true, rounds(100, start+300, 300, 3, 1))
	boom := errors.New("boom")
	if _, err := ImportHistory(t.Context(), nil, os.DirFS(dir), time.Unix(start+1e6, 0), func(Part) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("the error of take: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	if _, err := ImportHistory(ctx, nil, os.DirFS(dir), time.Unix(start+1e6, 0), func(p Part) error {
		for range p.Rows {
			n++
			cancel()
		}
		return nil
	}); !errors.Is(err, context.Canceled) || n != 1 {
		t.Errorf("cancelled after %d rows: %v", n, err)
	}
	if _, err := ImportHistory(t.Context(), nil, fstest.MapFS{}, time.Unix(start, 0), collected{}.take); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
	// A file that claims to know the future.
	got := collected{}
	account, err := ImportHistory(t.Context(), nil, os.DirFS(dir), time.Unix(start-10*86400, 0), got.take)
	if err != nil || len(got) != 0 || account.Imported[0].Odd == 0 {
		t.Errorf("%v %+v", err, account)
	}
}

func FuzzHistory(f *testing.F) {
	dir := f.TempDir()
	path := filepath.Join(dir, "x.rrd")
	create(f, path, 1_700_000_100, 300, 3, true, []string{"AVERAGE:0.5:1:6", "MIN:0.5:3:8", "AVERAGE:0.5:3:8", "AVERAGE:0.5:48:3"})
	update(f, path, 3, true, rounds(40, 1_700_000_200, 300, 3, 3))
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data, "1700000000\tU\t1\t2.0e-02\t1.0e-02\t0.02\tU\n1700000300\t17\t3\tU\tU\tU\tU\n")
	for _, name := range []string{"armhf", "s390x"} {
		data, err := os.ReadFile(filepath.Join("testdata", name+".rrd"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, "")
	}
	f.Fuzz(func(t *testing.T, rrd []byte, log string) {
		got := collected{}
		account, err := ImportHistory(t.Context(), nil, fstest.MapFS{"x.rrd": {Data: rrd}, "x.1.csv": {Data: []byte(log)}}, time.Unix(1_800_000_000, 0), got.take)
		if err != nil {
			t.Fatal(err)
		}
		for name, rows := range got {
			for _, r := range rows {
				if r.start.Before(oldest) || r.h.Max > maxRTT || r.h.Replies > 0 && r.h.Min <= 0 {
					t.Fatalf("%s: %v %+v", name, r.start, r.h)
				}
			}
		}
		if len(got) > 0 && len(account.Imported) == 0 {
			t.Fatal("rows without an account")
		}
	})
}
