// Package said has errors that can be said in another language: a sentence with
// places to fill in, and what fills them.
package said

import (
	"fmt"
	"regexp"
	"strings"
)

// Said is an error whose sentence is known apart from what fills it.
type Said struct {
	// Format is the sentence in English, as fmt.Sprintf takes it.
	Format string
	// Args fill it; errors among them may be Said in turn.
	Args []any

	cause error
}

// New makes an error of a sentence. Errors among the args are wrapped.
func New(format string, args ...any) *Said {
	s := &Said{Format: format, Args: args}
	for _, a := range args {
		if err, ok := a.(error); ok {
			s.cause = err
		}
	}
	return s
}

// Because is New with what an error is besides, for errors.Is.
func Because(cause error, format string, args ...any) *Said {
	return &Said{Format: format, Args: args, cause: cause}
}

// Error is the sentence in English.
func (s *Said) Error() string { return fmt.Sprintf(s.Format, s.Args...) }

// maxID bounds an ID in bytes.
const maxID = 48

var (
	verb = regexp.MustCompile(`%[a-z]`)
	word = regexp.MustCompile(`[a-z0-9]+`)
)

// ID names the sentence: its words, as many as fit.
func (s *Said) ID() string {
	var out strings.Builder
	for _, w := range word.FindAllString(verb.ReplaceAllString(strings.ToLower(s.Format), " "), -1) {
		if out.Len()+1+len(w) > maxID {
			break
		}
		if out.Len() > 0 {
			out.WriteByte('_')
		}
		out.WriteString(w)
	}
	if out.Len() == 0 {
		return "pair"
	}
	return out.String()
}

// Unwrap is the cause.
func (s *Said) Unwrap() error { return s.cause }
