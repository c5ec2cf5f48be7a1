package transfer

import (
	"errors"
	"fmt"
)

// Line is a line of a file that was not taken over as it stands, with the reason.
type Line struct {
	File string
	Line int // counts from 1; 0 is the file as a whole
	// Text is the line, shortened, or What what of it is meant.
	Text string
	What error
	Why  error
}

// String is the line as verbs tell it. It can be shown as it is.
func (l Line) String() string {
	if l.File == "" {
		return plain(l.Why.Error())
	}
	text := l.File
	if l.Line > 0 {
		text += fmt.Sprintf(", line %d: ", l.Line)
		if l.What != nil {
			text += l.What.Error() + ": "
		} else {
			text += fmt.Sprintf("%q: ", l.Text)
		}
	} else {
		text += ": "
	}
	return plain(text + l.Why.Error())
}

// MarshalText is String.
func (l Line) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText takes what String gave for the reason.
func (l *Line) UnmarshalText(text []byte) error {
	*l = Line{Why: errors.New(string(text))}
	return nil
}
