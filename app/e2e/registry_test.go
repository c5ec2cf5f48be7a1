//go:build linux && cgo

package e2e

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tacklebox/platform/containers/dockertest"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/registrytest"
	"tacklebox/platform/settings"
)

// From a registry to a prompt: an image that was pushed to a real registry, over TLS
// and with a password, is found by its name, handed to the Containers tab by its
// digest, pulled with the credential, started with a shell, and typed into.
func TestFromARegistryToAPrompt(t *testing.T) {
	engine := dockertest.Engine(t)
	ca := registrytest.NewCA(t)
	cert, key := ca.Certificate(t, registrytest.Leaf{})
	base := registrytest.Start(t, registrytest.Options{Basic: true, Cert: cert, Key: key})
	host := strings.TrimPrefix(base, "https://")
	config := t.TempDir()
	auth := base64.StdEncoding.EncodeToString([]byte(registrytest.User + ":" + registrytest.Password))
	text, err := json.Marshal(map[string]any{"auths": map[string]any{host: map[string]string{"auth": auth}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config, "config.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	pushed := host + "/team/app:1.0"
	engine.Docker(t, "tag", dockertest.Image(t, engine, dockertest.Bash), pushed)
	engine.Docker(t, "--config", config, "push", pushed)
	engine.Docker(t, "rmi", pushed)

	d := newDesk(t)
	data := filepath.Join(d.home, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	set, err := settings.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Update(func(s *settings.Settings) { s.LastTab = "registry" }); err != nil {
		t.Fatal(err)
	}
	store := registrytest.Store(t, data, &registrytest.Secrets{})
	if _, _, err := store.Add(t.Context(), registry.Connection{Name: "lab", URL: base, Source: registry.SourceDocker, CA: ca.PEM}, ""); err != nil {
		t.Fatal(err)
	}

	w := d.start([]string{"DOCKER_HOST=" + engine.Host, "DOCKER_CONFIG=" + config, threadChecks})
	w.shown()
	t.Cleanup(func() { endSessions(t, engine, w.data) })
	w.until(t, "the image is launched", func() {
		// The tab, part of the name, Enter, D; then Enter in the form that it fills.
		w.xdo("key", "ctrl+shift+g")
		w.xdo("key", "ctrl+a", "BackSpace")
		w.xdo("type", "--delay", "20", "app")
		w.xdo("key", "Return")
		w.xdo("sleep", "2")
		w.picture("found")
		w.xdo("key", "d")
		w.xdo("sleep", "2")
		w.picture("form")
		w.xdo("key", "Return")
		w.xdo("sleep", "4")
	}, func() bool { return len(sessions(t, engine, w.data)) > 0 })
	name := sessions(t, engine, w.data)[0]
	if image := engine.Docker(t, "inspect", "--format", "{{.Config.Image}}", name); !strings.HasPrefix(image, host+"/team/app@sha256:") {
		t.Errorf("the container runs %q, want the digest of the registry's image", image)
	}
	exists := func(path string) bool {
		return engine.Docker(t, "exec", name, "/bin/busybox", "sh", "-c", "test -e "+path+" && echo yes || echo no") == "yes"
	}
	w.until(t, "the typed command ran", func() {
		w.xdo("key", "ctrl+u")
		w.xdo("type", "--delay", "20", "touch /typed")
		w.xdo("key", "Return")
	}, func() bool { return exists("/typed") })
	w.picture("prompt")
	for _, e := range w.threadErrors() {
		t.Error(e)
	}
}
