package containers

import (
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tacklebox/panels/containers/model"
	"tacklebox/panels/format"
	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/containers"
)

// shownLayers is how many layers of a pull are listed; the rest are counted.
const shownLayers = 8

// pullView shows how a launch is coming along: bytes in total and per layer, the
// time so far, and Cancel.
type pullView struct {
	p      *Panel
	box    *fyne.Container
	word   *widgets.CutText
	amount *widgets.CutText
	clock  *widgets.CutText
	bar    *widgets.Meter
	layers *fyne.Container
	lines  []*layerLine
	more   *widgets.CutText
	d      *draft
	ticker *time.Timer

	onResized func()
}

type layerLine struct {
	box    *fyne.Container
	id     *widgets.CutText
	status *widgets.CutText
	amount *widgets.CutText
}

func newPullView(p *Panel, cancel func()) *pullView {
	v := &pullView{p: p, word: widgets.NewCutText("", 80), amount: widgets.NewCutText("", 0), clock: widgets.NewCutText("", 0), bar: widgets.NewMeter()}
	v.amount.Style.Monospace = true
	v.clock.Style.Monospace = true
	v.clock.Color = look.Muted
	v.layers = container.NewVBox()
	for range shownLayers {
		l := &layerLine{id: widgets.NewCutText("", 0), status: widgets.NewCutText("", 100), amount: widgets.NewCutText("", 0)}
		l.id.Style.Monospace, l.amount.Style.Monospace = true, true
		l.amount.Align = fyne.TextAlignTrailing
		l.status.Color = look.Muted
		l.box = container.NewBorder(nil, nil, container.NewHBox(l.id, gapWide()), l.amount, l.status)
		l.box.Hide()
		v.lines = append(v.lines, l)
		v.layers.Add(l.box)
	}
	v.more = widgets.NewCutText("", 120)
	v.more.Color = look.Muted
	v.layers.Add(v.more)
	stop := widgets.NewButton(i18n.T("action.cancel"), cancel)
	v.box = container.NewVBox(
		container.NewBorder(nil, nil, nil, container.NewHBox(container.NewCenter(v.amount), gapWide(), container.NewCenter(v.clock), gapWide(), stop), v.word),
		v.bar, v.layers)
	v.box.Hide()
	return v
}

// set shows the draft's job while it runs.
func (v *pullView) set(d *draft) {
	v.d = d
	if d.job == nil || !d.job.State().Running() {
		v.stop()
		if v.box.Visible() {
			v.box.Hide()
			v.onResized()
		}
		return
	}
	defer v.grown(v.box.MinSize().Height, v.box.Visible())
	s := d.job.State()
	v.box.Show()
	v.clock.SetText(elapsed(v.p.deps.Now().Sub(s.Begun)))
	v.tick()
	if s.Step != model.StepPull {
		v.word.SetText(i18n.T("containers.starting", map[string]any{"Name": d.title()}))
		v.amount.SetText("")
		v.bar.Hide()
		v.layers.Hide()
		return
	}
	v.word.SetText(i18n.T("containers.pulling", map[string]any{"Image": d.ref}))
	v.bar.Show()
	amount := format.Size(s.Pull.Current)
	if s.Pull.Total > 0 {
		done := float64(s.Pull.Current) / float64(s.Pull.Total)
		v.bar.Set(done)
		amount = fmt.Sprintf("%s / %s  %3.0f %%", amount, format.Size(s.Pull.Total), 100*min(1, done))
	}
	v.amount.SetText(amount)
	v.layers.Show()
	v.setLayers(s.Pull)
}

// grown asks for room when the view needs more or less of it.
func (v *pullView) grown(height float32, shown bool) {
	if !shown || v.box.MinSize().Height != height {
		v.onResized()
	}
}

func (v *pullView) setLayers(p containers.PullProgress) {
	// The layers that move are the ones to see; finished ones are counted.
	done, shown := 0, 0
	for _, l := range p.Layers {
		if l.Done {
			done++
			continue
		}
		if shown == len(v.lines) {
			continue
		}
		line := v.lines[shown]
		shown++
		line.id.SetText(shortID(l.ID))
		line.status.SetText(layerWord(l.Status))
		amount := ""
		if l.Total > 0 {
			amount = fmt.Sprintf("%9s / %9s", format.Size(l.Current), format.Size(l.Total))
		}
		line.amount.SetText(amount)
		line.box.Show()
	}
	for _, line := range v.lines[shown:] {
		line.box.Hide()
	}
	text := p.Message
	if len(p.Layers) > 0 {
		text = i18n.T("containers.layers_done", map[string]any{"Done": done, "Total": len(p.Layers)})
	}
	if n := len(p.Warnings); n > 0 {
		text += " · " + p.Warnings[n-1]
	}
	v.more.SetText(text)
}

// layerWord is what the engine says of a layer, in the person's language. The
// engine's own words have several forms ("Pull complete"); one word tells each.
func layerWord(status string) string {
	first, rest, _ := strings.Cut(strings.ToLower(status), " ")
	switch {
	case first == "waiting" || first == "pulling":
		return i18n.T("pull.waiting")
	case first == "downloading":
		return i18n.T("pull.downloading")
	case first == "verifying":
		return i18n.T("pull.verifying")
	case first == "download" && rest == "complete":
		return i18n.T("pull.downloaded")
	case first == "extracting":
		return i18n.T("pull.extracting")
	case first == "pull" && rest == "complete":
		return i18n.T("pull.complete")
	case first == "already":
		return i18n.T("pull.exists")
	}
	return status
}

// tick moves the stopwatch while nothing else is heard.
func (v *pullView) tick() {
	if v.ticker != nil {
		return
	}
	v.ticker = time.AfterFunc(time.Second, func() {
		v.p.deps.Do(func() {
			v.ticker = nil
			if !v.p.closed && v.p.visible && v.d != nil && v.box.Visible() {
				v.set(v.d)
			}
		})
	})
}

func (v *pullView) stop() {
	if v.ticker != nil {
		v.ticker.Stop()
		v.ticker = nil
	}
}
