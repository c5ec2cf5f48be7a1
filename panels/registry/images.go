package registry

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/verdict"
)

// imagesView is a repository: the artifact that is chosen, and all of them.
type imagesView struct {
	p    *Panel
	root *fyne.Container

	hint  fyne.CanvasObject
	page  fyne.CanvasObject
	title *widgets.Ellipsis
	sub   *widgets.CutText
	runs  *widgets.KeyValues
	dot   *widgets.StatusDot
	says  *widget.Label
	says_ *fyne.Container
	// trust is what the engine itself says of the registry.
	trust    *widget.Label
	trustDot *widgets.StatusDot
	trustRow *fyne.Container
	why      *widgets.Banner

	debug   *widgets.Button
	pull    *widgets.Button
	digest  *widgets.Button
	browser *widgets.Button
	scan    *widgets.Button
	buttons *fyne.Container

	lower   *widgets.Tabs
	places  map[string]*widgets.Tab // all that can stand there
	tags    *tagsView
	parts   *partsView
	cves    *cvesView
	scanLog *logView
	texts   map[string]*textView
	head    *fyne.Container

	full    string // the repository in front; "" for none
	at      string // the reference that is shown
	want    string // the platform that is wanted, "" for the engine's
	stop    context.CancelFunc
	reading bool
	detail  *browse.Detail
	err     error
	verdict *verdict.Verdict
	judged  error
	visible bool
	// scans counts those that were started here.
	scans     int
	arranging bool
}

func newImagesView(p *Panel) *imagesView {
	v := &imagesView{p: p, root: container.NewStack()}
	v.title = widgets.NewEllipsis("", 80, p.tips)
	v.title.Style.Bold = true
	v.title.SizeName = theme.SizeNameSubHeadingText
	v.sub = widgets.NewCutText("", 60)
	v.sub.Color = look.Muted
	v.runs = widgets.NewKeyValues(p.tips)
	v.dot = widgets.NewStatusDot(widgets.LevelUnknown)
	v.says = fields.Words("")
	v.says.Selectable = true
	v.says_ = container.New(besideDot{}, v.dot, v.says)
	v.trust = fields.Words("")
	v.trust.Selectable = true
	v.trustDot = widgets.NewStatusDot(widgets.LevelFailed)
	v.trustRow = container.New(besideDot{}, v.trustDot, v.trust)
	v.why = widgets.NewBanner(p.tips)

	v.debug = widgets.NewButton(i18n.T("registry.debug"), v.launch)
	v.debug.Importance = widget.HighImportance
	v.pull = widgets.NewButton(i18n.T("registry.copy_pull"), func() { p.copy(v.pullCommand()) })
	v.digest = widgets.NewButton(i18n.T("registry.copy_digest"), func() { p.copy(v.detail.Digest) })
	v.browser = widgets.NewButton(i18n.T("registry.open_browser"), func() { p.openPage("", v.full, v.pageDigest()) })
	v.scan = widgets.NewButton(i18n.T("registry.scan"), v.startScan)
	v.buttons = widgets.NewFlow(v.debug, v.pull, v.digest, v.browser, v.scan)

	v.makeLower()
	v.head = widgets.NewColumn(v.title, v.sub, v.runs, v.says_, v.trustRow, v.why, v.buttons)
	v.page = headOver(widgets.Inset(v.head), v.lower)
	v.why.OnResized = v.page.Refresh
	hint := fields.Muted(i18n.T("registry.choose_repository"))
	hint.Alignment = fyne.TextAlignCenter
	v.hint = container.NewBorder(gap(40), nil, nil, nil, container.NewVBox(hint))
	v.root.Objects = []fyne.CanvasObject{v.hint}
	return v
}

func (v *imagesView) object() fyne.CanvasObject { return v.root }

// reset forgets what belonged to another connection.
func (v *imagesView) reset() {
	v.halt()
	v.full, v.at, v.want = "", "", ""
	v.detail, v.err, v.verdict, v.judged = nil, nil, nil, nil
	v.cves.reset()
	v.resetTexts()
	v.put(v.hint)
}

func (v *imagesView) put(o fyne.CanvasObject) {
	if len(v.root.Objects) == 1 && v.root.Objects[0] == o {
		return
	}
	v.root.Objects = []fyne.CanvasObject{o}
	v.root.Refresh()
}

// halt breaks off what is read.
func (v *imagesView) halt() {
	if v.stop != nil {
		v.stop()
		v.stop = nil
	}
	v.reading = false
}

func (v *imagesView) shown(on bool) {
	v.visible = on
	x := v.p.conn
	switch {
	case x == nil || x.arts == nil:
	case on:
		x.arts.Resume()
		if v.full != "" && v.detail == nil && v.err == nil {
			v.pick()
		}
		v.lowerShown()
	default:
		x.arts.Pause()
		v.halt()
		v.cves.halt()
		v.haltTexts()
	}
}

// show begins with a repository.
func (v *imagesView) show(full string) {
	x := v.p.conn
	if x == nil || x.browser == nil || v.full == full {
		return
	}
	v.halt()
	v.full, v.at, v.want = full, "", ""
	v.detail, v.err, v.verdict, v.judged = nil, nil, nil, nil
	v.cves.reset()
	v.resetTexts()
	x.readArtifacts(full)
	v.tags.reset()
	v.put(v.page)
	v.apply()
}

// artifactsChanged takes what came of the list; the newest artifact is shown first.
func (v *imagesView) artifactsChanged() {
	v.tags.changed()
	if v.at == "" {
		v.pick()
	}
	v.apply()
}

// pick shows the first artifact of the list.
func (v *imagesView) pick() {
	x := v.p.conn
	if x == nil || x.arts == nil || !v.visible {
		return
	}
	if v.at != "" {
		v.read()
		return
	}
	if a, state := x.arts.At(0); state == browse.RowReady {
		v.showArtifact(a)
	}
}

// showArtifact shows one artifact of the repository.
func (v *imagesView) showArtifact(a browse.Artifact) {
	ref := a.Digest
	if ref == "" && len(a.Tags) > 0 {
		ref = a.Tags[0]
	}
	v.tags.mark(a)
	if ref == v.at && v.want == "" {
		return
	}
	v.at, v.want = ref, ""
	v.read()
}

// showPlatform shows another platform of the index.
func (v *imagesView) showPlatform(platform string) {
	if platform == "" || v.detail == nil || v.detail.Platform == platform {
		return
	}
	v.want = platform
	v.read()
}

// read asks what the artifact would run, and whether it may be pulled.
func (v *imagesView) read() {
	x := v.p.conn
	v.halt()
	v.detail, v.err, v.verdict, v.judged = nil, nil, nil, nil
	v.cves.reset()
	v.resetTexts()
	v.reading = true
	ctx, stop := context.WithCancel(x.looking)
	v.stop = stop
	full, at, want := v.full, v.at, v.want
	if want == "" && v.p.deps.Debugger != nil {
		want = v.p.deps.Debugger.Platform()
	}
	exactly := v.want
	v.p.within(ctx, func(ctx context.Context) func() {
		d, err := x.browser.Inspect(ctx, full, at, want)
		if exactly == "" && registry.CauseOf(err) == registry.CauseNotFound && len(d.Children) > 0 {
			// None for the engine: what there is can be looked at all the same.
			d, err = x.browser.Inspect(ctx, full, at, first(d.Children))
		}
		return func() {
			v.reading, v.err = false, err
			v.detail = &d
			if err != nil && d.Digest == "" {
				v.detail = nil
			}
			v.apply()
			v.lowerShown()
			if err == nil {
				v.judge(ctx, d)
			}
		}
	})
	v.apply()
}

// first is the first platform of an index.
func first(all []browse.Child) string {
	for _, c := range all {
		if c.Platform != "" {
			return c.Platform
		}
	}
	return ""
}

// judge asks whether a pull will be refused.
func (v *imagesView) judge(ctx context.Context, d browse.Detail) {
	x := v.p.conn
	if x.client == nil || !d.Runs() {
		return
	}
	ref, child := d.Digest, ""
	if d.Index != "" {
		ref, child = d.Index, d.Digest
	}
	full := v.full
	v.p.within(ctx, func(ctx context.Context) func() {
		got, err := verdict.Ask(ctx, x.client, full, ref, child, v.p.deps.Now())
		return func() {
			v.judged = err
			if err == nil {
				v.verdict = &got
			}
			v.apply()
		}
	})
}

// pageDigest is the digest that the registry's own page is about.
func (v *imagesView) pageDigest() string {
	if v.detail == nil {
		return ""
	}
	if v.detail.Index != "" {
		return v.detail.Index
	}
	return v.detail.Digest
}

// pinned is the reference by digest.
func (v *imagesView) pinned() string {
	return v.p.conn.host() + "/" + v.full + "@" + v.detail.Digest
}

// debugTab is the tab that starts images; its package is not known here.
const debugTab = "containers"

// launch shows the form for it in the Containers tab. Nothing is pulled yet.
func (v *imagesView) launch() {
	if v.p.deps.Debugger == nil || v.detail == nil || !v.detail.Runs() {
		return
	}
	reference, d := v.pinned(), *v.detail
	if v.p.conn != nil {
		v.p.deps.Store.Prefer(v.p.conn.id)
	}
	v.p.host.Select(debugTab)
	v.p.deps.Debugger.Debug(reference, d)
}

// canDebug is whether D does something.
func (v *imagesView) canDebug() bool {
	return v.visible && v.p.deps.Debugger != nil && v.detail != nil && v.detail.Runs()
}

func (v *imagesView) focus() {
	if v.full != "" {
		v.lower.Select(lowerTags)
		v.p.host.Window().Canvas().Focus(v.tags.table.list)
	}
}

// refName is the artifact as people name it.
func (v *imagesView) refName() string {
	if v.detail != nil && len(v.detail.Tags) > 0 {
		return clean(v.full) + " : " + clean(v.detail.Tags[0])
	}
	if strings.Contains(v.at, ":") {
		return clean(v.full) + " @ " + shortDigest(v.at)
	}
	if v.at != "" {
		return clean(v.full) + " : " + clean(v.at)
	}
	return clean(v.full)
}
