package app

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	uitheme "tacklebox/panels/theme"
)

// markedIcon is the tray's icon with a mark in its corner: a triangle when
// something is degraded, a square when something failed, as StatusDot has them, so
// that the meaning does not hang on the colour.
func markedIcon(base []byte, level string) (*image.RGBA, error) {
	from, err := png.Decode(bytes.NewReader(base))
	if err != nil {
		return nil, fmt.Errorf("read the tray icon: %w", err)
	}
	b := from.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(out, out.Rect, from, b.Min, draw.Src)
	// The light theme's colours stand out from light and dark trays alike.
	ink := color.RGBAModel.Convert(markTheme().Color(uitheme.StateColor(level), fynetheme.VariantLight)).(color.RGBA)
	size := b.Dx() * 9 / 16
	rim := max(size/9, 1)
	at := image.Pt(b.Dx()-size, b.Dy()-size)
	for y := range size {
		for x := range size {
			switch in, core := markShape(level, x, y, size, rim); {
			case core:
				out.SetRGBA(at.X+x, at.Y+y, ink)
			case in:
				out.SetRGBA(at.X+x, at.Y+y, color.RGBA{0xff, 0xff, 0xff, 0xff})
			}
		}
	}
	return out, nil
}

// markTheme is the theme that the marks have their colours from.
func markTheme() fyne.Theme { return uitheme.New(uitheme.Options{Variant: uitheme.Light}) }

// markShape says whether a pixel is in the mark with its white rim, and within
// the rim.
func markShape(level string, x, y, size, rim int) (in, core bool) {
	switch level {
	case "failed":
		inside := func(d int) bool { return x >= d && y >= d && x < size-d && y < size-d }
		return inside(0), inside(rim)
	case "degraded":
		// Upwards, its half width at a row being half of the row's number.
		inside := func(d int) bool {
			row := y - 2*d
			half := row / 2
			return row >= 0 && y < size-d && x >= size/2-half && x < size-size/2+half
		}
		return inside(0), inside(rim)
	}
	return false, false
}

// encodePNG is an icon as Linux and macOS take it.
func encodePNG(img *image.RGBA) ([]byte, error) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("write the tray icon: %w", err)
	}
	return b.Bytes(), nil
}

// encodeICO is an icon file with one picture of 32 bits a pixel: ICONDIR, one
// ICONDIRENTRY, BITMAPINFOHEADER with twice the height, the rows from the bottom,
// and a mask that masks nothing, since the alpha decides (Windows' documented
// layout of .ico).
func encodeICO(img *image.RGBA) []byte {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	maskRow := (w + 31) / 32 * 4
	size := 40 + 4*w*h + maskRow*h
	var b bytes.Buffer
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) } // a buffer takes everything
	put([3]uint16{0, 1, 1})
	put([4]uint8{uint8(w), uint8(h), 0, 0}) // 256 is written as 0
	put([2]uint16{1, 32})
	put([2]uint32{uint32(size), 6 + 16})
	put([3]uint32{40, uint32(w), uint32(2 * h)})
	put([2]uint16{1, 32})
	put([6]uint32{})
	for y := h - 1; y >= 0; y-- {
		for x := range w {
			c := color.NRGBAModel.Convert(img.RGBAAt(x, y)).(color.NRGBA)
			put([4]uint8{c.B, c.G, c.R, c.A})
		}
	}
	put(make([]byte, maskRow*h))
	return b.Bytes()
}
