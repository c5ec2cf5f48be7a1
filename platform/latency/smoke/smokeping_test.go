package smoke

import (
	"image"
	"image/color"
	"testing"
	"time"
)

func ms(v ...float64) []time.Duration {
	out := make([]time.Duration, len(v))
	for i, x := range v {
		out[i] = time.Duration(x * float64(time.Millisecond))
	}
	return out
}

func TestSmokeGreys(t *testing.T) {
	want := []uint8{0xdd, 0xca, 0xb7, 0xa4, 0x91, 0x7e, 0x6b, 0x58, 0x45, 0x32}
	for i, w := range want {
		if got := smokeGrey(i+1, 20); got != (color.RGBA{w, w, w, 0xff}) {
			t.Errorf("band %d: %v, want %#x", i+1, got, w)
		}
	}
}

func TestLossColours(t *testing.T) {
	for _, c := range []struct {
		v      Version
		colour uint32
		from   int
		to     int
	}{
		{SmokePing28, 0x26ff00, 0, 0}, {SmokePing28, 0x00b8ff, 1, 1}, {SmokePing28, 0x0059ff, 2, 2}, {SmokePing28, 0x7e00ff, 3, 3},
		{SmokePing28, 0xff00ff, 4, 5}, {SmokePing28, 0xff5500, 6, 10}, {SmokePing28, 0xff0000, 11, 19}, {SmokePing28, 0xa00000, 20, 20},
		{SmokePing27, 0x26ff00, 0, 0}, {SmokePing27, 0x00b8ff, 1, 1}, {SmokePing27, 0x0059ff, 2, 2}, {SmokePing27, 0x5e00ff, 3, 3},
		{SmokePing27, 0x7e00ff, 4, 4}, {SmokePing27, 0xdd00ff, 5, 10}, {SmokePing27, 0xff0000, 11, 19},
	} {
		for lost := c.from; lost <= c.to; lost++ {
			if got := LossColour(c.v, lost, 20); got != rgb(c.colour) {
				t.Errorf("version %d, %d of 20 lost: %v, want #%06x", c.v, lost, got, c.colour)
			}
		}
	}
}

func TestRoundOrder(t *testing.T) {
	r := Round{Pings: 6, RTTs: ms(10, 20, 30)}
	want := []time.Duration{-1, 10 * time.Millisecond, 20 * time.Millisecond, 30 * time.Millisecond, -1, -1}
	got := r.order()
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("order %v, want %v", got, want)
		}
	}
	if m, ok := (Round{Pings: 4, RTTs: ms(1, 2, 3, 4)}).Median(); !ok || m != 3*time.Millisecond {
		t.Errorf("median of four is the upper one, got %v", m)
	}
	if _, ok := (Round{Pings: 4}).Median(); ok {
		t.Error("a round without answers has a median")
	}
}

// Twenty pings of 10, 15, ... 105 ms on an axis to 120 ms in 120 rows: each
// millisecond is a row, so every pixel follows from the formulas.
func TestSmokePingPixels(t *testing.T) {
	var rtts []float64
	for i := range 20 {
		rtts = append(rtts, 10+5*float64(i))
	}
	img := image.NewRGBA(image.Rect(0, 0, 3, 120))
	PaintSmokePing(img, []*Round{nil, {Pings: 20, RTTs: ms(rtts...)}, {Pings: 20, RTTs: ms(rtts[:15]...)}}, 120*time.Millisecond, SmokePing28)
	at := func(x, msec int) color.RGBA { return img.RGBAAt(x, 119-msec) }
	for msec := range 120 {
		if at(0, msec) != smokePingPaper {
			t.Fatalf("no data is painted at %d ms", msec)
		}
		want := smokePingPaper
		for i := 1; i <= 10; i++ {
			if low, high := 5+5*i, 110-5*i; msec >= low && msec < high {
				want = smokeGrey(i, 20)
			}
		}
		// The median is the eleventh value, 60 ms.
		if msec == 59 || msec == 60 {
			want = rgb(0x26ff00)
		}
		if got := at(1, msec); got != want {
			t.Errorf("full round at %d ms: %v, want %v", msec, got, want)
		}
	}
	// Five lost: two unknown below, three above, so the bands 1 to 3 are gone and
	// the fourth runs from the second value to the last one.
	for msec, want := range map[int]color.RGBA{12: smokePingPaper, 16: smokeGrey(4, 20), 78: smokeGrey(4, 20), 81: smokePingPaper, 44: rgb(0xff00ff), 45: rgb(0xff00ff), 50: smokePingMedian} {
		if got := at(2, msec); got != want {
			t.Errorf("round with loss at %d ms: %v, want %v", msec, got, want)
		}
	}
	if got := SmokePingMax([]*Round{nil, {Pings: 1, RTTs: ms(50)}, {Pings: 1}}); got != 60*time.Millisecond {
		t.Errorf("axis up to %v", got)
	}
}
