package containers

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/containers/launch"
)

// The tabs beside the form and of a session.
const (
	tabDocker  = "docker"
	tabPod     = "pod"
	tabLogs    = "logs"
	tabInspect = "inspect"
)

// podChoice is the form of the YAML.
type podChoice int

const (
	podSleep podChoice = iota
	podTTY
	podFragment
)

// previewView shows a launch as docker commands and as Kubernetes YAML.
type previewView struct {
	dockerBox, podBox *fyne.Container
	docker, pod       *widgets.CodeView
	reveals           [2]*widget.Check
	form              *widget.RadioGroup
	note              *widget.Label
	onReveal          func(bool)
	onForm            func(podChoice)
	setting           bool
}

func newPreviewView(p *Panel, onReveal func(bool), onForm func(podChoice)) *previewView {
	v := &previewView{docker: widgets.NewCodeView(p.tips), pod: widgets.NewCodeView(p.tips), onReveal: onReveal, onForm: onForm}
	for i := range v.reveals {
		v.reveals[i] = widget.NewCheck(i18n.T("containers.reveal"), func(on bool) {
			if !v.setting {
				v.onReveal(on)
			}
		})
	}
	names := []string{i18n.T("containers.pod_sleep"), i18n.T("containers.pod_tty"), i18n.T("containers.pod_fragment")}
	v.form = widget.NewRadioGroup(names, func(name string) {
		for i, n := range names {
			if n == name && !v.setting {
				v.onForm(podChoice(i))
			}
		}
	})
	v.form.Horizontal, v.form.Required = true, true
	v.note = widget.NewLabel("")
	v.note.Wrapping = fyne.TextWrapWord
	v.note.SizeName = theme.SizeNameCaptionText
	v.dockerBox = container.NewBorder(container.NewHBox(v.reveals[0]), nil, nil, nil, v.docker)
	v.podBox = container.NewBorder(container.NewVBox(widgets.NewFlow(v.form, v.reveals[1]), v.note), nil, nil, nil, v.pod)
	return v
}

// set shows spec. Only the tab in front is written.
func (v *previewView) set(spec launch.Spec, reveal bool, form podChoice) {
	v.setting = true
	defer func() { v.setting = false }()
	secrets := false
	for _, e := range spec.Env {
		secrets = secrets || e.Secret
	}
	for _, c := range v.reveals {
		c.Hidden = !secrets
		if c.Checked != reveal {
			c.SetChecked(reveal)
		}
	}
	o := launch.PrintOptions{Reveal: reveal}
	if v.dockerBox.Visible() {
		v.docker.SetText(spec.DockerCommands(o))
	}
	if !v.podBox.Visible() {
		return
	}
	v.form.SetSelected(v.form.Options[form])
	note := i18n.T("containers.pod_note_sleep")
	switch form {
	case podTTY:
		note = i18n.T("containers.pod_note_tty")
		v.pod.SetText(spec.PodYAML(launch.PodTTY, o))
	case podFragment:
		note = i18n.T("containers.pod_note_fragment")
		v.pod.SetText(spec.PodFragment(launch.PodSleep, o))
	default:
		v.pod.SetText(spec.PodYAML(launch.PodSleep, o))
	}
	if v.note.Text != note {
		v.note.SetText(note)
	}
}
