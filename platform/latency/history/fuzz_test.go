package history

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"slices"
	"testing"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
)

// FuzzJournal: a journal's row gives segments or an error, never more than its
// bytes can hold, and what was written comes back.
func FuzzJournal(f *testing.F) {
	g := build(traffic(1, epoch, 20, 1), everySecond)[0]
	d := &grid{id: 1, of: g.series, t0: g.t0, seq0: g.seq0}
	row := binary.AppendUvarint(nil, 0)
	f.Add(appendJournal(row, g, d, epoch.UnixMicro(), 0))
	odd := build(odd(epoch), everySecond)[0]
	f.Add(appendJournal(row, odd, d, epoch.UnixMicro(), 0))
	f.Add([]byte{0, 1, 0, 0, 255, 255, 3})
	f.Fuzz(func(t *testing.T, p []byte) {
		segments, err := readJournal(p, epoch.UnixMicro(), func(id int64) *grid {
			if id > 0 && id < 100 {
				return d
			}
			return nil
		})
		codes := 0
		for _, g := range segments {
			codes += len(g.codes)
			_ = g.each(func(*latency.Result) bool { return true })
		}
		if codes > 8*len(p) {
			t.Fatalf("%d codes of %d bytes", codes, len(p))
		}
		if err == nil && len(segments) == 1 && len(segments[0].codes) > 0 {
			g := segments[0]
			again, err := readJournal(appendJournal(binary.AppendUvarint(nil, 0), g, d, epoch.UnixMicro(), 0), epoch.UnixMicro(), func(int64) *grid { return d })
			if err != nil || len(again) != 1 || !slices.Equal(again[0].codes, g.codes) || !bytes.Equal(again[0].extras, g.extras) {
				t.Fatalf("its own row reads differently: %v", err)
			}
		}
	})
}

// FuzzCodes: any codes come back from their bits.
func FuzzCodes(f *testing.F) {
	f.Add([]byte{1, 0, 120, 5, 0, 5, 255, 255})
	f.Fuzz(func(t *testing.T, p []byte) {
		var codes []uint16
		for ; len(p) > 1; p = p[2:] {
			codes = append(codes, binary.BigEndian.Uint16(p))
		}
		if len(codes) == 0 {
			return
		}
		c := cursor{p: append(packCodes(nil, codes), 42)}
		if got := c.unpackCodes(uint64(len(codes))); !slices.Equal(got, codes) || len(c.p) != 1 || c.p[0] != 42 {
			t.Fatalf("got %d, want %d", got, codes)
		}
	})
}

// FuzzRollup: a row of roll-ups, packed or deflated, gives slots or an error.
func FuzzRollup(f *testing.F) {
	var h histogram.Histogram
	for _, r := range traffic(1, epoch, 60, 1) {
		h.Count(&r)
	}
	for i := range tiers {
		s := tiers[i].newSlots()
		s.set(0, &h)
		p := tiers[i].pack(s, new(deflater))
		if i == tierMinute {
			p, _ = inflate(p)
		}
		f.Add(byte(i), p)
	}
	f.Fuzz(func(t *testing.T, tier byte, p []byte) {
		at := &tiers[int(tier)%len(tiers)]
		if at == &tiers[tierMinute] {
			p = bytes.Clone(new(packer).pack(p, flate.BestSpeed))
		}
		var sum histogram.Accumulator
		list := at.newSlots()
		if at.unpack(0, p, func(start int64, one []byte) error {
			list[at.index(start)] = bytes.Clone(one)
			if err := sum.Add(one); err != nil {
				sum.MoveTo(&histogram.Histogram{})
			}
			return nil
		}) != nil {
			return
		}
		if err := at.unpack(0, at.pack(list, new(deflater)), func(start int64, one []byte) error {
			if !bytes.Equal(one, list[at.index(start)]) {
				t.Fatal("its own row reads differently")
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}
