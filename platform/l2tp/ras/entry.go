package ras

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"tacklebox/platform/l2tp/plan"
)

// What ras.h calls RASET_Vpn, RASFP_Ppp, RASNP_Ip and RASDT_Vpn.
const (
	kindVPN    = 2
	framingPPP = 1
	protoIPv4  = 4
	deviceVPN  = "vpn"
)

// The strategies, VS_* of ras.h: which tunnel is tried.
const (
	onlyPPTP  = 1
	onlyL2TP  = 3
	onlySSTP  = 5
	onlyIKEv2 = 7
)

// The options, RASEO_* and RASEO2_* of ras.h.
const (
	optDefaultGateway = 0x00000010 // clear for a split tunnel
	optModemLights    = 0x00000100
	optEncryptedPw    = 0x00000400
	optMsEncryptedPw  = 0x00000800 // keep clear for CHAP
	optDataEncryption = 0x00001000 // keep clear for CHAP
	optEAP            = 0x00020000
	optPAP            = 0x00040000
	optSPAP           = 0x00080000
	optPreviewLogin   = 0x01000000
	optProgress       = 0x04000000
	optCHAP           = 0x08000000
	optMSCHAP         = 0x10000000
	optMSCHAPv2       = 0x20000000

	opt2NoMultilink  = 0x00000004
	opt2PreSharedKey = 0x00000010
)

// logins are the ways to log in, by their bits, in the order of Get-VpnConnection.
var logins = []struct {
	bit  uint32
	name string
}{{optPAP, plan.AuthPAP}, {optCHAP, plan.AuthCHAP}, {optMSCHAPv2, plan.AuthMSCHAPv2}, {optEAP, "Eap"}}

// levels are the levels of encryption, by ET_* of ras.h.
var levels = []string{plan.EncryptNone, plan.EncryptNeeded, plan.EncryptMost, plan.EncryptAsked}

// profile is an entry in the planner's words. As Get-VpnConnection does, it calls
// whatever has no key one with a certificate.
func (e *entry) profile(r Ref) plan.Profile {
	p := plan.Profile{Name: r.Name, AllUsers: r.AllUsers, Server: text(e.phone[:]), Tunnel: plan.TunnelAutomatic, IPsec: plan.IPsecCertificate, Split: e.options&optDefaultGateway == 0}
	switch e.strategy {
	case onlyPPTP:
		p.Tunnel = "Pptp"
	case onlyL2TP:
		p.Tunnel = plan.TunnelL2TP
	case onlySSTP:
		p.Tunnel = "Sstp"
	case onlyIKEv2:
		p.Tunnel = "Ikev2"
	}
	if e.options2&opt2PreSharedKey != 0 {
		p.IPsec = plan.IPsecPSK
	}
	for _, l := range logins {
		if e.options&l.bit != 0 {
			p.Auth = append(p.Auth, l.name)
		}
	}
	p.Encryption = plan.Unknown
	if int(e.encryption) < len(levels) {
		p.Encryption = levels[e.encryption]
	}
	return p
}

// begin is what a new entry has beside what a profile says.
func (e *entry) begin() {
	e.options |= optModemLights | optPreviewLogin | optProgress
	e.options2 |= opt2NoMultilink
}

// apply writes what a profile says, and leaves the rest. Whether RASEO_Custom has
// to go with the ways to log in is expected not to matter, not yet seen.
func (e *entry) apply(p plan.Profile, dev string) error {
	for _, f := range []struct {
		to   []uint16
		from string
	}{{e.phone[:], p.Server}, {e.deviceType[:], deviceVPN}, {e.deviceName[:], dev}} {
		if err := put(f.to, f.from); err != nil {
			return err
		}
	}
	e.kind, e.framing, e.strategy = kindVPN, framingPPP, onlyL2TP
	e.protocols |= protoIPv4
	e.options &^= optDefaultGateway | optEncryptedPw | optMsEncryptedPw | optDataEncryption | optEAP | optPAP | optSPAP | optCHAP | optMSCHAP | optMSCHAPv2
	if !p.Split {
		e.options |= optDefaultGateway
	}
	for _, l := range logins {
		if slices.Contains(p.Auth, l.name) {
			e.options |= l.bit
		}
	}
	e.encryption = uint32(max(0, slices.Index(levels, p.Encryption)))
	e.options2 &^= opt2PreSharedKey
	if p.IPsec == plan.IPsecPSK {
		e.options2 |= opt2PreSharedKey
	}
	return nil
}

// alike says that what was read is what was wanted.
func alike(is, want plan.Profile) bool {
	key := func(p plan.Profile) bool { return p.IPsec == plan.IPsecPSK }
	if want.Tunnel == "" {
		want.Tunnel = plan.TunnelL2TP
	}
	if want.Encryption == plan.Unknown {
		want.Encryption = is.Encryption // it was not read before either
	}
	return same(is.Server, want.Server) && is.Tunnel == want.Tunnel && key(is) == key(want) && is.Encryption == want.Encryption && is.Split == want.Split &&
		slices.Equal(slices.Sorted(slices.Values(is.Auth)), slices.Sorted(slices.Values(want.Auth)))
}

// isL2TP knows the device by what no language translates.
func isL2TP(name string) bool { return strings.Contains(strings.ToUpper(name), "L2TP") }

func same(a, b string) bool { return strings.EqualFold(a, b) }

// text reads characters up to the first zero.
func text(from []uint16) string {
	if i := slices.Index(from, 0); i >= 0 {
		from = from[:i]
	}
	return string(utf16.Decode(from))
}

// put writes characters with a final zero, and clears what follows.
func put(to []uint16, from string) error {
	u := utf16.Encode([]rune(from))
	if len(u) >= len(to) || slices.Contains(u, 0) {
		return fmt.Errorf("%.40q does not fit in a connection of Windows: it takes %d characters", from, len(to)-1)
	}
	clear(to)
	copy(to, u)
	return nil
}
