package containers

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/containers/model"
	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/containers"
)

// enginePicker is the line that names the engine; it opens the list of all of
// them with what each answers.
type enginePicker struct {
	p      *Panel
	button *engineButton
	box    *fyne.Container
	popup  *widget.PopUp
	rows   *endpointRows
	list   *widgets.RowList
	note   *widget.Label
}

func newEnginePicker(p *Panel) *enginePicker {
	h := &enginePicker{p: p}
	h.button = newEngineButton(p.tips, h.open)
	recheck := widgets.NewIconButton(theme.ViewRefreshIcon(), i18n.T("containers.recheck"), p.tips, func() { p.hub.Recheck() })
	h.box = container.NewBorder(nil, nil, nil, recheck, h.button)
	h.rows = &endpointRows{}
	h.list = widgets.NewRowList(h.rows, p.tips)
	h.list.OnActivated = h.choose
	h.note = widget.NewLabel("")
	h.note.Wrapping = fyne.TextWrapWord
	return h
}

// engineTitle is the chosen engine in a few words.
func engineTitle(s model.Snapshot) string {
	name := s.Chosen.Name
	switch {
	case s.Link == model.LinkNone && s.Discovered:
		return i18n.T("containers.engine_none")
	case s.Chosen.ID == "":
		return i18n.T("containers.engine_looking")
	case s.Link == model.LinkConnecting:
		return i18n.T("containers.engine_connecting", map[string]any{"Name": name})
	case s.Link == model.LinkDown:
		return name + " · " + i18n.T("containers.engine_down")
	}
	return strings.TrimSuffix(name+" · "+product(s.Answer), " · ")
}

// product is the engine's kind and version.
func product(a containers.Answer) string {
	return strings.TrimSpace(a.Product + " " + a.Version)
}

func linkLevel(l model.Link) widgets.Level {
	switch l {
	case model.LinkUp:
		return widgets.LevelGood
	case model.LinkLost:
		return widgets.LevelDegraded
	case model.LinkDown, model.LinkNone:
		return widgets.LevelFailed
	}
	return widgets.LevelUnknown
}

func (h *enginePicker) apply(s model.Snapshot) {
	h.button.set(linkLevel(s.Link), engineTitle(s), s.Chosen.Host)
	if h.popup != nil && h.popup.Visible() {
		h.fill(s)
	}
}

func (h *enginePicker) fill(s model.Snapshot) {
	h.rows.rows, h.rows.chosen = s.Endpoints, s.Chosen.ID
	h.list.Reload()
	text := i18n.T("containers.engine_note")
	if s.DiscoverErr != nil {
		text = explain(s.DiscoverErr) + "\n" + s.DiscoverErr.Error()
	}
	if h.note.Text != text {
		h.note.SetText(text)
	}
}

// open shows the list and asks every endpoint.
func (h *enginePicker) open() {
	c := h.p.host.Window().Canvas()
	s := h.p.hub.Snapshot()
	if h.popup == nil {
		again := widgets.NewButton(i18n.T("containers.recheck"), func() { h.p.hub.Recheck() })
		h.popup = widget.NewPopUp(container.NewBorder(h.note, container.NewHBox(again), nil, nil, h.list), c)
	}
	h.fill(s)
	h.list.Select(s.Chosen.ID, true)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(h.box)
	row := h.rows.Create().MinSize().Height
	width := min(620, c.Size().Width-at.X-20)
	h.note.Resize(fyne.NewSize(width, 10)) // it wraps, so its height depends on the width
	height := h.note.MinSize().Height + row*float32(min(max(2, len(s.Endpoints)), 7)) + 50
	h.popup.Resize(fyne.NewSize(width, min(height, c.Size().Height-at.Y-80)))
	h.popup.ShowAtPosition(at.AddXY(0, h.box.Size().Height))
	c.Focus(h.list)
	h.p.hub.Recheck()
}

// choose is the person's choice of an engine; it is remembered.
func (h *enginePicker) choose(id string) {
	if h.popup != nil {
		h.popup.Hide()
	}
	h.p.chooseEngine(id)
}

// endpointRows are the lines of the engine picker.
type endpointRows struct {
	rows   []model.EndpointState
	chosen string
}

func (e *endpointRows) Len() int            { return len(e.rows) }
func (e *endpointRows) Key(i int) string    { return e.rows[i].Endpoint.ID }
func (e *endpointRows) Selectable(int) bool { return true }

// Tip is the whole host and the whole answer.
func (e *endpointRows) Tip(i int) string {
	r := e.rows[i]
	tip := r.Endpoint.Host
	if r.Answer.Err != nil {
		tip += "\n" + r.Answer.Err.Error()
	}
	return tip
}

func (e *endpointRows) Create() fyne.CanvasObject { return newEndpointView() }

func (e *endpointRows) Bind(i int, o fyne.CanvasObject) {
	o.(*endpointView).bind(e.rows[i], e.rows[i].Endpoint.ID == e.chosen)
}

// endpointView is one endpoint in two lines: name and answer, host and origin.
type endpointView struct {
	widget.BaseWidget
	dot    *widgets.StatusDot
	mark   *widget.Icon
	name   *widgets.CutText
	answer *widgets.CutText
	host   *widgets.CutText
	origin *widgets.CutText
	box    *fyne.Container
}

func newEndpointView() *endpointView {
	v := &endpointView{dot: widgets.NewStatusDot(widgets.LevelUnknown), mark: widget.NewIcon(theme.RadioButtonIcon())}
	v.name, v.answer = widgets.NewCutText("", 80), widgets.NewCutText("", 140)
	v.host, v.origin = widgets.NewCutText("", 120), widgets.NewCutText("", 80)
	v.name.Style.Bold = true
	v.answer.Align, v.origin.Align = fyne.TextAlignTrailing, fyne.TextAlignTrailing
	v.host.Color, v.origin.Color = look.Muted, look.Muted
	v.host.Style.Monospace = true
	v.host.SizeName, v.origin.SizeName = theme.SizeNameCaptionText, theme.SizeNameCaptionText
	lines := container.NewVBox(
		container.New(&shareLayout{left: 0.42}, v.name, v.answer),
		container.New(&shareLayout{left: 0.62}, v.host, v.origin))
	v.box = container.NewPadded(container.NewBorder(nil, nil, container.NewHBox(v.mark, container.NewCenter(v.dot)), nil, lines))
	v.ExtendBaseWidget(v)
	return v
}

func (v *endpointView) bind(e model.EndpointState, chosen bool) {
	icon := theme.RadioButtonIcon()
	if chosen {
		icon = theme.RadioButtonCheckedIcon()
	}
	v.mark.SetResource(icon)
	level, text, color := answerText(e)
	v.dot.SetLevel(level)
	v.name.SetText(e.Endpoint.Name)
	v.answer.Set(text, color)
	v.host.SetText(e.Endpoint.Host)
	v.origin.SetText(originWord(e.Endpoint.Origin, e.Endpoint.Context))
}

// answerText is what an endpoint answered.
func answerText(e model.EndpointState) (widgets.Level, string, fyne.ThemeColorName) {
	switch a := e.Answer; {
	case e.Asked && a.Problem == containers.ProblemNone && a.Err == nil:
		text := product(a) + " · API " + a.API
		if a.Rootless {
			text += " · " + i18n.T("containers.rootless")
		}
		if a.Pinned != "" {
			text += " · " + i18n.T("containers.pinned", map[string]any{"Version": a.Pinned})
		}
		if a.Latency > 0 {
			text += " · " + milliseconds(a.Latency)
		}
		return widgets.LevelGood, text, theme.ColorNameForeground
	case e.Asked:
		return widgets.LevelFailed, problemWord(a.Problem), widgets.LevelColor(widgets.LevelFailed)
	case e.Asking:
		return widgets.LevelUnknown, i18n.T("containers.asking"), look.Muted
	}
	return widgets.LevelUnknown, i18n.T("containers.not_asked"), look.Muted
}

// CreateRenderer is part of fyne.Widget.
func (v *endpointView) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(v.box) }

// shareLayout gives two objects fixed shares of a line.
type shareLayout struct{ left float32 }

func (l *shareLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	a, b := o[0].MinSize(), o[1].MinSize()
	return fyne.NewSize(a.Width+b.Width+8, max(a.Height, b.Height))
}

func (l *shareLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	w := s.Width * l.left
	o[0].Resize(fyne.NewSize(w-4, s.Height))
	o[0].Move(fyne.NewPos(0, 0))
	o[1].Resize(fyne.NewSize(s.Width-w-4, s.Height))
	o[1].Move(fyne.NewPos(w+4, 0))
}
