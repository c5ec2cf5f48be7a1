// Package program runs the few programs of Windows that are asked for facts: by
// their full path, without a window, with bounded output.
package program

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"tacklebox/platform/l2tp/wine"
)

// Command is one run of a program of Windows.
type Command struct {
	// Path is below the system folder, such as "wevtutil.exe".
	Path  string
	Args  []string
	Stdin []byte
	// Most is how many bytes of standard output are taken; what says more is ended.
	Most int
	// Limit is how long it may take.
	Limit time.Duration
	// Without are variables of the environment that it does not get.
	Without []string
}

// ErrTooMuch: a program wrote more than anyone asked for.
var ErrTooMuch = errors.New("it wrote more than is read")

// mostErrors bounds what is kept of standard error.
const mostErrors = 4096

// Run runs it and returns its standard output, also beside an error. Under Wine
// and on other systems there is nothing to run.
func Run(ctx context.Context, c Command) ([]byte, error) {
	if err := wine.Lacks(filepath.Base(c.Path)); err != nil {
		return nil, err
	}
	dir, env, err := place()
	if err != nil {
		return nil, err
	}
	return run(ctx, filepath.Join(dir, c.Path), dir, env, c)
}

// run is Run with the place of the program decided.
func run(ctx context.Context, path, dir string, env []string, c Command) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, c.Args...)
	cmd.Dir = dir // no folder of a person, where a DLL could be planted
	cmd.Env = without(env, c.Without)
	cmd.Stdin = bytes.NewReader(c.Stdin)
	out := &bounded{most: c.Most, full: cancel}
	complaint := &bounded{most: mostErrors}
	cmd.Stdout, cmd.Stderr = out, complaint
	cmd.WaitDelay = 2 * time.Second
	quiet(cmd)
	err := cmd.Run()
	switch {
	case out.over:
		err = ErrTooMuch
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case err != nil && complaint.buf.Len() > 0:
		err = fmt.Errorf("%w: %q", err, firstLine(complaint.buf.String()))
	}
	if err != nil {
		return out.buf.Bytes(), fmt.Errorf("run %s: %w", filepath.Base(path), err)
	}
	return out.buf.Bytes(), nil
}

// bounded keeps so many bytes, and tells when there is more.
type bounded struct {
	buf  bytes.Buffer // not embedded: io.Copy would go around Write
	most int
	full func() // nil to drop the rest
	over bool
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	keep := min(len(p), b.most-b.buf.Len())
	b.buf.Write(p[:keep])
	if keep < len(p) {
		b.over = true
		if b.full != nil {
			b.full()
		}
	}
	return len(p), nil
}

// firstLine is enough of a complaint for a sentence.
func firstLine(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(strings.ToValidUTF8(text, "?")), "\n")
	return strings.TrimSpace(text[:min(len(text), 300)])
}

// without leaves variables out; Windows does not mind their case.
func without(env, names []string) []string {
	var out []string
next:
	for _, v := range env {
		for _, name := range names {
			if len(v) > len(name) && v[len(name)] == '=' && strings.EqualFold(v[:len(name)], name) {
				continue next
			}
		}
		out = append(out, v)
	}
	return out
}
