package theme

import (
	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// Warm has the driver load the faces that a first frame shows, about 30 ms of
// work, in a goroutine, while the window system starts. The channel is closed
// when that is done; until then nothing else may measure or draw text, since
// Fyne shapes all of it with one shaper.
func Warm(a fyne.App) <-chan struct{} {
	done := make(chan struct{})
	driver := a.Driver()
	go func() {
		defer close(done)
		for _, style := range []fyne.TextStyle{{}, {Bold: true}, {Monospace: true}} {
			driver.RenderedTextSize("x", sizes[fynetheme.SizeNameText], style, nil)
		}
	}()
	return done
}
