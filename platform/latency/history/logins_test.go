package history

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"tacklebox/platform/latency"
)

// TestForgetLogins: a store that an earlier version kept passwords in gives none
// away, to no reader, and has none in its files once it was opened to be measured
// into. All else about its targets stays.
func TestForgetLogins(t *testing.T) {
	const canary = "c4n4ry"
	dir := t.TempDir()
	c := &clock{epoch}
	s := openTest(t, dir, c, Options{})
	var want []latency.Target
	for i := range 300 {
		one := latency.Target{Name: fmt.Sprint("page ", i), Kind: latency.KindHTTP, Host: "host", URL: fmt.Sprintf("https://host/%d@x", i), Interval: time.Second}
		if err := s.SaveTarget(&one, i/3); err != nil {
			t.Fatal(err)
		}
		want = append(want, one)
	}
	plant := func(pass int) {
		if err := s.change("targets", func(db *sqlite3.Conn) error {
			for i := pass; i < 300; i += 7 {
				// As an earlier version did, and did again: the first text stays in the page.
				body := fmt.Sprintf(`{"ID":%[1]d,"Name":"https://me:%[2]s@host/","Kind":"http","Host":"host","URL":"https://me:%[2]s@host/%[3]d@x","Interval":1000000000}`, want[i].ID, strings.Repeat(canary, 1+pass), i)
				want[i].Name = "https://host/"
				if i%2 == 0 { // what reads as a port, too
					body = fmt.Sprintf(`{"ID":%[1]d,"Name":"https://me:7/%[2]s@host/","Kind":"http","Host":"me","URL":"https://me:7/%[2]s@host/","Interval":1000000000}`, want[i].ID, strings.Repeat(canary, 1+pass))
					want[i].Name, want[i].URL = "https://me:7/", "https://me:7/"
				}
				if err := exec(db, "insert or replace into targets values (?,?,?)", int64(want[i].ID), i/3, body); err != nil {
					return err
				}
			}
			return exec(db, "delete from targets where id=?", int64(want[299].ID))
		}); err != nil {
			t.Fatal(err)
		}
	}
	plant(6)
	plant(3)
	want = want[:299]
	check := func(s *Store) {
		t.Helper()
		got, err := s.Targets(t.Context())
		if err != nil || len(got) != len(want) {
			t.Fatalf("%d targets: %v", len(got), err)
		}
		for i := range got {
			if got[i].ID != want[i].ID || got[i].Name != want[i].Name || got[i].URL != want[i].URL || got[i].Interval != time.Second {
				t.Errorf("%+v, want %+v", got[i], want[i])
			}
		}
	}
	files := func(dir string) (n int) {
		t.Helper()
		names, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			n += bytes.Count(b, []byte(canary))
		}
		return n
	}
	check(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if files(dir) == 0 {
		t.Fatal("nothing was planted")
	}
	reader, err := Open(dir, Options{ReadOnly: true, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	check(reader)
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	s = openTest(t, dir, c, Options{})
	if n := files(dir); n != 0 {
		t.Errorf("the files have it %d times", n)
	}
	check(s)
	out := filepath.Join(t.TempDir(), "store.zip")
	moved := t.TempDir()
	if err := errors.Join(s.Export(t.Context(), out), Restore(t.Context(), out, moved)); err != nil {
		t.Fatal(err)
	}
	if n := files(moved); n != 0 {
		t.Errorf("the export has it %d times", n)
	}
	// IDs are not used again.
	fresh := latency.Target{Name: "new", Kind: latency.KindICMP, Host: "host"}
	if err := s.SaveTarget(&fresh, 300); err != nil || fresh.ID <= want[298].ID+1 {
		t.Errorf("ID %d after %d: %v", fresh.ID, want[298].ID+1, err)
	}
	for _, bad := range []latency.Target{{Name: "a", URL: "https://me:" + canary + "@host/"}, {Name: "https://me:" + canary + "@host/"}, {Name: "a", URL: "https://me:7/" + canary + "@host/"}} {
		if err := s.SaveTarget(&bad, 0); !errors.Is(err, ErrLogin) || strings.Contains(err.Error(), canary) {
			t.Errorf("%v", err)
		}
	}
}
