package registry

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tacklebox/panels/i18n"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/registrytest"
)

// TestRealRegistry: an image is pushed to a real registry, over TLS of a CA of the
// test and with a password; it is found in the tab, seen for each platform, and
// handed on by the digest of the engine's.
func TestRealRegistry(t *testing.T) {
	ca := registrytest.NewCA(t)
	cert, key := ca.Certificate(t, registrytest.Leaf{})
	base := registrytest.Start(t, registrytest.Options{Basic: true, Cert: cert, Key: key})
	push := registrytest.Pusher{T: t, Base: base, CA: ca}
	image := registrytest.Image{OS: "linux", Arch: "amd64", Config: map[string]any{"Entrypoint": []string{"/bin/amd"}, "User": "app"}, Steps: []string{"COPY app /"}}
	amd := push.Push("team/app", "", image)
	image.Arch, image.Config = "arm64", map[string]any{"Entrypoint": []string{"/bin/arm"}}
	arm := push.Push("team/app", "", image)
	push.Index("team/app", "1.0", amd, arm)

	h := start(t, i18n.English)
	h.platform = "linux/arm64"
	h.show()
	h.Press("Add a registry")
	f := h.p.detail.form
	f.address.SetText(base)
	f.user.SetText(registrytest.User)
	f.secret.SetText(registrytest.Password)
	h.Press("Connect")
	h.See("signed by nobody that is trusted here")
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte(ca.PEM), 0o600); err != nil {
		t.Fatal(err)
	}
	f.ca.SetText(file)
	h.Press("Connect")
	h.choose("team/app")
	h.See("/bin/arm")
	h.See("linux/arm64")
	h.Press("Debug")
	host := strings.TrimPrefix(base, "https://")
	if len(h.debugged) != 1 || h.debugged[0] != host+"/team/app@"+arm.Digest {
		t.Errorf("debugged %q, want the digest %s", h.debugged, arm.Digest)
	}
	h.p.detail.images.showPlatform("linux/amd64")
	h.See("/bin/amd")
	h.See("It is for linux/amd64, and the engine runs linux/arm64")
	h.Press("Debug")
	if len(h.debugged) != 2 || !strings.HasSuffix(h.debugged[1], amd.Digest) {
		t.Errorf("debugged %q, want the digest %s", h.debugged, amd.Digest)
	}
	nowhere(t, h.dir, registrytest.Password)
}

// TestTypedName: where a registry lists no names, one is typed and remembered.
func TestTypedName(t *testing.T) {
	tokens := registrytest.NewTokenServer(t)
	base := registrytest.Start(t, registrytest.Options{Tokens: tokens})
	push := registrytest.Pusher{T: t, Base: base, Tokens: tokens}
	push.Push("public/app", "1.0", registrytest.Image{OS: "linux", Arch: "amd64", Config: map[string]any{"Entrypoint": []string{"/bin/typed"}}})
	h := start(t, i18n.English)
	c := h.add(registry.Connection{URL: base, Realms: []string{strings.TrimPrefix(tokens.URL, "http://")}}, "")
	h.show()
	h.See("Type the name of one.")
	h.p.master.search.SetText("public/app")
	h.Press("Open public/app")
	h.See("/bin/typed")
	h.Until("the name is remembered", func() bool {
		kept, _, _ := h.store.Find(c.ID)
		return len(kept.Repositories) == 1 && kept.Repositories[0] == "public/app"
	})
}
