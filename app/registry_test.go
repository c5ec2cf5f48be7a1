package app

import (
	"strings"
	"testing"

	"tacklebox/platform/registry/browse"
)

// What a registry told reaches the form whole and harmless: no value of a variable,
// and nothing that hides in a line.
func TestKnownOf(t *testing.T) {
	k := knownOf(browse.Detail{Entrypoint: []string{"/run", "\x1b[2J" + strings.Repeat("x", 9000)}, Cmd: []string{"--prod"}, User: "app\u202e", WorkDir: "/srv", Platform: "linux/arm64",
		Size: 7, Env: []string{"A=b", "TOKEN=canary"}, Ports: []string{"80/tcp"}})
	if k.Env != 2 || k.Size != 7 || k.Platform != "linux/arm64" || k.Command.User != "app" || k.Command.WorkDir != "/srv" || k.Ports[0] != "80/tcp" || k.Command.Cmd[0] != "--prod" {
		t.Errorf("%+v", k)
	}
	if e := k.Command.Entrypoint; len(e) != 2 || e[0] != "/run" || strings.Contains(e[1], "\x1b") || len(e[1]) > 4100 {
		t.Errorf("%d words, %d long", len(e), len(e[1]))
	}
}
