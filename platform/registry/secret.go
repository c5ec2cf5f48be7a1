package registry

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// Secret is a password or token. However it is printed, it is not shown.
type Secret string

const hidden = "***"

// String hides it.
func (s Secret) String() string { return hidden }

// Format hides it from every verb of fmt.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// MarshalJSON hides it.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(hidden) }

// secretName are names of variables whose values are not shown.
var secretName = regexp.MustCompile(`(?i)(passw|passphrase|_pwd$|secret|token|api_?key|access_?key|private_?key|credential|(^|_)auth($|_)|cookie|(^|_)dsn$|connection_?string|license_?key|(^|_)key$|(^|_)pass$|(^|_)psk$)`)

// secretURL is a password inside an address.
var secretURL = regexp.MustCompile(`(://[^/\s:@]*:)[^/\s@]+@`)

// MaskEnv hides the values in "NAME=value" that look like secrets.
func MaskEnv(entry string) string {
	name, value, ok := strings.Cut(entry, "=")
	if !ok || value == "" {
		return entry
	}
	if secretName.MatchString(name) || strings.Contains(value, "-----BEGIN ") {
		return name + "=" + hidden
	}
	return name + "=" + secretURL.ReplaceAllString(value, "${1}"+hidden+"@")
}

// assignment finds NAME=value; named is where one begins.
var (
	assignment = regexp.MustCompile(`\b([A-Za-z_][A-Za-z0-9_.-]*)=("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;&|]+)`)
	named      = regexp.MustCompile(`\s[A-Za-z_][A-Za-z0-9_.-]*=`)
)

// variables is a build step that sets variables. Builders write their values without
// quotes, spaces and all, so that one ends where the next name begins.
var variables = regexp.MustCompile(`^(?:/bin/sh -c #\(nop\)\s+)?(?:ENV|ARG)\s`)

// assigned finds NAME=value and --name value in a command line of a build step.
var assigned = regexp.MustCompile(`(?i)(\b[A-Z0-9_.-]*(?:passw(?:or)?d|secret|token|api_?key|access_?key|private_?key|credential)[A-Z0-9_.-]*[= ])("[^"]*"|'[^']*'|[^\s,;&|]+)`)

// MaskText hides what looks like a secret in a line of a build's history.
func MaskText(text string) string {
	if variables.MatchString(text) {
		text = maskVariables(text)
	}
	text = assignment.ReplaceAllStringFunc(text, func(a string) string {
		name, value, _ := strings.Cut(a, "=")
		if value == hidden || !secretName.MatchString(name) && !strings.Contains(value, "-----BEGIN ") {
			return a
		}
		return name + "=" + hidden
	})
	text = assigned.ReplaceAllString(text, "${1}"+hidden)
	return secretURL.ReplaceAllString(text, "${1}"+hidden+"@")
}

func maskVariables(text string) string {
	at := named.FindAllStringIndex(text, -1)
	var b strings.Builder
	from := 0
	for i, m := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		b.WriteString(text[from : m[0]+1])
		b.WriteString(MaskEnv(text[m[0]+1 : end]))
		from = end
	}
	b.WriteString(text[from:])
	return b.String()
}

// HideValues hides what MaskEnv hides of an environment wherever it stands in a text.
func HideValues(text string, env []string) string {
	for _, entry := range env {
		_, value, _ := strings.Cut(entry, "=")
		if len(value) >= leastValue && MaskEnv(entry) != entry && !secretURL.MatchString(value) {
			text = strings.ReplaceAll(text, value, hidden)
		}
	}
	return text
}

// leastValue is how long a value is that cannot be a word of a command by chance.
const leastValue = 6

// Clean keeps terminal escapes, markup of direction and other control characters
// of a foreign text away, puts it on one line and cuts it to about limit bytes.
func Clean(text string, limit int) string {
	return clean(text, limit, false)
}

// CleanLines is Clean that keeps line ends and tabs, for logs.
func CleanLines(text string) string { return clean(text, len(text), true) }

func clean(text string, limit int, lines bool) string {
	cut := len(text) > limit
	if cut {
		text = text[:limit]
	}
	replacement := "\ufffd"
	if cut {
		// A character that was cut in two is no broken one.
		replacement = ""
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			if lines {
				return r
			}
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' || r == '\ufeff':
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, replacement))
	if !lines {
		text = strings.TrimSpace(text)
	}
	if cut {
		text += "…"
	}
	return text
}
