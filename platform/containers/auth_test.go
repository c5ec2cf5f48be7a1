package containers

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/containers/dockertest"
)

// helperBin is a folder with credential helpers, as a login shell's PATH has it
// and this process's PATH has not.
func helperBin(t testing.TB) string {
	t.Helper()
	needScripts(t)
	dir := t.TempDir()
	for name, script := range map[string]string{
		"good":   "cat >/dev/null; printf '{\"Username\":\"" + dockertest.RegistryUser + "\",\"Secret\":\"" + dockertest.RegistryPassword + "\"}'",
		"token":  "cat >/dev/null; printf '{\"Username\":\"<token>\",\"Secret\":\"idtoken\"}'",
		"broken": "echo 'the key ring is locked'; exit 1",
		"none":   "echo 'credentials not found in native keychain'; exit 1",
		"noise":  "echo hello",
		"echo":   "read key; printf '{\"Username\":\"%s\",\"Secret\":\"x\"}' \"$key\"",
		"path":   "printf '{\"Username\":\"u\",\"Secret\":\"%s\"}' \"$PATH\"",
		"hang":   "exec sleep 600",
		"flood":  "yes",
	} {
		path := filepath.Join(dir, "docker-credential-"+name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLookUpAuth(t *testing.T) {
	hub := authJSON("https://index.docker.io/v1/", "hubuser", "p")
	for _, tc := range []struct {
		name, config, host string
		env                []string
		user, token        string
		cause              Cause
	}{
		{name: "Docker Hub's legacy key", config: hub, host: "docker.io", user: "hubuser"},
		{name: "another host has none", config: hub, host: "ghcr.io"},
		{name: "helper is asked with the legacy key", config: `{"credsStore":"echo"}`, host: "docker.io", user: "https://index.docker.io/v1/"},
		{name: "identity token of a helper", config: `{"credsStore":"token"}`, host: "r.test", token: "idtoken"},
		{name: "identity token of the file", config: `{"auths":{"r.test":{"identitytoken":"filetoken"}}}`, host: "r.test", token: "filetoken"},
		{name: "helper has nothing", config: `{"credsStore":"none"}`, host: "r.test"},
		{name: "helper has nothing, file has", config: `{"credsStore":"none","auths":{"r.test":{"auth":"dTpw"}}}`, host: "r.test", user: "u"},
		{name: "an empty entry beside a helper", config: `{"auths":{"r.test":{}}}`, host: "r.test"},
		{name: "helper for this host only", config: `{"credHelpers":{"other.test":"broken"}}`, host: "r.test"},
		{name: "a locked helper", config: `{"credsStore":"broken"}`, host: "r.test", cause: CauseHelper},
		{name: "a helper that talks", config: `{"credsStore":"noise"}`, host: "r.test", cause: CauseHelper},
		{name: "a helper that is a path", config: `{"credsStore":"../../bin/evil"}`, host: "r.test", cause: CauseHelper},
		{name: "DOCKER_AUTH_CONFIG broken", config: `{}`, host: "r.test", env: []string{"DOCKER_AUTH_CONFIG", `{"auths":{"r.test":{"auth":"%%"}}}`}, cause: CauseConfig},
		{name: "DOCKER_AUTH_CONFIG with more keys", config: `{}`, host: "r.test", env: []string{"DOCKER_AUTH_CONFIG", `{"auths":{},"credsStore":"x"}`}, cause: CauseConfig},
		{name: "DOCKER_AUTH_CONFIG for another host", config: `{"auths":{"r.test":{"auth":"dTpw"}}}`, host: "r.test", env: []string{"DOCKER_AUTH_CONFIG", `{"auths":{"x.test":{"auth":"YTpi"}}}`}, user: "u"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			bin := ""
			if strings.Contains(tc.config, "cred") {
				bin = helperBin(t)
			}
			h := newHome(t)
			h.config(t, tc.config)
			o := Options{Home: h.dir, Getenv: env(tc.env...), LoginPath: func() string { return "relative:" + bin }}.withDefaults()
			auth, err := lookUpAuth(t.Context(), o, tc.host)
			if auth.Username != tc.user || auth.IdentityToken != tc.token {
				t.Errorf("user %q, token %q, want %q, %q", auth.Username, auth.IdentityToken, tc.user, tc.token)
			}
			wantCause(t, err, tc.cause)
		})
	}
}

// TestHelperIsBound: one that hangs ends with the pull's context, one that floods
// by itself. Either would go on for ten minutes, or for ever.
func TestHelperIsBound(t *testing.T) {
	bin := helperBin(t)
	for name, want := range map[string]string{"hang": context.DeadlineExceeded.Error(), "flood": "it wrote more than"} {
		h := newHome(t)
		h.config(t, `{"credsStore":"`+name+`"}`)
		ctx, cancel := t.Context(), context.CancelFunc(func() {})
		if name == "hang" {
			ctx, cancel = context.WithTimeout(ctx, 300*time.Millisecond)
		}
		_, err := lookUpAuth(ctx, Options{Home: h.dir, Getenv: env(), LoginPath: func() string { return bin }}, "r.test")
		cancel()
		wantCause(t, err, CauseHelper)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestHelperFindsItsOwnHelpers: it runs with both PATHs.
func TestHelperFindsItsOwnHelpers(t *testing.T) {
	bin := helperBin(t)
	h := newHome(t)
	h.config(t, `{"credsStore":"path"}`)
	auth, err := lookUpAuth(t.Context(), Options{Home: h.dir, Getenv: env(), LoginPath: func() string { return bin }}, "r.test")
	if err != nil {
		t.Fatal(err)
	}
	dirs := filepath.SplitList(auth.Password)
	if !slices.Contains(dirs, bin) || !strings.HasPrefix(auth.Password, filepath.SplitList(os.Getenv("PATH"))[0]) {
		t.Errorf("PATH of the helper: %q", auth.Password)
	}
}

func TestProxyEnv(t *testing.T) {
	f := dockertest.NewFake(t, "1.41")
	h := newHome(t)
	h.config(t, `{"proxies":{"default":{"httpProxy":"http://p:1","noProxy":"local"},"`+f.Host+`":{"httpsProxy":"http://own:2"}}}`)
	e := connectedWith(t, f.Host, Options{Home: h.dir})
	if got := strings.Join(e.proxyEnv(), " "); got != "HTTPS_PROXY=http://own:2 https_proxy=http://own:2" {
		t.Errorf("for this engine: %q", got)
	}
	h.config(t, `{"proxies":{"default":{"httpProxy":"http://p:1","noProxy":"local"}}}`)
	if got := strings.Join(e.proxyEnv(), " "); got != "HTTP_PROXY=http://p:1 NO_PROXY=local http_proxy=http://p:1 no_proxy=local" {
		t.Errorf("for every engine: %q", got)
	}
	h.config(t, `{"proxies": [`)
	if got := e.proxyEnv(); len(got) != 0 {
		t.Errorf("broken config.json: %q", got)
	}
}
