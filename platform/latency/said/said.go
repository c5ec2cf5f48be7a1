// Package said has errors that can be said in another language: a sentence with
// places to fill in, and what fills them.
package said

import (
	"encoding/json"
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

// kept is how a sentence is kept: what fills it is text, or another sentence.
type kept struct {
	Format string `json:"format"`
	Args   []any  `json:"args,omitempty"`
}

// MarshalJSON keeps the sentence. Only %s and %v are kept well.
func (s *Said) MarshalJSON() ([]byte, error) {
	k := kept{Format: s.Format}
	for _, a := range s.Args {
		if inner, ok := a.(*Said); ok {
			k.Args = append(k.Args, inner)
		} else {
			k.Args = append(k.Args, fmt.Sprint(a))
		}
	}
	return json.Marshal(k)
}

// UnmarshalJSON reads what MarshalJSON has written. A sentence that it cannot have
// written, such as one of a later version, is none, without a Format: there is more to
// what it is kept with.
func (s *Said) UnmarshalJSON(data []byte) error {
	var k struct {
		Format string            `json:"format"`
		Args   []json.RawMessage `json:"args"`
	}
	*s = Said{}
	if json.Unmarshal(data, &k) != nil {
		return nil
	}
	if len(k.Args) > maxKept || strings.Count(k.Format, "%") != len(plain.FindAllString(k.Format, -1)) {
		return nil
	}
	*s = Said{Format: k.Format}
	for _, raw := range k.Args {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			s.Args = append(s.Args, text)
			continue
		}
		inner := &Said{}
		if json.Unmarshal(raw, inner) != nil || inner.Format == "" {
			*s = Said{}
			return nil
		}
		s.Args = append(s.Args, inner)
		s.cause = inner
	}
	return nil
}

// maxKept bounds what fills a sentence that was kept.
const maxKept = 16

// plain are the verbs that a kept sentence may have: without a width, which could be
// any.
var plain = regexp.MustCompile(`%[sv]`)

// Unwrap is the cause.
func (s *Said) Unwrap() error { return s.cause }
