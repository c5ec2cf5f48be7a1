package registry

import (
	"slices"
	"strings"
	"testing"

	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/harbor"
)

// A chart is shown as what it is: what it says of itself, its README, values and
// dependencies, and no tab that is about images.
func TestChartTexts(t *testing.T) {
	h, _ := onHarbor(t, func(f *fakeharbor.Harbor) {
		c := f.PushOther("library", "charts/shop", "1.8.0", "CHART", map[string]any{"name": "shop", "version": "1.8.0", "appVersion": "2.4", "description": "<b>the shop</b>"})
		c.Additions = map[string]string{"readme.md": "# Read me\x1b[2J", "values.yaml": "replicas: 2", "dependencies": `[{"name":"postgresql","version":"12.1.9","repository":"https://charts.example"}]`}
		f.Push("library", "app", "1", fakeharbor.Image{})
	})
	h.open("library")
	h.choose("library/charts/shop")
	h.See("<b>the shop</b>")
	h.See("Helm chart")
	if got, want := h.p.detail.images.pullCommand(), "helm pull oci://"+h.p.conn.host()+"/library/charts/shop --version 1.8.0"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	lower := h.p.detail.images.lower
	if got := strings.Join(lower.IDs(), ","); got != "tags,text readme.md,text values.yaml,text dependencies,labels,attached" {
		t.Errorf("tabs %s", got)
	}
	lower.Select(lowerText + "readme.md")
	h.See("# Read me[2J")
	lower.Select(lowerText + "values.yaml")
	h.See("replicas: 2")
	lower.Select(lowerText + "dependencies")
	h.See("postgresql  12.1.9  https://charts.example")

	// An image has no such tab; back at the chart the one that was chosen is there.
	h.choose("library/app")
	h.Until("the tabs of an image", func() bool { return slices.Contains(lower.IDs(), lowerPlatforms) })
	if lower.Selected() != lowerTags || slices.Contains(lower.IDs(), lowerText+"readme.md") {
		t.Errorf("%s of %v", lower.Selected(), lower.IDs())
	}
	h.choose("library/charts/shop")
	h.See("postgresql  12.1.9  https://charts.example")
}

// A bill of materials is read when its row is chosen.
func TestAttachedIsRead(t *testing.T) {
	h, _ := onHarbor(t, func(f *fakeharbor.Harbor) {
		a := f.Push("library", "app", "1", fakeharbor.Image{})
		f.Attach("library", "app", a, `{"spdxVersion":"SPDX-2.3","name":"`+"\u202e"+`x"}`)
		a.Accessories = append(a.Accessories, map[string]any{"type": harbor.AccessoryCosign, "digest": "sha256:" + strings.Repeat("0", 64), "size": 1})
	})
	h.open("library")
	h.choose("library/app")
	v := h.p.detail.images
	h.See("library/app : 1")
	v.lower.Select(lowerAttached)
	h.See("Choose a row to read")
	l := h.line(v.parts.attached, "bill of materials")
	v.parts.attached.list.Select(l.key, true)
	v.parts.open(l.key)
	h.See(`"spdxVersion": "SPDX-2.3"`)
	if h.Sees("\u202e") {
		t.Error("a text turns the line around")
	}
	l = h.line(v.parts.attached, "cosign")
	v.parts.open(l.key)
	h.See("not found")
}

// A scan that is started here is followed in its log, until it is over.
func TestScanLog(t *testing.T) {
	var a *fakeharbor.Artifact
	h, fake := onHarbor(t, func(f *fakeharbor.Harbor) {
		a = f.Push("library", "app", "1", fakeharbor.Image{})
	})
	h.open("library")
	h.choose("library/app")
	h.See("library/app : 1")
	v := h.p.detail.images
	if slices.Contains(v.lower.IDs(), lowerScanLog) {
		t.Error("there is a log of no scan")
	}
	h.Press("Scan")
	h.Press("Scan")
	h.Until("the log's tab", func() bool { return slices.Contains(v.lower.IDs(), lowerScanLog) })
	v.lower.Select(lowerScanLog)
	h.See("2026-03-01 scanning")
	fake.Advance(1e12)
	h.Until("the end", func() bool { fake.Advance(1e10); return h.Sees("complete") })
	fake.Lock()
	defer fake.Unlock()
	if a.Scan == nil || a.Scan.Status != "Success" {
		t.Errorf("%+v", a.Scan)
	}
}

// What a server calls its things does not become a command.
func TestShellWord(t *testing.T) {
	for in, want := range map[string]string{
		"r:5000/team/app@sha256:0f": "r:5000/team/app@sha256:0f", "[::1]/a": "'[::1]/a'", "a;reboot": "'a;reboot'", "a'b$(x)": `'a'\''b$(x)'`, "-v": "'-v'", "": "''", "a\nreboot\x1b[2J": "'a reboot[2J'", "a b": "'a b'",
	} {
		if got := shellWord(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := command("helm", "pull", helmVersion, "--x;reboot"); got != "helm pull --version '--x;reboot'" {
		t.Errorf("%q", got)
	}
}
