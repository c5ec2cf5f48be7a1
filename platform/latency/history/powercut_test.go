package history

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"tacklebox/platform/latency"
)

// cutAt is a disk as a power cut left it, and what must be there.
type cutAt struct {
	disk     *crashDisk
	step     string
	how      int
	promised int // rows reported as written
	appended int
	now      time.Time
}

// TestPowerCut cuts the power at every sync of a run with flushes, sealed hours,
// a change of month, checkpoints and retention, and treats what was not synced in
// four ways. Afterwards the store opens, every file of it is whole, everything
// that was reported as written is there once, and roll-ups and samples agree.
func TestPowerCut(t *testing.T) {
	start := time.Date(2026, 1, 31, 23, 30, 0, 0, time.UTC)
	c := &clock{start}
	disk := newCrashDisk(t)
	r := rand.New(rand.NewPCG(1, 1))
	var cuts []cutAt
	step, promised, appended := "open", 0, 0
	disk.onSync = func() {
		for how := range cutKinds {
			cuts = append(cuts, cutAt{disk.cut(t, how, r), step, how, promised, appended, c.t})
		}
	}
	s := openTest(t, t.TempDir(), c, Options{vfs: disk.register(t, "powercut")})
	if err := s.w.Exec("pragma wal_autocheckpoint=16"); err != nil {
		t.Fatal(err)
	}
	step = "targets"
	for range 2 {
		if err := s.SaveTarget(&latency.Target{Name: "a", Host: "192.0.2.7", Interval: time.Minute}, 0); err != nil {
			t.Fatal(err)
		}
	}
	seq := 0
	put := func(minutes int) {
		for range minutes / 10 {
			step = "flush at " + c.t.Format("01-02 15:04")
			for range 10 {
				for id := range latency.TargetID(2) {
					row := latency.Result{Target: id + 1, Node: latency.LocalNode, Seq: uint64(seq), Sent: c.t, Outcome: latency.Reply, RTT: time.Duration(20+seq%7) * time.Millisecond, Engine: "kernel"}
					if err := s.Append([]latency.Result{row}); err != nil {
						t.Fatal(err)
					}
				}
				seq++
				c.t = c.t.Add(time.Minute)
			}
			appended = seq
			if err := s.Flush(); err != nil {
				t.Fatal(err)
			}
			promised = seq
		}
	}
	put(60) // over the turn of the month
	c.t = time.Date(2026, 3, 5, 10, 0, 0, 0, time.UTC)
	put(20) // January goes
	if _, ok := disk.files["raw-2026-01.db"]; ok || disk.files["raw-2026-02.db"] == nil {
		t.Fatal("the run did not delete January and keep February")
	}
	step = "close"
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	steps := map[string]bool{}
	for _, cut := range cuts {
		steps[cut.step] = true
	}
	t.Logf("%d power cuts in %d steps", len(cuts), len(steps))
	if len(cuts) < cutKinds*40 {
		t.Errorf("only %d cuts", len(cuts))
	}
	for i := range cuts {
		if err := cuts[i].check(t, fmt.Sprintf("powercut-%d", i)); err != nil {
			t.Errorf("cut %d in %q, kind %d: %v", i, cuts[i].step, cuts[i].how, err)
		}
	}
}

// check opens the disk and looks at all of it.
func (a *cutAt) check(t *testing.T, name string) (err error) {
	files := make([]string, 0, len(a.disk.files))
	for name := range a.disk.files {
		files = append(files, name)
	}
	c := &clock{a.now}
	s, err := Open(t.TempDir(), Options{vfs: a.disk.register(t, name), manual: true, Now: c.now})
	if err != nil {
		return fmt.Errorf("it does not open: %w (files %q)", err, files)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for pass := range 2 { // as it is, and after it went on
		if err := a.whole(t, s); err != nil {
			return fmt.Errorf("pass %d: %w (files %q)", pass, err, files)
		}
		if err := s.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func (a *cutAt) whole(t *testing.T, s *Store) error {
	if err := integrity(s.w); err != nil {
		return fmt.Errorf("%s: %w", mainName, err)
	}
	for _, month := range []string{"2026-01", "2026-02", "2026-03"} {
		s.rmu.Lock()
		c, err := s.monthConn(month)
		s.rmu.Unlock()
		if err == nil && c != nil {
			err = integrity(c)
		}
		if err != nil {
			return fmt.Errorf("month %s: %w", month, err)
		}
	}
	for id := latency.TargetID(1); id <= 2; id++ {
		from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
		cols, err := s.Columns(t.Context(), id, latency.LocalNode, from, to, 1)
		if err != nil {
			return err
		}
		decided := 0
		if cols[0].Hist != nil {
			decided = int(cols[0].Hist.Decided())
		}
		if decided < a.promised || decided > a.appended {
			return fmt.Errorf("target %d: %d rows are counted, %d were reported as written and %d appended", id, decided, a.promised, a.appended)
		}
		// January may be deleted or not; of the rest all rows are there, once.
		var seqs []uint64
		for r, err := range s.Samples(t.Context(), id, latency.LocalNode, from, to) {
			if err != nil {
				return err
			}
			seqs = append(seqs, r.Seq)
		}
		slices.Sort(seqs)
		want := uint64(0)
		if len(seqs) > 0 && seqs[0] == 30 {
			want = 30
		}
		for _, seq := range seqs {
			if seq != want {
				return fmt.Errorf("target %d: row %d where %d should be", id, seq, want)
			}
			want++
		}
		if int(want) != decided && !(want == 0 && decided == 30) {
			return fmt.Errorf("target %d: samples to %d, counted %d", id, want, decided)
		}
	}
	return nil
}

func integrity(c *sqlite3.Conn) error {
	var said []string
	if err := query(c, "pragma integrity_check", nil, func(r *sqlite3.Stmt) error {
		said = append(said, r.ColumnText(0))
		return nil
	}); err != nil {
		return err
	}
	if !slices.Equal(said, []string{"ok"}) {
		return errors.New(strings.Join(said, "; "))
	}
	return nil
}
