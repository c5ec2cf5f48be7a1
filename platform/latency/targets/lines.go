package targets

import (
	"io"
	"slices"
	"strings"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/said"
)

// Read reads a list as people type and paste it; see Parse.
func Read(r io.Reader) (List, error) {
	text, err := read(r)
	if err != nil {
		return List{}, err
	}
	return Parse(text), nil
}

// Parse reads targets as people type and paste them, one or more to a line:
//
//	8.8.8.8                       echo requests
//	example.org:443 [::1]:22      TCP connects
//	https://example.org/health    HTTP
//	dns:9.9.9.9/example.org/AAAA  DNS queries
//	Google;DNS1;8.8.8.8           with a group and a name; Europe/Paris is nested
//	gateway;192.168.1.1           with a name
//	# a comment
//
// Lines that cannot be read are in Problems; the others are kept.
func Parse(text string) List {
	var l List
	if len(text) > MaxBytes {
		l.problem(0, "", ErrTooLarge, false)
		return l
	}
	n := 0
	for line := range strings.SplitSeq(strings.TrimPrefix(text, "\ufeff"), "\n") {
		n++
		if !l.line(n, line) {
			break
		}
	}
	return l
}

// line reads one line and says whether there is room for more.
func (l *List) line(n int, line string) bool {
	if len(line) > MaxLine {
		l.problem(n, line, said.New("a line of more than 4096 bytes"), false)
		return true
	}
	line = strings.TrimSpace(uncomment(line))
	if line == "" {
		return true
	}
	// What Chinese keyboards give for a semicolon, outside of a URL's reach.
	fields := splitFields(strings.ReplaceAll(line, "；", ";"))
	if len(fields) == 1 {
		return l.words(n, fields[0])
	}
	if hasLogin(line) {
		l.problem(n, line, ErrLogin, false)
		return true
	}
	host := fields[len(fields)-1]
	if host == "" {
		l.problem(n, line, said.New("no host after the last semicolon"), false)
		return true
	}
	t, err := ParseSpec(host)
	if err != nil {
		l.problem(n, line, err, false)
		return true
	}
	if name := fields[len(fields)-2]; name != "" {
		t.Name = name
	}
	for _, part := range fields[:len(fields)-2] {
		t.Group = append(t.Group, splitGroup(part)...)
	}
	if why := cleanName(t.Name); why != nil {
		l.problem(n, line, why, false)
		return true
	}
	if why := cleanGroup(t.Group); why != nil {
		l.problem(n, line, why, false)
		return true
	}
	return l.add(n, line, t)
}

// words reads a line that only has hosts.
func (l *List) words(n int, line string) bool {
	words := strings.FieldsFunc(line, func(r rune) bool {
		return r == ' ' || r == '\t' || r == ',' || r == '，' || r == '、' || r == '\u3000' || r == '\r'
	})
	if len(words) == 0 {
		l.problem(n, line, said.New("no host"), false)
	}
	if hasLogin(line) && !slices.ContainsFunc(words, hasLogin) {
		// A password with a space or a comma in it.
		l.problem(n, line, ErrLogin, false)
		return true
	}
	// A comma may be part of a URL.
	if t, err := ParseSpec(line); err == nil && t.Kind == latency.KindHTTP && !strings.ContainsAny(line, " \t") {
		words = []string{line}
	}
	for _, word := range words {
		t, err := ParseSpec(word)
		if err == nil {
			if why := cleanName(t.Name); why != nil {
				t.Name = t.Host
			}
		}
		if err != nil {
			l.problem(n, word, err, false)
		} else if !l.add(n, word, t) {
			return false
		}
	}
	return true
}

// uncomment cuts a comment off: a # at the beginning or after a space, since a
// URL may have one within.
func uncomment(line string) string {
	for i, r := range line {
		if r == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return line[:i]
		}
	}
	return line
}

// splitFields splits at semicolons up to a URL, which may have some of its own.
func splitFields(line string) []string {
	var out []string
	for {
		trimmed := strings.TrimSpace(line)
		low := strings.ToLower(trimmed)
		field, rest, more := strings.Cut(trimmed, ";")
		if !more || strings.HasPrefix(low, "http://") || strings.HasPrefix(low, "https://") {
			return append(out, trimmed)
		}
		out = append(out, strings.TrimSpace(field))
		line = rest
	}
}

// Lost is a setting that a format has no place for.
type Lost struct {
	Target string // group and name
	What   string
}

// lost lists the settings of a target that are neither its defaults nor among
// those that the format keeps.
func lost(t latency.Target, keeps ...string) []Lost {
	var out []Lost
	path := strings.Join(append(slices.Clone(t.Group), t.Name), "/")
	for _, s := range settings {
		if v := s.get(&t); v != "" && !slices.Contains(keeps, s.name) {
			out = append(out, Lost{Target: path, What: s.name + " " + v})
		}
	}
	return out
}

// Lines writes a list that Parse reads. A line has no place for settings such as
// the interval: these are returned.
func Lines(list []latency.Target) (string, []Lost) {
	var b strings.Builder
	var out []Lost
	plain := strings.NewReplacer(";", ",", "/", "∕", "\n", " ", "\r", " ", "\t", " ")
	for _, t := range list {
		spec := Spec(t)
		own, err := ParseSpec(spec)
		if len(t.Group) > 0 || err != nil || own.Name != t.Name {
			name := strings.ReplaceAll(strings.ReplaceAll(t.Name, ";", ","), "\n", " ")
			parts := make([]string, len(t.Group))
			for i, part := range t.Group {
				parts[i] = plain.Replace(part)
			}
			if low := strings.ToLower(name); strings.HasPrefix(low, "http://") || strings.HasPrefix(low, "https://") {
				// It would be read as the target itself; an empty name is the target's own.
				if name = strings.Replace(name, "://", ":∕∕", 1); err == nil && own.Name == t.Name {
					name = ""
				}
			}
			line := strings.Join(parts, "/") + ";" + name + ";" + spec
			spec = strings.TrimPrefix(line, ";")
			// A # after a space begins a comment.
			spec = strings.ReplaceAll(spec, " #", " ＃")
			if strings.HasPrefix(spec, "#") {
				spec = "＃" + spec[1:]
			}
		}
		b.WriteString(spec)
		b.WriteByte('\n')
		out = append(out, lost(t, "port", "url", "query")...)
	}
	return b.String(), out
}
