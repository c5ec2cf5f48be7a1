package containers

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/containers/model"
	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
)

// launchView shows a draft: what would run, what will run, the form, and the
// same launch as commands.
type launchView struct {
	p *Panel
	d *draft

	root    *fyne.Container
	dot     *widgets.StatusDot
	title   *widgets.Ellipsis
	meta    *widgets.CutText
	facts   *widgets.KeyValues
	banner  *widgets.Banner // why the container died
	notes   *notesView
	problem *widgets.Banner // what the launch or the reading came to
	pull    *pullView
	actions *fyne.Container
	debug   *widgets.Button
	more    *widgets.Fold
	form    *formView
	tabs    *widgets.Tabs
	preview *previewView
	body    *fyne.Container // form beside tabs
	only    *fyne.Container // tabs alone
	logs    *logsView
	inspect *inspectView
	ahead   *typeAhead
}

func newLaunchView(p *Panel) *launchView {
	v := &launchView{p: p}
	v.dot = widgets.NewStatusDot(widgets.LevelUnknown)
	v.title = widgets.NewEllipsis("", 120, p.tips)
	v.title.Style.Bold = true
	v.title.SizeName = theme.SizeNameSubHeadingText
	v.meta = widgets.NewCutText("", 60)
	v.meta.Color = look.Muted
	v.meta.Align = fyne.TextAlignTrailing
	v.facts = widgets.NewKeyValues(p.tips)
	v.banner, v.problem = widgets.NewBanner(p.tips), widgets.NewBanner(p.tips)
	v.notes = newNotesView(p)
	cancel := func() {
		if v.d != nil && v.d.job != nil {
			v.d.job.Cancel()
		}
	}
	v.pull = newPullView(p, cancel)
	v.ahead = newTypeAhead(cancel)
	v.form = newFormView(v)
	v.debug = widgets.NewButton("", v.launch)
	v.debug.Importance = widget.HighImportance
	v.more = widgets.NewFold(i18n.T("containers.more_options"), func(bool) { v.toggleMore() })
	v.actions = widgets.NewFlow(v.debug, v.form.compact[0], v.form.compact[1], v.more)

	v.preview = newPreviewView(p, func(reveal bool) { v.d.reveal = reveal; v.refreshPreview() }, func(c podChoice) { v.d.podForm = c; v.refreshPreview() })
	v.logs = newLogsView(p)
	v.inspect = newInspectView(p)
	v.tabs = widgets.NewTabs(p.tips)
	v.tabs.Append(&widgets.Tab{ID: tabDocker, Text: i18n.T("containers.tab_docker"), Content: v.preview.dockerBox})
	v.tabs.Append(&widgets.Tab{ID: tabPod, Text: i18n.T("containers.tab_pod"), Content: v.preview.podBox})
	v.tabs.OnSelected = v.tabSelected

	titleRow := container.New(&titleLayout{}, v.dot, v.title, v.meta)
	head := widgets.Inset(container.NewVBox(titleRow, v.facts, v.banner, v.notes.box, v.actions, v.form.errors, v.problem, v.pull.box, v.ahead))
	v.only = container.NewStack()
	split, _ := newBeside(p, "containers.form", 820, v.form.scroll, container.NewStack())
	v.body = split
	v.root = headOver(head, v.only)
	v.banner.OnResized, v.problem.OnResized = v.relayout, v.relayout
	v.notes.onResized, v.pull.onResized = v.relayout, v.relayout
	return v
}

// relayout gives the parts of the head the room they need now.
func (v *launchView) relayout() {
	if v.root != nil {
		v.root.Refresh()
	}
}

// show brings a draft onto the screen.
func (v *launchView) show(d *draft) {
	same := v.d == d
	v.d = d
	if !same {
		v.placeTabs()
		v.form.fill()
		v.arrange()
	}
	v.refresh()
	if !d.read {
		v.load()
	}
}

// placeTabs gives a container its logs and inspect, which an image has not.
func (v *launchView) placeTabs() {
	has := false
	for _, id := range v.tabs.IDs() {
		has = has || id == tabLogs
	}
	isContainer := v.d.kind == model.RowContainer
	selected := v.tabs.OnSelected
	v.tabs.OnSelected = nil
	switch {
	case isContainer && !has:
		v.tabs.Insert(0, &widgets.Tab{ID: tabLogs, Text: i18n.T("containers.tab_logs"), Content: v.logs.box})
		v.tabs.Insert(1, &widgets.Tab{ID: tabInspect, Text: i18n.T("containers.tab_inspect"), Content: v.inspect.box})
	case !isContainer && has:
		v.tabs.Remove(tabLogs)
		v.tabs.Remove(tabInspect)
	}
	want := v.d.tab
	if want == "" {
		want = tabDocker
		if isContainer {
			want = tabLogs
		}
	}
	v.logs.stop()
	v.tabs.OnSelected = selected
	v.tabs.Select(want)
}

func (v *launchView) tabSelected(id string) {
	if v.d == nil {
		return
	}
	v.d.tab = id
	v.logs.stop()
	switch id {
	case tabLogs:
		v.logs.show(v.d.ref, v.d.container.Name, v.d.container.State == "running")
	case tabInspect:
		v.inspect.show(v.d.ref)
	default:
		v.refreshPreview()
	}
}

// arrange puts the form beside the tabs, or the tabs alone.
func (v *launchView) arrange() {
	split := v.body.Objects[0].(*container.Split)
	if v.d.more {
		v.only.Objects = []fyne.CanvasObject{v.body}
		split.Trailing = v.tabs
		split.Refresh()
	} else {
		v.only.Objects = []fyne.CanvasObject{v.tabs}
	}
	v.only.Refresh()
	v.more.SetOpen(v.d.more)
}

func (v *launchView) toggleMore() {
	v.d.more = !v.d.more
	v.arrange()
}

// refresh brings everything but the form's fields up to the draft.
func (v *launchView) refresh() {
	d := v.d
	if d == nil {
		return
	}
	v.title.SetText(d.title())
	v.dot.Hidden = d.kind != model.RowContainer
	if !v.dot.Hidden {
		v.dot.SetLevel(stateLevel(d.container))
	}
	v.meta.SetText(v.metaText())
	v.facts.Set(v.factRows(), d.reveal)
	v.explainDeath()
	v.notes.set(d)
	v.applyProblem()
	v.pull.set(d)
	word := i18n.T("containers.debug_enter")
	if d.kind == model.RowPull {
		word = i18n.T("containers.pull_enter")
	}
	if v.debug.Text != word {
		v.debug.SetText(word)
	}
	busy := d.job != nil && d.job.State().Running()
	if busy || !v.p.up() {
		v.debug.Disable()
	} else {
		v.debug.Enable()
	}
	v.form.validate()
	v.refreshPreview()
	v.relayout()
}

func (v *launchView) refreshPreview() {
	if v.d == nil {
		return
	}
	spec, _ := v.d.form.Spec()
	v.preview.set(spec, v.d.reveal, v.d.podForm)
}

// applyProblem shows why the image could not be read or the launch did not work.
func (v *launchView) applyProblem() {
	d := v.d
	switch {
	case d.jobErr != nil:
		v.problem.Set(v.launchProblem(d))
	case d.err != nil && d.kind != model.RowPull:
		v.problem.Set(widgets.BannerContent{Level: widgets.LevelFailed, Text: explain(d.err), Detail: d.err.Error(),
			Buttons: []widgets.BannerButton{{Text: i18n.T("containers.reload"), Do: v.load}}})
	case d.probeErr != nil:
		v.problem.Set(widgets.BannerContent{Level: widgets.LevelDegraded, Text: explain(d.probeErr), Detail: d.probeErr.Error(),
			Close: func() { d.probeErr = nil; v.refresh() }})
	default:
		v.problem.Clear()
	}
}

// load asks the engine what the image would run, or what the container was.
func (v *launchView) load() {
	d, eng := v.d, v.p.hub.Engine()
	if eng == nil {
		return // asked again when the engine is there
	}
	d.read, d.err = true, nil
	if d.kind == model.RowPull {
		d.ready = true
		return
	}
	v.p.background(func(ctx context.Context) func() {
		var spec launch.Spec
		var err error
		ref := d.ref
		var notes []containers.CloneNote
		var why *containers.Explanation
		if d.kind == model.RowContainer {
			spec, notes, why, err = copyOf(ctx, eng, d.ref, d.container.State)
			ref = spec.Image
		} else {
			spec = launch.Spec{Image: ref, Source: ref}
		}
		detail, imgErr := eng.Image(ctx, ref)
		return func() {
			if err == nil {
				err = imgErr
			}
			d.err = err
			if imgErr == nil {
				d.image = &detail
				if spec.Original.Argv() == nil {
					spec.Original = detail.Command
				}
			}
			d.notes, d.why = notes, why
			if spec.Image != "" && !d.touched {
				d.form = model.NewForm(spec)
			}
			d.ready = true
			if v.d == d {
				v.form.fill()
				v.refresh()
				if d.launchWhenReady && d.err == nil {
					d.launchWhenReady = false
					v.launch()
				}
			}
			d.launchWhenReady = false
		}
	})
}
