package launch

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Reason tells what is wrong with something a person typed, from a closed set
// that a panel can translate.
type Reason string

// The reasons of an InputError.
const (
	ReasonEmpty     Reason = "empty"     // nothing was given
	ReasonTooLong   Reason = "too-long"  // longer than anything sensible
	ReasonMalformed Reason = "malformed" // not in the form it needs
	ReasonCharacter Reason = "character" // holds a character that cannot stand there
	ReasonRange     Reason = "range"     // a number outside of its range
	ReasonRelative  Reason = "relative"  // a path that has to be absolute
	ReasonDuplicate Reason = "duplicate" // given twice
	ReasonConflict  Reason = "conflict"  // does not go together with something else
	ReasonUnknown   Reason = "unknown"   // not one of the words allowed here
)

// InputError is something in a launch that cannot be meant as it was typed.
type InputError struct {
	Field  string // what it is: "image", "mount", "port", ...
	Text   string // as typed, shortened
	Reason Reason
	Detail string // what is wrong, in English
	Hint   string // what to do; may be empty
}

// Error composes `field "text": detail: hint`.
func (e *InputError) Error() string {
	var b strings.Builder
	b.WriteString(e.Field)
	if e.Text != "" {
		fmt.Fprintf(&b, " %q", e.Text)
	}
	b.WriteString(": ")
	b.WriteString(e.Detail)
	if e.Hint != "" {
		b.WriteString(": ")
		b.WriteString(e.Hint)
	}
	return b.String()
}

// maxText bounds everything that is parsed here: a person's clipboard or a file
// may hold anything, and nothing sensible is longer.
const maxText = 1 << 20

// shownText is how much of a wrong text an error repeats.
const shownText = 80

// wrong makes an InputError.
func wrong(field, text string, reason Reason, detail, hint string) *InputError {
	return &InputError{Field: field, Text: shorten(text), Reason: reason, Detail: detail, Hint: hint}
}

// tooLong refuses a text beyond limit bytes.
func tooLong(field, text string, limit int) *InputError {
	return wrong(field, text, ReasonTooLong, fmt.Sprintf("%d bytes are more than the %d allowed", len(text), limit), "")
}

// shorten cuts text for an error message without breaking a character.
func shorten(text string) string {
	if len(text) <= shownText {
		return text
	}
	cut := shownText
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
