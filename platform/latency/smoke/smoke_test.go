package smoke

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tacklebox/platform/latency/histogram"
)

var update = flag.Bool("update", false, "renew the golden pictures")

// golden compares img with testdata/name and shows where the new one is.
func golden(t *testing.T, name string, img *image.RGBA) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		var out bytes.Buffer
		if err := png.Encode(&out, img); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update makes it)", err)
	}
	want, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if want.Bounds() != img.Bounds() {
		t.Fatalf("%s: size %v, want %v", name, img.Bounds(), want.Bounds())
	}
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if got, w := img.RGBAAt(x, y), color.RGBAModel.Convert(want.At(x, y)); got != w {
				t.Fatalf("%s: pixel %d,%d is %v, want %v", name, x, y, got, w)
			}
		}
	}
}

// day is a plausible stretch: a steady link, a busy evening, an outage, a sleep,
// an unreachable network.
func day(width int) []Column {
	r := rand.New(rand.NewPCG(4, 2))
	cols := make([]Column, width)
	for i := range cols {
		at := float64(i) / float64(width)
		if at > 0.58 && at < 0.66 {
			cols[i].Bands |= BandAlert
		}
		if i == width/5 {
			cols[i].Bands |= BandEvent
		}
		if at > 0.72 && at < 0.78 {
			cols[i].Bands |= BandUnmeasured
			continue
		}
		if at > 0.90 && at < 0.93 {
			cols[i].Bands |= BandSendError
			continue
		}
		h := &histogram.Histogram{}
		busy := math.Exp(-math.Pow((at-0.4)/0.12, 2))
		for range 120 {
			lost := r.Float64() < 0.002+0.12*busy || at > 0.60 && at < 0.62
			if lost {
				h.Lost++
				continue
			}
			ms := 18 + 2*math.Sin(at*9) + 14*busy + math.Abs(r.NormFloat64())*(0.6+7*busy)
			h.Observe(time.Duration(ms * float64(time.Millisecond)))
		}
		if i%60 == 30 {
			h.Late++
		}
		cols[i].Hist = h
	}
	return cols
}

func TestPaintGolden(t *testing.T) {
	for _, c := range []struct {
		name    string
		colours Palette
		log     bool
	}{{"light.png", Light(), false}, {"dark.png", Dark(), false}, {"log.png", Light(), true}} {
		t.Run(c.name, func(t *testing.T) {
			cols := day(480)
			img := image.NewRGBA(image.Rect(0, 0, 480, 160))
			var p Painter
			p.Paint(img, cols, nil, Fit(cols, c.log, Scale{}), &c.colours)
			golden(t, c.name, img)
		})
	}
}

// Painting a part by itself gives the same pixels as painting all at once: the
// window shifts what it has and paints only new columns.
func TestPartsEqualWhole(t *testing.T) {
	cols := day(200)
	scale, colours := Fit(cols, false, Scale{}), Light()
	whole := image.NewRGBA(image.Rect(0, 0, 200, 90))
	var p Painter
	p.Paint(whole, cols, nil, scale, &colours)
	part := image.NewRGBA(image.Rect(120, 0, 160, 90))
	p.Paint(part, cols[120:160], &cols[119], scale, &colours)
	for y := range 90 {
		for x := 120; x < 160; x++ {
			if whole.RGBAAt(x, y) != part.RGBAAt(x, y) {
				t.Fatalf("pixel %d,%d differs", x, y)
			}
		}
	}
}

func TestOddInput(t *testing.T) {
	colours := Light()
	var p Painter
	for _, r := range []image.Rectangle{{}, image.Rect(0, 0, 1, 1), image.Rect(5, 5, 50, 6)} {
		p.Paint(image.NewRGBA(r), day(100), nil, Scale{}, &colours)
		p.Paint(image.NewRGBA(r), nil, nil, Scale{Max: time.Second}, &colours)
		PaintSmokePing(image.NewRGBA(r), []*Round{nil, {}, {Pings: 20}}, time.Second, SmokePing28)
	}
	h := &histogram.Histogram{}
	h.Observe(math.MaxInt64)
	p.Paint(image.NewRGBA(image.Rect(0, 0, 9, 9)), []Column{{Hist: h}, {Hist: &histogram.Histogram{Lost: 1}}}, nil, Scale{Max: time.Millisecond}, &colours)
}

func TestFit(t *testing.T) {
	of := func(ms ...float64) Column {
		h := &histogram.Histogram{}
		for _, v := range ms {
			h.Observe(time.Duration(v * float64(time.Millisecond)))
		}
		return Column{Hist: h}
	}
	steady := []Column{of(20, 20, 21, 21)}
	first := Fit(steady, false, Scale{})
	if first.Max != 30*time.Millisecond {
		t.Errorf("20 ms fits %v", first.Max)
	}
	if next := Fit([]Column{of(17, 18)}, false, first); next != first {
		t.Errorf("the axis jumped from %v to %v", first, next)
	}
	if spiky := Fit([]Column{of(slices.Concat(slices.Repeat([]float64{20}, 99), []float64{4000})...)}, false, Scale{}); spiky.Max > 100*time.Millisecond {
		t.Errorf("one spike presses all flat: %v", spiky.Max)
	}
	log := Fit([]Column{of(0.4, 3, 80)}, true, Scale{})
	for _, c := range []struct {
		col      Column
		min, max time.Duration
	}{
		{of(0.4, 3, 80), 200 * time.Microsecond, 20 * time.Millisecond},
		{of(20, 20, 21, 22), 10 * time.Millisecond, 50 * time.Millisecond}, // not 10 to 100
		{of(0.39, 0.43, 0.5), 200 * time.Microsecond, time.Millisecond},
		{of(168, 170), 100 * time.Millisecond, 500 * time.Millisecond},
		{of(10, 10), 5 * time.Millisecond, 20 * time.Millisecond},
	} {
		s := Fit([]Column{c.col}, true, Scale{})
		if s.Min != c.min || s.Max != c.max {
			t.Errorf("log axis %v to %v, want %v to %v", s.Min, s.Max, c.min, c.max)
		}
		labels := 0
		for _, tick := range s.Ticks(12) {
			if tick.Major {
				labels++
			}
		}
		if labels < 4 || labels > 12 {
			t.Errorf("log axis %v to %v has %d labels", s.Min, s.Max, labels)
		}
	}
	if next := Fit([]Column{of(0.6, 2, 6)}, true, log); next != log {
		t.Errorf("the log axis jumped from %v to %v", log, next)
	}
	// Of lines only the medians count.
	if lines := FitLines([]Column{of(20, 20, 60)}, false, Scale{}); lines.Max != 30*time.Millisecond {
		t.Errorf("lines at 20 ms fit %v", lines.Max)
	}
	for _, s := range []Scale{first, log} {
		for _, v := range []time.Duration{time.Millisecond, 7 * time.Millisecond} {
			if back := s.Value(s.Height(v)); math.Abs(float64(back-v)) > 2 {
				t.Errorf("%+v: %v comes back as %v", s, v, back)
			}
		}
		ticks := s.Ticks(5)
		if len(ticks) < 3 {
			t.Errorf("%+v has %d ticks", s, len(ticks))
		}
	}
	for _, c := range []struct {
		top, step time.Duration
		n         int
	}{
		{80 * time.Microsecond, 10 * time.Microsecond, 12},
		{20 * time.Microsecond, 2 * time.Microsecond, 12},
		{15 * time.Millisecond, 5 * time.Millisecond, 4},
		{30 * time.Millisecond, 30 * time.Millisecond, 1},
	} {
		if ticks := (Scale{Max: c.top}).Ticks(c.n); len(ticks) != int(c.top/c.step)+1 || ticks[1].Value != c.step {
			t.Errorf("an axis to %v with room for %d labels has %+v, want steps of %v", c.top, c.n, ticks, c.step)
		}
	}
}

// contrast is WCAG's ratio of two colours, 1 to 21.
func contrast(a, b color.RGBA) float64 {
	luminance := func(c color.RGBA) float64 {
		linear := func(v uint8) float64 {
			if s := float64(v) / 255; s > 0.03928 {
				return math.Pow((s+0.055)/1.055, 2.4)
			}
			return float64(v) / 255 / 12.92
		}
		return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestContrast(t *testing.T) {
	for name, c := range map[string]Palette{"light": Light(), "dark": Dark()} {
		var p Painter
		p.mix(&c)
		for i, line := range c.Median {
			if r := contrast(line, c.Background); r < 4.5 {
				t.Errorf("%s: median %d has contrast %.2f with the background", name, i, r)
			}
			if r := contrast(line, p.shades[pairs-1]); r < 1.5 {
				t.Errorf("%s: median %d has contrast %.2f with the densest smoke", name, i, r)
			}
		}
		for what, mark := range map[string]color.RGBA{"loss": c.Loss, "late": c.Late, "alert": c.Alert, "event": c.Event} {
			if r := contrast(mark, c.Background); r < 4.5 {
				t.Errorf("%s: %s has contrast %.2f with the background", name, what, r)
			}
		}
		for what, band := range map[string]color.RGBA{"unmeasured": c.Unmeasured, "send error": c.SendError} {
			if r := contrast(band, c.Background); r < 1.3 {
				t.Errorf("%s: %s has contrast %.2f with the background", name, what, r)
			}
		}
	}
}

// BenchmarkColumn is what a live graph costs each time that a column is complete.
func BenchmarkColumn(b *testing.B) {
	cols := day(1000)
	scale, colours := Fit(cols, false, Scale{}), Light()
	img := image.NewRGBA(image.Rect(999, 0, 1000, 300))
	var p Painter
	b.ReportAllocs()
	for range b.N {
		p.Paint(img, cols[999:], &cols[998], scale, &colours)
	}
}

func BenchmarkPaint(b *testing.B) {
	cols := day(1000)
	scale, colours := Fit(cols, false, Scale{}), Light()
	img := image.NewRGBA(image.Rect(0, 0, 1000, 300))
	var p Painter
	b.ReportAllocs()
	for range b.N {
		p.Paint(img, cols, nil, scale, &colours)
	}
}
