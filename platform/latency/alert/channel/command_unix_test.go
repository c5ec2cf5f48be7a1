//go:build unix

package channel

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func command(argv ...string) Channel {
	return Channel{ID: "c", Name: "command", Kind: KindCommand, Enabled: true, Argv: argv}
}

// TestCommand: the message comes in variables, no shell reads it, and nothing of
// this process' own variables but a few goes along.
func TestCommand(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", canary)
	t.Setenv("HTTPS_PROXY", "http://user:"+canary+"@proxy")
	out := filepath.Join(t.TempDir(), "out")
	m := message()
	m.Target = "$(touch x);`id` \x1b[31m\n$HOME"
	if err := (&Sender{}).Send(context.Background(), command("/bin/sh", "-c", `env > "$0"; printf '%s|' "$@" >> "$0"`, out, "a b", "$HOME"), m); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, want := range []string{"TACKLEBOX_EVENT=raised\n", "TACKLEBOX_LEVEL=critical\n", "TACKLEBOX_TARGET=$(touch x);`id` [31m $HOME\n",
		"TACKLEBOX_AT=2026-03-01T12:00:00Z\n", "TACKLEBOX_WHY=loss 40% of 5 probes\n", "a b|$HOME|", "PATH="} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, canary) {
		t.Errorf("a secret goes along:\n%s", text)
	}
}

func TestCommandErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		c     Channel
		says  string
		again bool
	}{
		{"fails", command("/bin/sh", "-c", "echo no such luck >&2; exit 3"), `/bin/sh ended with exit status 3: "no such luck"`, true},
		{"is not there", command("/no/such/program"), "cannot run /no/such/program", false},
		{"none", command(), "no command", false},
		{"a zero byte", command("/bin/sh", "\x00"), "zero byte", false},
		{"writes for ever", command("/bin/sh", "-c", "yes | head -c 10000000; exit 1"), "exit status 1", true},
	} {
		err := (&Sender{}).Send(context.Background(), c.c, message())
		if err == nil || !strings.Contains(err.Error(), c.says) || len(err.Error()) > 400 {
			t.Errorf("%s: %v; want %q", c.name, err, c.says)
		}
		if isPermanent(err) == c.again {
			t.Errorf("%s: tried again: %v", c.name, !c.again)
		}
	}
}

// TestCommandTimeout: a command that stays is stopped, with what it started.
func TestCommandTimeout(t *testing.T) {
	c := command("/bin/sh", "-c", "sleep 60 & sleep 60; echo done")
	c.Timeout = 200 * time.Millisecond
	begun := time.Now()
	err := (&Sender{}).Send(context.Background(), c, message())
	if err == nil || !strings.Contains(err.Error(), "did not end within 200ms") {
		t.Error(err)
	}
	// What holds the output open would hold it up for two seconds more.
	if took := time.Since(begun); took > 2100*time.Millisecond {
		t.Errorf("took %v: what it started held it up", took)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := (&Sender{}).Send(ctx, command("/bin/sh", "-c", "sleep 60"), message()); err == nil {
		t.Error("a cancelled command ran to its end")
	}
}

func TestValidate(t *testing.T) {
	for says, c := range map[string]Channel{
		"has no id":        {Kind: KindDesktop},
		"neither a desk":   {ID: "a"},
		"no address":       {ID: "a", Kind: KindWebhook},
		"nothing here can": {ID: "a", Kind: KindText, Imported: "noc@example.org"},
		"timeout":          {ID: "a", Kind: KindCommand, Timeout: time.Hour},
		"100 arguments":    {ID: "a", Kind: KindCommand, Argv: make101()},
	} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v; want %q", err, says)
		}
	}
	if err := (&Sender{}).Send(context.Background(), Channel{ID: "a", Kind: KindDesktop}, message()); err == nil || !isPermanent(err) {
		t.Error(err)
	}
}

func make101() []string {
	out := make([]string, 101)
	for i := range out {
		out[i] = "a"
	}
	return out
}
