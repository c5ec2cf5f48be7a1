package launch

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lookup finds a variable in the environment of whoever starts the launch.
type Lookup func(name string) (value string, found bool)

// ParseEnv reads one --env value: NAME=VALUE, or NAME alone to take the value
// from lookup. It reports false when a lone NAME is not set there: such a
// variable is left out.
func ParseEnv(text string, lookup Lookup) (EnvVar, bool, error) {
	if len(text) > maxText {
		return EnvVar{}, false, tooLong("variable", nameOf(text), maxText)
	}
	name, value, hasValue := strings.Cut(text, "=")
	if err := checkEnvName(name); err != nil {
		return EnvVar{}, false, err
	}
	if strings.IndexByte(value, 0) >= 0 || !utf8.ValidString(value) {
		return EnvVar{}, false, wrong("variable", name, ReasonCharacter, "its value is not text", "")
	}
	if !hasValue {
		if lookup == nil {
			return EnvVar{}, false, nil
		}
		found := false
		if value, found = lookup(name); !found {
			return EnvVar{}, false, nil
		}
	}
	return EnvVar{Name: name, Value: value, Secret: LooksSecret(name, value)}, true, nil
}

// nameOf keeps values, which may be secret, out of error messages.
func nameOf(text string) string {
	name, _, _ := strings.Cut(text, "=")
	return name
}

func checkEnvName(name string) error {
	switch {
	case name == "":
		return wrong("variable", name, ReasonEmpty, "the name is missing", "variables look like NAME=value")
	case strings.IndexByte(name, 0) >= 0 || !utf8.ValidString(name):
		return wrong("variable", name, ReasonCharacter, "the name is not text", "")
	case strings.Contains(name, "="):
		return wrong("variable", name, ReasonCharacter, "a name cannot hold an equals sign", "")
	}
	return nil
}

// ParseEnvFile reads variables as docker's --env-file does: one NAME=VALUE or
// NAME per line, everything behind the first '=' is the value, quotes included;
// empty lines and lines beginning with '#' are left out.
func ParseEnvFile(r io.Reader, lookup Lookup) ([]EnvVar, error) {
	var vars []EnvVar
	lines := bufio.NewScanner(&io.LimitedReader{R: r, N: maxEnvFile})
	lines.Buffer(nil, maxText)
	read := 0
	for number := 1; lines.Scan(); number++ {
		raw := lines.Bytes()
		read += len(raw) + 1
		if number == 1 {
			raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
		}
		line := strings.TrimLeftFunc(string(raw), unicode.IsSpace)
		if line == "" || line[0] == '#' {
			continue
		}
		field := fmt.Sprintf("env file, line %d", number)
		if !utf8.ValidString(line) {
			return nil, wrong(field, "", ReasonCharacter, "is not UTF-8 text", "")
		}
		if name := nameOf(line); strings.ContainsAny(name, " \t") {
			return nil, wrong(field, name, ReasonCharacter, "a name cannot hold blanks", "write NAME=value without blanks around the equals sign")
		}
		v, set, err := ParseEnv(line, lookup)
		var bad *InputError
		if errors.As(err, &bad) {
			bad.Field = field
			return nil, bad
		}
		if set {
			vars = append(vars, v)
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, wrong("env file", "", ReasonTooLong, fmt.Sprintf("a line is longer than %d bytes", maxText), "")
	} else if err != nil {
		return nil, fmt.Errorf("read env file: %w", err)
	}
	if read >= maxEnvFile {
		return nil, wrong("env file", "", ReasonTooLong, fmt.Sprintf("it is longer than %d bytes", maxEnvFile), "")
	}
	return vars, nil
}

// maxEnvFile bounds what ParseEnvFile reads.
const maxEnvFile = 4 << 20

// MergeEnv puts vars one after another; of two with the same name the later
// value stays, at the place of the earlier.
func MergeEnv(lists ...[]EnvVar) []EnvVar {
	var merged []EnvVar
	at := map[string]int{}
	for _, list := range lists {
		for _, v := range list {
			if i, seen := at[v.Name]; seen {
				merged[i] = v
				continue
			}
			at[v.Name] = len(merged)
			merged = append(merged, v)
		}
	}
	return merged
}
