package smokeping

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/targets"
)

func folder(files ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		m[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return m
}

const probesAndAlerts = `*** General ***
owner = Nobody
datadir = /var/lib/smokeping
mailhost = mail.example   # inline

*** Database ***
step = 60
pings = 10
AVERAGE 0.5 1 1008

*** Presentation ***
+ charts
menu = Charts
"Last 3 Hours" 3h

*** Alerts ***
to = |/bin/rm -rf /, admin@example.org,https://hooks.example/x
from = x@example.org
+someloss
type = loss
pattern = >0%,*12*,>0%,*12*,>0%
comment = loss 3 times
edgetrigger = yes
priority = 2
+slow
to = xmpp:me@example.org
type = rtt
pattern = >100
comment = slow
+matched
type = matcher
pattern = Avgratio(historic=>60,current=>2,comparator=>'>',percentage=>150)
comment = m

*** Probes ***
+ FPing
binary = /usr/bin/fping
packetsize = 100
++ FPingNormal
offset = 0%
++ FPingBig
packetsize = 1400
step = 300
pings = 20
+ FPing6
binary = /usr/bin/fping
+ DNS
binary = /usr/bin/dig
lookup = www.example.org
+ TCPPing
binary = /usr/bin/tcpping
+ Curl
binary = /usr/bin/curl
urlformat = http://%host%/ping
extraargs = --proxy x
+ EchoPingHttp
binary = /usr/bin/echoping
+ SSH
binary = /usr/bin/ssh-keyscan
color = blue

*** Slaves ***
secrets = /etc/smokeping/secrets
+ moon
display_name = Moon
location = sky
color = 00ff00
`

const tree = `*** Targets ***
probe = FPingNormal
menu = Top
title = Root
alerts = someloss
nonsense = 1
@define SITE example.org

+ Europe
menu = Old World
title = Europe
tos = 0x20
slaves = moon

++ Paris
menu = Paris
host = paris.SITE
alerts = slow,nosuch
++ Rome
alerts =
host = 10.0.0.7
probe = FPingBig
remark = a long \
   one # not a comment
alertee = |/usr/bin/beep
packetsize = 200
+++ Inner
host = ::1
probe = FPing6

+ Services
++ dns
probe = DNS
host = 9.9.9.9
++ web
probe = Curl
host = www.SITE
timeout = 5
++ api
probe = Curl
urlformat = https://%host%:8443/a?b=c
host = api.SITE
++ old
probe = EchoPingHttp
port = 8080
url = /x
host = 2001:db8::1
++ tcp
probe = TCPPing
port = 443
host = tcp.SITE
++ ssh
probe = SSH
host = ssh.SITE
++ dyn
host = DYNAMIC/0123456789abcdef
++ bad
host = not a host
++ both
menu = Both
title = Both of them
host = /Europe/Paris /Europe/Rome~moon /Europe/Nowhere
+++++ deep
host = deep.SITE
`

func load(t *testing.T, m fs.FS, name string) *Config {
	t.Helper()
	c, err := Load(m, name, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoad(t *testing.T) {
	c := load(t, folder("config", "@include /etc/smokeping/config.d/base\n@include config.d/tree\n",
		"config.d/base", probesAndAlerts, "config.d/tree", tree), "config")
	byPath := map[string]Target{}
	for _, x := range c.Targets {
		byPath[x.Path] = x
	}
	want := map[string]latency.Target{
		"Europe/Paris":       {Kind: "icmp", Group: []string{"Old World"}, Name: "Paris", Host: "paris.example.org", Size: 100, DSCP: 8},
		"Europe/Rome":        {Kind: "icmp", Group: []string{"Old World"}, Name: "Rome", Host: "10.0.0.7", Size: 200, DSCP: 8},
		"Europe/Rome/Inner":  {Kind: "icmp", Group: []string{"Old World", "Rome"}, Name: "Inner", Host: "::1", Size: 200, DSCP: 8, Family: "ip6"},
		"Services/dns":       {Kind: "dns", Group: []string{"Services"}, Name: "dns", Host: "9.9.9.9", Query: "www.example.org A"},
		"Services/web":       {Kind: "http", Group: []string{"Services"}, Name: "web", Host: "www.example.org", URL: "http://www.example.org/ping", Timeout: 5 * time.Second},
		"Services/api":       {Kind: "http", Group: []string{"Services"}, Name: "api", Host: "api.example.org", URL: "https://api.example.org:8443/a?b=c"},
		"Services/old":       {Kind: "http", Group: []string{"Services"}, Name: "old", Host: "2001:db8::1", URL: "http://[2001:db8::1]:8080/x"},
		"Services/tcp":       {Kind: "tcp", Group: []string{"Services"}, Name: "tcp", Host: "tcp.example.org", Port: 443},
		"Services/both/deep": {Kind: "icmp", Group: []string{"Services", "Both"}, Name: "deep", Host: "deep.example.org", Size: 100},
	}
	for path, w := range want {
		if got := byPath[path].Target; !reflect.DeepEqual(got, w) {
			t.Errorf("%s:\n%+v, want\n%+v", path, got, w)
		}
	}
	if len(byPath) != len(want) {
		t.Errorf("%d targets, want %d", len(byPath), len(want))
	}
	rome := byPath["Europe/Rome"]
	if rome.Step != 300*time.Second || rome.Pings != 20 || len(rome.Alerts) != 0 || rome.Remark != "a long  one # not a comment" || !reflect.DeepEqual(rome.Slaves, []string{"moon"}) {
		t.Errorf("rome %+v", rome)
	}
	if p := byPath["Europe/Paris"]; p.Step != time.Minute || p.Pings != 10 || !reflect.DeepEqual(p.Alerts, []string{"slow", "nosuch"}) {
		t.Errorf("paris %+v", p)
	}
	if len(c.Overlays) != 1 || !reflect.DeepEqual(c.Overlays[0].Members, []Member{{"Europe/Paris", ""}, {"Europe/Rome", "moon"}}) {
		t.Errorf("overlays %+v", c.Overlays)
	}
	if len(c.Alerts) != 3 || !c.Alerts[0].Edge || c.Alerts[0].Priority != 2 || c.Alerts[1].Edge {
		t.Errorf("alerts %+v", c.Alerts)
	}
	var receivers []string
	for _, r := range c.Receivers {
		if r.Enabled {
			t.Errorf("%q arrives enabled", r.Verbatim)
		}
		receivers = append(receivers, r.Of+" "+r.Kind+" "+r.Verbatim)
	}
	if !reflect.DeepEqual(receivers, []string{" command |/bin/rm -rf /", " mail admin@example.org", " webhook https://hooks.example/x",
		"slow xmpp xmpp:me@example.org", "Europe/Rome command |/usr/bin/beep"}) {
		t.Errorf("receivers %q", receivers)
	}
	if c.DataDir != "/var/lib/smokeping" || len(c.Slaves) != 1 || c.Slaves[0].DisplayName != "Moon" {
		t.Errorf("%q %+v", c.DataDir, c.Slaves)
	}
	for _, want := range [][3]string{
		{"nonsense = 1", "nonsense = 1", "not understood"},
		{"binary = /usr/bin/dig", "binary = /usr/bin/dig", "a program or its arguments: Tacklebox measures by itself and never runs it"},
		{"extraargs", "extraargs = --proxy x", "a program or its arguments: Tacklebox measures by itself and never runs it"},
		{"host = ssh.SITE", "host = ssh.example.org", "left out: Services/ssh is measured by SSH, which has no counterpart"},
		{"host = DYNAMIC", "host = DYNAMIC", "left out: Services/dyn tells SmokePing its address by itself"},
		{"host = not a host", "host = not a host", `left out: Services/bad: "not a host" is no host name or address`},
		{"+++++ deep", "+++++ deep", "skips a level: taken as one below the section before it"},
		{"alerts = slow,nosuch", "alerts = slow,nosuch", `no alert "nosuch" in the section Alerts`},
		{"host = /Europe/Paris", "Europe/Nowhere", "a graph of several targets names one that is not there, or was left out"},
		{`"Last 3 Hours" 3h`, `"Last 3 Hours" 3h`, "how SmokePing's pages look"},
		{"color = blue", "color = blue", "not understood"},
	} {
		if issue := placeOf(want[0]) + fmt.Sprintf("%q: %s", want[1], want[2]); !contains(c.Issues, issue) {
			t.Errorf("no issue %s", issue)
		}
	}
	if t.Failed() {
		for _, i := range c.Issues {
			t.Log(i)
		}
	}
	unaccounted(t, c)
}

// placeOf is where a line stands, as issues begin with it.
func placeOf(line string) string {
	for name, text := range map[string]string{"config.d/base": probesAndAlerts, "config.d/tree": tree} {
		if before, _, ok := strings.Cut(text, line); ok {
			return fmt.Sprintf("%s, line %d: ", name, strings.Count(before, "\n")+1)
		}
	}
	return "nowhere: "
}

func contains(list []Issue, text string) bool {
	for _, i := range list {
		if i.Error() == text {
			return true
		}
	}
	return false
}

// unaccounted fails for each line that was neither used nor listed.
func unaccounted(t *testing.T, c *Config) {
	t.Helper()
	if c.More > 0 {
		return
	}
	listed := map[Pos]bool{}
	for _, i := range c.Issues {
		listed[i.Pos] = true
	}
	var walk func(*Section)
	walk = func(s *Section) {
		for _, v := range s.Values {
			if !v.used && !listed[v.Pos] {
				t.Errorf("%s: %q is dropped in silence", v.Pos, v.line())
			}
		}
		for _, r := range s.Rows {
			if !r.used && !listed[r.Pos] {
				t.Errorf("%s: %q is dropped in silence", r.Pos, r.Text)
			}
		}
		for _, c := range s.Children {
			walk(c)
		}
	}
	walk(c.Root)
}

func TestIncludes(t *testing.T) {
	c := load(t, folder("d/config", "*** Targets ***\nprobe=FPing\n@include sub/a\n@include ../outside\n@include ../../etc/passwd\n@include /etc/shadow\n@include missing\n@include config\n@include sub\n@include bin\n+ z\nhost=127.0.0.1\n",
		"d/sub/a", "+ a\nhost=a.example\n@include b\n", "d/sub/b", "+ b\nhost=b.example\n@include 'a'\n", "outside", "+ o\nhost=o.example\n", "d/bin", "\x00\x01"), "d/config")
	names := []string{}
	for _, x := range c.Targets {
		names = append(names, x.Path)
	}
	if !reflect.DeepEqual(names, []string{"a", "b", "o", "z"}) {
		t.Errorf("targets %v", names)
	}
	for _, want := range []string{
		`d/config, line 5: "@include ../../etc/passwd": lies outside of the folder that is imported, so it is not read`,
		`d/config, line 6: "@include /etc/shadow": is not in the folder that is imported, and nothing outside of it is read: copy it there`,
		`d/config, line 7: "@include missing": open "d/missing": file does not exist`,
		`d/config, line 8: "@include config": includes itself: d/config, d/config`,
		`d/config, line 9: "@include sub": open "d/sub": a folder`,
		`d/config, line 10: "@include bin": read "d/bin": no text, so no configuration of SmokePing`,
		`d/sub/b, line 3: "@include 'a'": includes itself: d/config, d/sub/a, d/sub/b, d/sub/a`,
	} {
		if !contains(c.Issues, want) {
			t.Errorf("no issue %s\n%v", want, c.Issues)
		}
	}
}

func TestLinkDoesNotLeadOut(t *testing.T) {
	dir := t.TempDir()
	secret := dir + "/secret"
	if err := errors.Join(os.WriteFile(secret, []byte("+ leak\nhost=leak.example\n"), 0o600), os.Mkdir(dir+"/conf", 0o700),
		os.WriteFile(dir+"/conf/config", []byte("*** Targets ***\nprobe = FPing\n@include link\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, dir+"/conf/link"); err != nil {
		t.Logf("no links here: %v", err)
		return
	}
	root, err := os.OpenRoot(dir + "/conf")
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if c := load(t, root.FS(), "config"); len(c.Targets) != 0 || len(c.Issues) == 0 {
		t.Errorf("%+v", c.Targets)
	}
}

func TestRefused(t *testing.T) {
	bomb := &strings.Builder{}
	for i := range 900 {
		fmt.Fprintf(bomb, "@define q%d %s\n", i, strings.Repeat("q1", 20))
	}
	bomb.WriteString("*** Targets ***\n" + strings.Repeat(strings.Repeat("a", 60000)+" = 1\n", 200))
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  error
	}{
		"missing": {folder(), fs.ErrNotExist},
		"binary":  {folder("config", "\x7fELF\x00"), ErrBinary},
		"text":    {folder("config", "hello\nworld\n"), ErrNotSmokePing},
		"large":   {folder("config", strings.Repeat("# 50 MB\n", 50<<20/8)), ErrTooLarge},
		"many":    {folder("config", strings.Repeat("+ a\n++ b\n", 1)+"*** T ***\n"+sections(60000)), ErrTooLarge},
		"files":   {folder("config", "*** T ***\n"+strings.Repeat("@include f\n", 1000), "f", "a = 1\n"), ErrTooLarge},
		"bomb":    {folder("config", bomb.String()), ErrTooLarge},
	} {
		if _, err := Load(c.files, "config", Options{}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func sections(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("+ s" + string(rune('a'+i%26)) + strings.Repeat("x", i%7) + time.Duration(i).String() + "\n")
	}
	return b.String()
}

// TestExportImports: what targets writes for SmokePing is read back here.
func TestExportImports(t *testing.T) {
	want := []latency.Target{
		{Kind: "icmp", Group: []string{"Old World"}, Name: "巴黎", Host: "paris.example", Size: 100, DSCP: 46, Timeout: 1500 * time.Millisecond, Interval: 5 * time.Second},
		{Kind: "icmp", Group: []string{"Old World"}, Name: "six", Host: "::1", Family: "ip6"},
		{Kind: "tcp", Group: []string{"Old World", "host"}, Name: "db", Host: "db.example", Port: 5432},
		{Kind: "dns", Name: "resolver", Host: "9.9.9.9", Query: "example.org A"},
		{Kind: "http", Name: "web", Host: "example.org", URL: "https://example.org/a?b=c", Timeout: 3 * time.Second},
	}
	text, gone := targets.SmokePing(want)
	if len(gone) != 0 {
		t.Errorf("lost %v", gone)
	}
	c := load(t, folder("config", text), "config")
	got := map[string]latency.Target{}
	for _, x := range c.Targets {
		got[x.Name] = x.Target
	}
	for _, w := range want {
		if !reflect.DeepEqual(got[w.Name], w) {
			t.Errorf("%+v, want %+v", got[w.Name], w)
		}
	}
	for _, i := range c.Issues {
		if i.Kind == Wrong || i.Kind == Unknown {
			t.Error(i)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(probesAndAlerts+tree, "+ x\nhost = a\n")
	f.Add("@define a(b) c\n@include inc\n*** Targets ***\n\"a\\\"b\" 'c\\\n", "@include config\n+++ x\n")
	f.Fuzz(func(t *testing.T, config, inc string) {
		c, err := Load(folder("config", config, "inc", inc), "config", Options{})
		if err != nil {
			return
		}
		unaccounted(t, c)
		for _, r := range c.Receivers {
			if r.Enabled {
				t.Fatal("a receiver arrives enabled")
			}
		}
	})
}

// TestHostileSections: names that would lead out of the data folder, or that play
// tricks on a screen, become no target and are said without their tricks.
func TestHostileSections(t *testing.T) {
	long := strings.Repeat("x", 3000)
	c := load(t, folder("config", "*** Probes ***\n+ FPing\nbinary = /bin/true\n*** Targets ***\nprobe = FPing\n"+
		"+ ../../etc\nhost = a.example\n++ passwd\nhost = b.example\n"+
		"+ a/b\nhost = c.example\n+ ..\nhost = d.example\n+ x~moon\nhost = e.example\n"+
		"+ \x1b[2J\u202egpj.exe\nhost = f.example\nmenu = \x1b]0;gone\x07\u202e\n"+
		"+ "+long+"\nhost = g.example\nmenu = "+long+"\n+ good\nhost = $(reboot)\n+ fine\nhost = h.example\n"), "config")
	for _, x := range c.Targets {
		if strings.Contains(x.Path, "..") || strings.Count(x.Path, "/") > 0 || strings.Contains(x.Path, "~") {
			t.Errorf("a target %q", x.Path)
		}
		if strings.ContainsAny(x.Name, "\x1b\x07\u202e") || len(x.Name) > 500 {
			t.Errorf("a target with the name %.50q", x.Name)
		}
	}
	if last := c.Targets[len(c.Targets)-1]; last.Host != "h.example" {
		t.Errorf("the last target is %+v", last)
	}
	for _, i := range c.Issues {
		if strings.ContainsAny(i.Text, "\x00\x1b\x07\u202e") || len(i.Text) > 1000 {
			t.Errorf("issue %.80q", i.Text)
		}
	}
	unaccounted(t, c)
}
