package containers

import (
	"context"
	"fmt"
	"io"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tacklebox/panels/containers/model"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/containers"
)

// shellState is how far a shell has come.
type shellState int

const (
	shellOpening shellState = iota
	shellOpen
	shellEnded
	shellFailed
)

// shellTab is one shell in its terminal.
type shellTab struct {
	s     *sessionView
	id    string
	n     int
	root  bool
	state shellState

	term    Terminal
	shell   model.Shell
	stream  *shellStream
	cancel  context.CancelFunc
	begun   bool // opening was started
	sized   bool
	wanting bool // waits for the session's shell to be known
	err     error
	code    int
	endedAt time.Time
	lost    bool // the container or the engine went, not the shell alone

	box    *fyne.Container
	banner *widgets.Banner
	typed  []byte    // before there was a terminal
	cast   io.Closer // of a recording
}

// openShell adds a tab with a shell of the session's user, or of root; typed is
// sent to it first.
func (s *sessionView) openShell(root bool, typed ...byte) {
	if s.eng == nil {
		s.eng = s.p.hub.Engine()
	}
	s.serial++
	t := &shellTab{s: s, n: s.serial, root: root, typed: typed, id: fmt.Sprintf("shell-%d", s.serial)}
	t.banner = widgets.NewBanner(s.p.tips)
	t.makeTerminal()
	s.shells = append(s.shells, t)
	s.tabs.Insert(len(s.shells)-1, &widgets.Tab{ID: t.id, Text: t.title(), Closable: true, Content: t.box})
	s.tabs.Select(t.id)
	t.connect()
	t.start()
	s.refresh()
	s.p.sessionsChanged()
}

func (t *shellTab) title() string {
	if t.root {
		return i18n.T("containers.shell_root_n", map[string]any{"N": t.n})
	}
	return i18n.T("containers.shell_n", map[string]any{"N": t.n})
}

func (t *shellTab) makeTerminal() {
	t.term = t.s.p.deps.NewTerminal()
	t.term.SetShortcut(t.s.shortcut)
	t.term.SetSized(func(cols, rows int) {
		t.sized = true
		if !t.begun && t.state == shellOpening {
			t.start()
		}
	})
	t.box = container.NewBorder(nil, t.banner, nil, nil, t.term.Object())
	t.banner.OnResized = t.box.Refresh
}

// start opens the shell once its size is known, so that the first prompt is
// drawn for the right width.
func (t *shellTab) start() {
	s := t.s
	t.say()
	if !t.sized || t.begun {
		return
	}
	if !s.haveSpec {
		t.wanting = true
		s.readSpec()
		if !s.reading && s.specErr == nil {
			t.failed(errNoEngine)
		}
		return
	}
	t.begun, t.wanting = true, false
	cols, rows := t.term.Cells()
	r := containers.ShellRequest{Container: s.id, Argv: s.spec.ShellArgv(), TTY: true, Cols: cols, Rows: rows}
	if t.root {
		r.User = "0"
	}
	ctx, cancel := context.WithCancel(s.p.ctx)
	t.cancel = cancel
	eng, typed := s.eng, t.typed
	t.typed = nil
	stream := t.stream
	s.p.background(func(context.Context) func() {
		sh, err := eng.OpenShell(ctx, r)
		if err == nil && ctx.Err() != nil {
			_ = sh.Close()
			return nil
		}
		if err == nil && len(typed) > 0 {
			_, _ = sh.Write(typed)
		}
		stream.connect(sh, err)
		return func() { t.opened(stream, sh, err) }
	})
}

// connect gives the terminal a stream before the shell is there, so that what a
// fast person types meanwhile waits for the prompt instead of being lost.
func (t *shellTab) connect() {
	stream := newShellStream(t.s.p.ctx)
	t.stream = stream
	t.term.Start(stream, func(err error) { t.streamEnded(stream, err) })
	t.focusIfFront()
}

func (t *shellTab) focusIfFront() {
	if t.s.p.detail.current == t.s && t.s.tabs.Selected() == t.id {
		t.focus()
	}
}

// specArrived goes on with a shell that waited for it.
func (t *shellTab) specArrived() {
	if !t.wanting {
		return
	}
	t.wanting = false
	if t.s.specErr != nil {
		t.failed(t.s.specErr)
		return
	}
	t.start()
}

func (t *shellTab) opened(stream *shellStream, sh model.Shell, err error) {
	if t.stream != stream || t.state != shellOpening {
		return // closed meanwhile, which closed the stream and with it the shell
	}
	if err != nil {
		t.failed(err)
		return
	}
	t.shell, t.state = sh, shellOpen
	t.say()
	t.s.refresh()
	t.s.p.sessionsChanged()
}

func (t *shellTab) failed(err error) {
	t.state, t.err, t.endedAt = shellFailed, err, t.s.p.deps.Now()
	if t.stream != nil {
		t.stream.connect(nil, err)
	}
	t.say()
	t.s.refresh()
	t.s.p.sessionsChanged()
}

// streamEnded asks for the exit code when a shell's output has ended.
func (t *shellTab) streamEnded(stream *shellStream, err error) {
	if t.stream != stream || t.state == shellFailed {
		return
	}
	if t.state == shellOpening {
		// It ended before its opening was told of; that comes first.
		t.s.p.deps.Do(func() { t.streamEnded(stream, err) })
		return
	}
	sh := t.shell
	t.state, t.err, t.endedAt, t.code = shellEnded, err, t.s.p.deps.Now(), -1
	t.s.p.background(func(ctx context.Context) func() {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		code, werr := sh.Wait(ctx)
		_ = sh.Close()
		return func() {
			if t.stream != stream || t.state != shellEnded {
				return
			}
			t.code = code
			t.lost = werr != nil || err != nil || !t.s.running() || !t.s.p.up()
			t.say()
			t.offer()
			t.s.refresh()
			t.s.p.sessionsChanged()
		}
	})
	t.say()
	t.s.refresh()
}

// offer gives the keyboard of a shell that ended to the button that opens
// another, so that Enter does.
func (t *shellTab) offer() {
	c := t.s.p.host.Window().Canvas()
	if b := t.banner.Primary(); b != nil && t.s.p.visible && c.Focused() == t.term.Focusable() {
		c.Focus(b)
	}
}

// containerChanged is called when the session's container stopped or came back.
func (t *shellTab) containerChanged() {
	if t.state == shellEnded {
		t.lost = t.lost || !t.s.running()
	}
	t.say()
}

// say shows below the terminal how it stands with the shell.
func (t *shellTab) say() {
	again := func(text string) []widgets.BannerButton {
		return []widgets.BannerButton{{Text: text, Primary: true, Do: t.reopen}}
	}
	level := widgets.Level("")
	switch t.state {
	case shellOpening:
		t.banner.Set(widgets.BannerContent{Level: widgets.LevelUnknown, Text: i18n.T("containers.shell_opening")})
		level = widgets.LevelUnknown
	case shellOpen:
		t.banner.Clear()
	case shellFailed:
		level = widgets.LevelFailed
		t.banner.Set(t.failedContent())
	case shellEnded:
		level = widgets.LevelUnknown
		when := map[string]any{"Time": clock(t.endedAt), "Code": t.code}
		switch {
		case t.lost && t.s.running():
			t.banner.Set(widgets.BannerContent{Level: widgets.LevelDegraded, Text: i18n.T("containers.ended_at", when), Buttons: again(i18n.T("containers.reconnect"))})
		case t.lost:
			level = widgets.LevelFailed
			t.banner.Set(widgets.BannerContent{Level: widgets.LevelDegraded, Text: i18n.T("containers.ended_with_container", when), Buttons: again(i18n.T("containers.reconnect"))})
		case t.code < 0:
			t.banner.Set(widgets.BannerContent{Level: widgets.LevelUnknown, Text: i18n.T("containers.shell_ended_plain"), Buttons: again(i18n.T("containers.open_another"))})
		default:
			t.banner.Set(widgets.BannerContent{Level: widgets.LevelUnknown, Text: i18n.T("containers.shell_ended", when), Buttons: again(i18n.T("containers.open_another"))})
		}
	}
	t.s.tabs.Update(t.id, t.title(), level)
}

func (t *shellTab) failedContent() widgets.BannerContent {
	c := widgets.BannerContent{Level: widgets.LevelFailed, Text: explain(t.err), Detail: t.err.Error(),
		Buttons: []widgets.BannerButton{{Text: i18n.T("containers.try_again"), Do: t.reopen}}}
	if containers.CauseOf(t.err) == containers.CauseNoShell {
		c.Text = i18n.T("cause.no_shell")
		c.Buttons = append(c.Buttons, widgets.BannerButton{Text: i18n.T("containers.other_shell"), Do: t.s.launchAgain})
	}
	return c
}

// reopen opens a shell again in the same tab; what it showed stays above.
func (t *shellTab) reopen() {
	if t.state == shellOpen || t.state == shellOpening {
		return
	}
	t.state, t.begun, t.lost, t.err, t.shell = shellOpening, false, false, nil, nil
	t.connect()
	t.start()
	t.s.refresh()
}

func (t *shellTab) focus() {
	if f := t.term.Focusable(); f != nil && t.s.p.visible {
		t.s.p.host.Window().Canvas().Focus(f)
	}
}

// close ends the shell.
func (t *shellTab) close() {
	if t.cancel != nil {
		t.cancel()
	}
	t.stopRecording()
	t.state, t.shell = shellEnded, nil
	if stream := t.stream; stream != nil {
		t.stream = nil
		t.s.p.jobs.Go(func() { _ = stream.Close() })
	}
	t.term.Stop()
}

// endShell closes a shell's tab.
func (s *sessionView) endShell(id string) {
	for i, t := range s.shells {
		if t.id != id {
			continue
		}
		t.close()
		s.shells = append(s.shells[:i:i], s.shells[i+1:]...)
		s.tabs.Remove(id)
		s.refresh()
		s.p.sessionsChanged()
		return
	}
}

// shortcut is one of our keys in a terminal.
func (s *sessionView) shortcut(k Shortcut) bool {
	switch k {
	case ShortcutNewShell:
		if s.running() {
			s.openShell(false)
		}
	case ShortcutEndShell:
		if t := s.front(); t != nil {
			s.endShell(t.id)
		}
	case ShortcutNextTab:
		s.tabs.Step(1)
	case ShortcutPrevTab:
		s.tabs.Step(-1)
	default:
		return false
	}
	return true
}

// save writes what the terminal scrolled through as text.
func (t *shellTab) save() {
	name := fmt.Sprintf("%s-%d-%s.txt", fileName(t.s.c.Name), t.n, stamp(t.s.p.deps.Now()))
	t.s.p.saveFile(name, func(_ context.Context, w io.Writer) error { return t.term.SaveText(w) })
}
