package containers

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
)

// question is a dialog that is answered with the keyboard as well: Enter presses
// the button that has the focus, the arrows move it, Escape says no. Fyne's own
// dialogs take neither.
type question struct {
	p      *Panel
	popup  *widget.PopUp
	before fyne.Focusable // gets the keyboard back
}

// ask shows a dialog. An empty yes leaves only one button, close. list is shown
// in the mono face and can be copied.
func (p *Panel) ask(title, text, list, yes string, do func()) {
	c := p.host.Window().Canvas()
	q := &question{p: p, before: c.Focused()}
	head := widget.NewLabel(title)
	head.TextStyle.Bold = true
	head.Truncation = fyne.TextTruncateEllipsis
	label := widget.NewLabel(text)
	label.Wrapping = fyne.TextWrapWord
	no := i18n.T("action.cancel")
	if yes == "" {
		no = i18n.T("action.close")
	}
	cancel := newAnswer(no, q, nil)
	buttons := container.NewHBox(layout.NewSpacer(), cancel)
	if yes != "" {
		ok := newAnswer(yes, q, do)
		ok.Importance = widget.DangerImportance
		ok.other, cancel.other = cancel, ok
		buttons.Add(ok)
	}
	size := fyne.NewSize(460, 150)
	var middle fyne.CanvasObject = layout.NewSpacer()
	if list != "" {
		view := widgets.NewCodeView(p.tips)
		view.SetText(list)
		middle = view
		size = fyne.NewSize(600, 340)
	}
	content := container.NewBorder(container.NewVBox(head, label), container.NewPadded(buttons), nil, nil, middle)
	q.popup = widget.NewModalPopUp(widgets.Inset(content), c)
	scale := theme.TextSize() / 13
	size = fyne.NewSize(size.Width*scale, size.Height*scale)
	q.popup.Resize(size.Min(c.Size().SubtractWidthHeight(40, 40)))
	q.popup.Show()
	// No is what Enter says at first: what is asked cannot be undone.
	c.Focus(cancel)
}

// close takes the dialog away and gives the keyboard back.
func (q *question) close() {
	q.popup.Hide()
	if q.before != nil && q.p.visible {
		q.p.host.Window().Canvas().Focus(q.before)
	}
}

// answer is a button of a question.
type answer struct {
	widgets.Button
	q     *question
	other *answer
}

func newAnswer(text string, q *question, do func()) *answer {
	a := &answer{q: q}
	a.Text = text
	a.OnTapped = func() {
		q.close()
		if do != nil {
			do()
		}
	}
	a.ExtendBaseWidget(a)
	return a
}

// TypedKey is part of fyne.Focusable.
func (a *answer) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		a.OnTapped()
	case fyne.KeyEscape:
		a.q.close()
	case fyne.KeyLeft, fyne.KeyRight:
		if a.other != nil {
			a.q.p.host.Window().Canvas().Focus(a.other)
		}
	}
}
