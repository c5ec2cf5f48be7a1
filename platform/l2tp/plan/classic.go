package plan

// Classic is the recipe that circulates: all three values, IPsec Policy Agent and
// a connection with CHAP, allowed without evidence for a person who wants just
// this. It breaks each connection that needs IPsec, which [Plan.Breaks] names.
func Classic(f Facts) Plan {
	b := &builder{f: f, plan: Plan{Class: f.class(), Classic: true, Ops: []Op{}}}
	b.find(FindClassic, Red)
	b.plan.Findings = append(b.plan.Findings, f.aboutServer()...)
	b.aboutPC()
	if s, ok := f.service(PolicyAgent); ok && s.Start == StartDisabled {
		b.defaultType(s, FindDisabled)
	}
	b.start(PolicyAgent)
	if f.Wanted != nil {
		p := *f.Wanted
		p.Auth = []string{AuthCHAP, AuthMSCHAPv2}
		b.writeProfile(wanted(p, p.IPsec != IPsecPSK && p.IPsec != IPsecCertificate))
	}
	b.set(ProhibitIPsec, 1, FindClassic)
	b.set(WeakCrypto, 1, FindClassic)
	b.set(AssumeUDP, 2, FindClassic)
	b.plan.Breaks = f.guarded()
	b.end()
	return b.plan
}

// Effect names what an operation means for all connections of the machine, or what
// cannot be taken back of it; empty where there is nothing to fear.
type Effect string

// The effects.
const (
	EffectClear   Effect = "clear"     // L2TP without encryption
	EffectWeak    Effect = "weak"      // DES and MD5
	EffectNAT     Effect = "nat"       // servers behind NAT
	EffectSealed  Effect = "encrypted" // L2TP with IPsec again
	EffectSecrets Effect = "secrets"   // a stored key or login is replaced
	EffectRestart Effect = "restart"
)

// Effects are all effects, for whoever translates them.
func Effects() []Effect {
	return []Effect{EffectClear, EffectWeak, EffectNAT, EffectSealed, EffectSecrets, EffectRestart}
}

// Effect is what this operation means beyond what it changes.
func (o Op) Effect() Effect {
	switch {
	case o.Op == SetValue && o.Name == ProhibitIPsec && o.Level == Red:
		return EffectClear
	case o.Op == SetValue && o.Name == WeakCrypto && o.Level == Red:
		return EffectWeak
	case o.Op == SetValue && o.Name == AssumeUDP && o.Level == Amber:
		return EffectNAT
	case o.Op == DeleteValue && o.Key == RasManKey && o.Name == ProhibitIPsec:
		return EffectSealed
	case o.Op == WriteProfile && o.Old != Absent:
		return EffectSecrets
	case o.Op == Restart:
		return EffectRestart
	}
	return ""
}

// Consequence is the effect in one plain English sentence, without a full stop.
func (o Op) Consequence() string {
	switch o.Effect() {
	case EffectClear:
		return "all L2TP on this PC becomes unencrypted: passwords and traffic can be read on the way, and connections with a pre-shared key or certificate stop working"
	case EffectWeak:
		return "all L2TP connections of this PC may use DES and MD5, which can be broken"
	case EffectNAT:
		return "this PC makes IPsec connections to servers behind NAT, which Windows left off because a changed address translation can lead to another machine"
	case EffectSealed:
		return "L2TP on this PC uses IPsec again: a connection to a server without IPsec stops working"
	case EffectSecrets:
		return "a key or login that is entered replaces the stored one for good: Windows does not give out the old one, so undo cannot bring it back"
	case EffectRestart:
		return "the machine restarts; nothing restarts without your click"
	}
	return ""
}
