package events

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/l2tp/codes"
)

// event is one as EvtRender gives it; the layout of the values follows
// Microsoft's texts and is expected, not yet seen.
func event(id int, second int, values ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='RasClient'/><EventID Qualifiers='0'>%d</EventID>`+
		`<Level>4</Level><TimeCreated SystemTime='2026-05-03T10:00:%02d.1234567Z'/><Channel>Application</Channel></System><EventData>`, id, second)
	for _, v := range values {
		fmt.Fprintf(&b, "<Data>%s</Data>", v)
	}
	return b.String() + "</EventData></Event>"
}

const (
	one = "{A36F00D2-0000-0000-0000-000000000001}"
	two = "{A36F00D2-0000-0000-0000-000000000002}"
)

func TestAttempts(t *testing.T) {
	id := func(s string) string { return "CoId=" + s }
	for name, c := range map[string]struct {
		xml   string
		code  int64
		stage codes.Stage
		conn  string
		up    bool
	}{
		"no answer":       {event(Started, 1, id(one), `PC\me`, "VPN", "per-user", "office", "settings") + event(Connecting, 2, id(one), `PC\me`, "office") + event(Failed, 9, id(one), `PC\me`, "office", "809"), 809, codes.StageUDP, "office", false},
		"newest first":    {event(Failed, 9, id(one), `PC\me`, "office", "789") + event(Connecting, 2, id(one), `PC\me`, "office") + event(Started, 1, id(one), `PC\me`, "VPN", "per-user", "office", "settings"), 789, codes.StageIKE, "office", false},
		"German":          {event(Started, 1, id(one), `PC\ich`, "VPN", "per-user", "Büro", "settings") + event(TunnelUp, 3, id(one), `PC\ich`, "Büro") + event(LinkUp, 4, id(one)) + event(Failed, 5, id(one), `PC\ich`, "Büro", "691"), 691, codes.StagePPP, "Büro", false},
		"Chinese":         {event(Started, 1, id(one), `PC\我`, "VPN", "per-user", "办公室", "settings") + event(LinkUp, 4, id(one)) + event(Failed, 5, id(one), `PC\我`, "办公室", "720"), 720, codes.StageIP, "办公室", false},
		"an HRESULT":      {event(Connecting, 2, id(one)) + event(Failed, 5, id(one), "u", "c", "-2146762495"), -2146762495, codes.StageIKE, "c", false},
		"unknown code":    {event(Connecting, 2, id(one)) + event(Failed, 5, id(one), "u", "c", "999"), 999, codes.StageUDP, "c", false},
		"not begun":       {event(Failed, 5, id(one), "u", "c", "x"), 0, codes.StagePC, "c", false},
		"connected":       {event(Started, 1, id(one), "u", "VPN", "per-user", "c", "settings") + event(Connected, 5, id(one)), 0, "", "c", true},
		"the same moment": {event(Failed, 1, id(one), "u", "c", "691") + event(LinkUp, 1, id(one)) + event(Started, 1, id(one), "u", "VPN", "per-user", "c", "settings"), 691, codes.StagePPP, "c", false},
	} {
		for _, text := range []string{c.xml, "<?xml version='1.0' encoding='utf-16'?><Events>" + c.xml + "</Events>"} {
			got, err := Parse([]byte(text))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			as := Attempts(got)
			if len(as) != 1 || as[0].Code != c.code || as[0].Stage != c.stage || as[0].Connection != c.conn || as[0].Connected != c.up {
				t.Errorf("%s: %+v", name, as)
			}
		}
	}
}

func TestSeveral(t *testing.T) {
	got, err := Parse([]byte(event(Started, 1, "CoId="+one, "u", "VPN", "per-user", "a", "settings") + event(Started, 7, "CoId="+two, "u", "VPN", "per-user", "b", "settings") + event(Failed, 3, "CoId="+strings.ToLower(one), "u", "a", "809") +
		strings.Replace(event(Failed, 8, "CoId="+two, "u", "b", "691"), "RasClient", "Another", 1)))
	if err != nil {
		t.Fatal(err)
	}
	as := Attempts(got)
	if len(as) != 2 || as[0].Connection != "b" || as[0].Code != 0 || as[1].Code != 809 {
		t.Errorf("%+v", as)
	}
	if want := time.Date(2026, 5, 3, 10, 0, 1, 123456700, time.UTC); !as[1].Start.Equal(want) {
		t.Errorf("began %v, want %v", as[1].Start, want)
	}
}

func TestBounds(t *testing.T) {
	if _, err := Parse(make([]byte, MaxSize+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a large one: %v", err)
	}
	if got, err := Parse([]byte(strings.Repeat(event(Started, 1), MaxEvents+1))); !errors.Is(err, ErrTooLarge) || len(got) != MaxEvents {
		t.Errorf("many: %d, %v", len(got), err)
	}
	if _, err := Parse([]byte(strings.Repeat("<a>", 1000))); err == nil {
		t.Error("nested a thousand deep")
	}
	got, err := Parse([]byte(event(Started, 1, "CoId="+one) + "<Event><Syst"))
	if err == nil || len(got) != 1 {
		t.Errorf("cut off: %d, %v", len(got), err)
	}
	if got, err := Parse(nil); err != nil || len(got) != 0 {
		t.Errorf("nothing: %v %v", got, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(event(Started, 1, "CoId="+one, "u", "VPN", "per-user", "c", "settings") + event(Failed, 2, "CoId="+one, "u", "c", "809")))
	f.Add([]byte("<Events><Event/></Events>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, _ := Parse(data)
		if len(got) > MaxEvents {
			t.Fatalf("%d events", len(got))
		}
		for _, e := range got {
			for _, d := range e.Data {
				if len(d) > maxText {
					t.Fatalf("%d bytes", len(d))
				}
			}
		}
		for _, a := range Attempts(got) {
			if a.Connected != (a.Stage == "") {
				t.Fatalf("%+v", a)
			}
		}
	})
}
