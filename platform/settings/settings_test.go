package settings

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"tacklebox/platform/testbed"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("TACKLEBOX_TEST_SETTINGS"); dir != "" {
		os.Exit(otherProcess(dir))
	}
	goleak.VerifyTestMain(m)
}

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func update(t *testing.T, s *Store, change func(*Settings)) {
	t.Helper()
	if err := s.Update(change); err != nil {
		t.Fatal(err)
	}
}

func TestDefaultsAndRoundTrip(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "tacklebox")
	s := open(t, dir)
	if got := s.Get(); got.Language != "system" || got.Theme != "system" || got.TextScale != 1 || !got.CloseToTray || got.Autostart {
		t.Errorf("defaults: %+v", got)
	}
	update(t, s, func(set *Settings) {
		set.Language, set.Theme, set.TextScale, set.CloseToTray = "zh_Hans", "dark", 1.25, false
		set.WindowWidth, set.WindowHeight, set.LastTab, set.Engine = 1200, 800, "containers", "context:prod"
		set.AddRecentImage("debian:12")
		set.Splits["containers"] = 0.3
		set.Panel["containers"] = json.RawMessage(`{"sort":"age"}`)
	})
	got := open(t, dir).Get()
	if !reflect.DeepEqual(normal(got), normal(s.Get())) {
		t.Errorf("read %+v, wrote %+v", got, s.Get())
	}
	testbed.OwnerOnly(t, s.Path())
	left, err := filepath.Glob(filepath.Join(dir, "*.tmp-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// normal makes raw JSON comparable, which is written indented.
func normal(s Settings) Settings {
	s = s.clone()
	for id, raw := range s.Panel {
		var b bytes.Buffer
		_ = json.Compact(&b, raw)
		s.Panel[id] = b.Bytes()
	}
	return s
}

// TestGetIsACopy: what a caller does to its copy stays there.
func TestGetIsACopy(t *testing.T) {
	s := open(t, t.TempDir())
	update(t, s, func(set *Settings) { set.AddRecentImage("a"); set.Splits["x"] = 0.5 })
	c := s.Get()
	c.RecentImages[0], c.Splits["x"] = "b", 0.9
	if got := s.Get(); got.RecentImages[0] != "a" || got.Splits["x"] != 0.5 {
		t.Errorf("got %+v", got)
	}
}

func TestBrokenFiles(t *testing.T) {
	for _, c := range []struct{ name, content string }{
		{"empty", ""}, {"spaces", "  \n"}, {"half", `{"language":"zh_H`}, {"a list", `[1,2]`}, {"null", `null`},
		{"a wrong type", `{"language":7}`}, {"zeros", strings.Repeat("\x00", 100)}, {"binary", "\x7fELF\x02\x01"},
		{"a wrong version", `{"version":"two"}`}, {"too large", `{"language":"` + strings.Repeat("x", maxSize) + `"}`},
		{"deep", strings.Repeat(`{"a":`, 20000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, fileName)
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			s := open(t, dir)
			var broken *BrokenFile
			if !errors.As(s.Warning(), &broken) {
				t.Fatalf("warning %v", s.Warning())
			}
			if got := s.Get(); got.Language != "system" {
				t.Errorf("got %+v", got)
			}
			if kept, err := os.ReadFile(broken.Aside); err != nil || string(kept) != c.content {
				t.Errorf("kept %d bytes, %v", len(kept), err)
			}
			update(t, s, func(set *Settings) { set.Theme = "dark" })
			if got := open(t, dir); got.Warning() != nil || got.Get().Theme != "dark" {
				t.Errorf("after a change: %v, %+v", got.Warning(), got.Get())
			}
			if _, err := os.Stat(broken.Aside); err != nil {
				t.Error("what was kept is gone")
			}
		})
	}
}

func TestOddValues(t *testing.T) {
	dir := t.TempDir()
	content := `{"language":"tlh","theme":"pink","text_scale":99,"window_width":-5,"window_height":1e9,
		"recent_images":["a","","b","c","d","e","f"],"splits":{"good":0.4,"bad":7,"worse":-1},"LANGUAGE":"zh_Hans","panel":null}`
	if err := os.WriteFile(filepath.Join(dir, fileName), []byte("\xef\xbb\xbf"+content), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	got := s.Get()
	want := Default()
	want.TextScale = MaxTextScale
	want.RecentImages = []string{"a", "b", "c", "d", "e"}
	want.Splits = map[string]float64{"good": 0.4}
	want.Panel = map[string]json.RawMessage{}
	if s.Warning() != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n got %+v\nwant %+v", s.Warning(), got, want)
	}
}

// TestNewerFile: a newer Tacklebox's keys survive this one, and so does the file.
func TestNewerFile(t *testing.T) {
	dir := t.TempDir()
	content := `{"version":7,"theme":"light","aura":{"glow":[1,2]},"language":"en"}`
	if err := os.WriteFile(filepath.Join(dir, fileName), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	if s.Get().Theme != "light" || s.Warning() != nil {
		t.Errorf("got %+v, %v", s.Get(), s.Warning())
	}
	for _, theme := range []string{"dark", "system"} {
		update(t, s, func(set *Settings) { set.Theme = theme })
	}
	var now map[string]any
	written, err := os.ReadFile(s.Path())
	if err == nil {
		err = json.Unmarshal(written, &now)
	}
	if err != nil || now["version"] != 7.0 || now["theme"] != "system" || fmt.Sprint(now["aura"]) != "map[glow:[1 2]]" {
		t.Errorf("%v: %v", err, now)
	}
	if kept, err := os.ReadFile(filepath.Join(dir, fileName+".version-7")); err != nil || string(kept) != content {
		t.Errorf("kept %q, %v", kept, err)
	}
}

func TestUnusableFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(filepath.Join(file, "below"))
	if err == nil || s == nil || s.Get().Theme != "system" {
		t.Fatalf("got %v, %v", s, err)
	}
	if err := s.Update(func(*Settings) {}); err == nil {
		t.Error("wrote into a file's folder")
	}
}

func TestSubscribe(t *testing.T) {
	s := open(t, t.TempDir())
	var themes []string
	cancel := s.Subscribe(func(set Settings) { themes = append(themes, set.Theme) })
	update(t, s, func(set *Settings) { set.Theme = "dark" })
	update(t, s, func(set *Settings) { set.Theme = "dark" }) // nothing changes
	update(t, s, func(set *Settings) { set.Theme = "light" })
	cancel()
	update(t, s, func(set *Settings) { set.Theme = "system" })
	if got := fmt.Sprint(themes); got != "[dark light]" {
		t.Errorf("told %v", got)
	}
}

func TestLater(t *testing.T) {
	dir := t.TempDir()
	s, other := open(t, dir), open(t, dir)
	update(t, other, func(set *Settings) { set.Language = "en" })
	for i := range 50 {
		s.Later(func(set *Settings) { set.WindowWidth = float32(1000 + i) })
		if got := s.Get().WindowWidth; got != float32(1000+i) {
			t.Fatalf("at once: %v", got)
		}
	}
	if err := s.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := open(t, dir).Get(); got.WindowWidth != 1049 || got.Language != "en" {
		t.Errorf("on disk: %+v", got)
	}
	if got := s.Get(); got.WindowWidth != 1049 || got.Language != "en" {
		t.Errorf("in memory: %+v", got)
	}
	// What cannot be written is told by Flush, once.
	if err := os.Remove(s.Path()); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.Path(), 0o700); err != nil {
		t.Fatal(err)
	}
	s.Later(func(set *Settings) { set.Theme = "dark" })
	if err := s.Flush(context.Background()); err == nil {
		t.Error("no word of what could not be written")
	}
	if got := s.Get().Theme; got != "dark" {
		t.Errorf("in memory: %v", got)
	}
	if err := s.Flush(context.Background()); err != nil {
		t.Errorf("told twice: %v", err)
	}
}

func TestReload(t *testing.T) {
	dir := t.TempDir()
	s, other := open(t, dir), open(t, dir)
	told := 0
	defer s.Subscribe(func(Settings) { told++ })()
	update(t, other, func(set *Settings) { set.Theme = "dark" })
	if err := s.Reload(); err != nil || s.Get().Theme != "dark" || told != 1 {
		t.Errorf("%v, %+v, told %d", err, s.Get(), told)
	}
}

const perProcess = 25

// otherProcess counts in the settings as another Tacklebox would.
func otherProcess(dir string) int {
	s, err := Open(dir)
	for i := 0; err == nil && i < perProcess; i++ {
		err = s.Update(func(set *Settings) { set.Splits[os.Getenv("TACKLEBOX_TEST_NAME")] = float64(i+1) / perProcess })
		if err == nil {
			err = s.Update(func(set *Settings) { set.WindowWidth++ })
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// TestManyWriters: window and verbs change the same file at once, and no change
// is lost.
func TestManyWriters(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "TACKLEBOX_TEST_SETTINGS="+dir, fmt.Sprint("TACKLEBOX_TEST_NAME=p", i))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
		wg.Go(func() {
			for range perProcess {
				if err := s.Update(func(set *Settings) { set.WindowWidth++ }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got := open(t, dir).Get()
	if got.WindowWidth != 8*perProcess || len(got.Splits) != 4 || got.Splits["p0"] != 1 {
		t.Errorf("%d changes: width %v, splits %v", 8*perProcess, got.WindowWidth, got.Splits)
	}
}

// TestKilledWriter: whenever a writer dies, the file is whole.
func TestKilledWriter(t *testing.T) {
	dir := t.TempDir()
	for range 10 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "TACKLEBOX_TEST_SETTINGS="+dir, "TACKLEBOX_TEST_NAME=p")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		before := open(t, dir).Get().WindowWidth
		testbed.Wait(t, "a change", func() bool { return open(t, dir).Get().WindowWidth > before })
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if s := open(t, dir); s.Warning() != nil {
			t.Fatal(s.Warning())
		}
	}
}

func TestRecentImages(t *testing.T) {
	var s Settings
	for _, image := range []string{"a", "b", "c", "a", "", "d", "e", "f", strings.Repeat("x", maxText+1)} {
		s.AddRecentImage(image)
	}
	if got := strings.Join(s.RecentImages, " "); got != "f e d a c" {
		t.Errorf("got %q", got)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"version":1,"language":"en","splits":{"a":0.5},"panel":{"x":[1]},"other":null}`))
	f.Add([]byte("\xef\xbb\xbf{}"))
	f.Add([]byte(`{"recent_images":["a"],"text_scale":1e400}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		d, err := decode(content)
		if err != nil {
			return
		}
		out, err := d.encode()
		if err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		again, err := decode(out)
		if err != nil {
			t.Fatalf("written but not read: %v\n%s", err, out)
		}
		if !reflect.DeepEqual(normal(again.settings), normal(d.settings)) || len(again.foreign) != len(d.foreign) {
			t.Fatalf("changed:\n%+v\n%+v", d, again)
		}
	})
}
