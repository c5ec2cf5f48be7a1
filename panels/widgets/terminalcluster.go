package widgets

import (
	"image"
	"image/color"
	"math"

	"github.com/go-text/render"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// drawCluster draws a base character with its marks, or an emoji made of several.
func (f *terminalFont) drawCluster(g *glyph, key glyphKey) {
	text := []rune(key.text)
	shown := text[:0:0]
	emoji := false
	for _, r := range text {
		switch {
		case r == 0xfe0f || r == 0x20e3:
			emoji = true
		case r == 0xfe0e:
		default:
			shown = append(shown, r)
		}
	}
	if len(shown) == 0 {
		return
	}
	face, gid := f.face(shown[0], key.style)
	if (emoji || face == f.emoji.face || shown[0] >= 0x1f1e6) && f.drawEmoji(g, text) {
		return
	}
	if len(shown) == 1 {
		f.drawGlyph(g.mask, face, gid, key, 0, 0, f.fit(face, gid, int(key.cells)))
		return
	}
	px := f.fit(face, gid, int(key.cells))
	out := f.shape(face, shown, px)
	x := float32(0)
	if face != f.mono {
		x = (float32(g.mask.Rect.Dx()) - fromFixed(out.Advance)) / 2
	}
	for _, sg := range out.Glyphs {
		if sg.GlyphID != 0 {
			dx := x + fromFixed(sg.XOffset)
			if face != f.mono { // drawGlyph centres it
				dx -= (float32(g.mask.Rect.Dx()) - face.HorizontalAdvance(sg.GlyphID)*px/float32(face.Upem())) / 2
			}
			f.drawGlyph(g.mask, face, sg.GlyphID, key, dx, fromFixed(sg.YOffset), px)
		}
		x += fromFixed(sg.Advance)
	}
}

func fromFixed(v fixed.Int26_6) float32 { return float32(v) / 64 }

func (f *terminalFont) shape(face *font.Face, text []rune, px float32) shaping.Output {
	return f.shaper.Shape(shaping.Input{
		Text: text, RunEnd: len(text), Direction: di.DirectionLTR, Face: face,
		Size: fixed.Int26_6(px * 64), Script: language.LookupScript(text[0]),
	})
}

// drawEmoji draws with the emoji face, in its own colours; false when it lacks
// any part of the text.
func (f *terminalFont) drawEmoji(g *glyph, text []rune) bool {
	w, h := g.mask.Rect.Dx(), g.mask.Rect.Dy()
	face := f.emoji.get()
	if face == nil {
		return false
	}
	out := f.shape(face, text, 64)
	for _, sg := range out.Glyphs {
		if sg.GlyphID == 0 {
			return false
		}
	}
	advance := fromFixed(out.Advance) / 64
	if advance <= 0 {
		return false
	}
	px := min(float32(w)/advance, float32(h)*0.95)
	out = f.shape(face, text, px)
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	r := render.Renderer{FontSize: px, PixScale: 1, Color: color.Black}
	x := (float32(w) - fromFixed(out.Advance)) / 2
	r.DrawShapedRunAt(out, img, int(math.Round(float64(x))), f.base)
	for _, p := range img.Pix {
		if p != 0 {
			g.color = img
			return true
		}
	}
	return false
}
