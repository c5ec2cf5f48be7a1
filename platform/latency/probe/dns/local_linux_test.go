package dns

import (
	"testing"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/tuntest"
)

// Who says that there is no way, and what this machine itself refuses.
func TestRoutes(t *testing.T) {
	tuntest.Run(t, tuntest.Options{}, func(env *tuntest.Env) {
		env.IP("route", "add", "prohibit", "192.0.2.1")
		env.IP("route", "add", "unreachable", "192.0.2.2")
		env.IPTables("-A", "INPUT", "-i", "lo", "-p", "udp", "--dport", "5301", "-j", "REJECT", "--reject-with", "icmp-host-unreachable")
		env.IPTables("-A", "OUTPUT", "-p", "udp", "--dport", "5302", "-j", "DROP")
		env.IPTables("-6", "-A", "INPUT", "-i", "lo", "-p", "udp", "--dport", "5301", "-j", "REJECT", "--reject-with", "icmp6-no-route")
		r := open(t)
		for target, c := range []struct {
			to   string
			what probe.What
			why  latency.Reason
			from string
		}{
			{"192.0.2.1:53", probe.SendFailed, latency.ReasonProhibited, "invalid IP"},
			{"192.0.2.2:53", probe.SendFailed, latency.ReasonNoRoute, "invalid IP"},
			{"127.0.0.1:5301", probe.Refused, latency.ReasonUnreachable, "127.0.0.1"},
			{"127.0.0.1:5302", probe.SendFailed, latency.ReasonProhibited, "invalid IP"},
			{"[::1]:5301", probe.Refused, latency.ReasonUnreachable, "::1"},
			{"[::1]:5303", probe.Refused, latency.ReasonRefused, "::1"},
		} {
			r.Engine.Send(request(target, 0, c.to, "example.org A"))
			if got := r.Decided(target, 0); got.What != c.what || got.Reason != c.why || got.From.String() != c.from {
				t.Errorf("%s: %+v", c.to, got)
			}
		}
	})
}
