package targets

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/said"
)

// maxNodes bounds a YAML file: an alias counts as often as it is used.
const maxNodes = 200_000

// ReadProber reads the configuration of smokeping_prober. Each host becomes a
// target; the label "group" gives its group and "name" its name when a group has
// one host only.
func ReadProber(r io.Reader) (List, error) {
	var l List
	text, err := read(r)
	if err != nil {
		return l, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return l, said.New("read smokeping_prober's YAML: %v", err)
	}
	if len(doc.Content) == 0 {
		return l, nil
	}
	p := prober{list: &l, left: maxNodes}
	root := p.follow(doc.Content[0])
	if root == nil || root.Kind != yaml.MappingNode {
		return l, said.New("line %d: no configuration of smokeping_prober: it begins with \"targets:\"", doc.Content[0].Line)
	}
	p.pairs(root, func(key, value *yaml.Node) {
		if key.Value != "targets" || value.Kind != yaml.SequenceNode {
			l.problem(key.Line, key.Value, said.New("not understood: only a list of targets is"), false)
			return
		}
		for _, item := range value.Content {
			if item = p.follow(item); item == nil {
				return
			}
			p.group(item)
		}
	})
	return l, nil
}

type prober struct {
	list *List
	left int
	full bool
}

// follow replaces an alias by what it stands for; nil when the file has too much
// in it.
func (p *prober) follow(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode && n.Alias != nil && p.left > 0 {
		p.left--
		n = n.Alias
	}
	p.left--
	if p.left < 0 {
		if !p.full {
			p.full = true
			p.list.problem(n.Line, "", said.New("more than %d values: the rest is left out", maxNodes), false)
		}
		return nil
	}
	return n
}

func (p *prober) pairs(n *yaml.Node, do func(key, value *yaml.Node)) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		value := p.follow(n.Content[i+1])
		if value == nil {
			return
		}
		do(n.Content[i], value)
	}
}

// group reads one entry of "targets".
func (p *prober) group(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		p.list.problem(n.Line, n.Value, said.New("not understood: an entry has hosts and settings"), false)
		return
	}
	var hosts []*yaml.Node
	var single *yaml.Node
	t := latency.Target{Kind: latency.KindICMP, Interval: time.Second}
	label := ""
	p.pairs(n, func(key, value *yaml.Node) {
		v := strings.TrimSpace(value.Value)
		var err error
		switch {
		case key.Value == "hosts" && value.Kind == yaml.SequenceNode:
			hosts = value.Content
		case key.Value == "labels" && value.Kind == yaml.MappingNode:
			p.pairs(value, func(k, v *yaml.Node) {
				switch {
				case k.Value == "group" && v.Kind == yaml.ScalarNode:
					t.Group = splitGroup(v.Value)
				case k.Value == "name" && v.Kind == yaml.ScalarNode:
					label = strings.TrimSpace(v.Value)
				default:
					p.list.problem(k.Line, k.Value, said.New("a label that has no counterpart here"), true)
				}
			})
		case value.Kind != yaml.ScalarNode:
			p.list.problem(key.Line, key.Value, said.New("not understood"), true)
		case v == "":
		case key.Value == "host":
			single = value
		case key.Value == "interval":
			err = parseDuration(&t.Interval, v, latency.MinInterval, latency.MaxInterval)
		case key.Value == "network":
			if v != "ip" {
				err = set(&t, "family", v)
			}
		case key.Value == "protocol":
			switch v {
			case "icmp":
			case "udp":
				// Not UDP on the wire, but echo requests from an unprivileged socket; the
				// engine chooses that by itself.
				p.list.problem(key.Line, "protocol: udp", said.New("means echo requests without privileges, which are chosen here when needed"), true)
			default:
				err = said.New("%q is no protocol of smokeping_prober", Printable(v, 20))
			}
		case key.Value == "size":
			err = set(&t, "size", v)
		case key.Value == "source":
			err = set(&t, "source", v)
		case key.Value == "tos":
			err = SetTOS(&t, v)
		default:
			p.list.problem(key.Line, key.Value, said.New("not understood"), true)
		}
		if err != nil {
			p.list.problem(value.Line, key.Value+": "+v, err, true)
		}
	})
	if t.Size == latency.DefaultSize {
		t.Size = 0
	}
	if t.Interval == latency.DefaultInterval {
		t.Interval = 0
	}
	if why := cleanGroup(t.Group); why != nil {
		p.list.problem(n.Line, "group", why, true)
		t.Group = nil
	}
	if len(hosts) == 0 && single != nil {
		hosts = []*yaml.Node{single}
	}
	if len(hosts) == 0 {
		p.list.problem(n.Line, "", said.New("an entry without hosts"), false)
	}
	for _, h := range hosts {
		at := h.Line
		if h = p.follow(h); h == nil {
			return
		}
		name := strings.TrimSpace(h.Value)
		host, err := CleanHost(name)
		if h.Kind != yaml.ScalarNode || err != nil {
			if err == nil {
				err = said.New("no host")
			}
			p.list.problem(at, h.Value, err, false)
			continue
		}
		one := t
		one.Group = slices.Clone(t.Group)
		one.Host, one.Name = host, name
		if label != "" && len(hosts) == 1 && cleanName(label) == nil {
			one.Name = label
		}
		if cleanName(one.Name) != nil {
			one.Name = host
		}
		if !p.list.add(at, h.Value, one) {
			return
		}
	}
}

// set gives a target one of the settings.
func set(t *latency.Target, name, value string) error {
	for _, s := range settings {
		if s.name == name {
			return s.set(t, value)
		}
	}
	panic("targets: no setting " + name)
}

// SetTOS sets the DSCP of a target from a whole type-of-service byte, in decimal
// or as 0x20. Its lower two bits are not DSCP.
func SetTOS(t *latency.Target, v string) error {
	n, err := strconv.ParseUint(v, 0, 8)
	if err != nil {
		return said.New("%q is no type of service: 0 to 255", Printable(v, 20))
	}
	t.DSCP = int(n >> 2)
	if n&3 != 0 {
		return said.New("the lower two bits of the type of service %q are for congestion and left out", Printable(v, 20))
	}
	return nil
}

type proberGroup struct {
	Hosts    []string          `yaml:"hosts"`
	Interval string            `yaml:"interval,omitempty"`
	Network  string            `yaml:"network,omitempty"`
	Size     int               `yaml:"size,omitempty"`
	Source   string            `yaml:"source,omitempty"`
	TOS      int               `yaml:"tos,omitempty"`
	Labels   map[string]string `yaml:"labels,omitempty"`
}

// Prober writes a configuration of smokeping_prober, which only sends echo
// requests: other targets, and settings that it does not know, are returned.
func Prober(list []latency.Target) (string, []Lost, error) {
	var doc struct {
		Targets []*proberGroup `yaml:"targets"`
	}
	var out []Lost
	groups := map[string]*proberGroup{}
	for _, t := range list {
		path := strings.Join(append(slices.Clone(t.Group), t.Name), "/")
		if t.Kind != latency.KindICMP {
			out = append(out, Lost{Target: path, What: "the target: smokeping_prober has no probe for " + string(t.Kind)})
			continue
		}
		if addr, err := netip.ParseAddr(t.Source); t.Source != "" && (err != nil || !addr.IsValid()) {
			out = append(out, Lost{Target: path, What: "source " + t.Source})
			t.Source = ""
		}
		out = append(out, lost(t, "interval", "family", "size", "source", "dscp")...)
		g := &proberGroup{Interval: duration(t.Interval), Network: string(t.Family), Size: t.Size, Source: t.Source, TOS: t.DSCP << 2}
		if len(t.Group) > 0 {
			g.Labels = map[string]string{"group": strings.Join(t.Group, "/")}
		}
		k := fmt.Sprintf("%q", []any{g.Interval, g.Network, g.Size, g.Source, g.TOS, t.Group})
		if t.Name != t.Host {
			k = path + k // a name is a label, and so a group of its own
			if g.Labels == nil {
				g.Labels = map[string]string{}
			}
			g.Labels["name"] = t.Name
		}
		if groups[k] == nil || t.Name != t.Host {
			groups[k] = g
			doc.Targets = append(doc.Targets, g)
		}
		groups[k].Hosts = append(groups[k].Hosts, t.Host)
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(doc); err != nil {
		return "", nil, said.New("write smokeping_prober's YAML: %v", err)
	}
	return b.String(), out, enc.Close()
}
