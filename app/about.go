package app

import (
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
)

// aboutPage says what this is, which version, and whose.
func (s *shell) aboutPage() fyne.CanvasObject {
	facts := Name + " " + s.options.Version + "\n" +
		runtime.GOOS + "/" + runtime.GOARCH + ", " + runtime.Version()
	version := widget.NewLabel(facts)
	version.TextStyle.Monospace = true
	version.Selectable = true
	what := widget.NewLabel(i18n.T("about.what"))
	what.Wrapping = fyne.TextWrapWord
	top := container.NewHBox()
	if icon := s.app.Icon(); icon != nil {
		picture := canvas.NewImageFromResource(icon)
		picture.FillMode = canvas.ImageFillContain
		picture.SetMinSize(fyne.NewSquareSize(48))
		top.Add(picture)
	}
	top.Add(container.NewCenter(heading(Name)))
	return page(widgets.NewColumn(
		top, what, version,
		muted(i18n.T("about.licence")),
		muted(i18n.T("about.telemetry")),
		container.NewHBox(
			widget.NewButtonWithIcon(i18n.T("app.copy_details"), theme.ContentCopyIcon(), func() { s.copy(facts) }),
		),
	))
}
