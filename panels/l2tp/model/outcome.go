package model

import (
	"fmt"
	"strings"

	"tacklebox/panels/i18n"
	"tacklebox/platform/l2tp/codes"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/plan"
)

// Progress is a change while a plan is applied.
type Progress struct {
	Title  string
	State  journal.State // "" while it waits
	Ended  bool          // nothing more comes of it
	Reason string
	op     plan.Op
}

// Begin makes the rows of applying.
func (w *Wizard) Begin() {
	w.Applying, w.Entry, w.ApplyErr, w.Progress = true, nil, nil, nil
	for _, o := range w.ops() {
		w.Progress = append(w.Progress, Progress{Title: OpTitle(o), op: o})
	}
}

// Stepped takes how far a change came.
func (w *Wizard) Stepped(c journal.Change) {
	for i := range w.Progress {
		p := &w.Progress[i]
		if p.op.Op == c.Op.Op && p.op.Key == c.Op.Key && p.op.Name == c.Op.Name {
			p.State, p.Reason = c.State, c.Reason
		}
	}
}

// Applied takes the end: what the journal has of it counts.
func (w *Wizard) Applied(e journal.Entry, err error) {
	w.Applying, w.ApplyErr = false, err
	for i := range w.Progress {
		w.Progress[i].Ended = true
	}
	if e.ID == "" {
		return
	}
	w.Entry = &e
	for i := range w.Progress {
		w.Progress[i].State = ""
	}
	for _, c := range e.Changes {
		w.Stepped(c)
	}
}

// Undone takes an entry that was taken back.
func (w *Wizard) Undone(e journal.Entry) {
	if w.Entry != nil && w.Entry.ID == e.ID {
		w.Entry = &e
	}
}

// Stage is a stage of a test connection.
type Stage struct {
	Name  string
	Level string
	Word  string // how it stands
	Now   bool   // it is under way
}

// Dial is a test connection as it goes.
type Dial struct {
	Running bool
	states  map[codes.Stage]string
	failed  codes.Stage
	Last    *pc.Progress
}

// Begin forgets the last one.
func (d *Dial) Begin() { *d = Dial{Running: true, states: map[codes.Stage]string{}} }

// Take takes a progress.
func (d *Dial) Take(p pc.Progress) {
	if p.Stage != "" && p.State != "" {
		d.states[p.Stage] = p.State
	}
	if p.Done {
		d.Running, d.Last = false, &p
		if !p.Connected {
			d.failed = p.Stage
		}
	}
}

// Fail ends a dial that did not begin.
func (d *Dial) Fail(err error) {
	d.Running, d.Last = false, &pc.Progress{Done: true, Err: err}
}

// Ended says that a dial ended.
func (d *Dial) Ended() bool { return d.Last != nil && !d.Running }

// Stages are the stages as they stand. A stage that a later one has passed needs no
// word of its own to have been passed.
func (d *Dial) Stages() []Stage {
	var out []Stage
	reached := -1
	for i, s := range codes.Stages() {
		if d.states[s] != "" {
			reached = i
		}
	}
	for i, s := range codes.Stages() {
		x := Stage{Name: StageName(s), Level: Unknown, Word: i18n.T("l2tp.stage_waits")}
		state := d.states[s]
		switch {
		case d.Last != nil && d.Last.Connected, state == "passed", i < reached && state != "failed":
			x.Level, x.Word = Good, i18n.T("l2tp.stage_passed")
		case state == "failed" || !d.Running && d.Last != nil && s == d.failed:
			x.Level, x.Word = Failed, i18n.T("l2tp.stage_failed")
		case state == "begun" && d.Running:
			x.Now, x.Word = true, i18n.T("l2tp.stage_begun")
		}
		out = append(out, x)
	}
	return out
}

func (d *Dial) mark() (string, string) {
	switch {
	case d.Running:
		return Unknown, i18n.T("l2tp.dialing")
	case d.Last == nil:
		return Unknown, ""
	case d.Last.Connected:
		return Good, i18n.T("l2tp.connected_short")
	case d.Last.Code != 0:
		return Failed, i18n.T("l2tp.error_short", map[string]any{"Code": CodeText(d.Last.Code)})
	}
	return Failed, i18n.T("l2tp.not_connected_short")
}

// StageName is a stage's name.
func StageName(s codes.Stage) string {
	if s == codes.StagePC {
		return i18n.T("l2tp.stage_pc")
	}
	return string(s)
}

// Explained is an error code in words.
type Explained struct {
	Code    string
	Meaning string
	Stage   string
	Causes  []Cause // at most three
	Known   bool
}

// Cause is what may be behind a code.
type Cause struct {
	Text string
	Fix  codes.Step
	Do   string // where to look, as a button
}

// mostCauses is how many a person can go through.
const mostCauses = 3

// Explain says what a code means and what is behind it, the likeliest first.
func Explain(code int64) Explained {
	e := Explained{Code: CodeText(code)}
	c, ok := codes.Find(code)
	if !ok {
		e.Meaning = i18n.T("l2tp.code_unknown")
		return e
	}
	e.Known, e.Stage = true, StageName(c.Stage)
	e.Meaning = c.Meaning
	if key, ok := codeKeys[c.Code]; ok {
		e.Meaning = i18n.T(key)
	}
	for _, x := range c.Causes[:min(len(c.Causes), mostCauses)] {
		text := x.Text
		if key, ok := causeKeys[x.ID]; ok {
			text = i18n.T(key)
		}
		e.Causes = append(e.Causes, Cause{Text: text, Fix: x.Check, Do: i18n.T(fixKeys[x.Check])})
	}
	return e
}

// CodeText is a code as Windows shows it.
func CodeText(code int64) string {
	if code < 0 || code > 0xffff {
		return fmt.Sprintf("0x%08X", uint32(code))
	}
	return fmt.Sprint(code)
}

// StepOf is the step of the wizard to look at.
func StepOf(s codes.Step) Step {
	switch s {
	case codes.StepServer, codes.StepKey:
		return StepServer
	case codes.StepProfile:
		return StepConnection
	case codes.StepTest:
		return StepTest
	case codes.StepAdmin:
		return StepDone
	}
	return StepFindings
}

// Undoable says that something of an entry can be taken back: what was begun, or
// failed, may have been made all the same.
func Undoable(e journal.Entry) bool {
	for _, c := range e.Changes {
		if c.State == journal.StateDone || c.State == journal.StateBegun || c.State == journal.StateFailed {
			return true
		}
	}
	return false
}

// ChangeLine is a change of the history in words.
func ChangeLine(c journal.Change) (level, text string) {
	title := OpTitle(c.Op)
	if c.Op.Op == plan.SetValue || c.Op.Op == plan.DeleteValue {
		was := plan.Absent
		if c.Existed {
			was = plan.Spell(c.Type, c.Data)
		}
		title = i18n.T("l2tp.change_was", map[string]any{"Title": title, "Was": valueWords(c.Op, was)})
	}
	word := i18n.T(entryKeys[c.State])
	level = Good
	switch c.State {
	case journal.StateBegun:
		level = Degraded
	case journal.StateFailed:
		level = Failed
	case journal.StateUndone, journal.StateSkipped:
		level = Unknown
	}
	text = i18n.T("l2tp.change_line", map[string]any{"Title": title, "State": word})
	if c.Reason != "" {
		text += "\n" + ReasonText(c.Reason)
	}
	return level, text
}

// reasonKeys are the reasons that are ours to say.
var reasonKeys = map[string]string{
	journal.ReasonSo: "l2tp.reason_so", journal.ReasonRuns: "l2tp.reason_runs", journal.ReasonFirewall: "l2tp.reason_firewall",
	journal.ReasonNeeded: "l2tp.reason_needed", journal.ReasonCmdlets: "l2tp.reason_cmdlets", journal.ReasonPutBack: "l2tp.reason_put_back",
}

// ReasonText is why a change ended as it did: in the person's language, or in the
// words of Windows.
func ReasonText(reason string) string {
	if key, ours := reasonKeys[strings.TrimSpace(reason)]; ours {
		return i18n.T(key)
	}
	return strings.TrimSpace(reason)
}

// ProgressWord is how a change stands while a plan is applied.
func ProgressWord(p Progress) (level, word string) {
	switch p.State {
	case "":
		if p.Ended {
			return Unknown, i18n.T("l2tp.change_not_made")
		}
		return Unknown, i18n.T("l2tp.change_waits")
	case journal.StateBegun:
		return Unknown, i18n.T("l2tp.change_begun")
	case journal.StateDone:
		return Good, i18n.T(entryKeys[p.State])
	case journal.StateFailed:
		return Failed, i18n.T(entryKeys[p.State])
	}
	return Unknown, i18n.T(entryKeys[p.State])
}

// Quoted are names as a sentence lists them.
func Quoted(names []string) string {
	return i18n.T("l2tp.quoted", map[string]any{"Names": strings.Join(names, i18n.T("l2tp.quoted_and"))})
}
