package registry

import (
	"context"
	"iter"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/ops"
)

// logView shows a log that grows: what was added is appended.
type logView struct {
	p     *Panel
	root  *fyne.Container
	title *widgets.CutText
	note  *widgets.CutText
	code  *widgets.CodeView

	key  string // what is followed
	text strings.Builder
	stop context.CancelFunc
}

func newLogView(p *Panel) *logView {
	v := &logView{p: p, title: widgets.NewCutText("", 40), note: widgets.NewCutText("", 0), code: widgets.NewCodeView(p.tips)}
	v.title.Style.Bold = true
	v.note.Color = look.Muted
	v.root = container.NewBorder(widgets.Inset(container.NewBorder(nil, nil, nil, v.note, v.title)), nil, nil, nil, v.code)
	return v
}

// follow begins with a log; the same again goes on.
func (v *logView) follow(key, title string, chunks func(ctx context.Context, c *harbor.Client) iter.Seq[ops.Chunk]) {
	x := v.p.conn
	if key == v.key && v.stop != nil || x == nil || x.client == nil {
		return
	}
	v.halt()
	if key != v.key {
		v.text.Reset()
		v.code.SetText("")
	}
	v.key = key
	v.title.SetText(clean(title))
	v.note.SetText(i18n.T("registry.reading"))
	ctx, stop := context.WithCancel(x.looking)
	v.stop = stop
	client := x.client
	v.p.jobs.Go(func() {
		defer stop()
		for a := range chunks(ctx, client) {
			v.p.deps.Do(func() {
				if !v.p.closed && v.key == key {
					v.add(a)
				}
			})
		}
	})
}

// add shows what was added.
func (v *logView) add(a ops.Chunk) {
	switch {
	case a.Err != nil:
		v.note.SetText(explain(a.Err))
	case a.Ended && a.Cut:
		v.note.SetText(i18n.T("registry.log_cut"))
	case a.Ended:
		v.note.SetText(i18n.T("registry.log_ended"))
	default:
		v.note.SetText(i18n.T("registry.log_following"))
	}
	if a.Fresh {
		v.text.Reset()
	}
	if a.Text != "" {
		v.text.WriteString(a.Text)
	}
	if a.Text != "" || a.Fresh {
		v.code.SetText(v.text.String())
	}
	if a.Err != nil && v.text.Len() == 0 {
		v.code.SetText(registry.Clean(a.Err.Error(), 2000))
	}
	v.root.Refresh()
}

// halt ends the reading but keeps what is shown.
func (v *logView) halt() {
	if v.stop != nil {
		v.stop()
		v.stop = nil
	}
}

// reset forgets everything.
func (v *logView) reset() {
	v.halt()
	v.key = ""
	v.text.Reset()
	v.code.SetText("")
	v.title.SetText(i18n.T("registry.log_choose"))
	v.note.SetText("")
}
