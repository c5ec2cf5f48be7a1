package containers

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/containers"
)

// inspectView shows what the engine says of a container, as a summary and as
// JSON, with secrets masked until they are asked for.
type inspectView struct {
	p       *Panel
	box     *fyne.Container
	summary *widgets.KeyValues
	json    *widgets.CodeView
	which   *widget.RadioGroup
	reveal  *widget.Check
	banner  *widgets.Banner
	sumBox  *container.Scroll

	id  string
	got *containers.Inspection
}

func newInspectView(p *Panel) *inspectView {
	v := &inspectView{p: p, summary: widgets.NewKeyValues(p.tips), json: widgets.NewCodeView(p.tips), banner: widgets.NewBanner(p.tips)}
	words := []string{i18n.T("containers.summary"), i18n.T("containers.json")}
	v.which = widget.NewRadioGroup(words, func(string) { v.fill() })
	v.which.Horizontal, v.which.Required = true, true
	v.which.Selected = words[0]
	v.reveal = widget.NewCheck(i18n.T("containers.reveal"), func(bool) { v.fill() })
	again := widgets.NewButton(i18n.T("containers.reload"), func() { v.show(v.id) })
	v.sumBox = container.NewVScroll(widgets.Inset(v.summary))
	v.json.Hide()
	v.box = container.NewBorder(container.NewVBox(container.NewBorder(nil, nil, container.NewHBox(v.which, v.reveal), again), v.banner),
		nil, nil, nil, container.NewStack(v.sumBox, v.json))
	v.banner.OnResized = v.box.Refresh
	return v
}

// show reads the inspect of a container.
func (v *inspectView) show(id string) {
	if v.id != id {
		v.got = nil
		v.reveal.Checked = false
		v.reveal.Refresh()
		v.fill()
	}
	v.id = id
	eng := v.p.hub.Engine()
	if eng == nil || id == "" {
		return
	}
	v.p.background(func(ctx context.Context) func() {
		got, err := eng.Inspect(ctx, id)
		return func() {
			if v.id != id {
				return
			}
			if err != nil {
				v.banner.Set(widgets.BannerContent{Level: widgets.LevelFailed, Text: explain(err), Detail: err.Error(),
					Buttons: []widgets.BannerButton{{Text: i18n.T("containers.reload"), Do: func() { v.show(id) }}}})
				return
			}
			v.banner.Clear()
			v.got = &got
			v.fill()
		}
	})
}

func (v *inspectView) fill() {
	asJSON := v.which.Selected == v.which.Options[1]
	visible(v.json, asJSON)
	visible(v.sumBox, !asJSON)
	visible(v.reveal, v.got != nil && hasSecrets(*v.got))
	if v.got == nil {
		v.summary.Set(nil, false)
		v.json.SetText("")
		return
	}
	shown := *v.got
	if v.reveal.Checked {
		if open, err := shown.Reveal(); err == nil {
			shown = open
		}
	}
	var rows []widgets.KeyValue
	last := containers.FieldName("")
	for _, f := range shown.Summary {
		name := fieldName(f.Name)
		if f.Name == last {
			name = "" // a list says its name once
		}
		last = f.Name
		rows = append(rows, widgets.KeyValue{Name: name, Value: f.Value, Mono: true})
	}
	v.summary.Set(rows, true)
	v.sumBox.Refresh()
	v.json.SetText(string(shown.JSON))
}

// hasSecrets tells whether anything of an inspect is masked.
func hasSecrets(i containers.Inspection) bool {
	for _, f := range i.Summary {
		if f.Secret {
			return true
		}
	}
	return strings.Contains(string(i.JSON), containers.Masked)
}

// fieldName is the name of a line of the summary in the person's language.
func fieldName(n containers.FieldName) string {
	switch n {
	case containers.FieldOwnName:
		return i18n.T("field.name")
	case containers.FieldID:
		return i18n.T("field.id")
	case containers.FieldImage:
		return i18n.T("field.image")
	case containers.FieldPlatform:
		return i18n.T("field.platform")
	case containers.FieldState:
		return i18n.T("field.state")
	case containers.FieldExitCode:
		return i18n.T("field.exit_code")
	case containers.FieldOOM:
		return i18n.T("field.oom")
	case containers.FieldError:
		return i18n.T("field.error")
	case containers.FieldCreated:
		return i18n.T("field.created")
	case containers.FieldStarted:
		return i18n.T("field.started")
	case containers.FieldFinished:
		return i18n.T("field.finished")
	case containers.FieldRestarts:
		return i18n.T("field.restarts")
	case containers.FieldHealth:
		return i18n.T("field.health")
	case containers.FieldEntry:
		return "ENTRYPOINT"
	case containers.FieldCmd:
		return "CMD"
	case containers.FieldUser:
		return i18n.T("field.user")
	}
	return fieldNameMore(n)
}

func fieldNameMore(n containers.FieldName) string {
	switch n {
	case containers.FieldWorkDir:
		return i18n.T("field.workdir")
	case containers.FieldTTY:
		return i18n.T("field.tty")
	case containers.FieldRestart:
		return i18n.T("field.restart_policy")
	case containers.FieldEnv:
		return i18n.T("field.env")
	case containers.FieldMount:
		return i18n.T("field.mount")
	case containers.FieldPort:
		return i18n.T("field.port")
	case containers.FieldNetwork:
		return i18n.T("field.network")
	case containers.FieldMemory:
		return i18n.T("field.memory")
	case containers.FieldCPUs:
		return i18n.T("field.cpus")
	case containers.FieldPids:
		return i18n.T("field.pids")
	case containers.FieldCapAdd:
		return i18n.T("field.cap_add")
	case containers.FieldCapDrop:
		return i18n.T("field.cap_drop")
	case containers.FieldPrivilege:
		return i18n.T("field.privileged")
	case containers.FieldReadOnly:
		return i18n.T("field.read_only")
	case containers.FieldLabel:
		return i18n.T("field.label")
	}
	return string(n)
}
