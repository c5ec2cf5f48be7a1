package browse_test

import (
	"strings"
	"testing"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/registrytest"
)

// TestChart: what Harbor has of a chart is named and read, its dependencies a line
// each, whatever is in them.
func TestChart(t *testing.T) {
	h := fakeharbor.New(t)
	c := h.PushOther("library", "charts/shop", "1.8.0", "CHART", map[string]any{"name": "shop", "version": "1.8.0", "appVersion": "2.4", "description": 7})
	c.Additions = map[string]string{
		"readme.md": "# Shop\x1b[2J\n", "values.yaml": "replicas: 2\n",
		"dependencies": `[{"name":"postgresql","version":"12.1.9","repository":"https://charts.example/stable"},{"name":"a\nb","version":"1","repository":""}]`,
	}
	b := open(t, h)
	d, err := b.Inspect(t.Context(), "library/charts/shop", "1.8.0", "")
	if err != nil || strings.Join(d.Additions, " ") != "readme.md values.yaml dependencies" || d.Runs() || d.Chart == nil || *d.Chart != (browse.Chart{Name: "shop", Version: "1.8.0", AppVersion: "2.4"}) {
		t.Fatalf("%+v, %v", d, err)
	}
	for which, want := range map[string]string{browse.TextReadme: "# Shop[2J\n", browse.TextValues: "replicas: 2\n", browse.TextDependencies: "postgresql  12.1.9  https://charts.example/stable\na b         1\n"} {
		if got, err := b.Addition(t.Context(), "library/charts/shop", d.Digest, which); err != nil || got.Text != want || got.Cut {
			t.Errorf("%s: %q, %v", which, got.Text, err)
		}
	}
	if _, err := b.Addition(t.Context(), "library/charts/shop", d.Digest, browse.TextLicense); err == nil {
		t.Error("a text that is not there was read")
	}
	set := func(name, text string) {
		h.Lock()
		defer h.Unlock()
		c.Additions[name] = text
	}
	set("dependencies", `{"odd":1}`)
	if got, err := b.Addition(t.Context(), "library/charts/shop", d.Digest, browse.TextDependencies); err != nil || got.Text != "{\n  \"odd\": 1\n}" {
		t.Errorf("%q, %v", got.Text, err)
	}
	set("readme.md", strings.Repeat("x", harbor.MaxAddition+1))
	if got, err := b.Addition(t.Context(), "library/charts/shop", d.Digest, browse.TextReadme); err != nil || !got.Cut || len(got.Text) != harbor.MaxAddition {
		t.Errorf("%d bytes, cut %v, %v", len(got.Text), got.Cut, err)
	}
}

// TestAttached: a bill of materials is the addition of its own digest; of a signature
// there is the manifest.
func TestAttached(t *testing.T) {
	h := fakeharbor.New(t)
	bill := h.PushOther("library", "app", "", "SBOM", nil)
	bill.Additions = map[string]string{"sbom": "{\"spdxVersion\":\"SPDX-2.3\"}\x1b[2J"}
	signature := h.PushOther("library", "app", "sig", "SIGNATURE", nil)
	b := open(t, h)
	got, err := b.Attached(t.Context(), "library/app", browse.Accessory{Type: harbor.AccessorySBOM, Digest: bill.Digest})
	if err != nil || got.Text != `{"spdxVersion":"SPDX-2.3"}[2J` {
		t.Errorf("%q, %v", got.Text, err)
	}
	got, err = b.Attached(t.Context(), "library/app", browse.Accessory{Type: harbor.AccessoryCosign, Digest: signature.Digest})
	if err != nil || !strings.Contains(got.Text, `"schemaVersion": 2`) {
		t.Errorf("%q, %v", got.Text, err)
	}
	_, err = b.Attached(t.Context(), "library/app", browse.Accessory{Type: harbor.AccessoryCosign, Digest: "sha256:" + strings.Repeat("0", 64)})
	registrytest.WantCause(t, err, registry.CauseNotFound)
}

// TestAttachedElsewhere: in a registry that is no Harbor the text itself is the only
// layer, which is read when it is one and small enough.
func TestAttachedElsewhere(t *testing.T) {
	base := registrytest.Start(t, registrytest.Options{})
	push := registrytest.Pusher{T: t, Base: base}
	b := browse.New(registrytest.Open(t, registrytest.Store(t, t.TempDir(), &registrytest.Secrets{}), registry.Connection{URL: base}, ""))
	for _, c := range []struct{ kind, content, want string }{
		{"application/spdx+json", `{"spdxVersion":"SPDX-2.3"}`, `  "spdxVersion": "SPDX-2.3"`},
		{"text/plain; charset=utf-8", "plain\x1b[2J", "plain[2J"},
		{"application/octet-stream", "\x00\x01", `"application/octet-stream"`}, // the manifest
		{"application/json", strings.Repeat("x", harbor.MaxAddition+1), `"application/json"`},
	} {
		p := push.Artifact("team/app", "", c.kind, []byte(c.content))
		got, err := b.Attached(t.Context(), "team/app", browse.Accessory{Type: c.kind, Digest: p.Digest})
		if err != nil || !strings.Contains(got.Text, c.want) {
			t.Errorf("%s: %q, %v", c.kind, got.Text[:min(len(got.Text), 300)], err)
		}
	}
}
