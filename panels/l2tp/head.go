package l2tp

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
)

// head is the line above the wizard: which server, which Windows, and the pages
// beside the wizard.
type head struct {
	p       *Panel
	root    *fyne.Container
	name    *widgets.Ellipsis
	about   *widgets.Ellipsis
	history *widgets.Button
	report  *widgets.Button
	over    *widgets.Button
	back    *widgets.Button
}

func newHead(p *Panel) *head {
	h := &head{p: p, name: widgets.NewEllipsis("", 60, p.tips), about: widgets.NewEllipsis("", 40, p.tips)}
	h.name.Style.Bold = true
	h.name.SizeName = theme.SizeNameSubHeadingText
	h.about.Color = look.Muted
	h.history = widgets.NewFlatButton("", theme.HistoryIcon(), func() { p.open(newHistoryPage(p)) })
	h.report = widgets.NewFlatButton(i18n.T("l2tp.report"), theme.DocumentIcon(), func() { p.open(newReportPage(p)) })
	h.over = widgets.NewFlatButton(i18n.T("l2tp.start_over"), theme.MediaReplayIcon(), p.startOver)
	h.back = widgets.NewFlatButton(i18n.T("l2tp.back_to_wizard"), theme.NavigateBackIcon(), p.leaveAside)
	buttons := container.NewHBox(h.back, h.history, h.report, h.over)
	h.root = container.NewBorder(nil, nil, nil, buttons, container.New(headLayout{}, h.name, h.about))
	return h
}

func (h *head) apply() {
	p := h.p
	name := p.w.Server
	if name == "" {
		name = i18n.T("l2tp.headline")
	}
	if h.name.Text != name {
		h.name.SetText(name)
	}
	about := ""
	switch r := p.w.Reading; {
	case r != nil:
		about = r.Windows
		if r.Build != "" {
			about += "  " + r.Build
		}
	case p.reading:
		about = i18n.T("l2tp.reading")
	}
	if h.about.Text != about {
		h.about.SetText(about)
	}
	word := i18n.T("l2tp.history")
	if n := len(p.history); n > 0 {
		word = i18n.T("l2tp.history_n", map[string]any{"N": n})
	}
	if h.history.Text != word {
		h.history.SetText(word)
	}
	fields.SetVisible(h.back, p.aside != nil)
	fields.SetEnabled(h.over, !p.w.Applying && !p.w.Dial.Running)
	h.root.Refresh()
}

// headLayout is a name and, behind it, what gives way first.
type headLayout struct{}

func (headLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(120, o[0].MinSize().Height+2*theme.Padding())
}

func (headLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	name, about := o[0].(*widgets.Ellipsis), o[1].(*widgets.Ellipsis)
	left := 2 * theme.InnerPadding()
	w := min(name.Natural(), s.Width-left)
	rest := s.Width - left - w - left
	name.Move(fyne.NewPos(left, (s.Height-name.MinSize().Height)/2))
	name.Resize(fyne.NewSize(w, name.MinSize().Height))
	fields.SetVisible(about, rest > 60)
	about.Move(fyne.NewPos(left+w+left, (s.Height-about.MinSize().Height)/2))
	about.Resize(fyne.NewSize(max(0, rest), about.MinSize().Height))
}

// footer has the way back and the way on.
type footer struct {
	p    *Panel
	root *fyne.Container
	back *widgets.Button
	note *widget.Label
	next *widgets.Button
	now  next
}

func newFooter(p *Panel) *footer {
	f := &footer{p: p}
	f.back = widgets.NewFlatButton(i18n.T("l2tp.back"), theme.NavigateBackIcon(), func() {
		for s := p.w.At - 1; s >= model.StepServer; s-- {
			if p.w.Marks()[s].Open {
				p.show(s)
				return
			}
		}
	})
	f.note = caption("")
	f.note.Alignment = fyne.TextAlignTrailing
	f.next = widgets.NewButton("", func() {
		if f.now.do != nil {
			f.now.do()
		}
	})
	f.next.Importance = widget.HighImportance
	bar := container.NewBorder(nil, nil, f.back, f.next, f.note)
	f.root = container.NewVBox(widget.NewSeparator(), container.New(layout.NewCustomPaddedLayout(2, 4, 6, 8), bar))
	return f
}

func (f *footer) apply(n next) {
	f.now = n
	if f.next.Text != n.text {
		f.next.SetText(n.text)
	}
	importance := widget.HighImportance
	if n.minor {
		importance = widget.MediumImportance
	}
	if f.next.Importance != importance {
		f.next.Importance = importance
		f.next.Refresh()
	}
	fields.SetVisible(f.next, n.text != "")
	fields.SetEnabled(f.next, !n.off)
	if f.note.Text != n.note {
		f.note.SetText(n.note)
	}
	fields.SetVisible(f.back, f.p.w.At > model.StepServer && !f.p.w.Applying)
	f.root.Refresh()
}

// applyBanner says above the page what concerns all of it.
func (p *Panel) applyBanner() {
	switch names := p.lostNow(); {
	case len(names) > 0:
		p.banner.Set(widgets.BannerContent{Level: widgets.LevelDegraded, Text: i18n.T("l2tp.lost", map[string]any{"Names": joined(names)}),
			Buttons: []widgets.BannerButton{{Text: i18n.T("l2tp.lost_look"), Primary: true, Do: func() { p.show(model.StepServer) }},
				{Text: i18n.T("l2tp.history"), Do: func() { p.open(newHistoryPage(p)) }}},
			Close: p.dismissLost})
	case p.w.Wine():
		p.banner.Set(widgets.BannerContent{Level: widgets.LevelUnknown, Text: i18n.T("l2tp.wine")})
	case p.w.ReadErr != nil:
		p.banner.Set(widgets.BannerContent{Level: widgets.LevelFailed, Text: i18n.T("l2tp.read_failed"), Detail: p.w.ReadErr.Error(),
			Buttons: []widgets.BannerButton{{Text: i18n.T("l2tp.read_again"), Do: p.read}}})
	default:
		p.banner.Clear()
	}
}
