package service

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/monitor"
)

// netipAddr keeps the signature of Options.Resolve short.
type netipAddr = netip.Addr

// SettingSeqs is the history's setting that holds, as JSON by target, up to which
// sequence numbers may be in use.
const SettingSeqs = "service.seqs"

// The other settings that a service keeps in the history.
const (
	settingAlive  = "service.alive"  // when something was measured last
	settingPaused = "service.paused" // the person paused everything
)

// The kinds of events that a service keeps.
const (
	// EventClosed is the time when nothing measured, because nothing ran.
	EventClosed = "closed"
	// EventPaused is the time when the person had paused everything.
	EventPaused = "paused"
	// EventAddress: a target's name got another address; the body is "old -> new".
	EventAddress = "address"
	// EventAsleep, EventFrozen and EventClock are those of the monitor.
	EventAsleep = string(monitor.NoticeAsleep)
	EventFrozen = string(monitor.NoticeFrozen)
	EventClock  = string(monitor.NoticeClock)
)

const (
	// keepEvery is how often the service looks after what it keeps.
	keepEvery = 15 * time.Second
	// reserve is for how long sequence numbers are set aside at a time: a process
	// that is killed skips what it did not use, so that none is used twice.
	reserve = time.Hour
	// closedAfter is from which length on a gap between two runs is an event.
	closedAfter = time.Minute
)

// resume takes up what an earlier run left.
func (s *Service) resume(ctx context.Context) error {
	if err := s.load(ctx, SettingSeqs, &s.reserved); err != nil {
		return err
	}
	s.first = maps.Clone(s.reserved)
	body, err := s.store.Setting(ctx, settingPaused)
	if err != nil {
		return err
	}
	s.paused = string(body) == "1"
	if body, err = s.store.Setting(ctx, settingAlive); err != nil {
		return err
	}
	now := s.o.Now()
	last, err := time.Parse(time.RFC3339Nano, string(body))
	if err != nil {
		last = now
	}
	if s.alerts.engine != nil {
		if err := s.resumeRaised(ctx, s.alerts.engine.Standing(), last); err != nil {
			return err
		}
	}
	if now.Sub(last) > closedAfter {
		return s.store.SaveEvent(&history.Event{Node: latency.LocalNode, At: last, Until: now, Kind: EventClosed})
	}
	return nil
}

// keep writes events and reserves sequence numbers, away from measuring.
func (s *Service) keep(ctx context.Context) {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	s.saveAlive()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case e := <-s.notes:
			s.saveNote(e)
		case <-tick.C:
			s.saveSeqs(reserve)
			s.saveStanding()
			s.saveUndelivered()
			s.saveEnded()
			if n%4 == 0 {
				s.saveAlive()
			}
		}
	}
}

// saveSeqs sets sequence numbers aside for ahead when those set aside before run
// out; with 0 it keeps the next ones exactly.
func (s *Service) saveSeqs(ahead time.Duration) {
	low := ahead == 0
	at := map[latency.TargetID]uint64{}
	for _, t := range s.mon.Status().Targets {
		at[t.ID] = t.NextSeq
	}
	next := map[latency.TargetID]uint64{}
	s.mu.Lock()
	for _, t := range s.targets {
		now, measured := at[t.ID]
		if !measured {
			now = s.first[t.ID] // it is about to be
		}
		interval := max(t.Interval, latency.MinInterval)
		if t.Interval <= 0 {
			interval = latency.DefaultInterval
		}
		n := uint64(ahead / interval)
		if ahead > 0 {
			n++
		}
		next[t.ID] = now + n
		if now+n/4 >= s.reserved[t.ID] {
			low = true
		}
	}
	s.mu.Unlock()
	if !low {
		return
	}
	err := s.save(SettingSeqs, next)
	if err == nil {
		s.mu.Lock()
		s.reserved = next
		s.mu.Unlock()
	}
	s.kept(err)
}

// load reads a setting that is JSON; one that was never kept leaves into alone.
func (s *Service) load(ctx context.Context, name string, into any) error {
	body, err := s.store.Setting(ctx, name)
	if err != nil || len(body) == 0 {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("read setting %q: %w", name, err)
	}
	return nil
}

// save keeps a setting as JSON.
func (s *Service) save(name string, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("save setting %q: %w", name, err)
	}
	return s.store.SaveSetting(name, body)
}

func (s *Service) saveAlive() {
	s.kept(s.store.SaveSetting(settingAlive, []byte(s.o.Now().Format(time.RFC3339Nano))))
}

func (s *Service) savePaused(_ context.Context, paused bool) error {
	value := "0"
	if paused {
		value = "1"
	}
	return s.store.SaveSetting(settingPaused, []byte(value))
}

// notice takes what the monitor tells beside the rows. It must not wait: when
// events come faster than the disk takes them the last ones are left out, and
// the rows still say what happened.
func (s *Service) notice(n monitor.Notice) {
	e := history.Event{Node: latency.LocalNode, Target: n.Target, At: n.At, Until: n.At, Kind: string(n.Kind)}
	switch n.Kind {
	case monitor.NoticeAddress:
		e.Body = n.Before + " -> " + n.Text
	case monitor.NoticeAsleep, monitor.NoticeFrozen:
		e.Until = n.At.Add(n.Took)
	case monitor.NoticeClock:
		e.Body = n.Took.String()
	default:
		e.Body = n.Text
	}
	select {
	case s.notes <- e:
	default:
	}
}

func (s *Service) saveNotes() {
	for {
		select {
		case e := <-s.notes:
			s.saveNote(e)
		default:
			return
		}
	}
}

// Mark keeps an event that a person or an alert makes.
func (s *Service) Mark(e *history.Event) error { return s.store.SaveEvent(e) }
