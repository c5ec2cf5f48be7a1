// Package latency describes what is measured: targets, probes and what became
// of each probe. The packages below it send the probes (probe), decide them
// (ledger), count them (histogram), keep them (history) and draw them (smoke).
package latency

import (
	"net/netip"
	"time"
)

// TargetID names a target for ever: it is part of every stored row and survives
// a change of name, address, interval or group.
type TargetID int64

// NodeID is the measuring node. Every stored row carries it; LocalNode is this
// machine.
type NodeID int32

// LocalNode is the node that this process measures as.
const LocalNode NodeID = 1

// Kind is the kind of a probe.
type Kind string

const (
	KindICMP Kind = "icmp" // echo request
	KindTCP  Kind = "tcp"  // connect
	KindDNS  Kind = "dns"  // query
	KindHTTP Kind = "http" // request; https too
)

// Target is something measured again and again. Durations of zero mean the
// defaults of its kind.
type Target struct {
	ID    TargetID
	Group []string // path in the tree, outermost first
	Name  string
	Kind  Kind
	// Host is a name or an address; with KindHTTP the URL's host.
	Host string
	// Port is for KindTCP and KindDNS.
	Port uint16
	// URL is for KindHTTP, Query ("example.org A") for KindDNS.
	URL   string
	Query string

	Interval time.Duration // 0.2 s to 1 h
	Timeout  time.Duration
	Size     int    // ICMP payload in bytes
	DSCP     int    // 0 to 63
	TTL      int    // 0 is the system's
	Source   string // address or interface; empty is the system's choice
	Family   Family
	// Resolve is how often the name is looked up again.
	Resolve time.Duration
	Paused  bool
}

// Family is the address family a name is resolved to.
type Family string

const (
	FamilyAny Family = ""
	Family4   Family = "ip4"
	Family6   Family = "ip6"
)

// Defaults and bounds of a Target's settings.
const (
	DefaultInterval = time.Second
	MinInterval     = 200 * time.Millisecond
	MaxInterval     = time.Hour
	DefaultSize     = 56 // bytes, as ping and fping
	MaxSize         = 65507
)

// DefaultTimeout is how long an answer may take unless a target says otherwise:
// two seconds for an echo, five for what has to be connected to or computed
// first, ten for a page.
func DefaultTimeout(k Kind) time.Duration {
	switch k {
	case KindTCP, KindDNS:
		return 5 * time.Second
	case KindHTTP:
		return 10 * time.Second
	}
	return 2 * time.Second
}

// Outcome is what became of a probe. Reply to NotMeasured decide a probe, once
// and for good; Late and Duplicate are further rows with the same sequence
// number.
type Outcome uint8

const (
	// Pending is a probe in flight: neither answered nor lost.
	Pending Outcome = iota
	// Reply is an answer within the timeout.
	Reply
	// Timeout is no answer within the timeout.
	Timeout
	// ICMPError is an answer that says why there is none, and who says it.
	ICMPError
	// SendError is a probe that never left this machine. It is not loss.
	SendError
	// BadReply is an answer that is truncated, or not to what was asked.
	BadReply
	// NotMeasured is a probe that was not sent, or whose fate cannot be known:
	// asleep, paused, closed, the clock stepped, our own socket overflowed.
	NotMeasured
	// Late is an answer after the timeout. The probe stays lost.
	Late
	// Duplicate is an answer to a probe that was answered already.
	Duplicate
)

var outcomeNames = [...]string{"pending", "reply", "timeout", "icmp-error", "send-error", "bad-reply", "not-measured", "late", "duplicate"}

// String is the outcome as verbs and exports write it.
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return "unknown"
}

// Decides is true for the outcomes that end a probe.
func (o Outcome) Decides() bool { return o >= Reply && o <= NotMeasured }

// Lost is true for the outcomes that count as loss.
func (o Outcome) Lost() bool { return o == Timeout || o == ICMPError || o == BadReply }

// Counts is true for the outcomes that loss is measured against: the decided
// ones without SendError and NotMeasured.
func (o Outcome) Counts() bool { return o == Reply || o.Lost() }

// Reason says why a probe was not measured or could not be sent.
type Reason string

const (
	ReasonNone        Reason = ""
	ReasonAsleep      Reason = "asleep"       // the machine slept
	ReasonFrozen      Reason = "frozen"       // the process or its VM stood still
	ReasonClock       Reason = "clock-step"   // the wall clock was set
	ReasonPaused      Reason = "paused"       // by the person
	ReasonClosed      Reason = "closed"       // nothing was running
	ReasonOverflow    Reason = "overflow"     // our own socket dropped replies
	ReasonUnresolved  Reason = "unresolved"   // the name has no address
	ReasonNoRoute     Reason = "no-route"     // also host or network unreachable from here
	ReasonProhibited  Reason = "prohibited"   // EPERM, EACCES: a firewall or route of this machine
	ReasonLinkDown    Reason = "link-down"    // the interface is down
	ReasonNoBuffer    Reason = "no-buffer"    // the send queue is full
	ReasonPermission  Reason = "permission"   // this user may not open the socket
	ReasonUnreachable Reason = "unreachable"  // said by a router or host
	ReasonTTL         Reason = "ttl-exceeded" // said by a router
	ReasonRefused     Reason = "refused"      // TCP reset
	ReasonProtocol    Reason = "protocol"     // the answer breaks its protocol
	ReasonTruncated   Reason = "truncated"    // the answer is shorter than what was sent
	ReasonOther       Reason = "other"
)

// Result is one row about one probe.
type Result struct {
	Target TargetID
	Node   NodeID
	// Seq counts a target's probes from 0 and never wraps.
	Seq uint64
	// Sent is the wall clock at sending, for showing and storing only: RTT never
	// comes from it.
	Sent    time.Time
	Outcome Outcome
	// TTL is what was left of it (for IPv6, of the hop limit) when the answer came,
	// 0 where that is not told. It is not stored.
	TTL uint8
	// RTT is set for Reply, Late and Duplicate.
	RTT     time.Duration
	Address netip.Addr // where it was sent to
	From    netip.Addr // who answered, when it was somebody else
	Reason  Reason
	// Phases splits RTT for HTTP: DNS, connect, TLS, first byte.
	Phases []Phase
	Engine string
}

// Phase is a named part of a round trip.
type Phase struct {
	Name string
	Took time.Duration
}
