package containers

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/containers/model"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/containers/launch"
)

// formView is the form of a launch: the common fields in a line, the others in
// a scrolled column that opens beside the commands.
type formView struct {
	v       *launchView
	compact [2]fyne.CanvasObject
	errors  *widget.Label // of fields that are not in sight
	scroll  *container.Scroll
	filling bool

	shell   *shellEntry
	user    *enterEntry
	keep    *widget.Select
	entries map[string]*enterEntry
	bad     map[string]*widget.Label
	priv    *widget.Check
	ro      *widget.Check
	env     *rowEditor
	mounts  *rowEditor
	ports   *rowEditor
	command *rowEditor
	cmdBox  *fyne.Container
	reveal  *widget.Check
	look    *widgets.Button
}

// keepAlives are the ways to keep a container up, in the order of the choice.
var keepAlives = []launch.KeepAlive{launch.KeepShell, launch.KeepSleep, launch.KeepTail, launch.KeepCustom}

func keepWord(k launch.KeepAlive) string {
	switch k {
	case launch.KeepSleep:
		return "sleep infinity"
	case launch.KeepTail:
		return "tail -f /dev/null"
	case launch.KeepCustom:
		return i18n.T("containers.keep_custom")
	}
	return i18n.T("containers.keep_shell")
}

func newFormView(v *launchView) *formView {
	f := &formView{v: v, entries: map[string]*enterEntry{}, bad: map[string]*widget.Label{}}
	p := v.p
	f.shell = newShellEntry()
	f.shell.SetPlaceHolder(i18n.T("containers.shell_auto"))
	f.shell.OnChanged = func(s string) { f.change(func(m *model.Form) { m.Shell = s }) }
	f.shell.OnSubmitted = func(string) { v.launch() }
	f.look = widgets.NewIconButton(theme.SearchIcon(), i18n.T("containers.look_for_shells"), p.tips, f.probe)
	f.user = newEnterEntry(func() { v.launch() })
	f.user.SetPlaceHolder(i18n.T("containers.user_hint"))
	f.user.OnChanged = func(s string) { f.change(func(m *model.Form) { m.User = s }) }
	var words []string
	for _, k := range keepAlives {
		words = append(words, keepWord(k))
	}
	f.keep = widget.NewSelect(words, func(w string) {
		for i, x := range words {
			if x == w {
				f.change(func(m *model.Form) {
					m.KeepAlive = keepAlives[i]
					if m.KeepAlive == launch.KeepCustom && len(m.Command) == 0 {
						// The original is what one most often wants to vary.
						m.Command = append(m.Command, f.v.original().Argv()...)
						f.command.set(len(m.Command))
					}
				})
			}
		}
		f.cmdBox.Hidden = f.keep.Selected != keepWord(launch.KeepCustom)
		f.cmdBox.Refresh()
		if !f.filling && !f.cmdBox.Hidden && !v.d.more {
			v.toggleMore() // the command is typed there
		}
	})
	f.compact[0] = labelled(i18n.T("containers.form_shell"), container.NewHBox(wide(170, f.shell), f.look))
	f.compact[1] = labelled(i18n.T("containers.form_user"), wide(110, f.user))
	f.errors = fieldError()
	f.build()
	return f
}

// commonShells are offered before an image was looked into.
var commonShells = []string{"/bin/bash", "/bin/sh", "/bin/ash", "/bin/busybox sh", "/bin/zsh"}

// build makes the column of further fields.
func (f *formView) build() {
	p := f.v.p
	f.command = newRowEditor(p, i18n.T("containers.add_argument"), f.argumentRow, func() {
		f.change(func(m *model.Form) { m.Command = append(m.Command, "") })
	})
	f.env = newRowEditor(p, i18n.T("containers.add_env"), f.envRow, func() {
		f.change(func(m *model.Form) { m.Env = append(m.Env, model.EnvRow{}) })
	})
	f.mounts = newRowEditor(p, i18n.T("containers.add_mount"), f.mountRow, func() {
		f.change(func(m *model.Form) { m.Mounts = append(m.Mounts, model.MountRow{Kind: launch.MountBind}) })
	})
	f.ports = newRowEditor(p, i18n.T("containers.add_port"), f.portRow, func() {
		f.change(func(m *model.Form) { m.Ports = append(m.Ports, "") })
	})
	f.reveal = widget.NewCheck(i18n.T("containers.reveal"), func(on bool) {
		if !f.filling {
			f.v.d.reveal = on
			f.fill()
			f.v.refresh()
		}
	})
	f.priv = widget.NewCheck(i18n.T("containers.form_privileged"), func(on bool) { f.change(func(m *model.Form) { m.Privileged = on }) })
	f.ro = widget.NewCheck(i18n.T("containers.form_read_only"), func(on bool) { f.change(func(m *model.Form) { m.ReadOnly = on }) })

	f.cmdBox = container.NewVBox(f.section(i18n.T("containers.form_command"), model.FieldCommand, f.command.add), f.command.rows)
	single := container.New(&formLayout{},
		f.line(model.FieldWorkDir, i18n.T("containers.form_workdir"), "/", func(m *model.Form, s string) { m.WorkDir = s }),
		f.line(model.FieldName, i18n.T("containers.form_name"), i18n.T("containers.name_hint"), func(m *model.Form, s string) { m.Name = s }),
		f.line(model.FieldNetworks, i18n.T("containers.form_networks"), "bridge", func(m *model.Form, s string) { m.Networks = s }),
		f.line("hostname", i18n.T("containers.form_hostname"), "", func(m *model.Form, s string) { m.Hostname = s }),
		f.line(model.FieldPlatform, i18n.T("containers.form_platform"), i18n.T("containers.platform_hint"), func(m *model.Form, s string) { m.Platform = s }),
		f.line(model.FieldMemory, i18n.T("containers.form_memory"), i18n.T("containers.memory_hint"), func(m *model.Form, s string) { m.Memory = s }),
		f.line(model.FieldCPUs, i18n.T("containers.form_cpus"), i18n.T("containers.cpus_hint"), func(m *model.Form, s string) { m.CPUs = s }),
		f.line(model.FieldPids, i18n.T("containers.form_pids"), i18n.T("containers.pids_hint"), func(m *model.Form, s string) { m.Pids = s }),
		f.line(model.FieldCaps, i18n.T("containers.form_cap_add"), i18n.T("containers.caps_hint"), func(m *model.Form, s string) { m.CapAdd = s }),
		f.line("capdrop", i18n.T("containers.form_cap_drop"), "", func(m *model.Form, s string) { m.CapDrop = s }),
	)
	column := container.NewVBox(
		container.New(&lineLayout{}, caption(i18n.T("containers.form_keep")), f.keep, hiddenObject()),
		f.cmdBox,
		f.section(i18n.T("containers.form_env"), model.FieldEnv, f.env.add, f.reveal), f.env.rows,
		f.section(i18n.T("containers.form_mounts"), model.FieldMounts, f.mounts.add), f.mounts.rows,
		f.section(i18n.T("containers.form_ports"), model.FieldPorts, f.ports.add), f.ports.rows,
		widget.NewSeparator(), single,
		widgets.NewFlow(f.priv, f.ro), gap(8))
	f.scroll = container.NewVScroll(widgets.Inset(column))
	for _, list := range []*rowEditor{f.command, f.env, f.mounts, f.ports} {
		list.onSet = f.scroll.Refresh
	}
}

// section is the heading of a list, with what adds to it beside and its error below.
func (f *formView) section(title, field string, beside ...fyne.CanvasObject) fyne.CanvasObject {
	c := caption(title)
	c.Style.Bold = true
	bad := fieldError()
	f.bad[field] = bad
	return container.NewVBox(container.NewHBox(append([]fyne.CanvasObject{container.NewCenter(c)}, beside...)...), bad)
}

// line is a field with its caption before and its error below it.
func (f *formView) line(field, title, hint string, set func(*model.Form, string)) fyne.CanvasObject {
	e := newEnterEntry(func() { f.v.launch() })
	e.SetPlaceHolder(hint)
	e.OnChanged = func(s string) { f.change(func(m *model.Form) { set(m, s) }) }
	f.entries[field] = e
	bad := fieldError()
	f.bad[field] = bad
	return container.New(&lineLayout{}, caption(title), e, bad)
}

// change applies what the person typed to the draft.
func (f *formView) change(edit func(*model.Form)) {
	if f.filling || f.v.d == nil {
		return
	}
	d := f.v.d
	edit(&d.form)
	d.touched = true
	d.jobErr = nil
	f.v.applyProblem()
	f.v.facts.Set(f.v.factRows(), d.reveal)
	f.validate()
	f.v.refreshPreview()
}

// fill writes the draft into the fields.
func (f *formView) fill() {
	f.filling = true
	defer func() { f.filling = false }()
	m := &f.v.d.form
	options := commonShells
	if len(f.v.d.shells) > 0 {
		options = nil
		for _, s := range f.v.d.shells {
			options = append(options, launch.QuoteArgv(s.Argv))
		}
	}
	f.shell.SetOptions(options)
	f.shell.SetText(m.Shell)
	f.user.SetText(m.User)
	f.keep.SetSelected(keepWord(m.KeepAlive))
	for field, text := range map[string]string{
		model.FieldWorkDir: m.WorkDir, model.FieldName: m.Name, model.FieldNetworks: m.Networks, "hostname": m.Hostname,
		model.FieldPlatform: m.Platform, model.FieldMemory: m.Memory, model.FieldCPUs: m.CPUs, model.FieldPids: m.Pids,
		model.FieldCaps: m.CapAdd, "capdrop": m.CapDrop,
	} {
		f.entries[field].SetText(text)
	}
	f.priv.SetChecked(m.Privileged)
	f.ro.SetChecked(m.ReadOnly)
	f.reveal.SetChecked(f.v.d.reveal)
	f.cmdBox.Hidden = m.KeepAlive != launch.KeepCustom
	f.command.set(len(m.Command))
	f.env.set(len(m.Env))
	f.mounts.set(len(m.Mounts))
	f.ports.set(len(m.Ports))
	secrets := false
	for _, e := range m.Env {
		secrets = secrets || e.IsSecret()
	}
	f.reveal.Hidden = !secrets
	f.scroll.Refresh()
}

// validate shows what cannot be meant, at its field, and beside the button when
// the field is not in sight.
func (f *formView) validate() {
	if f.v.d == nil {
		return
	}
	_, errs := f.v.d.form.Spec()
	texts := map[string]string{}
	var out []string
	for _, e := range errs {
		if texts[e.Field] == "" {
			texts[e.Field] = inputReason(e.Err)
		}
		if f.bad[e.Field] == nil || !f.v.d.more {
			out = append(out, inputText(e.Err))
		}
	}
	changed := false
	show := func(l *widget.Label, text string) {
		if l.Text != text || l.Hidden != (text == "") {
			l.SetText(text)
			l.Hidden = text == ""
			changed = true
		}
	}
	for field, l := range f.bad {
		show(l, texts[field])
	}
	show(f.errors, strings.Join(out, "\n"))
	if changed {
		f.scroll.Refresh()
		f.v.relayout()
	}
}

// probe looks which shells the image has, without running it.
func (f *formView) probe() {
	d, eng := f.v.d, f.v.p.hub.Engine()
	if eng == nil || d.probing || d.kind == model.RowPull {
		return
	}
	d.probing, d.probeErr = true, nil
	f.look.Disable()
	spec, _ := d.form.Spec()
	f.v.p.background(func(ctx context.Context) func() {
		found, err := eng.ProbeShells(ctx, spec.Image, spec.Platform)
		return func() {
			d.probing, d.shells, d.probeErr = false, found, err
			f.look.Enable()
			if f.v.d == d {
				f.fill()
				f.v.refresh()
			}
		}
	})
}
