package history

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ncruces/go-sqlite3"

	"tacklebox/platform/latency"
)

// Event is something noted beside the measurements: an address changed, the
// machine slept, an alert was raised, a remark.
type Event struct {
	ID        int64
	Node      latency.NodeID
	Target    latency.TargetID // 0 is all of them
	At, Until time.Time
	Kind      string
	Body      string
}

func (s *Store) loadTargets() error {
	list, err := s.targets(s.w)
	if err != nil {
		return fmt.Errorf("read targets: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range list {
		s.interval[t.ID] = t.Interval.Microseconds()
	}
	return nil
}

func (s *Store) targets(c *sqlite3.Conn) (out []latency.Target, err error) {
	err = query(c, "select id, body from targets order by place, id", nil, func(r *sqlite3.Stmt) error {
		var t latency.Target
		if err := json.Unmarshal(r.ColumnRawText(1), &t); err != nil {
			return fmt.Errorf("target %d: %w", r.ColumnInt64(0), err)
		}
		t.ID = latency.TargetID(r.ColumnInt64(0))
		t.URL, _ = latency.WithoutLogin(t.URL)
		t.Name, _ = latency.WithoutLogin(t.Name)
		out = append(out, t)
		return nil
	})
	return out, err
}

// Targets are all targets in their order.
func (s *Store) Targets(ctx context.Context) (out []latency.Target, err error) {
	err = s.read(ctx, "targets", func(c *sqlite3.Conn) error { out, err = s.targets(c); return err })
	return out, err
}

// read runs do with the reading connection.
func (s *Store) read(ctx context.Context, what string, do func(*sqlite3.Conn) error) error {
	s.rmu.Lock()
	defer s.rmu.Unlock()
	if s.r == nil {
		return fmt.Errorf("read %s: %w", what, errClosed)
	}
	s.r.SetInterrupt(ctx)
	defer s.r.SetInterrupt(context.Background())
	if err := do(s.r); err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	return nil
}

// change runs do in one transaction of the writing connection.
func (s *Store) change(what string, do func(*sqlite3.Conn) error) error {
	if !s.Writer() {
		return fmt.Errorf("save %s: %w", what, ErrReader)
	}
	s.wmu.Lock()
	defer s.wmu.Unlock()
	if s.w == nil {
		return fmt.Errorf("save %s: %w", what, errClosed)
	}
	if err := inTransaction(s.w, func() error { return do(s.w) }); err != nil {
		return fmt.Errorf("save %s: %w", what, explain(err))
	}
	return nil
}

// SaveTarget keeps a target at a place in the order. One with ID 0 is new and
// gets its ID, which no target ever had before.
func (s *Store) SaveTarget(t *latency.Target, place int) error {
	for _, text := range []string{t.URL, t.Name} {
		if public, login := latency.WithoutLogin(text); login {
			return fmt.Errorf("save target %q: %w", public, ErrLogin)
		}
	}
	body, err := json.Marshal(t)
	if err != nil {
		return err
	}
	err = s.change(fmt.Sprintf("target %q", t.Name), func(c *sqlite3.Conn) error {
		if t.ID != 0 {
			return exec(c, "insert or replace into targets values (?,?,?)", int64(t.ID), place, string(body))
		}
		err := exec(c, "insert into targets (place, body) values (?,?)", place, string(body))
		t.ID = latency.TargetID(c.LastInsertRowID())
		return err
	})
	if err == nil {
		s.mu.Lock()
		s.interval[t.ID] = t.Interval.Microseconds()
		s.mu.Unlock()
	}
	return err
}

// DeleteTarget forgets a target and its roll-ups. Its raw samples go with their
// months.
func (s *Store) DeleteTarget(id latency.TargetID) error {
	return s.change(fmt.Sprintf("target %d", id), func(c *sqlite3.Conn) error {
		for _, table := range []string{"minute", "five", "hour", "day", "events"} {
			if err := exec(c, "delete from "+table+" where target = ?", int64(id)); err != nil {
				return err
			}
		}
		return exec(c, "delete from targets where id = ?", int64(id))
	})
}

// Setting is a setting's value, nil when it was never saved.
func (s *Store) Setting(ctx context.Context, name string) (value []byte, err error) {
	err = s.read(ctx, "setting", func(c *sqlite3.Conn) error {
		return query(c, "select value from settings where key=?", []any{name}, func(r *sqlite3.Stmt) error {
			value = r.ColumnBlob(0, nil)
			return nil
		})
	})
	return value, err
}

// SaveSetting keeps a setting: the state of alerts, what a person chose.
func (s *Store) SaveSetting(name string, value []byte) error {
	return s.change("setting", func(c *sqlite3.Conn) error {
		return exec(c, "insert or replace into settings values (?,?)", name, append([]byte{}, value...))
	})
}

// SaveEvent keeps an event; with ID 0 it is new and gets one.
func (s *Store) SaveEvent(e *Event) error {
	return s.change("event", func(c *sqlite3.Conn) error {
		until := max(e.Until.UnixMicro(), e.At.UnixMicro())
		if e.ID != 0 {
			return exec(c, "insert or replace into events values (?,?,?,?,?,?,?)", e.ID, int(e.Node), int64(e.Target), e.At.UnixMicro(), until, e.Kind, e.Body)
		}
		err := exec(c, "insert into events (node, target, at, until, kind, body) values (?,?,?,?,?,?)", int(e.Node), int64(e.Target), e.At.UnixMicro(), until, e.Kind, e.Body)
		e.ID = c.LastInsertRowID()
		return err
	})
}

// Unended is Until of an event that goes on.
var Unended = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Unended are the events of a kind that go on, of all targets.
func (s *Store) Unended(ctx context.Context, kind string) (out []Event, err error) {
	err = s.read(ctx, "events", func(c *sqlite3.Conn) error {
		out, err = events(c, "until >= ? and kind = ?", Unended.UnixMicro(), kind)
		return err
	})
	return out, err
}

// events are those that a condition holds for, by time.
func events(c *sqlite3.Conn, where string, args ...any) (out []Event, err error) {
	err = query(c, "select id, node, target, at, until, kind, body from events where "+where+" order by at, id", args, func(r *sqlite3.Stmt) error {
		out = append(out, Event{ID: r.ColumnInt64(0), Node: latency.NodeID(r.ColumnInt64(1)), Target: latency.TargetID(r.ColumnInt64(2)),
			At: time.UnixMicro(r.ColumnInt64(3)), Until: time.UnixMicro(r.ColumnInt64(4)), Kind: r.ColumnText(5), Body: r.ColumnText(6)})
		return nil
	})
	return out, err
}

// Events are those of a target, and of all targets, that touch [from, to].
func (s *Store) Events(ctx context.Context, target latency.TargetID, from, to time.Time) (out []Event, err error) {
	err = s.read(ctx, "events", func(c *sqlite3.Conn) error {
		out, err = events(c, "at <= ? and until >= ? and target in (0, ?)", to.UnixMicro(), from.UnixMicro(), int64(target))
		return err
	})
	return out, err
}
