package containers

import (
	"bufio"
	"context"
	"io"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/containers"
)

// logLines is how much of a log is shown: as much as a terminal scrolls back.
const logLines = 10_000

// logsView shows a container's log in a terminal's screen, which keeps colours,
// is searched like one and never lets a line do any harm.
type logsView struct {
	p      *Panel
	box    *fyne.Container
	holder *fyne.Container
	term   Terminal
	follow *widget.Check
	stamps *widget.Check
	note   *widgets.CutText
	banner *widgets.Banner

	id, name string
	running  bool
	stream   *logStream
}

func newLogsView(p *Panel) *logsView {
	v := &logsView{p: p, note: widgets.NewCutText("", 40), banner: widgets.NewBanner(p.tips)}
	v.note.Color = look.Muted
	v.follow = widget.NewCheck(i18n.T("containers.follow"), func(bool) { v.restart() })
	v.follow.Checked = true
	v.stamps = widget.NewCheck(i18n.T("containers.timestamps"), func(bool) { v.restart() })
	find := widgets.NewIconButton(theme.SearchIcon(), i18n.T("containers.find"), p.tips, func() {
		if v.term != nil {
			v.term.Find()
		}
	})
	save := widgets.NewIconButton(theme.DocumentSaveIcon(), i18n.T("containers.save_logs"), p.tips, v.save)
	again := widgets.NewIconButton(theme.ViewRefreshIcon(), i18n.T("containers.reload"), p.tips, v.restart)
	bar := container.NewBorder(nil, nil, container.NewHBox(v.follow, v.stamps), container.NewHBox(find, again, save), v.note)
	v.holder = container.NewStack()
	v.box = container.NewBorder(container.NewVBox(bar, v.banner), nil, nil, nil, v.holder)
	v.banner.OnResized = v.box.Refresh
	return v
}

// show reads the log of a container.
func (v *logsView) show(id, name string, running bool) {
	v.stop()
	v.id, v.name, v.running = id, name, running
	v.restart()
}

// restart reads from the beginning, as after another choice of options.
func (v *logsView) restart() {
	if v.id == "" {
		return
	}
	v.halt()
	v.banner.Clear()
	eng, id := v.p.hub.Engine(), v.id
	if eng == nil {
		return
	}
	if v.term == nil {
		v.term = v.p.deps.NewTerminal()
		v.term.SetReadOnly()
		v.holder.Objects = []fyne.CanvasObject{v.term.Object()}
		v.holder.Refresh()
	}
	v.term.Reset()
	o := containers.LogOptions{Follow: v.follow.Checked && v.running, Timestamps: v.stamps.Checked, Tail: logLines}
	s := newLogStream(v.p.ctx, func(ctx context.Context) (io.ReadCloser, error) { return eng.Logs(ctx, id, o) })
	v.stream = s
	v.note.SetText(i18n.T("containers.note_loading"))
	v.term.Start(s, func(err error) {
		if v.stream != s {
			return
		}
		v.note.SetText(i18n.T("containers.log_end"))
		if s.lines() == 0 && s.err() == nil {
			v.note.SetText(i18n.T("containers.log_empty"))
		}
		if err := s.err(); err != nil {
			v.note.SetText("")
			v.banner.Set(widgets.BannerContent{Level: widgets.LevelFailed, Text: explain(err), Detail: err.Error(),
				Buttons: []widgets.BannerButton{{Text: i18n.T("containers.reload"), Do: v.restart}}})
		}
	})
	if o.Follow {
		v.note.SetText(i18n.T("containers.following"))
	}
}

// halt ends the reading but keeps what is shown.
func (v *logsView) halt() {
	if v.stream != nil {
		s := v.stream
		v.stream = nil
		_ = s.Close()
		v.term.Stop()
	}
}

// stop ends the reading, since nobody looks.
func (v *logsView) stop() {
	v.halt()
	v.id = ""
}

// save writes the whole log, not only what is shown, to a file.
func (v *logsView) save() {
	eng, id := v.p.hub.Engine(), v.id
	if eng == nil || id == "" {
		return
	}
	stamps := v.stamps.Checked
	v.p.saveFile(fileName(v.name)+".log", func(ctx context.Context, w io.Writer) error {
		r, err := eng.Logs(ctx, id, containers.LogOptions{Timestamps: stamps})
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(w, r)
		return err
	})
}

// fileName makes a file's name of a container's.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '-'
		}
		return r
	}, name)
	return strings.TrimLeft(name[:min(100, len(name))], ".")
}

// logStream is a log as a terminal reads it: line feeds become new lines.
type logStream struct {
	ctx    context.Context
	cancel context.CancelFunc
	open   func(context.Context) (io.ReadCloser, error)

	mu     sync.Mutex
	r      *bufio.Reader
	body   io.ReadCloser
	seen   int
	failed error
	cr     bool
	spare  []byte
}

func newLogStream(parent context.Context, open func(context.Context) (io.ReadCloser, error)) *logStream {
	ctx, cancel := context.WithCancel(parent)
	return &logStream{ctx: ctx, cancel: cancel, open: open}
}

// Read opens the log at the first call, so that no call blocks Fyne.
func (s *logStream) Read(p []byte) (int, error) {
	if s.r == nil {
		body, err := s.open(s.ctx)
		if err != nil {
			s.fail(err)
			return 0, io.EOF
		}
		s.mu.Lock()
		s.body, s.r = body, bufio.NewReaderSize(body, 32<<10)
		s.mu.Unlock()
		context.AfterFunc(s.ctx, func() { _ = body.Close() })
	}
	if len(s.spare) == 0 {
		buf := make([]byte, 8<<10)
		n, err := s.r.Read(buf)
		s.spare = s.crlf(buf[:n])
		if n == 0 && err != nil {
			if err != io.EOF && s.ctx.Err() == nil {
				s.fail(err)
			}
			s.cancel()
			return 0, io.EOF
		}
	}
	n := copy(p, s.spare)
	s.spare = s.spare[n:]
	return n, nil
}

// crlf turns bare line feeds into carriage return and line feed.
func (s *logStream) crlf(b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/16)
	lines := 0
	for _, c := range b {
		if c == '\n' {
			lines++
			if !s.cr {
				out = append(out, '\r')
			}
		}
		s.cr = c == '\r'
		out = append(out, c)
	}
	s.mu.Lock()
	s.seen += lines
	if lines == 0 && len(b) > 0 && s.seen == 0 {
		s.seen = 1
	}
	s.mu.Unlock()
	return out
}

func (s *logStream) fail(err error) {
	s.mu.Lock()
	s.failed = err
	s.mu.Unlock()
}

func (s *logStream) err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil && containers.CauseOf(s.failed) == containers.CauseCancelled {
		return nil
	}
	return s.failed
}

func (s *logStream) lines() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// Write takes the terminal's answers to a log's questions and forgets them.
func (s *logStream) Write(p []byte) (int, error) { return len(p), nil }

// Resize is nothing to a log.
func (s *logStream) Resize(context.Context, int, int) error { return nil }

// Close ends the reading.
func (s *logStream) Close() error {
	s.cancel()
	return nil
}

// stamp is a time in a file's name.
func stamp(t time.Time) string { return t.Local().Format("20060102-150405") }
