package service

import (
	"cmp"
	"math"
	"net/netip"
	"slices"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/monitor"
)

// Window is how far back the live figures of a target look, for intervals of up
// to 5 s; above that they look at the last 60 probes.
const Window = 5 * time.Minute

// Level is how a target is.
type Level string

const (
	// LevelGood: it answers, and less than degradedLoss is lost.
	LevelGood Level = "good"
	// LevelDegraded: it answers, and more is lost.
	LevelDegraded Level = "degraded"
	// LevelFailed: the last failedAfter probes were all lost.
	LevelFailed Level = "failed"
	// LevelUnknown: it is not measured now, or this machine cannot send.
	LevelUnknown Level = "unknown"
)

const (
	degradedLoss = 0.02
	failedAfter  = 3
)

// Point is one decided probe.
type Point struct {
	At      time.Time
	RTT     time.Duration // of replies
	Outcome latency.Outcome
	Reason  latency.Reason
}

// ring keeps the last points of a target.
type ring struct {
	points []Point
	head   int // of the oldest, once it is full
	room   int
	late   int
}

func newRing(interval time.Duration) *ring {
	if interval <= 0 {
		interval = latency.DefaultInterval
	}
	return &ring{room: max(60, int(Window/max(interval, latency.MinInterval)))}
}

func (r *ring) add(x *latency.Result) {
	if !x.Outcome.Decides() {
		if x.Outcome == latency.Late {
			r.late++
		}
		return
	}
	p := Point{At: x.Sent, RTT: x.RTT, Outcome: x.Outcome, Reason: x.Reason}
	if len(r.points) < r.room {
		r.points = append(r.points, p)
		return
	}
	r.points[r.head] = p
	r.head = (r.head + 1) % r.room
}

// list are the points, the oldest first.
func (r *ring) list() []Point {
	out := make([]Point, 0, len(r.points))
	out = append(out, r.points[r.head:]...)
	return append(out, r.points[:r.head]...)
}

// Live is how a target has been lately.
type Live struct {
	latency.Target
	// Address is where it is asked; AddressErr says why there is none.
	Address    netip.Addr
	AddressErr error
	Engine     string
	Level      Level
	// Last is the last decided probe; its At is zero when there is none.
	Last Point
	// Answered is the last reply.
	Answered Point
	// Over the window: Median, Jitter (the mean difference of neighbouring round
	// trips, without smoothing) and Loss (0 to 1), which is NaN when nothing counts.
	Median, Jitter time.Duration
	Loss           float64
	Sent, Lost     int
	// LostInRow is how many were lost at the end.
	LostInRow int
	// Points are what all this was computed from, the oldest first.
	Points []Point
}

// Snapshot is everything that a list of targets shows.
type Snapshot struct {
	Targets []Live
	Engines []monitor.EngineStatus
	// Rate is in probes a second; Stretch above 1 says by how much the cap makes
	// intervals longer.
	Rate, Stretch float64
	Paused        bool
	// Writer is false where another process measures.
	Writer bool
	// StoreErr is set while nothing can be written; Dropped counts the rows that
	// were given up for it.
	StoreErr error
	Dropped  uint64
}

// Snapshot computes the live figures of all targets.
func (s *Service) Snapshot() Snapshot {
	var st monitor.Status
	if s.mon != nil {
		st = s.mon.Status()
	}
	at := map[latency.TargetID]monitor.TargetStatus{}
	for _, t := range st.Targets {
		at[t.ID] = t
	}
	engines := map[latency.Kind]string{}
	for _, e := range st.Engines {
		engines[e.Kind] = e.Name
	}
	out := Snapshot{Engines: st.Engines, Rate: st.Rate, Stretch: st.Stretch, Writer: s.mon != nil, Dropped: s.store.Dropped()}
	now := s.o.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	out.Paused, out.StoreErr = s.paused, cmp.Or(s.storeErr, s.keepErr)
	out.Targets = make([]Live, len(s.targets))
	for i, t := range s.targets {
		l := &out.Targets[i]
		l.Target, l.Address, l.AddressErr, l.Engine = t, at[t.ID].Address, at[t.ID].Err, engines[t.Kind]
		if r := s.live[t.ID]; r != nil {
			l.Points = r.list()
		}
		l.compute(now, s.paused || t.Paused)
	}
	return out
}

// compute fills in what follows from the points.
func (l *Live) compute(now time.Time, paused bool) {
	var rtts []time.Duration
	var moved time.Duration
	var before time.Duration
	moves := 0
	for _, p := range l.Points {
		if p.Outcome.Counts() {
			l.Sent++
		}
		if p.Outcome != latency.Reply {
			if p.Outcome.Lost() {
				l.Lost++
				l.LostInRow++
			}
			before = 0
			continue
		}
		l.LostInRow = 0
		l.Answered = p
		rtts = append(rtts, p.RTT)
		if before > 0 {
			moved += (p.RTT - before).Abs()
			moves++
		}
		before = p.RTT
	}
	l.Loss = math.NaN()
	if l.Sent > 0 {
		l.Loss = float64(l.Lost) / float64(l.Sent)
	}
	if len(rtts) > 0 {
		slices.Sort(rtts)
		l.Median = rtts[len(rtts)/2]
	}
	if moves > 0 {
		l.Jitter = moved / time.Duration(moves)
	}
	if n := len(l.Points); n > 0 {
		l.Last = l.Points[n-1]
	}
	l.Level = l.level(now, paused)
}

func (l *Live) level(now time.Time, paused bool) Level {
	interval := l.Interval
	if interval <= 0 {
		interval = latency.DefaultInterval
	}
	timeout := l.Timeout
	if timeout <= 0 {
		timeout = latency.DefaultTimeout(l.Kind)
	}
	switch {
	case paused || l.Last.At.IsZero() || !l.Last.Outcome.Counts():
		return LevelUnknown
	case now.Sub(l.Last.At) > 3*interval+timeout+15*time.Second:
		return LevelUnknown
	case l.LostInRow >= failedAfter || l.Answered.At.IsZero():
		return LevelFailed
	case l.Loss >= degradedLoss:
		return LevelDegraded
	}
	return LevelGood
}
