package containers

import (
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"tacklebox/panels/containers/model"
	"tacklebox/panels/i18n"
	"tacklebox/platform/containers"
)

// TestFits makes sure that no state of the tab needs more room than the smallest
// window has beside its rail, in both languages and with names of 200 characters.
func TestFits(t *testing.T) {
	room := fyne.NewSize(770, 560)
	for _, language := range i18n.Languages() {
		t.Run(language, func(t *testing.T) {
			e := shop()
			id := strings.Repeat("a", 64)
			long := strings.Repeat("long-name-", 20)
			e.All[0].Name, e.All[0].Image = long, "registry.example.com/"+long+":1"
			h := showIn(t, e, language)
			h.e = e
			h.Until("the lists", func() bool { return h.p.snap.ImagesLoaded && h.p.snap.ContainersLoaded })
			h.Win.Resize(room)
			fits := func(state string) {
				t.Helper()
				if m := h.Win.Content().MinSize(); m.Width > room.Width || m.Height > room.Height {
					t.Errorf("%s needs %v", state, m)
				}
			}
			fits("the empty tab")
			h.p.master.selectKey(model.ContainerKey(id))
			h.Until("the copy", func() bool { return h.p.detail.launch.d.ready })
			fits("a container that died")
			v := h.p.detail.launch
			v.toggleMore()
			v.form.keep.SetSelected(keepWord("custom"))
			fits("all options")
			v.notes.head.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
			fits("everything opened")
			v.tabs.Select(tabPod)
			fits("the Pod")
			v.tabs.Select(tabInspect)
			fits("inspect")
			h.enter("debian")
			fits("a session")
		})
	}
}

// TestEverySizeComesToAnEnd lays the tab out at many sizes: what wraps asks for
// another height when it learns its width, and must stop asking.
func TestEverySizeComesToAnEnd(t *testing.T) {
	e := shop()
	e.LaunchErr = &containers.Error{Op: "launch", Object: "api", Cause: containers.CauseBadRequest, Err: errors.New(strings.Repeat("a long reason ", 20))}
	h := open(t, e)
	h.p.master.selectKey(model.ContainerKey(strings.Repeat("a", 64)))
	h.Until("the copy", func() bool { return h.p.detail.launch.d.ready })
	h.p.detail.launch.launch()
	h.See("The engine refuses these settings.")
	h.e.Emit(containers.Event{Kind: containers.EventLost, Err: errors.New("gone")})
	h.See("local stopped answering")
	for width := float32(120); width < 1500; width += 37 {
		for _, height := range []float32{80, 333, 900} {
			h.Win.Resize(fyne.NewSize(width, height))
		}
	}
}
