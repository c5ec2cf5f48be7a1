package history

import (
	"cmp"
	"errors"
	"fmt"
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

// sealAtOnce is about how many hours of targets are sealed in one transaction.
const sealAtOnce = 600

// sealDue seals what is over; wmu is held and the journal is written. The order
// makes each step repeatable: samples into the month's file, then roll-ups,
// outages, mark and journal in one transaction. Cut off in between, it happens
// again with the same rows, which are told apart by seq and outcome.
func (s *Store) sealDue() error {
	if s.exports.Load() > 0 {
		return nil
	}
	due := s.due()
	for len(due) > 0 {
		// Hours as a whole, of one month.
		n := 1
		for n < len(due) && monthOf(due[n].hour) == monthOf(due[0].hour) && (n < sealAtOnce || due[n].hour == due[n-1].hour) {
			n++
		}
		if err := s.sealHours(due[:n]); err != nil {
			return err
		}
		if due = due[n:]; len(due) == 0 {
			return s.retain()
		}
	}
	return nil
}

// due are the hours that are over or got more rows, the oldest first.
func (s *Store) due() []sealKey {
	now := s.o.Now().Add(-sealAfter).UnixMicro()
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[sealKey]bool{}
	for k, list := range s.live {
		for _, g := range list {
			if h := hourOf(g.t0); h >= s.sealed && h+hourMicros <= now {
				found[sealKey{k, h}] = true
			}
		}
	}
	for d := range s.dirty {
		found[d] = true
	}
	out := make([]sealKey, 0, len(found))
	for d := range found {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b sealKey) int {
		return cmp.Or(cmp.Compare(a.hour, b.hour), cmp.Compare(a.target, b.target), cmp.Compare(a.node, b.node))
	})
	return out
}

// sealedHour is what one hour of one target comes to.
type sealedHour struct {
	sealKey
	data    []byte
	minutes [60]histogram.Histogram
	// over is an hour whose raw samples the retention has deleted: its roll-ups
	// cannot be made again and stay as they are.
	over bool
}

// sealHours seals hours of one month.
func (s *Store) sealHours(due []sealKey) error {
	month := monthOf(due[0].hour)
	if err := exec(s.w, "insert or ignore into months values (?)", month); err != nil {
		return err
	}
	done := make([]sealedHour, len(due))
	err := s.sealInto(month, due, done)
	if isDamage(err) {
		if err = s.setAside(month, err); err == nil {
			clear(done)
			err = s.sealInto(month, due, done)
		}
	}
	if err != nil {
		return err
	}
	mark := max(s.sealed, due[len(due)-1].hour+hourMicros)
	if err := inTransaction(s.w, func() error {
		for i := range done {
			if err := s.rollUp(&done[i]); err != nil {
				return err
			}
			if i+1 == len(done) || due[i+1].hour != due[i].hour {
				if err := exec(s.w, "delete from journal where hour = ?", due[i].hour/hourMicros); err != nil {
					return err
				}
			}
		}
		return exec(s.w, "insert or replace into meta values ('sealed', ?), ('through', ?)", mark, s.last)
	}); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sealed = mark
	for _, d := range due {
		delete(s.dirty, d)
	}
	s.prune(mark)
	return nil
}

// sealInto writes hours into their month's file.
func (s *Store) sealInto(month string, due []sealKey, done []sealedHour) (err error) {
	raw, err := s.o.openFile(s.rawPath(month), "delete", rawMigrations)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	for i, d := range due {
		if err := s.makeHour(raw, d, &done[i]); err != nil {
			return err
		}
	}
	return inTransaction(raw, func() error { return putSealed(raw, done) })
}

func inTransaction(c *sqlite3.Conn, do func() error) (err error) {
	tx, err := c.BeginImmediate()
	if err != nil {
		return err
	}
	defer tx.End(&err)
	return do()
}

// setAside renames a month's file that is damaged, so that a new one can take
// what is still to come. Its roll-ups are in the main file and stay.
func (s *Store) setAside(month string, cause error) error {
	path := s.rawPath(month)
	aside := path + ".damaged"
	for i := 2; ; i++ {
		if _, err := os.Lstat(aside); err != nil {
			break
		}
		aside = fmt.Sprintf("%s.damaged-%d", path, i)
	}
	s.rmu.Lock()
	s.closeMonth(month)
	s.rmu.Unlock()
	if err := os.Rename(path, aside); err != nil {
		return errors.Join(cause, err)
	}
	_ = os.Remove(path + "-journal") // of the file that is gone: it must not be applied to the new one
	s.o.OnError(fmt.Errorf("history %q is damaged: %w: it was renamed to %q and a new one begun; the minutes of that month are still there", path, cause, aside))
	s.failing = true // so that the end of it is told as well
	now := s.o.Now().UnixMicro()
	return exec(s.w, "insert into events (node, target, at, until, kind, body) values (?,0,?,?,'store',?)", int(latency.LocalNode), now, now,
		"raw samples of "+month+" were damaged and set aside as "+filepath.Base(aside))
}

// makeHour joins what is sealed of an hour with what is live, and counts it.
func (s *Store) makeHour(raw *sqlite3.Conn, at sealKey, d *sealedHour) error {
	d.sealKey = at
	var rows []latency.Result
	known, sealed := newIdentities(s.intervalMicros(at.target)), false
	add := func(r *latency.Result) bool {
		if known.isNew(r) {
			rows = append(rows, *r)
		}
		return true
	}
	err := eachSealed(raw, at.key, at.hour, at.hour+1, func(_ int64, data []byte) error {
		sealed = true
		old, err := new(inflater).unseal(data, at.target, at.node)
		for _, g := range old {
			err = errors.Join(err, g.within(at.hour, add))
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("seal target %d: %w", at.target, err)
	}
	if !sealed {
		list, _, err := rowSlots(s.w, &tiers[tierHour], at.key, own, floorTo(at.hour, dayMicros))
		if d.over = list[tiers[tierHour].index(at.hour)] != nil; err != nil || d.over {
			return err
		}
	}
	s.mu.Lock()
	live := s.live[at.key]
	s.mu.Unlock()
	for _, g := range live {
		if hourOf(g.t0) == at.hour {
			if err := g.within(at.hour, add); err != nil {
				return err
			}
		}
	}
	s.mu.Lock()
	segments := build(rows, s.intervalOf)
	s.mu.Unlock()
	d.data = s.defl.seal(segments)
	// Counted is what will be read, so that roll-ups are exactly those of the raw
	// samples.
	for _, g := range segments {
		if err := g.within(at.hour, func(r *latency.Result) bool {
			d.minutes[(r.Sent.UnixMicro()-at.hour)/60_000_000].Count(r)
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

func isEmpty(h *histogram.Histogram) bool {
	return h.Decided()+h.SendErrors+h.Unmeasured+h.Late+h.Duplicates == 0
}

// rollUp writes the tiers of an hour; the day again with each of its hours.
func (s *Store) rollUp(d *sealedHour) error {
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
	if err := putSlots(s.w, &s.defl, &tiers[tierMinute], d.key, own, d.hour, minutes); err != nil {
		return err
	}
	if err := putSlots(s.w, &s.defl, &tiers[tierFive], d.key, own, d.hour, five); err != nil {
		return err
	}
	day := floorTo(d.hour, dayMicros)
	hours, _, err := rowSlots(s.w, &tiers[tierHour], d.key, own, day)
	if err != nil {
		return err
	}
	hours.set(tiers[tierHour].index(d.hour), &whole)
	if err := putSlots(s.w, &s.defl, &tiers[tierHour], d.key, own, day, hours); err != nil {
		return err
	}
	sum, err := sumWithin(&tiers[tierHour], hours, day, dayMicros)
	if err != nil {
		return err
	}
	days := tiers[tierDay].newSlots()
	days.set(0, sum)
	if err := putSlots(s.w, &s.defl, &tiers[tierDay], d.key, own, day, days); err != nil {
		return err
	}
	return s.yieldTo(d.hour, d)
}
