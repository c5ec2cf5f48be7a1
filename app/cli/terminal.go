package cli

import (
	"context"
	"os"

	"golang.org/x/term"
)

// terminal is the person's own terminal.
type terminal interface {
	// size is the number of columns and rows, 0 when it is not known.
	size() (cols, rows int)
	// raw gives every key to us and returns what undoes that.
	raw() (restore func(), err error)
	// resized gives each size that differs from the one before, which at first is
	// known, until ctx ends.
	resized(ctx context.Context, known [2]int) <-chan [2]int
}

// newTerminal is the terminal that both stdin and stdout are; nil when they are
// something else.
func newTerminal(s streams) terminal {
	in, inOK := s.in.(*os.File)
	out, outOK := s.out.(*os.File)
	if !inOK || !outOK || !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())) {
		return nil
	}
	return &fileTerminal{in: int(in.Fd()), out: int(out.Fd())}
}

// isTerminal is true for a stream that a person looks at.
func isTerminal(w any) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// fileTerminal is a terminal behind file descriptors.
type fileTerminal struct{ in, out int }

func (t *fileTerminal) size() (cols, rows int) {
	cols, rows, err := term.GetSize(t.out)
	if err != nil {
		return 0, 0
	}
	return cols, rows
}

func (t *fileTerminal) raw() (func(), error) {
	before, err := term.MakeRaw(t.in)
	if err != nil {
		return nil, err
	}
	undo, err := prepareOutput(t.out)
	if err != nil {
		_ = term.Restore(t.in, before)
		return nil, err
	}
	return func() {
		undo()
		// Nothing can be done about a terminal that is gone.
		_ = term.Restore(t.in, before)
	}, nil
}

func (t *fileTerminal) resized(ctx context.Context, known [2]int) <-chan [2]int {
	sizes := make(chan [2]int)
	hints, stop := sizeHints()
	go func() {
		defer close(sizes)
		defer stop()
		for {
			// At first without a hint: the size may have changed since it was known.
			var now [2]int
			now[0], now[1] = t.size()
			if now != known && now[0] > 0 && now[1] > 0 {
				known = now
				select {
				case sizes <- now:
				case <-ctx.Done():
					return
				}
			}
			select {
			case <-ctx.Done():
				return
			case <-hints:
			}
		}
	}()
	return sizes
}
