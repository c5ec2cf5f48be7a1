package ras

import (
	"reflect"
	"testing"

	"tacklebox/platform/l2tp/plan"
)

// TestRestore: whatever kind a connection was of before we repaired it, it reads
// as before afterwards.
func TestRestore(t *testing.T) {
	for _, tunnel := range []uint32{0, onlyL2TP, onlyL2TP + 1, 6, onlyIKEv2} {
		for _, auth := range []uint32{optEAP, optCHAP | optMSCHAPv2, optEAP | optMSCHAPv2, 0} {
			for _, level := range []uint32{0, 2, 9} {
				f := newFake()
				f.add(t, "own.pbk", "vpn.example.com", office(), false)
				e := f.book["own.pbk|office"]
				e.strategy, e.encryption = tunnel, level
				e.options = e.options&^(optEAP|optPAP|optCHAP|optMSCHAPv2) | auth
				f.book["own.pbk|office"] = e
				s := f.system()
				before, err := s.Profiles()
				if err != nil || len(before) != 1 {
					t.Fatal(before, err)
				}
				repaired := office()
				repaired.Server, repaired.Split = "192.0.2.1", true
				if level == 9 {
					repaired.Encryption = plan.EncryptMost
				}
				if err := s.Write(repaired); err != nil {
					t.Fatal(err)
				}
				if err := s.Restore(before[0]); err != nil {
					t.Errorf("%d, %x, %d: %v", tunnel, auth, level, err)
				}
				after, err := s.Profiles()
				if level == 9 {
					before[0].Encryption = plan.EncryptMost // a level that has no name is not put back
				}
				if err != nil || !reflect.DeepEqual(after, before) {
					t.Errorf("%d, %x, %d: %v, %+v, want %+v", tunnel, auth, level, err, after, before)
				}
			}
		}
	}
}

func TestRestoreRefused(t *testing.T) {
	f := newFake()
	p := office()
	p.Tunnel = plan.TunnelAutomatic
	if err := f.system().Restore(p); code(err) != errNoEntry {
		t.Errorf("it is gone: %v", err)
	}
	f.add(t, "own.pbk", "vpn.example.com", office(), false)
	f.add(t, "all.pbk", "vpn.example.com", office(), true)
	for _, change := range []func(*plan.Profile){
		func(p *plan.Profile) { p.AllUsers = true },
		func(p *plan.Profile) { p.Tunnel = "Teleport" },
		func(p *plan.Profile) { p.Name = "a\\b" },
		func(p *plan.Profile) { p.Tunnel = "Sstp" }, // the fake has no such device
	} {
		q := p
		change(&q)
		if err := f.system().Restore(q); err == nil {
			t.Errorf("%+v was put back", q)
		}
	}
	if e := f.book["own.pbk|office"]; e.strategy != onlyL2TP {
		t.Errorf("a refused one was changed: strategy %d", e.strategy)
	}
}
