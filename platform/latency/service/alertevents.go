package service

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/history"
)

// raisedKey is one rule on one target, as one node sees it.
type raisedKey struct {
	rule string
	node latency.NodeID
	on   latency.TargetID
}

// raised are the events of the alerts that are up. Only the goroutine that keeps
// events touches it, and whoever opens or closes before or after that runs.
type raised struct {
	up    map[raisedKey]history.Event
	ended []history.Event // whose end could not be written yet
}

// maxEnded bounds the ends that wait for a disk that takes nothing. Those beyond are
// written by the next run.
const maxEnded = 1000

// alertOf is the alert that an event is about; false for other events.
func alertOf(e *history.Event) (alert.Event, raisedKey, bool) {
	var x alert.Event
	if e.Kind != EventAlert && e.Kind != EventCleared || json.Unmarshal([]byte(e.Body), &x) != nil {
		return x, raisedKey{}, false
	}
	return x, raisedKey{x.Rule, e.Node, e.Target}, true
}

// resumeRaised finds the events of the alerts that were up when the last run ended,
// and ends those that are not any more. Last is when something was measured last.
func (s *Service) resumeRaised(ctx context.Context, standing []alert.Standing, last time.Time) error {
	s.raised.up = map[raisedKey]history.Event{}
	up := map[raisedKey]alert.Standing{}
	for _, st := range standing {
		if (st.Level == alert.Warning || st.Level == alert.Critical) && !st.Since.IsZero() {
			up[raisedKey{st.Rule, st.Node, st.On}] = st
		}
	}
	open, err := s.store.Unended(ctx, EventAlert)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range open {
		_, key, ok := alertOf(&e)
		if _, stands := up[key]; ok && stands {
			s.raised.up[key] = e
			continue
		}
		e.Until = last
		errs = append(errs, s.store.SaveEvent(&e))
	}
	for key, st := range up {
		if _, ok := s.raised.up[key]; ok {
			continue
		}
		// An earlier version's event had no length.
		list, err := s.store.Events(ctx, key.on, st.Since, st.Since)
		errs = append(errs, err)
		for _, e := range list {
			if _, k, ok := alertOf(&e); ok && k == key && e.Kind == EventAlert {
				e.Until = history.Unended
				errs = append(errs, s.store.SaveEvent(&e))
				s.raised.up[key] = e
			}
		}
	}
	return errors.Join(errs...)
}

// endRaised ends the event of the alert that e is the end or another level of.
func (s *Service) endRaised(e *history.Event) {
	x, key, ok := alertOf(e)
	if !ok || x.Held { // the end of what was only held
		return
	}
	was, ok := s.raised.up[key]
	if !ok {
		return
	}
	was.Until = e.At
	delete(s.raised.up, key)
	s.raised.ended = append(s.raised.ended, was)
	s.raised.ended = s.raised.ended[max(0, len(s.raised.ended)-maxEnded):]
	s.saveEnded()
}

// saveEnded writes the ends that are not written yet.
func (s *Service) saveEnded() {
	for len(s.raised.ended) > 0 {
		if err := s.store.SaveEvent(&s.raised.ended[0]); err != nil {
			s.kept(err)
			return
		}
		s.kept(nil)
		s.raised.ended = s.raised.ended[1:]
	}
}

// saveNote keeps an event. One of an alert that is up goes on until it is cleared,
// so that it is there for whoever looks at any time in between.
func (s *Service) saveNote(e history.Event) {
	s.endRaised(&e)
	if e.Kind == EventAlert {
		e.Until = history.Unended
	}
	err := s.store.SaveEvent(&e)
	if _, key, ok := alertOf(&e); ok && e.Kind == EventAlert && e.ID != 0 {
		s.raised.up[key] = e
	}
	s.kept(err)
}
