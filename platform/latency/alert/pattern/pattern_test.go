package pattern

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// history makes rounds of "S", "U" and numbers: ms for RTT and % for loss.
func history(t testing.TB, m Metric, text string) []Round {
	t.Helper()
	if m == Loss {
		return (&kase{Loss: text}).rounds(t)
	}
	return (&kase{RTT: text}).rounds(t)
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		name    string
		metric  Metric
		pattern string
		history string
		// what the manual and SmokePing say
		documented, smokeping bool
	}{
		{"the newest value is the last", Loss, "==0%,>20%", "30 0 25", true, true},
		{"and not an older one", Loss, "==0%,>20%", "0 25 0", false, false},
		{"too little history", Loss, ">0%,>0%", "5", false, false},
		{"skips nothing with exact history", Loss, ">0%,*12*,>0%,*12*,>0%", "5 5 5", true, false},
		{"skips nothing with one more", Loss, ">0%,*12*,>0%,*12*,>0%", "0 5 5 5", true, true},
		{"skips two of four", Loss, ">10%,*10*,>10%", "20 0 0 20", true, false},
		{"skips N", Loss, ">10%,*2*,>10%", "0 0 0 0 20 0 0 20", true, false},
		{"skips N-1", Loss, ">10%,*2*,>10%", "0 0 0 0 20 0 20", true, true},
		{"skips no more than N", Loss, ">10%,*2*,>10%", "20 0 0 0 20", false, false},
		{"tries an outer skip again", Loss, "==1%,==2%,*3*,==5%", "1 2 0 5", true, false},
		{"start", RTT, "==S,==U", "S U", true, true},
		{"a start is no number", RTT, ">0,>0", "S 5", false, false},
		{"unknown is no number", RTT, "!=5", "U", false, false},
		{"known", RTT, "!=U", "5", true, true},
		{"any", RTT, "==*,>5", "U 6", true, true},
		{"two conditions", Loss, ">45%<=55%", "55", true, true},
		{"two conditions, the second fails", Loss, ">45%<=55%", "56", false, false},
		{"milliseconds", RTT, ">=0.25", "0.25", true, true},
		{"a skip at the end", Loss, ">0%,*3*", "0 0 9 0 0 0", true, false},
	} {
		rounds := history(t, c.metric, c.history)
		for mode, want := range map[Mode]bool{AsDocumented: c.documented, AsSmokePing: c.smokeping} {
			p, err := Parse(c.pattern, c.metric, mode)
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			if got := p.Match(rounds, false); got != want {
				t.Errorf("%s: %q on [%s] as %s: %v, want %v", c.name, c.pattern, c.history, mode, got, want)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		metric   Metric
		mode     Mode
		pattern  string
		position int
		says     string
	}{
		{Loss, AsDocumented, "", 1, "empty pattern"},
		{Loss, AsDocumented, ">5%,", 5, "empty element"},
		{Loss, AsDocumented, ">5%,,>6%", 5, "empty element"},
		{Loss, AsDocumented, ">5", 3, "percent"},
		{Loss, AsDocumented, ">5%, >6%<7", 11, "percent"},
		{RTT, AsDocumented, ">5%", 3, "milliseconds"},
		{RTT, AsDocumented, ">5,=6", 4, "begins with"},
		{RTT, AsDocumented, ">5,*0*,>6", 5, "1 to 9"},
		{RTT, AsDocumented, ">5,*12,>6", 4, "*N*"},
		{RTT, AsDocumented, ">5,*99999999999999999999*,>6", 5, "skips more"},
		{RTT, AsDocumented, ">U", 1, "U, unknown"},
		{RTT, AsDocumented, "!=S", 1, "S, the start"},
		{RTT, AsDocumented, ">5==6", 3, "one more condition"},
		{RTT, AsDocumented, ">5<6<7", 5, "nothing may follow"},
		{RTT, AsDocumented, "==Ux", 4, "nothing may follow"},
		{RTT, AsDocumented, "≥5", 1, "begins with"},
		{RTT, AsDocumented, ">5,≥5", 4, "begins with"},
		{RTT, AsDocumented, "*5*", 1, "only skips"},
		{RTT, AsDocumented, ">1,*2000*,*2000*,>1", 11, "2048 rounds"},
		{RTT, AsDocumented, ">1e9", 3, "one more condition"},
		{RTT, AsDocumented, ">9999999999", 2, "beyond"},
		{RTT, AsSmokePing, "!=*", 1, "SmokePing refuses"},
		{Loss, AsSmokePing, ">010%", 2, "octal"},
		{"hops", AsSmokePing, ">1", 1, "rtt or loss"},
		{RTT, "exact", ">1", 1, "documented"},
		{RTT, AsDocumented, strings.Repeat(">1,", 300) + ">1", 3*256 + 1, "256 elements"},
		{RTT, AsDocumented, strings.Repeat(">1,*1*,", 80) + ">1", 7*64 + 4, "64 skips"},
		{RTT, AsDocumented, ">" + strings.Repeat("1", 5000), 1, "longer"},
	} {
		_, err := Parse(c.pattern, c.metric, c.mode)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q: %v, not an *Error", c.pattern, err)
			continue
		}
		if e.Position != c.position || !strings.Contains(e.Why.Error(), c.says) {
			t.Errorf("%q: %v; want position %d and %q", c.pattern, err, c.position, c.says)
		}
	}
}

func TestMatcherErrors(t *testing.T) {
	for text, says := range map[string]string{
		"":                        "Name(argument",
		"CheckLoss":               "Name(argument",
		"CheckLoss(":              "Name(argument",
		"CheckLoss()":             "lacks its argument l",
		"CheckLoss(l=>5)":         "lacks its argument x",
		"CheckLoss(l=>5,x=>0)":    "1 or more",
		"CheckLoss(l=>5,x=>-1)":   "is a number",
		"CheckLoss(l=>5,y=>1)":    "no argument",
		"CheckLoss(l=>5.5,x=>1)":  "is a number",
		"CheckLoss(5,1)":          "name=>value",
		"CheckLoss(l=>5,x=>`id`)": "is a number",
		"System(cmd=>'reboot')":   "no matcher",
		"Avgratio(historic=>1,current=>1,comparator=>'~',percentage=>5)": "no comparator",
		"Avgratio(historic=>1,current=>1,percentage=>5)":                 "lacks its argument comparator",
		"Median(old=>2000,new=>2000,diff=>1)":                            "2048 rounds",
	} {
		if _, err := ParseMatcher(text, AsDocumented); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", text, err, says)
		}
	}
	if _, err := ParseMatcher("CheckLoss(l=>5, x=>1,);", AsSmokePing); err != nil {
		t.Error(err)
	}
}

// TestMatcherModes: where SmokePing's matchers do not do what their manual says.
func TestMatcherModes(t *testing.T) {
	both := func(text string, rounds []Round, before, documented, smokeping bool) {
		t.Helper()
		for mode, want := range map[Mode]bool{AsDocumented: documented, AsSmokePing: smokeping} {
			m, err := ParseMatcher(text, mode)
			if err != nil {
				t.Fatal(err)
			}
			if got := m.Match(rounds, before); got != want {
				t.Errorf("%s as %s: %v", text, mode, got)
			}
		}
	}
	both("CheckLatency(l=>100,x=>2)", history(t, RTT, "U U"), false, true, false)
	both("CheckLatency(l=>100,x=>2)", history(t, RTT, "U U"), true, true, false)
	both("ExpLoss(hist=>3,rising=>50,falling=>20)", history(t, Loss, "9 9 9 9 9 9"), true, false, true)
	both("Medratio(historic=>3,current=>1,comparator=>'>',percentage=>150)", history(t, RTT, "U U 10 20"), false, true, false)
}

// TestHostile: no pattern takes long, whatever it asks for.
func TestHostile(t *testing.T) {
	rounds := make([]Round, MaxLength)
	for i := range rounds {
		rounds[i] = Round{Answered: true, RTT: time.Millisecond}
	}
	for _, text := range []string{
		strings.Repeat("==1,*30*,", 63) + ">1",
		strings.Repeat("==1,*200*,", 10) + ">1",
		">1," + strings.Repeat("*31*,==*,", 60) + "==1",
		"==U," + strings.Repeat("*31*,==1,", 60) + "==2",
	} {
		for _, mode := range []Mode{AsDocumented, AsSmokePing} {
			p, err := Parse(text, RTT, mode)
			if err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			p.Match(rounds, false)
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("%.40s… as %s took %v", text, mode, took)
			}
		}
	}
}

// naive tries every width of every skip.
func naive(p *Pattern, elements []element, rounds []Round) bool {
	if len(elements) == 0 {
		return true
	}
	last := &elements[len(elements)-1]
	rest := elements[:len(elements)-1]
	if last.kind != skip {
		n := len(rounds)
		return n > 0 && p.holds(last, &rounds[n-1]) && naive(p, rest, rounds[:n-1])
	}
	for n := 0; n <= last.skip && n <= len(rounds); n++ {
		if naive(p, rest, rounds[:len(rounds)-n]) {
			return true
		}
	}
	return false
}

func FuzzPattern(f *testing.F) {
	f.Add(">0%,*12*,>0%,*12*,>0%", "0 5 5 5", true)
	f.Add("==S,!=U,==*,>45<=55", "S 5 U 50", false)
	f.Add("*3*,==U,<=1.5", "U U 1", false)
	f.Add("Avgratio(historic=>10,current=>2,comparator=>'>',percentage=>150)", "1 22 333", false)
	f.Add("ExpLoss(hist => 3, rising=>5.5,falling => 2,skip=>1,fast=>2)", "S 1 22 333", true)
	f.Fuzz(func(t *testing.T, text, values string, loss bool) {
		metric := RTT
		if loss {
			metric = Loss
		}
		var rounds []Round
		for _, s := range strings.Fields(values) {
			r := Round{Answered: true, RTT: time.Duration(len(s)) * time.Millisecond, Loss: float64(len(s))}
			switch s[0] {
			case 'S':
				r = Round{Start: true}
			case 'U':
				r.Answered = false
			}
			rounds = append(rounds, r)
		}
		documented, err := Parse(text, metric, AsDocumented)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Position < 1 {
				t.Fatalf("%q: %v", text, err)
			}
		}
		exact, err := Parse(text, metric, AsSmokePing)
		if err == nil {
			exact.Match(rounds, false)
		}
		if m, err := ParseMatcher(text, AsSmokePing); err == nil {
			m.Match(rounds, loss)
		}
		if documented == nil {
			return
		}
		got := documented.Match(rounds, false)
		if len(rounds) <= 12 && len(documented.elements) <= 8 {
			if want := naive(documented, documented.elements, rounds); got != want {
				t.Fatalf("%q on %q: %v, want %v", text, values, got, want)
			}
		}
		// SmokePing never skips more than the manual allows; only before the
		// oldest value it sees unknown ones.
		if exact != nil && !got && !strings.ContainsAny(text, "U*") && exact.Match(rounds, false) {
			t.Fatalf("%q on %q matches for SmokePing alone", text, values)
		}
	})
}

// TestNaive is FuzzPattern's property on patterns that are likely to match.
func TestNaive(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	matches := 0
	for range 3000 {
		v := vector{Type: "rtt", Pattern: randomPattern(r, "rtt")}
		p, err := Parse(v.Pattern, RTT, AsDocumented)
		if err != nil {
			t.Fatal(err)
		}
		c := randomCase(r, &v)
		rounds := c.rounds(t)
		want := naive(p, p.elements, rounds)
		if got := p.Match(rounds, false); got != want {
			t.Fatalf("%q on [%s]: %v, want %v", v.Pattern, c.RTT, got, want)
		}
		if want {
			matches++
		}
	}
	if matches < 100 {
		t.Errorf("only %d of 3000 match", matches)
	}
}
