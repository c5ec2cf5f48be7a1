package ras

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"tacklebox/platform/l2tp/plan"
)

func office() plan.Profile {
	return plan.Profile{Name: "office", Server: "vpn.example.com", Tunnel: plan.TunnelL2TP, IPsec: plan.IPsecPSK, Auth: []string{plan.AuthCHAP, plan.AuthMSCHAPv2}, Encryption: plan.EncryptNeeded}
}

// TestWrite: what is written reads back, on each version of Windows, and what a
// profile does not speak of stays.
func TestWrite(t *testing.T) {
	for _, version := range entrySizes {
		f := newFake()
		f.newest = version
		s := f.system()
		for _, change := range []func(*plan.Profile){
			func(*plan.Profile) {},
			func(p *plan.Profile) { p.IPsec, p.Encryption, p.Split = plan.IPsecNone, plan.EncryptAsked, true },
			func(p *plan.Profile) { p.Auth, p.Server = []string{plan.AuthPAP}, "192.0.2.1" },
			func(p *plan.Profile) { p.IPsec, p.Encryption = plan.IPsecCertificate, plan.EncryptMost },
			func(p *plan.Profile) { p.Name, p.Encryption = "OFFICE", plan.EncryptNone },
		} {
			p := office()
			change(&p)
			if err := s.Write(p); err != nil {
				t.Fatalf("%d: %+v: %v", version, p, err)
			}
			all, err := s.Profiles()
			if err != nil || len(all) != 1 {
				t.Fatalf("%d: %+v, %v", version, all, err)
			}
			want := p
			want.Name = "office" // names are not case sensitive: the first one stays
			if want.IPsec == plan.IPsecNone {
				want.IPsec = plan.IPsecCertificate // Windows has no word for none
			}
			if !reflect.DeepEqual(all[0], want) {
				t.Errorf("%d: %+v, want %+v", version, all[0], want)
			}
			e := f.book["own.pbk|office"]
			if text(e.deviceName[:]) != "WAN-Miniport (L2TP)" || e.options&optPreviewLogin == 0 || e.options&(optDataEncryption|optMsEncryptedPw) != 0 {
				t.Errorf("%d: device %q, options %x", version, text(e.deviceName[:]), e.options)
			}
		}
		// What is set by hand survives a repair.
		e := f.book["own.pbk|office"]
		e.redialCount, e.options2, e.options = 7, e.options2|0x100, e.options|0x400000
		f.book["own.pbk|office"] = e
		if err := s.Write(office()); err != nil {
			t.Fatal(err)
		}
		if e = f.book["own.pbk|office"]; e.redialCount != 7 || e.options2&0x100 == 0 || e.options&0x400000 == 0 {
			t.Errorf("%d: a repair lost settings: %+v", version, e.options)
		}
		if err := s.Remove("office"); err != nil || len(f.book) != 0 {
			t.Errorf("%d: removed: %v, %d left", version, err, len(f.book))
		}
		if err := s.Remove("office"); err != nil {
			t.Errorf("%d: removed twice: %v", version, err)
		}
	}
}

func TestWriteRefused(t *testing.T) {
	f := newFake()
	f.newest = 100 // no Windows
	if err := f.system().Write(office()); code(err) != errInvalidSize {
		t.Errorf("%v", err)
	}
	f = newFake()
	f.add(t, "all.pbk", "a.example.com", office(), true)
	if err := f.system().Write(office()); err != nil { // beside that of all users
		t.Fatal(err)
	}
	if got := text(f.book["all.pbk|office"].phoneOf()); got != "a.example.com" {
		t.Errorf("the connection of all users was changed: %s", got)
	}
	p := office()
	p.Auth = []string{"Eap"}
	if err := f.system().Write(p); err == nil {
		t.Error("a profile outside the vocabulary was written")
	}
	p = office()
	p.Server = strings.Repeat("a.", 90) + "example"
	if err := f.system().Write(p); err == nil || !strings.Contains(err.Error(), "128 characters") {
		t.Errorf("a long server: %v", err)
	}
}

func (e entry) phoneOf() []uint16 { return e.phone[:] }

func code(err error) uint32 {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

// TestProfiles: other kinds are told apart, and one that cannot be read is there.
func TestProfiles(t *testing.T) {
	f := newFake()
	for i := range 40 {
		p := office()
		p.Name = fmt.Sprint("c", i)
		f.add(t, "own.pbk", "192.0.2.1", p, i%2 == 0)
	}
	modem := f.book["own.pbk|c1"]
	modem.kind = 1
	f.book["own.pbk|c1"] = modem
	other := f.book["own.pbk|c3"]
	other.strategy, other.options, other.encryption = onlyIKEv2, other.options|optEAP, 77
	f.book["own.pbk|c3"] = other
	delete(f.book, "own.pbk|c5")
	all, err := f.system().Profiles()
	if err != nil || len(all) != 39 || all[0].AllUsers || !all[38].AllUsers {
		t.Fatalf("%d, %v", len(all), err)
	}
	for _, p := range all {
		switch p.Name {
		case "c3":
			if p.Tunnel != "Ikev2" || p.Encryption != plan.Unknown || p.Auth[2] != "Eap" {
				t.Errorf("%+v", p)
			}
		case "c5":
			if p.Tunnel != "" || p.IPsec != plan.IPsecUnknown {
				t.Errorf("%+v", p)
			}
		}
	}
}

func TestSecrets(t *testing.T) {
	f := newFake()
	s := f.system()
	if err := s.SetKey("office", []byte("k")); code(err) != errNoEntry {
		t.Errorf("no connection: %v", err)
	}
	if err := s.Write(office()); err != nil {
		t.Fatal(err)
	}
	const key = "canary-\u00e9\U0001f511"
	if err := s.SetKey("OFFICE", []byte(key)); err != nil || f.keys["own.pbk|office"] != key {
		t.Errorf("%v, %q", err, f.keys)
	}
	for in, want := range map[string][3]string{
		`me`:                         {"me", "pw", ""},
		`CORP\me`:                    {"me", "pw", "CORP"},
		`a.long.domain.example\me`:   {`a.long.domain.example\me`, "pw", ""},
		`me@example.com`:             {"me@example.com", "pw", ""},
		`CORP\me` + "\U0001f511":     {"me\U0001f511", "pw", "CORP"},
		`fifteen.letters` + `\` + "": {"", "pw", "fifteen.letters"},
	} {
		if err := s.SetLogin("office", in, []byte("pw")); err != nil || f.logins["own.pbk|office"] != want {
			t.Errorf("%q: %v, %q", in, err, f.logins["own.pbk|office"])
		}
	}
	for _, bad := range []string{"", "a\x00b", "\xff", strings.Repeat("x", 257), strings.Repeat("\U0001f511", 129)} {
		if err := s.SetKey("office", []byte(bad)); err == nil || bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("%.10q: %v", bad, err)
		}
	}
	if err := s.SetKey("office", []byte(strings.Repeat("x", 256))); err != nil {
		t.Errorf("256 characters: %v", err)
	}
}

func TestSessionUp(t *testing.T) {
	server := netip.MustParseAddr("192.0.2.1")
	f := newFake()
	s := f.system()
	if s.SessionUp(server) {
		t.Error("nothing is connected")
	}
	var c connection
	c.handle = wordOf(5)
	f.stands = []connection{c}
	f.up[5] = -1
	if !s.SessionUp(server) {
		t.Error("a connection to who knows where does not count")
	}
	f.remote = endpoint{kind: 1, addr: [16]byte{192, 0, 2, 1}}
	if !s.SessionUp(server) || !s.SessionUp(netip.MustParseAddr("::ffff:192.0.2.1")) || s.SessionUp(netip.MustParseAddr("192.0.2.2")) {
		t.Error("the other end is not compared")
	}
	f.remote = endpoint{kind: 2, addr: [16]byte{0x20, 1, 0xd, 0xb8, 15: 1}}
	if s.SessionUp(server) || !s.SessionUp(netip.MustParseAddr("2001:db8::1")) {
		t.Error("IPv6 is not compared")
	}
	f.stands = nil
	for code, want := range map[uint32]bool{errRasMan: false, 1062: false, errInvalidSize: true, 5: true} {
		if f.code = code; s.SessionUp(server) != want {
			t.Errorf("error %d: %v", code, !want)
		}
	}
}

// TestWord: a handle keeps all its bits.
func TestWord(t *testing.T) {
	for _, v := range []uintptr{0, 1, 1<<32 - 1, ^uintptr(0), 0x1234 << (8 * (pointer - 2))} {
		if got := wordOf(v).value(); got != v {
			t.Errorf("%x became %x", v, got)
		}
	}
	// The words of a little-endian machine stand as the number does.
	w := wordOf(^uintptr(0) - 1)
	if *(*uint32)(unsafe.Pointer(&w)) != 0xfffffffe {
		t.Errorf("%x", w)
	}
}

// TestOpenElsewhere: nothing is pretended where there is no remote access.
func TestOpenElsewhere(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // rasapi_windows_test.go looks there
	}
	if _, err := Open(); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v", err)
	}
}
