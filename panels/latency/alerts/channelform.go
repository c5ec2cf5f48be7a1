package alerts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/reasons"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/transfer"
)

// channelForm edits one channel. An address or key goes to the keychain; what is
// kept there is never shown again.
type channelForm struct {
	p       *page
	channel channel.Channel // as it was opened
	fresh   bool

	kind                        *fields.Choice[channel.Kind]
	look                        *fields.Choice[channel.Form]
	name, url, sign, timeout    *fields.Entry
	template, argv              *fields.Entry
	plain, enabled              *widget.Check
	preview                     *widget.Label
	nameF, formF, urlF, signF   *fields.Field
	templateF, previewF, plainF *fields.Field
	argvF, timeoutF             *fields.Field
	note                        *widget.Label
	save, try, cancel           *widgets.Button
	root                        fyne.CanvasObject
	filled, saving, trying      bool
}

func newChannelForm(p *page, c channel.Channel, fresh bool) *channelForm {
	f := &channelForm{p: p, channel: c, fresh: fresh}
	f.kind = fields.NewChoice([]fields.Option[channel.Kind]{{Value: channel.KindDesktop, Text: kindWord(channel.KindDesktop)}, {Value: channel.KindWebhook, Text: kindWord(channel.KindWebhook)},
		{Value: channel.KindCommand, Text: kindWord(channel.KindCommand)}}, f.changed)
	var forms []fields.Option[channel.Form]
	for _, form := range channel.Forms() {
		forms = append(forms, fields.Option[channel.Form]{Value: form, Text: formWord(form)})
	}
	f.look = fields.NewChoice(forms, f.changed)
	f.name = fields.NewEntry(i18n.T("latency.alerts_channel_name_hint"), f.changed)
	hint := "https://hooks.example.org/…"
	if c.SecretRef != "" {
		hint = i18n.T("latency.alerts_url_kept")
	}
	f.url = fields.NewSecret(hint, f.changed)
	hint = i18n.T("latency.alerts_sign_hint")
	if c.SignRef != "" {
		hint = i18n.T("latency.alerts_url_kept")
	}
	f.sign = fields.NewSecret(hint, f.changed)
	f.template = fields.NewText(`{"text": {{json .Text}}}`, 6, f.changed)
	f.argv = fields.NewText("/usr/local/bin/tell\n--urgent", 4, f.changed)
	f.timeout = fields.NewEntry(fmt.Sprint(int(channel.CommandTimeout/time.Second)), f.changed)
	f.plain = widget.NewCheck(i18n.T("latency.alerts_plain_http"), func(bool) { f.changed() })
	f.enabled = widget.NewCheck(i18n.T("latency.alerts_enabled"), func(bool) { f.changed() })
	f.preview = fields.Words("")
	f.preview.TextStyle.Monospace = true
	f.preview.Selectable = true
	f.preview.Wrapping = fyne.TextWrapBreak
	f.note = fields.Words("")
	f.note.Importance = widget.DangerImportance
	f.note.Selectable = true
	f.note.Hide()
	f.save = widgets.NewButton(i18n.T("Save"), f.submit)
	f.save.Importance = widget.HighImportance
	f.try = widgets.NewButton(i18n.T("latency.alerts_try"), f.tryTyped)
	f.cancel = widgets.NewButton(i18n.T("Cancel"), p.back)
	for _, e := range []*fields.Entry{f.name, f.url, f.sign, f.timeout} {
		e.OnEnter, e.OnEscape = f.submit, p.back
	}
	f.nameF = fields.New(i18n.T("latency.field_name"), f.name)
	f.formF = fields.New(i18n.T("latency.alerts_form"), f.look.Select)
	f.urlF = fields.New(i18n.T("latency.alerts_url"), f.url)
	f.signF = fields.New(i18n.T("latency.alerts_sign"), f.sign)
	f.templateF = fields.New(i18n.T("latency.alerts_template"), f.template)
	f.previewF = fields.New(i18n.T("latency.alerts_preview"), f.preview)
	f.plainF = fields.New("", f.plain)
	f.argvF = fields.New(i18n.T("latency.alerts_argv"), f.argv)
	f.timeoutF = fields.New(i18n.T("latency.alerts_timeout"), f.timeout)
	title := i18n.T("latency.alerts_new_channel")
	if !fresh {
		title = i18n.T("latency.alerts_edit_channel")
	}
	objects := []fyne.CanvasObject{fields.Heading(title)}
	if c.Imported != "" {
		objects = append(objects, fields.Muted(i18n.T("latency.alerts_from_smokeping")), verbatim(p, c.Imported))
	}
	if c.Problem != "" {
		problem := fields.Words(reasons.Kept(c.Problem, nil))
		problem.Importance = widget.WarningImportance
		problem.Selectable = true
		objects = append(objects, problem)
	}
	objects = append(objects, f.nameF.Box, fields.New(i18n.T("latency.alerts_channel_kind"), f.kind.Select).Box, f.formF.Box, f.urlF.Box, f.plainF.Box, f.signF.Box, f.templateF.Box,
		f.argvF.Box, f.timeoutF.Box, f.previewF.Box, fields.New("", f.enabled).Box, f.note, widgets.NewFlow(f.save, f.try, f.cancel))
	f.root = fields.Page(objects...)
	f.fill()
	return f
}

func (f *channelForm) content() fyne.CanvasObject { return f.root }
func (f *channelForm) update()                    { f.changed() }
func (f *channelForm) first() fyne.Focusable      { return f.name }

// close forgets what was typed of secrets.
func (f *channelForm) close() {
	f.filled = false
	f.url.SetText("")
	f.sign.SetText("")
}

func (f *channelForm) fill() {
	c := f.channel
	f.kind.Set(c.Kind)
	f.look.Set(c.Form)
	f.name.SetText(c.Name)
	f.template.SetText(c.Template)
	f.argv.SetText(strings.Join(c.Argv, "\n"))
	if c.Timeout > 0 {
		f.timeout.SetText(fmt.Sprint(int(c.Timeout / time.Second)))
	}
	f.plain.SetChecked(c.PlainHTTP)
	f.enabled.SetChecked(c.Enabled)
	f.filled = true
	f.changed()
}

// sample is what a preview shows.
func (f *channelForm) sample() channel.Message {
	return channel.Message{Event: "raised", Level: "critical", Rule: "loss", Target: "DNS1", Host: "192.0.2.1", Group: "Office", Why: "loss 60 % of 5 probes", At: f.p.d.Now()}
}

// typed is the channel as the fields say it. Its URL and key are set where they
// were typed.
func (f *channelForm) typed() (channel.Channel, error) {
	c := f.channel
	c.Kind, c.Name = f.kind.Value(), strings.TrimSpace(f.name.Text)
	c.Enabled, c.Problem = f.enabled.Checked, ""
	missing := needName(f.nameF, c.Name, f.fresh)
	c.Form, c.Template, c.PlainHTTP = "", "", false
	var typedURL channel.Secret
	switch c.Kind {
	case channel.KindWebhook:
		c.Form, c.PlainHTTP = f.look.Value(), f.plain.Checked
		if c.Form == channel.FormCustom {
			c.Template = f.template.Text
		}
		if typedURL = channel.Secret(strings.TrimSpace(f.url.Text)); typedURL != "" {
			c.URL = typedURL
		}
		if key := strings.TrimSpace(f.sign.Text); key != "" {
			c.SignKey = channel.Secret(key)
		}
		f.renders(&c)
	case channel.KindCommand:
		c.Argv = nil
		for arg := range strings.SplitSeq(strings.TrimRight(f.argv.Text, "\n"), "\n") {
			c.Argv = append(c.Argv, arg)
		}
		if len(c.Argv) == 1 && strings.TrimSpace(c.Argv[0]) == "" {
			c.Argv = nil
		}
		c.Timeout = 0
		f.timeoutF.Bad("")
		if text := strings.TrimSpace(f.timeout.Text); text != "" {
			n, high := 0, int(channel.MaxTimeout/time.Second)
			if _, err := fmt.Sscanf(text, "%d", &n); err != nil || n < 1 || n > high || fmt.Sprint(n) != text {
				f.timeoutF.Bad(i18n.T("latency.bad_number", map[string]any{"Low": 1, "High": high}))
				return c, errForm
			}
			c.Timeout = time.Duration(n) * time.Second
		}
	}
	if missing {
		return c, errForm
	}
	if c.Kind == "" {
		return c, errors.New(i18n.T("latency.alerts_choose_kind"))
	}
	return c, c.Validate()
}

// renders shows what a webhook would be sent, or what is wrong with its template.
func (f *channelForm) renders(c *channel.Channel) {
	body, err := c.Render(f.sample())
	f.templateF.Bad("")
	switch {
	case err == nil:
		f.preview.SetText(string(body))
	case c.Form == channel.FormCustom:
		f.templateF.Bad(reasons.Text(err))
		f.preview.SetText("")
	}
}

// changed checks the fields as they are typed.
func (f *channelForm) changed() {
	if !f.filled {
		return
	}
	c, err := f.typed()
	web, cmd := c.Kind == channel.KindWebhook, c.Kind == channel.KindCommand
	for _, x := range []*fields.Field{f.formF, f.urlF} {
		x.Show(web)
	}
	f.plainF.Show(web && (f.plain.Checked || strings.HasPrefix(strings.TrimSpace(f.url.Text), "http://")))
	f.signF.Show(web && (c.Form == channel.FormDingTalk || c.Form == channel.FormFeishu))
	f.templateF.Show(web && c.Form == channel.FormCustom)
	f.previewF.Show(web && f.preview.Text != "")
	f.argvF.Show(cmd)
	f.timeoutF.Show(cmd)
	f.urlF.Say(i18n.T("latency.alerts_url_note"))
	f.argvF.Say(i18n.T("latency.alerts_argv_note", map[string]any{"Line": commandLine(c.Argv)}))
	text := ""
	// Of a channel that is being made, what is empty yet is no mistake.
	if err != nil && !errors.Is(err, errForm) && f.templateF.Note() == "" && (!f.fresh || f.begun()) {
		text = reasons.Text(err)
	}
	fields.Tell(f.note, text, widget.DangerImportance)
	fields.SetEnabled(f.save, err == nil && !f.saving && f.p.writer)
	fields.SetEnabled(f.try, err == nil && !f.trying && f.p.writer)
	f.root.Refresh()
}

// begun is true once something was typed.
func (f *channelForm) begun() bool {
	return f.url.Text != "" || f.argv.Text != "" || f.template.Text != ""
}

// tryTyped tries the channel as it is typed.
func (f *channelForm) tryTyped() {
	c, err := f.typed()
	if err != nil || f.trying {
		return
	}
	f.trying = true
	f.changed()
	f.p.try(c, func() {
		f.trying = false
		f.changed()
	})
}

// submit keeps the channel. A command that was not allowed as it stands is asked
// about.
func (f *channelForm) submit() {
	c, err := f.typed()
	if err != nil || f.saving || !f.p.writer {
		return
	}
	was := f.channel
	if c.Kind == channel.KindCommand && c.Enabled && (f.fresh || !was.Enabled || was.Kind != c.Kind || !slices.Equal(was.Argv, c.Argv)) {
		f.p.allow(&c, func() { f.keep(c) })
		return
	}
	f.keep(c)
}

// keep puts the secrets into the keychain and the rest into the settings.
func (f *channelForm) keep(c channel.Channel) {
	f.saving = true
	f.changed()
	var short error // why a secret is kept for this run only
	f.p.change(func(ctx context.Context, config *service.AlertConfig) error {
		for _, s := range []struct {
			value *channel.Secret
			ref   *string
			name  string
		}{{&c.URL, &c.SecretRef, transfer.SecretRef(c.ID)}, {&c.SignKey, &c.SignRef, transfer.SecretRef(c.ID) + "-key"}} {
			if *s.value == "" {
				continue
			}
			lasting, why, err := f.p.d.Secrets.Set(ctx, s.name, s.value.Reveal())
			if err != nil {
				return err
			}
			if !lasting {
				short = why
			}
			*s.value, *s.ref = "", s.name
		}
		if f.fresh {
			config.Channels = append(slices.Clone(config.Channels), c)
			return nil
		}
		config.Channels = slices.Clone(config.Channels)
		return putChannel(config, c)
	}, func(err error) {
		f.saving = false
		if err != nil {
			f.changed()
			return
		}
		f.p.back()
		f.p.channels.list.Select(c.ID, true)
		f.p.channels.buttons()
		f.p.w.Window().Canvas().Focus(f.p.channels.list)
		if short != nil {
			f.p.say(widgets.LevelDegraded, i18n.T("latency.alerts_this_run_only"), reasons.Text(short))
		}
	})
}
