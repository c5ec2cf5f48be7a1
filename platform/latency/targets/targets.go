// Package targets reads lists of targets that people type, paste or bring from
// other programs, and writes them out again. What it cannot read it lists, with
// the line and the reason; the rest is kept.
package targets

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/said"
)

// Bounds of one list.
const (
	MaxBytes    = 8 << 20 // of a list or file
	MaxTargets  = 20_000
	MaxLine     = 4096 // bytes of a line
	MaxProblems = 1000 // that are listed; the rest is counted
	maxName     = 200  // characters of a name, or of one part of a group
	maxDepth    = 16   // parts of a group
)

var (
	// ErrTooLarge is a list above MaxBytes.
	ErrTooLarge error = said.New("more than 8 MB is not a list of targets")
	// ErrBinary is a list that is no text.
	ErrBinary error = said.New("this is no text")

	// ErrHost, ErrNetwork, ErrPort and ErrSame are the usual causes of a Problem.
	ErrHost    = said.New("no host name or address")
	ErrNetwork = said.New("a whole network") // where one address is asked for
	ErrPort    = said.New("no port")         // from 1 to 65535
	ErrSame    = said.New("there already")   // on an earlier line
	// ErrLogin is a user name or password in an address. A target is kept, shown and
	// exported readable, so it has none.
	ErrLogin error = said.New("a user name or password in an address, which would be kept readable: leave it out, the answer of a page that asks for one is measured all the same")
)

// Problem is a line that could not be read, or only in part.
type Problem struct {
	// Line counts from 1; 0 is the list as a whole.
	Line int
	Text string // as it stands there, shortened, without control characters
	// Reason is lower case without a full stop, a *said.Said where it is ours.
	Reason error
	// Kept is true when there is a target all the same, and only a part of the
	// line was left out.
	Kept bool
	// Cause is one of the usual causes, or nil: Reason says more.
	Cause error
	// First is the line that has the same target, with ErrSame.
	First int
}

// Error is the problem as one line.
func (p Problem) Error() string {
	if p.Line == 0 {
		return p.Reason.Error()
	}
	return fmt.Sprintf("line %d: %q: %s", p.Line, p.Text, p.Reason)
}

// List is what was read.
type List struct {
	Targets  []latency.Target
	Problems []Problem
	// More counts the problems beyond MaxProblems.
	More int

	seen map[string]int
}

// problem lists a line with what is wrong with it, which may be one of the usual
// causes.
func (l *List) problem(line int, text string, why error, kept bool) {
	p := Problem{Line: line, Text: text, Reason: why, Kept: kept}
	for _, cause := range []error{ErrHost, ErrNetwork, ErrPort, ErrLogin} {
		if errors.Is(why, cause) {
			p.Cause = cause
		}
	}
	l.note(p)
}

func (l *List) note(p Problem) {
	if len(l.Problems) >= MaxProblems {
		l.More++
		return
	}
	p.Text = Quotable(p.Text, 120)
	l.Problems = append(l.Problems, p)
}

// add takes a target and says whether there is room for more.
func (l *List) add(line int, text string, t latency.Target) bool {
	key := key(t)
	if first, ok := l.seen[key]; ok {
		l.note(Problem{Line: line, Text: text, Reason: said.New("the same as line %d", first), Cause: ErrSame, First: first})
		return true
	}
	if len(l.Targets) >= MaxTargets {
		l.problem(line, text, said.New("more than %d targets: this one and all after it are left out", MaxTargets), false)
		return false
	}
	if l.seen == nil {
		l.seen = map[string]int{}
	}
	l.seen[key] = line
	l.Targets = append(l.Targets, t)
	return true
}

// key is everything that tells two targets of a list apart.
func key(t latency.Target) string {
	return fmt.Sprintf("%q", []any{t.Group, t.Name, t.Kind, strings.ToLower(t.Host), t.Port, t.URL, t.Query, t.Interval,
		t.Timeout, t.Size, t.DSCP, t.TTL, t.Source, t.Family})
}

// read takes a whole list as text, or says why it is none.
func read(r io.Reader) (string, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return "", said.New("read the list: %v", err)
	}
	if len(data) > MaxBytes {
		return "", ErrTooLarge
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	if strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
		return "", ErrBinary
	}
	return text, nil
}

// Printable is text as it can be shown: on one line, without characters that
// steer a terminal or turn the direction of writing, and not longer than limit
// characters.
func Printable(text string, limit int) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n >= limit {
			b.WriteString("…")
			break
		}
		if r == '\t' || r == '\n' {
			r = ' '
		}
		if hostile(r) {
			r = '\ufffd'
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// Quotable is Printable without what may be a password: of an address in text that
// has one, or of what was to be one.
func Quotable(text string, limit int) string {
	text, _ = latency.WithoutLogin(text)
	return Printable(typedLogin.ReplaceAllString(text, "…@"), limit)
}

// typedLogin is a user name and a password before an @, without // before them; the
// password may have any characters but white space.
var typedLogin = regexp.MustCompile(`[^\s:/@]*:\S*@`)

// hasLogin is true where an address in text has, or may have, a user name or a password.
func hasLogin(text string) bool {
	_, found := latency.WithoutLogin(text)
	return found
}

// hostile characters do not belong into a name: they are invisible, or change
// what stands around them.
func hostile(r rune) bool {
	return unicode.IsControl(r) || r == utf8.RuneError || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)
}

// cleanName says what is wrong with a name or part of a group.
func cleanName(name string) error {
	switch {
	case name == "":
		return said.New("an empty name")
	case utf8.RuneCountInString(name) > maxName:
		return said.New("a name of more than %d characters", maxName)
	case strings.ContainsFunc(name, hostile):
		return said.New("a name with invisible or control characters")
	case hasLogin(name):
		return ErrLogin
	}
	return nil
}

// cleanGroup is cleanName for a whole path.
func cleanGroup(group []string) error {
	if len(group) > maxDepth {
		return said.New("groups nested more than %d deep", maxDepth)
	}
	for _, part := range group {
		if why := cleanName(part); why != nil {
			return why
		}
	}
	return nil
}

// splitGroup takes a path such as "Europe/Paris" apart; empty parts vanish.
func splitGroup(path string) []string {
	var out []string
	for part := range strings.SplitSeq(path, "/") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// Groups are the distinct groups of a list, in the order of their first target.
func Groups(list []latency.Target) [][]string {
	var out [][]string
	seen := map[string]bool{}
	for _, t := range list {
		if k := strings.Join(t.Group, "\x00"); !seen[k] {
			seen[k] = true
			out = append(out, slices.Clone(t.Group))
		}
	}
	return out
}
