// Package smokeping reads what SmokePing keeps: its configuration, its RRD files
// and its raw logs. It runs nothing of what they name: programs, commands and
// alert receivers are only ever text here.
package smokeping

import (
	"fmt"
	"regexp"
	"strings"

	"tacklebox/platform/latency/said"
	"tacklebox/platform/latency/targets"
)

// Bounds of a configuration with all its includes.
const (
	MaxFile     = 16 << 20 // bytes of one file
	MaxAll      = 32 << 20 // bytes of all files
	MaxFiles    = 500
	MaxIncludes = 16 // how deep they may be nested
	MaxLine     = 1 << 16
	MaxIssues   = 5000 // that are listed; the rest is counted
	maxSections = 50_000
	maxNesting  = 64
	maxDefines  = 1000
	maxExpanded = 1 << 30 // bytes that are searched for @define's names, in all
)

var (
	// ErrTooLarge is a configuration beyond these bounds.
	ErrTooLarge = said.New("too large for a configuration of SmokePing")
	// ErrBinary is a file that is no text.
	ErrBinary = said.New("no text, so no configuration of SmokePing")
	// ErrNotSmokePing is a text without a single section of SmokePing's.
	ErrNotSmokePing = said.New("no configuration of SmokePing: it has no section such as *** Targets ***")
)

// Pos is a place in a file.
type Pos struct {
	File string
	Line int // counts from 1
}

// String is the place as messages name it.
func (p Pos) String() string { return fmt.Sprintf("%s, line %d", p.File, p.Line) }

// IssueKind sorts the issues.
type IssueKind string

const (
	// Wrong is what SmokePing would refuse, too.
	Wrong IssueKind = "wrong"
	// Unknown is what is not understood.
	Unknown IssueKind = "unknown"
	// NoCounterpart is understood, but Tacklebox has nothing like it.
	NoCounterpart IssueKind = "no-counterpart"
	// Disabled is kept, but does nothing until a person enables it.
	Disabled IssueKind = "disabled"
	// Changed is taken over in another form.
	Changed IssueKind = "changed"
)

// Issue is a line that was not taken over as it stands.
type Issue struct {
	Pos
	Kind IssueKind
	Text string // the line, shortened, without control characters
	// Reason is lower case without a full stop, a *said.Said where it is ours.
	Reason error
}

// Error is the issue as one line.
func (i Issue) Error() string { return fmt.Sprintf("%s: %q: %s", i.Pos, i.Text, i.Reason) }

// account collects the issues.
type account struct {
	issues []Issue
	more   int
}

func (a *account) add(at Pos, kind IssueKind, text string, reason error) {
	if len(a.issues) >= MaxIssues {
		a.more++
		return
	}
	a.issues = append(a.issues, Issue{Pos: at, Kind: kind, Text: targets.Quotable(text, 160), Reason: reason})
}

// once lists a setting that many targets may have taken from the same line.
func (a *account) once(v *Value, kind IssueKind, reason error) {
	if !v.listed {
		v.listed = true
		a.add(v.Pos, kind, v.line(), reason)
	}
}

// Value is a setting, with the place where it stands.
type Value struct {
	Key, Text string
	Pos
	used   bool
	listed bool
}

// Row is a line of a table.
type Row struct {
	Cells []string
	Text  string
	Pos
	used bool
}

// Section is one section with its settings, tables and sections within, in the
// order of the file.
type Section struct {
	Name string
	Pos
	Values   []*Value
	Rows     []*Row
	Children []*Section

	level  int
	values map[string]*Value
	names  map[string]*Section
}

// Child is the section of that name within, or nil.
func (s *Section) Child(name string) *Section {
	if s == nil {
		return nil
	}
	return s.names[name]
}

// value is a setting of this section, which is then taken for understood.
func (s *Section) value(key string) (*Value, bool) {
	if s == nil {
		return nil, false
	}
	v := s.values[key]
	if v != nil {
		v.used = true
	}
	return v, v != nil
}

func (s *Section) text(key string) string {
	if v, ok := s.value(key); ok {
		return v.Text
	}
	return ""
}

// line is a value as it would be written.
func (v *Value) line() string {
	if secretKey.MatchString(v.Key) {
		return v.Key + " = …"
	}
	return v.Key + " = " + userOption.ReplaceAllString(v.Text, "${1}-u …")
}

var (
	// secretKey are settings of SmokePing's probes whose values are not repeated.
	secretKey = regexp.MustCompile(`(?i)passw|secret|community`)
	// userOption is curl's option for a user name and a password.
	userOption = regexp.MustCompile(`(^|\s)(?:-u|-U|--user|--proxy-user)[ =]*\S+`)
)

// list splits at commas or spaces and leaves empty parts out.
func list(text, separators string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(separators, r) })
}
