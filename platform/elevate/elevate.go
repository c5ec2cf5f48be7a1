// Package elevate starts a helper of ours with an administrator's rights, behind
// the consent of Windows, and waits for it.
package elevate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// ErrDeclined: the person said No when Windows asked for consent (error 1223), or
// closed the question. It is no failure, and nothing was started.
var ErrDeclined = errors.New("nothing was changed: Windows was told No when it asked")

// Command is one run of a helper.
type Command struct {
	// Program is its full path.
	Program string
	// Args are plain words: letters, digits, dots, dashes and underscores, so that
	// nothing has to be quoted.
	Args []string
	// Tick is called every so often while it is waited for, until Run returns; nil
	// for nobody.
	Tick func()
}

const every = 150 * time.Millisecond

// mostLine bounds a command line: the shell takes some 2,000 characters everywhere.
const mostLine = 2000

var word = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,150}$`)

func (c Command) check() error {
	if !filepath.IsAbs(c.Program) {
		return fmt.Errorf("start %q: name the helper by its full path", c.Program)
	}
	n := 0
	for _, a := range c.Args {
		if !word.MatchString(a) {
			return fmt.Errorf("start %s: %.40q is no plain word", filepath.Base(c.Program), a)
		}
		n += len(a) + 1
	}
	if n > mostLine {
		return fmt.Errorf("start %s: %d characters are more than a command line takes", filepath.Base(c.Program), n)
	}
	return nil
}

// Run starts the helper elevated, behind the question of Windows, and returns its
// exit code. It works in the system folder. When ctx ends first Run returns, and
// the helper, which nobody may end then, goes on by itself.
func Run(ctx context.Context, c Command) (code int, err error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	type outcome struct {
		code int
		err  error
	}
	// Buffered: nobody may be left to take it.
	done := make(chan outcome, 1)
	go func() {
		code, err := run(c)
		done <- outcome{code, err}
	}()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case o := <-done:
			if o.err != nil {
				return 0, fmt.Errorf("start %s as administrator: %w", filepath.Base(c.Program), o.err)
			}
			return o.code, nil
		case <-ctx.Done():
			return 0, fmt.Errorf("wait for %s: %w: what it has begun goes on", filepath.Base(c.Program), ctx.Err())
		case <-tick.C:
			if c.Tick != nil {
				c.Tick()
			}
		}
	}
}

// Beside is the full path of a program of ours in the folder of the running one.
func Beside(name string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find %s: %w", name, err)
	}
	path := filepath.Join(filepath.Dir(self), name)
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not beside %s: unpack both into one folder", name, filepath.Base(self))
	}
	return path, nil
}

// Elevated says that this process has an administrator's rights already.
func Elevated() bool { return elevated() }

// SystemOnly has DLLs loaded from the system folder alone from here on, whatever
// lies beside the program or in its working folder. It comes first in a helper.
func SystemOnly() error { return systemOnly() }
