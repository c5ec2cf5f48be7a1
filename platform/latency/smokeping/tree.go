package smokeping

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/said"
	"tacklebox/platform/latency/targets"
)

// handed are the settings that sections hand down whatever their probe.
var handed = []string{"probe", "alerts", "alertee", "slaves", "menuextra", "nomasterpoll"}

// node is a section of the tree with what it has from those above.
type node struct {
	s     *Section
	eff   map[string]*Value
	group []string
	path  string
}

func (m *importer) targetSection(s *Section) {
	m.paths = map[string]bool{}
	if s == nil {
		m.add(m.root.Children[0].Pos, Wrong, "", said.New("the configuration has no section *** Targets ***"))
		return
	}
	m.walk(node{s: s, eff: map[string]*Value{}})
	for i := range m.c.Overlays {
		o := &m.c.Overlays[i]
		o.Members = slices.DeleteFunc(o.Members, func(x Member) bool {
			if !m.paths[x.Path] {
				m.add(o.Pos, Wrong, x.Path, said.New("a graph of several targets names one that is not there, or was left out"))
			}
			return !m.paths[x.Path]
		})
		if len(o.Members) == 0 {
			m.add(o.Pos, Wrong, o.Path, said.New("a graph of several targets is left out: none of them is there"))
		}
	}
	m.c.Overlays = slices.DeleteFunc(m.c.Overlays, func(o Overlay) bool { return len(o.Members) == 0 })
}

var sectionName = regexp.MustCompile(`^[-_0-9a-zA-Z]+$`)

func (m *importer) walk(n node) {
	m.target(n)
	var above *probe
	if v := n.eff["probe"]; v != nil {
		above = m.probes[v.Text]
	}
	for _, c := range n.s.Children {
		if !sectionName.MatchString(c.Name) {
			m.add(c.Pos, Wrong, strings.Repeat("+", max(c.level-1, 0))+" "+c.Name, said.New("names of targets have letters, digits, - and _ only"))
		}
		if strings.ContainsAny(c.Name, "/~\x00") || c.Name == "" || c.Name == "." || c.Name == ".." {
			m.add(c.Pos, Wrong, c.Name, said.New("left out with all below it: a name that could lead elsewhere"))
			m.mark(c)
			continue
		}
		eff := maps.Clone(n.eff)
		maps.DeleteFunc(eff, func(key string, _ *Value) bool { return !slices.Contains(handed, key) && !above.inherits(key) })
		path := c.Name
		if n.path != "" {
			path = n.path + "/" + c.Name
		}
		group := n.group
		if n.path != "" {
			group = append(slices.Clone(group), m.menu(n.s))
		}
		m.walk(node{s: c, eff: eff, group: group, path: path})
	}
}

// mark lists all of a section that is left out.
func (m *importer) mark(s *Section) {
	for _, v := range s.Values {
		v.used = true
		m.add(v.Pos, Wrong, v.line(), said.New("belongs to a section that is left out"))
	}
	for _, r := range s.Rows {
		r.used = true
		m.add(r.Pos, Wrong, r.Text, said.New("belongs to a section that is left out"))
	}
	for _, c := range s.Children {
		m.mark(c)
	}
}

// menu is the short name that people see.
func (m *importer) menu(s *Section) string {
	if text := s.text("menu"); text != "" {
		return targets.Printable(text, 100)
	}
	return s.Name
}

// target takes over the target of a section, if it has one, and marks its
// settings.
func (m *importer) target(n node) {
	// In the order of the file, since the probe has to be known before the rest.
	for _, v := range n.s.Values {
		switch {
		case v.Key == "probe":
			v.used = true
			m.implied(v)
			if h := n.s.values["host"]; h != nil && (h.Line < v.Line && h.File == v.File) {
				m.add(v.Pos, Wrong, v.line(), said.New("stands after the host, where SmokePing refuses it; taken all the same"))
			}
		case slices.Contains(handed, v.Key):
			v.used = true
		}
		n.eff[v.Key] = v
	}
	m.ignored(n)
	for _, name := range m.alertNames(n) {
		if !m.alerts[name] && n.s.values["alerts"] != nil {
			m.add(n.s.values["alerts"].Pos, Wrong, n.s.values["alerts"].line(), said.New("no alert %q in the section Alerts", targets.Printable(name, 60)))
		}
	}
	m.receivers(n.s, "alertee", n.path, true)
	host, ok := n.s.value("host")
	title := n.s.text("title")
	if !ok || host.Text == "" {
		m.c.Groups = append(m.c.Groups, Group{Pos: n.s.Pos, Path: n.path, Menu: m.menu(n.s), Title: title, Remark: n.s.text("remark")})
		m.unused(n)
		return
	}
	if strings.HasPrefix(host.Text, "/") {
		m.overlay(n, host, title)
		return
	}
	p := m.probes[text(n.eff["probe"])]
	out := Target{Pos: n.s.Pos, Path: n.path, Title: title, Remark: n.s.text("remark"), RawLog: n.s.text("rawlog"), Alerts: m.alertNames(n)}
	if p == nil {
		m.add(host.Pos, Wrong, host.line(), said.New("left out: %s has no probe", n.path))
		m.unused(n)
		return
	}
	if !p.known || p.kind.to == "" {
		m.add(host.Pos, NoCounterpart, host.line(), said.New("left out: %s is measured by %s, which has no counterpart", n.path, targets.Printable(p.class, 40)))
		m.unused(n)
		return
	}
	if strings.HasPrefix(host.Text, "DYNAMIC") {
		m.add(host.Pos, NoCounterpart, "host = DYNAMIC", said.New("left out: %s tells SmokePing its address by itself", n.path))
		m.unused(n)
		return
	}
	get := func(key string) (*Value, bool) {
		if v := n.eff[key]; v != nil {
			v.used = true
			return v, true
		}
		return p.value(key)
	}
	out.Probe = p.name
	out.Group, out.Name = n.group, m.menu(n.s)
	out.Parents = strings.Fields(n.s.text("parents"))
	out.Step, out.Pings = m.rhythm(get)
	if err := m.measure(&out.Target, p, host, get); err != nil {
		m.add(host.Pos, Wrong, host.line(), said.New("left out: %s: %v", n.path, err))
		return
	}
	for _, name := range list(text(n.eff["slaves"]), " \t") {
		if !m.slaves[name] {
			m.once(n.eff["slaves"], Wrong, said.New("no slave %q in the section Slaves", targets.Printable(name, 40)))
			continue
		}
		out.Slaves = append(out.Slaves, name)
	}
	if v := n.eff["nomasterpoll"]; v != nil && v.Text == "yes" {
		out.Paused = true
		m.add(v.Pos, Changed, v.line(), said.New("%s was measured by slaves only: it arrives paused", n.path))
	}
	m.paths[n.path] = true
	m.c.Targets = append(m.c.Targets, out)
}

// implied makes a probe that targets name but the section Probes lacks, as when
// only the file with the targets is imported.
func (m *importer) implied(v *Value) {
	if m.probes[v.Text] != nil {
		return
	}
	k, ok := kinds[v.Text]
	if !ok {
		m.add(v.Pos, Wrong, v.line(), said.New("the section Probes has no such probe"))
		return
	}
	m.add(v.Pos, Wrong, v.line(), said.New("the section Probes has no such probe: taken with its usual settings"))
	m.probes[v.Text] = &probe{name: v.Text, class: v.Text, kind: k, known: true}
}

func text(v *Value) string {
	if v == nil {
		return ""
	}
	return v.Text
}

func (m *importer) alertNames(n node) []string { return list(text(n.eff["alerts"]), ", \t") }

// ignored lists the settings of a section that only concern SmokePing's pages.
func (m *importer) ignored(n node) {
	for _, key := range []string{"menuextra", "note", "email", "hide"} {
		if v, ok := n.s.value(key); ok {
			m.add(v.Pos, NoCounterpart, v.line(), said.New("concerns SmokePing's own pages and mails"))
		}
	}
	if v, ok := n.s.value("parents"); ok {
		m.add(v.Pos, NoCounterpart, v.line(), said.New("further hierarchies: a target is in one group here"))
	}
	m.menu(n.s)
	n.s.text("rawlog")
}

// unused marks the settings of a probe that a section without a target of its own
// hands down: they count when a target below takes them.
func (m *importer) unused(n node) {
	p := m.probes[text(n.eff["probe"])]
	for _, v := range n.s.Values {
		if p.inherits(v.Key) {
			v.used = true
		}
	}
}

// overlay takes over a graph of several targets.
func (m *importer) overlay(n node, host *Value, title string) {
	o := Overlay{Pos: host.Pos, Path: n.path, Title: title, Group: n.group}
	for _, member := range strings.Fields(host.Text) {
		p, slave, _ := strings.Cut(strings.Trim(member, "/"), "~")
		o.Members = append(o.Members, Member{Path: p, Slave: slave})
	}
	m.c.Overlays = append(m.c.Overlays, o)
}

// measure fills in how a target is measured.
func (m *importer) measure(t *latency.Target, p *probe, host *Value, get func(string) (*Value, bool)) (err error) {
	if t.Host, err = targets.CleanHost(host.Text); err != nil {
		return err
	}
	m.details(t, get)
	switch p.kind.to {
	case "icmp", "icmp6":
		t.Kind = latency.KindICMP
		m.echo(t, p, get)
	case "tcp":
		t.Kind, t.Port = latency.KindTCP, 80
		m.port(t, get)
	case "dns":
		t.Kind = latency.KindDNS
		name := t.Host
		if v, ok := get("lookup"); ok {
			name = v.Text
		}
		if t.Query, err = targets.CleanQuery(name); err != nil {
			return err
		}
		if v, ok := get("server"); ok {
			if t.Host, err = targets.CleanHost(v.Text); err != nil {
				return said.New("%s: %v", v.line(), err)
			}
		}
	default:
		return m.http(t, p, host, get)
	}
	return nil
}

// details are the settings that several probes have.
func (m *importer) details(t *latency.Target, get func(string) (*Value, bool)) {
	if v, ok := get("timeout"); ok {
		d := m.seconds(v)
		if d > time.Minute {
			m.once(v, Changed, said.New("more than a minute: a minute"))
			d = time.Minute
		}
		t.Timeout = d
	}
	if v, ok := get("tos"); ok {
		if err := targets.SetTOS(t, v.Text); err != nil {
			m.once(v, Changed, err)
		}
	}
	for _, key := range []string{"sourceaddress", "interface", "iface"} {
		v, ok := get(key)
		if !ok || v.Text == "" || t.Source != "" {
			continue
		}
		source, err := targets.CleanSource(v.Text)
		if err != nil {
			m.once(v, Wrong, err)
		}
		t.Source = source
	}
}

func (m *importer) seconds(v *Value) time.Duration {
	f, err := strconv.ParseFloat(v.Text, 64)
	if err != nil || !(f > 0 && f < 1e6) {
		m.once(v, Wrong, said.New("no number of seconds"))
		return 0
	}
	return time.Duration(f * float64(time.Second))
}

func (m *importer) echo(t *latency.Target, p *probe, get func(string) (*Value, bool)) {
	if p.kind.to == "icmp6" {
		t.Family = latency.Family6
	}
	if v, ok := get("protocol"); ok {
		switch v.Text {
		case "4":
			t.Family = latency.Family4
		case "6":
			t.Family = latency.Family6
		default:
			m.once(v, Wrong, said.New("neither 4 nor 6"))
		}
	}
	if v, ok := get("packetsize"); ok {
		n, err := strconv.Atoi(v.Text)
		if err != nil || n < 0 || n > latency.MaxSize {
			m.once(v, Wrong, said.New("no size from 0 to %d", latency.MaxSize))
		} else {
			t.Size = n
		}
	}
	if v, ok := get("hostinterval"); ok {
		d := m.seconds(v)
		if d != 0 && (d < latency.MinInterval || d > latency.MaxInterval) {
			m.once(v, Changed, said.New("intervals are from %v to %v here", latency.MinInterval, latency.MaxInterval))
			d = min(max(d, latency.MinInterval), latency.MaxInterval)
		}
		t.Interval = d
	}
	for _, key := range []string{"blazemode", "usestdout", "mininterval", "fwmark"} {
		if v, ok := get(key); ok {
			m.once(v, NoCounterpart, said.New("how fping runs; there is nothing like it here"))
		}
	}
}

func (m *importer) port(t *latency.Target, get func(string) (*Value, bool)) {
	v, ok := get("port")
	if !ok {
		return
	}
	n, err := strconv.ParseUint(v.Text, 10, 16)
	if err != nil || n == 0 {
		m.once(v, Wrong, said.New("no port from 1 to 65535; 80 is taken"))
		return
	}
	t.Port = uint16(n)
}

func (m *importer) http(t *latency.Target, p *probe, host *Value, get func(string) (*Value, bool)) error {
	t.Kind = latency.KindHTTP
	name := t.Host
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	url := "http://" + name + "/"
	switch p.kind.to {
	case "http":
		if v, ok := get("urlformat"); ok {
			url = strings.ReplaceAll(v.Text, "%host%", name)
		}
	default:
		scheme, at := strings.TrimSuffix(p.kind.to, "-path"), name
		if v, ok := get("port"); ok {
			m.port(t, get)
			if at = name + ":" + v.Text; t.Port == 0 {
				at = name
			}
			t.Port = 0
		}
		path := "/"
		if v, ok := get("url"); ok {
			path = v.Text
		}
		if strings.Contains(path, "://") {
			url = path
		} else {
			url = scheme + "://" + at + "/" + strings.TrimPrefix(path, "/")
		}
	}
	parsed, err := targets.ParseSpec(url)
	if errors.Is(err, targets.ErrLogin) {
		return err
	}
	if err != nil || parsed.Kind != latency.KindHTTP {
		return said.New("%q is no URL of http or https", targets.Quotable(url, 100))
	}
	if parsed.Host != t.Host {
		m.add(host.Pos, Changed, host.line(), said.New("the URL is on %s: that is measured", parsed.Host))
	}
	t.Host, t.URL = parsed.Host, parsed.URL
	for _, key := range kinds[p.class].vars {
		if slices.Contains([]string{"urlformat", "interface", "url", "port", "tos"}, key) {
			continue
		}
		if v, ok := get(key); ok {
			m.once(v, NoCounterpart, said.New("how SmokePing's HTTP probe runs; there is nothing like it here"))
		}
	}
	return nil
}
