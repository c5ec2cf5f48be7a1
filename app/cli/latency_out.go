package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/spf13/cobra"
	"tacklebox/platform/latency/transfer"
)

const (
	fromHelp = "begin at this `TIME`: 2026-05-03, 2026-05-03T15:04, RFC 3339, or so long ago: 90m, 24h, 7d (24h)"
	toHelp   = "end at this `TIME`, written alike (now)"
)

// span reads --from and --to.
func (p *program) span(c *cobra.Command, from, to string) (lo, hi time.Time, err error) {
	now := p.services.latency.now()
	if lo, err = instant(from, now, now.Add(-24*time.Hour)); err != nil {
		return lo, hi, misusing(c, "--from %w", err)
	}
	if hi, err = instant(to, now, now); err != nil {
		return lo, hi, misusing(c, "--to %w", err)
	}
	if !lo.Before(hi) {
		return lo, hi, misusing(c, "--from %s is not before --to %s", lo.Format(time.RFC3339), hi.Format(time.RFC3339))
	}
	return lo, hi, nil
}

// instant reads a time, or how long ago it was.
func instant(text string, now, usual time.Time) (time.Time, error) {
	return transfer.Instant(text, now, usual)
}

// write gives f a writer on stdout, or on a new file that is there whole or not at
// all.
func (p *program) write(o outFlags, f func(io.Writer) error) error {
	if o.file == "" || o.file == "-" {
		return f(p.out)
	}
	return overwriting(transfer.File(o.file, o.force, f))
}

// overwriting says what to do about a file that is there.
func overwriting(err error) error {
	if errors.Is(err, fs.ErrExist) {
		err = fmt.Errorf("%w: choose another name, or overwrite it with --force", err)
	}
	return err
}
