package containers

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/containers/dockertest"
	"tacklebox/platform/dockerconfig"
)

// readOnly is the engine behind a proxy that lets nobody change anything.
func readOnly(t *testing.T, host string) string {
	t.Helper()
	network, address, _ := strings.Cut(host, "://")
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = "http", "engine" },
		Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}},
	}
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			http.Error(w, "Forbidden", http.StatusForbidden)
			return
		}
		proxy.ServeHTTP(w, r)
	})
}

// TestAskRegistry: a real engine says what it trusts, in a cause; also where it may
// only be asked with GET.
func TestAskRegistry(t *testing.T) {
	host := dockertest.Engine(t).Host
	t.Run("auth", func(t *testing.T) { askRegistry(t, connected(t, host)) })
	t.Run("distribution", func(t *testing.T) { askRegistry(t, connected(t, readOnly(t, host))) })
}

func askRegistry(t *testing.T, e *Engine) {
	account := dockerconfig.Auth{Username: dockertest.RegistryUser, Password: dockertest.RegistryPassword}
	wrong := dockerconfig.Auth{Username: dockertest.RegistryUser, Password: "wrong-canary"}
	closed := dockertest.Registry(t, dockertest.RegistryOptions{Auth: true})
	for _, c := range []struct {
		name, host string
		auth       dockerconfig.Auth
		want       Cause
	}{
		{"open", dockertest.Registry(t, dockertest.RegistryOptions{}), dockerconfig.Auth{}, ""},
		{"the account", closed, account, ""},
		{"a wrong password", closed, wrong, CauseAuth},
		{"nobody", closed, dockerconfig.Auth{}, CauseAuth},
		{"an unknown CA", dockertest.Registry(t, dockertest.RegistryOptions{TLS: true, Outside: true}), account, CauseTLS},
		{"without TLS", dockertest.Registry(t, dockertest.RegistryOptions{Outside: true}), account, CausePlainHTTP},
		{"nothing there", "127.0.0.1:1", account, CauseNoNetwork},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			err := e.AskRegistry(ctx, c.host, c.auth)
			wantCause(t, err, c.want)
			if err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestOwnCredentials: those of a connection come before Docker's.
func TestOwnCredentials(t *testing.T) {
	d := dockertest.Engine(t)
	local := dockertest.Image(t, d, dockertest.Busybox)
	host := dockertest.Registry(t, dockertest.RegistryOptions{Auth: true})
	ref := dockertest.Push(t, d, local, host, "team/own:1", true)
	t.Cleanup(func() { removeImageOf(t, d, ref) })
	asked := ""
	e := connectedWith(t, d.Host, Options{Credential: func(_ context.Context, h string) (dockerconfig.Auth, bool, error) {
		asked = h
		return dockerconfig.Auth{Username: dockertest.RegistryUser, Password: dockertest.RegistryPassword}, h == host, nil
	}})
	if err := e.Pull(t.Context(), ref, "", nil); err != nil || asked != host {
		t.Errorf("asked for %q: %v", asked, err)
	}
}
