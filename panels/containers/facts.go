package containers

import (
	"fmt"
	"strings"

	"tacklebox/panels/containers/model"
	"tacklebox/panels/format"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/containers/launch"
)

// metaText is the small text beside the title.
func (v *launchView) metaText() string {
	d := v.d
	var parts []string
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if d.kind == model.RowContainer {
		add(stateWord(d.container))
		add(format.Age(d.container.Created, v.p.deps.Now()))
		return strings.Join(parts, " · ")
	}
	if d.kind == model.RowPull {
		if k, ok := v.p.known[d.ref]; ok {
			add(k.Platform)
			if k.Size > 0 {
				add(format.Size(k.Size))
			}
		}
		add(i18n.T("containers.not_here"))
		return strings.Join(parts, " · ")
	}
	if d.image != nil {
		add(d.image.Platform)
		add(format.Size(d.image.Size))
		add(format.Age(d.image.Created, v.p.deps.Now()))
	}
	return strings.Join(parts, " · ")
}

// factRows are what would have run against what will run.
func (v *launchView) factRows() []widgets.KeyValue {
	d := v.d
	var rows []widgets.KeyValue
	add := func(name, value string, mono bool) {
		rows = append(rows, widgets.KeyValue{Name: name, Value: value, Mono: mono})
	}
	if d.kind == model.RowContainer {
		add(i18n.T("containers.fact_image"), d.container.Image, false)
	}
	switch {
	case d.kind == model.RowPull:
		k, ok := v.p.known[d.ref]
		if !ok {
			add(i18n.T("containers.fact_would"), i18n.T("containers.known_after_pull"), false)
			break
		}
		add(i18n.T("containers.fact_would"), wouldRun(k.Command), true)
		add(i18n.T("containers.fact_with"), k.with(), false)
	case !d.ready:
		add(i18n.T("containers.fact_would"), i18n.T("containers.note_loading"), false)
	default:
		original := v.original()
		add(i18n.T("containers.fact_would"), wouldRun(original), true)
		if with := v.wouldWith(original); with != "" {
			add(i18n.T("containers.fact_with"), with, false)
		}
	}
	spec, _ := d.form.Spec()
	known := len(spec.Shell) > 0 || len(d.shells) > 0 || spec.KeepAlive != launch.KeepShell
	add(i18n.T("containers.fact_will"), v.willRun(spec), known)
	add("", i18n.T("containers.fact_differs"), false)
	return rows
}

// original is what the image, or the copied container, would have run.
func (v *launchView) original() launch.Command {
	c := v.d.form.Base.Original
	if len(c.Argv()) == 0 && v.d.image != nil {
		c = v.d.image.Command
	}
	return c
}

// wouldRun writes ENTRYPOINT and CMD as the image has them.
func wouldRun(c launch.Command) string {
	entry, cmd := "–", "–"
	if len(c.Entrypoint) > 0 {
		entry = launch.QuoteArgv(c.Entrypoint)
	}
	if len(c.Cmd) > 0 {
		cmd = launch.QuoteArgv(c.Cmd)
	}
	return "ENTRYPOINT " + entry + "   CMD " + cmd
}

// wouldWith is user, folder, variables, volumes and health check, where set.
func (v *launchView) wouldWith(c launch.Command) string {
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+" "+value)
		}
	}
	user := c.User
	if user == "" {
		user = "root"
	}
	add(i18n.T("containers.with_user"), user)
	dir := c.WorkDir
	if dir == "" {
		dir = "/"
	}
	add(i18n.T("containers.with_workdir"), dir)
	if img := v.d.image; img != nil {
		if n := len(img.Env); n > 0 {
			parts = append(parts, i18n.N("containers.with_env", n))
		}
		add(i18n.T("containers.with_volumes"), strings.Join(img.Volumes, " "))
		add(i18n.T("containers.with_ports"), strings.Join(img.Ports, " "))
		if len(img.Healthcheck) > 0 && img.Healthcheck[0] != "NONE" {
			add(i18n.T("containers.with_health"), launch.QuoteArgv(img.Healthcheck))
		}
	}
	return strings.Join(parts, " · ")
}

// willRun is the first process instead, and where the shell comes from.
func (v *launchView) willRun(spec launch.Spec) string {
	shell := launch.QuoteArgv(spec.Shell)
	why := ""
	switch {
	case len(spec.Shell) > 0:
	case len(v.d.shells) > 0:
		shell = launch.QuoteArgv(v.d.shells[0].Argv)
		why = i18n.T("containers.shell_found")
	default:
		shell = i18n.T("containers.shell_at_launch")
	}
	var text string
	switch spec.KeepAlive {
	case launch.KeepSleep:
		text = "sleep infinity   " + i18n.T("containers.and_inside", map[string]any{"Shell": shell})
	case launch.KeepTail:
		text = "tail -f /dev/null   " + i18n.T("containers.and_inside", map[string]any{"Shell": shell})
	case launch.KeepCustom:
		text = orDash(launch.QuoteArgv(append(append([]string{}, spec.Entrypoint...), spec.Cmd...))) + "   " + i18n.T("containers.and_inside", map[string]any{"Shell": shell})
	default:
		text = shell
		if why != "" {
			text += " " + why
		}
		text += "   " + i18n.T("containers.kept_by_tty")
	}
	if spec.User != "" {
		text += fmt.Sprintf("   %s %s", i18n.T("containers.with_user"), spec.User)
	}
	return text
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
