// Package reasons says in the person's language why a line of a list, or of SmokePing's
// configuration, was not taken over, why a file cannot be read, and what is wrong with
// an alert or a channel.
package reasons

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"

	"tacklebox/panels/i18n"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/alert/pattern"
	"tacklebox/platform/latency/said"
	"tacklebox/platform/latency/smokeping"
	"tacklebox/platform/latency/targets"
	"tacklebox/platform/latency/transfer"
)

// mostPlace bounds what fills a sentence, in characters.
const mostPlace = 300

// places are the names of what fills a sentence, in its order.
var places = [...]string{"A", "B", "C", "D", "E"}

// Text is an error in the person's language, or in the system's words where it is not
// one of ours. What others say around one of ours stays as they say it.
func Text(err error) string {
	switch e := err.(type) {
	case nil:
		return ""
	case *said.Said:
		return sentence(e)
	case *channel.Failed:
		return Text(e.Err) // where it is said names the channel
	case interface{ Said() *said.Said }:
		if s := e.Said(); s != nil {
			return sentence(s)
		}
	case *pattern.Error:
		return i18n.T("latency.said_position", map[string]any{"N": e.Position, "Why": Text(e.Why)})
	case *fs.PathError:
		if _, number := e.Err.(syscall.Errno); number {
			return i18n.T("latency.said_pair", map[string]any{"A": e.Path, "B": Text(e.Err)})
		}
	case interface{ Unwrap() []error }:
		var all, ours []string
		for _, one := range e.Unwrap() {
			all, ours = append(all, one.Error()), append(ours, Text(one))
		}
		if err.Error() == strings.Join(all, "\n") { // errors.Join
			return strings.Join(ours, i18n.T("latency.said_semicolon"))
		}
	case interface{ Unwrap() error }:
		inner := e.Unwrap()
		if inner == nil {
			break
		}
		if before, ok := strings.CutSuffix(err.Error(), inner.Error()); ok {
			return before + Text(inner)
		}
	}
	_, number := err.(syscall.Errno)
	for _, known := range system {
		if err == known.err || number && errors.Is(err, known.err) {
			return i18n.T(known.key)
		}
	}
	return err.Error()
}

// system are the causes that are not ours.
var system = []struct {
	err error
	key string
}{
	{fs.ErrNotExist, "latency.said_not_there"},
	{fs.ErrPermission, "latency.said_no_right"},
	{fs.ErrExist, "latency.said_exists"},
	{syscall.ENOSPC, "latency.said_no_room"},
	{syscall.EROFS, "latency.said_read_only"},
	{io.ErrUnexpectedEOF, "latency.said_ends_early"},
	{context.Canceled, "latency.said_cancelled"},
}

// sentence is one of ours.
func sentence(s *said.Said) string {
	key := "latency.said_" + s.ID()
	if !texts[key] || len(s.Args) > len(places) {
		return s.Error()
	}
	fill := map[string]any{}
	for i, a := range s.Args {
		switch a := a.(type) {
		case error:
			fill[places[i]] = Text(a)
		case smokeping.Pos:
			fill[places[i]] = at(a.File, a.Line)
		default:
			fill[places[i]] = targets.Printable(fmt.Sprint(a), mostPlace)
		}
	}
	return i18n.T(key, fill)
}

// Seen is what an alert has seen: the sentence, or the words that were kept before
// there were any.
func Seen(words string, s *said.Said) string {
	if s == nil || s.Format == "" || !texts["latency.said_"+s.ID()] {
		return words
	}
	return Text(s)
}

// Kept is a Problem that was kept in English, in the person's language. Now is what is
// wrong with the rule or channel as it stands, if anything is.
func Kept(problem string, now error) string {
	for _, err := range []error{alert.ErrShell, alert.ErrForm, alert.ErrSender, alert.ErrUnused, now} {
		if err != nil && err.Error() == problem {
			return Text(err)
		}
	}
	return problem
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
