package history

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
)

// clock is a time that a test sets.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func openTest(t testing.TB, dir string, c *clock, o Options) *Store {
	t.Helper()
	o.manual, o.Now = true, c.now
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// feed appends rows as time goes by, and flushes every ten seconds of it.
func feed(t testing.TB, s *Store, c *clock, rows []latency.Result) {
	t.Helper()
	for i, r := range rows {
		c.t = r.Sent
		if err := s.Append(rows[i : i+1]); err != nil {
			t.Fatal(err)
		}
		if i%10 == 9 {
			if err := s.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func samples(t testing.TB, s *Store, from, to time.Time) (out []latency.Result) {
	t.Helper()
	for r, err := range s.Samples(t.Context(), 1, latency.LocalNode, from, to) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func pageBytes(t *testing.T, c *sqlite3.Conn) int64 {
	t.Helper()
	pages, err1 := queryInt(c, "pragma page_count")
	free, err2 := queryInt(c, "pragma freelist_count")
	size, err3 := queryInt(c, "pragma page_size")
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	return (pages - free) * size
}

// TestHours: two hours of a target read back the same while live, sealed, opened
// again, from a moved folder and by a second process's store; and roll-ups equal
// what the samples give.
func TestHours(t *testing.T) {
	c := &clock{epoch}
	dir := filepath.Join(t.TempDir(), "a b%?#")
	s := openTest(t, dir, c, Options{})
	rows := traffic(1, epoch, 7800, 5)
	reader := openTest(t, dir, c, Options{})
	if reader.Writer() || !errors.Is(reader.Append(rows[:1]), ErrReader) {
		t.Fatal("two writers")
	}
	check := func(name string, s *Store, n int) {
		t.Helper()
		got := samples(t, s, epoch, epoch.Add(3*time.Hour))
		if len(got) != n {
			t.Fatalf("%s: %d samples of %d", name, len(got), n)
		}
		for i, g := range got {
			w := rows[i]
			if w.RTT > 0 {
				w.RTT = stored(w.RTT)
			}
			if g.Seq != w.Seq || g.Outcome != w.Outcome || g.RTT != w.RTT || g.Address != w.Address || g.Engine != w.Engine || g.Sent.Sub(w.Sent).Abs() > 20*time.Millisecond {
				t.Fatalf("%s: row %d: got %+v, want %+v", name, i, g, w)
			}
		}
		// Columns of raw, minutes, five minutes and an hour hold the same.
		for _, width := range []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, time.Hour} {
			cols, err := s.Columns(t.Context(), 1, latency.LocalNode, epoch, epoch.Add(3*time.Hour), int(3*time.Hour/width))
			if err != nil {
				t.Fatal(err)
			}
			want := make([]histogram.Histogram, len(cols))
			for i := range got {
				want[int(got[i].Sent.Sub(epoch)/width)].Count(&got[i])
			}
			for i := range cols {
				if isEmpty(&want[i]) != (cols[i].Hist == nil) || cols[i].Hist != nil && !bytes.Equal(cols[i].Hist.Append(nil), want[i].Append(nil)) {
					t.Fatalf("%s: width %v: column %d differs: %+v, want %+v", name, width, i, cols[i].Hist, want[i])
				}
			}
		}
	}
	feed(t, s, c, rows[:3500])
	check("live", s, 3500)
	check("live, reader", reader, 3500)
	feed(t, s, c, rows[3500:])
	if s.sealed != hourOf(epoch.UnixMicro())+2*hourMicros && s.sealed != hourOf(epoch.UnixMicro())+hourMicros {
		t.Fatalf("sealed to %v", time.UnixMicro(s.sealed))
	}
	c.t = epoch.Add(2*time.Hour + 10*time.Minute)
	check("unsealed", s, 7800)
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	check("sealed", s, 7800)
	check("sealed, reader", reader, 7800)
	if err := errors.Join(reader.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	moved := filepath.Join(t.TempDir(), "moved")
	if err := os.Rename(dir, moved); err != nil {
		t.Fatal(err)
	}
	s = openTest(t, moved, c, Options{})
	check("moved", s, 7800)
	// Sealing again, with late rows, changes nothing but these.
	late := rows[100]
	late.Outcome, late.RTT = latency.Duplicate, time.Second
	if err := errors.Join(s.Append([]latency.Result{late, rows[100]}), s.Flush()); err != nil {
		t.Fatal(err)
	}
	if got := samples(t, s, epoch, epoch.Add(time.Hour)); len(got) != 3601 {
		t.Errorf("after a late row: %d in the first hour", len(got))
	}
	cols, err := s.Columns(t.Context(), 1, latency.LocalNode, epoch, epoch.Add(time.Hour), 1)
	if err != nil || cols[0].Hist.Duplicates != 1 || cols[0].Hist.Decided() != 3600 {
		t.Errorf("after a late row: %+v, %v", cols[0].Hist, err)
	}
}

// TestSizes: what a sample takes on disk, all told, with 100 targets flushed every
// ten seconds while an hour is open, and once it is sealed.
func TestSizes(t *testing.T) {
	c := &clock{epoch}
	s := openTest(t, t.TempDir(), c, Options{})
	empty := pageBytes(t, s.w)
	const targets, seconds, hours = 100, 600, 3
	all := make([][]latency.Result, targets)
	for i := range all {
		all[i] = traffic(latency.TargetID(i+1), epoch.Add(time.Duration(i)*10*time.Millisecond), hours*3600, 9)
	}
	put := func(from, to, step int) {
		for at := from; at < to; at += step {
			for i := range all {
				_ = s.Append(all[i][at : at+step])
			}
			if err := s.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	put(0, seconds, 10)
	open := float64(pageBytes(t, s.w)-empty) / (targets * seconds)
	put(seconds, hours*3600, 600)
	c.t = epoch.Add(hours*time.Hour + 2*sealAfter)
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	raw, err := s.monthConn("2026-03")
	if err != nil || raw == nil {
		t.Fatal(err)
	}
	sealed := float64(pageBytes(t, raw)) / (targets * hours * 3600)
	t.Logf("bytes a sample: %.2f open, %.2f sealed", open, sealed)
	for i := range tiers {
		var bytes, rows int64
		if err := query(s.w, "select sum(length(data)), count(*) from "+tiers[i].table, nil, func(r *sqlite3.Stmt) error {
			bytes, rows = r.ColumnInt64(0), r.ColumnInt64(1)
			return nil
		}); err != nil || rows == 0 {
			t.Fatal(err)
		}
		t.Logf("roll-ups %q: %.2f bytes a sample", tiers[i].table, float64(bytes)/(targets*hours*3600))
	}
	if open > 2.5 || sealed > 1.4 {
		t.Error("over the budget of 2.5 and 1.4")
	}
}

func TestNewerVersionIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	c := &clock{epoch}
	s := openTest(t, dir, c, Options{})
	if err := s.w.Exec("pragma user_version=99; pragma wal_checkpoint(truncate)"); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	path := filepath.Join(dir, mainName)
	before, _ := os.ReadFile(path)
	_, err := Open(dir, Options{manual: true})
	if !errors.Is(err, ErrNewer) {
		t.Fatalf("got %v", err)
	}
	after, _ := os.ReadFile(path)
	files, _ := os.ReadDir(dir)
	if !bytes.Equal(before, after) || len(files) != 2 {
		t.Errorf("it was touched: %v", files)
	}
	if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{manual: true}); err == nil {
		t.Error("a text file opened")
	}
}

// TestMigration: each step is applied once, and a step that fails leaves the
// version before it.
func TestMigration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	var o Options
	for i, steps := range [][]string{{"create table a (x)"}, {"create table a (x)", "alter table a add y"}, {"create table a (x)", "alter table a add y", "nonsense"}} {
		conn, err := o.openFile(path, "wal", steps)
		if (err != nil) != (i == 2) {
			t.Fatalf("step %d: %v", i, err)
		}
		if err == nil {
			_ = conn.Close()
		}
		if v, err := headerVersion(path); err != nil || int(v) != min(i+1, 2) {
			t.Errorf("step %d: version %d, %v", i, v, err)
		}
	}
}

// TestIntervalAndOutages: a change of interval keeps what there is, and what was
// lost in a row is found.
func TestIntervalAndOutages(t *testing.T) {
	c := &clock{epoch}
	s := openTest(t, t.TempDir(), c, Options{})
	target := latency.Target{Name: "a", Host: "192.0.2.7", Interval: time.Second}
	if err := s.SaveTarget(&target, 0); err != nil || target.ID != 1 {
		t.Fatal(err)
	}
	rows := traffic(1, epoch, 100, 3)
	for i := range rows {
		if i >= 40 && i < 50 {
			rows[i].Outcome, rows[i].RTT = latency.Timeout, 0
		}
	}
	feed(t, s, c, rows)
	target.Interval = time.Minute
	if err := s.SaveTarget(&target, 0); err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		r := rows[0]
		r.Seq, r.Sent = uint64(100+i), epoch.Add(time.Duration(i+2)*time.Minute)
		feed(t, s, c, []latency.Result{r})
	}
	c.t = epoch.Add(3 * time.Hour)
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	if got := samples(t, s, epoch, c.t); len(got) != 200 || got[199].Sent.Sub(epoch).Round(time.Second) != 101*time.Minute {
		t.Errorf("%d samples", len(got))
	}
	out, err := s.Outages(t.Context(), 1, latency.LocalNode, epoch, c.t, 5)
	if err != nil || len(out) != 1 || out[0].Lost != 10 || out[0].Start.Sub(epoch).Round(time.Second) != 40*time.Second {
		t.Errorf("outages %+v, %v", out, err)
	}
	list, err := s.Targets(t.Context())
	if err != nil || len(list) != 1 || list[0].Interval != time.Minute {
		t.Errorf("targets %+v, %v", list, err)
	}
}

func TestRetention(t *testing.T) {
	c := &clock{epoch}
	dir := t.TempDir()
	s := openTest(t, dir, c, Options{})
	feed(t, s, c, traffic(1, epoch, 3600, 3))
	c.t = epoch.Add(2 * time.Hour)
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	c.t = epoch.Add(200 * 24 * time.Hour) // raw and minutes are over
	feed(t, s, c, traffic(1, c.t, 100, 4))
	c.t = c.t.Add(2 * time.Hour)
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "raw-2026-03.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old month: %v", err)
	}
	cols, err := s.Columns(t.Context(), 1, latency.LocalNode, epoch, epoch.Add(time.Hour), 60)
	if err != nil || cols[3].Hist == nil || cols[3].Hist.Decided() != 300 {
		t.Errorf("five minutes stand in for one: %+v, %v", cols[3].Hist, err)
	}
}
