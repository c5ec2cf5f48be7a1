package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/smokeping"
	"tacklebox/platform/latency/targets"
)

// The kinds of files that targets come from.
const (
	fromAny       = "auto"
	fromSmokePing = "smokeping"
	fromProber    = "prober"
	fromFping     = "fping"
	fromLines     = "lines"
	fromCSV       = "csv"
	fromJSON      = "json"
)

// source is what a file with targets came to.
type source struct {
	name, kind string
	targets    []latency.Target
	// kept and skipped are the lines that were taken over in part, and not at all,
	// with file, line and reason; more counts those beyond.
	kept, skipped []string
	more          int
	config        *smokeping.Config // of SmokePing
}

// targetFile are the targets of a file, for watching; what is wrong with it is
// said, and the rest goes on.
func (p *program) targetFile(ctx context.Context, name string) ([]latency.Target, error) {
	s, err := p.readSource(ctx, name, fromAny)
	if err != nil {
		return nil, err
	}
	for _, text := range s.skipped {
		p.say("%s", text)
	}
	if s.more > 0 {
		p.say("%s: and %d more that could not be read", plainText(name), s.more)
	}
	return s.targets, nil
}

// readSource reads a file, or a folder of SmokePing; "-" is stdin.
func (p *program) readSource(_ context.Context, name, kind string) (*source, error) {
	s := &source{name: name, kind: kind}
	if name == "-" {
		s.name = "stdin"
		if kind == fromSmokePing {
			return nil, errors.New("read SmokePing's configuration from stdin: its includes need a folder: give the name of the file")
		}
		return s, s.read(p.in)
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("read targets: %w", err)
	}
	if info.IsDir() {
		if kind != fromAny && kind != fromSmokePing {
			return nil, fmt.Errorf("read targets: %q is a folder: only SmokePing's configuration is one", name)
		}
		return s, s.smokePing(name, "config")
	}
	if kind == fromSmokePing {
		return s, s.smokePing(filepath.Split(name))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read targets: %w", err)
	}
	defer f.Close()
	err = s.read(f)
	if errors.Is(err, errSmokePing) {
		return s, s.smokePing(filepath.Split(name))
	}
	return s, err
}

// errSmokePing is a text that turned out to be SmokePing's.
var errSmokePing = errors.New("this is SmokePing's configuration: give the name of the file, since its includes need a folder")

var (
	section    = regexp.MustCompile(`(?m)^\*\*\*\s*\S.*\*\*\*\s*$|^@include\s`)
	proberYAML = regexp.MustCompile(`(?m)^targets:\s*(#.*)?$`)
)

// guess is the kind of a text by its name, then by how it begins.
func guess(name string, text []byte) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
		return fromCSV
	case ".json":
		return fromJSON
	case ".yml", ".yaml":
		return fromProber
	}
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\ufeff")), " \t\r\n")
	switch {
	case section.Match(text):
		return fromSmokePing
	case bytes.HasPrefix(trimmed, []byte("[{")), bytes.HasPrefix(trimmed, []byte("{")), bytes.HasPrefix(trimmed, []byte("[\n")):
		return fromJSON
	case proberYAML.Match(text):
		return fromProber
	case bytes.HasPrefix(trimmed, []byte("group,")), bytes.HasPrefix(trimmed, []byte("name,")):
		return fromCSV
	}
	return fromLines
}

// read reads a list.
func (s *source) read(r io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(r, targets.MaxBytes+1))
	if err != nil {
		return fmt.Errorf("read targets: %w", err)
	}
	if s.kind == fromAny {
		s.kind = guess(s.name, text)
	}
	readers := map[string]func(io.Reader) (targets.List, error){fromProber: targets.ReadProber, fromFping: targets.ReadFping,
		fromLines: targets.Read, fromCSV: targets.ReadCSV, fromJSON: targets.ReadJSON}
	read, ok := readers[s.kind]
	if !ok {
		return errSmokePing
	}
	list, err := read(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("read targets from %q: %w", s.name, err)
	}
	s.targets, s.more = list.Targets, list.More
	for _, problem := range list.Problems {
		text := plainText(s.name) + ", " + problem.Error()
		if problem.Kept {
			s.kept = append(s.kept, text)
		} else {
			s.skipped = append(s.skipped, text)
		}
	}
	return nil
}

// smokePing reads SmokePing's configuration in its folder.
func (s *source) smokePing(dir, name string) error {
	s.kind = fromSmokePing
	if dir == "" {
		dir = "."
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("read SmokePing's configuration: %w", err)
	}
	defer root.Close()
	s.config, err = smokeping.Load(root.FS(), name, smokeping.Options{Base: base(root, dir, name)})
	if err != nil {
		return err
	}
	for _, t := range s.config.Targets {
		s.targets = append(s.targets, t.Target)
	}
	for _, issue := range s.config.Issues {
		if text := plainText(issue.Error()); issue.Kind == smokeping.Changed {
			s.kept = append(s.kept, text)
		} else {
			s.skipped = append(s.skipped, text)
		}
	}
	s.more = s.config.More
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
