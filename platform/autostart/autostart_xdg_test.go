//go:build unix && !darwin

package autostart

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tacklebox/platform/testbed"
)

func TestOnAndOff(t *testing.T) {
	config := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", config)
	path := filepath.Join(config, "autostart", appID+".desktop")
	check := func(what string, want bool) {
		t.Helper()
		if got, err := Enabled(); got != want || err != nil {
			t.Errorf("%s: %v, %v", what, got, err)
		}
	}
	check("nobody asked", false)
	if err := Set(false); err != nil {
		t.Errorf("off while off: %v", err)
	}
	for range 2 {
		if err := Set(true, "--data-dir", "/tmp/my data"); err != nil {
			t.Fatal(err)
		}
		check("on", true)
	}
	content, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(content), ` --minimized --data-dir "/tmp/my data"`) {
		t.Errorf("%v:\n%s", err, content)
	}
	if out, err := exec.Command(testbed.Program(t, "desktop-file-validate", "desktop-file-utils"), path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
	if err := Set(false); err != nil {
		t.Fatal(err)
	}
	check("off again", false)
}

func TestAppImage(t *testing.T) {
	t.Setenv("APPIMAGE", "/opt/Tacklebox.AppImage")
	if got, err := program(); got != "/opt/Tacklebox.AppImage" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	t.Setenv("APPIMAGE", "relative")
	if got, err := program(); got == "relative" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestEntryActive(t *testing.T) {
	for _, c := range []struct {
		content string
		want    bool
	}{
		{string(entry([]string{"/usr/bin/tacklebox"})), true},
		{"", false},
		{"[Desktop Entry]\nExec=x\nHidden=true\n", false},
		{"[Desktop Entry]\nExec=x\nX-GNOME-Autostart-enabled=false\n", false},
		{"[Desktop Entry]\nExec=x\n[Other]\nHidden=true\n", true},
		{"Exec=x\n", false},
		{"[Desktop Entry]\nName=x\n", false},
	} {
		if got := entryActive([]byte(c.content)); got != c.want {
			t.Errorf("%q: %v", c.content, got)
		}
	}
}

func TestQuote(t *testing.T) {
	for _, c := range []struct{ arg, want string }{
		{"/usr/bin/tacklebox", "/usr/bin/tacklebox"},
		{"", `""`},
		{"a b", `"a b"`},
		{`say "hi" $HOME`, `"say \\"hi\\" \\$HOME"`},
		{`back\slash`, `"back\\\\slash"`},
		{"100%", "100%%"},
		{"two\nlines", `"two\nlines"`},
	} {
		if got := quote(c.arg); got != c.want {
			t.Errorf("%q: got %s, want %s", c.arg, got, c.want)
		}
	}
}

func FuzzEntryActive(f *testing.F) {
	f.Add([]byte("[Desktop Entry]\nExec=x"))
	f.Fuzz(func(_ *testing.T, content []byte) { entryActive(content) })
}
