package terminal

import (
	"strings"
	"unicode"
)

// EncodePaste is what is sent for pasted text. Line ends become Enter, and every
// other control character is dropped: pasted text must not be able to end the
// brackets around it, nor to press keys.
func EncodePaste(text string, m Modes) []byte {
	text = cleanPaste(text)
	if text == "" {
		return nil
	}
	if m.BracketedPaste {
		return []byte("\x1b[200~" + text + "\x1b[201~")
	}
	return []byte(text)
}

// EncodeInsert is what is sent for text put at the prompt without running it:
// like EncodePaste, but in one line and without an Enter at its end.
func EncodeInsert(text string, m Modes) []byte {
	text = strings.TrimRight(text, "\r\n")
	if !m.BracketedPaste {
		text = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(text)
	}
	return EncodePaste(text, m)
}

func cleanPaste(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\r")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return '\r'
		case r == '\r' || r == '\t':
			return r
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, text)
}
