package history

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tacklebox/platform/latency"
)

var update = flag.Bool("update", false, "write testdata/schema-N.zip of the newest schema anew")

// TestSchemas opens a store of every schema there ever was, kept as an export, and
// finds in it what was put there. A released one is never written anew.
func TestSchemas(t *testing.T) {
	newest := filepath.Join("testdata", fmt.Sprintf("schema-%d.zip", len(migrations)))
	if *update {
		if err := os.Remove(newest); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		c := &clock{epoch.Add(48 * time.Hour)}
		s := openTest(t, t.TempDir(), c, Options{})
		importRollups(t, s, epoch, epoch.Add(24*time.Hour), time.Hour)
		start := epoch.Add(48 * time.Hour)
		rows := append(traffic(1, start, 4500, 3), odd(start.Add(2*time.Hour))...)
		feed(t, s, c, rows)
		if err := errors.Join(
			s.SaveTarget(&latency.Target{Name: "a name", Host: "192.0.2.7", Interval: time.Second}, 0), s.SaveSetting("a", []byte("b")),
			s.SaveEvent(&Event{Node: latency.LocalNode, Target: 1, At: start, Kind: "remark", Body: "text"}),
			s.SetRetention(Retention{Raw: 90 * 24 * time.Hour}), os.MkdirAll("testdata", 0o755), s.Export(t.Context(), newest)); err != nil {
			t.Fatal(err)
		}
	}
	for schema := 1; schema <= len(migrations); schema++ {
		dir := t.TempDir()
		if err := Restore(t.Context(), filepath.Join("testdata", fmt.Sprintf("schema-%d.zip", schema)), dir); err != nil {
			t.Fatal(err)
		}
		if v, err := headerVersion(filepath.Join(dir, mainName)); err != nil || int(v) != schema {
			t.Fatalf("the store of schema %d has %d: %v", schema, v, err)
		}
		start := epoch.Add(48 * time.Hour)
		c := &clock{start.Add(4 * time.Hour)}
		s := openTest(t, dir, c, Options{})
		for pass := range 2 {
			if got := samples(t, s, epoch, c.t); len(got) != 4500 {
				t.Errorf("schema %d, pass %d: %d samples", schema, pass, len(got))
			}
			if got, _ := total(t, s, epoch, start, 48); got != 24*20 {
				t.Errorf("schema %d, pass %d: %d imported", schema, pass, got)
			}
			n := 0
			for r, err := range s.Samples(t.Context(), 1, 2, start, c.t) {
				if err != nil {
					t.Fatal(err)
				}
				if r.Engine != "pro-bing" {
					t.Errorf("schema %d: %+v", schema, r)
				}
				n++
			}
			if n != len(odd(start)) {
				t.Errorf("schema %d, pass %d: %d odd rows", schema, pass, n)
			}
			if err := s.Flush(); err != nil { // seals what that version left unsealed
				t.Fatal(err)
			}
		}
		targets, err1 := s.Targets(t.Context())
		value, err2 := s.Setting(t.Context(), "a")
		events, err3 := s.Events(t.Context(), 1, start, start)
		if err := errors.Join(err1, err2, err3); err != nil || len(targets) != 1 || targets[0].Name != "a name" || string(value) != "b" || len(events) != 1 || events[0].Body != "text" || s.Retention().Raw != 90*24*time.Hour {
			t.Errorf("schema %d: %+v, %q, %+v, %v, %v", schema, targets, value, events, s.Retention(), err)
		}
		if v, err := headerVersion(filepath.Join(dir, mainName)); err != nil || int(v) != len(migrations) {
			t.Errorf("schema %d was brought to %d: %v", schema, v, err)
		}
	}
}
