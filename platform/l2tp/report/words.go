package report

import "tacklebox/platform/l2tp/plan"

// Phrase is a text of a report, for translations.
type Phrase string

// The phrases. Those with %v take what their English text shows, in its order.
const (
	TitlePerson     Phrase = "title-person"
	TitleAdmin      Phrase = "title-admin"
	SectionAbout    Phrase = "section-about"
	SectionAsk      Phrase = "section-ask"
	SectionFindings Phrase = "section-findings"
	SectionEvidence Phrase = "section-evidence"
	SectionPlan     Phrase = "section-plan"
	SectionApplied  Phrase = "section-applied"
	SectionAttempts Phrase = "section-attempts"
	SectionPC       Phrase = "section-pc"
	Written         Phrase = "written"
	AboutServer     Phrase = "about-server"
	AboutPC         Phrase = "about-pc"
	Probed          Phrase = "probed"
	Applied         Phrase = "applied"
	DialUp          Phrase = "dial-up"
	AttemptUp       Phrase = "attempt-up"
	AttemptFailed   Phrase = "attempt-failed"
	ServiceGone     Phrase = "service-gone"
	ServiceUp       Phrase = "service-up"
	ServiceDown     Phrase = "service-down"
	Connection      Phrase = "connection"
	PortOwner       Phrase = "port-owner"
	NeedGone        Phrase = "need-gone"
	NeedUp          Phrase = "need-up"
	NeedDown        Phrase = "need-down"
	Lost            Phrase = "lost"
	NotRead         Phrase = "not-read"
	Expected        Phrase = "expected"
	// What the server's administrator is asked for.
	AskCiphers  Phrase = "ask-ciphers"
	AskESP      Phrase = "ask-esp"
	AskAddress  Phrase = "ask-address"
	AskIPsec    Phrase = "ask-ipsec"
	AskListen   Phrase = "ask-listen"
	AskForward  Phrase = "ask-forward"
	Ask4500     Phrase = "ask-4500"
	AskNAT      Phrase = "ask-nat"
	AskKey      Phrase = "ask-key"
	AskLogin    Phrase = "ask-login"
	AskIKEv2    Phrase = "ask-ikev2"
	AskIKEv2Too Phrase = "ask-ikev2-too"
)

// Phrases are all phrases, for whoever translates them.
func Phrases() []Phrase {
	return []Phrase{
		TitlePerson, TitleAdmin, SectionAbout, SectionAsk, SectionFindings, SectionEvidence, SectionPlan, SectionApplied, SectionAttempts, SectionPC,
		Written, AboutServer, AboutPC, Probed, Applied, DialUp, AttemptUp, AttemptFailed, ServiceGone, ServiceUp, ServiceDown, Connection, PortOwner,
		NeedGone, NeedUp, NeedDown, Lost, NotRead, Expected, AskCiphers, AskESP, AskAddress, AskIPsec, AskListen, AskForward, Ask4500, AskNAT, AskKey, AskLogin, AskIKEv2, AskIKEv2Too,
	}
}

// English is the English text of a phrase.
func English(p Phrase) string { return english[p] }

var english = map[Phrase]string{
	TitlePerson:     "L2TP: what was found",
	TitleAdmin:      "L2TP: for the server's administrator",
	SectionAbout:    "About",
	SectionAsk:      "To ask the server's administrator for",
	SectionFindings: "Findings",
	SectionEvidence: "Evidence",
	SectionPlan:     "Planned changes",
	SectionApplied:  "Applied changes",
	SectionAttempts: "Connection attempts",
	SectionPC:       "This PC",
	Written:         "written %v by Tacklebox %v",
	AboutServer:     "server %v, address %v",
	AboutPC:         "client %v, build %v",
	Probed:          "the server was asked with %v packets in %v ms, without dialing",
	Applied:         "%v: %v",
	DialUp:          "a test connection stood, with the address %v",
	AttemptUp:       "%v: connected",
	AttemptFailed:   "%v: error %v at stage %v: %v",
	ServiceGone:     "the service %v is not there",
	ServiceUp:       "the service %v runs, start type %v",
	ServiceDown:     "the service %v is stopped, start type %v",
	Connection:      "connection %q to %v: type %v, IPsec %v, login %v, encryption %v",
	PortOwner:       "UDP %v belongs to %v, service %v",
	NeedGone:        "the service %v, which %v needs, is not there",
	NeedUp:          "the service %v, which %v needs, runs, start type %v",
	NeedDown:        "the service %v, which %v needs, is stopped, start type %v",
	Lost:            "%v was set by Tacklebox and is no longer there",
	NotRead:         "not read: %v: %v",
	Expected:        "(expected, not yet seen on real Windows)",

	AskCiphers:  "IKEv1 main mode on UDP 500: accept AES-256 with SHA-1 and group 14 (2048 bits). The client offers, in this order: AES-256/SHA-1/P-384, AES-128/SHA-1/P-256, AES-256/SHA-1/group 14, 3DES/SHA-1/group 14, 3DES/SHA-1/group 2",
	AskESP:      "ESP in transport mode for UDP 1701: accept AES-128 or AES-256 with SHA-1",
	AskAddress:  "look whether the server's peer or address filter admits the address that these packets came from",
	AskIPsec:    "put L2TP behind IPsec with a pre-shared key or certificate: without it all that is sent can be read on the way, and Windows has to be weakened for it",
	AskListen:   "look whether the IPsec and L2TP programs run and listen on UDP 500, 4500 and 1701 at this address",
	AskForward:  "let UDP 500 and 4500 in, on the server's firewall and on the router before it; UDP 1701 only inside IPsec",
	Ask4500:     "let UDP 4500 in as well: clients behind NAT send everything there after the first messages",
	AskNAT:      "give the server a public address of its own; behind NAT every Windows client needs a registry value and a restart. Otherwise forward UDP 500 and 4500 without changing their ports, and let the server know its public address",
	AskKey:      "tell the pre-shared key that is valid now: the one in use here is not accepted",
	AskLogin:    "look into the server's log for the refused login: the account's dial-in permission, the password, and whether CHAP or MS-CHAPv2 is accepted",
	AskIKEv2:    "the server answers IKEv2: may clients use it? It needs no registry value on Windows and passes routers better. What is needed is the name in its certificate and a login",
	AskIKEv2Too: "consider IKEv2 beside L2TP: it needs no registry value on Windows and passes routers better",
}

// wishes are the exact changes that the findings ask the server's side for.
func (w *writer) wishes() []string {
	var out []string
	ask := func(p Phrase) { out = append(out, w.o.Words.say(p)) }
	two := false
	for _, f := range w.all() {
		switch f.ID {
		case plan.FindWeak:
			ask(AskCiphers)
			ask(AskESP)
		case plan.FindRefuses:
			ask(AskCiphers)
			ask(AskAddress)
		case plan.FindPlain:
			ask(AskIPsec)
		case plan.FindRefused, plan.FindRefusedSilent, plan.FindRefusedL2TP, plan.FindIKEv2Only:
			ask(AskListen)
		case plan.FindUnknown, plan.FindSilentPlain:
			ask(AskForward)
		case plan.FindServerNAT:
			ask(AskNAT)
		case plan.FindBlocked4500:
			ask(Ask4500)
		case plan.FindPSKWrong:
			ask(AskKey)
		case plan.FindIKEv2:
			two = true
		}
	}
	if w.refusedLogin() {
		ask(AskLogin)
	}
	switch {
	case two:
		ask(AskIKEv2)
	case len(out) > 0:
		ask(AskIKEv2Too)
	}
	return out
}

// refusedLogin: the last attempt came as far as the login.
func (w *writer) refusedLogin() bool {
	code := int64(0)
	if w.in.Dial != nil && w.in.Dial.Done {
		code = w.in.Dial.Code
	} else if w.in.Reading != nil && len(w.in.Reading.Attempts) > 0 {
		code = w.in.Reading.Attempts[0].Code
	}
	switch code {
	case 628, 629, 649, 691, 812:
		return true
	}
	return false
}
