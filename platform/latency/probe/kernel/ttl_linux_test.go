package kernel

import (
	"net/netip"
	"testing"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/tuntest"
)

// TestTTL: each answer carries what was left of its TTL or hop limit.
func TestTTL(t *testing.T) {
	script := func(r tuntest.Request) []tuntest.Answer {
		return []tuntest.Answer{{TTL: uint8(50 + r.N)}, {TTL: 200}}
	}
	for name, mode := range map[string]Mode{"datagram": Datagram, "raw": Raw} {
		t.Run(name, func(t *testing.T) {
			tuntest.Run(t, tuntest.Options{PingGroups: true, Script: script}, func(*tuntest.Env) {
				d := newDrive(t, Options{Mode: mode}, 300*ms)
				d.run(5, 20*ms, func(int) {
					d.send(4, netip.MustParseAddr("10.9.0.2"))
					d.send(6, netip.MustParseAddr("fd09::2"))
				}, 300*ms)
				for id, rows := range d.rows {
					replies := 0
					for _, r := range rows {
						want := uint8(200)
						if r.Outcome == latency.Reply {
							want = uint8(50 + r.Seq)
							replies++
						}
						if r.TTL != want {
							t.Errorf("target %d seq %d: %v with the TTL %d, want %d", id, r.Seq, r.Outcome, r.TTL, want)
						}
					}
					if replies != 5 || len(rows) != 10 {
						t.Errorf("target %d: %d replies in %d rows, want 5 in 10", id, replies, len(rows))
					}
				}
				if len(d.rows) != 2 {
					t.Errorf("%d targets", len(d.rows))
				}
			})
		})
	}
}
