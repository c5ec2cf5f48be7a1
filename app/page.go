package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// The window's own pages, which stand where a tab's content does.
const (
	pagePreferences = "app.preferences"
	pageHelp        = "app.help"
	pageAbout       = "app.about"
)

// pageWidth is as wide as a page's text is still pleasant to read.
const pageWidth = 760

// page puts content into a scrolled column with a margin.
func page(content fyne.CanvasObject) fyne.CanvasObject {
	return container.NewVScroll(container.New(column{}, content))
}

// column keeps its one object at a readable width at the left.
type column struct{}

func (column) margin() float32 { return 4 * theme.InnerPadding() }

// MinSize asks for little width, since the content wraps.
func (c column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().AddWidthHeight(2*c.margin(), 2*c.margin())
}

// Layout places the object inside the margins.
func (c column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	scale := theme.TextSize() / normalText
	w := fyne.Min(size.Width-2*c.margin(), pageWidth*scale)
	objects[0].Move(fyne.NewPos(c.margin(), c.margin()))
	objects[0].Resize(fyne.NewSize(w, size.Height-2*c.margin()))
}

// heading is a page's title.
func heading(text string) *widget.Label {
	l := widget.NewLabel(text)
	l.SizeName = theme.SizeNameHeadingText
	l.TextStyle.Bold = true
	return l
}

// section is the title of a part of a page.
func section(text string) *widget.Label {
	l := widget.NewLabel(text)
	l.SizeName = theme.SizeNameSubHeadingText
	l.TextStyle.Bold = true
	return l
}

// muted is a remark that matters less.
func muted(text string) *widget.Label {
	l := widget.NewLabel(text)
	l.Importance = widget.LowImportance
	l.Wrapping = fyne.TextWrapWord
	return l
}
