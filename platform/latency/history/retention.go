package history

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// Retention is how long each tier is kept; zero is for ever. Raw samples go by
// whole months, so that each is kept for at least Raw and up to a month longer;
// minutes and five minutes go by hours, hours by days. Days stay for ever.
type Retention struct {
	Raw, Minute, Five, Hour time.Duration
}

// DefaultRetention is what a store keeps unless told otherwise.
func DefaultRetention() Retention {
	const day = 24 * time.Hour
	return Retention{Raw: 30 * day, Minute: 180 * day, Five: 730 * day}
}

// fields names the values as they are stored.
func (k *Retention) fields() map[string]*time.Duration {
	return map[string]*time.Duration{"keep-raw": &k.Raw, "keep-minute": &k.Minute, "keep-five": &k.Five, "keep-hour": &k.Hour}
}

// from is the instant before which a tier is deleted.
func (k *Retention) from(t *tier, now int64) int64 {
	keep := map[string]time.Duration{"minute": k.Minute, "five": k.Five, "hour": k.Hour}[t.table]
	if keep <= 0 {
		return -1 << 62
	}
	return floorTo(now-keep.Microseconds(), t.row)
}

func (k *Retention) rawFrom(now int64) int64 {
	if k.Raw <= 0 {
		return -1 << 62
	}
	t := time.UnixMicro(now - k.Raw.Microseconds()).UTC()
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC).UnixMicro()
}

// Retention is how long the tiers are kept.
func (s *Store) Retention() Retention {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keep
}

// SetRetention keeps tiers as long as k says from now on; it is saved with the
// store. What is too old by it is deleted with the next hour that is sealed. What
// was deleted before does not come back.
func (s *Store) SetRetention(k Retention) error {
	for name, d := range k.fields() {
		if *d < 0 || *d > 0 && *d < 48*time.Hour {
			return fmt.Errorf("save retention: %s of %v: choose two days or more, or 0 for ever", name, *d)
		}
	}
	if err := s.change("retention", func(c *sqlite3.Conn) error {
		for name, d := range k.fields() {
			if err := exec(c, "insert or replace into meta values (?,?)", name, d.Microseconds()); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep = k
	return nil
}

// loadRetention reads what SetRetention saved, unless the options say otherwise.
func (s *Store) loadRetention() error {
	k := DefaultRetention()
	if s.o.Retention != nil {
		k = *s.o.Retention
	} else {
		fields := k.fields()
		if err := query(s.w, "select key, value from meta where key >= 'keep-' and key < 'keep.'", nil, func(r *sqlite3.Stmt) error {
			if d := fields[r.ColumnText(0)]; d != nil {
				*d = time.Duration(max(r.ColumnInt64(1), 0)) * time.Microsecond
			}
			return nil
		}); err != nil {
			return fmt.Errorf("read retention: %w", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep = k
	return nil
}

// retain deletes what is older than its tier's retention; wmu is held.
func (s *Store) retain() error {
	now, keep := s.o.Now().UnixMicro(), s.Retention()
	for i := tierHour; i < tierRaw; i++ {
		t := &tiers[i]
		if from := keep.from(t, now); from > -1<<62 {
			if err := inTransaction(s.w, func() error { return deleteBefore(s.w, t, from) }); err != nil {
				return err
			}
		}
	}
	// Pages that deleting left free go back to the disk a few at a time; most are
	// used again within the hour.
	if free, err := queryInt(s.w, "pragma freelist_count"); err != nil || free > freePages {
		if err := errors.Join(err, exec(s.w, fmt.Sprintf("pragma incremental_vacuum(%d)", min(free-freePages, vacuumPages)))); err != nil {
			return err
		}
	}
	if keep.Raw <= 0 {
		return nil
	}
	var gone []string
	if err := query(s.w, "select month from months where month < ?", []any{monthOf(keep.rawFrom(now))}, func(r *sqlite3.Stmt) error {
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

const (
	freePages   = 1024 // 8 MB kept for what is written next
	vacuumPages = 4096 // at most in an hour
)

// deleteBefore deletes the rows of a tier that begin before an instant: of each
// target apart, since the table is ordered by target, and without looking at any
// row that stays.
func deleteBefore(c *sqlite3.Conn, t *tier, before int64) error {
	at := [3]int64{-1 << 62, 0, 0}
	for {
		found := false
		if err := query(c, "select target, node, source from "+t.table+" where (target, node, source) > (?,?,?) order by target, node, source limit 1",
			[]any{at[0], at[1], at[2]}, func(r *sqlite3.Stmt) error {
				at, found = [3]int64{r.ColumnInt64(0), r.ColumnInt64(1), r.ColumnInt64(2)}, true
				return nil
			}); err != nil || !found {
			return err
		}
		if err := exec(c, "delete from "+t.table+" where target=? and node=? and source=? and start<?", at[0], at[1], at[2], before); err != nil {
			return err
		}
	}
}

// forgetMonth deletes a month's file. Where another program holds it open and the
// system does not let go of it, it is tried again in an hour.
func (s *Store) forgetMonth(month string) error {
	s.rmu.Lock()
	defer s.rmu.Unlock()
	s.closeMonth(month)
	path := s.rawPath(month)
	if err := vfs.Find(s.o.vfs).Delete(path, true); err != nil && !errors.Is(err, sqlite3.IOERR_DELETE_NOENT) && !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return exec(s.w, "delete from months where month = ?", month)
}
