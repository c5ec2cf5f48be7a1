package history

import (
	"archive/zip"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestExport: a copy made while measuring goes on, in the middle of an hour and
// over two months, opens elsewhere with all that was appended before it.
func TestExport(t *testing.T) {
	start := time.Date(2026, 3, 31, 22, 30, 0, 0, time.UTC)
	c := &clock{start}
	dir := filepath.Join(t.TempDir(), "a [b] 'c'")
	s := openTest(t, dir, c, Options{})
	rows := traffic(1, start, 3*3600, 5)
	feed(t, s, c, rows[:3*3600-5])
	if err := s.SaveSetting("a", []byte("b")); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(rows[3*3600-5:]); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "it's a store.zip")
	done := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	go func() { done <- s.Export(ctx, file) }()
	more := traffic(1, c.t.Add(2*time.Hour), 1000, 6)
	for i := range more {
		more[i].Seq += 3 * 3600
	}
	feed(t, s, c, more)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	reader := openTest(t, dir, c, Options{})
	second := filepath.Join(t.TempDir(), "by a reader.zip")
	if err := reader.Export(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	for i, file := range []string{file, second} {
		before, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Export(t.Context(), file); !errors.Is(err, fs.ErrExist) {
			t.Errorf("exported over a file: %v", err)
		}
		if after, _ := os.ReadFile(file); !slices.Equal(before, after) {
			t.Error("the file changed")
		}
		to := filepath.Join(t.TempDir(), "new", "place")
		if err := Restore(t.Context(), file, to); err != nil {
			t.Fatal(err)
		}
		if err := Restore(t.Context(), file, to); !errors.Is(err, fs.ErrExist) {
			t.Errorf("restored over a history: %v", err)
		}
		copied := openTest(t, to, c, Options{})
		if value, err := copied.Setting(t.Context(), "a"); err != nil || string(value) != "b" {
			t.Errorf("setting %q, %v", value, err)
		}
		if got := samples(t, copied, start, start.Add(3*time.Hour)); len(got) != len(rows) {
			t.Errorf("copy %d: %d samples, want %d", i, len(got), len(rows))
		}
		if err := copied.Flush(); err != nil { // seals what the copy has unsealed
			t.Fatal(err)
		}
		if got := samples(t, copied, start, start.Add(3*time.Hour)); len(got) != len(rows) {
			t.Errorf("copy %d, sealed: %d samples, want %d", i, len(got), len(rows))
		}
		if got, _ := total(t, copied, start, start.Add(90*time.Minute), 1); got != 5400 {
			t.Errorf("copy %d: %d decided", i, got)
		}
	}
	left, _ := os.ReadDir(filepath.Dir(file))
	if len(left) != 1 {
		t.Errorf("left beside the export: %v", left)
	}
	// Given up half-way nothing is left.
	ended, end := context.WithCancel(t.Context())
	end()
	if err := s.Export(ended, second+"2"); err == nil {
		t.Error("exported without time")
	}
	if _, err := os.Stat(second + "2"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a piece of an export is left")
	}
}

// TestRestoreRefuses: what is no export, or names files elsewhere, leaves nothing.
func TestRestoreRefuses(t *testing.T) {
	pack := func(names ...string) string {
		path := filepath.Join(t.TempDir(), "x.zip")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		z := zip.NewWriter(f)
		for _, name := range names {
			w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
			if err != nil {
				t.Fatal(err)
			}
			_, _ = w.Write([]byte("x"))
		}
		if err := errors.Join(z.Close(), f.Close()); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no archive"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"text": text, "empty": pack(), "other": pack("readme.txt"), "outside": pack(mainName, "../raw-2026-01.db"),
		"twice": pack(mainName, mainName), "absolute": pack(mainName, "/raw-2026-01.db"), "absent": filepath.Join(t.TempDir(), "no"),
	} {
		to := filepath.Join(t.TempDir(), "to")
		if err := Restore(t.Context(), path, to); err == nil {
			t.Errorf("%s: restored", name)
		}
		if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: something was made", name)
		}
	}
}
