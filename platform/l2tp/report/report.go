// Package report writes down what was found about an L2TP connection: for the
// person, and for the server's administrator with the exact change to ask for. No
// report has a key or a password, since nothing that it is made of has one.
package report

import (
	"fmt"
	"strings"
	"time"

	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/codes"
	"tacklebox/platform/l2tp/facts"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/l2tp/ras"
)

// Audience is whom a report is for.
type Audience string

// The audiences.
const (
	ForPerson Audience = "person"
	ForAdmin  Audience = "admin" // of the server
)

// Input is what a report is made of; what is not known is nil or empty.
type Input struct {
	Time    time.Time
	Version string // of Tacklebox
	// User and Host are names of this person and this PC, to be left out of a
	// redacted report.
	User, Host string
	Server     *l2tp.Report
	Reading    *facts.Reading
	Plan       plan.Plan
	Entries    []journal.Entry // applied, the latest first
	Dial       *ras.Progress   // the last of a test connection
}

// Options say how it is written.
type Options struct {
	For Audience
	// Redact leaves out names and public addresses, each where it is asked for.
	Redact Redact
	// Words are the texts; nil for English.
	Words Words
}

// Words are the texts of a report in a person's language. A nil one is English.
type Words struct {
	// Say gives the text of a phrase, with the same %s in the same order.
	Say     func(Phrase) string
	Finding func(plan.Finding) string
	// Effect is what a change means for all connections.
	Effect func(plan.Op) string
	Code   func(codes.Code) string
	State  func(journal.State) string
	Part   func(facts.Part) string
}

func (w Words) say(p Phrase, args ...any) string {
	text := english[p]
	if w.Say != nil {
		text = w.Say(p)
	}
	return fmt.Sprintf(text, args...)
}

func (w Words) finding(f plan.Finding) string {
	if w.Finding != nil {
		return w.Finding(f)
	}
	return f.Text()
}

func (w Words) effect(o plan.Op) string {
	if w.Effect != nil {
		return w.Effect(o)
	}
	return o.Consequence()
}

func (w Words) code(c codes.Code) string {
	if w.Code != nil {
		return w.Code(c)
	}
	return c.Meaning
}

func (w Words) state(s journal.State) string {
	if w.State != nil {
		return w.State(s)
	}
	return string(s)
}

func (w Words) part(p facts.Part) string {
	if w.Part != nil {
		return w.Part(p)
	}
	return string(p)
}

// Report is a report: sections of lines.
type Report struct {
	Title    string    `json:"title"`
	Sections []Section `json:"sections"`
}

// Section is one part.
type Section struct {
	Title string   `json:"title"`
	Lines []string `json:"lines"`
}

// Text is the whole as plain text.
func (r Report) Text() string {
	var b strings.Builder
	b.WriteString(r.Title + "\n" + strings.Repeat("=", columns(r.Title)) + "\n")
	for _, s := range r.Sections {
		b.WriteString("\n" + s.Title + "\n" + strings.Repeat("-", columns(s.Title)) + "\n")
		for _, l := range s.Lines {
			below := strings.TrimLeft(l, " ") // indented: what belongs to the line before
			b.WriteString(l[:len(l)-len(below)] + "- " + below + "\n")
		}
	}
	return b.String()
}

// columns is how wide a title is in a mono face: Chinese marks take two columns.
func columns(text string) int {
	n := 0
	for _, r := range text {
		n++
		if r >= 0x1100 {
			n++
		}
	}
	return n
}

// writer gathers a report.
type writer struct {
	in Input
	o  Options
	r  Report
}

// add adds a section that has lines.
func (w *writer) add(title Phrase, lines []string) {
	if len(lines) > 0 {
		w.r.Sections = append(w.r.Sections, Section{Title: w.o.Words.say(title), Lines: lines})
	}
}

// Compose writes a report.
func Compose(in Input, o Options) Report {
	w := &writer{in: in, o: o}
	say := o.Words.say
	about := []string{say(Written, in.Time.Format("2006-01-02 15:04 -0700"), in.Version)}
	if in.Server != nil {
		about = append(about, say(AboutServer, in.Server.Server, orDash(in.Server.Address)))
	}
	if in.Reading != nil && in.Reading.Build != "" {
		about = append(about, say(AboutPC, in.Reading.Windows, in.Reading.Build))
	}
	if o.For == ForAdmin {
		w.r.Title = say(TitleAdmin)
		w.add(SectionAbout, about)
		w.add(SectionAsk, w.wishes())
		w.add(SectionFindings, w.findings(aboutServer))
		w.add(SectionEvidence, w.evidence())
		w.add(SectionAttempts, w.attempts())
	} else {
		w.r.Title = say(TitlePerson)
		w.add(SectionAbout, about)
		w.add(SectionFindings, w.findings(func(plan.ID) bool { return true }))
		w.add(SectionEvidence, w.evidence())
		w.add(SectionPlan, w.changes())
		w.add(SectionApplied, w.applied())
		w.add(SectionAttempts, w.attempts())
		w.add(SectionPC, w.pc())
		w.add(SectionAsk, w.wishes())
	}
	return o.Redact.apply(w.r, in)
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// all are the findings of the plan; without a plan those that the server's answers
// give.
func (w *writer) all() []plan.Finding {
	if len(w.in.Plan.Findings) > 0 || w.in.Server == nil {
		return w.in.Plan.Findings
	}
	return plan.Make(plan.Facts{Server: w.in.Server}).Findings
}

func (w *writer) findings(wanted func(plan.ID) bool) []string {
	var out []string
	for _, f := range w.all() {
		if f.ID != plan.FindNoPC && f.ID != plan.FindNotAsked && wanted(f.ID) {
			line := w.o.Words.finding(f)
			if f.ID.Expected() {
				line += " " + w.o.Words.say(Expected)
			}
			out = append(out, line)
		}
	}
	return out
}

// aboutServer says that a finding is the administrator's business.
func aboutServer(id plan.ID) bool {
	switch id {
	case plan.FindIPsec, plan.FindWeak, plan.FindPlain, plan.FindRefuses, plan.FindRefused, plan.FindRefusedSilent, plan.FindRefusedL2TP, plan.FindIKEv2Only, plan.FindSilentPlain, plan.FindUnknown,
		plan.FindServerNAT, plan.FindNATUnknown, plan.FindPSKWrong, plan.FindPSKRight, plan.FindBlocked4500, plan.FindIKEv2, plan.FindContradict:
		return true
	}
	return false
}

func (w *writer) evidence() []string {
	if w.in.Server == nil {
		return nil
	}
	out := []string{w.o.Words.say(Probed, w.in.Server.Packets, w.in.Server.MS)}
	return append(out, w.in.Server.Evidence...)
}

// changes are the plan's, with what each means.
func (w *writer) changes() []string {
	var out []string
	for _, o := range w.in.Plan.Ops {
		line := Change(o)
		if why := w.o.Words.effect(o); why != "" {
			line += " (" + why + ")"
		}
		out = append(out, line)
	}
	return out
}

func (w *writer) applied() []string {
	var out []string
	for _, e := range w.in.Entries {
		out = append(out, w.o.Words.say(Applied, e.ID, w.o.Words.state(e.State)))
		for _, c := range e.Changes {
			line := "  " + Change(c.Op) + ": " + w.o.Words.state(c.State)
			if c.Reason != "" {
				line += ": " + c.Reason
			}
			out = append(out, line)
		}
	}
	return out
}

// attempts are what connecting came to, with what the codes mean.
func (w *writer) attempts() []string {
	var out []string
	if d := w.in.Dial; d != nil && d.Done {
		switch {
		case d.Connected:
			out = append(out, w.o.Words.say(DialUp, d.Address))
		case d.Code != 0:
			out = append(out, w.failed(w.in.Time, d.Code, d.Stage))
		}
	}
	if w.in.Reading == nil {
		return out
	}
	for i, a := range w.in.Reading.Attempts {
		if i == 5 {
			break
		}
		if a.Connected {
			out = append(out, w.o.Words.say(AttemptUp, a.Start.Format("2006-01-02 15:04")))
		} else if a.Code != 0 {
			out = append(out, w.failed(a.Start, a.Code, a.Stage))
		}
	}
	return out
}

func (w *writer) failed(at time.Time, code int64, stage codes.Stage) string {
	meaning := "-"
	if c, ok := codes.Find(code); ok {
		meaning = w.o.Words.code(c)
	}
	return w.o.Words.say(AttemptFailed, at.Format("2006-01-02 15:04"), code, orDash(string(stage)), meaning)
}

// pc is what was read of the PC.
func (w *writer) pc() []string {
	r := w.in.Reading
	if r == nil {
		return nil
	}
	var out []string
	for _, v := range r.PC.Values {
		if v.Exists {
			out = append(out, fmt.Sprintf(`%s\%s = %s`, v.Key, v.Name, plan.Spell(v.Type, v.Data[:min(len(v.Data), 64)])))
		}
	}
	for _, s := range r.PC.Services {
		if !s.Installed {
			out = append(out, w.o.Words.say(ServiceGone, s.Name))
		} else if s.Running {
			out = append(out, w.o.Words.say(ServiceUp, s.Name, s.Start))
		} else {
			out = append(out, w.o.Words.say(ServiceDown, s.Name, s.Start))
		}
	}
	for _, n := range r.Needs {
		switch {
		case !n.Installed:
			out = append(out, w.o.Words.say(NeedGone, n.Name, n.Of))
		case n.Running:
			out = append(out, w.o.Words.say(NeedUp, n.Name, n.Of, n.Start))
		default:
			out = append(out, w.o.Words.say(NeedDown, n.Name, n.Of, n.Start))
		}
	}
	for _, p := range r.PC.Profiles {
		out = append(out, w.o.Words.say(Connection, p.Name, p.Server, orDash(p.Tunnel), orDash(p.IPsec), strings.Join(p.Auth, "+"), orDash(p.Encryption)))
	}
	for _, p := range r.Ports {
		out = append(out, w.o.Words.say(PortOwner, p.Port, orDash(p.Process), orDash(p.Service)))
	}
	for _, p := range r.Lost {
		out = append(out, w.o.Words.say(Lost, p.Name))
	}
	for _, u := range r.Unread {
		out = append(out, w.o.Words.say(NotRead, w.o.Words.part(u.Part), u.Err))
	}
	return out
}

// Change is an operation in one line that is the same in every language: keys,
// names and values.
func Change(o plan.Op) string {
	switch o.Op {
	case plan.SetValue, plan.DeleteValue:
		return fmt.Sprintf(`%s\%s: %s -> %s`, o.Key, o.Name, shortened(o.Old), o.New)
	case plan.Restart:
		return "restart"
	}
	return fmt.Sprintf("%s %s: %s -> %s", o.Key, o.Name, o.Old, o.New)
}

func shortened(text string) string {
	if len(text) > 60 {
		return text[:60] + "..."
	}
	return text
}
