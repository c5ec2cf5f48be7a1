package widgets

import (
	"image"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// boxArms are the line drawing characters from U+2500 on: the weight of the line
// from the middle up, down, left and right; 0 none, 1 light, 2 heavy, 3 double.
const boxArms = "" +
	"0011 0022 1100 2200 0011 0022 1100 2200 0011 0022 1100 2200 0101 0102 0201 0202 " +
	"0110 0120 0210 0220 1001 1002 2001 2002 1010 1020 2010 2020 1101 1102 2101 1201 " +
	"2201 2102 1202 2202 1110 1120 2110 1210 2210 2120 1220 2220 0111 0121 0112 0122 " +
	"0211 0221 0212 0222 1011 1021 1012 1022 2011 2021 2012 2022 1111 1121 1112 1122 " +
	"2111 1211 2211 2121 2112 1221 1212 2122 1222 2221 2212 2222 0011 0022 1100 2200 " +
	"0033 3300 0103 0301 0303 0130 0310 0330 1003 3001 3003 1030 3010 3030 1103 3301 " +
	"3303 1130 3310 3330 0133 0311 0333 1033 3011 3033 1133 3311 3333 0101 0110 1010 " +
	"1001 0000 0000 0000 0010 1000 0001 0100 0020 2000 0002 0200 0012 1200 0021 2100"

// drawBox draws the characters that have to meet their neighbours without a gap,
// which no font's glyphs do in every size: lines, blocks, Braille. It says
// whether r is one of them.
func drawBox(dst *image.Alpha, r rune, stroke int) bool {
	switch {
	case r >= 0x2500 && r < 0x2580:
		boxLines(dst, r, stroke)
	case r >= 0x2580 && r < 0x25a0:
		boxBlock(dst, r)
	case r > 0x2800 && r < 0x2900:
		boxBraille(dst, r)
	default:
		return false
	}
	return true
}

// fillBox fills a rectangle, clipped.
func fillBox(dst *image.Alpha, x0, y0, x1, y1 int, a uint8) {
	r := image.Rect(x0, y0, x1, y1).Intersect(dst.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := dst.Pix[y*dst.Stride+r.Min.X : y*dst.Stride+r.Max.X]
		for i := range row {
			row[i] = a
		}
	}
}

func boxLines(dst *image.Alpha, r rune, stroke int) {
	i := int(r-0x2500) * 5
	var arms [4]int
	for k := range arms {
		arms[k] = int(boxArms[i+k] - '0')
	}
	switch {
	case r >= 0x2571 && r <= 0x2573:
		boxDiagonals(dst, r, stroke)
	case r >= 0x256d && r <= 0x2570:
		boxArc(dst, arms, stroke)
	case dashes(r) > 0:
		boxDashes(dst, arms, stroke, dashes(r))
	default:
		b := boxPen{dst: dst, w: dst.Rect.Dx(), h: dst.Rect.Dy(), stroke: stroke}
		b.vertical(arms[0], true, arms[1], arms[2], arms[3])
		b.vertical(arms[1], false, arms[0], arms[2], arms[3])
		b.transposed = true
		b.w, b.h = b.h, b.w
		b.vertical(arms[2], true, arms[3], arms[0], arms[1])
		b.vertical(arms[3], false, arms[2], arms[0], arms[1])
	}
}

// boxPen draws arms as if each were vertical; horizontal ones are transposed.
type boxPen struct {
	dst        *image.Alpha
	w, h       int
	stroke     int
	transposed bool
}

func (b *boxPen) fill(x0, y0, x1, y1 int) {
	if b.transposed {
		x0, y0, x1, y1 = y0, x0, y1, x1
	}
	fillBox(b.dst, x0, y0, x1, y1, 255)
}

// span is where a line of this thickness lies around the middle of size.
func span(size, thickness int) (from, to int) {
	from = (size - thickness) / 2
	return from, from + thickness
}

// double is where the two lines of a double one lie.
func double(size, stroke int) (a0, a1, b0, b1 int) {
	from, to := span(size, 3*stroke)
	return from, from + stroke, to - stroke, to
}

// vertical draws the arm from the top (or bottom) edge to the middle, where it
// meets the opposite arm and the two arms across.
func (b *boxPen) vertical(weight int, first bool, opposite, low, high int) {
	if weight == 0 {
		return
	}
	// reach is how far from the edge a line goes that has to touch the far, the
	// near side or the middle of what crosses it.
	line := func(x0, x1 int, end func() int) {
		to := end()
		if first {
			b.fill(x0, 0, x1, to)
		} else {
			b.fill(x0, b.h-to, x1, b.h)
		}
	}
	a0, a1, c0, c1 := double(b.h, b.stroke)
	nearEnd, far := a1, c1 // from the edge the arm starts at
	if !first {
		nearEnd, far = b.h-c0, b.h-a0
	}
	thickest := max(single(low), single(high)) * b.stroke
	m0, m1 := span(b.h, max(thickest, b.stroke))
	middle := m1
	if !first {
		middle = b.h - m0
	}
	if weight < 3 {
		x0, x1 := span(b.w, weight*b.stroke)
		line(x0, x1, func() int {
			switch {
			case low == 3 && high == 3 && opposite == 0:
				return nearEnd
			case (low == 3 || high == 3) && opposite == 0:
				return far
			}
			return middle
		})
		return
	}
	l0, l1, r0, r1 := double(b.w, b.stroke)
	side := func(own, other int) func() int {
		return func() int {
			switch {
			case own == 3:
				return nearEnd
			case own == 0 && other == 3:
				return far
			}
			return middle
		}
	}
	line(l0, l1, side(low, high))
	line(r0, r1, side(high, low))
}

// single is the weight of an arm that is one line.
func single(weight int) int {
	if weight == 3 {
		return 0
	}
	return weight
}

// dashes is the number of dashes a dashed line has, 0 for others.
func dashes(r rune) int {
	switch {
	case r >= 0x2504 && r <= 0x2507:
		return 3
	case r >= 0x2508 && r <= 0x250b:
		return 4
	case r >= 0x254c && r <= 0x254f:
		return 2
	}
	return 0
}

func boxDashes(dst *image.Alpha, arms [4]int, stroke, n int) {
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	vertical := arms[0] != 0
	size := w
	if vertical {
		size = h
	}
	weight := max(arms[0], arms[2])
	for i := range n {
		from, to := i*size/n, (i+1)*size/n
		to -= max(1, (to-from)/3)
		if vertical {
			x0, x1 := span(w, weight*stroke)
			fillBox(dst, x0, from, x1, to, 255)
		} else {
			y0, y1 := span(h, weight*stroke)
			fillBox(dst, from, y0, to, y1, 255)
		}
	}
}

// strokePath fills a band around a curve given as points.
func strokePath(dst *image.Alpha, points [][2]float32, thickness float32) {
	var r vector.Rasterizer
	r.Reset(dst.Rect.Dx(), dst.Rect.Dy())
	half := thickness / 2
	for i := 1; i < len(points); i++ {
		p, q := points[i-1], points[i]
		dx, dy := q[0]-p[0], q[1]-p[1]
		n := float32(math.Hypot(float64(dx), float64(dy)))
		if n == 0 {
			continue
		}
		ox, oy := -dy/n*half, dx/n*half
		r.MoveTo(p[0]+ox, p[1]+oy)
		r.LineTo(q[0]+ox, q[1]+oy)
		r.LineTo(q[0]-ox, q[1]-oy)
		r.LineTo(p[0]-ox, p[1]-oy)
		r.ClosePath()
	}
	r.DrawOp = draw.Over
	r.Draw(dst, dst.Rect, image.Opaque, image.Point{})
}

func boxDiagonals(dst *image.Alpha, r rune, stroke int) {
	w, h := float32(dst.Rect.Dx()), float32(dst.Rect.Dy())
	if r != 0x2572 {
		strokePath(dst, [][2]float32{{w, 0}, {0, h}}, float32(stroke))
	}
	if r != 0x2571 {
		strokePath(dst, [][2]float32{{0, 0}, {w, h}}, float32(stroke))
	}
}

// boxArc draws a rounded corner between two arms.
func boxArc(dst *image.Alpha, arms [4]int, stroke int) {
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	x0, x1 := span(w, stroke)
	y0, y1 := span(h, stroke)
	cx, cy := float32(x0+x1)/2, float32(y0+y1)/2
	radius := float32(min(w, h)) / 2
	sx, sy := float32(1), float32(1)
	if arms[2] != 0 {
		sx = -1
	}
	if arms[0] != 0 {
		sy = -1
	}
	var points [][2]float32
	for i := 0; i <= 8; i++ {
		a := float64(i) / 8 * math.Pi / 2
		points = append(points, [2]float32{
			cx + sx*radius*float32(1-math.Cos(a)),
			cy + sy*radius*float32(1-math.Sin(a)),
		})
	}
	strokePath(dst, points, float32(stroke))
	if arms[0] != 0 {
		fillBox(dst, x0, 0, x1, int(cy-radius+0.5), 255)
	} else {
		fillBox(dst, x0, int(cy+radius+0.5), x1, h, 255)
	}
	if arms[2] != 0 {
		fillBox(dst, 0, y0, int(cx-radius+0.5), y1, 255)
	} else {
		fillBox(dst, int(cx+radius+0.5), y0, w, y1, 255)
	}
}

// quadrants are the filled quarters of U+2596 to U+259F: upper left 1, upper
// right 2, lower left 4, lower right 8.
const quadrants = "\x04\x08\x01\x0d\x09\x07\x0b\x02\x06\x0e"

func boxBlock(dst *image.Alpha, r rune) {
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	eighth := func(size, n int) int { return (size*n + 4) / 8 }
	switch n := int(r - 0x2580); {
	case n == 0:
		fillBox(dst, 0, 0, w, eighth(h, 4), 255)
	case n <= 8:
		fillBox(dst, 0, h-eighth(h, n), w, h, 255)
	case n <= 15:
		fillBox(dst, 0, 0, eighth(w, 16-n), h, 255)
	case n == 16:
		fillBox(dst, w-eighth(w, 4), 0, w, h, 255)
	case n <= 19:
		fillBox(dst, 0, 0, w, h, uint8(64*(n-16)))
	case n == 20:
		fillBox(dst, 0, 0, w, eighth(h, 1), 255)
	case n == 21:
		fillBox(dst, w-eighth(w, 1), 0, w, h, 255)
	default:
		q := quadrants[n-22]
		mx, my := eighth(w, 4), eighth(h, 4)
		for i, part := range [4][4]int{{0, 0, mx, my}, {mx, 0, w, my}, {0, my, mx, h}, {mx, my, w, h}} {
			if q&(1<<i) != 0 {
				fillBox(dst, part[0], part[1], part[2], part[3], 255)
			}
		}
	}
}

// boxBraille draws the dots of a Braille pattern, which programs plot with.
func boxBraille(dst *image.Alpha, r rune) {
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	size := max(1, min(w/4, h/8))
	for bit, at := range [8][2]int{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {0, 3}, {1, 3}} {
		if int(r-0x2800)&(1<<bit) == 0 {
			continue
		}
		x := (2*at[0]+1)*w/4 - size/2
		y := (2*at[1]+1)*h/8 - size/2
		fillBox(dst, x, y, x+size, y+size, 255)
	}
}
