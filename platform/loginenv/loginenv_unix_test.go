//go:build unix

package loginenv

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/testbed"
)

// login makes a home with these start files and puts the shell and a launcher's
// short PATH into the environment.
func login(t *testing.T, shell string, files map[string]string) {
	t.Helper()
	home := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(home, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HOME", home)
	t.Setenv("SHELL", shell)
	t.Setenv("PATH", "/usr/bin:/bin")
	t.Setenv("ENV", "")
	t.Setenv("BASH_ENV", "")
}

func TestBash(t *testing.T) {
	bash := testbed.Program(t, "bash", "bash")
	for _, c := range []struct{ name, file, content string }{
		{"login file", ".bash_profile", `export PATH="$PATH:/opt/helper bin"`},
		{"interactive file", ".bash_profile", `. ~/.bashrc`},
		{"noise", ".profile", `echo welcome; echo PATH=/evil; cat /etc/passwd; export PATH="$PATH:/opt/helper bin"; printf 'no newline'; printf '\033]0;title\007'`},
		{"noise on stderr", ".profile", `export PATH="$PATH:/opt/helper bin"; echo oops >&2; false`},
		{"a background process that keeps the pipe", ".profile", `export PATH="$PATH:/opt/helper bin"; sleep 60 &`},
		{"reads from the terminal", ".profile", `read answer; export PATH="$PATH:/opt/helper bin"; stty sane`},
		{"set -x", ".profile", `set -x; export PATH="$PATH:/opt/helper bin"`},
		{"an exit trap", ".profile", `trap 'echo bye; sleep 60' EXIT; export PATH="$PATH:/opt/helper bin"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			login(t, bash, map[string]string{c.file: c.content, ".bashrc": `[ -n "$PS1" ] && export PATH="$PATH:/opt/helper bin"`})
			start := time.Now()
			got := filepath.SplitList(Path(context.Background()))
			found := false
			for _, entry := range got {
				found = found || entry == "/opt/helper bin"
				if strings.Contains(entry, "evil") {
					t.Errorf("taken from noise: %q", got)
				}
			}
			if took := time.Since(start); !found || took > timeout {
				t.Errorf("after %v: %q", took, got)
			}
		})
	}
}

// TestHostileStart: whatever a start file does, the answer comes in time and is
// at least the PATH we have.
func TestHostileStart(t *testing.T) {
	bash := testbed.Program(t, "bash", "bash")
	for name, content := range map[string]string{
		"hangs":             `trap '' TERM INT HUP; while :; do sleep 1; done`,
		"never ends output": `exec yes`,
		"one endless line":  `exec tr '\0' x </dev/zero`,
		"becomes another":   `exec sleep 60`,
		"exits":             `exit 3`,
		"kills itself":      `kill -9 $$`,
		"relative entries":  `export PATH="evil:.:$PATH"`,
		"control":           `export PATH="/evil` + "\x1b" + `[2J:$PATH"`,
		"two lines":         `export PATH="/x` + "\n" + `/evil:$PATH"`,
		"huge":              `export PATH="$PATH:/$(head -c 100000 /dev/zero | tr '\0' e)"`,
		"many":              `p=; for i in {1..3000}; do p="$p:/evil$i"; done; export PATH="$PATH$p"`,
		"no PATH":           `unset PATH`,
	} {
		t.Run(name, func(t *testing.T) {
			login(t, bash, map[string]string{".bash_profile": content})
			start := time.Now()
			got := Path(context.Background())
			if took := time.Since(start); took > timeout+2*time.Second {
				t.Errorf("took %v", took)
			}
			if !strings.Contains(":"+got+":", ":/usr/bin:") || len(got) > 2*maxPath || len(filepath.SplitList(got)) > maxEntries+2 {
				t.Errorf("got %d bytes: %.200q", len(got), got)
			}
			for _, entry := range filepath.SplitList(got) {
				if !filepath.IsAbs(entry) || strings.ContainsAny(entry, "\x1b\n") {
					t.Errorf("took %q", entry)
				}
			}
		})
	}
}

func TestPlainShell(t *testing.T) {
	login(t, "/bin/sh", map[string]string{".profile": `PATH="$PATH:/opt/helper bin"; export PATH`})
	if got := Path(context.Background()); !strings.Contains(got, "/opt/helper bin") {
		t.Errorf("got %q", got)
	}
}

func TestNoShell(t *testing.T) {
	login(t, "/nonexistent", nil)
	if got := Path(context.Background()); !strings.Contains(":"+got+":", ":/usr/bin:") {
		t.Errorf("got %q", got)
	}
}

// TestAskedOnce: the shell is started once however often and by how many it is asked.
func TestAskedOnce(t *testing.T) {
	login(t, testbed.Program(t, "bash", "bash"), map[string]string{".bash_profile": `echo x >>~/asked; export PATH="$PATH:/opt/helper"`})
	e := New()
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if got := e.Path(gone); got == "" {
		t.Error("nothing for who cannot wait")
	}
	answers := make(chan string)
	for range 10 {
		go func() { answers <- e.Path(context.Background()) }()
	}
	for range 10 {
		if got := <-answers; !strings.Contains(got, "/opt/helper") {
			t.Errorf("got %q", got)
		}
	}
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	if asked, err := os.ReadFile(filepath.Join(home, "asked")); err != nil || string(asked) != "x\n" {
		t.Errorf("asked %q, %v", asked, err)
	}
}

func TestBetween(t *testing.T) {
	for _, c := range []struct{ output, want string }{
		{"M\n/a:/b\nM\n", "/a:/b"},
		{"noise\n\x1b]0;t\aM\n/a\nM\nbye", "/a"},
		{"M\n/a", ""}, {"", ""}, {"M\n", ""}, {"M\n\nM", ""},
		{"M\n/a:b:./c::/a:/d\nM", "/a:/d"},
	} {
		if got := between(c.output, "M"); got != c.want {
			t.Errorf("%q: got %q, want %q", c.output, got, c.want)
		}
	}
}

func FuzzBetween(f *testing.F) {
	f.Add("noise\nM\n/a:/b\nM\nmore")
	f.Fuzz(func(t *testing.T, output string) {
		for _, entry := range strings.Split(between(output, "M"), ":") {
			if entry != "" && (!filepath.IsAbs(entry) || strings.ContainsAny(entry, "\n\r\x00\x1b")) {
				t.Fatalf("took %q", entry)
			}
		}
	})
}
