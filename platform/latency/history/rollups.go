package history

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/ncruces/go-sqlite3"

	"tacklebox/platform/latency/histogram"
)

// tier is one size of roll-ups. Several are packed to a row: what belongs to
// row µs.
type tier struct {
	table  string
	period int64 // µs
	row    int64 // µs
}

const (
	hourMicros = 3600 * 1_000_000
	dayMicros  = 24 * hourMicros
)

// tiers from the coarsest to the finest.
var tiers = [...]tier{
	{"day", dayMicros, dayMicros},
	{"hour", hourMicros, dayMicros},
	{"five", 300_000_000, hourMicros},
	{"minute", 60_000_000, hourMicros},
}

// Indexes of tiers, and what comes after the finest of them.
const (
	tierDay = iota
	tierHour
	tierFive
	tierMinute
	tierRaw
)

// source tells our own roll-ups, which come from raw samples and are made anew
// when an hour is sealed again, from imported ones. Both lie in the same tables.
type source int

const (
	own source = iota
	imported
)

func floorTo(t, period int64) int64 { return t - floorMod(t, period) }

func hourOf(t int64) int64 { return floorTo(t, hourMicros) }

// slots are the packed roll-ups of a row, encoded; empty ones have no bytes.
type slots [][]byte

func (t *tier) newSlots() slots { return make(slots, t.row/t.period) }

// index is the place of the roll-up that begins at start.
func (t *tier) index(start int64) int { return int(floorMod(start, t.row) / t.period) }

func (s slots) set(i int, h *histogram.Histogram) {
	s[i] = nil
	if !isEmpty(h) {
		s[i] = h.Append(nil)
	}
}

// pack writes slots one after the other, each behind its length.
func (t *tier) pack(s slots, d *deflater) []byte {
	var p []byte
	for _, one := range s {
		p = binary.AppendUvarint(p, uint64(len(one)))
		p = append(p, one...)
	}
	if t.period == tiers[tierMinute].period {
		p = bytes.Clone(d.minutes.pack(p, flate.DefaultCompression))
	}
	return p
}

// maxPacked bounds what a row of roll-ups may unpack to.
const maxPacked = 1 << 20

// inflate undoes deflate, up to maxPacked bytes.
func inflate(p []byte) ([]byte, error) {
	return io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(p)), maxPacked))
}

// unpack calls yield with each roll-up of a row that is not empty. The bytes are
// good during the call.
func (t *tier) unpack(row int64, p []byte, yield func(start int64, one []byte) error) error {
	if t.period == tiers[tierMinute].period {
		var err error
		if p, err = inflate(p); err != nil {
			return fmt.Errorf("%w: %w", ErrDecode, err)
		}
	}
	in := cursor{p: p}
	for start := row; len(in.p) > 0; start += t.period {
		one := in.bytes(in.uvarint())
		if in.failed || start >= row+t.row {
			return fmt.Errorf("%w: roll-up", ErrDecode)
		}
		if len(one) == 0 {
			continue
		}
		if err := yield(start, one); err != nil {
			return err
		}
	}
	return nil
}

// eachSlot calls yield with the encoded roll-ups of a tier that begin in
// [from, to), by their start.
func eachSlot(c *sqlite3.Conn, t *tier, k key, of source, from, to int64, yield func(start int64, one []byte) error) error {
	return query(c, "select start, data from "+t.table+" where target=? and node=? and source=? and start>=? and start<? order by start",
		[]any{int64(k.target), int(k.node), int(of), floorTo(from, t.row), to}, func(r *sqlite3.Stmt) error {
			return t.unpack(r.ColumnInt64(0), r.ColumnRawBlob(1), func(start int64, one []byte) error {
				if start < from || start >= to {
					return nil
				}
				return yield(start, one)
			})
		})
}

// eachRollUp is eachSlot with the roll-ups decoded. The histogram is the same one
// each time.
func eachRollUp(c *sqlite3.Conn, t *tier, k key, of source, from, to int64, yield func(start int64, h *histogram.Histogram)) error {
	var h histogram.Histogram
	return eachSlot(c, t, k, of, from, to, func(start int64, one []byte) error {
		if err := h.Decode(one); err != nil {
			return err
		}
		yield(start, &h)
		return nil
	})
}

// rowSlots are the slots of one row, all empty when there is none.
func rowSlots(c *sqlite3.Conn, t *tier, k key, of source, row int64) (s slots, found bool, err error) {
	s = t.newSlots()
	err = query(c, "select data from "+t.table+" where target=? and node=? and source=? and start=?",
		[]any{int64(k.target), int(k.node), int(of), row}, func(r *sqlite3.Stmt) error {
			found = true
			return t.unpack(row, r.ColumnRawBlob(0), func(start int64, one []byte) error {
				s[t.index(start)] = bytes.Clone(one)
				return nil
			})
		})
	return s, found, err
}

// putSlots writes a row, and deletes it when nothing is left in it.
func putSlots(c *sqlite3.Conn, d *deflater, t *tier, k key, of source, row int64, s slots) error {
	for _, one := range s {
		if len(one) > 0 {
			return exec(c, "insert into "+t.table+" values (?,?,?,?,?) on conflict do update set data=excluded.data", int64(k.target), int(k.node), int(of), row, t.pack(s, d))
		}
	}
	return exec(c, "delete from "+t.table+" where target=? and node=? and source=? and start=?", int64(k.target), int(k.node), int(of), row)
}
