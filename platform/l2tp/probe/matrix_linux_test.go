package probe

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/ike"
	"tacklebox/platform/l2tp/plan"
)

func truth(b *bool) string {
	switch {
	case b == nil:
		return "-"
	case *b:
		return "yes"
	}
	return "no"
}

// TestMatrix asks real servers, over real networks, with and without address
// translation on either side.
func TestMatrix(t *testing.T) {
	if !enter(t) {
		return
	}
	l := newLab(t)
	const wrong = "another key altogether"
	for _, c := range []struct {
		name, from, to string
		psk            string
		class          l2tp.Class
		nat            string // client, server
		key            l2tp.PSK
		port4500       string
		ikev2          bool
		plan           string // the values that are set
		within         time.Duration
	}{
		{"strong", "cli", "10.9.0.1", "", l2tp.ClassIPsec, "no no", l2tp.PSKNotAsked, "", false, "", 3 * time.Second},
		{"3DES", "cli", "10.9.0.6", "", l2tp.ClassIPsec, "no no", l2tp.PSKNotAsked, "", false, "", 3 * time.Second},
		{"weak", "cli", "10.9.0.2", "", l2tp.ClassWeak, "no no", l2tp.PSKNotAsked, "", false, "AllowL2TPWeakCrypto=1", 3 * time.Second},
		{"IKEv2 only", "cli", "10.9.0.3", "", l2tp.ClassRefuses, "- -", l2tp.PSKNotAsked, "", true, "", 3 * time.Second},
		{"not admitted", "cli", "10.9.0.4", "", l2tp.ClassRefuses, "- -", l2tp.PSKNotAsked, "", false, "", 3 * time.Second},
		{"encap", "cli", "10.9.0.5", "", l2tp.ClassIPsec, "no yes", l2tp.PSKNotAsked, "", false, "AssumeUDPEncapsulationContextOnSendRule=1", 3 * time.Second},
		{"silent", "cli", "10.66.0.1", "", l2tp.ClassUnknown, "- -", l2tp.PSKNotAsked, "", false, "", 10 * time.Second},
		{"refused", "cli", "192.0.2.253", "", l2tp.ClassRefused, "- -", l2tp.PSKNotAsked, "", false, "", 3 * time.Second},
		{"plain", "cli", "192.0.2.254", "", l2tp.ClassPlain, "- -", l2tp.PSKNotAsked, "", false, "ProhibitIpSec=1", 3 * time.Second},
		{"silent, plain", "cli", "192.0.2.252", "", l2tp.ClassUnknown, "- -", l2tp.PSKNotAsked, "", false, "", 10 * time.Second},
		{"server behind NAT", "cli", "192.0.2.100", "", l2tp.ClassIPsec, "no yes", l2tp.PSKNotAsked, "", false, "AssumeUDPEncapsulationContextOnSendRule=1", 3 * time.Second},
		{"client behind NAT", "hid", "10.9.0.1", "", l2tp.ClassIPsec, "yes no", l2tp.PSKNotAsked, "", false, "", 3 * time.Second},
		{"both behind NAT", "hid", "192.0.2.100", "", l2tp.ClassIPsec, "yes yes", l2tp.PSKNotAsked, "", false, "AssumeUDPEncapsulationContextOnSendRule=2", 3 * time.Second},
		{"key right", "cli", "10.9.0.1", goodPSK, l2tp.ClassIPsec, "no no", l2tp.PSKRight, "open", false, "", 10 * time.Second},
		{"key right, encap", "cli", "10.9.0.5", goodPSK, l2tp.ClassIPsec, "no yes", l2tp.PSKRight, "open", false, "AssumeUDPEncapsulationContextOnSendRule=1", 10 * time.Second},
		{"key right, 3DES", "cli", "10.9.0.6", goodPSK, l2tp.ClassIPsec, "no no", l2tp.PSKRight, "open", false, "", 10 * time.Second},
		{"key right, curve", "cli", "10.9.0.7", goodPSK, l2tp.ClassIPsec, "no no", l2tp.PSKRight, "open", false, "", 10 * time.Second},
		{"key right, weak", "cli", "10.9.0.2", goodPSK, l2tp.ClassWeak, "no no", l2tp.PSKRight, "open", false, "AllowL2TPWeakCrypto=1", 10 * time.Second},
		{"key right, both behind NAT", "hid", "192.0.2.100", goodPSK, l2tp.ClassIPsec, "yes yes", l2tp.PSKRight, "open", false, "AssumeUDPEncapsulationContextOnSendRule=2", 10 * time.Second},
		{"key right, 4500 dropped", "cli", "10.9.0.8", goodPSK, l2tp.ClassIPsec, "no no", l2tp.PSKRight, "blocked", false, "", 10 * time.Second},
		{"key wrong", "cli", "10.9.0.1", wrong, l2tp.ClassIPsec, "no no", l2tp.PSKWrong, "", false, "", 10 * time.Second},
		{"key wrong, both behind NAT", "hid", "192.0.2.100", wrong, l2tp.ClassIPsec, "yes yes", l2tp.PSKWrong, "", false, "AssumeUDPEncapsulationContextOnSendRule=2", 10 * time.Second},
		{"key wrong, 4500 dropped", "cli", "10.9.0.8", wrong, l2tp.ClassIPsec, "no no", l2tp.PSKWrong, "", false, "", 10 * time.Second},
		{"key wrong, no answer to it", "cli", "10.9.0.9", wrong, l2tp.ClassIPsec, "no no", l2tp.PSKUnknown, "", false, "", 10 * time.Second},
		{"key, silent", "cli", "10.66.0.1", goodPSK, l2tp.ClassUnknown, "- -", l2tp.PSKUnknown, "", false, "", 10 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := &in{ns: c.from}
			o := Options{Dial: n.dial}
			if c.psk != "" {
				o.PSK = []byte(c.psk)
			}
			r, err := Run(t.Context(), c.to, o)
			if err != nil {
				t.Fatal(err)
			}
			text, _ := json.MarshalIndent(r, "", "  ")
			if nat := truth(r.NAT.Client) + " " + truth(r.NAT.Server); r.Class != c.class || nat != c.nat || r.PSK != c.key || r.IKEv2 != c.ikev2 {
				t.Errorf("class %s, NAT %s, key %s, IKEv2 %v; want %s, %s, %s, %v\n%s", r.Class, nat, r.PSK, r.IKEv2, c.class, c.nat, c.key, c.ikev2, text)
			}
			if c.key == l2tp.PSKRight && r.Port4500 != c.port4500 {
				t.Errorf("UDP 4500 %s, want %s\n%s", r.Port4500, c.port4500, text)
			}
			if took := time.Duration(r.MS) * time.Millisecond; took > c.within {
				t.Errorf("took %v, more than %v", took, c.within)
			}
			n.judge(t, r)
			var set []string
			for _, op := range plan.Make(plan.Facts{Server: &r}).Ops {
				if op.Op == plan.SetValue {
					set = append(set, op.Name+"="+op.New[len(op.New)-1:])
				}
			}
			if got := strings.Join(set, " "); got != c.plan {
				t.Errorf("plan sets %q, want %q\n%s", got, c.plan, text)
			}
			t.Logf("%d packets, %d ms, %s", r.Packets, r.MS, strings.Join(r.Evidence, "; "))
		})
	}
	_ = l
}

// judge looks at all that was sent: few packets, and nothing that dials.
func (n *in) judge(t *testing.T, r l2tp.Report) {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.sent) > MaxPackets || len(n.sent) != r.Packets {
		t.Errorf("sent %d packets and reports %d, of at most %d", len(n.sent), r.Packets, MaxPackets)
	}
	for _, s := range n.sent {
		data := s.data
		switch s.port {
		case 1701:
			continue
		case ike.PortNAT:
			data = data[4:]
		}
		m, err := ike.Decode(data)
		if err != nil {
			t.Errorf("sent %x: %v", s.data, err)
			continue
		}
		switch m.Exchange {
		case ike.MainMode, ike.Informational, ike.SAInit:
		default:
			t.Errorf("sent exchange %d", m.Exchange)
		}
	}
}
