package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
)

// BannerButton is something to do about what a banner says.
type BannerButton struct {
	Text    string
	Primary bool
	Do      func()
}

// BannerContent is what a banner shows.
type BannerContent struct {
	Level Level
	Text  string
	// Detail is the evidence or the system's own words; it opens under the text
	// and can be copied.
	Detail  string
	Buttons []BannerButton
	// Close, when not nil, adds a cross.
	Close func()
}

// Banner says something where it happened, in words, with what to do as buttons.
// It is hidden while it has nothing to say.
type Banner struct {
	widget.BaseWidget
	// OnResized is called when the banner needs more or less room than before; a
	// container does not notice that by itself.
	OnResized func()

	content BannerContent
	open    bool
	asked   float32 // the height that was asked for after a layout
	asking  bool

	back    *canvas.Rectangle
	edge    *canvas.Rectangle
	dot     *StatusDot
	text    *widget.Label
	detail  *widget.Label
	buttons *fyne.Container
	more    *Fold
	copy    *Button
	closer  *Button
	box     *fyne.Container
	tools   *fyne.Container
}

// NewBanner makes a hidden banner.
func NewBanner(tips *Tips) *Banner {
	b := &Banner{
		back: canvas.NewRectangle(color.Transparent),
		edge: canvas.NewRectangle(color.Transparent),
		dot:  NewStatusDot(LevelUnknown),
		text: widget.NewLabel(""), detail: widget.NewLabel(""),
		buttons: NewFlow(),
	}
	b.text.Wrapping, b.detail.Wrapping = fyne.TextWrapWord, fyne.TextWrapBreak
	b.text.Selectable, b.detail.Selectable = true, true
	b.detail.TextStyle.Monospace = true
	b.more = NewFold(i18n.T("action.show_detail"), func(open bool) { b.open = open; b.fill() })
	b.copy = NewIconButton(theme.ContentCopyIcon(), i18n.T("action.copy"), tips, func() {
		fyne.CurrentApp().Clipboard().SetContent(b.content.Text + "\n" + b.content.Detail)
	})
	b.closer = NewIconButton(theme.CancelIcon(), i18n.T("action.dismiss"), tips, func() {
		if b.content.Close != nil {
			b.content.Close()
		}
	})
	b.tools = container.NewHBox(b.more, b.copy, b.closer)
	b.box = container.New(&bannerLayout{b: b}, b.dot, b.text, b.tools, b.buttons, b.detail)
	b.ExtendBaseWidget(b)
	b.Hide()
	return b
}

// Set shows c, or hides the banner when c has no text.
func (b *Banner) Set(c BannerContent) {
	same := c.Level == b.content.Level && c.Text == b.content.Text && c.Detail == b.content.Detail && len(c.Buttons) == len(b.content.Buttons)
	if same {
		for i := range c.Buttons {
			same = same && c.Buttons[i].Text == b.content.Buttons[i].Text
		}
	}
	if c.Text != b.content.Text {
		b.open = false
	}
	b.content = c
	if same && b.Visible() == (c.Text != "") {
		return // only the callbacks are new
	}
	b.fill()
}

// Content is what the banner shows now.
func (b *Banner) Content() BannerContent { return b.content }

// Primary is the first primary button, for the keyboard; nil without one.
func (b *Banner) Primary() fyne.Focusable {
	for i, c := range b.content.Buttons {
		if c.Primary && i < len(b.buttons.Objects) {
			return b.buttons.Objects[i].(*Button)
		}
	}
	return nil
}

// Clear hides the banner.
func (b *Banner) Clear() { b.Set(BannerContent{}) }

func (b *Banner) fill() {
	b.asked = 0
	c := b.content
	b.dot.SetLevel(c.Level)
	b.text.SetText(c.Text)
	b.detail.SetText(c.Detail)
	b.detail.Hidden = c.Detail == "" || !b.open
	b.more.Hidden, b.copy.Hidden = c.Detail == "", c.Detail == ""
	b.more.SetOpen(b.open)
	b.closer.Hidden = c.Close == nil
	b.buttons.Objects = nil
	for i, bb := range c.Buttons {
		// The callback is looked up at the time of the tap: Set may have renewed it.
		btn := NewButton(bb.Text, func() {
			if i < len(b.content.Buttons) && b.content.Buttons[i].Do != nil {
				b.content.Buttons[i].Do()
			}
		})
		if bb.Primary {
			btn.Importance = widget.HighImportance
		}
		b.buttons.Add(btn)
	}
	b.buttons.Hidden = len(c.Buttons) == 0
	b.box.Refresh()
	if c.Text == "" {
		b.Hide()
	} else {
		b.Show()
	}
	b.Refresh()
	if b.OnResized != nil {
		b.OnResized()
	}
}

// CreateRenderer is part of fyne.Widget.
func (b *Banner) CreateRenderer() fyne.WidgetRenderer {
	r := &bannerRenderer{b}
	r.paint()
	return r
}

type bannerRenderer struct{ b *Banner }

func (r *bannerRenderer) pad() float32 { return theme.SizeForWidget(theme.SizeNamePadding, r.b) }

func (r *bannerRenderer) MinSize() fyne.Size {
	m := r.b.box.MinSize()
	return m.AddWidthHeight(3*r.pad()+3, 2*r.pad())
}
func (r *bannerRenderer) Layout(s fyne.Size) {
	p := r.pad()
	r.b.back.Resize(s)
	r.b.edge.Resize(fyne.NewSize(3, s.Height))
	r.b.box.Move(fyne.NewPos(2*p+3, p))
	r.b.box.Resize(s.SubtractWidthHeight(3*p+3, 2*p))
	// Only now is it known how many lines the text takes. Asking lays this banner
	// out again, perhaps at another width: it asks no second time from there, or a
	// size at which the two do not agree would never come to an end.
	need := r.MinSize().Height
	if need == s.Height || need == r.b.asked || r.b.asking || !r.b.Visible() || r.b.OnResized == nil {
		return
	}
	r.b.asked, r.b.asking = need, true
	r.b.OnResized()
	r.b.asking = false
}
func (r *bannerRenderer) paint() {
	r.b.back.FillColor = theme.ColorForWidget(theme.ColorNameInputBackground, r.b)
	r.b.edge.FillColor = theme.ColorForWidget(LevelColor(r.b.content.Level), r.b)
}
func (r *bannerRenderer) Refresh() {
	r.paint()
	r.Layout(r.b.Size())
	canvas.Refresh(r.b)
}
func (r *bannerRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.b.back, r.b.edge, r.b.box}
}
func (r *bannerRenderer) Destroy() {}
