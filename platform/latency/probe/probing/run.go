package probing

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"time"

	probing "github.com/prometheus-community/pro-bing"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/outbox"
	"tacklebox/platform/latency/probe/socket"
)

const (
	// A Pinger keeps something for each ping without an answer, for ever, so it
	// sends no more than this many and no longer than an engine's lifetime.
	pings    = 30_000
	lifetime = 10 * time.Minute
	// sendingLimit bounds what is believed of the time that sending took.
	sendingLimit = 250 * time.Millisecond
	// smallest is what pro-bing needs to know its own answers by.
	smallest = 24
	// echoHeader is an echo message's header in bytes.
	echoHeader = 8
)

// run is the life of one Pinger. What it shares with callers is under the
// target's lock.
type run struct {
	t      *target
	p      *probing.Pinger
	addr   netip.Addr
	size   int
	count  int
	ctx    context.Context
	cancel context.CancelFunc

	heard   time.Duration // when it last sent, or failed to
	ready   bool          // its socket is open
	retired bool          // it shall send no more
	stop    *time.Timer   // ends its listening
	first   int           // the number of entries[0]
	entries []entry

	// Of the Pinger's own goroutine.
	refusals int // "broadcast" notices since the last that was sent
	spun     bool
}

// entry is one ping that may still be answered.
type entry struct {
	at       time.Duration
	wall     time.Time // the same instant, for sending
	seq      uint64
	known    bool // seq is set
	answered bool
}

// errProhibited is what a route of type prohibit or a policy answers.
var errProhibited = fmt.Errorf("send the echo request: %w: a route or policy of this machine prohibits it", os.ErrPermission)

// start makes a Pinger and its goroutine. It is called under the target's lock.
func start(t *target, r probe.Request) *run {
	addr := r.Addr.Addr().Unmap()
	u := &run{t: t, addr: addr, size: min(max(r.Size, smallest), latency.MaxSize), heard: t.e.Now()}
	if r.Size == 0 {
		u.size = latency.DefaultSize
	}
	every := max(r.Every, time.Millisecond)
	u.count = int(min(max(t.e.lifetime/every, 1), pings))
	p := probing.New("")
	p.SetIPAddr(&net.IPAddr{IP: addr.AsSlice(), Zone: addr.Zone()})
	p.SetPrivileged(t.e.raw)
	p.SetLogger(u)
	p.SetTrafficClass(uint8(r.DSCP << 2))
	p.Interval, p.Count, p.Size = every, u.count, u.size
	p.RecordRtts, p.RecordTTLs = false, false
	if r.TTL > 0 {
		p.TTL = r.TTL
	}
	switch _, err := netip.ParseAddr(r.Source); {
	case r.Source == "":
	case err == nil:
		p.Source = r.Source
	default:
		p.InterfaceName = r.Source
	}
	p.OnSetup, p.OnSend, p.OnSendError = u.onSetup, u.onSend, u.onSendError
	p.OnRecv, p.OnDuplicateRecv = u.onRecv, u.onRecv
	u.p = p
	u.ctx, u.cancel = context.WithCancel(t.e.ctx)
	t.e.wg.Add(1)
	go u.live()
	return u
}

func (u *run) live() {
	defer u.t.e.wg.Done()
	err := u.ping()
	ended := u.ctx.Err() != nil
	u.cancel()
	u.t.mu.Lock()
	defer u.t.mu.Unlock()
	if u.stop != nil {
		u.stop.Stop()
	}
	// Without an error it has sent its count, and every answer came.
	if err != nil && !ended {
		u.t.broken(u, u.reason(err))
	} else if u.t.run == u {
		u.t.run = nil
	}
}

// ping runs the Pinger in a goroutine of its own, which Goexit may end.
func (u *run) ping() error {
	done := make(chan error, 1)
	go func() {
		err := errProhibited
		defer func() { done <- err }()
		err = u.p.RunWithContext(u.ctx)
		if u.spun {
			err = errProhibited
		}
	}()
	return <-done
}

// reason says why the Pinger ended. Before its socket is open the system's no is
// to the socket, not to the packet.
func (u *run) reason(err error) latency.Reason {
	why := socket.Reason(err)
	switch {
	case u.ready:
	case why == latency.ReasonProhibited:
		why = latency.ReasonPermission
	case u.p.InterfaceName != "":
		if _, err := net.InterfaceByName(u.p.InterfaceName); err != nil {
			why = latency.ReasonLinkDown
		}
	}
	return why
}

// retire has the Pinger send no more and listen until the last answers that
// matter. It may send once more, which nothing is said of: its Count can only be
// changed by its own goroutine.
func (u *run) retire() {
	u.retired = true
	u.listenOn()
}

func (u *run) listenOn() {
	if u.stop == nil {
		u.stop = time.AfterFunc(u.t.window(), u.cancel)
	}
}

func (u *run) entry(number int) *entry {
	if i := number - u.first; i >= 0 && i < len(u.entries) {
		return &u.entries[i]
	}
	return nil
}

func (u *run) inFlight() int {
	n, now := 0, u.t.e.Now()
	for _, e := range u.entries {
		if e.known && !e.answered && now-e.at <= u.t.now.Timeout {
			n++
		}
	}
	return n
}

func (u *run) onSetup() {
	u.t.mu.Lock()
	u.ready = true
	u.t.mu.Unlock()
}

func (u *run) onSend(p *probing.Packet) {
	at := u.t.e.Now()
	wall := time.Now().Round(0) // without its monotonic part, as pro-bing's
	u.refusals = 0
	u.t.mu.Lock()
	defer u.t.mu.Unlock()
	u.heard = at
	u.forget(at)
	// Its numbers ascend one by one and never wrap within its count.
	u.entries = append(u.entries, entry{at: at, wall: wall})
	if u.retired {
		u.p.Count = u.p.PacketsSent + 1
		return
	}
	u.t.sent(u, p.Seq, at, "")
	if p.Seq+1 >= u.count {
		// The next that is asked starts another, which sends at once.
		u.listenOn()
		if u.t.run == u {
			u.t.run = nil
		}
	}
}

// forget drops the entries that no answer matters to any more.
func (u *run) forget(now time.Duration) {
	old := 0
	for old < len(u.entries) && now-u.entries[old].at > u.t.window() {
		old++
	}
	if old > 16 && old*2 > len(u.entries) {
		u.entries = append(u.entries[:0], u.entries[old:]...)
		u.first += old
	}
}

func (u *run) onSendError(p *probing.Packet, err error) {
	at := u.t.e.Now()
	u.refusals = 0
	u.t.mu.Lock()
	defer u.t.mu.Unlock()
	u.heard = at
	if u.retired {
		u.p.Count = max(u.p.PacketsSent, 1)
		return
	}
	u.t.sent(u, p.Seq, at, socket.Reason(err))
}

// onRecv takes answers, duplicates too. The round trip is monotonic, from onSend
// to here, and the time that sending took before onSend.
func (u *run) onRecv(p *probing.Packet) {
	at := u.t.e.Stamp()
	wall := time.Now().Round(0)
	u.t.mu.Lock()
	defer u.t.mu.Unlock()
	e := u.entry(p.Seq)
	if e == nil {
		u.t.e.Free(at)
		return
	}
	e.answered = true
	h := probe.Happening{Target: u.t.id, Seq: e.seq, What: probe.Answer, Addr: u.addr, From: from(p.IPAddr), TTL: uint8(min(max(p.TTL, 0), 255))}
	if p.Nbytes < u.size+echoHeader {
		h.What, h.Reason = probe.Bad, latency.ReasonTruncated
	}
	switch spare := u.t.spare; {
	case e.known:
		u.put(h, at, e.at-sending(p.Rtt, wall.Sub(e.wall)))
	case spare != nil && spare.run == u && spare.number == p.Seq && len(spare.said) < 4:
		u.t.e.Free(at)
		h.At = at.At
		if h.What == probe.Answer {
			h.RTT = max(at.At-e.at+sending(p.Rtt, wall.Sub(e.wall)), 0)
		}
		spare.said = append(spare.said, h)
	default:
		u.t.e.Free(at)
	}
}

// sending is how long pro-bing took from reading the clock to onSend, a
// scheduler's slice on a busy machine: the time since that reading, less the time
// since onSend. Both are by the wall clock; a step during the flight is in both
// and falls out.
func sending(sinceReading, sinceSend time.Duration) time.Duration {
	return min(max(sinceReading-sinceSend, 0), sendingLimit)
}

func (u *run) put(h probe.Happening, at outbox.Stamp, sent time.Duration) {
	if h.What == probe.Answer {
		u.t.e.Answer(h, at, sent)
		return
	}
	u.t.e.Free(at)
	h.At = at.At
	u.t.e.Put(h)
}

func from(a *net.IPAddr) netip.Addr {
	if a == nil {
		return netip.Addr{}
	}
	addr, _ := netip.AddrFromSlice(a.IP)
	return addr.Unmap().WithZone(a.Zone)
}

// Infof ends the Pinger's goroutine when it is told for the second time in a row
// that the system forbids to send (EACCES), which it takes for a broadcast
// address's and repeats for ever, deaf to its context.
func (u *run) Infof(format string, _ ...any) {
	if !strings.HasPrefix(format, "Pinging a broadcast") {
		return
	}
	if u.refusals++; u.refusals > 1 {
		u.spun = true
		runtime.Goexit()
	}
}

// Fatalf, Errorf, Warnf and Debugf tell what the callbacks tell better.
func (u *run) Fatalf(string, ...any) {}

// Errorf is part of pro-bing's Logger.
func (u *run) Errorf(string, ...any) {}

// Warnf is part of pro-bing's Logger.
func (u *run) Warnf(string, ...any) {}

// Debugf is part of pro-bing's Logger.
func (u *run) Debugf(string, ...any) {}
