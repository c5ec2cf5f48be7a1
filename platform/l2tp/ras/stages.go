package ras

import (
	"slices"

	"tacklebox/platform/l2tp/codes"
)

// The states of RASCONNSTATE that tell a stage apart.
const (
	stateConnectDevice   = 2 // IPsec and L2TP, without a word in between
	stateDeviceConnected = 3
	stateAuthenticate    = 5
	stateAuthenticated   = 14
	stateProjected       = 18 // PPP agreed on addresses
	stateStartAuth       = 19
	stateSubConnected    = 22
	stateSubDisconnected = 23
	statePaused          = 0x1000 // it wants to ask a person
	stateConnected       = 0x2000
	stateDisconnected    = 0x2001
)

// track turns the states of RasDial into stages. Each stage is told at most twice:
// as begun, and as how it ended.
type track struct {
	tell func(Progress)
	// ipsec: the connection uses IPsec. Otherwise IKE and IPsec are never said to
	// have passed.
	ipsec bool
	at    codes.Stage // the one that is under way
}

// begin ends what came before a stage as passed, and begins it.
func (t *track) begin(s codes.Stage) {
	all := codes.Stages()
	from, to := slices.Index(all, t.at), slices.Index(all, s)
	if to <= from {
		return
	}
	t.pass(from, to)
	t.at = s
	t.tell(Progress{Stage: s, State: Begun})
}

// pass tells of the stages from one up to before another, as far as it is known
// that they were gone through.
func (t *track) pass(from, to int) {
	for _, s := range codes.Stages()[max(0, from):to] {
		if (s == codes.StageIKE || s == codes.StageIPsec) && !t.ipsec {
			continue
		}
		t.tell(Progress{Stage: s, State: Passed})
	}
}

// state takes one of RASCONNSTATE. Some of those of authentication may come again,
// which changes nothing.
func (t *track) state(s uint32) {
	switch {
	case s == stateConnected:
		all := codes.Stages()
		t.pass(slices.Index(all, t.at), len(all))
		t.at = ""
	case s == stateConnectDevice:
		t.begin(codes.StageUDP)
	case s >= stateAuthenticated && s <= stateProjected && s != 15 && s != 16 && s != 17, s == stateSubConnected:
		t.begin(codes.StageIP)
	case s >= stateDeviceConnected && s < stateAuthenticated, s == stateStartAuth:
		t.begin(codes.StagePPP)
	}
}

// fail tells which stage it was: the code may know more than the state, but what
// has passed did not fail.
func (t *track) fail(code int64) {
	stage := t.at
	if stage == "" {
		stage = codes.StagePC
	}
	if c, ok := codes.Find(code); ok {
		all := codes.Stages()
		if slices.Index(all, c.Stage) >= slices.Index(all, t.at) || t.at == codes.StageUDP || t.at == codes.StageDNS {
			stage = c.Stage
		}
	}
	t.tell(Progress{Stage: stage, State: Failed})
}
