package kernel

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/ledger"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/testbed"
)

// drive is an engine with a ledger for each target, as the monitor pairs them,
// on the test's own goroutine.
type drive struct {
	t       testing.TB
	e       *engine
	timeout time.Duration
	size    int
	ledgers map[latency.TargetID]*ledger.Ledger
	rows    map[latency.TargetID][]latency.Result
	next    map[latency.TargetID]uint64
	skipped int
	dropped uint64
	void    time.Duration // an overflow noticed then is not settled yet
	decided time.Duration // when decide was last called
	collect bool          // as the monitor does, instead of having batches handed over
}

// collected is what the names of tests end in that collect.
const collected = "collected"

// bothWays runs a test with batches that are handed over and with collecting.
func bothWays(t *testing.T, test func(*testing.T)) {
	t.Run("handed-over", test)
	t.Run(collected, test)
}

func newDrive(t testing.TB, o Options, timeout time.Duration) *drive {
	t.Helper()
	opened, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	d := &drive{t: t, e: opened.(*engine), timeout: timeout, size: 56, ledgers: map[latency.TargetID]*ledger.Ledger{},
		rows: map[latency.TargetID][]latency.Result{}, next: map[latency.TargetID]uint64{}, collect: strings.HasSuffix(t.Name(), collected)}
	if d.collect {
		d.e.Collect()
	}
	return d
}

// request is the next probe of a target.
func (d *drive) request(id latency.TargetID, addr netip.Addr) probe.Request {
	if d.ledgers[id] == nil {
		d.ledgers[id] = ledger.New(ledger.Config{Target: id, Engine: Name, Timeout: d.timeout, Emit: func(r latency.Result) {
			d.rows[id] = append(d.rows[id], r)
		}})
	}
	seq := d.next[id]
	d.next[id]++
	return probe.Request{Target: id, Seq: seq, Addr: netip.AddrPortFrom(addr, 0), Timeout: d.timeout, Every: time.Second, Size: d.size}
}

func (d *drive) send(id latency.TargetID, addr netip.Addr) { d.e.Send(d.request(id, addr)) }

func (d *drive) take(batch []probe.Happening) {
	for _, h := range batch {
		l := d.ledgers[h.Target]
		switch h.What {
		case probe.Sent:
			l.Sent(h.Seq, h.At, h.Wall, h.Addr)
		case probe.SendFailed:
			l.Sent(h.Seq, h.At, h.Wall, h.Addr)
			l.SendFailed(h.Seq, h.Reason)
		case probe.Skipped:
			d.skipped++
			l.Skip(h.Seq, h.Wall, h.Reason)
		case probe.Answer:
			l.Answer(h.Seq, h.RTT, h.From, h.TTL)
		case probe.Refused:
			l.Refused(h.Seq, h.From, h.Reason)
		case probe.Untimed:
			l.Untimed(h.Seq, h.Reason)
		case probe.Bad:
			l.Bad(h.Seq, h.From, h.Reason)
		}
	}
}

// decide lets the ledgers decide what they can. Answers that the kernel kept are
// taken before what an overflow took is given up.
func (d *drive) decide() {
	d.decided = d.e.Now()
	if n := d.e.Dropped(); n > d.dropped {
		d.dropped, d.void = n, d.e.Now()
	}
	var drained time.Duration
	if d.collect {
		var batch []probe.Happening
		batch, drained = d.e.Collect()
		d.take(batch)
	} else {
		drained = d.e.Drained()
	}
	for _, l := range d.ledgers {
		if d.void > 0 {
			if drained < d.void {
				continue
			}
			l.Void(d.void, latency.ReasonOverflow)
		}
		l.Advance(drained)
	}
	if drained >= d.void {
		d.void = 0
	}
}

// run calls each of the rounds, every so often, then goes on for linger and, if
// that is not 0, until all is decided.
func (d *drive) run(rounds int, every time.Duration, round func(int), linger time.Duration) {
	d.t.Helper()
	tick := time.NewTicker(every)
	defer tick.Stop()
	end := time.NewTimer(time.Hour)
	defer end.Stop()
	if rounds == 0 {
		end.Reset(linger)
	}
	for i := 0; ; {
		select {
		case batch, ok := <-d.e.Happenings():
			if !ok {
				d.t.Fatal("the engine has ended")
			}
			d.take(batch)
		case <-tick.C:
			if i < rounds {
				round(i)
				if i++; i == rounds {
					end.Reset(linger)
				}
			}
			every := 10 * time.Millisecond
			if d.collect {
				every = probe.CollectEvery
			}
			if d.e.Now()-d.decided > every {
				d.decide()
			}
		case <-end.C:
			d.decide()
			if rounds > 0 && linger > 0 {
				d.settle()
			}
			return
		}
	}
}

// settle goes on until nothing is in flight: on a machine that is busy the last
// answers take their time to get here.
func (d *drive) settle() {
	d.t.Helper()
	testbed.Wait(d.t, "every probe to be decided", func() bool {
		d.run(0, 5*time.Millisecond, nil, 20*time.Millisecond)
		sent := 0
		for id, l := range d.ledgers {
			if l.InFlight() > 0 {
				return false
			}
			sent += int(d.next[id])
		}
		decided := 0
		for outcome, n := range d.outcomes() {
			if outcome.Decides() {
				decided += n
			}
		}
		return decided >= sent
	})
}

// outcomes counts the rows of all targets.
func (d *drive) outcomes() map[latency.Outcome]int {
	n := map[latency.Outcome]int{}
	for _, rows := range d.rows {
		for _, r := range rows {
			n[r.Outcome]++
		}
	}
	return n
}
