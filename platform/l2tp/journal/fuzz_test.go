package journal

import (
	"errors"
	"testing"

	"tacklebox/platform/l2tp/plan"
)

const whole = `{"entry":{"format":1,"id":"20261126T083502Z-0011aaff","time":"2026-11-26T08:35:02Z","build":"10.0","version":"1","user":"S-1-5-18","ops":2}}
{"begin":{"op":{"op":"set","key":"HKLM\\SYSTEM\\CurrentControlSet\\Services\\PolicyAgent","name":"AssumeUDPEncapsulationContextOnSendRule","old":"absent","new":"dword:00000002","level":"amber"},"state":"begun"}}
{"close":{"change":0,"state":"done"}}
{"begin":{"op":{"op":"start","key":"service","name":"IKEEXT","old":"stopped","new":"running","level":"green"},"state":"begun","start":"manual"}}
`

func TestFold(t *testing.T) {
	f, err := fold([]byte(whole))
	if err != nil || f.entry.State != StatePartly || f.good != len(whole) || f.entry.Changes[1].State != StateBegun {
		t.Fatalf("%v, %+v", err, f)
	}
	for _, tail := range []string{"{", `{"close":{"change":1,"state":"done"}}`, "\x00\x00\x00", "\x00\n", "{\"x\":1}\n"} {
		if f, err = fold([]byte(whole + tail)); err != nil || f.good != len(whole) {
			t.Errorf("torn %q: %v, %d", tail, err, f.good)
		}
	}
	for _, bad := range []string{
		"x\n" + whole,
		whole + "x\n{\"undo\":0}\n",
		whole + `{"close":{"change":2,"state":"done"}}` + "\n{\"undo\":0}\n",
		whole + whole,
		whole + `{"undo":5}` + "\n{\"undo\":0}\n",
	} {
		if _, err = fold([]byte(bad)); !errors.Is(err, ErrDamaged) {
			t.Errorf("%.80q: %v", bad, err)
		}
	}
	if _, err = fold([]byte(whole[:40])); !errors.Is(err, ErrNoEntry) {
		t.Errorf("%v", err)
	}
}

// FuzzFold: whatever a file holds, what is read of it is in the vocabulary, and
// what was written whole reads the same without the rest.
func FuzzFold(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(whole + `{"close":{"change":1,"state":"failed","reason":"x"}}` + "\n" + `{"undo":1}` + "\n" + `{"close":{"change":1,"state":"undone"}}` + "\n{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := fold(data)
		if err != nil {
			return
		}
		if len(x.entry.Changes) > maxChanges {
			t.Fatalf("%d changes", len(x.entry.Changes))
		}
		for _, c := range x.entry.Changes {
			if err := (plan.Plan{Ops: []plan.Op{c.Op}}).Check(); err != nil {
				t.Fatal(err)
			}
			if len(c.Data) > longest {
				t.Fatal("too long")
			}
		}
		again, err := fold(data[:x.good])
		if err != nil || again.entry.State != x.entry.State || len(again.entry.Changes) != len(x.entry.Changes) {
			t.Fatalf("%v, %+v", err, again)
		}
	})
}
