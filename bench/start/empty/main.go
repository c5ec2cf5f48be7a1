// Command empty is what starting Tacklebox is measured against: a Fyne program
// with a window, one label and nothing else.
package main

import (
	"flag"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/widget"
)

func main() {
	width := flag.Float64("width", 1100, "the window's width")
	height := flag.Float64("height", 700, "the window's height")
	flag.Parse()
	app.SetMetadata(fyne.AppMetadata{ID: "empty", Name: "empty", Migrations: map[string]bool{"fyneDo": true}})
	window := app.NewWithID("").NewWindow("empty")
	window.SetContent(widget.NewLabel("empty"))
	window.Resize(fyne.NewSize(float32(*width), float32(*height)))
	window.ShowAndRun()
}
