// Package transfer takes targets, alerts and history over from other programs
// and writes them for others: what the verbs and the window do alike.
package transfer

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/said"
	"tacklebox/platform/latency/smokeping"
	"tacklebox/platform/latency/targets"
)

// The kinds of lists that targets come from and go to.
const (
	Any       = "auto" // whatever it turns out to be
	SmokePing = "smokeping"
	Prober    = "prober"
	Fping     = "fping"
	Lines     = "lines"
	CSV       = "csv"
	JSON      = "json"
)

// Source is what a list of targets came to.
type Source struct {
	Name, Kind string
	Targets    []latency.Target
	// Kept and Skipped are the lines that were taken over in part, and not at all,
	// with file, line and reason; More counts those beyond.
	Kept, Skipped []Line
	More          int
	Config        *smokeping.Config // of SmokePing
}

// plain is text as it can be shown on one line.
func plain(text string) string { return targets.Printable(text, 8192) }

// Open reads a file with targets, or a folder with SmokePing's configuration in
// its file config. Kind is one of the kinds, or Any.
func Open(name, kind string) (*Source, error) {
	s := &Source{Name: name, Kind: kind}
	info, err := os.Stat(name)
	if err != nil {
		return nil, said.New("read targets: %v", err)
	}
	if info.IsDir() {
		if kind != Any && kind != SmokePing {
			return nil, said.New("read targets: %q is a folder: only SmokePing's configuration is one", name)
		}
		return s, s.smokePing(name, "config")
	}
	if kind == SmokePing {
		return s, s.smokePing(filepath.Split(name))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, said.New("read targets: %v", err)
	}
	defer f.Close()
	err = s.read(f)
	if errors.Is(err, ErrSmokePing) {
		return s, s.smokePing(filepath.Split(name))
	}
	return s, err
}

// Read reads targets that are not in a file, such as pasted ones; name is what
// they are called in the account.
func Read(name, kind string, r io.Reader) (*Source, error) {
	if kind == SmokePing {
		return nil, ErrSmokePing
	}
	s := &Source{Name: name, Kind: kind}
	return s, s.read(r)
}

// ErrSmokePing is a text that turned out to be SmokePing's.
var ErrSmokePing = said.New("this is SmokePing's configuration: give the name of the file, since its includes need a folder")

var (
	section    = regexp.MustCompile(`(?m)^\*\*\*\s*\S.*\*\*\*\s*$|^@include\s`)
	proberYAML = regexp.MustCompile(`(?m)^targets:\s*(#.*)?$`)
)

// guess is the kind of a text by its name, then by how it begins.
func guess(name string, text []byte) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
		return CSV
	case ".json":
		return JSON
	case ".yml", ".yaml":
		return Prober
	}
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\ufeff")), " \t\r\n")
	switch {
	case section.Match(text):
		return SmokePing
	case bytes.HasPrefix(trimmed, []byte("[{")), bytes.HasPrefix(trimmed, []byte("{")), bytes.HasPrefix(trimmed, []byte("[\n")):
		return JSON
	case proberYAML.Match(text):
		return Prober
	case bytes.HasPrefix(trimmed, []byte("group,")), bytes.HasPrefix(trimmed, []byte("name,")):
		return CSV
	}
	return Lines
}

// read reads a list.
func (s *Source) read(r io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(r, targets.MaxBytes+1))
	if err != nil {
		return said.New("read targets: %v", err)
	}
	if s.Kind == Any {
		s.Kind = guess(s.Name, text)
	}
	readers := map[string]func(io.Reader) (targets.List, error){Prober: targets.ReadProber, Fping: targets.ReadFping,
		Lines: targets.Read, CSV: targets.ReadCSV, JSON: targets.ReadJSON}
	read, ok := readers[s.Kind]
	if !ok {
		return ErrSmokePing
	}
	list, err := read(bytes.NewReader(text))
	if err != nil {
		return said.New("read targets from %q: %v", s.Name, err)
	}
	s.Targets, s.More = list.Targets, list.More
	for _, problem := range list.Problems {
		line := Line{File: plain(s.Name), Line: problem.Line, Text: problem.Text, Why: problem.Reason}
		if problem.Kept {
			s.Kept = append(s.Kept, line)
		} else {
			s.Skipped = append(s.Skipped, line)
		}
	}
	return nil
}

// smokePing reads SmokePing's configuration in its folder.
func (s *Source) smokePing(dir, name string) error {
	s.Kind = SmokePing
	if dir == "" {
		dir = "."
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return said.New("read SmokePing's configuration: %v", err)
	}
	defer root.Close()
	s.Config, err = smokeping.Load(root.FS(), name, smokeping.Options{Base: base(root, dir, name)})
	if err != nil {
		return err
	}
	for _, t := range s.Config.Targets {
		s.Targets = append(s.Targets, t.Target)
	}
	for _, issue := range s.Config.Issues {
		line := Line{File: plain(issue.File), Line: issue.Line, Text: issue.Text, Why: issue.Reason}
		if issue.Kind == smokeping.Changed || issue.Kind == smokeping.Disabled {
			s.Kept = append(s.Kept, line)
		} else {
			s.Skipped = append(s.Skipped, line)
		}
	}
	s.More = s.Config.More
	return nil
}

// base is what the includes of a configuration call its folder: where it lies
// now, if they say so, and else where Debian has it.
func base(root *os.Root, dir, name string) string {
	here, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	f, err := root.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, targets.MaxBytes))
	if err != nil || !bytes.Contains(text, []byte("@include "+filepath.ToSlash(here)+"/")) {
		return ""
	}
	return here
}
