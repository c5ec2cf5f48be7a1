package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// File is an entry's file while it is written: what Write took and Sync confirmed
// is there after a power cut.
type File interface {
	io.Writer
	Sync() error
	Close() error
}

// Log writes one entry down, line by line, each on the disk before it returns.
type Log struct {
	file File
	f    folded
	step func(Change)
	err  error // of a line that did not get through: nothing is written after it
}

// Entry is what the log says by now.
func (l *Log) Entry() Entry {
	e := l.f.entry
	e.Changes = append([]Change{}, e.Changes...)
	e.State = l.f.state()
	return e
}

// Tell has step told of each change as it is begun and closed.
func (l *Log) Tell(step func(Change)) { l.step = step }

// Begin writes down that a change is about to be made, with what is there before
// it, and returns its number.
func (l *Log) Begin(c Change) (int, error) {
	if err := l.write(record{Begin: &c}); err != nil {
		return 0, err
	}
	i := len(l.f.entry.Changes) - 1
	l.tell(i)
	return i, nil
}

// Close writes down what became of a change, or of taking it back.
func (l *Log) Close(i int, s State, reason string) error {
	if err := l.write(record{Close: &closed{Change: i, State: s, Reason: shorten(reason), At: time.Now().UTC().Truncate(time.Second)}}); err != nil {
		return err
	}
	l.tell(i)
	return nil
}

// Undo writes down that a change is about to be taken back.
func (l *Log) Undo(i int) error { return l.write(record{Undo: &i}) }

// Done closes the file.
func (l *Log) Done() error {
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("close the journal: %w", err)
	}
	return nil
}

func (l *Log) tell(i int) {
	if l.step != nil {
		l.step(l.f.entry.Changes[i])
	}
}

// write adds a line, and takes only what the reader will take too.
func (l *Log) write(r record) error {
	if l.err != nil {
		return l.err
	}
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	var same record
	if err := strict(line, &same); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	line = append(line, '\n')
	if l.f.good+len(line) > maxFile {
		return errors.New("write the journal: this entry has grown too long to be read again")
	}
	n := 2
	if l.f.entry.ID == "" {
		n = 1
	}
	if err := l.f.take(n, same); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	if _, err = l.file.Write(line); err == nil {
		err = l.file.Sync()
	}
	if err != nil {
		l.err = fmt.Errorf("write the journal: %w: nothing more is changed", err)
		return l.err
	}
	l.f.good += len(line)
	return nil
}

// shorten keeps a reason one line of bounded length.
func shorten(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "") + "..."
	}
	return text
}
