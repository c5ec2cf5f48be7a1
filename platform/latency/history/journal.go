package history

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"syscall"

	"github.com/ncruces/go-sqlite3"

	"tacklebox/platform/latency"
)

// The journal holds what is not sealed. A row packs many short segments: for each
// the distance to the series before it, seq and time against the series' grid,
// twice the number of codes plus one for extras, the codes, and the extras with
// their length. On the grid that is six bytes besides the codes. The row begins
// with the instant that the grids are asked for, in ms of its hour.

// grid is a stored series: where its seq and times are counted from.
type grid struct {
	id   int64
	of   series
	t0   int64
	seq0 int64
}

// at is the grid's seq and time at or after the instant base.
func (d *grid) at(base int64) (seq, t int64) {
	n := floorDiv(base-d.t0+d.of.interval-1, d.of.interval)
	return d.seq0 + n, d.t0 + n*d.of.interval
}

// journalRow is the size at which a row is closed: eight share a page of 4 kB, so
// that one more or less wastes little of it.
const journalRow = 460

func appendJournal(p []byte, g *segment, d *grid, base, previous int64) []byte {
	p = binary.AppendUvarint(p, uint64(d.id-previous))
	seq, t := d.at(base)
	skip := g.seq0 - seq
	p = binary.AppendVarint(p, skip)
	p = binary.AppendVarint(p, floorDiv(g.t0-(t+skip*g.interval)+500, 1000))
	n := uint64(len(g.codes)) << 1
	if len(g.extras) > 0 {
		n |= 1
	}
	p = binary.AppendUvarint(p, n)
	p = packCodes(p, g.codes)
	if len(g.extras) > 0 {
		p = binary.AppendUvarint(p, uint64(len(g.extras)))
		p = append(p, g.extras...)
	}
	return p
}

func readJournal(p []byte, hour int64, byID func(int64) *grid) ([]*segment, error) {
	var out []*segment
	c := cursor{p: p}
	ms := c.uvarint()
	if ms >= hourMicros/1000 {
		c.fail()
	}
	base := hour + int64(ms)*1000
	id := int64(0)
	for len(c.p) > 0 {
		id += int64(c.uvarint())
		skip, shift, n := c.varint(), c.varint(), c.uvarint()
		codes := c.unpackCodes(n >> 1)
		var extras []byte
		if n&1 != 0 {
			extras = c.bytes(c.uvarint())
		}
		d := byID(id)
		if c.failed || d == nil {
			return out, fmt.Errorf("%w: journal", ErrDecode)
		}
		g := &segment{series: d.of, extras: slices.Clone(extras), codes: codes}
		for _, code := range codes {
			if code != codeJump {
				g.rows++
			}
		}
		seq, t := d.at(base)
		g.seq0, g.t0 = seq+skip, t+skip*d.of.interval+shift*1000
		out = append(out, g)
	}
	return out, nil
}

// intervalOf is a target's interval in µs. Only the size of what is stored hangs
// on it.
func (s *Store) intervalOf(id latency.TargetID) int64 { return intervalIn(s.interval, id) }

func intervalIn(all map[latency.TargetID]int64, id latency.TargetID) int64 {
	if i := all[id]; i > 0 {
		return i
	}
	return latency.DefaultInterval.Microseconds()
}

// intervalMicros is intervalOf for those who do not hold mu.
func (s *Store) intervalMicros(id latency.TargetID) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.intervalOf(id)
}

// follow reads what the journal has got since the last time.
func (s *Store) follow() error {
	s.wmu.Lock()
	defer s.wmu.Unlock()
	if s.w == nil {
		return nil
	}
	// One moment for all: the writer may add a series and its first rows in between.
	if err := s.w.Exec("begin"); err != nil {
		return fmt.Errorf("read history %q: %w", s.dir, err)
	}
	defer func() { _ = s.w.Exec("rollback") }() // nothing was written
	err := query(s.w, "select id, node, target, interval, engine, address, t0, seq0 from series where id > ?", []any{int64(len(s.byID))}, func(r *sqlite3.Stmt) error {
		d := &grid{id: r.ColumnInt64(0), t0: r.ColumnInt64(6), seq0: r.ColumnInt64(7), of: series{
			node: latency.NodeID(r.ColumnInt64(1)), target: latency.TargetID(r.ColumnInt64(2)), interval: max(r.ColumnInt64(3), 1), engine: r.ColumnText(4), address: r.ColumnText(5)}}
		s.byID[d.id], s.series[d.of] = d, d
		return nil
	})
	if err != nil {
		return fmt.Errorf("read history %q: %w", s.dir, err)
	}
	through, err := queryInt(s.w, "select value from meta where key='through'")
	if err != nil {
		return err
	}
	if s.sealed, err = queryInt(s.w, "select value from meta where key='sealed'"); err != nil {
		return err
	}
	err = query(s.w, "select id, hour, data from journal where id > ? order by id", []any{s.last}, func(r *sqlite3.Stmt) error {
		s.last = r.ColumnInt64(0)
		got, err := readJournal(r.ColumnRawBlob(2), r.ColumnInt64(1)*hourMicros, func(id int64) *grid { return s.byID[id] })
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, g := range got {
			s.addLive(g, s.last > through)
		}
		return err
	})
	if err == nil && !s.Writer() {
		s.mu.Lock()
		s.prune(s.sealed - hourMicros)
		s.mu.Unlock()
	}
	return err
}

// addLive puts a segment among the live ones; mu is held. One that is new in an
// hour sealed already makes it due for sealing again.
func (s *Store) addLive(g *segment, fresh bool) {
	k := key{g.target, g.node}
	s.live[k] = append(s.live[k], g)
	if hour := hourOf(g.t0); fresh && hour < s.sealed {
		s.dirty[sealKey{k, hour}] = true
	}
}

// prune forgets the live segments before an hour, unless they are not written yet.
func (s *Store) prune(before int64) {
	kept := map[*segment]bool{}
	for _, g := range s.unsaved {
		kept[g] = true
	}
	for k, list := range s.live {
		list = slices.DeleteFunc(slices.Clone(list), func(g *segment) bool { return hourOf(g.t0) < before && !kept[g] })
		if len(list) == 0 {
			delete(s.live, k)
			continue
		}
		s.live[k] = list
	}
}

// Append takes results into the buffer, where queries of this store see them. It
// never waits for a disk. What it takes is written within ten seconds.
func (s *Store) Append(results []latency.Result) error {
	if !s.Writer() {
		return fmt.Errorf("keep results: %w", ErrReader)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range results {
		if r.Outcome == latency.Pending || r.Sent.IsZero() {
			continue // not decided: nothing to keep
		}
		s.pending = append(s.pending, r)
	}
	return nil
}

// encodePending turns the buffer into live segments, none of which crosses an hour;
// wmu is held. Whoever measures waits for mu, so that the work is done without it.
func (s *Store) encodePending() {
	s.mu.Lock()
	s.building, s.pending = s.pending, s.spare
	rows, interval := s.building, maps.Clone(s.interval)
	s.mu.Unlock()
	hours := map[int64][]latency.Result{}
	for _, r := range rows {
		h := hourOf(r.Sent.UnixMicro())
		hours[h] = append(hours[h], r)
	}
	built := map[int64][]*segment{}
	for h, rows := range hours {
		built[h] = build(rows, func(id latency.TargetID) int64 { return intervalIn(interval, id) })
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.building, s.spare = nil, rows[:0]
	for h, list := range built {
		for _, g := range list {
			// Rounding down to the millisecond keeps t0 in its hour.
			s.addLive(g, h < s.sealed)
			s.unsaved = append(s.unsaved, g)
			s.held += g.size()
		}
	}
	for s.held > s.o.Memory && len(s.unsaved) > 0 {
		g := s.unsaved[0]
		s.unsaved = s.unsaved[1:]
		s.held -= g.size()
		s.dropped += uint64(g.rows)
		k := key{g.target, g.node}
		s.live[k] = slices.DeleteFunc(slices.Clone(s.live[k]), func(o *segment) bool { return o == g })
	}
}

// size is about what a segment takes in memory.
func (g *segment) size() int { return 2*cap(g.codes) + cap(g.extras) + 160 }

// Dropped is the number of rows given up because nothing could be written for so
// long that memory ran out.
func (s *Store) Dropped() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dropped
}

// Flush writes the buffer now and seals the hours that are over. When it fails
// the results stay in memory and the next Flush tries again.
func (s *Store) Flush() error {
	if !s.Writer() {
		return fmt.Errorf("write history: %w", ErrReader)
	}
	s.wmu.Lock()
	defer s.wmu.Unlock()
	if s.w == nil {
		return fmt.Errorf("write history: %w", errClosed)
	}
	s.encodePending()
	err := s.write()
	if err == nil {
		err = s.sealDue()
	}
	if err != nil {
		err = fmt.Errorf("write history in %q: %w", s.dir, explain(s.probe(err)))
	}
	if failing := err != nil; failing || s.failing {
		s.failing = failing
		s.o.OnError(err)
	}
	return err
}

// probe finds out whether an I/O error means that there is no room: SQLite says
// so of a write, not of a file's growing that failed before it.
func (s *Store) probe(err error) error {
	if !errors.Is(err, sqlite3.IOERR) && !errors.Is(err, sqlite3.CANTOPEN) || s.o.vfs != "" {
		return err
	}
	f, failed := os.CreateTemp(s.dir, "room-*")
	if failed != nil {
		return fmt.Errorf("%w: %w", err, failed)
	}
	_, failed = f.Write(make([]byte, 64<<10))
	failed = errors.Join(failed, f.Close())
	_ = os.Remove(f.Name())
	if failed != nil {
		return fmt.Errorf("%w: %w", err, failed)
	}
	return err
}

// explain says what to do about an error of SQLite.
func explain(err error) error {
	switch {
	case Full(err):
		return fmt.Errorf("the disk is full: %w: measuring goes on in memory; make room", err)
	case forbidden(err):
		return fmt.Errorf("%w: it may not be written: measuring goes on in memory; give this user the right to write there, or choose another data folder", err)
	}
	return unopened(err)
}

// Full tells whether an error of a store is that its disk has no room. What SQLite
// shares between processes is a file too, which it makes when it opens; nothing else
// keeps that from growing.
func Full(err error) bool {
	return errors.Is(err, sqlite3.FULL) || errors.Is(err, sqlite3.IOERR_SHMSIZE) || errors.Is(err, syscall.ENOSPC)
}

func forbidden(err error) bool {
	return errors.Is(err, sqlite3.READONLY) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

// unopened is explain for a store that is not open, so that nothing is measured into
// it.
func unopened(err error) error {
	switch {
	case Full(err):
		return fmt.Errorf("the disk is full: %w: make room", err)
	case forbidden(err):
		return fmt.Errorf("%w: give this user the right to write there, or choose another data folder", err)
	case errors.Is(err, sqlite3.CORRUPT), errors.Is(err, sqlite3.NOTADB), errors.Is(err, errNoDatabase):
		return fmt.Errorf("%w: the file is damaged or not ours: move it away to begin anew, or restore an exported store", err)
	}
	return err
}

// write puts the unsaved segments into the journal in one transaction; wmu is held.
func (s *Store) write() (err error) {
	s.mu.Lock()
	todo := slices.Clone(s.unsaved)
	s.mu.Unlock()
	if len(todo) == 0 {
		return nil
	}
	added := []*grid{}
	defer func() {
		if err != nil {
			for _, d := range added {
				delete(s.byID, d.id)
				delete(s.series, d.of)
			}
		}
	}()
	tx, err := s.w.BeginImmediate()
	if err != nil {
		return err
	}
	defer tx.End(&err)
	for _, g := range todo {
		if s.series[g.series] != nil {
			continue
		}
		d := &grid{id: int64(len(s.byID)) + 1, of: g.series, t0: g.t0, seq0: g.seq0}
		if err := exec(s.w, "insert into series values (?,?,?,?,?,?,?,?)", d.id, int(g.node), int64(g.target), g.interval, g.engine, g.address, d.t0, d.seq0); err != nil {
			return err
		}
		s.byID[d.id], s.series[d.of] = d, d
		added = append(added, d)
	}
	slices.SortStableFunc(todo, func(a, b *segment) int {
		return cmp.Or(cmp.Compare(hourOf(a.t0), hourOf(b.t0)), cmp.Compare(s.series[a.series].id, s.series[b.series].id))
	})
	st, _, err := s.w.Prepare("insert into journal (hour, data) values (?,?)")
	if err != nil {
		return err
	}
	defer st.Close()
	var p []byte
	base, previous, hour := int64(0), int64(0), int64(0)
	put := func() error {
		if len(p) == 0 {
			return nil
		}
		err := bind(st, []any{hour / hourMicros, p})
		if err == nil {
			err = st.Exec()
		}
		p = p[:0]
		return err
	}
	for _, g := range todo {
		id := s.series[g.series].id
		if len(p) > journalRow || hourOf(g.t0) != hour || id < previous {
			if err := put(); err != nil {
				return err
			}
		}
		if len(p) == 0 {
			base, previous, hour = floorTo(g.t0, 1000), 0, hourOf(g.t0)
			p = binary.AppendUvarint(p, uint64(base-hour)/1000)
		}
		p = appendJournal(p, g, s.series[g.series], base, previous)
		previous = id
	}
	if err := put(); err != nil {
		return err
	}
	last := s.w.LastInsertRowID()
	if err := tx.Commit(); err != nil {
		return err
	}
	s.last = last
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = 0
	written := map[*segment]bool{}
	for _, g := range todo {
		written[g] = true
	}
	s.unsaved = slices.DeleteFunc(slices.Clone(s.unsaved), func(g *segment) bool { return written[g] })
	for _, g := range s.unsaved {
		s.held += g.size()
	}
	return nil
}
