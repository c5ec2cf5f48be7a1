package containers

import (
	"context"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/assets"
	"tacklebox/panels/containers/model"
	"tacklebox/panels/format"
	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
)

// sessionView is a debug container with its shells, log, inspect and commands.
// It lives on while others are looked at, so that nothing in it is lost.
type sessionView struct {
	p     *Panel
	id    string
	c     containers.Container
	there bool // the engine still lists it
	eng   model.Engine
	at    string // the endpoint of eng

	spec     launch.Spec
	haveSpec bool
	reading  bool
	specErr  error
	reveal   bool
	podForm  podChoice
	early    *containers.Explanation
	problem  error // of the last thing that was tried
	ending   bool

	shells []*shellTab
	serial int

	root    *fyne.Container
	dot     *widgets.StatusDot
	title   *widgets.Ellipsis
	meta    *widgets.CutText
	banner  *widgets.Banner
	trouble *widgets.Banner
	buttons *fyne.Container
	newBtn  *widgets.Button
	rootBtn *widgets.Button
	insert  *widgets.Button
	menu    *widgets.Button
	end     *widgets.Button
	tabs    *widgets.Tabs
	logs    *logsView
	inspect *inspectView
	preview *previewView
}

func newSessionView(p *Panel, c containers.Container, eng model.Engine) *sessionView {
	s := &sessionView{p: p, id: c.ID, c: c, there: true, eng: eng, at: p.snap.Chosen.ID}
	s.dot = widgets.NewStatusDot(stateLevel(c))
	s.title = widgets.NewEllipsis(c.Name, 120, p.tips)
	s.title.Style.Bold = true
	s.title.SizeName = theme.SizeNameSubHeadingText
	s.meta = widgets.NewCutText("", 80)
	s.meta.Color = look.Muted
	s.meta.Align = fyne.TextAlignTrailing
	s.banner, s.trouble = widgets.NewBanner(p.tips), widgets.NewBanner(p.tips)

	s.newBtn = widgets.NewButton(i18n.T("containers.new_shell"), func() { s.openShell(false) })
	s.newBtn.Icon = assets.TerminalIcon()
	s.rootBtn = widgets.NewButton(i18n.T("containers.new_root_shell"), func() { s.openShell(true) })
	s.rootBtn.Icon = assets.RootIcon()
	s.insert = widgets.NewButton(i18n.T("containers.insert_original"), s.insertOriginal)
	s.menu = widgets.NewIconButton(theme.MoreHorizontalIcon(), i18n.T("containers.more_actions"), p.tips, s.openMenu)
	s.end = widgets.NewButton(i18n.T("containers.end"), s.askEnd)
	s.buttons = widgets.NewFlow(s.newBtn, s.rootBtn, s.insert, s.end, s.menu)

	s.logs, s.inspect = newLogsView(p), newInspectView(p)
	s.preview = newPreviewView(p, func(r bool) { s.reveal = r; s.refreshPreview() }, func(c podChoice) { s.podForm = c; s.refreshPreview() })
	s.tabs = widgets.NewTabs(p.tips)
	s.tabs.Append(&widgets.Tab{ID: tabLogs, Text: i18n.T("containers.tab_logs"), Content: s.logs.box})
	s.tabs.Append(&widgets.Tab{ID: tabInspect, Text: i18n.T("containers.tab_inspect"), Content: s.inspect.box})
	s.tabs.Append(&widgets.Tab{ID: tabDocker, Text: i18n.T("containers.tab_docker"), Content: s.preview.dockerBox})
	s.tabs.Append(&widgets.Tab{ID: tabPod, Text: i18n.T("containers.tab_pod"), Content: s.preview.podBox})
	s.tabs.OnSelected = s.tabSelected
	s.tabs.OnClosed = s.endShell

	titleRow := container.New(&titleLayout{}, s.dot, s.title, s.meta)
	head := widgets.Inset(container.NewVBox(titleRow, s.buttons, s.banner, s.trouble))
	s.root = headOver(head, s.tabs)
	s.banner.OnResized, s.trouble.OnResized = s.root.Refresh, s.root.Refresh
	return s
}

// mine tells whether this session belongs to this user, host and data folder.
func (s *sessionView) mine() bool { return s.c.Session != nil && s.c.Session.Mine }

// running tells whether a shell can be opened.
func (s *sessionView) running() bool { return s.there && s.c.State == "running" }

// live is the number of shells that are open.
func (s *sessionView) live() int {
	n := 0
	for _, t := range s.shells {
		if t.state == shellOpen || t.state == shellOpening {
			n++
		}
	}
	return n
}

// launched takes over a session that this window launched: it opens the first
// shell at once, which gets what was typed meanwhile, and watches for an early
// exit beside it.
func (s *sessionView) launched(sess *containers.Session, eng model.Engine, typed []byte) {
	s.eng, s.spec, s.haveSpec = eng, sess.Spec, true
	if len(sess.Warnings) > 0 {
		s.trouble.Set(widgets.BannerContent{Level: widgets.LevelDegraded, Text: strings.Join(sess.Warnings, "\n"), Close: s.trouble.Clear})
	}
	s.openShell(false, typed...)
	s.p.background(func(ctx context.Context) func() {
		why, ok := <-eng.Early(ctx, sess)
		if !ok || why == nil {
			return nil
		}
		return func() { s.early = why; s.refresh() }
	})
}

// setContainer is told what the engine lists now.
func (s *sessionView) setContainer(c containers.Container, there bool) {
	was := s.running()
	s.c, s.there = c, there
	if was != s.running() {
		for _, t := range s.shells {
			t.containerChanged()
		}
		if s.running() {
			s.early = nil // it was started again
		}
	}
}

// shown is called when the view comes to the front.
func (s *sessionView) shown() {
	if s.eng == nil {
		s.eng = s.p.hub.Engine()
	}
	s.readSpec()
	s.refresh()
	s.tabSelected(s.tabs.Selected())
}

// hidden stops what only a looking person needs.
func (s *sessionView) hidden() { s.logs.stop() }

// enter is Enter in the master list: into the terminal.
func (s *sessionView) enter() {
	if t := s.front(); t != nil {
		t.focus()
		return
	}
	for _, t := range s.shells {
		if t.state == shellOpen {
			s.tabs.Select(t.id)
			t.focus()
			return
		}
	}
	if s.running() {
		s.openShell(false)
	}
}

// front is the shell whose tab is selected, or nil.
func (s *sessionView) front() *shellTab {
	for _, t := range s.shells {
		if t.id == s.tabs.Selected() {
			return t
		}
	}
	return nil
}

func (s *sessionView) tabSelected(id string) {
	s.logs.stop()
	switch id {
	case tabLogs:
		s.logs.show(s.id, s.c.Name, s.running())
	case tabInspect:
		s.inspect.show(s.id)
	case tabDocker, tabPod:
		s.readSpec()
		s.refreshPreview()
	default:
		if t := s.front(); t != nil {
			t.focus()
		}
	}
}

// readSpec finds out about a session that this window did not launch.
func (s *sessionView) readSpec() {
	if s.haveSpec || s.reading || s.eng == nil || !s.there {
		return
	}
	s.reading = true
	eng, c := s.eng, s.c
	s.p.background(func(ctx context.Context) func() {
		spec, err := sessionSpec(ctx, eng, c)
		return func() {
			s.reading = false
			s.specErr = err
			if err == nil {
				s.spec, s.haveSpec = spec, true
			}
			s.refresh()
			s.refreshPreview()
			for _, t := range s.shells {
				t.specArrived()
			}
		}
	})
}

func (s *sessionView) refreshPreview() {
	if s.haveSpec {
		s.preview.set(s.spec, s.reveal, s.podForm)
	}
}

// refresh brings head and banners up to date.
func (s *sessionView) refresh() {
	s.title.SetText(s.c.Name)
	s.dot.SetLevel(stateLevel(s.c))
	meta := s.c.Image
	if s.c.Session != nil && s.c.Session.Source != "" && s.c.Session.Source != s.c.Image {
		meta = s.c.Session.Source
	}
	state := stateWord(s.c)
	if !s.there {
		state = i18n.T("containers.state_gone")
		s.dot.SetLevel(widgets.LevelUnknown)
	}
	s.meta.SetText(fmt.Sprintf("%s · %s · %s", meta, state, format.Age(s.c.Created, s.p.deps.Now())))
	s.applyBanner()
	enable := func(b *widgets.Button, on bool) {
		if on && b.Disabled() {
			b.Enable()
		} else if !on && !b.Disabled() {
			b.Disable()
		}
	}
	importance := widget.MediumImportance
	if s.live() == 0 {
		importance = widget.HighImportance // it is what one comes back for
	}
	if s.newBtn.Importance != importance {
		s.newBtn.Importance = importance
		s.newBtn.Refresh()
	}
	enable(s.newBtn, s.running())
	enable(s.rootBtn, s.running())
	enable(s.insert, s.haveSpec && s.live() > 0 && len(s.spec.Original.Argv()) > 0)
	enable(s.end, s.there && !s.ending)
}

func (s *sessionView) applyBanner() {
	switch {
	case s.early != nil:
		s.banner.Set(whyBanner(s.early, s.applyFix))
	case !s.there:
		s.banner.Set(widgets.BannerContent{Level: widgets.LevelUnknown, Text: i18n.T("containers.session_gone"),
			Buttons: []widgets.BannerButton{{Text: i18n.T("containers.launch_again"), Do: s.launchAgain}, {Text: i18n.T("action.close"), Do: func() { s.p.detail.drop(s) }}}})
	case s.c.State != "running" && s.c.State != "":
		s.banner.Set(widgets.BannerContent{Level: stateLevel(s.c), Text: i18n.T("containers.session_ended", map[string]any{"State": stateWord(s.c)}),
			Buttons: []widgets.BannerButton{{Text: i18n.T("containers.why"), Do: s.explain}, {Text: i18n.T("containers.launch_again"), Do: s.launchAgain}}})
	case !s.mine() && s.c.Session != nil:
		s.banner.Set(widgets.BannerContent{Level: widgets.LevelUnknown,
			Text: i18n.T("containers.session_others", map[string]any{"User": s.c.Session.User, "Host": s.c.Session.Host})})
	default:
		s.banner.Clear()
	}
	if s.problem != nil {
		s.trouble.Set(widgets.BannerContent{Level: widgets.LevelFailed, Text: explain(s.problem), Detail: s.problem.Error(),
			Close: func() { s.problem = nil; s.trouble.Clear() }})
	}
}

// explain asks why the container ended.
func (s *sessionView) explain() {
	eng, id := s.eng, s.id
	s.p.background(func(ctx context.Context) func() {
		why, err := eng.Explain(ctx, id)
		return func() { s.early, s.problem = why, err; s.refresh() }
	})
}

// applyFix puts a fix into the form of the session's image and, when nothing has
// to be filled in, launches that.
func (s *sessionView) applyFix(f containers.Fix) {
	if !s.haveSpec {
		s.readSpec()
		return
	}
	s.p.detail.prepare(f.Apply(s.again()))
	if complete(f) {
		s.p.detail.launch.launch()
	} else if !s.p.detail.launch.d.more {
		s.p.detail.launch.toggleMore()
	}
}

// launchAgain puts the session's settings into the form of its image.
func (s *sessionView) launchAgain() {
	if s.haveSpec {
		s.p.detail.prepare(s.again())
	} else {
		s.readSpec()
	}
}

// again is the session's launch without what is taken by the session itself.
func (s *sessionView) again() launch.Spec {
	spec := s.spec.Clone()
	spec.Name = ""
	return spec
}

// insertOriginal types what the image would have run, without Enter.
func (s *sessionView) insertOriginal() {
	t := s.front()
	if t == nil || t.state != shellOpen {
		for _, x := range s.shells {
			if x.state == shellOpen {
				t = x
			}
		}
	}
	if t == nil || t.state != shellOpen {
		return
	}
	s.tabs.Select(t.id)
	t.term.Insert(launch.OriginalCommandLine(s.spec.Original))
	t.focus()
}

// openMenu offers what is rarely needed.
func (s *sessionView) openMenu() {
	t := s.front()
	items := []*fyne.MenuItem{}
	if t != nil {
		items = append(items, fyne.NewMenuItem(i18n.T("containers.save_scrollback"), t.save))
		if t.term.Recording() {
			items = append(items, fyne.NewMenuItem(i18n.T("containers.stop_recording"), t.stopRecording))
		} else {
			items = append(items, fyne.NewMenuItem(i18n.T("containers.start_recording"), t.record))
		}
		items = append(items, fyne.NewMenuItem(i18n.T("containers.end_shell"), func() { s.endShell(t.id) }))
		items = append(items, fyne.NewMenuItemSeparator())
	}
	items = append(items,
		fyne.NewMenuItem(i18n.T("containers.copy_name"), func() { fyne.CurrentApp().Clipboard().SetContent(s.c.Name) }),
		fyne.NewMenuItem(i18n.T("containers.copy_id"), func() { fyne.CurrentApp().Clipboard().SetContent(s.id) }),
		fyne.NewMenuItem(i18n.T("containers.copy_exec"), func() {
			shell := s.spec.ShellArgv()
			fyne.CurrentApp().Clipboard().SetContent(launch.QuoteArgv(append([]string{"docker", "exec", "-it", s.c.Name}, shell...)))
		}),
		fyne.NewMenuItem(i18n.T("containers.launch_again"), s.launchAgain),
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(i18n.T("containers.end_all"), s.p.endAll))
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(s.menu)
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), s.p.host.Window().Canvas(), at.AddXY(0, s.menu.Size().Height))
}

// close ends the shells of this view; the container stays.
func (s *sessionView) close() {
	s.logs.stop()
	for _, t := range s.shells {
		t.close()
	}
}
