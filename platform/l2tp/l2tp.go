// Package l2tp is what the other packages of this tab share: what a server's
// answers came to, and how that is written down.
package l2tp

import "time"

// Class is what a server's answers allow to say, and no more.
type Class string

// The classes of a server.
const (
	// ClassIPsec: IKE accepts the ciphers that Windows offers by itself.
	ClassIPsec Class = "ipsec"
	// ClassWeak: IKE accepts DES or MD5 only.
	ClassWeak Class = "ipsec-weak"
	// ClassPlain: L2TP answers without IPsec, and IKE is refused by ICMP.
	ClassPlain Class = "plain"
	// ClassRefuses: IKE answers and refuses us: ciphers, version or address.
	ClassRefuses Class = "refuses"
	// ClassRefused: the machine is up, and nothing there listens for IKE or L2TP.
	ClassRefused Class = "refused-icmp"
	// ClassUnknown: no answer that tells. It is not "blocked", nor "down".
	ClassUnknown Class = "unknown"
)

// Classes are all classes.
func Classes() []Class {
	return []Class{ClassIPsec, ClassWeak, ClassPlain, ClassRefuses, ClassRefused, ClassUnknown}
}

// PSK is what the check of a pre-shared key came to.
type PSK string

// The outcomes of the check.
const (
	PSKRight    PSK = "right"
	PSKWrong    PSK = "wrong"
	PSKUnknown  PSK = "unknown"   // asked, and nothing told
	PSKNotAsked PSK = "not-asked" // no key was given
)

// NAT says which end Windows will treat as behind address translation, by the
// hashes of RFC 3947; nil where the server did not tell.
type NAT struct {
	Client *bool `json:"client"`
	Server *bool `json:"server"`
}

// Reply is how one of the services answered.
type Reply string

// The replies.
const (
	ReplyAccepted Reply = "accepted" // it speaks with us
	ReplyWeak     Reply = "weak"     // it accepts DES or MD5 only
	ReplyRefuses  Reply = "refuses"  // it answers, and says no
	ReplyICMP     Reply = "icmp"     // the machine says that nothing listens there
	ReplySilent   Reply = "silent"   // nothing came
	ReplyNotAsked Reply = "not-asked"
)

// Report is what a run of the probes came to.
type Report struct {
	Server  string `json:"server"`
	Address string `json:"address"`
	Class   Class  `json:"class"`
	NAT     NAT    `json:"nat"`
	PSK     PSK    `json:"psk"`
	// IKEv2 is true only for an SA, a cookie or a demand for another group.
	IKEv2    bool     `json:"ikev2"`
	Packets  int      `json:"packets"` // sent, all probes together
	MS       int64    `json:"ms"`
	Evidence []string `json:"evidence"`
	// IKE and L2TP are the answers that the class stands on.
	IKE  Reply `json:"ike"`
	L2TP Reply `json:"l2tp"`
	// Port4500 is "open" or "blocked" where the check of the key found out.
	Port4500 string `json:"port4500,omitempty"`
}

// Took sets how long the run took.
func (r *Report) Took(d time.Duration) { r.MS = d.Milliseconds() }

// ClassOf is the class that these two answers allow to say. Silence of IKE is
// unknown even where plain L2TP answers: UDP 500 may be dropped on the way.
func ClassOf(ike, plain Reply) Class {
	switch ike {
	case ReplyAccepted:
		return ClassIPsec
	case ReplyWeak:
		return ClassWeak
	case ReplyRefuses:
		return ClassRefuses
	case ReplyICMP:
		if plain == ReplyAccepted {
			return ClassPlain
		}
		return ClassRefused
	}
	return ClassUnknown
}
