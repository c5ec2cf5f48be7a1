//go:build cgo

package app

import (
	"bytes"
	"image"
	"image/png"
	"log/slog"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/systray"

	"tacklebox/assets"
)

// setTrayIcon gives macOS a template, which it draws light or dark itself.
func setTrayIcon() {
	picture := software.NewTransparentCanvas()
	picture.SetPadded(false)
	picture.SetContent(canvas.NewImageFromResource(assets.TrayIcon()))
	picture.Resize(fyne.NewSquareSize(64))
	var b bytes.Buffer
	if err := png.Encode(&b, picture.Capture()); err != nil {
		slog.Warn("draw the tray icon", "error", err)
		systray.SetIcon(assets.TrayPNG())
		return
	}
	systray.SetTemplateIcon(b.Bytes(), assets.TrayPNG())
}

// setMarkedIcon is no template: its mark has a colour.
func setMarkedIcon(img *image.RGBA) error {
	data, err := encodePNG(img)
	if err == nil {
		systray.SetIcon(data)
	}
	return err
}
