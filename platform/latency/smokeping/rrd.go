package smokeping

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"time"

	"tacklebox/platform/latency/said"
)

// Bounds of an RRD file. SmokePing's own layout takes 12 MB at most.
const (
	MaxRRD      = 1 << 30 // bytes
	maxSources  = 2000
	maxArchives = 100
	maxRows     = 1 << 24
)

var (
	// ErrNotRRD is a file that rrdtool has not written.
	ErrNotRRD = said.New("no RRD file")
	// ErrDamagedRRD is a file that rrdtool began, but that is cut off or makes no
	// sense.
	ErrDamagedRRD = said.New("a damaged RRD file")
)

// RRD is a file of rrdtool. Such a file is a dump of C structures, so its layout
// depends on the machine that wrote it; what these machines have in common with
// rrdtool's versions 1 to 5 is read. It is not safe for concurrent use.
type RRD struct {
	Version  int
	Step     time.Duration
	Updated  time.Time
	Sources  []string // names of the data sources, in the order of the values
	Archives []Archive

	r      io.ReaderAt
	layout layout
}

// Archive is one of a file's round robin archives.
type Archive struct {
	Function string        // AVERAGE, MIN, MAX, ...
	Period   time.Duration // that one row stands for
	Rows     int
	// End is where the newest row ends: a row holds for the Period before its end.
	End time.Time

	per    int64 // steps in a row
	offset int64
	newest int
}

// layout is how a machine lays C structures out.
type layout struct {
	order  binary.ByteOrder
	long   int64 // bytes of a long
	align  int64 // of a double
	time   int64 // bytes of a time_t
	legacy bool  // no microseconds beside the time of the last update
}

// floatCookie is what rrdtool writes to recognise the machine by.
const floatCookie = 8.642135e130

func up(n, align int64) int64 { return (n + align - 1) / align * align }

// OpenRRD reads the head of a file of that size. The values are read when they
// are asked for.
func OpenRRD(r io.ReaderAt, size int64) (*RRD, error) {
	if size > MaxRRD {
		return nil, said.New("%d MB: %v", size>>20, ErrTooLarge)
	}
	head := make([]byte, 24)
	if _, err := r.ReadAt(head, 0); err != nil {
		return nil, notRRD(err)
	}
	if !bytes.HasPrefix(head, []byte("RRD\x00")) {
		return nil, ErrNotRRD
	}
	v := head[4:9]
	if v[0] != '0' || v[1] != '0' || v[2] != '0' || v[3] < '1' || v[3] > '5' || v[4] != 0 {
		return nil, said.New("%v: version %q is not known: write it to XML with rrdtool dump, and back with a version of rrdtool from 1.2 to 1.9", ErrNotRRD, string(bytes.TrimRight(v, "\x00")))
	}
	version := int(v[3] - '0')
	var why error
	for _, l := range layouts(head, version) {
		f := &RRD{Version: version, r: r, layout: l}
		err := f.open(size)
		if err == nil {
			return f, nil
		}
		why = cmpErr(why, err)
	}
	if why == nil {
		why = said.New("%v: written on a machine whose numbers are laid out in a way that is not known: write it to XML there with rrdtool dump, and back on this machine with rrdtool restore", ErrNotRRD)
	}
	return nil, why
}

// cmpErr keeps the first of two errors: the layouts begin with the likeliest.
func cmpErr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

func notRRD(err error) error {
	if errors.Is(err, io.EOF) {
		return ErrNotRRD
	}
	return said.New("read the head: %v", err)
}

// layouts are those that a head may have been written with, by the place of the
// cookie. Which of them it is, the size of the file tells.
func layouts(head []byte, version int) []layout {
	var out []layout
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		cookie := func(at int) bool { return math.Float64frombits(order.Uint64(head[at:])) == floatCookie }
		if cookie(16) {
			out = append(out, layout{order: order, long: 8, align: 8, time: 8}, layout{order: order, long: 4, align: 8, time: 4}, layout{order: order, long: 4, align: 8, time: 8})
		}
		if cookie(12) {
			out = append(out, layout{order: order, long: 4, align: 4, time: 4}, layout{order: order, long: 4, align: 4, time: 8})
		}
	}
	for i := range out {
		out[i].legacy = version < 3
	}
	return out
}

// fields reads the structures one after the other, with the gaps that C leaves.
type fields struct {
	layout
	p      []byte
	at     int64
	failed bool
}

func (f *fields) take(n, align int64) []byte {
	f.at = up(f.at, align)
	if f.at+n > int64(len(f.p)) {
		f.failed = true
		return make([]byte, n)
	}
	out := f.p[f.at : f.at+n]
	f.at += n
	return out
}

func (f *fields) number(size int64) int64 {
	p := f.take(size, min(size, max(f.long, f.align)))
	if size == 4 {
		return int64(int32(f.order.Uint32(p)))
	}
	return int64(f.order.Uint64(p))
}

func (f *fields) text(n int64) string {
	p := f.take(n, 1)
	if i := bytes.IndexByte(p, 0); i >= 0 {
		p = p[:i]
	}
	return string(p)
}

// parameters skips the ten that every structure ends with.
func (f *fields) parameters() { f.take(80, f.align) }

// heads are how many bytes of a file are read for its head: SmokePing's take less
// than the first, the bounds above less than the last.
var heads = [...]int64{64 << 10, 1 << 20, 24 << 20}

// open reads the head as this layout has it.
func (f *RRD) open(size int64) error {
	for _, n := range heads {
		head := make([]byte, min(size, n))
		if _, err := f.r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
			return said.New("read the head: %v", err)
		}
		f.Sources, f.Archives = nil, nil
		in := &fields{layout: f.layout, p: head, at: 9}
		err := f.head(in, size)
		if !in.failed {
			return err
		}
		if size <= n {
			break
		}
	}
	return said.New("%v: it ends within its head", ErrDamagedRRD)
}

func (f *RRD) head(in *fields, size int64) error {
	in.take(8, f.layout.align)
	sources, archives, step := in.number(f.layout.long), in.number(f.layout.long), in.number(f.layout.long)
	in.parameters()
	if sources < 1 || sources > maxSources || archives < 1 || archives > maxArchives || step < 1 || step > 366*86400 {
		return said.New("%v: %d data sources, %d archives, a step of %d s", ErrDamagedRRD, sources, archives, step)
	}
	f.Step = time.Duration(step) * time.Second
	for range sources {
		f.Sources = append(f.Sources, in.text(20))
		in.text(20)
		in.parameters()
	}
	for range archives {
		a := Archive{Function: in.text(20)}
		rows, per := in.number(f.layout.long), in.number(f.layout.long)
		in.parameters()
		if rows < 1 || rows > maxRows || per < 1 || per > 366*86400/step+1 {
			return said.New("%v: an archive of %d rows of %d steps", ErrDamagedRRD, rows, per)
		}
		a.Rows, a.per, a.Period = int(rows), per, time.Duration(per)*f.Step
		f.Archives = append(f.Archives, a)
	}
	updated := in.number(f.layout.time)
	if !f.layout.legacy {
		in.number(f.layout.long)
		in.at = up(in.at, max(min(f.layout.time, f.layout.align), f.layout.long))
	}
	if updated < 0 || updated > 1<<33 {
		return said.New("%v: last updated %d s after 1970", ErrDamagedRRD, updated)
	}
	f.Updated = time.Unix(updated, 0)
	for range sources { // what is being collected
		in.text(30)
		in.parameters()
	}
	in.at = up(in.at, f.layout.align)
	in.take(80*sources*archives, 1) // what is being consolidated
	for i := range f.Archives {
		a := &f.Archives[i]
		newest := in.number(f.layout.long)
		if newest < 0 || newest >= int64(a.Rows) {
			return said.New("%v: row %d of %d", ErrDamagedRRD, newest, a.Rows)
		}
		a.newest = int(newest)
		period := a.per * step
		a.End = time.Unix(updated-updated%period, 0)
	}
	at := up(in.at, f.layout.align)
	for i := range f.Archives {
		f.Archives[i].offset = at
		at += int64(f.Archives[i].Rows) * sources * 8
	}
	if at != size {
		return said.New("%v: %d bytes long, %d by its own account", ErrDamagedRRD, size, at)
	}
	return nil
}

// Each calls yield with the rows of archive i, the oldest first: where a row ends,
// and one value for every data source, NaN what is unknown. The slice is the same
// one each time.
func (f *RRD) Each(i int, yield func(end time.Time, values []float64) bool) error {
	a := &f.Archives[i]
	width := len(f.Sources) * 8
	values := make([]float64, len(f.Sources))
	some := max(1, min(a.Rows, 1<<16/width))
	raw := make([]byte, some*width)
	end := a.End.Add(-time.Duration(a.Rows-1) * a.Period)
	// The oldest row stands after the newest one, or at the beginning.
	for row := 0; row < a.Rows; {
		at := (a.newest + 1 + row) % a.Rows
		n := min(some, a.Rows-row, a.Rows-at)
		if _, err := f.r.ReadAt(raw[:n*width], a.offset+int64(at)*int64(width)); err != nil && !errors.Is(err, io.EOF) {
			return said.New("read an archive: %v", err)
		}
		for p := raw[:n*width]; len(p) > 0; p = p[width:] {
			for k := range values {
				values[k] = math.Float64frombits(f.layout.order.Uint64(p[k*8:]))
			}
			if !yield(end, values) {
				return nil
			}
			end = end.Add(a.Period)
		}
		row += n
	}
	return nil
}
