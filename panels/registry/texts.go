package registry

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
)

// textView shows a text that belongs to an artifact, read once it is looked at.
type textView struct {
	p    *Panel
	root *fyne.Container
	note *widget.Label
	code *widgets.CodeView
	hint string // while there is none

	key  string // of what was read, or is
	stop context.CancelFunc
	done bool
}

func newTextView(p *Panel, hint string) *textView {
	t := &textView{p: p, note: fields.Muted(""), code: widgets.NewCodeView(p.tips), hint: hint}
	t.root = container.NewBorder(t.note, nil, nil, nil, t.code)
	t.reset()
	return t
}

// reset forgets what belonged to another artifact.
func (t *textView) reset() {
	t.halt()
	t.key, t.done = "", false
	t.code.SetText("")
	t.code.Hide()
	fields.Tell(t.note, t.hint, widget.LowImportance)
}

// halt breaks off what is read; it is read anew the next time.
func (t *textView) halt() {
	if t.stop != nil {
		t.stop()
		t.stop = nil
	}
	if !t.done {
		t.key = ""
	}
}

// read reads a text; the same again is nothing new.
func (t *textView) read(key string, f func(context.Context, *browse.Browser) (browse.Text, error)) {
	x := t.p.conn
	if x == nil || x.browser == nil || key == t.key {
		return
	}
	t.reset()
	t.key = key
	fields.Tell(t.note, i18n.T("registry.reading"), widget.LowImportance)
	ctx, stop := context.WithCancel(x.looking)
	t.stop = stop
	t.p.within(ctx, func(ctx context.Context) func() {
		got, err := f(ctx, x.browser)
		return func() {
			t.done = true
			note, i := "", widget.LowImportance
			switch {
			case err != nil:
				note, i = explain(err)+"\n"+registry.Clean(err.Error(), 1000), widget.DangerImportance
			case got.Cut:
				note, i = i18n.T("registry.text_cut"), widget.WarningImportance
			case got.Text == "":
				note = i18n.T("registry.text_empty")
			}
			fields.Tell(t.note, note, i)
			t.code.SetText(got.Text)
			fields.SetVisible(t.code, got.Text != "")
			t.root.Refresh()
		}
	})
}

// additionWord is the tab of one of Harbor's texts.
func additionWord(name string) string {
	switch name {
	case browse.TextReadme:
		return i18n.T("registry.lower_readme")
	case browse.TextValues:
		return i18n.T("registry.lower_values")
	case browse.TextDependencies:
		return i18n.T("registry.lower_dependencies")
	case browse.TextLicense:
		return i18n.T("registry.lower_license")
	}
	return i18n.T("registry.lower_files")
}
