package pattern

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

var (
	update = flag.Bool("update", false, "ask SmokePing's own functions for the golden vectors anew: needs perl and Debian's smokeping")
	lib    = flag.String("smokeping", "/usr/share/perl5", "where Smokeping.pm is, for -update")
	newer  = flag.String("smokeping-newer", "", "where a SmokePing that has ConsecutiveLoss keeps its Perl, for -update")
)

// vector is a pattern with what SmokePing says of some histories. A history is a
// list of S, U and numbers: ms or %, oldest first. Matchers look at both lists.
type vector struct {
	Type    string `json:"type"` // rtt, loss or matcher
	Pattern string `json:"pattern"`
	Refused bool   `json:"refused,omitempty"`
	Length  int    `json:"length,omitempty"`
	Cases   []kase `json:"cases,omitempty"`
}

type kase struct {
	RTT    string `json:"rtt,omitempty"`
	Loss   string `json:"loss,omitempty"`
	Before bool   `json:"before,omitempty"`
	Match  bool   `json:"match"`
}

func (c *kase) rounds(t testing.TB) []Round {
	t.Helper()
	rtt, loss := strings.Fields(c.RTT), strings.Fields(c.Loss)
	out := make([]Round, max(len(rtt), len(loss)))
	for i, s := range rtt {
		switch s {
		case "S":
			out[i].Start = true
		case "U":
		default:
			ms, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatal(err)
			}
			out[i].Answered, out[i].RTT = true, time.Duration(ms*1e6+0.5)
		}
	}
	for i, s := range loss {
		if s == "S" {
			out[i].Start = true
			continue
		}
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		out[i].Loss = v
	}
	return out
}

func (v *vector) parse(mode Mode) (Matcher, error) {
	if v.Type == "matcher" {
		return ParseMatcher(v.Pattern, mode)
	}
	p, err := Parse(v.Pattern, Metric(v.Type), mode)
	if err != nil {
		return nil, err // no nil *Pattern in the interface
	}
	return p, nil
}

// TestGolden: AsSmokePing says what SmokePing 2.7.3 says.
func TestGolden(t *testing.T) {
	path := filepath.Join("testdata", "smokeping-2.7.3.json")
	if *update {
		ask(t, path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	cases, matches, differ := 0, 0, 0
	for i := range all {
		v := &all[i]
		m, err := v.parse(AsSmokePing)
		if v.Refused != (err != nil) {
			t.Errorf("%s %q: SmokePing refuses it: %v; here: %v", v.Type, v.Pattern, v.Refused, err)
			continue
		}
		if err != nil {
			continue
		}
		if m.Length() != v.Length {
			t.Errorf("%s %q: length %d, SmokePing says %d", v.Type, v.Pattern, m.Length(), v.Length)
		}
		documented, _ := v.parse(AsDocumented)
		for _, c := range v.Cases {
			cases++
			rounds := c.rounds(t)
			if got := m.Match(rounds, c.Before); got != c.Match {
				t.Errorf("%s %q on rtt [%s] loss [%s] before %v: %v, SmokePing says %v", v.Type, v.Pattern, c.RTT, c.Loss, c.Before, got, c.Match)
			}
			if c.Match {
				matches++
			}
			if documented != nil && documented.Match(rounds, c.Before) != c.Match {
				differ++
			}
		}
	}
	t.Logf("%d patterns, %d histories, %d match; the manual says otherwise of %d", len(all), cases, matches, differ)
	if len(all) < 500 || matches < cases/20 || differ == 0 {
		t.Errorf("%d patterns with %d matches in %d, %d of them against the manual: these vectors show little", len(all), matches, cases, differ)
	}
}

// driver asks SmokePing's own init_alerts and matchers. It finds the function's
// text in the installed Smokeping.pm, since the whole module wants a web server's
// parts; nothing of it is kept.
const driver = `
use strict; use JSON::PP; use List::Util qw(min max);
my ($lib, $newer) = @ARGV;
unshift @INC, $newer if $newer; unshift @INC, $lib;
open my $f, '<', "$lib/Smokeping.pm" or die $!;
my $text = join '', <$f>;
$text =~ /^(sub init_alerts .*?^\})/ms or die "no init_alerts";
sub do_debuglog {}
{ no strict; no warnings; eval $1; die $@ if $@; }
local $SIG{__WARN__} = sub {};
my $all = decode_json(join '', <STDIN>);
for my $v (@$all) {
	my $cfg = { Alerts => { a => { type => $v->{type}, pattern => $v->{pattern} } } };
	eval { init_alerts($cfg) };
	if ($@) { $v->{refused} = JSON::PP::true; delete $v->{cases}; next }
	my $x = $cfg->{Alerts}{a};
	$v->{length} = $x->{maxlength};
	for my $c (@{$v->{cases}}) {
		my $rtt = [ map { $_ eq 'S' ? 'S' : $_ eq 'U' ? undef : $_ / 1000 } split ' ', $c->{rtt} // '' ];
		my $loss = [ map { $_ } split ' ', $c->{loss} // '' ];
		my $match;
		for ('a') { $match = &{$x->{sub}}({ rtt => $rtt, loss => $loss, prevmatch => $c->{before} ? 1 : 0 }) || 0 }
		$c->{match} = $match ? JSON::PP::true : JSON::PP::false;
	}
}
print JSON::PP->new->canonical->encode($all);
`

func ask(t *testing.T, path string) {
	r := rand.New(rand.NewPCG(7, 3))
	var all []vector
	for len(all) < 900 {
		v := vector{Type: []string{"rtt", "loss"}[r.IntN(2)]}
		v.Pattern = randomPattern(r, v.Type)
		for range 8 {
			v.Cases = append(v.Cases, randomCase(r, &v))
		}
		all = append(all, v)
	}
	all = append(all, fixed()...)
	for len(all) < 1250 {
		v := vector{Type: "matcher", Pattern: randomMatcher(r)}
		if strings.HasPrefix(v.Pattern, "ConsecutiveLoss") && *newer == "" {
			continue
		}
		for range 8 {
			v.Cases = append(v.Cases, randomCase(r, &v))
		}
		all = append(all, v)
	}
	in, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("perl", "-e", driver, *lib, *newer)
	cmd.Stdin = bytes.NewReader(in)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answered []json.RawMessage
	if err := json.Unmarshal(out, &answered); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	for i, v := range answered {
		file.WriteString([]string{"[\n", ",\n"}[min(i, 1)])
		file.Write(v)
	}
	file.WriteString("\n]\n")
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// fixed are patterns that are worth a look by themselves.
func fixed() []vector {
	three := ">0%,*12*,>0%,*12*,>0%"
	return []vector{
		{Type: "loss", Pattern: three, Cases: []kase{{Loss: "5 5 5"}, {Loss: "0 5 5 5"}, {Loss: "S 5 0 5 0 0 5"}}},
		{Type: "loss", Pattern: ">10%,*10*,>10%", Cases: []kase{{Loss: "20 0 0 20"}, {Loss: "0 20 0 0 20"}, {Loss: "0 0 20 0 0 20"}}},
		{Type: "loss", Pattern: "==0%,==0%,==0%,==0%,>20%,>20%,>20%", Cases: []kase{{Loss: "0 0 0 0 25 25 25"}, {Loss: "0 0 0 25 25 25"}}},
		{Type: "rtt", Pattern: "<10,<10,<10,<10,<10,<100,>100,>100,>100", Cases: []kase{{RTT: "9 9 9 9 9 99 101 101 101"}}},
		{Type: "rtt", Pattern: "==S,==U", Cases: []kase{{RTT: "S U"}, {RTT: "S 5"}, {RTT: "5 U"}}},
		{Type: "rtt", Pattern: "==U,*3*,==U,*5*,==U", Cases: []kase{{RTT: "5 5 5 5"}, {RTT: "5 5 5 5 5 5 5 U"}, {RTT: "U U U U U U"}}},
		{Type: "rtt", Pattern: ">10%", Cases: []kase{{RTT: "11"}, {RTT: "10"}}},
		{Type: "rtt", Pattern: "==12*", Cases: []kase{{RTT: "12"}, {RTT: "13"}}},
		{Type: "rtt", Pattern: "==U%,==S>5%", Cases: []kase{{RTT: "U S"}}},
		{Type: "rtt", Pattern: "*5*%,>1", Cases: []kase{{RTT: "1 2 2"}}},
		{Type: "rtt", Pattern: ">1,,", Cases: []kase{{RTT: "2"}}},
		{Type: "rtt", Pattern: "007", Cases: []kase{{RTT: "2"}}}, {Type: "rtt", Pattern: ">007", Cases: []kase{{RTT: "8"}}},
		{Type: "loss", Pattern: ">5"}, {Type: "loss", Pattern: ">5%<9"}, {Type: "rtt", Pattern: ">*"}, {Type: "rtt", Pattern: "==5==6"},
		{Type: "rtt", Pattern: "*0*,>1"}, {Type: "rtt", Pattern: "*5,>1"}, {Type: "rtt", Pattern: ">1,,>2"}, {Type: "rtt", Pattern: "!=S"},
		{Type: "loss", Pattern: ">5.%", Cases: []kase{{Loss: "6"}}}, {Type: "loss", Pattern: "==U,==*", Cases: []kase{{Loss: "S 0"}, {Loss: "0"}}},
		{Type: "matcher", Pattern: "Unheard(of=>1)"}, {Type: "matcher", Pattern: "CheckLoss(l=>x,x=>1)"}, {Type: "matcher", Pattern: "CheckLoss(y=>1)"},
	}
}

func randomNumber(r *rand.Rand) string {
	switch r.IntN(8) {
	case 0:
		return "0"
	case 1:
		return fmt.Sprintf("%d.%d", r.IntN(60), r.IntN(1000))
	default:
		return strconv.Itoa(1 + r.IntN(60))
	}
}

func randomPattern(r *rand.Rand, kind string) string {
	percent := ""
	if kind == "loss" {
		percent = "%"
	}
	var parts []string
	for range 1 + r.IntN(8) {
		switch r.IntN(12) {
		case 0, 1, 2, 3:
			parts = append(parts, fmt.Sprintf("*%d*", 1+r.IntN(9)))
		case 4:
			parts = append(parts, "==*")
		case 5:
			parts = append(parts, []string{"==U", "!=U", "==S"}[r.IntN(3)])
		case 6:
			parts = append(parts, []string{">", ">=", "!="}[r.IntN(3)]+randomNumber(r)+percent+[]string{"<", "<="}[r.IntN(2)]+randomNumber(r)+percent)
		default:
			parts = append(parts, operators[r.IntN(len(operators))]+randomNumber(r)+percent)
		}
	}
	if r.IntN(3) > 0 { // most skips stand between values
		parts = append(parts, ">0"+percent)
	}
	if !strings.ContainsAny(strings.Join(parts, ","), "=<>") {
		parts = append(parts, "==*")
	}
	return strings.Join(parts, ",")
}

func randomMatcher(r *rand.Rand) string {
	n := func(limit int) int { return 1 + r.IntN(limit) }
	op := []string{"<", ">", "<=", ">=", "=="}[r.IntN(5)]
	switch r.IntN(7) {
	case 0:
		return fmt.Sprintf("Avgratio(historic=>%d,current=>%d,comparator=>'%s',percentage=>%d)", n(8), n(4), op, 50+r.IntN(120))
	case 1:
		return fmt.Sprintf("Medratio(historic=>%d,current=>%d,comparator=>'%s',percentage=>%d.5)", n(8), n(4), op, 50+r.IntN(120))
	case 2:
		return fmt.Sprintf("CheckLatency(l=>%d,x=>%d)", n(40), n(4))
	case 3:
		return fmt.Sprintf("CheckLoss(l=>%d,x=>%d)", r.IntN(40), n(4))
	case 4:
		return fmt.Sprintf("ConsecutiveLoss(pctlossraise=>%d,stepsraise=>%d,pctlossclear=>%d,stepsclear=>%d)", n(40), n(3), n(20), n(4))
	case 5:
		s := fmt.Sprintf("ExpLoss(hist=>%d, rising=>%d.3", n(12), r.IntN(40))
		for _, extra := range []string{fmt.Sprintf(",falling=>%d", n(20)), fmt.Sprintf(",skip=>%d", n(4)), fmt.Sprintf(",fast=>%d", n(4))} {
			if r.IntN(2) == 0 {
				s += extra
			}
		}
		return s + ")"
	}
	return fmt.Sprintf("Median(old=>%d,new=>%d,diff=>0.0%02d)", n(8), n(4), r.IntN(40))
}

// randomCase is a history in which a pattern has a chance: its values stay in a
// narrow range, or change at one place.
func randomCase(r *rand.Rand, v *vector) kase {
	m, err := v.parse(AsSmokePing)
	n := 1 + r.IntN(14)
	if err == nil && r.IntN(3) > 0 {
		n = 1 + r.IntN(m.Length()+3)
	}
	level, change := r.IntN(60), r.IntN(n+1)
	var rtt, loss []string
	for i := range n {
		if i == 0 && r.IntN(3) == 0 {
			rtt, loss = append(rtt, "S"), append(loss, "S")
			continue
		}
		if i == change {
			level = r.IntN(60)
		}
		x := max(0, level+r.IntN(9)-4)
		if r.IntN(12) == 0 || r.IntN(3) == 0 && v.Type == "rtt" && strings.Contains(v.Pattern, "==U") {
			rtt = append(rtt, "U")
		} else {
			rtt = append(rtt, fmt.Sprintf("%d.%d", x, r.IntN(10)))
		}
		if r.IntN(3) == 0 {
			x = 0
		}
		loss = append(loss, strconv.Itoa(x))
	}
	c := kase{Before: v.Type == "matcher" && r.IntN(2) == 0}
	if v.Type != "loss" {
		c.RTT = strings.Join(rtt, " ")
	}
	if v.Type != "rtt" {
		c.Loss = strings.Join(loss, " ")
	}
	return c
}
