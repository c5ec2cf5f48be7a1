package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// normalText is the size of text at 100 %.
const normalText = 13

// compactBelow is the window width under which the rail shows icons only, at a
// text scale of 100 %; larger text needs the room earlier.
const compactBelow = 900

// frame lays the window out: the rail at the left, the content beside it, the
// notice and the status line below.
type frame struct {
	rail    *rail
	content fyne.CanvasObject
	notice  *fyne.Container
	status  *statusLine
}

func (f *frame) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{f.content, f.rail.box, f.notice, f.status.box}
}

// Layout places the four parts.
func (f *frame) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	f.rail.setCompact(size.Width < compactBelow*fyne.Max(1, theme.TextSize()/normalText))
	railWidth := f.rail.width()
	statusHeight := f.status.box.MinSize().Height
	noticeHeight := float32(0)
	if f.notice.Visible() {
		noticeHeight = f.notice.MinSize().Height
	}
	f.status.box.Resize(fyne.NewSize(size.Width, statusHeight))
	f.status.box.Move(fyne.NewPos(0, size.Height-statusHeight))
	f.rail.box.Resize(fyne.NewSize(railWidth, size.Height-statusHeight))
	f.rail.box.Move(fyne.NewPos(0, 0))
	f.notice.Resize(fyne.NewSize(size.Width-railWidth, noticeHeight))
	f.notice.Move(fyne.NewPos(railWidth, size.Height-statusHeight-noticeHeight))
	f.content.Resize(fyne.NewSize(size.Width-railWidth, size.Height-statusHeight-noticeHeight))
	f.content.Move(fyne.NewPos(railWidth, 0))
}

// MinSize counts the rail without its words, else the window could never become
// narrow enough for it to drop them.
func (f *frame) MinSize([]fyne.CanvasObject) fyne.Size {
	content := f.content.MinSize()
	rail := f.rail.box.MinSize()
	height := fyne.Max(content.Height, rail.Height)
	if f.notice.Visible() {
		height += f.notice.MinSize().Height
	}
	return fyne.NewSize(rail.Width+content.Width, height+f.status.box.MinSize().Height)
}
