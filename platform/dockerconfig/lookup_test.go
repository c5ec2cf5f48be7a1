package dockerconfig

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLookup(t *testing.T) {
	for _, c := range []struct {
		name, config, env, host string
		want                    Auth
		kind                    Kind
	}{
		{name: "nothing there", host: "r.test"},
		{name: "a port belongs to the host", config: `{"auths":{"r.test:5000":{"auth":"dTpw"}}}`, host: "r.test:5000",
			want: Auth{Username: "u", Password: "p", ServerAddress: "r.test:5000"}},
		{name: "another port is another registry", config: `{"auths":{"r.test:5000":{"auth":"dTpw"}}}`, host: "r.test:5001"},
		{name: "Docker Hub", config: `{"auths":{"https://index.docker.io/v1/":{"auth":"dTpw"}}}`, host: "docker.io",
			want: Auth{Username: "u", Password: "p", ServerAddress: hubKey}},
		{name: "a variable before the file", config: `{"auths":{"r.test":{"auth":"dTpw"}}}`, env: `{"auths":{"r.test":{"auth":"YTpi"}}}`, host: "r.test",
			want: Auth{Username: "a", Password: "b", ServerAddress: "r.test"}},
		{name: "a broken file", config: `{`, host: "r.test", kind: KindConfig},
		{name: "a missing helper", config: `{"credsStore":"tacklebox-has-none"}`, host: "r.test", kind: KindHelper},
	} {
		t.Run(c.name, func(t *testing.T) {
			home := t.TempDir()
			if c.config != "" {
				if err := os.MkdirAll(filepath.Join(home, ".docker"), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(home, ".docker", "config.json"), []byte(c.config), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			getenv := func(name string) string {
				if name == "DOCKER_AUTH_CONFIG" {
					return c.env
				}
				return ""
			}
			got, err := Lookup(t.Context(), Options{Home: home, Getenv: getenv}, c.host)
			var p *Problem
			if kind := Kind(""); errors.As(err, &p) {
				if kind = p.Kind; kind != c.kind || p.Hint == "" || !strings.Contains(p.Error(), p.Object) {
					t.Errorf("problem %v", p)
				}
			} else if c.kind != "" || err != nil {
				t.Errorf("error %v, want a problem of kind %q", err, c.kind)
			}
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func FuzzParseEnvAuths(f *testing.F) {
	f.Add(`{"auths":{"r.test":{"auth":"dTpw"}}}`)
	f.Add(`{"auths":{"r.test":{"auth":"OnA="}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		auths, err := parseEnvAuths(text)
		if err != nil && strings.Contains(text, "canary") && strings.Contains(err.Error(), "canary") && len(auths) > 0 {
			t.Errorf("%v", err)
		}
		for host, a := range auths {
			if a.Username == "" {
				t.Errorf("%q has no user", host)
			}
		}
	})
}
