package histogram

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestIndexAtBounds(t *testing.T) {
	for i := minIndex; i <= maxIndex; i++ {
		u := upper(i)
		if got := indexOf(u); got != i {
			t.Fatalf("indexOf(upper(%d)) = %d", i, got)
		}
		if got := indexOf(math.Nextafter(u, math.Inf(1))); got != i+1 {
			t.Fatalf("just above bucket %d: index %d", i, got)
		}
	}
	// Powers of two are the bounds of every schema: 2^0 is bucket 0, 2^3 is 3*64.
	if indexOf(1) != 0 || indexOf(8) != 3*bucketsPerOctave {
		t.Errorf("powers of two: %d, %d", indexOf(1), indexOf(8))
	}
}

// sample is a plausible set of round trips: a narrow body and a long tail.
func sample(n int, seed uint64) []time.Duration {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]time.Duration, n)
	for i := range out {
		ms := 20 * math.Exp(r.NormFloat64()*0.15)
		if r.IntN(50) == 0 {
			ms += r.ExpFloat64() * 80
		}
		out[i] = time.Duration(ms * float64(time.Millisecond))
	}
	return out
}

func TestQuantilesOfMergedDays(t *testing.T) {
	var all Histogram
	var raw []time.Duration
	for day := range 20 {
		var part Histogram
		for _, v := range sample(2000, uint64(day)) {
			part.Observe(v)
			raw = append(raw, v)
		}
		all.Merge(&part)
	}
	slices.Sort(raw)
	for _, q := range []float64{0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999} {
		want := raw[int(q*float64(len(raw)-1))]
		got := all.Quantile(q)
		// A bucket is 1.09 % wide.
		if e := math.Abs(float64(got)/float64(want) - 1); e > 0.011 {
			t.Errorf("p%v: %v, raw %v: off by %.2f %%", q*100, got, want, e*100)
		}
	}
	if all.Min != raw[0] || all.Max != raw[len(raw)-1] || all.Replies != uint64(len(raw)) {
		t.Errorf("min %v max %v n %d", all.Min, all.Max, all.Replies)
	}
	if all.Quantile(0) < all.Min || all.Quantile(1) != all.Max {
		t.Errorf("ends: %v, %v", all.Quantile(0), all.Quantile(1))
	}
}

func TestMergeIsOrderless(t *testing.T) {
	var ab, ba, one Histogram
	var parts [3]Histogram
	for i := range parts {
		for _, v := range sample(300, uint64(i)+7) {
			v *= time.Duration(i*i + 1)
			parts[i].Observe(v)
			one.Observe(v)
		}
		parts[i].Lost = uint64(i)
		one.Lost += uint64(i)
	}
	for i := range parts {
		ab.Merge(&parts[i])
		ba.Merge(&parts[2-i])
	}
	want := string(one.Append(nil))
	if string(ab.Append(nil)) != want || string(ba.Append(nil)) != want {
		t.Error("merging in another order gives another histogram")
	}
}

func TestSingleValue(t *testing.T) {
	var h Histogram
	for range 5 {
		h.Observe(1234567)
	}
	for _, q := range []float64{0, 0.5, 1} {
		if got := h.Quantile(q); got != 1234567 {
			t.Errorf("quantile %v of equal values: %v", q, got)
		}
	}
	if !math.IsNaN((&Histogram{}).Loss()) || (&Histogram{Replies: 3, Lost: 1}).Loss() != 0.25 {
		t.Error("loss")
	}
}

func TestCoarseBuckets(t *testing.T) {
	var h Histogram
	for _, v := range sample(5000, 3) {
		h.Observe(v)
	}
	for _, schema := range []int{6, 5, 4, 0} {
		var n uint64
		last := math.MinInt
		for _, b := range h.Buckets(schema) {
			if b.Index <= last {
				t.Fatalf("schema %d: index %d after %d", schema, b.Index, last)
			}
			last = b.Index
			n += b.Count
			if want := math.Exp2(float64(b.Index) / math.Exp2(float64(schema))); math.Abs(b.Upper/want-1) > 1e-12 {
				t.Errorf("schema %d bucket %d: upper %v, want %v", schema, b.Index, b.Upper, want)
			}
		}
		if n != h.Replies {
			t.Errorf("schema %d holds %d of %d", schema, n, h.Replies)
		}
	}
	var edge Histogram
	edge.Observe(2 * time.Second) // exactly a bound of every schema
	if b := edge.Buckets(0); len(b) != 1 || b[0].Upper != 2 {
		t.Errorf("2 s at schema 0: %+v", b)
	}
}

func TestSizes(t *testing.T) {
	var minute, day Histogram
	for _, v := range sample(60, 1) {
		minute.Observe(v)
	}
	for _, v := range sample(86400, 1) {
		day.Observe(v)
	}
	m, d := len(minute.Append(nil)), len(day.Append(nil))
	t.Logf("a minute takes %d bytes, a day %d", m, d)
	if m > 140 || d > 1200 {
		t.Errorf("encoding grew: minute %d, day %d bytes", m, d)
	}
}

func FuzzDecode(f *testing.F) {
	var h Histogram
	for _, v := range sample(100, 9) {
		h.Observe(v)
	}
	f.Add(h.Append(nil))
	f.Add((&Histogram{Lost: 3}).Append(nil))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, p []byte) {
		var got Histogram
		if got.Decode(p) != nil {
			return
		}
		again := got.Append(nil)
		var second Histogram
		if err := second.Decode(again); err != nil {
			t.Fatalf("its own encoding does not decode: %v", err)
		}
		second.Merge(&got)
		second.Quantile(0.5)
	})
}

func BenchmarkObserve(b *testing.B) {
	values := sample(4096, 5)
	var h Histogram
	b.ReportAllocs()
	for i := range b.N {
		h.Observe(values[i%len(values)])
	}
}

func BenchmarkMergeYearOfHours(b *testing.B) {
	var hours [64]Histogram
	for i := range hours {
		for _, v := range sample(3600, uint64(i)) {
			hours[i].Observe(v)
		}
	}
	b.ReportAllocs()
	for range b.N {
		var h Histogram
		for i := range 8766 {
			h.Merge(&hours[i%64])
		}
	}
}

// FuzzAccumulator: adding encodings up is decoding and merging them, and refuses
// what these refuse.
func FuzzAccumulator(f *testing.F) {
	var a, b Histogram
	for i := range 100 {
		a.Observe(time.Duration(i*i) * time.Microsecond)
		b.Observe(time.Duration(i) * time.Second)
	}
	b.Lost = 3
	f.Add(a.Append(nil), b.Append(nil))
	f.Add(a.Append(nil), (&Histogram{Lost: 1}).Append(nil))
	f.Add([]byte{encodingVersion}, b.Append(nil))
	f.Fuzz(func(t *testing.T, p, q []byte) {
		var sum Accumulator
		var want, one, got Histogram
		for _, e := range [][]byte{p, q, p} {
			failed := one.Decode(e) != nil
			if (sum.Add(e) != nil) != failed {
				t.Fatalf("decode failed: %v, adding differs", failed)
			}
			if failed {
				sum.MoveTo(&Histogram{})
				want.Reset()
				continue
			}
			if want.Replies+one.Replies > 1<<62 {
				return
			}
			want.Merge(&one)
		}
		sum.MoveTo(&got)
		if string(got.Append(nil)) != string(want.Append(nil)) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
		sum.MoveTo(&got)
		if string(got.Append(nil)) != string(want.Append(nil)) {
			t.Fatal("not empty after MoveTo")
		}
	})
}
