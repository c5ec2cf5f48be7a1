package containers

import (
	"strings"

	"fyne.io/fyne/v2"

	"tacklebox/panels/containers/model"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/containers"
	"tacklebox/platform/settings"
)

// up tells whether the engine can be asked.
func (p *Panel) up() bool { return p.snap.Link == model.LinkUp && p.hub.Engine() != nil }

// launch starts what the form says.
func (v *launchView) launch() {
	d, eng := v.d, v.p.hub.Engine()
	if d == nil || eng == nil || d.job != nil && d.job.State().Running() {
		return
	}
	if d.kind == model.RowContainer && !d.ready {
		d.launchWhenReady = true // Enter came before the copy was read
		return
	}
	spec, errs := d.form.Spec()
	if len(errs) > 0 {
		v.form.validate()
		return
	}
	if len(spec.Shell) == 0 && len(d.shells) > 0 {
		spec.Shell = d.shells[0].Argv
	}
	d.jobErr, d.failed = nil, ""
	p, at := v.p, v.p.snap.Chosen.ID
	d.job = model.StartJob(p.ctx, eng, spec, d.kind == model.RowPull || d.pullFirst, func() {
		p.deps.Do(func() { p.detail.jobChanged(d, eng, at) })
	})
	p.jobs.Go(d.job.Wait)
	v.refresh()
	if v.p.visible {
		v.p.host.Window().Canvas().Focus(v.ahead)
	}
}

// keyboardBack gives the keyboard to the search field after a launch that came
// to nothing, unless the person took it elsewhere.
func (v *launchView) keyboardBack() {
	if c := v.p.host.Window().Canvas(); v.p.visible && c.Focused() == fyne.Focusable(v.ahead) {
		c.Focus(v.p.master.search)
	}
}

// jobChanged brings a launch's progress to the screen, or its session.
func (dt *detail) jobChanged(d *draft, eng model.Engine, at string) {
	if dt.p.closed || d.job == nil {
		return
	}
	s := d.job.State()
	if s.Running() {
		if dt.p.visible && dt.launch.d == d {
			dt.launch.pull.set(d)
		}
		return
	}
	d.job = nil
	d.jobErr, d.failed, d.warnings = s.Err, s.Failed, s.Pull.Warnings
	if s.Err != nil {
		if containers.CauseOf(s.Err) == containers.CauseCancelled {
			d.jobErr = nil
		}
		if dt.launch.d == d {
			dt.launch.refresh()
		}
		dt.launch.keyboardBack()
		return
	}
	d.pullFirst = false
	dt.p.remember(d, s.Session)
	if dt.launch.d == d {
		dt.launch.refresh()
	}
	if at != dt.p.snap.Chosen.ID {
		return // it is in that engine's list
	}
	dt.opened(s.Session, eng, d)
}

// remember keeps the image among the last ones used.
func (p *Panel) remember(d *draft, s *containers.Session) {
	image := s.Spec.Image
	if d.kind == model.RowContainer {
		image = d.container.Image
	}
	p.update(func(c *settings.Settings) { c.AddRecentImage(image) })
}

// launchProblem says why a pull or a launch did not work and what can be done.
func (v *launchView) launchProblem(d *draft) widgets.BannerContent {
	err := d.jobErr
	detail := strings.Join(append([]string{err.Error()}, d.warnings...), "\n")
	c := widgets.BannerContent{Level: widgets.LevelFailed, Text: explain(err), Detail: detail,
		Close: func() { d.jobErr = nil; v.refresh() }}
	button := func(text string, do func()) {
		c.Buttons = append(c.Buttons, widgets.BannerButton{Text: text, Do: do})
	}
	edit := func(change func(*model.Form)) func() {
		return func() {
			change(&d.form)
			d.jobErr = nil
			v.form.fill()
			v.refresh()
		}
	}
	options := func() {
		if !d.more {
			v.toggleMore()
		}
		v.refresh()
	}
	switch containers.CauseOf(err) {
	case containers.CauseNameTaken:
		button(i18n.T("containers.fix_name"), edit(func(f *model.Form) { f.Name = "" }))
	case containers.CausePortTaken:
		button(i18n.T("containers.fix_ports"), edit(func(f *model.Form) { f.Ports = nil }))
		button(i18n.T("containers.more_options"), options)
	case containers.CauseMountMissing, containers.CauseNoNetworkFor, containers.CauseBadRequest, containers.CauseWorkDir,
		containers.CauseCapability, containers.CauseNoDevice:
		button(i18n.T("containers.more_options"), options)
	case containers.CauseNoUser:
		button(i18n.T("fix.as_root"), func() { d.form.User = "0"; v.form.fill(); v.launch() })
	case containers.CausePlatform:
		button(i18n.T("containers.fix_platform"), edit(func(f *model.Form) { f.Platform = "" }))
		button(i18n.T("containers.pull_platform"), func() { d.pullFirst = true; v.launch() })
	case containers.CauseNoShell:
		button(i18n.T("containers.type_shell"), func() { v.p.host.Window().Canvas().Focus(v.form.shell) })
		return c // trying again would find no shell again
	case containers.CauseNoImage:
		if d.failed != model.StepPull && d.kind != model.RowPull {
			button(i18n.T("containers.pull_it"), func() { d.pullFirst = true; v.launch() })
		}
	}
	button(i18n.T("containers.try_again"), v.launch)
	return c
}
