// Package probe sends probes and reports what happened to them: echo requests,
// TCP connects, DNS queries and HTTP requests behind one interface. It decides
// nothing; the package ledger does.
package probe

import (
	"net/netip"
	"time"

	"tacklebox/platform/latency"
)

// Request is one probe to send.
type Request struct {
	Target latency.TargetID
	Seq    uint64
	// Addr is where to; the port is 0 for ICMP.
	Addr    netip.AddrPort
	Timeout time.Duration
	// Every is the target's interval: engines that keep something for each target
	// know by it when a target is no longer measured.
	Every  time.Duration
	Size   int    // ICMP payload in bytes
	DSCP   int    // 0 to 63
	TTL    int    // 0 is the system's
	Source string // address or interface; empty is the system's choice
	// URL is for HTTP. Host is the name that Addr was found for, which TLS and
	// HTTP need; Query is for DNS ("example.org A").
	URL   string
	Host  string
	Query string
	// Family restricts what an HTTP engine may look Host up to.
	Family latency.Family
}

// What is the kind of a Happening.
type What uint8

const (
	// Sent: the probe has left.
	Sent What = iota
	// Answer: it was answered after RTT.
	Answer
	// Refused: somebody (From) said why it will not be.
	Refused
	// SendFailed: it never left; Reason says why.
	SendFailed
	// Bad: what came back is no answer to it.
	Bad
	// Skipped: it was not sent, and not for want of a way to the target: the engine
	// could not keep up. It comes instead of Sent.
	Skipped
	// Untimed: it was answered, and nobody can tell after how long; Reason says why.
	Untimed
)

// Happening is one thing that happened to a probe. The Sent of a probe comes
// before everything else about it, or SendFailed or Skipped comes instead of it.
type Happening struct {
	Target latency.TargetID
	Seq    uint64
	What   What
	// TTL is that of an Answer's packet on arrival, for IPv6 its hop limit; 0 is not
	// known.
	TTL uint8
	// At is monotonic, since the engine's start; Wall the clock at that moment,
	// for Sent and SendFailed.
	At     time.Duration
	Wall   time.Time
	RTT    time.Duration
	Addr   netip.Addr // where it went
	From   netip.Addr // who answered
	Reason latency.Reason
	Phases []latency.Phase
}

// NameKernel is the engine whose round trips the kernel stamps on both ends, so
// that they are true however late they are read.
const NameKernel = "kernel"

// Engine sends probes for many targets. Its methods are safe for concurrent use.
type Engine interface {
	// Name is what results carry: NameKernel, "pro-bing", "icmpapi", "tcp", "dns",
	// "http".
	Name() string
	// Send starts one probe and does not wait for its answer. What happens to it,
	// a failure to send included, comes as Happenings.
	Send(Request)
	// Happenings delivers in batches; it is closed by Close. A reader that stands
	// still loses nothing that the kernel kept: see Drained and Dropped.
	Happenings() <-chan []Happening
	// Drained is the monotonic instant up to which everything the kernel took in
	// has been delivered.
	Drained() time.Duration
	// Dropped counts replies that our own sockets had no room for.
	Dropped() uint64
	// Now is the engine's monotonic clock.
	Now() time.Duration
	// Close ends the engine's goroutines and waits for them.
	Close() error
}

// Collector is an Engine whose happenings can be fetched instead, by a caller that
// is awake anyway: being woken for each answer costs more than the answer.
type Collector interface {
	// Collect gives what happened since the last call, without waiting, and the
	// instant as of Drained. The list is the caller's until the next call. The first
	// call comes before the first Send; from it on nothing comes by Happenings, and
	// the caller collects every CollectEvery while an answer may come.
	Collect() ([]Happening, time.Duration)
}

// CollectEvery is how long answers may be left with a Collector.
const CollectEvery = 100 * time.Millisecond
