package ras

import (
	"testing"

	"tacklebox/platform/l2tp/plan"
)

// TestComplete: what the cmdlets wrote stays, but for whether it uses a key.
func TestComplete(t *testing.T) {
	const theirs = 0x00100000 // an option that only the cmdlets set
	for _, version := range entrySizes {
		f := newFake()
		f.newest = version
		made := office()
		made.IPsec = plan.IPsecCertificate // as the cmdlets leave it without a key
		f.add(t, "own.pbk", made.Server, made, false)
		e := f.book["own.pbk|office"]
		e.options |= theirs | optDataEncryption
		f.book["own.pbk|office"] = e
		s := f.system()
		for _, kind := range []string{plan.IPsecPSK, plan.IPsecPSK, plan.IPsecNone, plan.IPsecPSK} {
			p := office()
			p.IPsec = kind
			if err := s.Complete(p); err != nil {
				t.Fatalf("%d: %v", version, err)
			}
			is := f.book["own.pbk|office"]
			if (is.options2&opt2PreSharedKey != 0) != (kind == plan.IPsecPSK) || is.options != e.options {
				t.Errorf("%d, %s: options %x %x", version, kind, is.options, is.options2)
			}
		}
		// It reads otherwise: the whole is written.
		p := office()
		p.Server = "other.example.com"
		if err := s.Complete(p); err != nil {
			t.Fatalf("%d: %v", version, err)
		}
		is := f.book["own.pbk|office"]
		if text(is.phone[:]) != "other.example.com" || is.options&optDataEncryption != 0 || is.options&theirs == 0 {
			t.Errorf("%d: %s, options %x", version, text(is.phone[:]), is.options)
		}
	}
}

func TestCompleteRefused(t *testing.T) {
	f := newFake()
	if err := f.system().Complete(office()); code(err) != errNoEntry {
		t.Errorf("there is none: %v", err)
	}
	f.add(t, "all.pbk", "a.example.com", office(), true)
	if err := f.system().Complete(office()); code(err) != errNoEntry {
		t.Errorf("of all users: %v", err)
	}
	p := office()
	p.Auth = nil
	if err := f.system().Complete(p); err == nil {
		t.Error("a profile outside the vocabulary was written")
	}
}
