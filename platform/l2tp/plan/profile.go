package plan

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// The ways a profile proves to IPsec who it is.
const (
	IPsecPSK         = "psk"
	IPsecCertificate = "certificate"
	IPsecNone        = "none"    // plain L2TP
	IPsecUnknown     = "unknown" // not read
)

// The tunnel types, as Get-VpnConnection names them.
const (
	TunnelL2TP      = "L2tp"
	TunnelAutomatic = "Automatic"
)

// The ways to log in and the levels of encryption that a profile of ours has.
const (
	AuthPAP       = "Pap"
	AuthCHAP      = "Chap"
	AuthMSCHAPv2  = "MSChapv2"
	EncryptNone   = "NoEncryption"
	EncryptAsked  = "Optional"
	EncryptNeeded = "Required"
	EncryptMost   = "Maximum"
)

// Profile is a VPN connection: one that was read, or one that is wanted. It never
// holds a secret.
type Profile struct {
	Name       string   `json:"name"`
	Server     string   `json:"server"`
	Tunnel     string   `json:"tunnel,omitempty"`
	IPsec      string   `json:"ipsec"`
	Auth       []string `json:"auth"`
	Encryption string   `json:"encryption"`
	Split      bool     `json:"split,omitempty"`
	AllUsers   bool     `json:"all_users,omitempty"`
}

// guarded says that ProhibitIpSec=1 would break or expose this connection. One
// whose kind was not read counts, since nobody knows better.
func (p Profile) guarded() bool {
	if p.Tunnel != TunnelL2TP && p.Tunnel != TunnelAutomatic && p.Tunnel != "" {
		return false
	}
	return p.IPsec != IPsecNone
}

// Kept is what a repair keeps of a connection that is there, as far as we write it:
// other ways to log in are left out, and another encryption is empty.
func (p Profile) Kept() Profile {
	p.Auth = slices.DeleteFunc(slices.Clone(p.Auth), func(a string) bool { return a != AuthPAP && a != AuthCHAP && a != AuthMSCHAPv2 })
	if !slices.Contains([]string{EncryptNone, EncryptAsked, EncryptNeeded, EncryptMost}, p.Encryption) {
		p.Encryption = ""
	}
	p.Tunnel = ""
	return p
}

// Check says what is wrong with a profile that is to be written, or nil.
func (p Profile) Check() error {
	if err := CheckName(p.Name); err != nil {
		return err
	}
	if err := CheckServer(p.Server); err != nil {
		return err
	}
	if p.Tunnel != "" && p.Tunnel != TunnelL2TP {
		return fmt.Errorf("tunnel %.20q: only %s is written", p.Tunnel, TunnelL2TP)
	}
	if !slices.Contains([]string{IPsecPSK, IPsecCertificate, IPsecNone}, p.IPsec) {
		return fmt.Errorf("ipsec %.20q: choose psk, certificate or none", p.IPsec)
	}
	if !slices.Contains([]string{EncryptNone, EncryptAsked, EncryptNeeded, EncryptMost}, p.Encryption) {
		return fmt.Errorf("encryption %.20q: choose NoEncryption, Optional, Required or Maximum", p.Encryption)
	}
	if len(p.Auth) == 0 || len(p.Auth) > 3 {
		return fmt.Errorf("%d ways to log in: choose one to three of Pap, Chap, MSChapv2", len(p.Auth))
	}
	for i, a := range p.Auth {
		if !slices.Contains([]string{AuthPAP, AuthCHAP, AuthMSCHAPv2}, a) || slices.Contains(p.Auth[:i], a) {
			return fmt.Errorf("login %.20q: choose each of Pap, Chap, MSChapv2 at most once", a)
		}
	}
	return nil
}

// CheckName says why Windows, or a script, could not take this name of a
// connection. Marks that a phone book gives a meaning of their own are refused.
func CheckName(name string) error {
	switch {
	case name == "" || strings.TrimSpace(name) != name:
		return fmt.Errorf("a connection needs a name that neither begins nor ends with a space")
	case !utf8.ValidString(name) || len(utf16.Encode([]rune(name))) > 255:
		return fmt.Errorf("the name of a connection has at most 255 characters")
	case name[0] == '.' || strings.ContainsAny(name, `|<>?*\/:;"[]`):
		return fmt.Errorf(`the name of a connection does not begin with a dot and has none of | < > ? * \ / : ; " [ ]`)
	}
	for _, r := range name {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError {
			return fmt.Errorf("the name of a connection has no control characters")
		}
	}
	return nil
}

// CheckServer says why this is neither an address nor a name of a machine.
func CheckServer(server string) error {
	bad := fmt.Errorf("%.80q is no server: give an address or a name such as vpn.example.com", server)
	if a, err := netip.ParseAddr(server); err == nil && !strings.Contains(server, "%") {
		if a = a.Unmap(); a.IsUnspecified() || a.IsMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
			return bad
		}
		return nil
	}
	if server == "" || len(server) > 253 {
		return bad
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(server, "."), ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return bad
		}
		for _, r := range label {
			if r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				return bad
			}
		}
	}
	return nil
}

// wanted is the profile for a server of this kind, with what the person chose.
func wanted(p Profile, plain bool) Profile {
	p.Tunnel = TunnelL2TP
	if len(p.Auth) == 0 {
		p.Auth = []string{AuthCHAP, AuthMSCHAPv2}
	}
	if plain {
		p.IPsec = IPsecNone
	}
	if p.IPsec == "" || p.IPsec == IPsecUnknown {
		p.IPsec = IPsecPSK
	}
	if p.Encryption == "" {
		p.Encryption = EncryptNeeded
	}
	// CHAP and PAP yield no key for PPP's own encryption: Required ends in error 741
	// or 742 where no IPsec encrypts. Expected, not yet seen.
	if plain && p.Encryption != EncryptNone {
		p.Encryption = EncryptAsked
	}
	return p
}
