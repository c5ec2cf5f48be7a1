package alerts

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/reasons"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/targets"
)

// channelsView is the list of who is told, and how that goes.
type channelsView struct {
	p                            *page
	src                          *lines
	list                         *widgets.RowList
	empty                        *widget.Label
	add, edit, try, turn, remove *widgets.Button
	root                         *fyne.Container
	trying                       bool
}

func newChannelsView(p *page) *channelsView {
	v := &channelsView{p: p, src: &lines{tips: p.w.Tips()}}
	v.list = widgets.NewRowList(v.src, p.w.Tips())
	v.list.OnSelected = func(string) { v.buttons() }
	v.list.OnActivated = func(string) { v.openChosen() }
	v.list.OnKey = func(k *fyne.KeyEvent) {
		if k.Name == fyne.KeyDelete {
			v.askRemove()
		}
	}
	v.add = widgets.NewButton(i18n.T("latency.alerts_add_channel"), v.openNew)
	v.add.Icon = theme.ContentAddIcon()
	v.add.Importance = widget.HighImportance
	v.edit = widgets.NewButton(i18n.T("latency.alerts_edit"), v.openChosen)
	v.try = widgets.NewButton(i18n.T("latency.alerts_try"), v.tryChosen)
	v.turn = widgets.NewButton(i18n.T("latency.alerts_turn_off"), v.toggle)
	v.remove = widgets.NewButton(i18n.T("latency.alerts_remove"), v.askRemove)
	v.empty = fields.Muted(i18n.T("latency.alerts_channels_empty"))
	v.root = container.NewBorder(container.NewPadded(widgets.NewFlow(v.add, v.edit, v.try, v.turn, v.remove)), nil, nil, nil, container.NewStack(v.empty, v.list))
	v.buttons()
	return v
}

func (v *channelsView) chosen() (channel.Channel, bool) {
	i := slices.IndexFunc(v.p.state.Channels, func(c channel.Channel) bool { return c.ID == v.list.Selected() })
	if i < 0 {
		return channel.Channel{}, false
	}
	return v.p.state.Channels[i], true
}

func channelName(c *channel.Channel) string {
	if name := targets.Printable(c.Name, 120); name != "" {
		return name
	}
	return kindWord(c.Kind)
}

func kindWord(k channel.Kind) string {
	switch k {
	case channel.KindDesktop:
		return i18n.T("latency.alerts_desktop")
	case channel.KindWebhook:
		return i18n.T("latency.alerts_webhook")
	case channel.KindCommand:
		return i18n.T("latency.alerts_command")
	}
	return i18n.T("latency.alerts_text")
}

func formWord(f channel.Form) string {
	switch f {
	case channel.FormDingTalk:
		return i18n.T("latency.alerts_form_dingtalk")
	case channel.FormWeCom:
		return i18n.T("latency.alerts_form_wecom")
	case channel.FormFeishu:
		return i18n.T("latency.alerts_form_feishu")
	case channel.FormSlack:
		return "Slack"
	case channel.FormCustom:
		return i18n.T("latency.alerts_form_custom")
	}
	return i18n.T("latency.alerts_form_generic")
}

// what says what a channel does.
func what(c *channel.Channel) string {
	switch c.Kind {
	case channel.KindWebhook:
		text := kindWord(c.Kind) + i18n.T("latency.comma") + formWord(c.Form)
		if c.URL != "" {
			text += i18n.T("latency.comma") + c.URL.String()
		}
		return text
	case channel.KindCommand:
		line := commandLine(c.Argv)
		if len(c.Argv) == 0 {
			line = targets.Printable(c.Imported, 300)
		}
		return kindWord(c.Kind) + " · " + line
	case channel.KindText:
		return kindWord(c.Kind) + " · " + targets.Printable(c.Imported, 300)
	}
	return kindWord(c.Kind)
}

// commandLine is a command as a person reads it, an argument with blanks in
// quotes.
func commandLine(argv []string) string {
	var out []string
	for _, a := range argv {
		if a == "" || strings.ContainsAny(a, " \t\"'") {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		out = append(out, a)
	}
	return targets.Printable(strings.Join(out, " "), 300)
}

// apply shows the channels and how they are doing.
func (v *channelsView) apply() {
	list := make([]line, 0, len(v.p.state.Channels))
	for i := range v.p.state.Channels {
		list = append(list, v.line(&v.p.state.Channels[i]))
	}
	if !slices.Equal(list, v.src.list) {
		v.src.list = list
		v.list.Reload()
	}
	fields.SetVisible(v.empty, v.p.known && len(list) == 0)
	v.buttons()
}

func (v *channelsView) line(c *channel.Channel) line {
	l := line{key: c.ID, name: channelName(c), detail: what(c), muted: !c.Enabled}
	if !c.Enabled {
		l.word, l.level, l.tip = i18n.T("latency.alerts_off"), widgets.LevelUnknown, reasons.Kept(c.Problem, nil)
		return l
	}
	l.word, l.level = i18n.T("latency.alerts_ready"), widgets.LevelGood
	i := slices.IndexFunc(v.p.state.Deliveries, func(s channel.State) bool { return s.Channel == c.ID })
	if i < 0 {
		l.word, l.level = i18n.T("latency.alerts_no_verdict"), widgets.LevelUnknown
		return l
	}
	s, now := v.p.state.Deliveries[i], v.p.d.Now()
	var state []string
	switch {
	case s.LastError != "":
		why := s.LastError
		if s.Last != nil {
			why = reasons.Text(s.Last)
		}
		l.word, l.level, l.tip, l.detail = i18n.T("latency.alerts_failing"), widgets.LevelFailed, why, why
	case !s.LastSuccess.IsZero():
		state = append(state, i18n.T("latency.alerts_told", map[string]any{"Ago": ago(now.Sub(s.LastSuccess))}))
	default:
		state = append(state, i18n.T("latency.alerts_never_told"))
	}
	if s.Pending > 0 {
		state = append(state, i18n.N("latency.alerts_pending", s.Pending))
	}
	if wait := s.NextTry.Sub(now); !s.NextTry.IsZero() && wait > 0 {
		state = append(state, i18n.T("latency.alerts_next_try", map[string]any{"Seconds": int((wait + time.Second - 1) / time.Second)}))
	}
	if s.Dropped > 0 {
		state = append(state, i18n.N("latency.alerts_dropped", int(s.Dropped)))
	}
	l.state = strings.Join(state, i18n.T("latency.comma"))
	return l
}

func (v *channelsView) worst() widgets.Level {
	for _, l := range v.src.list {
		if l.level == widgets.LevelFailed {
			return l.level
		}
	}
	return ""
}

func (v *channelsView) buttons() {
	c, ok := v.chosen()
	w := v.p.writer
	fields.SetEnabled(v.add, w)
	fields.SetEnabled(v.edit, w && ok)
	fields.SetEnabled(v.try, w && ok && !v.trying && c.Kind != channel.KindText)
	fields.SetEnabled(v.turn, w && ok)
	fields.SetEnabled(v.remove, w && ok)
	word := i18n.T("latency.alerts_turn_off")
	if ok && !c.Enabled {
		word = i18n.T("latency.alerts_turn_on")
	}
	if v.turn.Text != word {
		v.turn.SetText(word)
		v.root.Refresh()
	}
}

func (v *channelsView) openNew() {
	v.p.open(newChannelForm(v.p, channel.Channel{ID: v.p.d.NewID(), Kind: channel.KindDesktop, Enabled: true}, true))
}

func (v *channelsView) openChosen() {
	if c, ok := v.chosen(); ok && v.p.writer {
		v.p.open(newChannelForm(v.p, c, false))
	}
}

// tryChosen tells a message of no consequence by the chosen channel.
func (v *channelsView) tryChosen() {
	c, ok := v.chosen()
	if !ok || v.trying {
		return
	}
	v.trying = true
	v.buttons()
	v.p.try(c, func() { v.trying = false; v.buttons() })
}

// try tries a channel, and says at the page's head how that went. A command that a
// person has not allowed yet is asked about first.
func (p *page) try(c channel.Channel, done func()) {
	send := func() {
		p.say(widgets.LevelUnknown, i18n.T("latency.alerts_trying", map[string]any{"Name": channelName(&c)}), "")
		p.w.Background(func(ctx context.Context) func() {
			err := p.svc.TryChannel(ctx, c)
			return func() {
				if p.closed() {
					return
				}
				done()
				if err != nil {
					p.say(widgets.LevelFailed, i18n.T("latency.alerts_try_failed", map[string]any{"Name": channelName(&c)}), reasons.Text(err))
					return
				}
				p.say(widgets.LevelGood, i18n.T("latency.alerts_try_good", map[string]any{"Name": channelName(&c)}), "")
			}
		})
	}
	if c.Kind == channel.KindCommand && !c.Enabled {
		done()
		p.ask(i18n.T("latency.alerts_run_title"), i18n.T("latency.alerts_run_yes"), i18n.T("latency.alerts_run_once", map[string]any{"Command": commandLine(c.Argv)}), false, send)
		return
	}
	send()
}

// toggle turns the chosen channel on or off. A command is asked about, once, by
// name.
func (v *channelsView) toggle() {
	c, ok := v.chosen()
	if !ok {
		return
	}
	if c.Enabled {
		c.Enabled = false
		v.keep(c)
		return
	}
	if err := c.Validate(); err != nil {
		v.p.say(widgets.LevelFailed, i18n.T("latency.alerts_cannot_turn_on"), reasons.Text(err))
		return
	}
	c.Enabled, c.Problem = true, ""
	v.p.allow(&c, func() { v.keep(c) })
}

// allow asks whether a command may run, and does at once what needs no asking.
func (p *page) allow(c *channel.Channel, do func()) {
	if c.Kind != channel.KindCommand {
		do()
		return
	}
	p.ask(i18n.T("latency.alerts_run_title"), i18n.T("latency.alerts_run_yes"), i18n.T("latency.alerts_run", map[string]any{"Command": commandLine(c.Argv)}), false, do)
}

func (v *channelsView) keep(c channel.Channel) {
	v.p.change(func(_ context.Context, config *service.AlertConfig) error { return putChannel(config, c) }, nil)
}

// errGone is a channel that was removed meanwhile.
var errGone = errors.New("the channel was removed meanwhile: add it again")

// putChannel keeps a channel in its place.
func putChannel(config *service.AlertConfig, c channel.Channel) error {
	i := slices.IndexFunc(config.Channels, func(o channel.Channel) bool { return o.ID == c.ID })
	if i < 0 {
		return errGone
	}
	config.Channels[i] = c
	return nil
}

func (v *channelsView) askRemove() {
	c, ok := v.chosen()
	if !ok || !v.p.writer {
		return
	}
	v.p.ask(i18n.T("latency.alerts_remove_channel_title"), i18n.T("latency.alerts_remove_yes"), i18n.T("latency.alerts_remove_channel", map[string]any{"Name": channelName(&c)}), true, func() {
		v.p.change(func(_ context.Context, config *service.AlertConfig) error {
			config.Channels = slices.DeleteFunc(config.Channels, func(o channel.Channel) bool { return o.ID == c.ID })
			config.Rules = slices.Clone(config.Rules)
			for i := range config.Rules {
				r := &config.Rules[i]
				r.Channels = slices.DeleteFunc(slices.Clone(r.Channels), func(id string) bool { return id == c.ID })
			}
			return nil
		}, func(err error) {
			if err == nil {
				v.p.forget(c)
			}
		})
	})
}

// forget takes a removed channel's secrets out of the keychain.
func (p *page) forget(c channel.Channel) {
	p.w.Background(func(ctx context.Context) func() {
		var errs []error
		for _, ref := range []string{c.SecretRef, c.SignRef} {
			if ref != "" {
				errs = append(errs, p.d.Secrets.Delete(ctx, ref))
			}
		}
		err := errors.Join(errs...)
		if err == nil {
			return nil
		}
		return func() {
			if !p.closed() {
				p.say(widgets.LevelDegraded, i18n.T("latency.alerts_not_forgotten"), reasons.Text(err))
			}
		}
	})
}
