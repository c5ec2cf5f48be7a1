package targets

import (
	"reflect"
	"strings"
	"testing"

	"tacklebox/platform/latency"
)

func TestParseSpec(t *testing.T) {
	for _, c := range []struct {
		in   string
		want latency.Target
		err  string
	}{
		{in: "8.8.8.8", want: latency.Target{Kind: "icmp", Name: "8.8.8.8", Host: "8.8.8.8"}},
		{in: "Example.ORG.", want: latency.Target{Kind: "icmp", Name: "Example.ORG.", Host: "example.org"}},
		{in: "münchen.example", want: latency.Target{Kind: "icmp", Name: "münchen.example", Host: "xn--mnchen-3ya.example"}},
		{in: "::1", want: latency.Target{Kind: "icmp", Name: "::1", Host: "::1"}},
		{in: "[2001:DB8::1]", want: latency.Target{Kind: "icmp", Name: "2001:DB8::1", Host: "2001:db8::1"}},
		{in: "fe80::1%eth0", want: latency.Target{Kind: "icmp", Name: "fe80::1%eth0", Host: "fe80::1%eth0"}},
		{in: "[::1]:22", want: latency.Target{Kind: "tcp", Name: "[::1]:22", Host: "::1", Port: 22}},
		{in: "localhost:8080", want: latency.Target{Kind: "tcp", Name: "localhost:8080", Host: "localhost", Port: 8080}},
		{in: "tcp://db:5432/", want: latency.Target{Kind: "tcp", Name: "db:5432", Host: "db", Port: 5432}},
		{in: "icmp:::1", want: latency.Target{Kind: "icmp", Name: "::1", Host: "::1"}},
		{in: "HTTPS://example.org/a?b=c;d#frag", want: latency.Target{Kind: "http", Name: "https://example.org/a?b=c;d", Host: "example.org", URL: "https://example.org/a?b=c;d"}},
		{in: "http://[::1]:81/@u", want: latency.Target{Kind: "http", Name: "http://[::1]:81/@u", Host: "::1", URL: "http://[::1]:81/@u"}},
		{in: "dns:9.9.9.9/example.org", want: latency.Target{Kind: "dns", Name: "dns:9.9.9.9/example.org", Host: "9.9.9.9", Query: "example.org A"}},
		{in: "dns:[::1]:5353/example.org/aaaa", want: latency.Target{Kind: "dns", Name: "dns:[::1]:5353/example.org/aaaa", Host: "::1", Port: 5353, Query: "example.org AAAA"}},
		{in: "dns://2001:db8::1/./NS", want: latency.Target{Kind: "dns", Name: "dns://2001:db8::1/./NS", Host: "2001:db8::1", Query: ". NS"}},

		{in: "", err: "no host"},
		{in: "1.2.3", err: "is no address"},
		{in: "999.1.1.1", err: "is no address"},
		{in: "010.0.0.1x.0x7f", err: "is no address"},
		{in: "10.0.0.0/24", err: "a whole network"},
		{in: "a:b:c", err: "more than one colon"},
		{in: "host:", err: "no port after"},
		{in: "host:0", err: "is no port"},
		{in: "host:+5", err: "is no port"},
		{in: "host:65536", err: "is no port"},
		{in: "[::1", err: "without its ]"},
		{in: "[::1]x", err: "after ]"},
		{in: "[localhost]:80", err: "only IPv6"},
		{in: "-rf", err: "begins or ends with -"},
		{in: "a..b", err: "1 to 63"},
		{in: strings.Repeat("a.", 130) + "b", err: "more than 253"},
		{in: "a\u202eb", err: "invisible"},
		{in: "$(reboot)", err: "no host name"},
		{in: "ftp://x/", err: "no probe for ftp"},
		{in: "http://", err: "without a host"},
		{in: "http://a:99999/", err: "is no port"},
		{in: "dns:8.8.8.8", err: "no name to ask for"},
		{in: "dns:8.8.8.8/x/BOGUS", err: "record type"},
		{in: "tcp:host", err: "no port"},
	} {
		got, err := ParseSpec(c.in)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("ParseSpec(%q): %v, want an error with %q", c.in, err, c.err)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("ParseSpec(%q) = %+v, %v", c.in, got, err)
		}
	}
}

func TestParse(t *testing.T) {
	l := Parse("\ufeff# my hosts\r\nGoogle;DNS1;8.8.8.8\r\n\nEurope/Paris ; Web ;https://example.org/a;b=1\n" +
		"gw；192.168.1.1 # the router\n1.1.1.1, 9.9.9.9 localhost:22\nbad host!\nGoogle;DNS1;8.8.8.8\n;;::1\nA;B;\n")
	want := []latency.Target{
		{Kind: "icmp", Group: []string{"Google"}, Name: "DNS1", Host: "8.8.8.8"},
		{Kind: "http", Group: []string{"Europe", "Paris"}, Name: "Web", Host: "example.org", URL: "https://example.org/a;b=1"},
		{Kind: "icmp", Name: "gw", Host: "192.168.1.1"},
		{Kind: "icmp", Name: "1.1.1.1", Host: "1.1.1.1"},
		{Kind: "icmp", Name: "9.9.9.9", Host: "9.9.9.9"},
		{Kind: "tcp", Name: "localhost:22", Host: "localhost", Port: 22},
		{Kind: "icmp", Name: "bad", Host: "bad"},
		{Kind: "icmp", Name: "::1", Host: "::1"},
	}
	if !reflect.DeepEqual(l.Targets, want) {
		t.Errorf("targets:\n%+v\nwant\n%+v", l.Targets, want)
	}
	var got []string
	for _, p := range l.Problems {
		got = append(got, p.Error())
	}
	problems := []string{
		`line 7: "host!": "host!" is no host name or address`,
		`line 8: "Google;DNS1;8.8.8.8": the same as line 2`,
		`line 10: "A;B;": no host after the last semicolon`,
	}
	if !reflect.DeepEqual(got, problems) {
		t.Errorf("problems %q", got)
	}
}

func TestBounds(t *testing.T) {
	var b strings.Builder
	for i := range MaxTargets + 10 {
		b.WriteString("h" + string(rune('a'+i%26)) + strings.Repeat("x", i%40) + "-" + itoa(i) + "x\n")
	}
	if l := Parse(b.String()); len(l.Targets) != MaxTargets || len(l.Problems) != 1 {
		t.Errorf("%d targets, %d problems", len(l.Targets), len(l.Problems))
	}
	if l := Parse(strings.Repeat("!\n", 5000)); len(l.Problems) != MaxProblems || l.More != 4000 {
		t.Errorf("%d problems and %d more", len(l.Problems), l.More)
	}
	if l := Parse(strings.Repeat("a", MaxLine+1)); len(l.Targets) != 0 || len(l.Problems) != 1 {
		t.Errorf("%+v", l)
	}
	if _, err := Read(strings.NewReader(strings.Repeat("a\n", MaxBytes))); err != ErrTooLarge {
		t.Errorf("too large: %v", err)
	}
	if _, err := Read(strings.NewReader("\x7fELF\x00\x01")); err != ErrBinary {
		t.Errorf("binary: %v", err)
	}
}

func itoa(i int) string { return number(i) }

var sample = []latency.Target{
	{Kind: "icmp", Name: "a", Host: "10.0.0.1"},
	{Kind: "icmp", Group: []string{"欧洲", "Paris #2"}, Name: "路由; 一", Host: "fe80::1%eth0", Interval: 5e9, Timeout: 2e9, Size: 1000, DSCP: 46, TTL: 9, Source: "10.0.0.9", Family: "ip6", Resolve: 60e9, Paused: true},
	{Kind: "tcp", Group: []string{"G"}, Name: "=cmd()", Host: "db", Port: 5432, Timeout: 1500e6},
	{Kind: "dns", Group: []string{"G"}, Name: "dns", Host: "9.9.9.9", Port: 5353, Query: "example.org AAAA"},
	{Kind: "http", Group: []string{"G", "H"}, Name: "https://example.org", Host: "example.org", URL: "https://example.org/"},
	{Kind: "http", Name: "'quoted", Host: "::1", URL: "http://[::1]:81/x?a=b;c"},
}

func TestRoundTrips(t *testing.T) {
	j, err := JSON(sample)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ReadJSON(strings.NewReader(string(j)))
	if err != nil || len(l.Problems) > 0 || !reflect.DeepEqual(l.Targets, sample) {
		t.Errorf("JSON: %v %v\n%+v\n%s", err, l.Problems, l.Targets, j)
	}
	c := CSV(sample)
	l, err = ReadCSV(strings.NewReader(c))
	if err != nil || len(l.Problems) > 0 || !reflect.DeepEqual(l.Targets, sample) {
		t.Errorf("CSV: %v %v\n%+v\n%s", err, l.Problems, l.Targets, c)
	}
	if strings.Contains(c, ",=cmd") {
		t.Error("a spreadsheet would run the name")
	}
	text, gone := Lines(sample)
	l = Parse(text)
	if len(l.Problems) > 0 || len(l.Targets) != len(sample) {
		t.Fatalf("lines: %v\n%s", l.Problems, text)
	}
	for i, got := range l.Targets {
		w := sample[i]
		if got.Kind != w.Kind || got.Host != w.Host || got.Port != w.Port || got.URL != w.URL || got.Query != w.Query || len(got.Group) != len(w.Group) {
			t.Errorf("lines: %+v became %+v", w, got)
		}
	}
	if len(gone) != 10 {
		t.Errorf("lines lose %v", gone)
	}
}

func TestReadCSV(t *testing.T) {
	l, err := ReadCSV(strings.NewReader("Host;Port;Kind;Colour\nexample.org;443;tcp;red\nx;zzz;tcp\n;;\nh;;icmp;;more\n"))
	if err != nil || len(l.Targets) != 2 || l.Targets[0].Port != 443 || len(l.Problems) != 4 {
		t.Errorf("%v %+v", err, l)
	}
	for _, bad := range []string{"", "name,port\na,1\n", "\"", "host\n\"unclosed"} {
		if l, err := ReadCSV(strings.NewReader(bad)); err == nil && len(l.Problems) == 0 {
			t.Errorf("%q: no complaint", bad)
		}
	}
}

func TestReadFping(t *testing.T) {
	l, err := ReadFping(strings.NewReader("# hosts\n\n127.0.0.1 localhost\n  example.org # note\n::1\n999.9.9.9\n"))
	if err != nil || len(l.Targets) != 3 || len(l.Problems) != 2 {
		t.Errorf("%v %+v", err, l)
	}
	if !l.Problems[0].Kept || l.Problems[0].Line != 3 || l.Problems[1].Kept || l.Problems[1].Line != 6 {
		t.Errorf("%+v", l.Problems)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("Google;DNS1;8.8.8.8\n[::1]:22 dns:1.1.1.1/a.b/AAAA\nhttp://a/;b#c")
	f.Fuzz(func(t *testing.T, text string) {
		l := Parse(text)
		out, _ := Lines(l.Targets)
		again := Parse(out)
		if len(again.Targets) > len(l.Targets) {
			t.Fatalf("%q: %d targets became %d:\n%s", text, len(l.Targets), len(again.Targets), out)
		}
		for _, p := range again.Problems {
			if !strings.Contains(p.Reason.Error(), "the same as") && !strings.Contains(p.Reason.Error(), "4096") {
				t.Fatalf("%q: own lines are not read: %v\n%s", text, p, out)
			}
		}
		j, err := JSON(l.Targets)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ReadJSON(strings.NewReader(string(j)))
		if err != nil || len(back.Problems) > 0 {
			t.Fatalf("%q: %v %v\n%s", text, err, back.Problems, j)
		}
		if len(l.Targets) > 0 && !reflect.DeepEqual(back.Targets, l.Targets) {
			t.Fatalf("%q:\n%+v\n%+v", text, l.Targets, back.Targets)
		}
		_, _ = SmokePing(l.Targets)
		_, _ = ReadCSV(strings.NewReader(text))
		_, _ = ReadFping(strings.NewReader(text))
	})
}
