package pctest

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"tacklebox/platform/l2tp/codes"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/ras"
)

// Dial is part of pc.Machine: it says what the script says, and the last of it once
// the context ends.
func (m *Machine) Dial(ctx context.Context, d pc.Dial) (<-chan pc.Progress, error) {
	m.Lock()
	script, err := slices.Clone(m.Script), m.DialErr
	m.Passwords = append(m.Passwords, string(d.Password))
	d.Password = nil
	m.Dials = append(m.Dials, d)
	m.Unlock()
	if err != nil {
		return nil, err
	}
	out := make(chan pc.Progress)
	go func() {
		defer close(out)
		stage := codes.StageDNS
		for i, p := range script {
			err := m.pass(ctx, fmt.Sprintf("dial %d", i+1))
			if err != nil {
				p = pc.Progress{Stage: stage, State: "failed", Done: true, Err: err}
			}
			stage = p.Stage
			if d.Reach == "" {
				p.Reached = nil
			}
			if p.Done {
				out <- p // whoever listens waits for this one, cancelled or not
				return
			}
			select {
			case out <- p:
			case <-ctx.Done():
			}
		}
	}()
	return out, nil
}

// Close is part of pc.Machine. Its dials end with their contexts.
func (m *Machine) Close(context.Context) error {
	m.Lock()
	defer m.Unlock()
	m.Closed++
	return nil
}

// passed are the steps of a dial up to a stage that is begun.
func passed(until codes.Stage) []pc.Progress {
	var out []pc.Progress
	for _, s := range codes.Stages() {
		out = append(out, pc.Progress{Stage: s, State: "begun"})
		if s == until {
			return out
		}
		out = append(out, pc.Progress{Stage: s, State: "passed"})
	}
	return out
}

// Connects is a dial that works.
func Connects() []pc.Progress {
	return append(passed(""), pc.Progress{Stage: codes.StageIP, State: "passed", Done: true, Connected: true,
		Address: netip.MustParseAddr("10.20.30.41"), DNS: []netip.Addr{netip.MustParseAddr("10.20.0.53"), netip.MustParseAddr("10.20.1.53")},
		Routes:  []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")},
		Reached: &ras.Reached{Target: "10.20.0.10", Took: 31 * time.Millisecond}})
}

// Fails is a dial that ends at a stage with a code of Windows.
func Fails(at codes.Stage, code int64) []pc.Progress {
	return append(passed(at), pc.Progress{Stage: at, State: "failed", Done: true, Code: code})
}
