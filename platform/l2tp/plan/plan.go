package plan

import (
	"slices"

	"tacklebox/platform/l2tp"
)

// Op is one change. Old and New are as [Spell] writes values, or "absent",
// "unknown", a state or start type of a service, or what becomes of a profile.
type Op struct {
	Op    Kind   `json:"op"`
	Key   string `json:"key"`
	Name  string `json:"name"`
	Old   string `json:"old"`
	New   string `json:"new"`
	Level Level  `json:"level"`
	// Why is the finding that asks for it.
	Why ID `json:"why,omitempty"`
	// Profile is what a profile becomes, without its secrets.
	Profile *Profile `json:"profile,omitempty"`
}

// Plan is what was found and what is to be done about it, in this order.
type Plan struct {
	Class    l2tp.Class `json:"class"`
	Classic  bool       `json:"classic,omitempty"`
	Findings []Finding  `json:"findings"`
	Ops      []Op       `json:"ops"`
	// Breaks names the connections that a red operation breaks: a second tick.
	Breaks []string `json:"breaks,omitempty"`
}

// Level is the plan's gravest; green when it changes nothing.
func (p Plan) Level() Level {
	level := Green
	for _, o := range p.Ops {
		if o.Level == Red {
			return Red
		}
		if o.Level == Amber {
			level = Amber
		}
	}
	return level
}

// builder gathers findings and operations.
type builder struct {
	f    Facts
	plan Plan
	// live says that an operation takes effect with the next start only.
	live bool
}

func (b *builder) find(id ID, level Level, args ...string) {
	b.plan.Findings = append(b.plan.Findings, Finding{ID: id, Level: level, Args: args})
}

func (b *builder) add(o Op) {
	o.Level = levelOf(o)
	if o.Op == SetValue && o.Old == o.New {
		return
	}
	if o.Op == DeleteValue && o.Old == Absent {
		return
	}
	same := func(x Op) bool { return x.Key == o.Key && x.Name == o.Name && x.Op == o.Op }
	if slices.ContainsFunc(b.plan.Ops, same) {
		return
	}
	b.live = b.live || o.Op == SetValue || o.Op == DeleteValue
	b.plan.Ops = append(b.plan.Ops, o)
}

// sets says that the plan writes a value.
func (b *builder) sets(name string) bool {
	return slices.ContainsFunc(b.plan.Ops, func(o Op) bool { return o.Op == SetValue && o.Name == name })
}

func (b *builder) set(name string, n uint32, why ID) {
	at, _ := Home(name)
	b.add(Op{Op: SetValue, Key: at.Key, Name: at.Name, Old: b.f.old(at), New: DWORD(n), Why: why})
}

func (b *builder) remove(at Place, why ID) {
	b.add(Op{Op: DeleteValue, Key: at.Key, Name: at.Name, Old: b.f.old(at), New: Absent, Why: why})
}

// Make is the plan for these facts. What the answers of the server do not ask for
// is not changed; what another guide broke on this PC is offered for repair.
func Make(f Facts) Plan {
	b := &builder{f: f, plan: Plan{Class: f.class(), Findings: f.aboutServer(), Ops: []Op{}}}
	b.aboutPC()
	b.leftovers()
	b.disabled()
	if f.ipsec() && !f.contradicted() {
		b.forIPsec()
	} else if f.plain() {
		b.forPlain()
	}
	b.profile()
	b.end()
	return b.plan
}

func (b *builder) aboutPC() {
	pc := b.f.PC
	if pc == nil {
		b.find(FindNoPC, Green)
		return
	}
	if pc.IPsecPolicy {
		b.find(FindPolicy, Amber)
	}
	if pc.RestartPending {
		b.find(FindPending, Amber)
	}
}

// forIPsec is what a server that accepts us asks for, and nothing else.
func (b *builder) forIPsec() {
	f := b.f
	if f.class() == l2tp.ClassWeak {
		b.set(WeakCrypto, 1, FindWeak)
	} else if f.is(WeakCrypto, 1) {
		b.find(FindWeakUnneeded, Amber)
	}
	if f.is(ProhibitIPsec, 1) {
		// Whatever is connected to this server needs the IPsec that it takes away.
		at, _ := Home(ProhibitIPsec)
		if keyed, _ := f.needing(); len(keyed) == 0 {
			b.find(FindProhibitOff, Red)
		}
		b.remove(at, FindProhibitOff)
	}
	if n := f.behind(); n == 2 || n == 1 && !f.is(AssumeUDP, 2) {
		b.set(AssumeUDP, n, FindServerNAT)
	}
	for _, name := range ServiceNames() {
		b.start(name)
	}
}

// forPlain is what a server without IPsec asks for: red, and never while a
// connection of this PC needs IPsec.
func (b *builder) forPlain() {
	f := b.f
	if f.is(ProhibitIPsec, 1) {
		keyed, doubtful := f.needing()
		if len(keyed) > 0 {
			b.find(FindProhibitUsed, Red, keyed...)
		}
		if len(doubtful) > 0 {
			b.find(FindProhibitDoubt, Amber, doubtful...)
		}
		return
	}
	switch names := f.guarded(); {
	case len(names) > 0:
		b.find(FindGuarded, Red, names...)
		return
	case f.PC != nil && f.PC.ProfilesUnread:
		b.find(FindUnreadGuard, Amber)
		return
	case f.PC != nil && f.PC.IPsecPolicy:
		return // said already: that policy decides
	case f.PC != nil && f.PC.PolicyUnread:
		b.find(FindPolicyUnread, Amber)
		return
	}
	why := FindPlain
	if f.class() != l2tp.ClassPlain {
		why = FindStated
	}
	b.set(ProhibitIPsec, 1, why)
	b.start(RasMan)
}

// profile creates or repairs the connection that is wanted, where it is known
// what kind the server needs.
func (b *builder) profile() {
	w := b.f.Wanted
	if w == nil || !b.f.ipsec() && !b.f.plain() || b.f.contradicted() {
		return
	}
	plain := b.f.plain()
	if b.f.plainByNow() {
		none := *w
		none.IPsec = IPsecNone
		w = &none
	}
	if plain && w.IPsec != IPsecNone && w.IPsec != "" && w.IPsec != IPsecUnknown {
		return // guarded: the person chose a key or certificate
	}
	b.writeProfile(wanted(*w, plain))
}

func (b *builder) writeProfile(to Profile) {
	op := Op{Op: WriteProfile, Key: KeyProfile, Name: to.Name, Old: Unknown, New: "created", Profile: &to, Why: FindKind}
	if b.f.PC != nil && !b.f.PC.ProfilesUnread {
		op.Old = Absent
		for _, p := range b.f.PC.Profiles {
			if !SameName(p.Name, to.Name) || p.AllUsers != to.AllUsers {
				continue
			}
			op.Name, to.Name = p.Name, p.Name
			op.Old, op.New = "there", "repaired"
			// Where all L2TP becomes plain, the plan says that this connection is meant to.
			if !b.differs(p, to) && !(b.f.plainByNow() && b.sets(ProhibitIPsec)) {
				return
			}
		}
	}
	if to.AllUsers || to.Check() != nil {
		return // the fix kit's script makes those of all users
	}
	b.add(op)
}

// differs says what a profile that is there has otherwise.
func (b *builder) differs(is, to Profile) bool {
	n := len(b.plan.Findings)
	if is.Tunnel != "" && is.Tunnel != TunnelL2TP {
		b.find(FindTunnel, Amber, is.Name, is.Tunnel)
	}
	// One without a key reads as one with a certificate, whatever it is.
	same := is.IPsec == to.IPsec || is.IPsec == IPsecUnknown || is.IPsec == IPsecCertificate && to.IPsec == IPsecNone
	if !same {
		b.find(FindKind, Amber, is.Name, is.IPsec, to.IPsec)
	}
	if is.Encryption != to.Encryption && to.IPsec == IPsecNone && is.Encryption != EncryptNone {
		b.find(FindEncryption, Amber, is.Name, is.Encryption)
	}
	a, c := slices.Sorted(slices.Values(is.Auth)), slices.Sorted(slices.Values(to.Auth))
	return len(b.plan.Findings) > n || is.Server != to.Server || !slices.Equal(a, c) || is.Split != to.Split
}

// end asks for the restart that registry values need.
func (b *builder) end() {
	if b.live {
		b.add(Op{Op: Restart, Key: KeyMachine})
	}
}
