package house

import (
	"slices"
	"strings"
	"testing"
)

const (
	fyneRoot     = "fyne.io/"
	engineClient = "github.com/docker/docker/client"
)

// under says whether path is one of these packages or lies below it.
func under(path string, tops ...string) bool {
	for _, top := range tops {
		if path == top || strings.HasPrefix(path, top+"/") {
			return true
		}
	}
	return false
}

// drivers is what draws a real window; panels are tested and built without it.
func driver(path string) bool {
	return under(path, "fyne.io/fyne/v2/app", "fyne.io/fyne/v2/internal/driver/glfw",
		"fyne.io/fyne/v2/internal/driver/mobile", "fyne.io/systray", "github.com/go-gl")
}

// tabs are the jobs that have a package of their own in platform and in panels.
func tab(room string) string {
	for _, name := range []string{"containers", "latency", "registry", "l2tp"} {
		if under(room, "platform/"+name, "panels/"+name) {
			return name
		}
	}
	return ""
}

// TestRooms asserts main -> app, app/cli -> panels -> platform, over everything
// that a package draws in, for the systems that can be built without cgo.
func TestRooms(t *testing.T) {
	for _, system := range []string{"linux", "windows"} {
		for _, p := range list(t, []string{"CGO_ENABLED=0", "GOOS=" + system, "GOARCH=amd64"}, "./...") {
			for _, dep := range p.Deps {
				if why := forbidden(p.room(), dep); why != "" {
					t.Errorf("%s (%s) draws in %s: %s", p.ImportPath, system, dep, why)
				}
			}
			// What a test needs is nearer: only what it names itself.
			for _, dep := range slices.Concat(p.TestImports, p.XTestImports) {
				if why := forbidden(p.room(), dep); why != "" {
					t.Errorf("a test of %s (%s) imports %s: %s", p.ImportPath, system, dep, why)
				}
			}
		}
	}
}

// forbidden says why a package in this room must not know that one, or "".
func forbidden(room, dep string) string {
	own := strings.TrimPrefix(dep, module+"/")
	ours := own != dep
	switch {
	case under(room, "platform"):
		if strings.HasPrefix(dep, fyneRoot) {
			return "platform knows no window toolkit"
		}
		if ours && under(own, "panels", "app") {
			return "platform is below panels and app"
		}
		if ours && tab(own) != "" && tab(room) != "" && tab(own) != tab(room) {
			return "what two tabs share moves down into a small package of its own"
		}
	case under(room, "panels"):
		if driver(dep) {
			return "panels build and are tested without a window driver"
		}
		if ours && under(own, "app") {
			return "panels are below app"
		}
		if ours && under(own, "panels") && tab(own) != "" && tab(own) != tab(room) {
			return "a panel knows no other panel: a jump goes through an interface that app wires"
		}
	case under(room, "app/cli"):
		if strings.HasPrefix(dep, fyneRoot) {
			return "the verbs build without the window toolkit, for macOS too"
		}
	}
	return ""
}

// TestForbidden keeps the rules from becoming ones that nothing can break.
func TestForbidden(t *testing.T) {
	for _, c := range []struct {
		room, dep string
		bad       bool
	}{
		{"platform/containers", "fyne.io/fyne/v2", true},
		{"platform/containers", "tacklebox/panels/i18n", true},
		{"platform/containers", "tacklebox/platform/latency", true},
		{"platform/containers/launch", "tacklebox/platform/containers", false},
		{"platform/containers", "tacklebox/platform/paths", false},
		{"panels/containers", "tacklebox/panels/latency", true},
		{"panels/containers", "tacklebox/panels/widgets", false},
		{"panels/containers", "tacklebox/app", true},
		{"panels/containers", "fyne.io/fyne/v2/app", true},
		{"panels/containers", "fyne.io/fyne/v2/driver/desktop", false},
		{"panels/widgets", "tacklebox/panels/containers", true},
		{"panels/widgets", "github.com/go-gl/gl/v2.1/gl", true},
		{"app/cli", "fyne.io/fyne/v2/lang", true},
		{"app/cli", "tacklebox/platform/containers", false},
		{"app", "fyne.io/fyne/v2/app", false},
	} {
		if got := forbidden(c.room, c.dep) != ""; got != c.bad {
			t.Errorf("forbidden(%q, %q) = %v, want %v", c.room, c.dep, got, c.bad)
		}
	}
}

// TestEngineClientStaysHome: no type of the engine's client leaves its package,
// so that its successor can take its place in one package.
func TestEngineClientStaysHome(t *testing.T) {
	for _, p := range list(t, []string{"CGO_ENABLED=0"}, "./...") {
		if under(p.room(), "platform/containers") {
			continue
		}
		for _, imp := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if under(imp, engineClient) {
				t.Errorf("%s imports %s: only platform/containers may", p.ImportPath, imp)
			}
		}
	}
}

// TestOneEngineClient: a second client (docker/cli 29 and newer registries'
// packages draw one in) is megabytes, and refuses engines below API 1.40.
func TestOneEngineClient(t *testing.T) {
	for _, cgo := range []string{"CGO_ENABLED=0", "CGO_ENABLED=1"} {
		for _, p := range list(t, []string{cgo}, "-deps", ".") {
			if p.Module != nil && under(p.Module.Path, "github.com/moby/moby/client", "github.com/moby/moby/api") {
				t.Errorf("%s: the program links %s", cgo, p.ImportPath)
			}
		}
	}
}

// TestOnlyForTests: a registry of another make is in the tests, where it may not be
// above v0.20.6: what newer ones require is a second engine client.
func TestOnlyForTests(t *testing.T) {
	const registry = "github.com/google/go-containerregistry"
	for _, cgo := range []string{"CGO_ENABLED=0", "CGO_ENABLED=1"} {
		for _, p := range list(t, []string{cgo}, "-deps", ".") {
			if under(p.ImportPath, registry) {
				t.Errorf("%s: the program links %s", cgo, p.ImportPath)
			}
		}
	}
	found := false
	for _, p := range list(t, []string{"CGO_ENABLED=0"}, "-deps", registry+"/pkg/registry") {
		if p.Module != nil && p.Module.Path == registry {
			found = true
			if p.Module.Version != "v0.20.6" {
				t.Errorf("%s is %s, which nobody looked at", registry, p.Module.Version)
			}
		}
	}
	if !found {
		t.Errorf("%s is in no module: the test looks at nothing", registry)
	}
}

// TestNoWindowWithoutCgo: tacklebox-cli has no toolkit in it.
func TestNoWindowWithoutCgo(t *testing.T) {
	for _, system := range []string{"linux", "windows", "darwin"} {
		for _, p := range list(t, []string{"CGO_ENABLED=0", "GOOS=" + system}, "-deps", ".") {
			if strings.HasPrefix(p.ImportPath, fyneRoot) {
				t.Errorf("%s: tacklebox-cli links %s", system, p.ImportPath)
			}
		}
	}
}
