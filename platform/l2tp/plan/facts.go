// Package plan goes from facts about a server and a PC to a diagnosis and to a
// plan of changes over a closed vocabulary. It has no side effects, and it asks
// for no change that the evidence does not ask for.
package plan

import (
	"slices"
	"strings"

	"tacklebox/platform/l2tp"
)

// Value is a registry value as it was read.
type Value struct {
	Place
	Exists bool
	Type   uint32
	Data   []byte
}

// spelled is the value as an operation's old side.
func (v Value) spelled() string {
	if !v.Exists {
		return Absent
	}
	return Spell(v.Type, v.Data)
}

// dword is the number that Windows reads; false for what it cannot read as one.
func (v Value) dword() (uint32, bool) {
	if !v.Exists || v.Type != TypeDWORD || len(v.Data) != 4 {
		return 0, false
	}
	return le32(v.Data), true
}

// Service is a service as it was read.
type Service struct {
	Name      string
	Installed bool
	Start     StartType
	Running   bool
}

// PC is what was read of a Windows PC.
type PC struct {
	Values   []Value
	Services []Service
	Profiles []Profile
	// ProfilesUnread says that the list of connections could not be had.
	ProfilesUnread bool
	// IPsecPolicy says that a domain or local policy of IPsec is assigned here.
	IPsecPolicy bool
	// PolicyUnread says that this could not be had.
	PolicyUnread bool
	// RestartPending says that Windows itself waits for a restart.
	RestartPending bool
}

// Facts are all that the planner knows.
type Facts struct {
	// Server is what the probes found; nil when nobody asked.
	Server *l2tp.Report
	// PC is nil where no PC was read: on another system, for the fix kit.
	PC *PC
	// Wanted is the connection to create or repair; nil to leave all as they are.
	Wanted *Profile
	// NoIPsec: the person states that the server has no IPsec.
	NoIPsec bool
	// Laptop: the PC will be used behind other routers than today's.
	Laptop bool
}

// value finds what was read at a place; read is false without a PC.
func (f Facts) value(at Place) (v Value, read bool) {
	if f.PC == nil {
		return Value{Place: at}, false
	}
	for _, v := range f.PC.Values {
		if v.Place == at {
			return v, true
		}
	}
	return Value{Place: at}, false
}

// old is the old side of an operation on this value.
func (f Facts) old(at Place) string {
	v, read := f.value(at)
	if !read {
		return Unknown
	}
	return v.spelled()
}

// is says that a value was read and is this number.
func (f Facts) is(name string, n uint32) bool {
	at, _ := Home(name)
	v, _ := f.value(at)
	got, ok := v.dword()
	return ok && got == n
}

// guarded are the names of the connections that ProhibitIpSec=1 would break,
// the wanted one included: those with a key, and those that may have a certificate.
func (f Facts) guarded() []string {
	keyed, doubtful := f.needing()
	return append(keyed, doubtful...)
}

// needing are the names of the connections that need IPsec, the wanted one included:
// keyed have a pre-shared key, and of doubtful ones a phone book does not tell whether
// they have a certificate or are plain L2TP, or nothing was read of them.
func (f Facts) needing() (keyed, doubtful []string) {
	add := func(name, ipsec string) {
		switch {
		case slices.Contains(keyed, name) || slices.Contains(doubtful, name):
		case ipsec == IPsecPSK:
			keyed = append(keyed, name)
		default:
			doubtful = append(doubtful, name)
		}
	}
	if f.PC != nil {
		for _, p := range f.PC.Profiles {
			if p.guarded() && !f.replaces(p) {
				add(p.Name, p.IPsec)
			}
		}
	}
	if w := f.Wanted; w != nil && (w.IPsec == IPsecPSK || w.IPsec == IPsecCertificate && !f.plainByNow()) {
		add(w.Name, w.IPsec)
	}
	return keyed, doubtful
}

// replaces says that this person's own connection becomes the wanted one.
func (f Facts) replaces(p Profile) bool {
	return f.Wanted != nil && SameName(p.Name, f.Wanted.Name) && !p.AllUsers && !f.Wanted.AllUsers
}

// plainByNow says that the connection that is wanted, and has no key, is there and was
// read as one with a certificate, while its server has no IPsec: then it is plain L2TP,
// which a phone book does not tell from a certificate.
func (f Facts) plainByNow() bool {
	return f.PC != nil && f.plain() && f.Wanted != nil && f.Wanted.IPsec == IPsecCertificate &&
		slices.ContainsFunc(f.PC.Profiles, func(p Profile) bool { return f.replaces(p) && p.IPsec == IPsecCertificate })
}

// SameName says that two names are of one connection: Windows does not tell capitals
// apart.
func SameName(a, b string) bool { return strings.EqualFold(a, b) }

func (f Facts) class() l2tp.Class {
	if f.Server == nil {
		return l2tp.ClassUnknown
	}
	return f.Server.Class
}

// contradicted: the person states that there is no IPsec, and IKE answered.
func (f Facts) contradicted() bool {
	switch f.class() {
	case l2tp.ClassIPsec, l2tp.ClassWeak, l2tp.ClassRefuses:
		return f.NoIPsec
	}
	return f.NoIPsec && f.Server != nil && f.Server.IKEv2
}

// plain: there is reason to speak L2TP without IPsec.
func (f Facts) plain() bool {
	if f.contradicted() || f.Server != nil && f.Server.IKEv2 {
		return false
	}
	return f.NoIPsec || f.class() == l2tp.ClassPlain
}

// ipsec: IKE answered and takes us, strong or weak.
func (f Facts) ipsec() bool {
	return f.class() == l2tp.ClassIPsec || f.class() == l2tp.ClassWeak
}

// behind is the number for AssumeUDP that the hashes of NAT-D ask for; 0 for none.
func (f Facts) behind() uint32 {
	if f.Server == nil || !f.ipsec() || f.Server.NAT.Server == nil || !*f.Server.NAT.Server {
		return 0
	}
	if f.Laptop || f.Server.NAT.Client == nil || *f.Server.NAT.Client {
		return 2
	}
	return 1
}
