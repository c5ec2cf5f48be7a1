// Package reasons says in the person's language why a line of a list, or of SmokePing's
// configuration, was not taken over.
package reasons

import (
	"errors"
	"fmt"

	"tacklebox/panels/i18n"
	"tacklebox/platform/latency/said"
	"tacklebox/platform/latency/smokeping"
	"tacklebox/platform/latency/transfer"
)

// places are the names of what fills a sentence, in its order.
var places = [...]string{"A", "B", "C", "D", "E"}

// Text is an error in the person's language, or in the system's words where it is not
// one of ours.
func Text(err error) string {
	var s *said.Said
	if !errors.As(err, &s) {
		return err.Error()
	}
	key := "latency.said_" + s.ID()
	if !texts[key] || len(s.Args) > len(places) {
		return err.Error()
	}
	fill := map[string]any{}
	for i, a := range s.Args {
		switch a := a.(type) {
		case error:
			fill[places[i]] = Text(a)
		case smokeping.Pos:
			fill[places[i]] = at(a.File, a.Line)
		default:
			fill[places[i]] = fmt.Sprint(a)
		}
	}
	return i18n.T(key, fill)
}

func at(file string, line int) string {
	return i18n.T("latency.said_at", map[string]any{"File": file, "Line": line})
}

// Line is a line that was not taken over as it stands, with its place and the reason.
func Line(l transfer.Line) string {
	switch {
	case l.File == "":
		return Text(l.Why)
	case l.Line == 0:
		return i18n.T("latency.said_file", map[string]any{"File": l.File, "Why": Text(l.Why)})
	case l.What != nil:
		return i18n.T("latency.said_what", map[string]any{"At": at(l.File, l.Line), "What": Text(l.What), "Why": Text(l.Why)})
	}
	return i18n.T("latency.said_line", map[string]any{"At": at(l.File, l.Line), "Text": l.Text, "Why": Text(l.Why)})
}

// Lines are all of them.
func Lines(list []transfer.Line) []string {
	out := make([]string, len(list))
	for i, l := range list {
		out[i] = Line(l)
	}
	return out
}
