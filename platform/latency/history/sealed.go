package history

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"tacklebox/platform/latency"
)

// A sealed hour of one target: a version byte, the number of segments, and each
// segment as interval, engine, address, first time and seq, then its codes as two
// planes, the upper bytes and the lower ones, and its extras. Round trips differ
// in the lower byte by chance and hardly in the upper one, so the planes are
// packed apart, each with Huffman codes of its own. Searching for repetitions
// makes those worse where there are none (1.42 bytes a sample instead of 1.33) and
// is kept only where it helps; what does not get smaller stays as it is.

const (
	sealedVersion = 1
	// maxSealed bounds what a sealed hour may unpack to: an hour at 0.2 s with
	// phases and much to say is a tenth of it.
	maxSealed = 16 << 20
)

// inflater takes planes apart and keeps its memory.
type inflater struct {
	r   io.ReadCloser
	src bytes.Reader
}

// deflater packs planes and keeps its memory: a writer that looks for repetitions
// has more than a megabyte.
type deflater struct {
	huffman, searching packer
	minutes            packer // of roll-ups
}

type packer struct {
	w   *flate.Writer
	out bytes.Buffer
}

// pack gives what is overwritten by the next call.
func (k *packer) pack(p []byte, level int) []byte {
	k.out.Reset()
	if k.w == nil {
		k.w, _ = flate.NewWriter(&k.out, level) // the level is valid
	} else {
		k.w.Reset(&k.out)
	}
	_, _ = k.w.Write(p)
	_ = k.w.Close()
	return k.out.Bytes()
}

func (d *deflater) deflate(p []byte) []byte {
	plain, repeating := d.huffman.pack(p, flate.HuffmanOnly), d.searching.pack(p, flate.BestCompression)
	if len(plain) < len(repeating) {
		return plain
	}
	return repeating
}

func (d *deflater) appendPlane(p, plane []byte) []byte {
	p = binary.AppendUvarint(p, uint64(len(plane)))
	if small := d.deflate(plane); len(small) < len(plane) {
		p = binary.AppendUvarint(p, uint64(len(small)))
		return append(p, small...)
	}
	p = binary.AppendUvarint(p, 0)
	return append(p, plane...)
}

func (f *inflater) plane(c *cursor, budget *int) []byte {
	n, packed := c.uvarint(), c.uvarint()
	if n > uint64(*budget) {
		c.fail()
		return nil
	}
	*budget -= int(n)
	if packed == 0 {
		return c.bytes(n)
	}
	f.src.Reset(c.bytes(packed))
	if f.r == nil {
		f.r = flate.NewReader(&f.src)
	} else {
		_ = f.r.(flate.Resetter).Reset(&f.src, nil) // never fails
	}
	out := make([]byte, n)
	if _, err := io.ReadFull(f.r, out); err != nil {
		c.fail()
		return nil
	}
	return out
}

// seal writes segments of one target and node.
func (d *deflater) seal(segments []*segment) []byte {
	p := []byte{sealedVersion}
	p = binary.AppendUvarint(p, uint64(len(segments)))
	for _, g := range segments {
		p = binary.AppendUvarint(p, uint64(g.interval))
		p = appendText(p, g.engine)
		p = appendText(p, g.address)
		p = binary.AppendVarint(p, g.t0)
		p = binary.AppendVarint(p, g.seq0)
		p = binary.AppendUvarint(p, uint64(g.rows))
		high, low := make([]byte, len(g.codes)), make([]byte, len(g.codes))
		for i, c := range g.codes {
			high[i], low[i] = byte(c>>8), byte(c)
		}
		p = d.appendPlane(p, high)
		p = d.appendPlane(p, low)
		p = d.appendPlane(p, g.extras)
	}
	return p
}

// unseal reads what seal wrote.
func (f *inflater) unseal(p []byte, target latency.TargetID, node latency.NodeID) ([]*segment, error) {
	c := cursor{p: p}
	if c.byte() != sealedVersion {
		return nil, fmt.Errorf("%w: unknown version", ErrDecode)
	}
	n := c.uvarint()
	if n > uint64(len(c.p)) {
		return nil, fmt.Errorf("%w: cut off", ErrDecode)
	}
	budget := maxSealed
	segments := make([]*segment, 0, n)
	for range n {
		g := &segment{series: series{target: target, node: node}}
		g.interval = int64(c.uvarint())
		g.engine, g.address = c.text(), c.text()
		g.t0, g.seq0 = c.varint(), c.varint()
		g.rows = int(c.uvarint())
		high, low := f.plane(&c, &budget), f.plane(&c, &budget)
		g.extras = f.plane(&c, &budget)
		if c.failed || len(high) != len(low) || g.interval <= 0 || g.rows < 0 || g.rows > len(high) {
			return nil, fmt.Errorf("%w: cut off", ErrDecode)
		}
		g.codes = make([]uint16, len(high))
		for i := range high {
			g.codes[i] = uint16(high[i])<<8 | uint16(low[i])
		}
		segments = append(segments, g)
	}
	if len(c.p) != 0 {
		return nil, fmt.Errorf("%w: too long", ErrDecode)
	}
	return segments, nil
}

// build orders rows by time, seq and outcome, drops those that are there twice,
// and makes segments of them: one for each series.
func build(rows []latency.Result, interval func(latency.TargetID) int64) []*segment {
	slices.SortStableFunc(rows, func(a, b latency.Result) int {
		return cmp.Or(cmp.Compare(a.Target, b.Target), cmp.Compare(a.Node, b.Node), a.Sent.Compare(b.Sent), cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Outcome, b.Outcome))
	})
	var order []*encoder
	open := map[series]*encoder{}
	for i := range rows {
		r := &rows[i]
		key := series{target: r.Target, node: r.Node, interval: interval(r.Target), engine: r.Engine}
		if r.Address.IsValid() {
			key.address = r.Address.String()
		}
		e := open[key]
		if e == nil {
			e = &encoder{g: segment{series: key}}
			open[key] = e
			order = append(order, e)
		}
		e.add(r)
	}
	out := make([]*segment, len(order))
	for i, e := range order {
		out[i] = &e.g
	}
	return out
}
