//go:build unix && !darwin

package paths

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDataDir(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	for _, c := range []struct{ name, override, xdg, want string }{
		{"default", "", "", filepath.Join(home, ".local/share/tacklebox")},
		{"XDG_DATA_HOME", "", filepath.Join(home, "data"), filepath.Join(home, "data/tacklebox")},
		{"a relative XDG_DATA_HOME is ignored", "", "data", filepath.Join(home, ".local/share/tacklebox")},
		{"--data-dir", filepath.Join(home, "mine"), filepath.Join(home, "data"), filepath.Join(home, "mine")},
	} {
		t.Setenv("XDG_DATA_HOME", c.xdg)
		got, err := DataDir(c.override)
		if got != c.want || err != nil {
			t.Errorf("%s: got %q, %v, want %q", c.name, got, err, c.want)
		}
		if info, err := os.Stat(got); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	t.Chdir(home)
	if got, err := DataDir("here"); got != filepath.Join(home, "here") || err != nil {
		t.Errorf("relative: %q, %v", got, err)
	}
	if err := os.WriteFile("file", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := DataDir("file/below"); err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("below a file: %v", err)
	}
}

func TestRuntimeDir(t *testing.T) {
	run, temp := t.TempDir(), t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", run)
	t.Setenv("TMPDIR", temp)
	got, err := RuntimeDir()
	if got != filepath.Join(run, "tacklebox") || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if err := os.Chmod(got, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := RuntimeDir(); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(got); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	for _, none := range []string{"", "relative", filepath.Join(run, "none")} {
		t.Setenv("XDG_RUNTIME_DIR", none)
		if got, err := RuntimeDir(); filepath.Dir(got) != temp || err != nil {
			t.Errorf("XDG_RUNTIME_DIR=%q: got %q, %v", none, got, err)
		}
	}
	// In a shared temporary folder somebody may have been there before us.
	t.Setenv("XDG_RUNTIME_DIR", "")
	place := tempRuntimeDir()
	if err := os.Remove(place); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(run, place); err != nil {
		t.Fatal(err)
	}
	if got, err := RuntimeDir(); err == nil {
		t.Errorf("took a link: %q", got)
	}
	if os.Getuid() == 0 {
		if err := os.Remove(place); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(place, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(place, 12345, 12345); err != nil {
			t.Fatal(err)
		}
		if got, err := RuntimeDir(); err == nil {
			t.Errorf("took another's folder: %q", got)
		}
	}
}
