package history

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	process "os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/testbed"
)

// The writing process of TestKills gets its folder and its first row by these.
const (
	killDir  = "TACKLEBOX_TEST_HISTORY_DIR"
	killFrom = "TACKLEBOX_TEST_HISTORY_FROM"
)

const (
	killTargets  = 5
	killInterval = 30 * time.Second
)

var killStart = time.Date(2026, 1, 30, 12, 0, 0, 0, time.UTC)

func killRow(target, i int) latency.Result {
	return latency.Result{Target: latency.TargetID(target), Node: latency.LocalNode, Seq: uint64(i), Sent: killStart.Add(time.Duration(i) * killInterval),
		Outcome: latency.Reply, RTT: time.Duration(10+i%50) * time.Millisecond, Engine: "kernel"}
}

// killWriter measures as fast as it can, ten rows of each target to a flush, and
// says on its output what it appended and what it flushed, until it is killed.
func killWriter(dir string, from int) error {
	c := &clock{killStart.Add(time.Duration(from) * killInterval)}
	s, err := Open(dir, Options{manual: true, Now: c.now})
	if err != nil {
		return err
	}
	for id := latency.TargetID(1); id <= killTargets; id++ {
		if err := s.SaveTarget(&latency.Target{ID: id, Name: "t", Host: "192.0.2.7", Interval: killInterval}, int(id)); err != nil {
			return err
		}
	}
	for i := from; ; i += 10 {
		for n := range 10 {
			for target := range killTargets {
				if err := s.Append([]latency.Result{killRow(target+1, i+n)}); err != nil {
					return err
				}
			}
			c.t = killStart.Add(time.Duration(i+n) * killInterval)
		}
		fmt.Printf("appended %d\n", i+10)
		if err := s.Flush(); err != nil {
			return err
		}
		fmt.Printf("flushed %d\n", i+10)
	}
}

// TestKills kills a process under load 200 times at any moment, over sealed hours
// and the turn of a month. Each time the store opens, all its files are whole, and
// all that was flushed is there: not more than one flush is lost, which is ten
// seconds (TestFlushInterval).
func TestKills(t *testing.T) {
	if dir := os.Getenv(killDir); dir != "" {
		from, err := strconv.Atoi(os.Getenv(killFrom))
		if err == nil {
			err = killWriter(dir, from)
		}
		t.Fatal(err)
	}
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(7, 7))
	const kills = 200
	rows, seals, lost := 0, int64(0), 0
	for kill := range kills {
		appended, flushed := killOnce(t, dir, rows, r)
		c := &clock{killStart.Add(time.Duration(max(appended, 1)-1) * killInterval)}
		s, err := Open(dir, Options{manual: true, Now: c.now})
		if err != nil {
			t.Fatalf("kill %d: %v", kill, err)
		}
		got, err := killCheck(t, s, kill%50 == 49 || kill == kills-1)
		if err != nil {
			t.Fatalf("kill %d: %v", kill, err)
		}
		if got < flushed || got > appended {
			t.Fatalf("kill %d: %d rows of each target are there, %d were flushed, %d appended", kill, got, flushed, appended)
		}
		lost = max(lost, appended-got)
		rows, seals = got, s.sealed
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills, %d rows of each of %d targets, sealed to %v; at most %d rows lost at once", kills, rows, killTargets, time.UnixMicro(seals).UTC().Format(time.DateTime), lost)
	if lost > 20 {
		t.Errorf("%d rows were lost at once: more than one flush and what came during it", lost)
	}
}

// killOnce runs the writer until some time after one of its first reports.
func killOnce(t *testing.T, dir string, from int, r *rand.Rand) (appended, flushed int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*testbed.Deadline)
	defer cancel()
	cmd := process.CommandContext(ctx, os.Args[0], "-test.run=^TestKills$")
	cmd.Env = append(os.Environ(), killDir+"="+dir, killFrom+"="+strconv.Itoa(from))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	appended, flushed = from, from
	var timer *time.Timer
	reports, after := 0, 1+r.IntN(30)
	said := []string{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		what, number, _ := strings.Cut(lines.Text(), " ")
		n, err := strconv.Atoi(number)
		switch {
		case err == nil && what == "appended":
			appended = n
		case err == nil && what == "flushed":
			flushed = n
		default:
			said = append(said, lines.Text())
			continue
		}
		if reports++; reports == after {
			// SIGKILL, or what is nearest to it.
			timer = time.AfterFunc(time.Duration(r.IntN(5000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		}
	}
	if timer != nil {
		timer.Stop()
	}
	_ = cmd.Process.Kill()
	if err := cmd.Wait(); err == nil || reports < after || ctx.Err() != nil {
		t.Fatalf("the writer ended by itself after %d reports: %v: %s", reports, err, said)
	}
	return appended, flushed
}

// startWriter runs the writer of TestKills until end is called, which kills it.
func startWriter(t *testing.T, dir string) (end func()) {
	t.Helper()
	cmd := process.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKills$")
	cmd.Env = append(os.Environ(), killDir+"="+dir, killFrom+"=0")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end = sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	t.Cleanup(end)
	return end
}

// killCheck looks at the whole store and returns how many rows each target has.
func killCheck(t *testing.T, s *Store, samples bool) (rows int, err error) {
	if err := integrity(s.w); err != nil {
		return 0, err
	}
	for _, month := range []string{"2026-01", "2026-02"} {
		s.rmu.Lock()
		c, err := s.monthConn(month)
		s.rmu.Unlock()
		if err == nil && c != nil {
			err = integrity(c)
		}
		if err != nil {
			return 0, fmt.Errorf("month %s: %w", month, err)
		}
	}
	for target := range killTargets {
		from, to := killStart.Add(-12*time.Hour), killStart.Add(20*24*time.Hour)
		cols, err := s.Columns(t.Context(), latency.TargetID(target+1), latency.LocalNode, from, to, 1)
		if err != nil {
			return 0, err
		}
		n := 0
		if h := cols[0].Hist; h != nil {
			n = int(h.Decided())
		}
		if target > 0 && n != rows {
			return 0, fmt.Errorf("target %d has %d rows, the first %d", target+1, n, rows)
		}
		rows = n
		if !samples {
			continue
		}
		seq := 0
		for r, err := range s.Samples(t.Context(), latency.TargetID(target+1), latency.LocalNode, from, to) {
			if err != nil {
				return 0, err
			}
			if r.Seq != uint64(seq) || r.RTT != stored(killRow(1, seq).RTT) {
				return 0, fmt.Errorf("target %d: row %d is %+v", target+1, seq, r)
			}
			seq++
		}
		if seq != rows {
			return 0, fmt.Errorf("target %d: %d samples, %d counted", target+1, seq, rows)
		}
	}
	return rows, nil
}

// TestFlushInterval: what is appended is on the disk within ten seconds by itself:
// the interval leaves a second for the writing, and the store's goroutine keeps
// to it.
func TestFlushInterval(t *testing.T) {
	if flushEvery+time.Second > 10*time.Second {
		t.Errorf("flushed every %v", flushEvery)
	}
	dir := t.TempDir()
	s, err := Open(dir, Options{flushEvery: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	reader, err := Open(dir, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for i := range 3 {
		row := killRow(1, i)
		row.Sent = now.Add(time.Duration(i) * time.Millisecond)
		if err := s.Append([]latency.Result{row}); err != nil {
			t.Fatal(err)
		}
		testbed.Wait(t, "the reader sees what was appended", func() bool {
			decided, _ := total(t, reader, now.Add(-time.Minute), now.Add(time.Minute), 1)
			return decided == uint64(i+1)
		})
	}
	if err := errors.Join(reader.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
}
