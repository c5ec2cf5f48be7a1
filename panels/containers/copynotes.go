package containers

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tacklebox/panels/containers/model"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
)

// copyOf reads what a launch copied from a container would be, and why the
// container is not up. The container itself is only read.
func copyOf(ctx context.Context, eng model.Engine, id, state string) (launch.Spec, []containers.CloneNote, *containers.Explanation, error) {
	spec, notes, err := eng.Clone(ctx, id)
	if err != nil {
		return spec, nil, nil, err
	}
	var why *containers.Explanation
	if state != "running" {
		why, _ = eng.Explain(ctx, id) // without it the log still tells
	}
	return spec, notes, why, nil
}

// notesView says what of a container was copied, changed and dropped.
type notesView struct {
	p    *Panel
	box  *fyne.Container
	head *widgets.Fold
	rows *widgets.KeyValues
	area *fyne.Container

	onResized func()
}

func newNotesView(p *Panel) *notesView {
	v := &notesView{p: p, rows: widgets.NewKeyValues(p.tips)}
	v.head = widgets.NewFold("", func(open bool) {
		v.area.Hidden = !open
		v.onResized()
	})
	scroll := container.NewVScroll(v.rows)
	scroll.SetMinSize(fyne.NewSize(100, 130))
	v.area = container.NewStack(scroll)
	v.area.Hide()
	v.box = container.NewVBox(v.head, v.area)
	v.box.Hide()
	return v
}

func (v *notesView) set(d *draft) {
	v.box.Hidden = len(d.notes) == 0
	if v.box.Hidden {
		return
	}
	count := map[containers.CloneAction]int{}
	var rows []widgets.KeyValue
	for _, action := range []containers.CloneAction{containers.CloneChanged, containers.CloneDropped, containers.CloneCopied} {
		first := true
		for _, n := range d.notes {
			if n.Action != action {
				continue
			}
			count[action]++
			name := ""
			if first {
				name, first = actionWord(action), false
			}
			text := cloneField(n.Field)
			if n.Value != "" {
				text += "  " + n.Value
			}
			if r := cloneReason(n.Reason); r != "" {
				text += "  – " + r
			}
			rows = append(rows, widgets.KeyValue{Name: name, Value: text})
		}
	}
	v.rows.Set(rows, true)
	text := i18n.T("containers.copy_summary", map[string]any{"Name": d.container.Name,
		"Copied": count[containers.CloneCopied], "Changed": count[containers.CloneChanged], "Dropped": count[containers.CloneDropped]})
	v.head.SetText(text)
}

func actionWord(a containers.CloneAction) string {
	switch a {
	case containers.CloneChanged:
		return i18n.T("clone.changed")
	case containers.CloneDropped:
		return i18n.T("clone.dropped")
	}
	return i18n.T("clone.copied")
}

// cloneReason says why a field was changed or dropped.
func cloneReason(r containers.CloneReason) string {
	switch r {
	case containers.CloneDebug:
		return i18n.T("clone.reason_debug")
	case containers.CloneWouldClash:
		return i18n.T("clone.reason_clash")
	case containers.CloneAutomatic:
		return i18n.T("clone.reason_automatic")
	case containers.CloneManaged:
		return i18n.T("clone.reason_managed")
	case containers.CloneTargetGone:
		return i18n.T("clone.reason_target_gone")
	case containers.CloneImageGone:
		return i18n.T("clone.reason_image_gone")
	case containers.CloneImageMoved:
		return i18n.T("clone.reason_image_moved")
	case containers.CloneShared:
		return i18n.T("clone.reason_shared")
	case containers.CloneNotSupported:
		return i18n.T("clone.reason_not_supported")
	}
	return ""
}

// cloneField is a copied field's name: words of the form where it has one, the
// docker command's option otherwise, which says the same in both languages.
func cloneField(f containers.CloneField) string {
	switch f {
	case containers.CloneImage:
		return i18n.T("containers.fact_image")
	case containers.CloneCommand:
		return i18n.T("clone.command")
	case containers.CloneEnv:
		return i18n.T("containers.form_env")
	case containers.CloneUser:
		return i18n.T("containers.form_user")
	case containers.CloneWorkDir:
		return i18n.T("containers.form_workdir")
	case containers.CloneHostname:
		return i18n.T("containers.form_hostname")
	case containers.CloneLabel:
		return i18n.T("clone.label")
	case containers.CloneMount:
		return i18n.T("clone.mount")
	case containers.CloneNetwork:
		return i18n.T("containers.form_networks")
	case containers.CloneAddress:
		return i18n.T("clone.address")
	case containers.ClonePort:
		return i18n.T("containers.form_ports")
	case containers.CloneRestart:
		return i18n.T("field.restart_policy")
	case containers.CloneHealth:
		return i18n.T("containers.with_health")
	case containers.CloneReadOnly:
		return i18n.T("containers.form_read_only")
	case containers.ClonePrivileged:
		return i18n.T("containers.form_privileged")
	case containers.CloneMemory:
		return i18n.T("containers.form_memory")
	case containers.CloneCPU:
		return i18n.T("containers.form_cpus")
	case containers.ClonePids:
		return i18n.T("containers.form_pids")
	}
	return strings.ReplaceAll(string(f), "-", " ")
}

// explainDeath shows why the container is not up, with the fixes as buttons.
func (v *launchView) explainDeath() {
	v.banner.Set(whyBanner(v.d.why, v.applyFix))
}

// applyFix puts a fix into the form, where the person sees it, and launches when
// nothing more has to be filled in.
func (v *launchView) applyFix(f containers.Fix) {
	d := v.d
	spec, _ := d.form.Spec()
	d.form = model.NewForm(f.Apply(spec))
	d.touched = true
	if !complete(f) && !d.more {
		v.toggleMore()
	}
	v.form.fill()
	v.refresh()
	if complete(f) {
		v.launch()
	}
}

// complete tells whether a fix needs nothing more from the person.
func complete(f containers.Fix) bool {
	return f.Kind != containers.FixChangeMount && f.Kind != containers.FixChangePort && f.Kind != containers.FixChangeWorkDir
}
