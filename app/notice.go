package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	uitheme "tacklebox/panels/theme"
)

// notice is something the window itself has to tell.
type notice struct {
	level   string // as in the status line
	text    string
	buttons []noticeButton
}

// noticeButton is one thing to do about a notice.
type noticeButton struct {
	text string
	do   func()
	// keeps the notice in place after the click.
	stays bool
}

// noticeBar shows one notice at a time above the status line, until it is
// closed or answered.
type noticeBar struct {
	box   *fyne.Container
	queue []notice
}

func newNoticeBar() *noticeBar {
	b := &noticeBar{box: container.NewStack()}
	b.box.Hide()
	return b
}

// add shows n when those before it are closed.
func (b *noticeBar) add(n notice) {
	b.queue = append(b.queue, n)
	b.redraw()
}

// next closes the notice that is shown.
func (b *noticeBar) next() {
	if len(b.queue) > 0 {
		b.queue = b.queue[1:]
	}
	b.redraw()
}

// redraw makes the bar for the first notice of the queue.
func (b *noticeBar) redraw() {
	b.box.RemoveAll()
	if len(b.queue) == 0 {
		b.box.Hide()
		return
	}
	n := b.queue[0]
	back := canvas.NewRectangle(theme.Color(uitheme.Rail))
	edge := canvas.NewRectangle(theme.Color(uitheme.StateColor(n.level)))
	edge.SetMinSize(fyne.NewSize(3, 0))
	mark := canvas.NewText(levelMark(n.level), theme.Color(uitheme.StateColor(n.level)))
	text := widget.NewLabel(n.text)
	text.Wrapping = fyne.TextWrapWord
	text.Selectable = true
	buttons := container.NewHBox()
	for _, button := range n.buttons {
		buttons.Add(widget.NewButton(button.text, func() {
			if !button.stays {
				b.next()
			}
			button.do()
		}))
	}
	shut := widget.NewButtonWithIcon("", theme.CancelIcon(), b.next)
	shut.Importance = widget.LowImportance
	buttons.Add(shut)
	row := container.NewBorder(nil, nil,
		container.NewHBox(edge, container.NewCenter(mark)),
		container.NewVBox(layout.NewSpacer(), buttons, layout.NewSpacer()), text)
	b.box.Add(back)
	b.box.Add(row)
	b.box.Show()
}
