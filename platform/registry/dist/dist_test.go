package dist_test

import (
	"strings"
	"testing"

	"go.uber.org/goleak"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/dist"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/registrytest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestClosedCatalog: Harbor answers 401 to good credentials that are no admin's,
// which is no wrong password.
func TestClosedCatalog(t *testing.T) {
	h := fakeharbor.New(t)
	h.Push("library", "app", "1", fakeharbor.Image{})
	h.Users["eve"] = &fakeharbor.User{Password: "p"}
	s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
	x := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "eve"}, "p")
	err := x.Dist().Catalog(t.Context(), "", func([]string) error { return nil })
	registrytest.WantCause(t, err, registry.CauseForbidden)
	if x.Refusal() != nil {
		t.Error("a closed door was taken for a wrong password")
	}
	if _, err := x.Dist().Manifest(t.Context(), "library/app", "1"); err != nil {
		t.Error(err)
	}
	var names []string
	x = registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password)
	if err := x.Dist().Catalog(t.Context(), "", func(page []string) error { names = append(names, page...); return nil }); err != nil || len(names) != 1 {
		t.Errorf("%v, %v", names, err)
	}
}

// TestRequestIDs of the distribution API are in its errors, too.
func TestRequestIDs(t *testing.T) {
	h := fakeharbor.New(t)
	s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
	x := registrytest.Open(t, s, registry.Connection{URL: h.URL}, "")
	_, err := x.Dist().Manifest(t.Context(), "library/absent", "1")
	registrytest.WantCause(t, err, registry.CauseNotFound)
	if !strings.Contains(err.Error(), "fake-request-id") {
		t.Errorf("%v", err)
	}
	for kind, want := range map[string]registry.Cause{"die": registry.CauseBroken, "html": registry.CauseNotRegistry, "429": registry.CauseTooMany, "500": registry.CauseServer} {
		h.Mend()
		h.Push("library", "app", "1", fakeharbor.Image{})
		// Of its own: what asked for rest would be left alone.
		x := registrytest.Open(t, registrytest.Store(t, t.TempDir(), &registrytest.Secrets{}), registry.Connection{URL: h.URL}, "")
		h.Fail(fakeharbor.Fault{Path: "/manifests/", Kind: kind})
		_, err := x.Dist().Manifest(t.Context(), "library/app", "1")
		registrytest.WantCause(t, err, want)
	}
}

func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"digest":"sha256:` + strings.Repeat("a", 64) + `","size":1,"platform":{"os":"linux","architecture":"amd64"}}]}`))
	f.Add([]byte(`{"config":{"digest":"x"},"layers":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := dist.ParseManifest(text)
		if err != nil {
			return
		}
		m.Size()
		for _, c := range m.Children {
			if c.Digest.Validate() != nil {
				t.Errorf("%q", c.Digest)
			}
		}
	})
}
