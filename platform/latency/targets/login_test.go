package targets

import (
	"errors"
	"strings"
	"testing"

	"tacklebox/platform/latency"
)

const canary = "c4n4ry"

// secretSpecs are targets as people type them with a password in them.
var secretSpecs = []string{
	"https://me:" + canary + "@host/x", "HTTP://" + canary + "@host", "https://:" + canary + "@host:81/", "https://me:" + canary + "@%zz/",
	"https://me:7/" + canary + "@host/", "https://me:a/" + canary + "@host/", "https://me:" + canary + "@host:99999/", "https://me%3A" + canary + "@host/",
	"me:" + canary + "@host", "tcp://me:" + canary + "@host:22", "icmp://me:" + canary + "@host",
	"me:" + canary + "@host:22", "dns:me:" + canary + "@9.9.9.9/example.org", "https://me:p " + canary + "@host/", "https://me:p," + canary + "@host/",
	"Lab;page;https://me:" + canary + "@host/", "https://me:" + canary + "@host/;name;192.0.2.1", "https://me:p;" + canary + "@host/",
	"https://me:7?" + canary + "@host", "https://me:7#" + canary + "@host", "https://me:7/" + canary + "@host;name;192.0.2.1",
}

// TestLogin: no list makes a target with a password in it, and none repeats it.
func TestLogin(t *testing.T) {
	check := func(t *testing.T, what string, l List, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		for _, target := range l.Targets {
			if strings.Contains(target.URL+target.Name+target.Host+target.Query+strings.Join(target.Group, ""), canary) {
				t.Errorf("%s: kept %+v", what, target)
			}
		}
		for _, p := range l.Problems {
			if strings.Contains(p.Error(), canary) {
				t.Errorf("%s: said %s", what, p.Error())
			}
		}
		if len(l.Problems) == 0 {
			t.Errorf("%s: not a word", what)
		}
	}
	quote := func(s string) string { return strings.ReplaceAll(s, `"`, `""`) }
	for _, spec := range secretSpecs {
		check(t, spec, Parse(spec), nil)
		if !strings.Contains(spec, ";") {
			if _, err := ParseSpec(spec); err != nil && strings.Contains(err.Error(), canary) {
				t.Errorf("%s: %v", spec, err)
			}
		}
		l, err := ReadCSV(strings.NewReader("host,url,kind,name\nhost,\"" + quote(spec) + "\",http,n\n"))
		check(t, spec, l, err)
		l, err = ReadJSON(strings.NewReader(`{"targets":[{"kind":"http","name":"n","url":"` + spec + `"}]}`))
		check(t, spec, l, err)
		l, err = ReadProber(strings.NewReader("targets:\n- hosts: ['" + spec + "']\n"))
		check(t, spec, l, err)
		l, err = ReadFping(strings.NewReader(spec + "\n"))
		check(t, spec, l, err)
	}
	l := Parse("192.0.2.1\nhttps://me:" + canary + "@host/ 192.0.2.2\n")
	if len(l.Targets) != 2 || len(l.Problems) != 1 || !errors.Is(l.Problems[0].Cause, ErrLogin) || l.Problems[0].Line != 2 || l.Problems[0].Text != "https://host/" {
		t.Errorf("%+v", l)
	}
	for _, name := range []string{"https://me:" + canary + "@host/"} {
		l, err := ReadJSON(strings.NewReader(`[{"host":"192.0.2.1","name":"` + name + `"},{"host":"192.0.2.1","group":["` + name + `"]}]`))
		check(t, name, l, err)
	}
}

// FuzzLogin: what is typed is never kept with what stands between // and @.
func FuzzLogin(f *testing.F) {
	for _, s := range secretSpecs {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, target := range Parse(text).Targets {
			for _, s := range []string{target.URL, target.Name} {
				if _, found := latency.WithoutLogin(s); found {
					t.Errorf("%q keeps %q", text, s)
				}
			}
		}
	})
}

// TestPortAndAt: an @ behind a port is refused with the way out, which works; without
// a port it is nobody's password.
func TestPortAndAt(t *testing.T) {
	_, err := ParseSpec("https://host:8080/@scope/pkg")
	if !errors.Is(err, ErrLogin) || !strings.Contains(err.Error(), "%40") {
		t.Errorf("%v", err)
	}
	for _, in := range []string{"https://host:8080/%40scope/pkg", "https://host/@scope/pkg@1.2", "https://host:8080/?q=a%40b"} {
		if got, err := ParseSpec(in); err != nil || got.URL != in {
			t.Errorf("%s: %+v, %v", in, got, err)
		}
	}
	if l := Parse("https://a:81/x https://b/@y\nhttps://a:82/, 192.0.2.1"); len(l.Targets) != 4 || len(l.Problems) > 0 {
		t.Errorf("a list of several: %+v", l)
	}
}
