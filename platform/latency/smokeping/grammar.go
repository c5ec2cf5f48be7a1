package smokeping

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"tacklebox/platform/latency/said"
)

// parser reads a configuration line by line into sections.
type parser struct {
	account
	fsys  fs.FS
	base  string // where fsys lies, as absolute includes name it
	files []string
	open  []string // the files that are being read, outermost first
	bytes int

	root     *Section
	at       *Section
	stack    []*Section // the open sections; stack[0] is root
	sections int

	defines  []define
	expanded int
	lines    int
}

type define struct {
	name, text string
	re         *regexp.Regexp // nil when the name is plain
}

func newParser(fsys fs.FS, base string) *parser {
	root := newSection("", Pos{}, 0)
	return &parser{fsys: fsys, base: base, root: root, at: root, stack: []*Section{root}}
}

func newSection(name string, at Pos, level int) *Section {
	return &Section{Name: name, Pos: at, level: level, values: map[string]*Value{}, names: map[string]*Section{}}
}

// slurp reads one file within the bounds.
func (p *parser) slurp(name string) ([]byte, error) {
	f, err := p.fsys.Open(name)
	if err != nil {
		return nil, said.New("open %q: %v", name, cause(err))
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil {
		if info.IsDir() {
			return nil, said.New("open %q: a folder", name)
		}
		if !info.Mode().IsRegular() {
			return nil, said.New("open %q: neither a file nor a link to one", name)
		}
		if info.Size() > MaxFile {
			return nil, said.New("open %q: %d MB: %v", name, info.Size()>>20, ErrTooLarge)
		}
	}
	// A first look keeps a binary file from being read to its end.
	head := make([]byte, 4096)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, said.New("read %q: %v", name, cause(err))
	}
	if bytes.IndexByte(head[:n], 0) >= 0 {
		return nil, said.New("read %q: %v", name, ErrBinary)
	}
	rest, err := io.ReadAll(io.LimitReader(f, MaxFile-int64(n)+1))
	if err != nil {
		return nil, said.New("read %q: %v", name, cause(err))
	}
	data := append(head[:n], rest...)
	if p.bytes += len(data); len(data) > MaxFile || p.bytes > MaxAll {
		return nil, said.New("read %q: %v", name, ErrTooLarge)
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, said.New("read %q: %v", name, ErrBinary)
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), nil
}

// cause is a file error without the operation and path, which are said already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// file reads a file, and those that it includes.
func (p *parser) file(name string) error {
	data, err := p.slurp(name)
	if err != nil {
		return err
	}
	p.files = append(p.files, name)
	p.open = append(p.open, name)
	defer func() { p.open = p.open[:len(p.open)-1] }()

	n := 0
	next := func() (string, bool) {
		if len(data) == 0 {
			return "", false
		}
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		data = rest
		n++
		return string(line), true
	}
	for {
		line, ok := next()
		if !ok {
			return nil
		}
		at := Pos{File: name, Line: n}
		line = cutComment(trim(line))
		if line == "" {
			continue
		}
		// What follows a backslash is taken as it is, comments too.
		for strings.HasSuffix(line, `\`) {
			more, ok := next()
			line = line[:len(line)-1]
			if !ok {
				break
			}
			if line += " " + trim(more); len(line) > MaxLine {
				break
			}
		}
		p.lines++
		if len(line) > MaxLine {
			p.add(at, Wrong, line, said.New("a line of more than %d bytes is left out", MaxLine))
			continue
		}
		if !utf8.ValidString(line) {
			// Old configurations are in Latin-1.
			line = latin1(line)
		}
		if err := p.line(at, line); err != nil {
			return err
		}
	}
}

func latin1(s string) string {
	r := make([]rune, len(s))
	for i := range len(s) {
		r[i] = rune(s[i])
	}
	return string(r)
}

// trim takes off what Perl's \s matches.
func trim(s string) string { return strings.Trim(s, " \t\r\n\f\v") }

// cutComment takes a comment off, with the spaces before it.
func cutComment(s string) string {
	if i := strings.IndexByte(s, '#'); i >= 0 {
		return strings.TrimRight(s[:i], " \t\r\f\v")
	}
	return s
}

var (
	includeLine = regexp.MustCompile(`^@include\s+["']?(.*?)["']?$`)
	defineLine  = regexp.MustCompile(`^@define\s+(\S+)\s+(.*)$`)
	topLine     = regexp.MustCompile(`^\*\*\*\s*(.*?)\s*\*\*\*$`)
	sectionLine = regexp.MustCompile(`^(\++)\s*(.*)$`)
	settingLine = regexp.MustCompile(`^([^\s=]+)\s*=\s*(.*)$`)
)

// line takes one line whose continuations are joined and whose comment is gone.
func (p *parser) line(at Pos, line string) error {
	if m := includeLine.FindStringSubmatch(line); m != nil {
		return p.include(at, line, m[1])
	}
	if m := defineLine.FindStringSubmatch(line); m != nil {
		p.define(at, line, m[1], m[2])
		return nil
	}
	if strings.HasPrefix(line, "@") {
		p.add(at, Unknown, line, said.New("neither @include FILE nor @define NAME TEXT"))
		return nil
	}
	line, err := p.expand(at, line)
	if err != nil {
		return err
	}
	switch {
	case line == "":
	case topLine.MatchString(line):
		p.section(at, line, 1, topLine.FindStringSubmatch(line)[1])
	case line[0] == '+':
		m := sectionLine.FindStringSubmatch(line)
		p.section(at, line, len(m[1])+1, m[2])
	case settingLine.MatchString(line):
		m := settingLine.FindStringSubmatch(line)
		p.setting(at, line, m[1], m[2])
	default:
		p.at.Rows = append(p.at.Rows, &Row{Cells: cells(line), Text: line, Pos: at})
	}
	if p.sections > maxSections {
		return said.New("%s: more than %d sections: %v", at, maxSections, ErrTooLarge)
	}
	return nil
}

// section opens a section of a level, 1 for *** and 2 for a single +.
func (p *parser) section(at Pos, line string, level int, name string) {
	if level > len(p.stack) {
		p.add(at, Wrong, line, said.New("skips a level: taken as one below the section before it"))
		level = len(p.stack)
	}
	if level > maxNesting {
		p.add(at, Wrong, line, said.New("sections nested more than %d deep", maxNesting))
		level = maxNesting
	}
	if name == "" {
		p.add(at, Wrong, line, said.New("a section without a name"))
	}
	p.stack = p.stack[:level]
	parent := p.stack[level-1]
	s := parent.names[name]
	if s != nil {
		p.add(at, Wrong, line, said.New("the same section is in %s already: what follows is added to it", s.Pos))
	} else {
		s = newSection(name, at, level)
		parent.names[name] = s
		parent.Children = append(parent.Children, s)
		p.sections++
	}
	if v := parent.values[name]; v != nil && level > 1 {
		p.add(at, Wrong, line, said.New("has the name of a setting in %s", v.Pos))
	}
	p.stack = append(p.stack, s)
	p.at = s
}

func (p *parser) setting(at Pos, line, key, text string) {
	if first := p.at.values[key]; first != nil {
		p.add(at, Wrong, line, said.New("is set in line %d of %s already, which holds", first.Line, first.File))
		return
	}
	v := &Value{Key: key, Text: text, Pos: at}
	p.at.values[key] = v
	p.at.Values = append(p.at.Values, v)
}

// define notes a @define. Its name is a pattern, as SmokePing takes it.
func (p *parser) define(at Pos, line, name, text string) {
	d := define{name: name, text: text}
	if regexp.QuoteMeta(name) != name {
		re, err := regexp.Compile(name)
		if err != nil || re.MatchString("") {
			p.add(at, Unknown, line, said.New("the name is no pattern that is understood: taken as it stands"))
		} else {
			d.re = re
		}
	}
	for i := range p.defines {
		if p.defines[i].name == name {
			p.defines[i] = d
			return
		}
	}
	if len(p.defines) >= maxDefines {
		p.add(at, Wrong, line, said.New("more than %d definitions", maxDefines))
		return
	}
	p.defines = append(p.defines, d)
}

// expand puts the definitions in. SmokePing does so in no certain order; here it
// is that of the definitions.
func (p *parser) expand(at Pos, line string) (string, error) {
	before := line
	for _, d := range p.defines {
		p.expanded += len(line)
		if d.re != nil {
			p.expanded += 20 * len(line) // what a pattern costs beside a plain text
		}
		if p.expanded > maxExpanded {
			return "", said.New("%s: too many definitions for so many lines: %v", at, ErrTooLarge)
		}
		if d.re != nil {
			line = d.re.ReplaceAllLiteralString(line, d.text)
		} else if n := strings.Count(line, d.name); n > 0 {
			if len(line)+n*len(d.text) > 4*MaxLine {
				p.add(at, Wrong, before, said.New("the definitions make far too much of it"))
				return "", nil
			}
			line = strings.ReplaceAll(line, d.name, d.text)
		}
		if len(line) > MaxLine {
			p.add(at, Wrong, before, said.New("the definitions make far too much of it"))
			return "", nil
		}
	}
	return line, nil
}

// include reads another file. What cannot be read is listed, and the rest of the
// configuration goes on.
func (p *parser) include(at Pos, line, name string) error {
	inside, why := p.locate(at.File, name)
	if why != nil {
		p.add(at, Wrong, line, why)
		return nil
	}
	for _, f := range p.open {
		if f == inside {
			p.add(at, Wrong, line, said.New("includes itself: %s", strings.Join(append(p.open, inside), ", ")))
			return nil
		}
	}
	if len(p.open) > MaxIncludes {
		p.add(at, Wrong, line, said.New("files include each other more than %d deep", MaxIncludes))
		return nil
	}
	if len(p.files) >= MaxFiles {
		return said.New("%s: more than %d files: %v", at, MaxFiles, ErrTooLarge)
	}
	err := p.file(inside)
	if errors.Is(err, ErrTooLarge) && p.bytes > MaxAll {
		return err
	}
	if err != nil {
		p.add(at, Wrong, line, err)
	}
	return nil
}

// locate turns the name of an include into a name within the folder.
func (p *parser) locate(from, name string) (inside string, why error) {
	name = strings.ReplaceAll(strings.TrimSpace(name), `\`, "/")
	if name == "" {
		return "", said.New("names no file")
	}
	if !strings.HasPrefix(name, "/") {
		inside = path.Join(path.Dir(from), name)
		if !fs.ValidPath(inside) {
			return "", said.New("lies outside of the folder that is imported, so it is not read")
		}
		return inside, nil
	}
	name = path.Clean(name)
	if rest, ok := strings.CutPrefix(name, strings.TrimSuffix(p.base, "/")+"/"); ok && fs.ValidPath(rest) {
		if _, err := fs.Stat(p.fsys, rest); err == nil || p.base == "/" {
			return rest, nil
		}
	}
	// A folder that was copied from elsewhere: /etc/smokeping/config.d/X is its
	// config.d/X.
	for rest := name[1:]; rest != ""; {
		if fs.ValidPath(rest) {
			if info, err := fs.Stat(p.fsys, rest); err == nil && info.Mode().IsRegular() {
				return rest, nil
			}
		}
		_, after, ok := strings.Cut(rest, "/")
		if !ok {
			break
		}
		rest = after
	}
	return "", said.New("is not in the folder that is imported, and nothing outside of it is read: copy it there")
}

// cells takes a row of a table apart: words, with quotes and backslashes.
func cells(line string) []string {
	var out []string
	for line != "" {
		var b strings.Builder
		quote := byte(0)
		if q := line[0]; (q == '"' || q == '\'') && closes(line[1:], q) {
			quote, line = q, line[1:]
		}
		i := 0
		for ; i < len(line); i++ {
			c := line[i]
			if c == '\\' && i+1 < len(line) {
				i++
				b.WriteByte(line[i])
				continue
			}
			if quote != 0 && c == quote || quote == 0 && (c == ' ' || c == '\t') {
				break
			}
			b.WriteByte(c)
		}
		if quote != 0 && i < len(line) {
			i++
		}
		out = append(out, b.String())
		line = strings.TrimLeft(line[min(i, len(line)):], " \t")
	}
	return out
}

// closes says whether a quote ends before the line does.
func closes(line string, quote byte) bool {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case quote:
			return true
		}
	}
	return false
}
