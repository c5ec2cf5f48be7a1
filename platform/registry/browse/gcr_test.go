package browse_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	gcr "github.com/google/go-containerregistry/pkg/registry"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/registrytest"
)

// guarded puts a door before a registry that has none.
type guarded struct {
	inner  http.Handler
	scheme string // "", Basic or Bearer
	url    string
	failed atomic.Int32
}

const gcrToken = "token-of-the-test"

func (g *guarded) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	user, password, signed := r.BasicAuth()
	good := user == registrytest.User && password == registrytest.Password
	if signed && !good {
		g.failed.Add(1)
	}
	if r.URL.Path == "/token" {
		if !good {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, `{"access_token":%q}`, gcrToken)
		return
	}
	challenge := ""
	switch g.scheme {
	case "Basic":
		if !good {
			challenge = `Basic realm="test"`
		}
	case "Bearer":
		if r.Header.Get("Authorization") != "Bearer "+gcrToken {
			challenge = fmt.Sprintf(`Bearer realm="%s/token",service="test"`, g.url)
		}
	}
	if challenge != "" {
		w.Header().Set("WWW-Authenticate", challenge)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"errors":[{"code":"UNAUTHORIZED","message":"no"}]}`)
		return
	}
	g.inner.ServeHTTP(w, r)
}

// TestGoContainerRegistry: a registry of another make, open and behind either kind of
// door, is listed, inspected by platform, and asked for what refers to an image.
func TestGoContainerRegistry(t *testing.T) {
	inner := gcr.New(gcr.Logger(log.New(io.Discard, "", 0)), gcr.WithReferrersSupport(true))
	open := httptest.NewServer(inner)
	t.Cleanup(open.Close)
	push := registrytest.Pusher{T: t, Base: open.URL}
	amd := push.Push("team/app", "", registrytest.Image{OS: "linux", Arch: "amd64", Config: map[string]any{"Entrypoint": []string{"/amd"}, "Env": []string{"API_KEY=canary"}}, Steps: []string{"COPY . /"}})
	arm := push.Push("team/app", "", registrytest.Image{OS: "linux", Arch: "arm64", Config: map[string]any{"Entrypoint": []string{"/arm"}}})
	index := push.Index("team/app", "1", amd, arm)
	push.Push("a/b/c/d", "x", registrytest.Image{})
	signature := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.example.signature","digest":%q,"size":2},"layers":[],"subject":{"mediaType":%q,"digest":%q,"size":%d}}`,
		"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", amd.Type, amd.Digest, amd.Size)
	put(t, open.URL+"/v2/team/app/manifests/signature", signature)
	for _, scheme := range []string{"", "Basic", "Bearer"} {
		t.Run("door "+scheme, func(t *testing.T) {
			g := &guarded{inner: inner, scheme: scheme}
			server := httptest.NewServer(g)
			t.Cleanup(server.Close)
			g.url = server.URL
			c, password := registry.Connection{URL: server.URL}, ""
			if scheme != "" {
				c.User, password = registrytest.User, registrytest.Password
			}
			s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
			x := registrytest.Open(t, s, c, password)
			b := browse.New(x)
			facts, err := x.Facts(t.Context())
			if err != nil || facts.Kind != registry.KindDistribution {
				t.Fatalf("%+v, %v", facts, err)
			}
			p, err := b.Repositories(t.Context(), "", "", 1)
			if err != nil || len(p.Items) != 2 || p.Items[0].Name != "a/b/c/d" {
				t.Fatalf("%+v, %v", p, err)
			}
			rows, err := b.Artifacts(t.Context(), "team/app", 1)
			if err != nil || rows.Total != 2 || rows.Items[0].Tags[0] != "1" {
				t.Fatalf("%+v, %v", rows, err)
			}
			row, err := b.Fill(t.Context(), "team/app", rows.Items[0])
			if err != nil || row.Digest != index.Digest || len(row.Children) != 2 || row.Type != "IMAGE" {
				t.Errorf("%+v, %v", row, err)
			}
			for platform, want := range map[string]registrytest.Pushed{"linux/amd64": amd, "linux/arm64": arm} {
				d, err := b.Inspect(t.Context(), "team/app", "1", platform)
				if err != nil || d.Digest != want.Digest || d.Index != index.Digest || d.Platform != platform || len(d.Entrypoint) != 1 {
					t.Errorf("%s: %+v, %v", platform, d, err)
				}
				if platform == "linux/amd64" && (len(d.Accessories) != 1 || d.Accessories[0].Type != "application/vnd.example.signature" || strings.Contains(strings.Join(d.Masked(), ""), "canary")) {
					t.Errorf("%+v", d)
				}
			}
			_, err = b.Inspect(t.Context(), "team/app", "absent", "")
			registrytest.WantCause(t, err, registry.CauseNotFound)
			_, err = b.Inspect(t.Context(), "team/app", "1", "windows/amd64")
			registrytest.WantCause(t, err, registry.CauseNotFound)
			if scheme == "" {
				return
			}
			wrong := registrytest.Open(t, s, registry.Connection{URL: server.URL, Name: "wrong", User: registrytest.User}, "not the password")
			for range 3 {
				if _, err := browse.New(wrong).Artifacts(t.Context(), "team/app", 1); err == nil {
					t.Fatal("a wrong password reads")
				}
			}
			if n := g.failed.Load(); n != 1 {
				t.Errorf("%d failed logins, want 1", n)
			}
		})
	}
}

func put(t *testing.T, address, manifest string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, address, strings.NewReader(manifest))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
	resp, err := registrytest.Client(nil).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		t.Fatal(resp.Status)
	}
}
