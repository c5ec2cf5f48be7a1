package report

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// Redact says what is left out of a report that others will see.
type Redact struct {
	User    bool // the person's name and account
	Host    bool // names of the PC, the server and the connections
	Address bool // public addresses
}

// All leaves out everything that can be.
func All() Redact { return Redact{User: true, Host: true, Address: true} }

var (
	account   = regexp.MustCompile(`\bS-1-5-21(-[0-9]+)+\b`)
	addressed = regexp.MustCompile(`[0-9A-Fa-f:.%]*[.:][0-9A-Fa-f:.]+`)
)

// apply leaves out of every line what is asked for.
func (o Redact) apply(r Report, in Input) Report {
	if o == (Redact{}) {
		return r
	}
	names := map[string]string{}
	add := func(name, mark string) {
		// A name of one or two letters would be found inside of words.
		if len([]rune(name)) > 2 {
			names[strings.ToLower(name)] = mark
		}
	}
	if o.User {
		add(in.User, "[user]")
	}
	if o.Host {
		add(in.Host, "[PC]")
		o.hosts(in, add)
	}
	marks := &marks{names: names, addresses: map[netip.Addr]string{}}
	out := Report{Title: r.Title}
	for _, s := range r.Sections {
		lines := make([]string, len(s.Lines))
		for i, l := range s.Lines {
			l = marks.named(l)
			if o.User {
				l = account.ReplaceAllString(l, "[account]")
			}
			if o.Address {
				l = addressed.ReplaceAllStringFunc(l, marks.address)
			}
			lines[i] = l
		}
		out.Sections = append(out.Sections, Section{Title: s.Title, Lines: lines})
	}
	return out
}

// hosts names servers and connections.
func (o Redact) hosts(in Input, add func(name, mark string)) {
	server := func(name string) {
		if _, err := netip.ParseAddr(name); err != nil {
			add(name, "[server]") // an address is one below
		}
	}
	if in.Server != nil {
		server(in.Server.Server)
	}
	if in.Reading != nil {
		for _, p := range in.Reading.PC.Profiles {
			add(p.Name, "[connection]")
			server(p.Server)
		}
	}
	for _, op := range in.Plan.Ops {
		if op.Profile != nil {
			add(op.Profile.Name, "[connection]")
			server(op.Profile.Server)
		}
	}
	for _, e := range in.Entries {
		for _, c := range e.Changes {
			if c.Op.Profile != nil {
				add(c.Op.Profile.Name, "[connection]")
				server(c.Op.Profile.Server)
			}
		}
	}
}

// marks are what stands for what was left out, the same for the same.
type marks struct {
	names     map[string]string
	addresses map[netip.Addr]string
}

// named replaces names, whatever their case, the longest first.
func (m *marks) named(line string) string {
	all := make([]string, 0, len(m.names))
	for name := range m.names {
		all = append(all, name)
	}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	for _, name := range all {
		whole := regexp.MustCompile(`(?i)` + regexp.QuoteMeta(name))
		line = whole.ReplaceAllLiteralString(line, m.names[name])
	}
	return line
}

// address replaces a public address; private ones tell nothing about a person.
func (m *marks) address(text string) string {
	bare := strings.TrimRight(text, ".:")
	rest := text[len(bare):]
	port := ""
	a, err := netip.ParseAddr(bare)
	if err != nil {
		ap, err := netip.ParseAddrPort(bare)
		if err != nil {
			return text
		}
		a, port = ap.Addr(), fmt.Sprintf(":%d", ap.Port())
	}
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return text
	}
	if m.addresses[a] == "" {
		m.addresses[a] = fmt.Sprintf("[address %d]", len(m.addresses)+1)
	}
	return m.addresses[a] + port + rest
}
