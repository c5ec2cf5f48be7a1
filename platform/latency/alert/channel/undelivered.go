package channel

import (
	"cmp"
	"slices"
	"time"
)

// Undelivered is what a channel has not taken yet, to be kept over the end of a
// program.
type Undelivered struct {
	Channel  string    `json:"channel"`
	Messages []Waiting `json:"messages,omitempty"`
	// Lost is true when messages before them were given up on.
	Lost bool `json:"lost,omitempty"`
}

// Waiting is a message since when it waits.
type Waiting struct {
	Message Message   `json:"message"`
	At      time.Time `json:"at"`
}

// Undelivered is what waits, by channel; also after Close.
func (q *Queue) Undelivered() []Undelivered {
	q.mu.Lock()
	defer q.mu.Unlock()
	var out []Undelivered
	for id, w := range q.workers {
		if len(w.pending) == 0 && !w.lost {
			continue
		}
		u := Undelivered{Channel: id, Lost: w.lost}
		for _, p := range w.pending {
			u.Messages = append(u.Messages, Waiting{p.m, p.at})
		}
		out = append(out, u)
	}
	slices.SortFunc(out, func(a, b Undelivered) int { return cmp.Compare(a.Channel, b.Channel) })
	return out
}

// Restore takes up what an earlier run left, before what came since. Channels that
// there are not are passed over; what waited for too long is dropped, and said to be.
func (q *Queue) Restore(all []Undelivered) {
	q.mu.Lock()
	for _, u := range all {
		w := q.workers[u.Channel]
		if w == nil {
			continue
		}
		var before []queued
		for _, m := range u.Messages {
			before = append(before, queued{m.Message, m.At, w.sent})
			w.sent++
		}
		w.pending = append(before, w.pending...)
		w.lost = w.lost || u.Lost
		w.filled()
	}
	q.mu.Unlock()
	q.changed()
}
