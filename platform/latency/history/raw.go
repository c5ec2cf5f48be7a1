package history

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/ncruces/go-sqlite3"

	"tacklebox/platform/latency"
)

// A month's file packs the sealed hours of many targets to a part, since a row
// that is not much larger than a page of SQLite wastes an eighth of it.

// partSize is the size at which a part is closed.
const partSize = 96 << 10

// putSealed writes sealed hours; a transaction is open.
func putSealed(raw *sqlite3.Conn, done []sealedHour) error {
	var part []byte
	first := 0
	put := func(end int) error {
		if len(part) == 0 {
			first = end
			return nil
		}
		if err := exec(raw, "insert into part (data) values (?)", part); err != nil {
			return err
		}
		id, at := raw.LastInsertRowID(), 0
		for i := first; i < end; i++ {
			d := &done[i]
			if d.over {
				continue
			}
			if err := replaceSealed(raw, d, id, at); err != nil {
				return err
			}
			at += len(d.data)
		}
		part, first = part[:0], end
		return nil
	}
	for i := range done {
		if !done[i].over {
			part = append(part, done[i].data...)
		}
		if len(part) >= partSize || i+1 == len(done) {
			if err := put(i + 1); err != nil {
				return err
			}
		}
	}
	return nil
}

// replaceSealed notes where an hour lies, and deletes the part that it lay in
// before once nothing else does.
func replaceSealed(raw *sqlite3.Conn, d *sealedHour, part int64, at int) error {
	old, err := queryInt(raw, "select part from sealed where target=? and node=? and hour=?", int64(d.target), int(d.node), d.hour/hourMicros)
	if err != nil {
		return err
	}
	if err := exec(raw, "insert or replace into sealed values (?,?,?,?,?,?)", int64(d.target), int(d.node), d.hour/hourMicros, part, at, len(d.data)); err != nil || old == 0 {
		return err
	}
	return exec(raw, "delete from part where id = ? and not exists (select 1 from sealed where part = ?)", old, old)
}

// eachSealed calls yield with the sealed hours of a month that begin in [from, to).
func eachSealed(raw *sqlite3.Conn, k key, from, to int64, yield func(hour int64, data []byte) error) error {
	return query(raw, "select hour, substr(data, at+1, size), size from sealed left join part on id = part where target=? and node=? and hour>=? and hour<? order by hour",
		[]any{int64(k.target), int(k.node), floorDiv(from+hourMicros-1, hourMicros), floorDiv(to+hourMicros-1, hourMicros)}, func(r *sqlite3.Stmt) error {
			data := r.ColumnRawBlob(1)
			if len(data) != r.ColumnInt(2) {
				data = nil
			}
			return yield(r.ColumnInt64(0)*hourMicros, data)
		})
}

// rows calls yield with the raw rows sent in [from, to), hour by hour. What is
// damaged is passed over and noted.
func (v *view) rows(from, to int64, yield func(*latency.Result) bool) error {
	inside := true
	keep := func(r *latency.Result) bool {
		if t := r.Sent.UnixMicro(); t >= from && t < to {
			inside = yield(r)
		}
		return inside
	}
	var months []string
	if err := query(v.s.r, "select month from months where month >= ? and month <= ? order by month", []any{monthOf(from), monthOf(min(to, v.sealed))}, func(r *sqlite3.Stmt) error {
		months = append(months, r.ColumnText(0))
		return nil
	}); err != nil {
		return err
	}
	for _, month := range months {
		err := v.monthRows(month, hourOf(from), min(to, v.sealed), &inside, keep)
		if isDamage(err) || errors.Is(err, ErrNewer) {
			v.damaged = errors.Join(v.damaged, fmt.Errorf("raw samples of %s: %w", month, err))
			continue
		}
		if err != nil || !inside {
			return err
		}
	}
	for _, g := range v.live {
		if h := hourOf(g.t0); h >= v.sealed && h < to && h+hourMicros > from && inside {
			if err := g.within(h, keep); err != nil {
				return err
			}
		}
	}
	for i := range v.pending {
		r := v.pending[i]
		if r.RTT > 0 {
			r.RTT = stored(r.RTT)
		}
		if inside {
			keep(&r)
		}
	}
	return nil
}

func (v *view) monthRows(month string, from, to int64, inside *bool, keep func(*latency.Result) bool) error {
	c, err := v.s.monthConn(month)
	if err != nil || c == nil {
		return err
	}
	defer c.SetInterrupt(c.SetInterrupt(v.s.r.GetInterrupt()))
	var damaged error
	err = eachSealed(c, v.k, from, to, func(hour int64, data []byte) error {
		segments, err := v.s.infl.unseal(data, v.k.target, v.k.node)
		for _, g := range segments {
			if *inside && err == nil {
				err = g.within(hour, keep)
			}
		}
		if isDamage(err) { // this hour; the next may be whole
			damaged, err = err, nil
		}
		return err
	})
	return errors.Join(err, damaged)
}

// month is a reading connection to a month's file.
type month struct {
	*sqlite3.Conn
	file os.FileInfo // nil on a VFS of tests
	used int64
}

// maxMonths is how many of them stay open.
const maxMonths = 4

// monthConn is the reading connection to a month's file, nil when the file is
// gone; rmu is held. One that was deleted or replaced since, by this process or
// the one that measures, is opened anew.
func (s *Store) monthConn(name string) (*sqlite3.Conn, error) {
	path := s.rawPath(name)
	var now os.FileInfo
	if s.o.vfs == "" {
		var err error
		if now, err = os.Stat(path); errors.Is(err, os.ErrNotExist) {
			s.closeMonth(name)
			return nil, nil
		} else if err != nil {
			return nil, err
		}
	}
	s.uses++
	if m := s.months[name]; m != nil {
		if now == nil || os.SameFile(m.file, now) {
			m.used = s.uses
			return m.Conn, nil
		}
		s.closeMonth(name)
	}
	if s.o.vfs == "" {
		if err := checkVersion(path, len(rawMigrations)); err != nil {
			return nil, err
		}
	}
	c, err := sqlite3.OpenFlags(s.o.uri(path), sqlite3.OPEN_READWRITE|sqlite3.OPEN_URI)
	if errors.Is(err, sqlite3.CANTOPEN) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("file %q: %w", path, err)
	}
	var version int64
	if err = c.BusyTimeout(10 * time.Second); err == nil {
		version, err = queryInt(c, "pragma user_version")
	}
	if err != nil || version == 0 {
		// Nothing is in it yet: it was made, and what it is for did not happen.
		return nil, errors.Join(err, c.Close())
	}
	for len(s.months) >= maxMonths {
		oldest := ""
		for name, m := range s.months {
			if oldest == "" || m.used < s.months[oldest].used {
				oldest = name
			}
		}
		s.closeMonth(oldest)
	}
	s.months[name] = &month{Conn: c, file: now, used: s.uses}
	return c, nil
}

// closeMonth closes the reading connection to a month, if it is open; rmu is held.
func (s *Store) closeMonth(name string) {
	if m := s.months[name]; m != nil {
		_ = m.Close()
		delete(s.months, name)
	}
}
