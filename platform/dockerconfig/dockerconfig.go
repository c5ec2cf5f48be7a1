// Package dockerconfig reads what Docker's command line knows: config.json and the
// credential helpers that it names. It reads only; nothing here is ever written.
package dockerconfig

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
)

// Options say where to look. The zero value is this process's own.
type Options struct {
	Home   string
	Getenv func(string) string
	// LoginPath gives PATH as the person's login shell has it. A program started
	// from a launcher has a shorter one, without the folder that a credential
	// helper lies in.
	LoginPath func() string
}

func (o Options) withDefaults() Options {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Home == "" {
		o.Home, _ = os.UserHomeDir()
	}
	return o
}

// Dir is the command line's folder.
func (o Options) Dir() string {
	o = o.withDefaults()
	if dir := o.Getenv("DOCKER_CONFIG"); dir != "" {
		return dir
	}
	return filepath.Join(o.Home, ".docker")
}

// Kind is where a problem lies.
type Kind string

// The kinds of problems.
const (
	KindConfig Kind = "config" // a file or variable
	KindHelper Kind = "helper" // a credential helper
)

// Problem is something that cannot be read or asked.
type Problem struct {
	Op     string
	Object string
	Kind   Kind
	Err    error
	// Hint is what the person can do.
	Hint string
}

// Error is one sentence.
func (p *Problem) Error() string {
	text := fmt.Sprintf("%s %s: %v", p.Op, p.Object, p.Err)
	if p.Hint != "" {
		text += ": " + p.Hint
	}
	return text
}

// Unwrap is what was wrong.
func (p *Problem) Unwrap() error { return p.Err }

// MaxFile bounds config.json, and each other file that the command line keeps.
const MaxFile = 4 << 20

// Load reads config.json; one that is not there is empty. It is never written:
// saving through ConfigFile would drop keys it does not know.
func Load(o Options) (*configfile.ConfigFile, error) {
	path := filepath.Join(o.Dir(), config.ConfigFileName)
	c := configfile.New(path)
	content, err := ReadBounded(path, MaxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err == nil {
		// As in the CLI, one bad entry does not lose the others.
		if c, err = config.LoadFromReader(bytes.NewReader(content)); err == nil {
			c.Filename = path
			return c, nil
		}
	}
	return c, &Problem{Op: "read", Object: path, Kind: KindConfig, Err: err, Hint: "mend the file; until then it is not used"}
}

// ReadBounded reads a file that may not be longer than limit.
func ReadBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("it is not a regular file")
	}
	content, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(content)) > limit {
		err = fmt.Errorf("it is longer than %d bytes", limit)
	}
	return content, err
}

// printable keeps control characters of a helper's text out of messages.
func printable(text string, limit int) string {
	cut := len(text) > limit
	if cut {
		text = text[:limit]
	}
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029':
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "")))
	if cut {
		text += "…"
	}
	return text
}
