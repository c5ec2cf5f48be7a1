package smokeping

import (
	"strconv"
	"strings"

	"tacklebox/platform/latency/said"
)

func (m *importer) alertSection(s *Section) {
	m.alerts = map[string]bool{}
	if s == nil {
		return
	}
	m.receivers(s, "to", "", false)
	if v, ok := s.value("from"); ok {
		m.add(v.Pos, NoCounterpart, v.line(), said.New("the sender of SmokePing's mails"))
	}
	edge := m.yes(s, "edgetrigger", false)
	m.template(s)
	for _, c := range s.Children {
		m.alerts[c.Name] = true
		a := Alert{Pos: c.Pos, Name: c.Name, Type: c.text("type"), Pattern: c.text("pattern"), Comment: c.text("comment"),
			Edge: m.yes(c, "edgetrigger", edge)}
		m.template(c)
		m.receivers(c, "to", c.Name, false)
		if v, ok := c.value("priority"); ok {
			n, err := strconv.Atoi(v.Text)
			if err != nil || n < 1 {
				m.add(v.Pos, Wrong, v.line(), said.New("no priority: a whole number from 1"))
			}
			a.Priority = max(n, 0)
		}
		switch {
		case a.Pattern == "":
			m.add(c.Pos, Wrong, "+ "+c.Name, said.New("an alert without a pattern"))
		case a.Type != "rtt" && a.Type != "loss" && a.Type != "matcher":
			m.add(c.Pos, Wrong, "+ "+c.Name, said.New("an alert whose type is neither rtt, loss nor matcher"))
		default:
			m.c.Alerts = append(m.c.Alerts, a)
		}
		for _, o := range c.Children {
			m.add(o.Pos, Wrong, "++ "+o.Name, said.New("alerts have no sections within"))
		}
	}
}

func (m *importer) template(s *Section) {
	if v, ok := s.value("mailtemplate"); ok {
		m.add(v.Pos, NoCounterpart, v.line(), said.New("the text of SmokePing's mails"))
	}
}

func (m *importer) yes(s *Section, key string, fallback bool) bool {
	v, ok := s.value(key)
	if !ok {
		return fallback
	}
	switch v.Text {
	case "yes":
		return true
	case "no":
		return false
	}
	m.add(v.Pos, Wrong, v.line(), said.New("neither yes nor no"))
	return fallback
}

// receivers takes over whom a setting would tell, one by one, all disabled. What
// stands there is kept as it is: it is shown to the person who decides.
func (m *importer) receivers(s *Section, key, of string, target bool) {
	v, ok := s.value(key)
	if !ok {
		return
	}
	for part := range strings.SplitSeq(v.Text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		r := Receiver{Pos: v.Pos, Of: of, OfTarget: target, Kind: "mail", Verbatim: part}
		switch {
		case strings.HasPrefix(part, "|"):
			r.Kind = "command"
		case strings.HasPrefix(part, "snpp:"):
			r.Kind = "snpp"
		case strings.HasPrefix(part, "xmpp:"):
			r.Kind = "xmpp"
		case strings.HasPrefix(part, "http://"), strings.HasPrefix(part, "https://"):
			r.Kind = "webhook"
		}
		m.c.Receivers = append(m.c.Receivers, r)
		m.add(v.Pos, Disabled, v.Key+" = "+part, said.New("a receiver of alerts (%s): kept, disabled until you enable it", r.Kind))
	}
}
