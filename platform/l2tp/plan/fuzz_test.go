package plan

import (
	"testing"

	"tacklebox/platform/l2tp"
)

// FuzzParse: what is taken is in the vocabulary and survives being written.
func FuzzParse(f *testing.F) {
	for _, p := range []Plan{
		Make(Facts{Server: report(l2tp.ClassIPsec, yes(), yes()), PC: clean(IPsecPSK).number(ProhibitIPsec, 1)}),
		Classic(Facts{Wanted: &Profile{Name: "x", Server: "192.0.2.1"}}),
	} {
		data, err := p.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse(data)
		if err != nil {
			return
		}
		for _, o := range p.Ops {
			if o.Level != levelOf(o) {
				t.Fatalf("level %s of %v", o.Level, o)
			}
			if o.Op == SetValue {
				if home, ok := Home(o.Name); !ok || home.Key != o.Key {
					t.Fatalf("writes %q at %q", o.Name, o.Key)
				}
			}
			if o.Profile != nil && o.Profile.Check() != nil {
				t.Fatalf("profile %v", o.Profile)
			}
		}
		again, err := p.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if len(again) <= MaxFile {
			if _, err := Parse(again); err != nil {
				t.Fatalf("not read back: %v", err)
			}
		}
	})
}

// FuzzMake: whatever the facts, a plan is in the vocabulary, red needs its
// evidence, and unknown changes no value for a server's sake.
func FuzzMake(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, "office")
	f.Add([]byte{2, 1, 2, 255, 3, 1, 1, 1, 7, 9}, "a'b")
	f.Fuzz(func(t *testing.T, b []byte, name string) {
		x := Facts{}
		next := func() byte {
			if len(b) == 0 {
				return 0
			}
			c := b[0]
			b = b[1:]
			return c
		}
		tri := func() *bool { return []*bool{nil, yes(), no()}[next()%3] }
		if c := int(next()) % (len(l2tp.Classes()) + 1); c < len(l2tp.Classes()) {
			x.Server = report(l2tp.Classes()[c], tri(), tri())
			x.Server.IKEv2 = next()%4 == 3
		}
		kinds := []string{"", IPsecPSK, IPsecCertificate, IPsecNone, IPsecUnknown}
		if next()%4 != 3 {
			x.PC = clean(kinds[int(next())%len(kinds)])
			for i := range x.PC.Values {
				v := &x.PC.Values[i]
				switch next() % 6 {
				case 1:
					v.Exists, v.Type, v.Data = true, TypeDWORD, []byte{next() % 4, 0, 0, 0}
				case 2:
					v.Exists, v.Type, v.Data = true, uint32(next()), b[:min(len(b), 5)]
				}
			}
			for i := range x.PC.Services {
				s := &x.PC.Services[i]
				s.Installed, s.Running = next()%5 != 4, next()%2 == 0
				s.Start = []StartType{StartAutomatic, StartManual, StartDisabled, StartUnknown}[next()%4]
			}
			x.PC.ProfilesUnread, x.PC.IPsecPolicy, x.PC.PolicyUnread = next()%5 == 4, next()%5 == 4, next()%5 == 4
		}
		if next()%2 == 1 {
			x.Wanted = &Profile{Name: name, Server: "192.0.2.1", IPsec: kinds[int(next())%len(kinds)]}
		}
		x.NoIPsec, x.Laptop = next()%2 == 1, next()%2 == 1
		p := Make(x)
		if err := p.Check(); err != nil {
			t.Fatalf("%v\n%+v", err, p)
		}
		for _, o := range p.Ops {
			if o.Op != SetValue {
				continue
			}
			switch o.Name {
			case ProhibitIPsec:
				if len(x.guarded()) > 0 || !x.NoIPsec && x.class() != l2tp.ClassPlain {
					t.Fatalf("ProhibitIpSec without evidence: %+v", x)
				}
			case WeakCrypto:
				if x.class() != l2tp.ClassWeak {
					t.Fatalf("weak crypto without evidence: %+v", x)
				}
			case AssumeUDP:
				if x.Server == nil || x.Server.NAT.Server == nil || !*x.Server.NAT.Server {
					t.Fatalf("AssumeUDP without evidence: %+v", x)
				}
			}
		}
		if err := Classic(x).Check(); err != nil {
			t.Fatalf("classic: %v", err)
		}
	})
}
