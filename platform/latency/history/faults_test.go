package history

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"tacklebox/platform/latency"
	"tacklebox/platform/testbed"
)

// TestDiskFull: while the disk is full nothing is lost but by the bound on memory,
// the person is told, queries go on, and with room everything is written. The room
// runs out at many places, in flushing, sealing and opening a month's file.
func TestDiskFull(t *testing.T) {
	for _, room := range []int64{0, 3000, 9000, 20_000, 60_000, 150_000} {
		c := &clock{epoch}
		disk := newCrashDisk(t)
		var told []error
		s := openTest(t, t.TempDir(), c, Options{vfs: disk.register(t, "full-"+time.Duration(room).String()), OnError: func(err error) { told = append(told, err) }})
		rows := traffic(1, epoch, 2*3600, 5)
		put := func(from, to int) (failed int) {
			for at := from; at < to; at += 100 {
				c.t = rows[at+99].Sent
				if err := s.Append(rows[at : at+100]); err != nil {
					t.Fatal(err)
				}
				if err := s.Flush(); err != nil {
					failed++
					if !errors.Is(err, sqlite3.FULL) && !errors.Is(err, sqlite3.CANTOPEN) || !strings.Contains(err.Error(), "make room") {
						t.Fatalf("room %d: %v", room, err)
					}
				}
				if at%1000 == 0 {
					if decided, _ := total(t, s, epoch, epoch.Add(3*time.Hour), 180); decided != uint64(at+100) {
						t.Fatalf("room %d: %d counted of %d while the disk is full", room, decided, at+100)
					}
				}
			}
			return failed
		}
		if put(0, 100) != 0 {
			t.Fatal("full at once")
		}
		disk.mu.Lock()
		disk.room = room
		disk.mu.Unlock()
		if put(100, 6000) == 0 || len(told) == 0 || told[0] == nil {
			t.Fatalf("room %d: never full, told %v", room, told)
		}
		if s.Dropped() != 0 {
			t.Errorf("room %d: %d rows dropped", room, s.Dropped())
		}
		disk.mu.Lock()
		disk.room = -1
		disk.mu.Unlock()
		if put(6000, 7200) != 0 || told[len(told)-1] != nil {
			t.Errorf("room %d: it goes on being full, told %v", room, told)
		}
		if got := samples(t, s, epoch, epoch.Add(3*time.Hour)); len(got) != 7200 {
			t.Errorf("room %d: %d samples", room, len(got))
		}
		if err := integrity(s.w); err != nil {
			t.Errorf("room %d: %v", room, err)
		}
	}
}

// TestMemoryBound: what cannot be written for very long is given up from the
// oldest on, and counted.
func TestMemoryBound(t *testing.T) {
	c := &clock{epoch}
	disk := newCrashDisk(t)
	s := openTest(t, t.TempDir(), c, Options{vfs: disk.register(t, "memory"), Memory: 20_000})
	disk.mu.Lock()
	disk.room = 0
	disk.mu.Unlock()
	rows := traffic(1, epoch, 20_000, 5)
	for at := 0; at < len(rows); at += 100 {
		_ = s.Append(rows[at : at+100])
		if err := s.Flush(); err == nil {
			t.Fatal("written to a full disk")
		}
	}
	got := samples(t, s, epoch, epoch.Add(24*time.Hour))
	if s.Dropped() == 0 || int(s.Dropped())+len(got) != len(rows) || got[len(got)-1].Seq != 19_999 {
		t.Errorf("%d rows dropped, %d left", s.Dropped(), len(got))
	}
}

// TestDamagedMonth: a month's file that is broken, whole or in a place, costs its
// own raw samples. Roll-ups stand in, other months read, measuring and sealing go
// on in a new file, and the broken one is kept aside.
func TestDamagedMonth(t *testing.T) {
	for name, breakIt := range map[string]func(t *testing.T, path string){
		"no database": func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("broken ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"first page":  func(t *testing.T, path string) { overwrite(t, path, 100, 2000) },
		"from page 2": func(t *testing.T, path string) { overwrite(t, path, 4096, 1<<20) },
		"cut off": func(t *testing.T, path string) {
			if err := os.Truncate(path, 5000); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Date(2026, 3, 31, 22, 0, 0, 0, time.UTC)
			c := &clock{start}
			dir := t.TempDir()
			s := openTest(t, dir, c, Options{})
			feed(t, s, c, traffic(1, start, 3*3600+600, 5))
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			breakIt(t, filepath.Join(dir, "raw-2026-03.db"))
			var told []error
			s = openTest(t, dir, c, Options{OnError: func(err error) { told = append(told, err) }})
			if decided, columns := total(t, s, start, start.Add(3*time.Hour), 3*360); decided == 0 || columns != 3*360 {
				t.Errorf("%d decided in %d of %d columns: minutes did not stand in", decided, columns, 3*360)
			}
			if len(told) == 0 || !strings.Contains(told[0].Error(), "2026-03") {
				t.Errorf("told %v", told)
			}
			total(t, s, start, start.Add(3*time.Hour), 3*360)
			if len(told) > 1 {
				t.Errorf("told again: %v", told)
			}
			var got, failed int
			for _, err := range s.Samples(t.Context(), 1, latency.LocalNode, start, start.Add(4*time.Hour)) {
				if err != nil {
					failed++
				} else {
					got++
				}
			}
			if failed == 0 || got < 4200 {
				t.Errorf("%d samples of April and %d errors", got, failed)
			}
			// A late answer of March makes its file be written.
			late := traffic(1, start, 1, 5)[0]
			late.Outcome, late.RTT = latency.Late, 3*time.Second
			if err := errors.Join(s.Append([]latency.Result{late}), s.Flush()); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(filepath.Join(dir, "raw-2026-03.db.damaged")); err != nil {
				t.Error(err)
			}
			if events, err := s.Events(t.Context(), 1, start, c.t.Add(time.Hour)); err != nil || len(events) != 1 || events[0].Kind != "store" {
				t.Errorf("events %+v, %v", events, err)
			}
			if decided, _ := total(t, s, start, start.Add(4*time.Hour), 4); decided != 3*3600+600 {
				t.Errorf("%d counted after a new file was begun", decided)
			}
		})
	}
}

func overwrite(t *testing.T, path string, from, to int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	junk := make([]byte, min(to, info.Size())-from)
	for i := range junk {
		junk[i] = byte(i*7 + 3)
	}
	if _, err := f.WriteAt(junk, from); err != nil {
		t.Fatal(err)
	}
}

// TestOpenRefuses: each thing that is no usable folder gets a sentence that names
// it, and is left as it is.
func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(t.TempDir(), "broken")
	s, err := Open(broken, Options{manual: true})
	if err == nil {
		err = errors.Join(s.SaveSetting("a", nil), s.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	overwrite(t, filepath.Join(broken, mainName), 100, 1<<20)
	for name, v := range map[string]struct {
		dir      string
		readOnly bool
	}{
		"a file":       {filepath.Join(file, "below"), false},
		"nothing":      {filepath.Join(t.TempDir(), "absent"), true},
		"broken":       {broken, false},
		"broken, read": {broken, true},
	} {
		s, err := Open(v.dir, Options{manual: true, ReadOnly: v.readOnly})
		if err == nil {
			_ = s.Close()
			t.Errorf("%s: opened", name)
			continue
		}
		if !strings.Contains(err.Error(), filepath.Base(v.dir)) {
			t.Errorf("%s: %v does not name it", name, err)
		}
		t.Log(err)
	}
}

// TestTwoProcesses: another process's store follows what the measuring one writes,
// survives its end at any moment, and the next to open takes over.
func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	end := startWriter(t, dir)
	c := &clock{killStart}
	testbed.Wait(t, "the writer makes its store", func() bool {
		_, err := Open(dir, Options{ReadOnly: true, manual: true})
		return err == nil
	})
	s := openTest(t, dir, c, Options{})
	if s.Writer() {
		t.Fatal("two writers")
	}
	// Past sealed hours, which the reader must let go of and find in their file.
	seen := uint64(0)
	for _, want := range []uint64{10, 200, 300} {
		testbed.Wait(t, "the reader sees what is written", func() bool {
			decided, _ := total(t, s, killStart.Add(-time.Hour), killStart.Add(47*time.Hour), 48)
			if decided < seen {
				t.Fatalf("%d after %d", decided, seen)
			}
			seen = decided
			return decided >= want
		})
	}
	end()
	before, _ := total(t, s, killStart.Add(-time.Hour), killStart.Add(470*time.Hour), 48)
	next := openTest(t, dir, c, Options{})
	if !next.Writer() {
		t.Fatal("the lock of a dead process holds")
	}
	after, _ := total(t, next, killStart.Add(-time.Hour), killStart.Add(470*time.Hour), 48)
	if before == 0 || before != after {
		t.Errorf("%d read before, %d after taking over", before, after)
	}
}

// TestReaderOfDeletedMonth: a reader that has a month's file open goes on when the
// writer deletes it.
func TestReaderOfDeletedMonth(t *testing.T) {
	c := &clock{epoch}
	dir := t.TempDir()
	s := openTest(t, dir, c, Options{})
	feed(t, s, c, traffic(1, epoch, 3600, 3))
	c.t = epoch.Add(2 * time.Hour)
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	reader := openTest(t, dir, c, Options{})
	if got := samples(t, reader, epoch, epoch.Add(time.Hour)); len(got) != 3600 {
		t.Fatalf("%d samples", len(got))
	}
	c.t = epoch.Add(100 * 24 * time.Hour)
	feed(t, s, c, traffic(1, c.t, 10, 3))
	c.t = c.t.Add(2 * time.Hour)
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	if got := samples(t, reader, epoch, c.t); len(got) != 10 {
		t.Errorf("%d samples, want those of the new month", len(got))
	}
	if decided, columns := total(t, reader, epoch, epoch.Add(time.Hour), 360); columns != 360 || decided == 0 {
		t.Errorf("%d columns of the deleted month", columns)
	}
	// Retention is kept with the store, and read by whoever opens it.
	keep := Retention{Raw: 0, Minute: 50 * 24 * time.Hour}
	if err := s.SetRetention(keep); err != nil {
		t.Fatal(err)
	}
	if err := s.SetRetention(Retention{Raw: time.Hour}); err == nil {
		t.Error("an hour of raw samples was accepted")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := openTest(t, dir, c, Options{}).Retention(); got != keep {
		t.Errorf("retention %+v", got)
	}
}

// TestFullAtOpen: a disk without any room for what SQLite shares between processes is
// told as what it is, and not as an I/O error. Seen on a full tmpfs.
func TestFullAtOpen(t *testing.T) {
	if err := unopened(sqlite3.IOERR_SHMSIZE); !strings.Contains(err.Error(), "the disk is full") || !strings.Contains(err.Error(), "make room") {
		t.Error(err)
	}
	if err := unopened(sqlite3.IOERR_READ); strings.Contains(err.Error(), "full") {
		t.Error(err)
	}
}
