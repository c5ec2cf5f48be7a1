package model

import (
	"errors"

	"tacklebox/panels/i18n"
	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/plan"
)

// The levels of what is shown, as the widgets name them.
const (
	Good     = "good"
	Degraded = "degraded"
	Failed   = "failed"
	Unknown  = "unknown"
)

// LevelOf is a plan's level as the widgets name it.
func LevelOf(l plan.Level) string {
	switch l {
	case plan.Green:
		return Good
	case plan.Amber:
		return Degraded
	case plan.Red:
		return Failed
	}
	return Unknown
}

// stepKeys are the steps' names.
var stepKeys = map[Step]string{
	StepServer: "l2tp.step_server", StepConnection: "l2tp.step_connection", StepFindings: "l2tp.step_findings", StepPreview: "l2tp.step_preview",
	StepApply: "l2tp.step_apply", StepTest: "l2tp.step_test", StepDone: "l2tp.step_done",
}

// Title is the step's name.
func (s Step) Title() string { return i18n.T(stepKeys[s]) }

// Mark is how a step stands in the list of steps.
type Mark struct {
	Step  Step
	Title string
	// Level is Unknown while nothing came of it.
	Level   string
	Summary string
	// Open says that a person can go there.
	Open bool
}

// Marks are the steps as they stand.
func (w *Wizard) Marks() []Mark {
	out := make([]Mark, 0, len(stepKeys))
	for _, s := range Steps() {
		m := Mark{Step: s, Title: s.Title(), Level: Unknown, Open: true}
		switch s {
		case StepServer:
			m.Level, m.Summary = w.serverMark()
		case StepConnection:
			m.Level, m.Summary = w.connectionMark()
		case StepFindings:
			m.Level, m.Summary = w.findingsMark()
		case StepPreview:
			m.Level, m.Summary = w.previewMark()
		case StepApply:
			m.Level, m.Summary = w.applyMark()
			m.Open = w.Applying || w.Entry != nil || w.ApplyErr != nil
		case StepTest:
			m.Level, m.Summary = w.Dial.mark()
		case StepDone:
			m.Open = w.Entry != nil || w.Dial.Ended()
		}
		if w.Applying {
			m.Open = s == StepApply
		}
		out = append(out, m)
	}
	return out
}

func (w *Wizard) serverMark() (string, string) {
	switch {
	case w.AskErr != nil:
		return AskErrorLevel(w.AskErr), w.Server
	case w.Report == nil || w.Asked != w.Server:
		return Unknown, w.Server
	}
	return ClassLevel(w.Report.Class), w.Server
}

// AskErrorLevel is how bad it is that a server could not be asked: where that is not
// available, nothing failed.
func AskErrorLevel(err error) string {
	if errors.Is(err, errors.ErrUnsupported) {
		return Unknown
	}
	return Failed
}

// ClassLevel is how good a server's class is.
func ClassLevel(c l2tp.Class) string {
	switch c {
	case l2tp.ClassIPsec:
		return Good
	case l2tp.ClassWeak, l2tp.ClassPlain:
		return Failed
	}
	return Degraded
}

func (w *Wizard) connectionMark() (string, string) {
	switch {
	case w.Wine():
		return Unknown, i18n.T("l2tp.not_available_short")
	case w.Mode == ModeLeave:
		return Unknown, i18n.T("l2tp.mode_leave_short")
	}
	if w.Wanted.Name == "" {
		return Unknown, ""
	}
	return Unknown, w.Wanted.Name
}

func (w *Wizard) findingsMark() (string, string) {
	if w.Report == nil && w.Reading == nil {
		return Unknown, ""
	}
	bad, mind := 0, 0
	for _, f := range w.Findings() {
		switch f.Level {
		case Failed:
			bad++
		case Degraded:
			mind++
		}
	}
	switch {
	case bad > 0:
		return Failed, i18n.N("l2tp.n_serious", bad)
	case mind > 0:
		return Degraded, i18n.N("l2tp.n_mind", mind)
	}
	return Good, i18n.T("l2tp.all_fine")
}

func (w *Wizard) previewMark() (string, string) {
	if w.Report == nil && w.Reading == nil {
		return Unknown, ""
	}
	n := w.Changes()
	if n == 0 {
		return Unknown, i18n.T("l2tp.no_changes_short")
	}
	return LevelOf(w.made.Level()), i18n.N("l2tp.n_changes", n)
}

func (w *Wizard) applyMark() (string, string) {
	switch {
	case w.Applying:
		return Unknown, i18n.T("l2tp.applying")
	case w.ApplyErr != nil && w.Entry == nil:
		return Failed, i18n.T("l2tp.not_applied")
	case w.Entry == nil:
		return Unknown, ""
	}
	l, word := EntryState(*w.Entry)
	return l, word
}

var entryKeys = map[journal.State]string{
	journal.StateBegun: "l2tp.entry_begun", journal.StateDone: "l2tp.entry_done", journal.StateFailed: "l2tp.entry_failed",
	journal.StateUndone: "l2tp.entry_undone", journal.StatePartly: "l2tp.entry_partly", journal.StateSkipped: "l2tp.entry_skipped",
}

// EntryState is how an applied plan stands.
func EntryState(e journal.Entry) (string, string) {
	word := i18n.T(entryKeys[e.State])
	switch e.State {
	case journal.StateDone:
		return Good, word
	case journal.StatePartly, journal.StateBegun:
		return Degraded, word
	case journal.StateFailed:
		return Failed, word
	}
	return Unknown, word
}
