package model

import (
	"fmt"
	"slices"
	"strings"

	"tacklebox/panels/i18n"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/plan"
)

// Finding is a row of the findings.
type Finding struct {
	Level string
	Word  string // the level in a word
	Text  string
	// Evidence are the lines that it stands on, as they were seen.
	Evidence []string
	// Expected: Windows was never seen to do this.
	Expected bool
	// Fixed: the plan has a change for it. Settled: this PC is set for it already.
	Fixed, Settled bool
}

var wordKeys = map[string]string{Good: "l2tp.word_fine", Degraded: "l2tp.word_mind", Failed: "l2tp.word_serious", Unknown: "l2tp.word_unread"}

func row(level, text string, evidence ...string) Finding {
	return Finding{Level: level, Word: i18n.T(wordKeys[level]), Text: text, Evidence: evidence}
}

// leftovers are what other guides left behind.
var leftovers = []plan.ID{plan.FindMisplaced, plan.FindMistyped, plan.FindForced, plan.FindWeakUnneeded}

// FindingText is a finding as a sentence.
func FindingText(f plan.Finding) string {
	data := map[string]any{"A": "", "B": "", "C": "", "All": Quoted(f.Args)}
	for i, name := range []string{"A", "B", "C"} {
		if i < len(f.Args) {
			data[name] = argument(f.ID, f.Args[i])
		}
	}
	key, ok := findingKeys[f.ID]
	if !ok {
		return f.Text()
	}
	return i18n.T(key, data)
}

// argument is what a finding names, in words where there are any.
func argument(id plan.ID, arg string) string {
	switch id {
	case plan.FindKind:
		if key, ok := ipsecKeys[arg]; ok {
			return i18n.T(key)
		}
	case plan.FindEncryption:
		if key, ok := encryptionKeys[arg]; ok {
			return i18n.T(key)
		}
	case plan.FindDisabled, plan.FindStopped, plan.FindMissing:
		return ServiceName(arg)
	}
	return arg
}

// Findings are all rows, the gravest first.
func (w *Wizard) Findings() []Finding {
	var out []Finding
	for _, f := range w.made.Findings {
		if f.ID == plan.FindNoPC && w.ReadErr != nil {
			continue // said below, with why
		}
		r := row(LevelOf(f.Level), FindingText(f), w.evidence(f)...)
		r.Expected = f.ID.Expected()
		r.Fixed = f.ID != plan.FindClassic && slices.ContainsFunc(w.made.Ops, func(o plan.Op) bool { return o.Why == f.ID || w.sameThing(o, f) })
		if r.Fixed && slices.Contains(leftovers, f.ID) && r.Level == Good {
			// Nothing to fear from the change, but it is not as it should be.
			r.Level, r.Word = Degraded, i18n.T(wordKeys[Degraded])
		}
		if w.settled(f.ID) && !r.Fixed {
			r.Settled = true
			if f.ID == plan.FindServerNAT {
				r.Level, r.Word = Good, i18n.T(wordKeys[Good])
			}
		}
		out = append(out, r)
	}
	if w.AskErr != nil && w.Report == nil {
		out = append(out, row(Unknown, i18n.T("l2tp.ask_failed", map[string]any{"Server": w.Asked}), w.AskErr.Error()))
	}
	out = append(out, w.ofReading()...)
	rank := func(f Finding) int { return slices.Index([]string{Failed, Degraded, Unknown, Good}, f.Level) }
	slices.SortStableFunc(out, func(a, b Finding) int { return rank(a) - rank(b) })
	return out
}

// settled: the value that a server asks for is there already, since the plan does
// not set it.
func (w *Wizard) settled(id plan.ID) bool {
	return w.Reading != nil && !w.Classic && (id == plan.FindServerNAT || id == plan.FindWeak)
}

// sameThing: a stopped service is started also for another finding's sake.
func (w *Wizard) sameThing(o plan.Op, f plan.Finding) bool {
	if len(f.Args) == 0 || o.Name != f.Args[0] {
		return false
	}
	switch f.ID {
	case plan.FindStopped, plan.FindDisabled:
		return o.Op == plan.StartService || o.Op == plan.DefaultType
	case plan.FindTunnel, plan.FindKind, plan.FindEncryption:
		return o.Op == plan.WriteProfile
	case plan.FindMistyped:
		return o.Op == plan.SetValue || o.Op == plan.DeleteValue
	}
	return false
}

// ofReading are the rows that come from the PC alone.
func (w *Wizard) ofReading() []Finding {
	if w.ReadErr != nil {
		return []Finding{row(Unknown, i18n.T("l2tp.read_failed"), w.ReadErr.Error())}
	}
	if w.Reading == nil {
		return nil
	}
	var out []Finding
	for _, at := range w.Reading.Lost {
		out = append(out, row(Degraded, i18n.T("l2tp.find_lost", map[string]any{"Name": at.Name}), at.Key+`\`+at.Name+" = "+plan.Absent))
	}
	for _, n := range w.Reading.Needs {
		if n.Installed && n.Start == plan.StartDisabled {
			r := row(Failed, i18n.T("l2tp.find_need", map[string]any{"Name": n.Name, "Of": ServiceName(n.Of)}), n.Name+"  "+string(n.Start))
			r.Expected = true
			out = append(out, r)
		}
	}
	for _, p := range w.Reading.Ports {
		if !p.Own && (p.PID != 0 || p.Process != "") {
			r := row(Degraded, i18n.T("l2tp.find_port", map[string]any{"Port": p.Port, "Program": program(p)}), portLine(p))
			r.Expected = true
			out = append(out, r)
		}
	}
	if len(w.Reading.Attempts) > 0 {
		if a := w.Reading.Attempts[0]; !a.Connected && a.Code != 0 {
			e := Explain(a.Code)
			out = append(out, row(Degraded, i18n.T("l2tp.find_attempt", map[string]any{"Name": orDash(a.Connection), "Code": CodeText(a.Code), "Meaning": e.Meaning, "Stage": StageName(a.Stage)}),
				a.Start.Format("2006-01-02 15:04:05")+"  RasClient  "+CodeText(a.Code)))
		}
	}
	if w.Wine() {
		out = append(out, row(Unknown, i18n.T("l2tp.wine")))
	}
	for _, u := range w.Reading.Unread {
		out = append(out, row(Unknown, i18n.T("l2tp.find_unread", map[string]any{"Part": partName(u.Part)}), u.Err))
	}
	return out
}

func program(p pc.Port) string {
	if p.Process == "" {
		return i18n.T("l2tp.unknown_program")
	}
	return p.Process
}

func portLine(p pc.Port) string {
	line := fmt.Sprintf("UDP %d  PID %d  %s", p.Port, p.PID, p.Process)
	if p.Service != "" {
		line += "  " + p.Service
	}
	return line
}

var partKeys = map[pc.Part]string{
	pc.PartValues: "l2tp.part_values", pc.PartServices: "l2tp.part_services", pc.PartProfiles: "l2tp.part_profiles",
	pc.PartPorts: "l2tp.part_ports", pc.PartEvents: "l2tp.part_events", pc.PartBuild: "l2tp.part_build",
	pc.PartPolicy: "l2tp.part_policy", pc.PartPending: "l2tp.part_pending", pc.PartJournal: "l2tp.part_journal",
}

func partName(p pc.Part) string {
	if key, ok := partKeys[p]; ok {
		return i18n.T(key)
	}
	return string(p)
}

// evidence are the lines that a finding stands on.
func (w *Wizard) evidence(f plan.Finding) []string {
	if len(f.Evidence) > 0 {
		return f.Evidence
	}
	switch f.ID {
	case plan.FindServerNAT, plan.FindNATUnknown:
		return w.said("NAT:")
	case plan.FindPSKRight, plan.FindPSKWrong, plan.FindBlocked4500:
		return w.said("key:")
	case plan.FindIKEv2:
		return w.said("IKEv2:")
	case plan.FindContradict:
		return w.said("IKE")
	case plan.FindProhibitPSK, plan.FindProhibitUsed, plan.FindProhibitDoubt, plan.FindProhibitOff, plan.FindGuarded:
		return append(w.valueLine(plan.ProhibitIPsec), w.profileLines(f.Args)...)
	case plan.FindWeakUnneeded:
		return w.valueLine(plan.WeakCrypto)
	case plan.FindMisplaced, plan.FindMistyped:
		return w.valueLine(f.Args[0])
	case plan.FindForced:
		return w.serviceLine(plan.PolicyAgent)
	case plan.FindDisabled, plan.FindStopped, plan.FindMissing:
		return w.serviceLine(f.Args[0])
	case plan.FindTunnel, plan.FindKind, plan.FindEncryption:
		return w.profileLines(f.Args[:1])
	}
	return nil
}

func (w *Wizard) said(begin string) []string {
	if w.Report == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(w.Report.Evidence), func(l string) bool { return !strings.HasPrefix(l, begin) })
}

func (w *Wizard) valueLine(name string) []string {
	if w.Reading == nil {
		return nil
	}
	var out []string
	for _, v := range w.Reading.PC.Values {
		if v.Name == name && v.Exists {
			out = append(out, v.Key+`\`+v.Name+" = "+plan.Spell(v.Type, v.Data))
		}
	}
	return out
}

func (w *Wizard) serviceLine(name string) []string {
	if w.Reading == nil {
		return nil
	}
	for _, s := range w.Reading.PC.Services {
		if s.Name != name {
			continue
		}
		state := "stopped"
		switch {
		case !s.Installed:
			return []string{name + "  missing"}
		case s.Running:
			state = "running"
		}
		return []string{fmt.Sprintf("%s  %s  %s", s.Name, s.Start, state)}
	}
	return nil
}

func (w *Wizard) profileLines(names []string) []string {
	var out []string
	for _, p := range w.Profiles() {
		if slices.Contains(names, p.Name) {
			out = append(out, profileRaw(p))
		}
	}
	return out
}

// profileRaw is a connection as Get-VpnConnection has it.
func profileRaw(p plan.Profile) string {
	line := fmt.Sprintf("%q  %s  %s  %s  %s  %s", p.Name, p.Server, p.Tunnel, p.IPsec, strings.Join(p.Auth, ","), p.Encryption)
	if p.Split {
		line += "  split"
	}
	if p.AllUsers {
		line += "  all-users"
	}
	return line
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
