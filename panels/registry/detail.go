package registry

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
)

// The places of the right side.
const (
	placeImages       = "images"
	placeHealth       = "health"
	placeWork         = "work"
	placeReplications = "replications"
	placeStorage      = "storage"
	placeDoctor       = "doctor"
)

// view is what stands in a place. Its methods are called on Fyne's goroutine.
type view interface {
	object() fyne.CanvasObject
	// apply brings it up to what is known.
	apply()
	// shown tells whether anybody looks: nothing is asked for otherwise.
	shown(bool)
	// reset forgets what belonged to another connection.
	reset()
}

// detail is the right side: the artifact that is chosen, how the Harbor is, the
// doctor, or a form in front of all of them.
type detail struct {
	p    *Panel
	root *fyne.Container
	tabs *widgets.Tabs

	images *imagesView
	views  map[string]view
	order  []string

	form    *form
	robot   *robotForm
	welcome fyne.CanvasObject
	at      fyne.CanvasObject
	front   string // the place that was told that it is shown
}

func newDetail(p *Panel) *detail {
	d := &detail{p: p, root: container.NewStack(), views: map[string]view{}}
	d.tabs = widgets.NewTabs(p.tips)
	d.images = newImagesView(p)
	d.order = []string{placeImages, placeHealth, placeWork, placeReplications, placeStorage, placeDoctor}
	d.views[placeImages] = d.images
	d.views[placeHealth] = newHealthView(p)
	d.views[placeWork] = newWorkView(p)
	d.views[placeReplications] = newReplicationsView(p)
	d.views[placeStorage] = newStorageView(p)
	d.views[placeDoctor] = newDoctorView(p)
	for _, id := range d.order {
		d.tabs.Append(&widgets.Tab{ID: id, Text: placeWord(id), Content: d.views[id].object()})
	}
	d.tabs.OnSelected = func(id string) {
		p.memory.Place = id
		p.remember()
		d.look()
	}
	d.welcome = d.makeWelcome()
	if _, ok := d.views[p.memory.Place]; ok {
		d.tabs.Select(p.memory.Place)
	}
	return d
}

func placeWord(id string) string {
	switch id {
	case placeHealth:
		return i18n.T("registry.place_health")
	case placeWork:
		return i18n.T("registry.place_work")
	case placeReplications:
		return i18n.T("registry.place_replications")
	case placeStorage:
		return i18n.T("registry.place_storage")
	case placeDoctor:
		return i18n.T("registry.place_doctor")
	}
	return i18n.T("registry.place_images")
}

// makeWelcome teaches what the tab is for.
func (d *detail) makeWelcome() fyne.CanvasObject {
	add := widgets.NewButton(i18n.T("action.registry.add"), d.p.showAdd)
	add.Importance = widget.HighImportance
	text := fields.Words(i18n.T("registry.welcome_text"))
	example := fields.Muted(i18n.T("registry.welcome_example"))
	return fields.Page(gap(12), titleText(i18n.T("registry.welcome_title")), text, container.NewHBox(add), gap(4), example)
}

// apply shows what fits.
func (d *detail) apply() {
	p := d.p
	switch {
	case d.form != nil:
		d.put(d.form.root)
	case d.robot != nil:
		d.put(d.robot.root)
	case p.conn == nil && p.listed && p.listErr == nil:
		d.put(d.welcome)
	case p.conn == nil:
		d.put(container.NewStack())
	default:
		d.put(d.tabs)
	}
	if p.conn != nil {
		level := widgets.Level("")
		if s, ok := p.statusOf(p.conn.id); ok && len(s.Components) > 0 {
			level = componentsLevel(s.Components)
		}
		d.tabs.Update(placeHealth, placeWord(placeHealth), level)
		if d.at == d.tabs {
			d.views[d.tabs.Selected()].apply()
		}
	}
	d.look()
}

func (d *detail) put(o fyne.CanvasObject) {
	if d.at == o {
		return
	}
	d.at = o
	d.root.Objects = []fyne.CanvasObject{o}
	d.root.Refresh()
}

// look tells the views which of them is in front.
func (d *detail) look() {
	front := ""
	if d.p.visible && d.at == d.tabs && d.p.conn != nil && d.p.conn.open_ {
		front = d.tabs.Selected()
	}
	if front == d.front {
		return
	}
	if v := d.views[d.front]; v != nil {
		v.shown(false)
	}
	d.front = front
	if v := d.views[front]; v != nil {
		v.apply()
		v.shown(true)
	}
}

// shown tells whether anybody looks at the tab.
func (d *detail) shown(bool) { d.look() }

// opened begins with what the connection in front turned out to be.
func (d *detail) opened() {
	for _, id := range d.order {
		d.views[id].reset()
	}
	d.look()
}

// reset forgets what belonged to another connection.
func (d *detail) reset() {
	if v := d.views[d.front]; v != nil {
		v.shown(false)
	}
	d.front = ""
	for _, id := range d.order {
		d.views[id].reset()
	}
}

func (d *detail) close() {
	if v := d.views[d.front]; v != nil {
		v.shown(false)
	}
	d.front = ""
	d.closeForm()
}

// goTo brings a place to the front.
func (d *detail) goTo(place string) {
	d.closeForm()
	d.tabs.Select(place)
	d.p.memory.Place = place
	d.p.remember()
	d.p.apply()
}

// showRepository shows the newest artifact of a repository, and all of them.
func (d *detail) showRepository(full string) {
	d.closeForm()
	if d.tabs.Selected() != placeImages {
		d.goTo(placeImages)
	}
	d.images.show(full)
	d.apply()
}

func (d *detail) artifactsChanged() { d.images.artifactsChanged() }

// focusArtifacts gives the keyboard to the list of artifacts, where D debugs.
func (d *detail) focusArtifacts() { d.images.focus() }

// showForm puts a form in front of everything.
func (d *detail) showForm(f *form) {
	d.closeForm()
	d.form = f
	d.apply()
	f.focus()
}

// closeForm takes the form away, with what was typed into it.
func (d *detail) closeForm() {
	switch {
	case d.form != nil:
		d.form.close()
	case d.robot != nil:
		d.robot.close()
	default:
		return
	}
	d.form, d.robot = nil, nil
	if !d.p.closed {
		d.apply()
	}
}
