package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tacklebox/platform/l2tp"
)

// ID names a finding, for translations and for scripts.
type ID string

// The findings about the server.
const (
	FindIPsec         ID = "server-ipsec"
	FindWeak          ID = "server-weak"
	FindPlain         ID = "server-plain"
	FindRefuses       ID = "server-refuses"
	FindRefused       ID = "server-refused"
	FindRefusedSilent ID = "server-refused-silent"
	FindRefusedL2TP   ID = "server-refused-l2tp"
	FindIKEv2Only     ID = "server-ikev2-only"
	FindSilentPlain   ID = "server-silent-plain"
	FindUnknown       ID = "server-unknown"
	FindNotAsked      ID = "server-not-asked"
	FindStated        ID = "stated-no-ipsec"
	FindContradict    ID = "stated-contradicted"
	FindServerNAT     ID = "nat-server"
	FindNATUnknown    ID = "nat-unknown"
	FindPSKWrong      ID = "psk-wrong"
	FindPSKRight      ID = "psk-right"
	FindBlocked4500   ID = "udp-4500-blocked"
	FindIKEv2         ID = "ikev2-offered"
)

// The findings about the PC.
const (
	FindProhibitPSK   ID = "leftover-prohibit-ipsec"
	FindProhibitUsed  ID = "prohibit-ipsec-in-use"
	FindProhibitDoubt ID = "prohibit-ipsec-doubt"
	FindProhibitOff   ID = "prohibit-ipsec-off"
	FindMisplaced     ID = "leftover-misplaced"
	FindMistyped      ID = "leftover-mistyped"
	FindForced        ID = "leftover-policyagent-automatic"
	FindDisabled      ID = "service-disabled"
	FindStopped       ID = "service-stopped"
	FindMissing       ID = "service-missing"
	FindWeakUnneeded  ID = "weak-crypto-unneeded"
	FindGuarded       ID = "guarded-by-profile"
	FindUnreadGuard   ID = "profiles-unread"
	FindPolicy        ID = "ipsec-policy"
	FindPolicyUnread  ID = "ipsec-policy-unread"
	FindPending       ID = "restart-pending"
	FindEncryption    ID = "profile-encryption"
	FindTunnel        ID = "profile-tunnel"
	FindKind          ID = "profile-kind"
	FindNoPC          ID = "pc-not-read"
	FindClassic       ID = "classic-recipe"
)

// IDs are all findings, for whoever translates them.
func IDs() []ID {
	return []ID{
		FindIPsec, FindWeak, FindPlain, FindRefuses, FindRefused,
		FindRefusedSilent, FindRefusedL2TP, FindIKEv2Only, FindSilentPlain, FindUnknown, FindNotAsked, FindStated, FindContradict,
		FindServerNAT, FindNATUnknown, FindPSKWrong, FindPSKRight, FindBlocked4500,
		FindIKEv2, FindProhibitPSK, FindProhibitUsed, FindProhibitDoubt, FindProhibitOff, FindMisplaced,
		FindMistyped, FindForced, FindDisabled, FindStopped, FindMissing,
		FindWeakUnneeded, FindGuarded, FindUnreadGuard, FindPolicy, FindPolicyUnread, FindPending,
		FindEncryption, FindTunnel, FindKind, FindNoPC, FindClassic,
	}
}

// Expected says that a finding tells what Windows would do, which is taken from its
// documentation and from field reports and was not yet seen.
func (id ID) Expected() bool { return slices.Contains(expected, id) }

var expected = []ID{
	FindServerNAT, FindProhibitPSK, FindProhibitUsed, FindProhibitDoubt, FindProhibitOff, FindMisplaced, FindMistyped, FindForced,
	FindDisabled, FindGuarded, FindPolicy, FindEncryption, FindTunnel, FindWeak, FindPlain,
}

// Finding is one thing that was seen, or that follows from what was seen.
type Finding struct {
	ID    ID    `json:"id"`
	Level Level `json:"level"`
	// Args are what the sentence names: a value, a service, a connection.
	Args []string `json:"args,omitempty"`
	// Evidence is what it stands on.
	Evidence []string `json:"evidence,omitempty"`
}

// arg is the i-th thing that the sentence names.
func (x Finding) arg(i int) string {
	if i < len(x.Args) {
		return x.Args[i]
	}
	return "?"
}

// Text is the finding as an English sentence without a full stop.
func (x Finding) Text() string {
	switch x.ID {
	case FindProhibitPSK:
		return fmt.Sprintf("ProhibitIpSec is 1, which takes IPsec away from %s: another guide or an earlier change left it behind", quoted(x.Args))
	case FindProhibitDoubt:
		return fmt.Sprintf("ProhibitIpSec is 1, so %s works with a server without IPsec only: it is left so, since that may be what the server needs", quoted(x.Args))
	case FindProhibitUsed:
		return fmt.Sprintf("ProhibitIpSec is 1, which this server needs, and it breaks %s: both cannot work on this PC", quoted(x.Args))
	case FindMisplaced:
		return fmt.Sprintf("%s stands at %s, where Windows does not look", x.arg(0), x.arg(1))
	case FindMistyped:
		return fmt.Sprintf("%s is no DWORD, so Windows does not read it: %s", x.arg(0), x.arg(1))
	case FindDisabled:
		return fmt.Sprintf("the service %s is disabled, which ends in error 827, 711 or 789", x.arg(0))
	case FindStopped:
		return fmt.Sprintf("the service %s is stopped", x.arg(0))
	case FindMissing:
		return fmt.Sprintf("the service %s is not there: another VPN program may have replaced it", x.arg(0))
	case FindGuarded:
		return fmt.Sprintf("ProhibitIpSec is not set, since it would break %s", quoted(x.Args))
	case FindTunnel:
		return fmt.Sprintf("the connection %q has the type %s, which hides the real error: L2TP is set", x.arg(0), x.arg(1))
	case FindEncryption:
		return fmt.Sprintf("the connection %q asks for encryption %s, which plain L2TP with CHAP cannot give: it ends in error 741 or 742", x.arg(0), x.arg(1))
	case FindKind:
		return fmt.Sprintf("the connection %q is set to %s and has to be %s", x.arg(0), x.arg(1), x.arg(2))
	}
	return x.ID.sentence()
}

func quoted(names []string) string {
	return `"` + strings.Join(names, `", "`) + `"`
}

// sentence is the text of a finding that names nothing.
func (id ID) sentence() string {
	switch id {
	case FindIPsec:
		return "the server speaks IPsec with the ciphers that Windows offers by itself: nothing on this PC has to be weakened for it"
	case FindWeak:
		return "the server accepts only DES or MD5: ask its administrator for AES first; Windows refuses these unless AllowL2TPWeakCrypto is 1"
	case FindPlain:
		return "the server speaks L2TP without IPsec, and says that nothing there speaks IKE: all that is sent can be read on the way"
	case FindRefuses:
		return "the server answers IKE and refuses us: ciphers, version or address; only its administrator can change that"
	case FindRefused:
		return "the machine says that it has neither IKE nor L2TP: check the address, the port forward and the server's programs"
	case FindRefusedSilent:
		return "the machine says that it has no IKE, and its L2TP gives no answer: check the address, the port forward and the server's programs"
	case FindRefusedL2TP:
		return "the machine says that it has no IKE, and its L2TP turns us away: only its administrator can change that"
	case FindIKEv2Only:
		return "the server answers IKEv2 and not the IKE that L2TP needs: make an IKEv2 connection instead, or ask its administrator for L2TP"
	case FindSilentPlain:
		return "UDP 500 gets no answer here, though plain L2TP answers: try another network"
	case FindUnknown:
		return "the server gave no answer that tells: check the address, the port forward, firewalls and a portal that asks for a login, or try another network"
	case FindNotAsked:
		return "no server was asked"
	case FindStated:
		return "you state that the server has no IPsec"
	case FindContradict:
		return "you state that the server has no IPsec, but it answers IKE: nothing is changed for that"
	case FindServerNAT:
		return "Windows will treat the server as behind NAT, and by default makes no connection to such a server"
	case FindNATUnknown:
		return "the server does not say whether it sees address translation, so nothing is changed for it"
	case FindPSKWrong:
		return "the server does not accept this pre-shared key"
	case FindPSKRight:
		return "the server accepts this pre-shared key"
	case FindBlocked4500:
		return "UDP 4500 gets no answer on the way to the server: L2TP/IPsec behind NAT needs it"
	case FindIKEv2:
		return "the server also offers IKEv2, which is safer and easier to get through routers"
	case FindProhibitOff:
		return "ProhibitIpSec is 1, so no L2TP connection of this PC uses IPsec"
	case FindForced:
		return "the service PolicyAgent was forced to start automatically; Windows starts it when it is needed"
	case FindWeakUnneeded:
		return "AllowL2TPWeakCrypto is 1, and this server does not need it"
	case FindUnreadGuard:
		return "the connections of this PC could not be read, so ProhibitIpSec is not set: one of them may need IPsec"
	case FindPolicy:
		return "an IPsec policy is assigned to this PC: the administrator who assigned it decides"
	case FindPolicyUnread:
		return "whether an IPsec policy is assigned to this PC could not be read, so ProhibitIpSec is not set: an administrator may have decided otherwise"
	case FindPending:
		return "Windows waits for a restart"
	case FindNoPC:
		return "no Windows PC was read: the script of the fix kit looks before it changes anything"
	case FindClassic:
		return "the classic recipe is right only for servers that speak plain L2TP, and was asked for without looking"
	}
	return string(id)
}

// aboutServer are the findings that the probes' answers give.
func (f Facts) aboutServer() []Finding {
	if f.Server == nil {
		out := []Finding{{ID: FindNotAsked, Level: Amber}}
		if f.NoIPsec {
			out = append(out, Finding{ID: FindStated, Level: Red})
		}
		return out
	}
	s := f.Server
	first := Finding{ID: FindUnknown, Level: Amber, Evidence: s.Evidence}
	switch s.Class {
	case l2tp.ClassIPsec:
		first.ID, first.Level = FindIPsec, Green
	case l2tp.ClassWeak:
		first.ID, first.Level = FindWeak, Red
	case l2tp.ClassPlain:
		first.ID, first.Level = FindPlain, Red
	case l2tp.ClassRefuses:
		first.ID = FindRefuses
	case l2tp.ClassRefused:
		first.ID = map[l2tp.Reply]ID{l2tp.ReplyRefuses: FindRefusedL2TP, l2tp.ReplySilent: FindRefusedSilent}[s.L2TP]
		first.ID = cmp.Or(first.ID, FindRefused)
	default:
		switch {
		case s.IKEv2:
			first.ID = FindIKEv2Only
		case s.L2TP == l2tp.ReplyAccepted:
			first.ID = FindSilentPlain
		}
	}
	out := []Finding{first}
	if f.NoIPsec {
		id := FindStated
		if f.contradicted() {
			id = FindContradict
		}
		out = append(out, Finding{ID: id, Level: Red})
	}
	if f.behind() > 0 {
		out = append(out, Finding{ID: FindServerNAT, Level: Amber})
	} else if f.ipsec() && s.NAT.Server == nil {
		out = append(out, Finding{ID: FindNATUnknown, Level: Green})
	}
	switch s.PSK {
	case l2tp.PSKWrong:
		out = append(out, Finding{ID: FindPSKWrong, Level: Red})
	case l2tp.PSKRight:
		out = append(out, Finding{ID: FindPSKRight, Level: Green})
	}
	if s.Port4500 == "blocked" {
		out = append(out, Finding{ID: FindBlocked4500, Level: Amber})
	}
	if s.IKEv2 && first.ID != FindIKEv2Only {
		out = append(out, Finding{ID: FindIKEv2, Level: Green})
	}
	return out
}
