package containers

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"tacklebox/panels/containers/model"
	"tacklebox/panels/i18n"
	"tacklebox/platform/containers/launch"
)

// What the registry told stands in the form before the pull, also when it is nothing.
func TestKnownBeforeThePull(t *testing.T) {
	test.NewTempApp(t)
	if err := i18n.Load(i18n.English); err != nil {
		t.Fatal(err)
	}
	digest := "@sha256:" + strings.Repeat("a", 64)
	p := &Panel{}
	form := func(ref string) string {
		d := &draft{kind: model.RowPull, ref: ref}
		d.form = model.NewForm(launch.Spec{Image: ref, Source: ref})
		v := &launchView{p: p, d: d}
		return fmt.Sprint(v.metaText(), v.factRows())
	}
	p.DebugKnown("r.test/app"+digest, Known{Command: launch.Command{Entrypoint: []string{"/bin/start.sh"}, Cmd: []string{"--prod"}, User: "app", WorkDir: "/srv"}, Platform: "linux/amd64", Size: 81_000_000, Env: 3, Ports: []string{"80/tcp"}})
	got := form("r.test/app" + digest)
	for _, want := range []string{"ENTRYPOINT /bin/start.sh   CMD --prod", "app", "/srv", "3 variables", "80/tcp", "linux/amd64", "81", "not on this engine"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
	p.DebugKnown("r.test/app:1", Known{Command: launch.Command{Cmd: []string{"/old"}}})
	for _, ref := range []string{"r.test/app:1", "r.test/other" + digest} {
		if got := form(ref); !strings.Contains(got, "known once it is pulled") || strings.Contains(got, "/old") {
			t.Errorf("%s: %s", ref, got)
		}
	}
	for i := range 3 * maxKnown {
		p.DebugKnown(fmt.Sprintf("r.test/%d%s", i, digest), Known{})
	}
	if len(p.known) > maxKnown {
		t.Errorf("%d are remembered", len(p.known))
	}
	if got := form(fmt.Sprintf("r.test/%d%s", 3*maxKnown-1, digest)); !strings.Contains(got, "ENTRYPOINT –   CMD –") {
		t.Errorf("an image that runs nothing: %s", got)
	}
}
