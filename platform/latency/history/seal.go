package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/ncruces/go-sqlite3"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
)

func monthOf(t int64) string { return time.UnixMicro(t).UTC().Format("2006-01") }

func (s *Store) rawPath(month string) string { return filepath.Join(s.dir, "raw-"+month+".db") }

// sealDue seals what is over; wmu is held and the journal is written. The order
// makes each step repeatable: samples into the month's file, then roll-ups,
// outages, mark and journal in one transaction. Cut off in between, it happens
// again with the same rows, which are told apart by seq and outcome.
func (s *Store) sealDue() error {
	if s.exports.Load() > 0 {
		return nil
	}
	now := s.o.Now().Add(-sealAfter).UnixMicro()
	due := map[int64][]key{}
	s.mu.Lock()
	for k, list := range s.live {
		for _, g := range list {
			if h := hourOf(g.t0); h >= s.sealed && h+hourMicros <= now && !slices.Contains(due[h], k) {
				due[h] = append(due[h], k)
			}
		}
	}
	for d := range s.dirty {
		if !slices.Contains(due[d.hour], d.key) {
			due[d.hour] = append(due[d.hour], d.key)
		}
	}
	s.mu.Unlock()
	hours := make([]int64, 0, len(due))
	for h := range due {
		hours = append(hours, h)
	}
	slices.Sort(hours)
	for _, h := range hours {
		if err := s.sealHour(h, due[h]); err != nil {
			return err
		}
	}
	if len(hours) > 0 {
		return s.retain()
	}
	return nil
}

// sealedHour is what one hour of one target comes to.
type sealedHour struct {
	key
	rows     int
	data     []byte
	minutes  [60]histogram.Histogram
	segments []*segment
	// over is an hour whose raw samples the retention has deleted: its roll-ups
	// cannot be made again and stay as they are.
	over bool
}

func (s *Store) sealHour(hour int64, keys []key) (err error) {
	month := monthOf(hour)
	if err := exec(s.w, "insert or ignore into months values (?)", month); err != nil {
		return err
	}
	raw, err := s.o.openFile(s.rawPath(month), "delete", rawMigrations)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	done := make([]sealedHour, len(keys))
	for i, k := range keys {
		if err := s.makeHour(raw, hour, k, &done[i]); err != nil {
			return err
		}
	}
	if err := inTransaction(raw, func() error {
		for i := range done {
			d := &done[i]
			if d.over {
				continue
			}
			if err := exec(raw, "insert or replace into sealed (target, node, hour, rows, data) values (?,?,?,?,?)", int64(d.target), int(d.node), hour, d.rows, d.data); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	mark := max(s.sealed, hour+hourMicros)
	if err := inTransaction(s.w, func() error {
		for i := range done {
			if err := s.rollUp(hour, &done[i]); err != nil {
				return err
			}
		}
		if err := exec(s.w, "insert or replace into meta values ('sealed', ?), ('through', ?)", mark, s.last); err != nil {
			return err
		}
		return exec(s.w, "delete from journal where hour = ?", hour/hourMicros)
	}); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sealed = mark
	for _, k := range keys {
		delete(s.dirty, sealKey{k, hour})
	}
	s.prune(mark)
	return nil
}

func inTransaction(c *sqlite3.Conn, do func() error) (err error) {
	tx, err := c.BeginImmediate()
	if err != nil {
		return err
	}
	defer tx.End(&err)
	return do()
}

// makeHour joins what is sealed of an hour with what is live, and counts it.
func (s *Store) makeHour(raw *sqlite3.Conn, hour int64, k key, d *sealedHour) error {
	d.key = k
	var rows []latency.Result
	known, sealed := newIdentities(s.intervalMicros(k.target)), false
	add := func(r *latency.Result) bool {
		if known.isNew(r) {
			rows = append(rows, *r)
		}
		return true
	}
	err := query(raw, "select data from sealed where target=? and node=? and hour=?", []any{int64(k.target), int(k.node), hour}, func(r *sqlite3.Stmt) error {
		sealed = true
		old, err := new(inflater).unseal(r.ColumnRawBlob(0), k.target, k.node)
		for _, g := range old {
			err = errors.Join(err, g.within(hour, add))
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("seal target %d: %w", k.target, err)
	}
	if !sealed {
		list, _, err := rowSlots(s.w, &tiers[tierHour], k, own, floorTo(hour, dayMicros))
		if d.over = list[tiers[tierHour].index(hour)] != nil; err != nil || d.over {
			return err
		}
	}
	s.mu.Lock()
	live := s.live[k]
	s.mu.Unlock()
	for _, g := range live {
		if hourOf(g.t0) == hour {
			if err := g.within(hour, add); err != nil {
				return err
			}
		}
	}
	s.mu.Lock()
	d.segments = build(rows, s.intervalOf)
	s.mu.Unlock()
	d.rows, d.data = len(rows), seal(d.segments)
	// Counted is what will be read, so that roll-ups are exactly those of the raw
	// samples.
	for _, g := range d.segments {
		if err := g.within(hour, func(r *latency.Result) bool {
			count(&d.minutes[(r.Sent.UnixMicro()-hour)/60_000_000], r)
			return true
		}); err != nil {
			return err
		}
	}
	return nil
}

// within is each with the times kept inside an hour, which the tolerance may leave
// by some milliseconds.
func (g *segment) within(hour int64, yield func(*latency.Result) bool) error {
	return g.each(func(r *latency.Result) bool {
		if t := r.Sent.UnixMicro(); t < hour || t >= hour+hourMicros {
			r.Sent = time.UnixMicro(min(max(t, hour), hour+hourMicros-1))
		}
		return yield(r)
	})
}

// count adds a row to a histogram.
func count(h *histogram.Histogram, r *latency.Result) {
	switch {
	case r.Outcome == latency.Reply:
		h.Observe(r.RTT)
	case r.Outcome.Lost():
		h.Lost++
	case r.Outcome == latency.SendError:
		h.SendErrors++
	case r.Outcome == latency.NotMeasured:
		h.Unmeasured++
	case r.Outcome == latency.Late:
		h.Late++
	case r.Outcome == latency.Duplicate:
		h.Duplicates++
	}
}

func isEmpty(h *histogram.Histogram) bool {
	return h.Decided()+h.SendErrors+h.Unmeasured+h.Late+h.Duplicates == 0
}

// rollUp writes the tiers of an hour; the day again with each of its hours.
func (s *Store) rollUp(hour int64, d *sealedHour) error {
	if d.over {
		return nil
	}
	var whole histogram.Histogram
	fives := make([]histogram.Histogram, 12)
	minutes, five := tiers[tierMinute].newSlots(), tiers[tierFive].newSlots()
	for i := range d.minutes {
		minutes.set(i, &d.minutes[i])
		fives[i/5].Merge(&d.minutes[i])
		whole.Merge(&d.minutes[i])
	}
	for i := range fives {
		five.set(i, &fives[i])
	}
	if err := putSlots(s.w, &tiers[tierMinute], d.key, own, hour, minutes); err != nil {
		return err
	}
	if err := putSlots(s.w, &tiers[tierFive], d.key, own, hour, five); err != nil {
		return err
	}
	day := floorTo(hour, dayMicros)
	hours, _, err := rowSlots(s.w, &tiers[tierHour], d.key, own, day)
	if err != nil {
		return err
	}
	hours.set(tiers[tierHour].index(hour), &whole)
	if err := putSlots(s.w, &tiers[tierHour], d.key, own, day, hours); err != nil {
		return err
	}
	sum, err := sumWithin(&tiers[tierHour], hours, day, dayMicros)
	if err != nil {
		return err
	}
	days := tiers[tierDay].newSlots()
	days.set(0, sum)
	if err := putSlots(s.w, &tiers[tierDay], d.key, own, day, days); err != nil {
		return err
	}
	return s.yieldTo(hour, d)
}

// retain deletes what is older than its tier's retention.
func (s *Store) retain() error {
	now := s.o.Now()
	for _, t := range []struct {
		table string
		keep  time.Duration
	}{{"minute", s.keep.Minute}, {"five", s.keep.Five}, {"hour", s.keep.Hour}} {
		if t.keep > 0 {
			if err := exec(s.w, "delete from "+t.table+" where start < ?", s.keep.from(t.table, now.UnixMicro())); err != nil {
				return err
			}
		}
	}
	if s.keep.Raw <= 0 {
		return nil
	}
	oldest := monthOf(now.Add(-s.keep.Raw).UnixMicro())
	var gone []string
	if err := query(s.w, "select month from months where month < ?", []any{oldest}, func(r *sqlite3.Stmt) error {
		gone = append(gone, r.ColumnText(0))
		return nil
	}); err != nil {
		return err
	}
	for _, month := range gone {
		if err := s.forgetMonth(month); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) forgetMonth(month string) error {
	s.rmu.Lock()
	if c := s.raws[month]; c != nil {
		_ = c.Close()
		delete(s.raws, month)
	}
	s.rmu.Unlock()
	if err := os.Remove(s.rawPath(month)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return exec(s.w, "delete from months where month = ?", month)
}
