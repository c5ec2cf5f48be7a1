package launch

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// QuoteArgv writes argv as one line for a POSIX shell that runs exactly argv,
// whatever bytes it holds. Control characters other than the line feed are
// written by printf, so that the line can be typed at a prompt: an escape or a
// tab there would be a command to the line editor. A NUL cannot be part of an
// argument; it is left out.
func QuoteArgv(argv []string) string {
	var b strings.Builder
	for i, arg := range argv {
		if i > 0 {
			b.WriteByte(' ')
		} else if reservedWords[arg] || isPlainWord(arg) && strings.Contains(arg, "=") {
			b.WriteString("'" + arg + "'") // otherwise a keyword or an assignment
			continue
		}
		quoteTo(&b, arg)
	}
	return b.String()
}

// reservedWords begin something else than a command when they are not quoted.
var reservedWords = map[string]bool{
	"if": true, "then": true, "else": true, "elif": true, "fi": true, "do": true, "done": true, "case": true,
	"esac": true, "while": true, "until": true, "for": true, "in": true, "function": true, "select": true,
	"time": true, "coproc": true,
}

// Quote writes one argument as QuoteArgv does.
func Quote(arg string) string {
	var b strings.Builder
	quoteTo(&b, arg)
	return b.String()
}

const (
	octalOpen  = `"$(printf '`
	octalClose = `')"`
)

func quoteTo(b *strings.Builder, arg string) {
	if arg == "" {
		b.WriteString("''")
		return
	}
	if isPlainWord(arg) {
		b.WriteString(arg)
		return
	}
	const (
		outside = iota
		single  // within '…'
		octal   // within "$(printf '…')"
	)
	state := outside
	enter := func(next int) {
		if state == next {
			return
		}
		switch state {
		case single:
			b.WriteByte('\'')
		case octal:
			b.WriteString(octalClose)
		}
		switch next {
		case single:
			b.WriteByte('\'')
		case octal:
			b.WriteString(octalOpen)
		}
		state = next
	}
	wrote := false
	for i := 0; i < len(arg); {
		r, size := utf8.DecodeRuneInString(arg[i:])
		chunk := arg[i : i+size]
		i += size
		switch {
		case r == 0:
			continue
		case r == '\'':
			enter(outside)
			b.WriteString(`\'`)
		case isUntypable(r, size):
			enter(octal)
			for _, c := range []byte(chunk) {
				fmt.Fprintf(b, `\%03o`, c)
			}
		default:
			enter(single)
			b.WriteString(chunk)
		}
		wrote = true
	}
	enter(outside)
	if !wrote {
		b.WriteString("''")
	}
}

// isUntypable is true for what a terminal or line editor would act upon or show
// as something else: control characters, broken UTF-8, and the marks that turn
// the order of the letters around. The line feed stays as it is: command
// substitution would drop it at the end.
func isUntypable(r rune, size int) bool {
	if r == utf8.RuneError && size == 1 {
		return true
	}
	if r == '\n' {
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' || r == '\ufeff'
}

// isPlainWord is true for an argument that every shell takes as it is, wherever
// it is not the command's name. zsh looks up a command behind a leading '='.
func isPlainWord(arg string) bool {
	for i := 0; i < len(arg); i++ {
		c := arg[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '_', c == '-', c == '.', c == '/', c == ':', c == '@', c == '+', c == ',':
		case c == '=' && i > 0:
		default:
			return false
		}
	}
	return arg != ""
}

// OriginalCommandLine is what c would have run, ready to be typed at a prompt
// inside the container; the person presses Enter. It is empty when there is
// nothing to run.
func OriginalCommandLine(c Command) string {
	return QuoteArgv(c.Argv())
}

// SplitArgv splits a line into arguments with the quoting rules of a POSIX
// shell and nothing else: variables, wildcards and operators stay as they are.
// It is the inverse of QuoteArgv.
func SplitArgv(line string) ([]string, error) {
	if len(line) > maxText {
		return nil, tooLong("arguments", line, maxText)
	}
	var (
		argv []string
		word strings.Builder
		open bool // a word has begun, even an empty one
	)
	for i := 0; i < len(line); {
		switch c := line[i]; c {
		case ' ', '\t', '\n', '\r':
			if open {
				argv = append(argv, word.String())
				word.Reset()
				open = false
			}
			i++
		case '\'':
			end := strings.IndexByte(line[i+1:], '\'')
			if end < 0 {
				return nil, unclosed(line[i:], "'")
			}
			word.WriteString(line[i+1 : i+1+end])
			open = true
			i += end + 2
		case '"':
			next, err := splitDouble(line, i, &word)
			if err != nil {
				return nil, err
			}
			open = true
			i = next
		case '\\':
			if i+1 == len(line) {
				return nil, wrong("arguments", line, ReasonMalformed, "a backslash at the end quotes nothing", `write \\ for a backslash`)
			}
			if line[i+1] != '\n' { // a line that goes on
				word.WriteByte(line[i+1])
				open = true
			}
			i += 2
		case 0:
			return nil, wrong("arguments", line, ReasonCharacter, "an argument cannot hold a NUL character", "")
		default:
			word.WriteByte(c)
			open = true
			i++
		}
	}
	if open {
		argv = append(argv, word.String())
	}
	return argv, nil
}

// splitDouble reads the double-quoted part that begins at line[start] into word
// and returns the index behind it.
func splitDouble(line string, start int, word *strings.Builder) (int, error) {
	if text, length, ok := octalText(line[start:]); ok {
		word.WriteString(text)
		return start + length, nil
	}
	for i := start + 1; i < len(line); i++ {
		switch c := line[i]; c {
		case '"':
			return i + 1, nil
		case '\\':
			if i+1 == len(line) {
				return 0, unclosed(line[start:], `"`)
			}
			i++
			switch next := line[i]; next {
			case '$', '`', '"', '\\':
				word.WriteByte(next)
			case '\n':
			default:
				word.WriteByte('\\')
				word.WriteByte(next)
			}
		case 0:
			return 0, wrong("arguments", line, ReasonCharacter, "an argument cannot hold a NUL character", "")
		default:
			word.WriteByte(c)
		}
	}
	return 0, unclosed(line[start:], `"`)
}

// octalText reads the "$(printf '\033')" that QuoteArgv writes.
func octalText(s string) (text string, length int, ok bool) {
	if !strings.HasPrefix(s, octalOpen) {
		return "", 0, false
	}
	end := strings.Index(s[len(octalOpen):], octalClose)
	if end <= 0 || end%4 != 0 {
		return "", 0, false
	}
	body := s[len(octalOpen) : len(octalOpen)+end]
	out := make([]byte, 0, end/4)
	for i := 0; i < len(body); i += 4 {
		value := 0
		for _, digit := range []byte(body[i+1 : i+4]) {
			if digit < '0' || digit > '7' {
				return "", 0, false
			}
			value = value*8 + int(digit-'0')
		}
		if body[i] != '\\' || value == 0 || value > 255 {
			return "", 0, false
		}
		out = append(out, byte(value))
	}
	return string(out), len(octalOpen) + end + len(octalClose), true
}

func unclosed(rest, mark string) *InputError {
	return wrong("arguments", rest, ReasonMalformed, "the quotation mark "+mark+" is not closed", "close it, or write \\"+mark+" for the character itself")
}
