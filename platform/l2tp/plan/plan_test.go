package plan

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tacklebox/platform/l2tp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func yes() *bool { v := true; return &v }
func no() *bool  { v := false; return &v }

func report(class l2tp.Class, client, server *bool) *l2tp.Report {
	r := &l2tp.Report{Server: "vpn.example.com", Class: class, NAT: l2tp.NAT{Client: client, Server: server}}
	return r
}

// clean is a PC as Windows is installed, with one L2TP connection of this kind.
func clean(ipsec string) *PC {
	pc := &PC{}
	for _, at := range Places() {
		pc.Values = append(pc.Values, Value{Place: at})
	}
	for _, name := range ServiceNames() {
		usual, _ := DefaultStart(name)
		pc.Services = append(pc.Services, Service{Name: name, Installed: true, Start: usual, Running: true})
	}
	if ipsec != "" {
		pc.Profiles = []Profile{{Name: "office", Server: "vpn.example.com", Tunnel: TunnelL2TP, IPsec: ipsec, Auth: []string{AuthMSCHAPv2}, Encryption: EncryptNeeded}}
	}
	return pc
}

// plainOffice is a PC whose connection is plain L2TP, as it is read.
func plainOffice() *PC {
	pc := clean(IPsecCertificate)
	pc.Profiles[0].Auth, pc.Profiles[0].Encryption = []string{AuthCHAP, AuthMSCHAPv2}, EncryptAsked
	return pc
}

func (pc *PC) with(at Place, typ uint32, data ...byte) *PC {
	for i := range pc.Values {
		if pc.Values[i].Place == at {
			pc.Values[i].Exists, pc.Values[i].Type, pc.Values[i].Data = true, typ, data
		}
	}
	return pc
}

func (pc *PC) number(name string, n byte) *PC {
	at, _ := Home(name)
	return pc.with(at, TypeDWORD, n, 0, 0, 0)
}

func (pc *PC) service(name string, start StartType, running bool) *PC {
	for i := range pc.Services {
		if pc.Services[i].Name == name {
			pc.Services[i].Start, pc.Services[i].Running = start, running
		}
	}
	return pc
}

// brief is a plan in one line.
func brief(p Plan) string {
	var out []string
	for _, o := range p.Ops {
		s := fmt.Sprintf("%s %s", o.Op, o.Name)
		if o.Op == SetValue {
			s += "=" + o.New[len(o.New)-1:]
		}
		if o.Op == DeleteValue && o.Key == PolicyAgentKey && o.Name != AssumeUDP {
			s += "@PolicyAgent"
		}
		out = append(out, strings.TrimSpace(s))
	}
	return strings.Join(out, ", ")
}

func (p Plan) has(id ID) bool {
	return slices.ContainsFunc(p.Findings, func(x Finding) bool { return x.ID == id })
}

func TestMake(t *testing.T) {
	silentPlain := report(l2tp.ClassOf(l2tp.ReplySilent, l2tp.ReplyAccepted), nil, nil)
	silentPlain.L2TP = l2tp.ReplyAccepted
	ikev2 := report(l2tp.ClassPlain, nil, nil)
	ikev2.IKEv2 = true
	office := func(ipsec string) *Profile {
		return &Profile{Name: "office", Server: "vpn.example.com", IPsec: ipsec}
	}
	everybodys := &PC{Profiles: []Profile{{Name: "office", Server: "vpn.example.com", IPsec: IPsecPSK, AllUsers: true}}}
	prohibit, _ := Home(ProhibitIPsec)
	assume, _ := Home(AssumeUDP)
	for _, c := range []struct {
		name string
		f    Facts
		want string
		find ID
	}{
		// The table of servers.
		{"strong and public", Facts{Server: report(l2tp.ClassIPsec, no(), no()), PC: clean(IPsecPSK)}, "", FindIPsec},
		{"strong and public, client behind NAT", Facts{Server: report(l2tp.ClassIPsec, yes(), no()), PC: clean(IPsecPSK)}, "", FindIPsec},
		{"server behind NAT", Facts{Server: report(l2tp.ClassIPsec, no(), yes()), PC: clean(IPsecPSK)}, "set " + AssumeUDP + "=1, restart", FindServerNAT},
		{"both behind NAT", Facts{Server: report(l2tp.ClassIPsec, yes(), yes()), PC: clean(IPsecPSK)}, "set " + AssumeUDP + "=2, restart", FindServerNAT},
		{"laptop", Facts{Server: report(l2tp.ClassIPsec, no(), yes()), PC: clean(IPsecPSK), Laptop: true}, "set " + AssumeUDP + "=2, restart", FindServerNAT},
		{"2 covers 1", Facts{Server: report(l2tp.ClassIPsec, no(), yes()), PC: clean(IPsecPSK).number(AssumeUDP, 2)}, "", FindServerNAT},
		{"1 does not cover 2", Facts{Server: report(l2tp.ClassIPsec, yes(), yes()), PC: clean(IPsecPSK).number(AssumeUDP, 1)}, "set " + AssumeUDP + "=2, restart", FindServerNAT},
		{"no NAT-T", Facts{Server: report(l2tp.ClassIPsec, nil, nil), PC: clean(IPsecPSK)}, "", FindNATUnknown},
		{"weak only", Facts{Server: report(l2tp.ClassWeak, no(), no()), PC: clean(IPsecPSK)}, "set " + WeakCrypto + "=1, restart", FindWeak},
		{"refuses both", Facts{Server: report(l2tp.ClassRefuses, nil, nil), PC: clean(IPsecPSK)}, "", FindRefuses},
		{"silent, plain L2TP answers", Facts{Server: silentPlain, PC: clean("")}, "", FindSilentPlain},
		{"silent, silent", Facts{Server: report(l2tp.ClassUnknown, nil, nil), PC: clean(IPsecPSK)}, "", FindUnknown},
		{"not asked", Facts{PC: clean(IPsecPSK)}, "", FindNotAsked},
		{"refused by ICMP, no L2TP", Facts{Server: report(l2tp.ClassRefused, nil, nil), PC: clean("")}, "", FindRefused},
		{"refused by ICMP, plain L2TP", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: clean("")}, "set ProhibitIpSec=1, restart", FindPlain},
		{"plain, with IKEv2", Facts{Server: ikev2, PC: clean("")}, "", FindIKEv2},
		{"IKEv2 alone", Facts{Server: &l2tp.Report{Class: l2tp.ClassUnknown, L2TP: l2tp.ReplySilent, IKEv2: true}, PC: clean("")}, "", FindIKEv2Only},
		{"IKEv2 and plain L2TP", Facts{Server: &l2tp.Report{Class: l2tp.ClassUnknown, L2TP: l2tp.ReplyAccepted, IKEv2: true}, PC: clean("")}, "", FindIKEv2Only},
		{"stated, but it speaks IKEv2", Facts{Server: &l2tp.Report{Class: l2tp.ClassUnknown, L2TP: l2tp.ReplySilent, IKEv2: true}, PC: clean(""), NoIPsec: true}, "", FindContradict},
		{"refused by ICMP, L2TP silent", Facts{Server: &l2tp.Report{Class: l2tp.ClassRefused, L2TP: l2tp.ReplySilent}, PC: clean("")}, "", FindRefusedSilent},
		{"refused by ICMP, L2TP turns away", Facts{Server: &l2tp.Report{Class: l2tp.ClassRefused, L2TP: l2tp.ReplyRefuses}, PC: clean("")}, "", FindRefusedL2TP},
		// What guards red.
		{"plain, with a key", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: clean(IPsecPSK)}, "", FindGuarded},
		{"plain, with a certificate", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: clean(IPsecCertificate)}, "", FindGuarded},
		{"plain, kind not read", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: clean(IPsecUnknown)}, "", FindGuarded},
		{"plain, one wanted with a key", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: clean(""), Wanted: office(IPsecPSK)}, "", FindGuarded},
		{"plain, everybody's of the wanted one's name has a key", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: everybodys, Wanted: office(IPsecNone)}, "profile office", FindGuarded},
		{"plain, everybody's is wanted", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: everybodys, Wanted: &Profile{Name: "office", Server: "vpn.example.com", IPsec: IPsecNone, AllUsers: true}}, "", FindGuarded},
		{"plain, connections not read", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: &PC{ProfilesUnread: true}}, "", FindUnreadGuard},
		{"plain, policy unread", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: &PC{PolicyUnread: true}}, "", FindPolicyUnread},
		{"plain, policy assigned", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: &PC{IPsecPolicy: true}}, "", FindPolicy},
		{"plain, its own connection", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: clean(IPsecNone)}, "set ProhibitIpSec=1, restart", FindPlain},
		{"stated, silent", Facts{Server: report(l2tp.ClassUnknown, nil, nil), PC: clean(""), NoIPsec: true}, "set ProhibitIpSec=1, restart", FindStated},
		{"stated, not asked", Facts{PC: clean(""), NoIPsec: true}, "set ProhibitIpSec=1, restart", FindStated},
		{"stated, with a key", Facts{PC: clean(IPsecPSK), NoIPsec: true}, "", FindGuarded},
		{"stated, but it speaks IPsec", Facts{Server: report(l2tp.ClassIPsec, yes(), yes()), PC: clean(""), NoIPsec: true}, "", FindContradict},
		{"stated, but it refuses", Facts{Server: report(l2tp.ClassRefuses, nil, nil), PC: clean(""), NoIPsec: true}, "", FindContradict},
		// What other guides left behind.
		{"ProhibitIpSec and a key", Facts{Server: report(l2tp.ClassIPsec, no(), no()), PC: clean(IPsecPSK).number(ProhibitIPsec, 1)}, "delete ProhibitIpSec, restart", FindProhibitPSK},
		{"ProhibitIpSec and a key, server silent", Facts{Server: report(l2tp.ClassUnknown, nil, nil), PC: clean(IPsecPSK).number(ProhibitIPsec, 1)}, "delete ProhibitIpSec, restart", FindProhibitPSK},
		{"ProhibitIpSec, server with IPsec", Facts{Server: report(l2tp.ClassIPsec, no(), no()), PC: clean("").number(ProhibitIPsec, 1)}, "delete ProhibitIpSec, restart", FindProhibitOff},
		{"ProhibitIpSec, server silent", Facts{Server: report(l2tp.ClassUnknown, nil, nil), PC: clean("").number(ProhibitIPsec, 1)}, "", FindUnknown},
		{"ProhibitIpSec used and harmful", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: clean(IPsecPSK).number(ProhibitIPsec, 1)}, "", FindProhibitUsed},
		// A phone book does not tell a certificate from plain L2TP.
		{"ProhibitIpSec and no key, server silent", Facts{Server: report(l2tp.ClassUnknown, nil, nil), PC: clean(IPsecCertificate).number(ProhibitIPsec, 1)}, "", FindProhibitDoubt},
		{"ProhibitIpSec and no key, server with IPsec", Facts{Server: report(l2tp.ClassIPsec, no(), no()), PC: clean(IPsecCertificate).number(ProhibitIPsec, 1)}, "delete ProhibitIpSec, restart", FindProhibitOff},
		{"ProhibitIpSec used by the connection in hand", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: plainOffice().number(ProhibitIPsec, 1), Wanted: office(IPsecCertificate)}, "", FindPlain},
		{"plain, the connection in hand has no key", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: plainOffice(), Wanted: office(IPsecCertificate)}, "set ProhibitIpSec=1, profile office, restart", FindPlain},
		{"plain, a new one with a certificate", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: clean(""), Wanted: office(IPsecCertificate)}, "", FindGuarded},
		{"plain, another without a key", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: clean(IPsecCertificate), Wanted: &Profile{Name: "new", Server: "vpn.example.com", IPsec: IPsecNone}}, "profile new", FindGuarded},
		{"the same name in capitals", Facts{Server: report(l2tp.ClassIPsec, no(), no()), PC: clean(IPsecPSK), Wanted: &Profile{Name: "OFFICE", Server: "other.example.com", IPsec: IPsecPSK}}, "profile office", FindIPsec},
		{"ProhibitIpSec used", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: clean("").number(ProhibitIPsec, 1)}, "", FindPlain},
		{"ProhibitIpSec 0", Facts{Server: report(l2tp.ClassIPsec, no(), no()), PC: clean(IPsecPSK).number(ProhibitIPsec, 0)}, "", FindIPsec},
		{"misplaced", Facts{PC: clean("").with(Place{PolicyAgentKey, WeakCrypto}, TypeDWORD, 1, 0, 0, 0).with(Place{OldIPsecKey, AssumeUDP}, TypeDWORD, 2, 0, 0, 0)},
			"delete " + WeakCrypto + "@PolicyAgent, delete " + AssumeUDP + ", restart", FindMisplaced},
		{"a string", Facts{PC: clean("").with(prohibit, TypeSZ, '1', 0, 0, 0)}, "delete ProhibitIpSec, restart", FindMistyped},
		{"a DWORD of two bytes", Facts{PC: clean("").with(prohibit, TypeDWORD, 1, 0)}, "delete ProhibitIpSec, restart", FindMistyped},
		{"a string where a number is needed", Facts{Server: report(l2tp.ClassIPsec, yes(), yes()), PC: clean(IPsecPSK).with(assume, TypeSZ, '2', 0, 0, 0)},
			"set " + AssumeUDP + "=2, restart", FindMistyped},
		{"forced", Facts{PC: clean("").service(PolicyAgent, StartAutomatic, true)}, "default-start PolicyAgent", FindForced},
		{"disabled", Facts{Server: report(l2tp.ClassUnknown, nil, nil), PC: clean("").service(IKEEXT, StartDisabled, false)}, "default-start IKEEXT, start IKEEXT", FindDisabled},
		{"stopped, unknown server", Facts{PC: clean("").service(PolicyAgent, StartManual, false)}, "", FindNotAsked},
		{"stopped, server with IPsec", Facts{Server: report(l2tp.ClassIPsec, no(), no()), PC: clean(IPsecPSK).service(PolicyAgent, StartManual, false)}, "start PolicyAgent", FindStopped},
		{"weak crypto left", Facts{Server: report(l2tp.ClassIPsec, no(), no()), PC: clean(IPsecPSK).number(WeakCrypto, 1)}, "", FindWeakUnneeded},
		// Connections.
		{"create", Facts{Server: report(l2tp.ClassIPsec, no(), no()), PC: clean(""), Wanted: office(IPsecPSK)}, "profile office", FindIPsec},
		{"create, unknown server", Facts{Server: report(l2tp.ClassUnknown, nil, nil), PC: clean(""), Wanted: office(IPsecPSK)}, "", FindUnknown},
		{"repair", Facts{Server: report(l2tp.ClassIPsec, no(), no()), PC: clean(IPsecCertificate), Wanted: office(IPsecPSK)}, "profile office", FindKind},
		{"plain, repair the encryption", Facts{Server: report(l2tp.ClassPlain, nil, nil), PC: clean(IPsecNone), Wanted: office(IPsecNone)}, "set ProhibitIpSec=1, profile office, restart", FindEncryption},
		{"hostile name", Facts{Server: report(l2tp.ClassIPsec, no(), no()), PC: clean(""), Wanted: &Profile{Name: "a\nb", Server: "vpn.example.com", IPsec: IPsecPSK}}, "", FindIPsec},
		// No PC was read.
		{"elsewhere", Facts{Server: report(l2tp.ClassIPsec, no(), yes())},
			"set " + AssumeUDP + "=1, restart", FindNoPC},
		{"elsewhere, strong and public", Facts{Server: report(l2tp.ClassIPsec, no(), no())}, "", FindNoPC},
		{"elsewhere, unknown", Facts{Server: report(l2tp.ClassUnknown, nil, nil)}, "", FindNoPC},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := Make(c.f)
			if got := brief(p); got != c.want {
				t.Errorf("plan: %s\nwant: %s", got, c.want)
			}
			if !p.has(c.find) {
				t.Errorf("no finding %s in %v", c.find, p.Findings)
			}
			if err := p.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestClassic(t *testing.T) {
	p := Classic(Facts{PC: clean(IPsecPSK).service(PolicyAgent, StartDisabled, false), Wanted: &Profile{Name: "plain one", Server: "192.0.2.1"}})
	want := "default-start PolicyAgent, start PolicyAgent, profile plain one, set ProhibitIpSec=1, set AllowL2TPWeakCrypto=1, set AssumeUDPEncapsulationContextOnSendRule=2, restart"
	if got := brief(p); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if !slices.Equal(p.Breaks, []string{"office"}) {
		t.Errorf("breaks %q, want the connection with a key", p.Breaks)
	}
	var levels []Level
	for _, o := range p.Ops {
		levels = append(levels, o.Level)
		if o.Level != Green && o.Op != WriteProfile && o.Consequence() == "" {
			t.Errorf("%s %s has no consequence", o.Op, o.Name)
		}
	}
	if want := []Level{Green, Green, Amber, Red, Red, Amber, Amber}; !slices.Equal(levels, want) {
		t.Errorf("levels %v, want %v", levels, want)
	}
	if p.Level() != Red {
		t.Errorf("level %s", p.Level())
	}
	if err := p.Check(); err != nil {
		t.Error(err)
	}
}

// TestGolden pins the file that other programs read.
func TestGolden(t *testing.T) {
	p := Make(Facts{Server: report(l2tp.ClassIPsec, yes(), yes()), PC: clean(IPsecPSK).number(ProhibitIPsec, 1).service(PolicyAgent, StartManual, false),
		Wanted: &Profile{Name: "büro <&>'", Server: "vpn.example.com", IPsec: IPsecPSK}})
	// A name that Windows refuses makes no operation.
	if strings.Contains(brief(p), "profile") {
		t.Error("a hostile name got into the plan")
	}
	p = Make(Facts{Server: report(l2tp.ClassIPsec, yes(), yes()), PC: clean(IPsecPSK).number(ProhibitIPsec, 1).service(PolicyAgent, StartManual, false),
		Wanted: &Profile{Name: "büro $(x)' & co", Server: "vpn.example.com", IPsec: IPsecPSK}})
	data, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "plan.json")
	if *update {
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(data) != string(want) {
		t.Errorf("got\n%s\nwant\n%s", data, want)
	}
	back, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := back.Encode(); string(again) != string(data) {
		t.Errorf("read and written again:\n%s", again)
	}
}

func TestParseRefuses(t *testing.T) {
	op := func(o string) string { return `{"class":"","findings":[],"ops":[` + o + `]}` }
	for name, text := range map[string]string{
		"null":                `null`,
		"no operations":       `{"class":"","findings":[]}`,
		"another key":         op(`{"op":"set","key":"HKLM\\SOFTWARE\\Run","name":"ProhibitIpSec","old":"absent","new":"dword:00000001","level":"red"}`),
		"another name":        op(`{"op":"set","key":"HKLM\\SYSTEM\\CurrentControlSet\\Services\\RasMan\\Parameters","name":"ServiceDll","old":"absent","new":"dword:00000001","level":"red"}`),
		"set where misread":   op(`{"op":"set","key":"HKLM\\SYSTEM\\CurrentControlSet\\Services\\PolicyAgent","name":"ProhibitIpSec","old":"absent","new":"dword:00000001","level":"red"}`),
		"too great":           op(`{"op":"set","key":"HKLM\\SYSTEM\\CurrentControlSet\\Services\\RasMan\\Parameters","name":"ProhibitIpSec","old":"absent","new":"dword:00000002","level":"red"}`),
		"a string":            op(`{"op":"set","key":"HKLM\\SYSTEM\\CurrentControlSet\\Services\\RasMan\\Parameters","name":"ProhibitIpSec","old":"absent","new":"hex(1):31,00","level":"red"}`),
		"played down":         op(`{"op":"set","key":"HKLM\\SYSTEM\\CurrentControlSet\\Services\\RasMan\\Parameters","name":"ProhibitIpSec","old":"absent","new":"dword:00000001","level":"green"}`),
		"another service":     op(`{"op":"start","key":"service","name":"RemoteAccess","old":"stopped","new":"running","level":"green"}`),
		"disable":             op(`{"op":"default-start","key":"service","name":"BFE","old":"automatic","new":"disabled","level":"green"}`),
		"delete a key":        op(`{"op":"delete","key":"HKLM\\SYSTEM\\CurrentControlSet\\Services\\RasMan\\Parameters","name":"","old":"absent","new":"absent","level":"green"}`),
		"an operation":        op(`{"op":"run","key":"cmd.exe","name":"","old":"","new":"","level":"green"}`),
		"another field":       op(`{"op":"restart","key":"machine","name":"","old":"","new":"","level":"amber","run":"x"}`),
		"restart first":       op(`{"op":"restart","key":"machine","name":"","old":"","new":"","level":"amber"},{"op":"start","key":"service","name":"BFE","old":"stopped","new":"running","level":"green"}`),
		"twice":               op(`{"op":"start","key":"service","name":"BFE","old":"stopped","new":"running","level":"green"},{"op":"start","key":"service","name":"BFE","old":"stopped","new":"running","level":"green"}`),
		"something after it":  op(``) + "x",
		"profile of all":      op(`{"op":"profile","key":"profile","name":"a","old":"absent","new":"created","level":"amber","profile":{"name":"a","server":"b.c","ipsec":"psk","auth":["Chap"],"encryption":"Optional","all_users":true}}`),
		"a server":            op(`{"op":"profile","key":"profile","name":"a","old":"absent","new":"created","level":"amber","profile":{"name":"a","server":"b c;d","ipsec":"psk","auth":["Chap"],"encryption":"Optional"}}`),
		"a field twice":       op(`{"op":"restart","key":"machine","name":"","old":"","new":"","level":"amber","level":"amber"}`),
		"operations twice":    `{"class":"","findings":[],"ops":[{"op":"restart","key":"machine","name":"","old":"","new":"","level":"amber"}],"ops":[]}`,
		"a field in capitals": op(`{"Op":"restart","key":"machine","name":"","old":"","new":"","level":"amber"}`),
		"a finding":           `{"class":"","findings":[{"id":"all-is-well","level":"green"}],"ops":[]}`,
		"a finding's level":   `{"class":"","findings":[{"id":"classic-recipe","level":"blue"}],"ops":[]}`,
		"a reason":            op(`{"op":"restart","key":"machine","name":"","old":"","new":"","level":"amber","why":"because"}`),
		"nothing":             "",
		"too large":           `{"class":"` + strings.Repeat("a", MaxFile) + `"}`,
	} {
		if p, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s: taken as %v", name, p.Ops)
		}
	}
}

func TestSpell(t *testing.T) {
	for _, c := range []struct {
		typ  uint32
		data []byte
		want string
	}{
		{TypeDWORD, []byte{2, 0, 0, 0}, "dword:00000002"},
		{TypeDWORD, []byte{2, 0}, "hex(4):02,00"},
		{TypeSZ, []byte{'1', 0, 0, 0}, "hex(1):31,00,00,00"},
		{TypeBinary, nil, "hex(3):"},
		{0xfffff, []byte{255}, "hex(fffff):ff"},
	} {
		got := Spell(c.typ, c.data)
		typ, data, err := ReadSpelled(got)
		if got != c.want || err != nil || typ != c.typ || !slices.Equal(data, c.data) {
			t.Errorf("%d %v: %s, read back as %d %v %v", c.typ, c.data, got, typ, data, err)
		}
	}
}

// TestTexts: each finding is a sentence of its own.
func TestTexts(t *testing.T) {
	seen := map[string]ID{}
	for _, id := range IDs() {
		text := Finding{ID: id, Args: []string{"A", "B", "C"}}.Text()
		if text == string(id) || strings.Contains(text, "%!") || strings.HasSuffix(text, ".") {
			t.Errorf("%s: %q", id, text)
		}
		if seen[text] != "" {
			t.Errorf("%s and %s say the same", id, seen[text])
		}
		seen[text] = id
		_ = Finding{ID: id}.Text() // one without its names does not panic
	}
}
