package plan

import "strings"

// leftovers offers to revert what other guides left behind. They are facts of
// this PC, whatever the server answers.
func (b *builder) leftovers() {
	f := b.f
	if f.PC == nil {
		return
	}
	at, _ := Home(ProhibitIPsec)
	if keyed, doubtful := f.needing(); f.is(ProhibitIPsec, 1) && !f.plain() {
		if len(keyed) > 0 {
			b.find(FindProhibitPSK, Red, keyed...)
			b.remove(at, FindProhibitPSK)
		} else if len(doubtful) > 0 && !f.ipsec() {
			// It may be what this very connection needs: nothing is taken from it.
			b.find(FindProhibitDoubt, Amber, doubtful...)
		}
	}
	for _, at := range Misplaced() {
		if v, read := f.value(at); read && v.Exists {
			b.find(FindMisplaced, Green, at.Name, at.Key)
			b.remove(at, FindMisplaced)
		}
	}
	for _, at := range Homes() {
		v, read := f.value(at)
		if _, ok := v.dword(); read && v.Exists && !ok {
			b.find(FindMistyped, Green, at.Name, shorten(v.spelled()))
			// Where a number is needed, it is written over the wrong type.
			if !b.needs(at.Name) {
				b.remove(at, FindMistyped)
			}
		}
	}
	if s, ok := f.service(PolicyAgent); ok && s.Start == StartAutomatic {
		b.find(FindForced, Green)
		b.defaultType(s, FindForced)
	}
}

// needs says that the plan will write this value.
func (b *builder) needs(name string) bool {
	switch name {
	case ProhibitIPsec:
		return b.f.plain() && len(b.f.guarded()) == 0 && !b.f.PC.ProfilesUnread && !b.f.PC.IPsecPolicy && !b.f.PC.PolicyUnread
	case WeakCrypto:
		return b.f.class() == "ipsec-weak" && !b.f.contradicted()
	}
	return b.f.behind() > 0 && !b.f.contradicted()
}

// service finds a service that was read and is installed.
func (f Facts) service(name string) (Service, bool) {
	if f.PC == nil {
		return Service{}, false
	}
	for _, s := range f.PC.Services {
		if s.Name == name {
			return s, s.Installed
		}
	}
	return Service{}, false
}

// disabled offers to enable the services that no L2TP works without.
func (b *builder) disabled() {
	if b.f.PC == nil {
		return
	}
	for _, s := range b.f.PC.Services {
		if _, ours := DefaultStart(s.Name); !ours {
			continue
		}
		if !s.Installed {
			b.find(FindMissing, Red, s.Name)
		} else if s.Start == StartDisabled {
			b.find(FindDisabled, Red, s.Name)
			b.defaultType(s, FindDisabled)
			b.start(s.Name)
		}
	}
}

func (b *builder) defaultType(s Service, why ID) {
	usual, _ := DefaultStart(s.Name)
	b.add(Op{Op: DefaultType, Key: KeyService, Name: s.Name, Old: string(s.Start), New: string(usual), Why: why})
}

// start asks for a service that is stopped. Where no PC was read there is no
// evidence that one is, and only the classic recipe asks for it all the same.
func (b *builder) start(name string) {
	old := Unknown
	if b.f.PC == nil && !b.plan.Classic {
		return
	}
	if b.f.PC != nil {
		s, ok := b.f.service(name)
		if !ok || s.Running {
			return
		}
		old = "stopped"
		if s.Start != StartDisabled {
			b.find(FindStopped, Green, name)
		}
	}
	b.add(Op{Op: StartService, Key: KeyService, Name: name, Old: old, New: "running", Why: FindStopped})
}

// shorten keeps a long value out of a sentence.
func shorten(text string) string {
	if len(text) > 60 {
		return strings.TrimRight(text[:60], ",") + "..."
	}
	return text
}
