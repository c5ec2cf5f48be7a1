package plot

import (
	"bytes"
	"image"
	"image/color"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/smoke"
)

func style(width int) Style {
	return Style{Size: image.Pt(width, 80), Scale: smoke.Scale{Max: 30 * time.Millisecond}, Palette: smoke.Dark()}
}

// Painting only what changed gives the same pixels as painting everything.
func TestPictureInParts(t *testing.T) {
	for _, c := range []struct {
		name     string
		span     time.Duration
		interval time.Duration
	}{{"a column for many", 10 * time.Minute, time.Second}, {"columns of one", 30 * time.Second, time.Second}, {"seldom", time.Minute, 7 * time.Second}} {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			now := noon
			base := Over(now.Add(-c.span), now, 120)
			group := base.Group(c.interval)
			s := NewSeries(false)
			w := base.Ending(now, group)
			st := style(120)
			st.Around = HalfAround(w.Grouped(group).Width, c.interval)
			l := s.Show(w.Grouped(group).Extended(st.Around))
			s.Deliver(l, make([]smoke.Column, l.N))
			st.Marks = []Mark{{From: now.Add(5 * time.Second), To: now.Add(5 * time.Second), Bands: smoke.BandEvent}, {From: now.Add(8 * time.Second), To: now.Add(20 * time.Second), Bands: smoke.BandAlert}}
			var parts Picture
			for i := range 200 {
				now = now.Add(c.interval / 3)
				w = base.Ending(now, group)
				if s.Show(w.Grouped(group).Extended(st.Around)) != nil {
					t.Fatal("following asks the history")
				}
				if i%3 == 0 {
					o := latency.Reply
					if i%20 > 15 {
						o = latency.Timeout
					}
					if i > 90 && i < 110 {
						o = latency.NotMeasured
					}
					row := result(now, o, 5+20*r.Float64())
					s.Add(&row)
				}
				from, to := s.Changes()
				parts.Paint(w, s, group, from, to, st)
				var whole Picture
				whole.Paint(w, s, group, 0, 0, st)
				if !bytes.Equal(parts.Image.Pix, whole.Image.Pix) {
					t.Fatalf("step %d differs", i)
				}
			}
			if most := uint64(200 * 120 / 3); c.span > time.Minute && parts.Columns > most {
				t.Errorf("%d columns were painted, more than %d", parts.Columns, most)
			}
		})
	}
}

// One new reply paints its column and the begin of the next one, and a look at the
// same again paints nothing.
func TestPicturePaintsWhatChanged(t *testing.T) {
	w := Over(noon.Add(-20*time.Hour), noon, 120)
	s := NewSeries(false)
	l := s.Show(w)
	s.Deliver(l, make([]smoke.Column, l.N))
	var p Picture
	from, to := s.Changes()
	if !p.Paint(w, s, 1, from, to, style(120)) || p.Columns != 120 {
		t.Fatalf("%d columns", p.Columns)
	}
	row := result(noon.Add(-time.Minute), latency.Reply, 12)
	for i, want := range []uint64{121, 122, 123} {
		s.Add(&row)
		from, to = s.Changes()
		changed := p.Paint(w, s, 1, from, to, style(120))
		if p.Columns != want || changed != (i == 0) {
			t.Errorf("reply %d: %d columns, changed %v", i, p.Columns, changed)
		}
	}
	from, to = s.Changes()
	if p.Paint(w, s, 1, from, to, style(120)) || p.Columns != 123 {
		t.Error("nothing changed")
	}
	light := style(120)
	light.Palette = smoke.Light()
	if !p.Paint(w, s, 1, from, to, light) || p.Columns != 243 {
		t.Error("another palette paints everything")
	}
}

func TestAround(t *testing.T) {
	if HalfAround(10*time.Second, time.Second) != 0 || HalfAround(time.Second, time.Second) != 10 || HalfAround(4*time.Second, time.Second) != 3 || HalfAround(0, time.Second) != 0 {
		t.Error("half")
	}
	w := Over(noon.Add(-50*time.Second), noon, 50)
	s := NewSeries(false)
	l := s.Show(w)
	s.Deliver(l, make([]smoke.Column, l.N))
	for i := range 50 {
		o := latency.Reply
		if i == 5 || i >= 20 && i < 40 {
			o = latency.Timeout
		}
		row := result(w.From().Add(time.Duration(i)*time.Second), o, float64(i+1))
		s.Add(&row)
	}
	var a Surround
	a.Reset(s, 2)
	if h := a.At(w.First + 10); h.Replies != 5 || h.Min != 9*time.Millisecond {
		t.Errorf("%d replies around, from %v", h.Replies, h.Min)
	}
	if h := a.At(w.First + 5); h == nil || h.Replies != 4 {
		t.Error("a single loss leaves a hole in the smoke")
	}
	if a.At(w.First+20) != nil || a.At(w.First+30) != nil {
		t.Error("there is smoke in an outage")
	}
	a.Reset(s, 0)
	if a.At(w.First+10) != nil {
		t.Error("columns with enough probes borrow some")
	}
}

func TestLines(t *testing.T) {
	w := Over(noon.Add(-100*time.Second), noon, 100)
	make1 := func(ms float64, lost int) *Series {
		s := NewSeries(false)
		l := s.Show(w)
		s.Deliver(l, make([]smoke.Column, l.N))
		for i := range 100 {
			o := latency.Reply
			if i == lost {
				o = latency.Timeout
			}
			row := result(w.From().Add(time.Duration(i)*time.Second), o, ms)
			s.Add(&row)
		}
		return s
	}
	red, blue := color.RGBA{0xff, 0, 0, 0xff}, color.RGBA{0, 0, 0xff, 0xff}
	st := style(100)
	img := image.NewRGBA(image.Rect(0, 0, 100, 80))
	PaintLines(img, w, []Line{{Series: make1(10, 30), Group: 1, Color: red}, {Series: make1(20, 60), Group: 1, Color: blue, Dash: Dash(1)}}, st, 1)
	across := func(y int, c color.RGBA) (n int) {
		for x := range 100 {
			if p := img.RGBAAt(x, y); int(p.R)-int(c.R) < 40 && int(c.R)-int(p.R) < 40 && int(p.B)-int(c.B) < 40 && int(c.B)-int(p.B) < 40 {
				n++
			}
		}
		return n
	}
	y := func(ms float64) int { return int((1 - ms/30) * 79) }
	solid, dashed := max(across(y(10), red), across(y(10)+1, red)), max(across(y(20), blue), across(y(20)+1, blue))
	if solid < 95 || dashed < 50 || dashed > 80 {
		t.Errorf("solid %d, dashed %d of 100", solid, dashed)
	}
	// The marks of each line's loss stand in a row of its own.
	if img.RGBAAt(30, 79-6) == st.Palette.Background || img.RGBAAt(60, 79-1) == st.Palette.Background || img.RGBAAt(60, 79-6) != img.RGBAAt(61, 79-6) {
		t.Error("loss marks")
	}
	key := image.NewRGBA(image.Rect(0, 0, 20, 8))
	PaintKey(key, blue, Dash(1), 1)
	if key.RGBAAt(1, 4).B == 0 || key.RGBAAt(10, 4).B != 0 {
		t.Error("the key has another pattern")
	}
}

func TestSpark(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 40, 12))
	red, grey := color.RGBA{0xff, 0, 0, 0xff}, color.RGBA{0x80, 0x80, 0x80, 0xff}
	points := []Point{{RTT: 10}, {RTT: 20}, {Loss: 1}, {None: true}, {RTT: 15}}
	PaintSpark(img, points, grey, red, 2)
	lost := 0
	for y := range 12 {
		if img.RGBAAt(34, y) == red {
			lost++
		}
		if img.RGBAAt(36, y).A != 0 {
			t.Error("a probe that says nothing is drawn")
		}
	}
	if lost != 5 || img.RGBAAt(34, 0).A != 0 || img.RGBAAt(10, 5).A != 0 {
		t.Errorf("lost is %d of 12 high", lost)
	}
	seen := false
	for y := range 12 {
		seen = seen || img.RGBAAt(39, y).A != 0
	}
	if !seen {
		t.Error("the newest is not at the right edge")
	}
	PaintSpark(img, nil, grey, red, 2)
	PaintSpark(image.NewRGBA(image.Rectangle{}), points, grey, red, 2)
	if img.RGBAAt(34, 10).A != 0 {
		t.Error("what was drawn stays")
	}
}

// TestSteps: five minutes of probes make steps of some seconds, which change only
// when one is over; few probes show at once, gaps say nothing.
func TestSteps(t *testing.T) {
	start := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	var probes []Probe
	for i := range 300 {
		probes = append(probes, Probe{At: start.Add(time.Duration(i) * time.Second), RTT: time.Duration(20+i%3) * time.Millisecond, Lost: i == 155})
	}
	steps := Steps(probes, 30)
	if len(steps) != 29 || steps[0].RTT != 21*time.Millisecond || steps[15].Loss != 0.1 {
		t.Errorf("%d steps: %+v", len(steps), steps)
	}
	same := 0
	for n := 291; n <= 299; n++ {
		if slices.Equal(Steps(probes[:n], 30), steps) {
			same++
		}
	}
	if same != 9 {
		t.Errorf("within a step the line changed %d times", 9-same)
	}
	if got := Steps(probes[:1], 30); len(got) != 1 || got[0].RTT != 20*time.Millisecond {
		t.Errorf("one probe: %+v", got)
	}
	if got := Steps(append(probes[:3:3], probes[8:12]...), 30); len(got) != 5 || !got[2].None || !got[3].None || got[4].None {
		t.Errorf("a gap: %+v", got)
	}
	if Steps(nil, 30) != nil {
		t.Error("steps of nothing")
	}
}
