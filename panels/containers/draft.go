package containers

import (
	"slices"

	"tacklebox/panels/containers/model"
	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
)

// draft is a debug launch that a person may be preparing: one for each image,
// reference and container that was looked at, so that moving about loses nothing.
type draft struct {
	key  string
	kind model.RowKind // RowImage, RowPull or RowContainer
	ref  string        // image reference, or the container's ID

	container containers.Container // for RowContainer, as last listed
	size      int64

	read    bool // the engine was asked
	ready   bool // form is filled
	err     error
	image   *containers.ImageDetail
	notes   []containers.CloneNote
	why     *containers.Explanation
	form    model.Form
	touched bool // the person changed something

	shells   []containers.ShellFound
	probing  bool
	probeErr error

	job    *model.Job
	jobErr error
	failed model.Step
	// warnings are those of the pull before.
	warnings []string
	// pullFirst pulls before the launch although the image was here.
	pullFirst       bool
	launchWhenReady bool

	more    bool // more options are open
	reveal  bool
	tab     string
	podForm podChoice
}

// maxDrafts bounds how many launches in preparation are remembered.
const maxDrafts = 40

// drafts keeps the launches in preparation, the last used at the end.
type drafts struct{ list []*draft }

// get finds or makes the draft of a row.
func (d *drafts) get(r model.Row) *draft {
	for i, x := range d.list {
		if x.key == r.Key {
			d.list = append(slices.Delete(d.list, i, i+1), x)
			return x
		}
	}
	x := &draft{key: r.Key, kind: r.Kind, ref: r.Name}
	if r.Container != nil {
		x.kind, x.ref, x.container = model.RowContainer, r.Container.ID, *r.Container
	}
	x.size = r.Size
	x.form = model.NewForm(launch.Spec{Image: r.Name, Source: r.Name})
	d.list = append(d.list, x)
	for i := 0; len(d.list) > maxDrafts && i < len(d.list)-1; {
		if d.list[i].job != nil {
			i++
			continue
		}
		d.list = slices.Delete(d.list, i, i+1)
	}
	return x
}

// title is what stands at the head of the view.
func (d *draft) title() string {
	if d.kind == model.RowContainer {
		return d.container.Name
	}
	return d.ref
}
