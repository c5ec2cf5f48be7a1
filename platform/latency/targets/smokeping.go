package targets

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tacklebox/platform/latency"
)

// SmokePing writes the sections Probes and Targets of a configuration of
// SmokePing, with the paths of the programs where Debian has them. Settings that
// it has no place for are returned.
func SmokePing(list []latency.Target) (string, []Lost) {
	w := smokeWriter{used: map[string]bool{}}
	root := &smokeNode{children: map[string]*smokeNode{}}
	var out []Lost
	for _, t := range list {
		at := root
		for _, part := range t.Group {
			at = at.child(part)
		}
		at.targets = append(at.targets, t)
		keeps := []string{"port", "url", "query", "timeout"}
		if t.Kind == latency.KindICMP {
			keeps = append(keeps, "family", "size", "dscp", "interval")
			if strings.ContainsAny(t.Source, ".") {
				keeps = append(keeps, "source")
			}
		}
		if name, kind, _ := strings.Cut(t.Query, " "); t.Kind == latency.KindDNS && kind != "A" {
			out = append(out, Lost{Target: joinGroup(append(slices.Clone(t.Group), t.Name)), What: "record type " + kind + " of " + name})
		}
		if t.Kind == latency.KindDNS {
			keeps = slices.DeleteFunc(keeps, func(s string) bool { return s == "port" || s == "timeout" })
		}
		if t.Kind == latency.KindTCP {
			keeps = slices.DeleteFunc(keeps, func(s string) bool { return s == "timeout" })
		}
		out = append(out, lost(t, keeps...)...)
	}
	w.node(root, 1)
	var b strings.Builder
	b.WriteString("*** Probes ***\n\n")
	for _, p := range [][2]string{{"FPing", "/usr/bin/fping"}, {"FPing6", "/usr/bin/fping"}, {"TCPPing", "/usr/bin/tcpping"},
		{"DNS", "/usr/bin/dig"}, {"Curl", "/usr/bin/curl"}} {
		// Targets need a probe even when there are none.
		if !w.used[p[0]] && p[0] != "FPing" {
			continue
		}
		fmt.Fprintf(&b, "+ %s\nbinary = %s\n", p[0], p[1])
		if p[0] == "Curl" {
			b.WriteString("urlformat = http://%host%/\n")
		}
		b.WriteString("\n")
	}
	b.WriteString("*** Targets ***\n\nprobe = FPing\nmenu = Top\ntitle = Latency\n\n")
	b.WriteString(w.b.String())
	return b.String(), out
}

type smokeNode struct {
	name     string
	order    []*smokeNode
	children map[string]*smokeNode
	targets  []latency.Target
}

func (n *smokeNode) child(name string) *smokeNode {
	c := n.children[name]
	if c == nil {
		c = &smokeNode{name: name, children: map[string]*smokeNode{}}
		n.children[name] = c
		n.order = append(n.order, c)
	}
	return c
}

type smokeWriter struct {
	b    strings.Builder
	used map[string]bool
}

func (w *smokeWriter) node(n *smokeNode, level int) {
	taken := map[string]bool{}
	for _, t := range n.targets {
		w.head(level, sectionName(t.Name, taken), t.Name)
		w.target(t)
	}
	for _, c := range n.order {
		w.head(level, sectionName(c.name, taken), c.name)
		w.b.WriteString("\n")
		w.node(c, level+1)
	}
}

func (w *smokeWriter) head(level int, section, name string) {
	name = smokeText(name)
	fmt.Fprintf(&w.b, "%s %s\nmenu = %s\ntitle = %s\n", strings.Repeat("+", level), section, name, name)
}

// smokeText is a value as one can be written: one line without # and without a
// backslash at its end.
func smokeText(s string) string {
	s = strings.TrimSpace(strings.TrimRight(Printable(strings.ReplaceAll(s, "#", "＃"), maxName), `\`))
	if s == "" {
		return "-"
	}
	return s
}

// sectionName makes a name that sections may have, and that is not taken.
func sectionName(name string, taken map[string]bool) string {
	var b strings.Builder
	for _, r := range name {
		if r < 0x80 && (r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			b.WriteRune(r)
		} else {
			b.WriteByte('_')
		}
	}
	base := b.String()
	if strings.Trim(base, "_") == "" {
		base = "target"
	}
	// A section must not have the name of a setting either.
	out := base
	for i := 2; taken[out] || slices.Contains(smokeSettings, out); i++ {
		out = base + "_" + strconv.Itoa(i)
	}
	taken[out] = true
	return out
}

var smokeSettings = []string{"probe", "menu", "title", "alerts", "note", "email", "host", "remark", "rawlog", "alertee", "slaves",
	"menuextra", "parents", "hide", "nomasterpoll", "packetsize", "timeout", "tos", "protocol", "port", "lookup", "server",
	"urlformat", "hostinterval", "sourceaddress", "pings"}

func (w *smokeWriter) target(t latency.Target) {
	put := func(key, value string) { fmt.Fprintf(&w.b, "%s = %s\n", key, value) }
	probe := "FPing"
	switch t.Kind {
	case latency.KindTCP:
		probe = "TCPPing"
	case latency.KindDNS:
		probe = "DNS"
	case latency.KindHTTP:
		probe = "Curl"
	default:
		if t.Family == latency.Family6 || strings.Contains(t.Host, ":") {
			probe = "FPing6"
		}
	}
	w.used[probe] = true
	put("probe", probe)
	switch probe {
	case "TCPPing":
		put("port", strconv.Itoa(int(t.Port)))
	case "DNS":
		name, _, _ := strings.Cut(t.Query, " ")
		put("lookup", name)
	case "Curl":
		put("urlformat", strings.ReplaceAll(t.URL, "#", "%23"))
	default:
		if t.Size != 0 {
			put("packetsize", strconv.Itoa(min(max(t.Size, 12), 64000)))
		}
		if t.DSCP != 0 {
			put("tos", fmt.Sprintf("0x%02x", t.DSCP<<2))
		}
		if t.Interval != 0 {
			put("hostinterval", seconds(t.Interval))
		}
		if strings.Contains(t.Source, ".") {
			put("sourceaddress", t.Source)
		}
	}
	if t.Timeout != 0 && probe != "TCPPing" && probe != "DNS" {
		v := seconds(t.Timeout)
		if probe == "Curl" {
			v = strconv.Itoa(int((t.Timeout + time.Second - 1) / time.Second))
		}
		put("timeout", v)
	}
	put("host", t.Host)
	w.b.WriteString("\n")
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }
