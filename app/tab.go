package app

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
)

// tab is a panel and what the window knows of it.
type tab struct {
	panel   panels.Panel
	content fyne.CanvasObject // nil until first shown
	failed  bool              // content says why Build did not work
	shown   bool
	// resident: the panel was started and works without having been built.
	resident bool
}

// panicked is a panic of a panel, kept as an error with its stack.
type panicked struct {
	value any
	stack string
}

func (p *panicked) Error() string { return fmt.Sprintf("it panicked: %v", p.value) }

// Unwrap is the error that was panicked with, if it was one.
func (p *panicked) Unwrap() error {
	err, _ := p.value.(error)
	return err
}

// guard runs f and turns a panic into an error, so that one tab's mistake does
// not take the others down.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{value: v, stack: string(debug.Stack())}
		}
	}()
	return f()
}

// details is everything known about err, for copying.
func details(err error) string {
	text := err.Error()
	var p *panicked
	if errors.As(err, &p) {
		text += "\n\n" + p.stack
	}
	return text
}

// build makes the tab's content, or the page that says why there is none.
func (s *shell) build(t *tab) {
	err := guard(func() error {
		content, err := t.panel.Build(s.host())
		if err == nil && content == nil {
			err = errors.New("it has no content")
		}
		t.content = content
		return err
	})
	t.failed = err != nil
	if err != nil {
		slog.Error("build tab", "tab", t.panel.ID(), "error", details(err))
		t.content = s.failure(t, err)
	}
}

// failure is what stands in the place of a tab that did not start.
func (s *shell) failure(t *tab, err error) fyne.CanvasObject {
	name := i18n.T(t.panel.TitleKey())
	title := widget.NewLabel(i18n.T("app.tab_failed", map[string]any{"Name": name}))
	title.SizeName = theme.SizeNameSubHeadingText
	title.TextStyle.Bold = true
	title.Wrapping = fyne.TextWrapWord
	reason := widget.NewLabel(err.Error())
	reason.Wrapping = fyne.TextWrapWord
	reason.Selectable = true
	others := widget.NewLabel(i18n.T("app.tab_failed_others"))
	others.Importance = widget.LowImportance
	others.Wrapping = fyne.TextWrapWord
	retry := widget.NewButtonWithIcon(i18n.T("app.retry"), theme.ViewRefreshIcon(), func() { s.retry(t) })
	retry.Importance = widget.HighImportance
	copyAll := widget.NewButtonWithIcon(i18n.T("app.copy_details"), theme.ContentCopyIcon(), func() {
		s.copy(details(err))
	})
	body := widgets.NewColumn(title, reason, others, container.NewHBox(retry, copyAll))
	var p *panicked
	if !errors.As(err, &p) {
		return page(body)
	}
	stack := widget.NewLabel(p.stack)
	stack.TextStyle.Monospace = true
	stack.SizeName = theme.SizeNameCaptionText
	stack.Selectable = true
	open := widget.NewAccordion(widget.NewAccordionItem(i18n.T("app.details"), container.NewHScroll(stack)))
	body.Add(open)
	return page(body)
}

// retry builds a failed tab once more.
func (s *shell) retry(t *tab) {
	s.discard(t)
	s.showView(t.panel.ID())
	s.rebind()
}

// discard forgets a tab's content.
func (s *shell) discard(t *tab) {
	if t.content != nil {
		s.stack.Remove(t.content)
	}
	t.content, t.failed, t.shown = nil, false, false
}

// setShown tells the panel whether anybody looks.
func (s *shell) setShown(t *tab, shown bool) {
	if t.shown == shown || t.content == nil || t.failed {
		return
	}
	t.shown = shown
	err := guard(func() error {
		if shown {
			t.panel.Shown()
		} else {
			t.panel.Hidden()
		}
		return nil
	})
	if err == nil {
		return
	}
	slog.Error("show tab", "tab", t.panel.ID(), "shown", shown, "error", details(err))
	s.stack.Remove(t.content)
	t.failed = true
	t.content = s.failure(t, err)
	if !shown {
		t.content.Hide()
	}
	s.stack.Add(t.content)
}
