package containers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"tacklebox/panels/containers/model"
	"tacklebox/panels/i18n"
	"tacklebox/platform/containers"
)

// errNoEngine is why nothing can be opened while no engine is connected.
var errNoEngine = &containers.Error{Op: "open shell", Cause: containers.CauseNoEngine, Err: errors.New("no engine is connected")}

// shownChanges is how many changed files a question lists.
const shownChanges = 200

// askEnd ends the session, after a question when files were changed in it or
// when it is somebody else's.
func (s *sessionView) askEnd() {
	if s.eng == nil || s.ending {
		return
	}
	s.ending = true
	s.refresh()
	eng, id := s.eng, s.id
	s.p.background(func(ctx context.Context) func() {
		changes, err := eng.Changes(ctx, id)
		return func() {
			s.ending = false
			s.refresh()
			gone := containers.CauseOf(err) == containers.CauseGone
			switch {
			case !s.mine() && s.c.Session != nil:
				owner := map[string]any{"Name": s.c.Name, "User": s.c.Session.User, "Host": s.c.Session.Host}
				s.p.ask(i18n.T("containers.end_title", owner), i18n.T("containers.end_others", owner), changeList(changes), i18n.T("containers.end"), s.endNow)
			case err != nil && !gone:
				s.p.ask(i18n.T("containers.end_title", map[string]any{"Name": s.c.Name}), i18n.T("containers.end_unknown"), err.Error(), i18n.T("containers.end"), s.endNow)
			case len(changes) > 0:
				s.p.ask(i18n.T("containers.end_title", map[string]any{"Name": s.c.Name}), i18n.N("containers.end_changed", len(changes)), changeList(changes), i18n.T("containers.end"), s.endNow)
			default:
				s.endNow()
			}
		}
	})
}

// changeList is the changed files as `docker diff` marks them.
func changeList(changes []containers.Change) string {
	var b strings.Builder
	for i, c := range changes {
		if i == shownChanges {
			fmt.Fprintf(&b, "… %d\n", len(changes)-i)
			break
		}
		mark := "C"
		switch c.Kind {
		case containers.ChangeAdded:
			mark = "A"
		case containers.ChangeDeleted:
			mark = "D"
		}
		fmt.Fprintf(&b, "%s %s\n", mark, c.Path)
	}
	return strings.TrimRight(b.String(), "\n")
}

// endNow removes the container and closes the view.
func (s *sessionView) endNow() {
	s.ending = true
	s.refresh()
	eng, id := s.eng, s.id
	s.p.background(func(ctx context.Context) func() {
		err := eng.End(ctx, id)
		return func() {
			s.ending = false
			if err != nil && containers.CauseOf(err) != containers.CauseGone {
				s.problem = err
				s.refresh()
				return
			}
			s.p.detail.drop(s)
			s.p.hub.Reload()
		}
	})
}

// drop takes a session's view away.
func (dt *detail) drop(s *sessionView) {
	s.close()
	for i, x := range dt.sessions {
		if x == s {
			dt.sessions = append(dt.sessions[:i:i], dt.sessions[i+1:]...)
			break
		}
	}
	if dt.current == s {
		dt.current = nil
		dt.put(dt.empty)
		if dt.p.master.list.Selected() == model.ContainerKey(s.id) {
			dt.p.master.list.Select("", false)
		}
		if dt.launch.d != nil {
			// Back to where the session came from.
			dt.launch.show(dt.launch.d)
			dt.put(dt.launch.root)
			dt.p.master.list.Select(dt.launch.d.key, false)
		}
		dt.p.focusList()
	}
	dt.p.sessionsChanged()
}

// focusList gives the keyboard back to the master list.
func (p *Panel) focusList() {
	if p.visible {
		p.host.Window().Canvas().Focus(p.master.list)
	}
}

// endAll ends every session of this user, host and data folder, after a question
// when files were changed in any of them.
func (p *Panel) endAll() {
	eng := p.hub.Engine()
	mine := p.snap.MySessions()
	if eng == nil || len(mine) == 0 {
		return
	}
	p.background(func(ctx context.Context) func() {
		var text strings.Builder
		for _, c := range mine {
			if changes, err := eng.Changes(ctx, c.ID); err == nil && len(changes) > 0 {
				fmt.Fprintf(&text, "%s\n%s\n\n", c.Name, changeList(changes))
			}
		}
		return func() {
			if text.Len() == 0 {
				p.endAllNow(eng)
				return
			}
			p.host.Select(ID)
			p.ask(i18n.N("containers.end_all_title", len(mine)), i18n.T("containers.end_all_changed"), strings.TrimSpace(text.String()),
				i18n.T("containers.end_all"), func() { p.endAllNow(eng) })
		}
	})
}

func (p *Panel) endAllNow(eng model.Engine) {
	p.background(func(ctx context.Context) func() {
		ended, err := eng.EndAll(ctx)
		return func() {
			for _, id := range ended {
				for _, s := range append([]*sessionView(nil), p.detail.sessions...) {
					if s.id == id || s.c.Name == id {
						p.detail.drop(s)
					}
				}
			}
			p.hub.Reload()
			if err != nil {
				p.showError(i18n.T("containers.end_all"), err)
			}
		}
	})
}

// showError tells an error that has no place of its own on the screen.
func (p *Panel) showError(title string, err error) {
	p.ask(title, explain(err), err.Error(), "", nil)
}

// saveFile asks where to and writes there, away from Fyne's goroutine.
func (p *Panel) saveFile(name string, write func(context.Context, io.Writer) error) {
	d := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		if err != nil {
			p.showError(i18n.T("containers.save"), err)
			return
		}
		if w == nil {
			return // cancelled
		}
		p.background(func(ctx context.Context) func() {
			err := write(ctx, w)
			if cerr := w.Close(); err == nil {
				err = cerr
			}
			if err == nil {
				return nil
			}
			return func() {
				p.showError(i18n.T("containers.save"), fmt.Errorf("write %q: %w", filepath.Base(w.URI().Path()), err))
			}
		})
	}, p.host.Window())
	d.SetFileName(name)
	d.Resize(p.host.Window().Canvas().Size().SubtractWidthHeight(60, 60))
	d.Show()
}

// record asks for a file and records the terminal into it.
func (t *shellTab) record() {
	p := t.s.p
	d := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		switch {
		case err != nil:
			p.showError(i18n.T("containers.start_recording"), err)
		case w != nil:
			if err := t.term.StartRecording(w); err != nil {
				_ = w.Close()
				p.showError(i18n.T("containers.start_recording"), err)
				return
			}
			t.cast = w
			t.s.tabs.Update(t.id, t.title()+" ●", "")
		}
	}, p.host.Window())
	d.SetFileName(fmt.Sprintf("%s-%d-%s.cast", fileName(t.s.c.Name), t.n, stamp(p.deps.Now())))
	d.Resize(p.host.Window().Canvas().Size().SubtractWidthHeight(60, 60))
	d.Show()
}

// stopRecording ends the recording and closes its file.
func (t *shellTab) stopRecording() {
	if t.cast == nil {
		return
	}
	err := t.term.StopRecording()
	if cerr := t.cast.Close(); err == nil {
		err = cerr
	}
	t.cast = nil
	t.say()
	if err != nil && !t.s.p.closed {
		t.s.p.showError(i18n.T("containers.stop_recording"), err)
	}
}
