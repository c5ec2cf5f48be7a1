package launch

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"
)

// yamlWriter writes the small part of YAML that a Pod needs. Lists of strings
// stand on one line, as people write commands.
type yamlWriter struct {
	b      strings.Builder
	indent int
	dash   bool // the next line begins a list's element
}

// line writes one line at the present depth.
func (w *yamlWriter) line(text string) {
	depth := w.indent
	if w.dash {
		depth -= 2
	}
	w.b.WriteString(strings.Repeat(" ", depth))
	if w.dash {
		w.b.WriteString("- ")
		w.dash = false
	}
	w.b.WriteString(text)
	w.b.WriteByte('\n')
}

// in writes what body does one level deeper, below a key.
func (w *yamlWriter) in(key string, body func()) {
	w.line(key + ":")
	w.indent += 2
	body()
	w.indent -= 2
}

// items begins a list below key; each element is written with item.
func (w *yamlWriter) items(key string, body func()) {
	w.line(key + ":")
	body()
}

// item writes one element of a list: its first line gets the dash.
func (w *yamlWriter) item(body func()) {
	w.indent += 2
	w.dash = true
	body()
	w.dash = false
	w.indent -= 2
}

func (w *yamlWriter) text(key, value string) { w.line(key + ": " + yamlText(value)) }
func (w *yamlWriter) raw(key, value string)  { w.line(key + ": " + value) }

func (w *yamlWriter) list(key string, values []string) {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = yamlText(v)
	}
	w.line(key + ": [" + strings.Join(quoted, ", ") + "]")
}

// comment writes text that is only for people. Whatever would end the line or
// act on a terminal is taken out.
func (w *yamlWriter) comment(text string) {
	w.line("# " + strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text))
}

// yamlText writes a string as YAML: plain where it cannot be taken for anything
// else, otherwise in double quotes as JSON does, which YAML understands.
func yamlText(s string) string {
	if isPlainYAML(s) {
		return s
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	// A string always has a JSON form.
	_ = enc.Encode(s)
	// JSON leaves DEL and the C1 controls and marks of direction as they are;
	// YAML allows only some of them, and none is good to look at.
	return escapeRunes(strings.TrimSuffix(b.String(), "\n"))
}

func escapeRunes(s string) string {
	const hex = "0123456789abcdef"
	var b strings.Builder
	for _, r := range s {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r == '\ufeff' || unicode.Is(unicode.Bidi_Control, r) {
			b.WriteString(`\u`)
			for shift := 12; shift >= 0; shift -= 4 {
				b.WriteByte(hex[r>>shift&0xf])
			}
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isPlainYAML is true for words that every YAML parser reads as a string, also
// within a list on one line.
func isPlainYAML(s string) bool {
	if s == "" || len(s) > 200 {
		return false
	}
	letter := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			letter = true
		case c == '/':
		case c >= '0' && c <= '9', c == '-', c == '.', c == '_':
			// In front these begin numbers, dates and lists; "-c" is neither.
			if i == 0 && (c != '-' || len(s) < 2 || !isLetter(s[1])) {
				return false
			}
		case c == ':':
			// "a: b" is a key; "host:5000/name" and "name:tag" are not.
			if i == 0 || i+1 == len(s) || s[i+1] == ':' {
				return false
			}
		default:
			return false
		}
	}
	if !letter && s != "/" {
		return false
	}
	switch strings.ToLower(strings.TrimPrefix(s, "-")) {
	case "true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf":
		return false
	}
	return true
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
