//go:build ignore

// Make renders the SVG icons to what the systems want: PNG in all sizes for
// Linux, .ico for Windows, .icns for macOS. Run it with
//
//	go run assets/icons/make.go
//
// from the repository's root after changing app.svg or app-small.svg; the results are
// committed.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"log"
	"os"
	"path/filepath"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
)

const dir = "assets/icons"

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	if err := os.MkdirAll(filepath.Join(dir, "png"), 0o755); err != nil {
		return err
	}
	app := map[int]*image.NRGBA{}
	for _, size := range []int{16, 20, 22, 24, 32, 40, 48, 64, 96, 128, 256, 512, 1024} {
		name := "app.svg"
		if size <= 24 {
			name = "app-small.svg" // the prompt would only be noise
		}
		img, err := render(name, size)
		if err != nil {
			return err
		}
		app[size] = img
	}
	for _, size := range []int{16, 22, 24, 32, 48, 64, 96, 128, 256, 512} {
		if err := writePNG(fmt.Sprintf("png/tacklebox-%d.png", size), app[size]); err != nil {
			return err
		}
	}
	ico, err := encodeICO(app, 16, 20, 24, 32, 40, 48, 64, 256)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "tacklebox.ico"), ico, 0o644); err != nil {
		return err
	}
	icns, err := encodeICNS(app)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "tacklebox.icns"), icns, 0o644)
}

// oversample is how much finer an icon is drawn before it is scaled down: the
// rasteriser alone leaves seams where two shapes meet.
const oversample = 4

// render draws an SVG of ours at size by size pixels.
func render(name string, size int) (*image.NRGBA, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	icon, err := oksvg.ReadIconStream(f, oksvg.StrictErrorMode)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	big := size * oversample
	icon.SetTarget(0, 0, float64(big), float64(big))
	fine := image.NewRGBA(image.Rect(0, 0, big, big))
	icon.Draw(rasterx.NewDasher(big, big, rasterx.NewScannerGV(big, big, fine, fine.Bounds())), 1)
	small := image.NewRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			var sum [4]int
			for dy := range oversample {
				for dx := range oversample {
					at := fine.PixOffset(x*oversample+dx, y*oversample+dy)
					for c := range sum {
						sum[c] += int(fine.Pix[at+c])
					}
				}
			}
			at := small.PixOffset(x, y)
			for c := range sum {
				small.Pix[at+c] = uint8((sum[c] + oversample*oversample/2) / (oversample * oversample))
			}
		}
	}
	out := image.NewNRGBA(small.Bounds())
	draw.Draw(out, out.Bounds(), small, image.Point{}, draw.Src)
	return out, nil
}

func encodePNG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img)
	return b.Bytes(), err
}

func writePNG(name string, img image.Image) error {
	content, err := encodePNG(img)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name), content, 0o644)
}

// encodeICO packs bitmaps, and a PNG for 256 pixels: resource compilers and old
// parts of Windows read PNG at that size only.
func encodeICO(images map[int]*image.NRGBA, sizes ...int) ([]byte, error) {
	var head, data bytes.Buffer
	le := func(b *bytes.Buffer, values ...any) {
		for _, v := range values {
			_ = binary.Write(b, binary.LittleEndian, v)
		}
	}
	le(&head, uint16(0), uint16(1), uint16(len(sizes)))
	for _, size := range sizes {
		var entry []byte
		if size >= 256 {
			content, err := encodePNG(images[size])
			if err != nil {
				return nil, err
			}
			entry = content
		} else {
			entry = bitmap(images[size], size)
		}
		le(&head, uint8(size%256), uint8(size%256), uint8(0), uint8(0), uint16(1), uint16(32),
			uint32(len(entry)), uint32(6+16*len(sizes)+data.Len()))
		data.Write(entry)
	}
	return append(head.Bytes(), data.Bytes()...), nil
}

// bitmap is a 32-bit icon bitmap: bottom row first, BGRA, then an empty mask.
func bitmap(img *image.NRGBA, size int) []byte {
	var b bytes.Buffer
	for _, v := range []any{uint32(40), int32(size), int32(2 * size), uint16(1), uint16(32),
		uint32(0), uint32(size * size * 4), int32(0), int32(0), uint32(0), uint32(0)} {
		_ = binary.Write(&b, binary.LittleEndian, v)
	}
	for y := size - 1; y >= 0; y-- {
		for x := range size {
			c := img.NRGBAAt(x, y)
			b.Write([]byte{c.B, c.G, c.R, c.A})
		}
	}
	b.Write(make([]byte, (size+31)/32*4*size))
	return b.Bytes()
}

// encodeICNS packs PNGs under the types that macOS 10.7 and later read.
func encodeICNS(images map[int]*image.NRGBA) ([]byte, error) {
	var body bytes.Buffer
	for _, part := range []struct {
		kind string
		size int
	}{{"ic11", 32}, {"ic12", 64}, {"ic07", 128}, {"ic08", 256}, {"ic09", 512}, {"ic10", 1024}} {
		content, err := encodePNG(images[part.size])
		if err != nil {
			return nil, err
		}
		body.WriteString(part.kind)
		_ = binary.Write(&body, binary.BigEndian, uint32(8+len(content)))
		body.Write(content)
	}
	out := []byte("icns")
	out = binary.BigEndian.AppendUint32(out, uint32(8+body.Len()))
	return append(out, body.Bytes()...), nil
}
