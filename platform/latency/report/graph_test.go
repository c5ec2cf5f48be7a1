package report

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/image/font/gofont/goregular"

	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/smoke"
)

var update = flag.Bool("update", false, "renew the golden files")

var begin = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

func testFont(t testing.TB) *Font {
	t.Helper()
	f, err := ParseFont(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// evening is a plausible stretch: a steady link, a busy hour, an outage, a sleep, an
// unreachable network.
func evening(width int) []smoke.Column {
	r := rand.New(rand.NewPCG(4, 2))
	cols := make([]smoke.Column, width)
	for i := range cols {
		at := float64(i) / float64(width)
		if at > 0.58 && at < 0.66 {
			cols[i].Bands |= smoke.BandAlert
		}
		if i == width/5 {
			cols[i].Bands |= smoke.BandEvent
		}
		h := &histogram.Histogram{}
		if at > 0.72 && at < 0.78 {
			cols[i].Bands |= smoke.BandUnmeasured
			h.Unmeasured = 30
			cols[i].Hist = h
			continue
		}
		if at > 0.90 && at < 0.93 {
			cols[i].Bands |= smoke.BandSendError
			continue
		}
		busy := math.Exp(-math.Pow((at-0.4)/0.12, 2))
		for range 30 {
			if r.Float64() < 0.002+0.12*busy || at > 0.60 && at < 0.62 {
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

func berlin(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func sampleGraph(t testing.TB, width int) *Graph {
	return &Graph{Title: "Google / DNS1", Subtitle: "8.8.8.8, icmp, kernel stamps, every 1 s", From: begin, To: begin.Add(6 * time.Hour), Zone: berlin(t),
		Columns: evening(PlotWidth(width)), Width: width}
}

// golden compares img with testdata/name.
func golden(t *testing.T, name string, img *image.RGBA) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		var out bytes.Buffer
		if err := png.Encode(&out, img); err != nil {
			t.Fatal(err)
		}
		goldenWrite(t, path, out.Bytes())
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

func goldenWrite(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestGraphGolden(t *testing.T) {
	f := testFont(t)
	dark := smoke.Dark()
	for name, change := range map[string]func(*Graph){
		"light.png":  func(*Graph) {},
		"dark.png":   func(g *Graph) { g.Palette = &dark; g.Log = true },
		"small2.png": func(g *Graph) { g.Width, g.Height, g.Zoom = 320, 200, 2; g.Title = fmt.Sprintf("%0200d", 7) },
		"smokeping.png": func(g *Graph) {
			g.Rounds = make([]*smoke.Round, len(g.Columns))
			for i, c := range g.Columns {
				g.Rounds[i] = smoke.RoundOf(c.Hist, 20)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := sampleGraph(t, 640)
			change(g)
			img, err := g.Image(f)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name, img)
		})
	}
}

// TestNarrowColumns: where a column holds a probe or two, the smoke is that of the
// probes around it, and an outage stays bare.
func TestNarrowColumns(t *testing.T) {
	to := begin.Add(10 * time.Minute)
	n := Columns(begin, to, time.Second, 900)
	if n != 300 || Columns(begin, to, time.Minute, 900) != 5 || Columns(begin, to, time.Hour, 900) != 1 || Columns(begin, to.AddDate(1, 0, 0), time.Second, 900) != PlotWidth(900) {
		t.Fatalf("%d columns", n)
	}
	r := rand.New(rand.NewPCG(1, 1))
	cols := make([]smoke.Column, n)
	for i := range cols {
		cols[i].Hist = &histogram.Histogram{}
		for range 2 {
			if i >= 100 && i < 150 {
				cols[i].Hist.Lost++
				continue
			}
			cols[i].Hist.Observe(20*time.Millisecond + time.Duration(r.Float64()*float64(10*time.Millisecond)))
		}
	}
	g := &Graph{From: begin, To: to, Columns: cols, Interval: time.Second}
	p, err := g.plan(func(string) int { return 10 })
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range p.Columns {
		if bare := i >= 100 && i < 150; bare != (c.Around == nil) || !bare && c.Around.Replies < 9 {
			t.Fatalf("column %d: %+v", i, c.Around)
		}
		if g.Columns[i].Around != nil {
			t.Fatal("the caller's columns are changed")
		}
	}
}
