package containers

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/containers/model"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/containers"
)

// maxSessionViews bounds how many sessions keep their views; those without a
// live shell give way first.
const maxSessionViews = 32

// detail is the right side: a launch in preparation, a session, or what the tab
// is for.
type detail struct {
	p        *Panel
	root     *fyne.Container
	empty    fyne.CanvasObject
	launch   *launchView
	drafts   drafts
	sessions []*sessionView // the last used at the end
	current  *sessionView
	engine   string // the endpoint the drafts belong to
}

func newDetail(p *Panel) *detail {
	dt := &detail{p: p}
	dt.empty = dt.makeEmpty()
	dt.launch = newLaunchView(p)
	dt.root = container.NewStack(dt.empty)
	return dt
}

// makeEmpty teaches what the tab is for.
func (dt *detail) makeEmpty() fyne.CanvasObject {
	title := widget.NewLabel(i18n.T("containers.empty_title"))
	title.TextStyle.Bold = true
	title.SizeName = theme.SizeNameSubHeadingText
	title.Wrapping = fyne.TextWrapWord // else it would widen the window at 200 %
	text := widget.NewLabel(i18n.T("containers.empty_text"))
	text.Wrapping = fyne.TextWrapWord
	example := widget.NewLabel(i18n.T("containers.empty_example"))
	example.Wrapping = fyne.TextWrapWord
	find := widgets.NewButton(i18n.T("containers.empty_button"), func() { dt.p.master.focus() })
	find.Importance = widget.HighImportance
	return widgets.Inset(widgets.NewColumn(gap(12), title, text, container.NewHBox(find), gap(4), example))
}

func (dt *detail) put(o fyne.CanvasObject) {
	if len(dt.root.Objects) == 1 && dt.root.Objects[0] == o {
		return
	}
	dt.root.Objects = []fyne.CanvasObject{o}
	dt.root.Refresh()
}

// show brings a row of the master list to the right side.
func (dt *detail) show(r model.Row) {
	if r.Kind == model.RowSession {
		dt.showSession(dt.session(*r.Container))
		return
	}
	d := dt.drafts.get(r)
	if dt.current == nil && dt.launch.d == d {
		dt.launch.show(d)
		return
	}
	dt.leave()
	back := dt.launch.d == d
	dt.current = nil
	dt.launch.show(d)
	dt.put(dt.launch.root)
	if back {
		dt.launch.tabSelected(dt.launch.tabs.Selected())
	}
}

// leave tells the session in front that nobody looks at it any more.
func (dt *detail) leave() {
	if dt.current != nil {
		dt.current.hidden()
	}
	if dt.launch.d != nil {
		dt.launch.logs.stop()
	}
}

func (dt *detail) showSession(s *sessionView) {
	if dt.current != s {
		dt.leave()
	}
	dt.current = s
	dt.put(s.root)
	s.shown()
}

// session finds or makes the view of a session.
func (dt *detail) session(c containers.Container) *sessionView {
	for i, s := range dt.sessions {
		if s.id == c.ID && s.at == dt.p.snap.Chosen.ID {
			dt.sessions = append(append(dt.sessions[:i:i], dt.sessions[i+1:]...), s)
			s.setContainer(c, true)
			return s
		}
	}
	s := newSessionView(dt.p, c, dt.p.hub.Engine())
	dt.sessions = append(dt.sessions, s)
	for i := 0; len(dt.sessions) > maxSessionViews && i < len(dt.sessions)-1; i++ {
		if x := dt.sessions[i]; x.live() == 0 && x != dt.current {
			x.close()
			dt.sessions = append(dt.sessions[:i:i], dt.sessions[i+1:]...)
			i--
		}
	}
	return s
}

// opened shows a session that was just launched, and its first shell.
func (dt *detail) opened(sess *containers.Session, eng model.Engine, d *draft) {
	c := containers.Container{ID: sess.ContainerID, Name: sess.Name, Image: sess.Spec.Image, State: "running",
		Created: dt.p.deps.Now(), Session: &sess.Info}
	if d.kind == model.RowContainer {
		c.Image = d.container.Image
	}
	s := dt.session(c)
	// The person who launched wants to be inside, unless they went on meanwhile.
	stayed := dt.current == nil && dt.launch.d == d
	var typed []byte
	if stayed {
		typed = dt.launch.ahead.take()
	}
	s.launched(sess, eng, typed)
	if stayed {
		dt.p.master.list.Select(model.ContainerKey(sess.ContainerID), true)
		dt.showSession(s)
	}
	dt.p.hub.Reload()
}

// activate is Enter on what is shown.
func (dt *detail) activate() {
	if dt.current != nil {
		dt.current.enter()
		return
	}
	dt.launch.launch()
}

// shells is the number of open shells of a container.
func (dt *detail) shells(id string) int {
	for _, s := range dt.sessions {
		if s.id == id {
			return s.live()
		}
	}
	return 0
}

// containersChanged tells views what became of their containers, also while
// nobody looks: a shell has to know when its container died.
func (dt *detail) containersChanged(s model.Snapshot) {
	if s.Chosen.ID != dt.engine {
		if dt.engine != "" {
			dt.switched()
		}
		dt.engine = s.Chosen.ID
	}
	if !s.ContainersLoaded || s.ContainersErr != nil {
		return
	}
	for _, v := range dt.sessions {
		if v.at != s.Chosen.ID {
			continue // its engine is not asked now
		}
		c, there := s.Container(v.id)
		if !there {
			c = v.c
		}
		v.setContainer(c, there)
	}
}

// switched puts away what belongs to the engine before. Shells that are open
// there go on, and are shown again when the person goes back.
func (dt *detail) switched() {
	dt.leave()
	dt.drafts = drafts{}
	dt.launch.d = nil
	dt.current = nil
	dt.put(dt.empty)
	dt.p.master.list.Select("", false)
}

// apply brings the view in front up to the snapshot.
func (dt *detail) apply(s model.Snapshot) {
	dt.containersChanged(s)
	if dt.current != nil {
		dt.current.refresh()
		return
	}
	d := dt.launch.d
	if d == nil {
		return
	}
	if c, ok := s.Container(d.ref); ok && d.kind == model.RowContainer {
		changed := c.State != d.container.State || c.ExitCode != d.container.ExitCode
		d.container = c
		if changed {
			d.read = false // it died or was started: explain again
		}
	}
	if !d.read && dt.p.up() {
		dt.launch.load()
	}
	dt.launch.refresh()
}

func (dt *detail) shown() {
	if dt.current != nil {
		dt.current.shown()
	} else if dt.launch.d != nil {
		dt.launch.tabSelected(dt.launch.tabs.Selected())
	}
}

func (dt *detail) hidden() {
	dt.leave()
	dt.launch.pull.stop()
}

func (dt *detail) close() {
	dt.launch.logs.stop()
	dt.launch.pull.stop()
	for _, s := range dt.sessions {
		s.close()
	}
}
