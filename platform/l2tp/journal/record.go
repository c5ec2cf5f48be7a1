package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"tacklebox/platform/l2tp/plan"
)

// Bounds of an entry's file.
const (
	maxFile    = 512 << 10
	maxChanges = 24
	maxReason  = 400
	maxField   = 200
)

// record is one line of an entry's file: exactly one of its parts is there. The
// file only grows, so that what is written stays true whenever the writer dies.
type record struct {
	Entry *header `json:"entry,omitempty"`
	Begin *Change `json:"begin,omitempty"`
	Close *closed `json:"close,omitempty"`
	Undo  *int    `json:"undo,omitempty"`
}

// header is the first line.
type header struct {
	Format  int       `json:"format"`
	ID      string    `json:"id"`
	Time    time.Time `json:"time"`
	Build   string    `json:"build"`
	Version string    `json:"version"`
	User    string    `json:"user"`
	// Ops is how many changes are planned: fewer begun means that it stopped.
	Ops int `json:"ops"`
}

type closed struct {
	Change int    `json:"change"`
	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"`
	// At is when; entries of earlier versions lack it.
	At time.Time `json:"at,omitzero"`
}

const format = 1

// ErrDamaged: a file is no entry of the journal.
var ErrDamaged = errors.New("it is damaged: the .reg file of the same name beside it puts the registry values back by hand")

// folded is what the lines of a file come to.
type folded struct {
	entry  Entry
	ops    int
	undone bool // something was taken back, or begun to be
	good   int  // bytes of whole lines; what follows was torn off
}

// fold reads an entry's file. A last line that is not whole was being written
// when the writer died, and is left out; anything else that is not as we write it
// makes the file damaged.
func fold(data []byte) (folded, error) {
	var f folded
	if len(data) > maxFile {
		return f, fmt.Errorf("it has more than %d bytes: %w", maxFile, ErrDamaged)
	}
	for n := 1; ; n++ {
		line, rest, whole := bytes.Cut(data[f.good:], []byte("\n"))
		if !whole {
			break
		}
		var r record
		err := strict(line, &r)
		if err == nil {
			err = f.take(n, r)
		}
		if err != nil {
			if n > 1 && !bytes.Contains(rest, []byte("\n")) {
				break // the torn end, which happens to have a line end in it
			}
			return f, fmt.Errorf("line %d: %w: %w", n, err, ErrDamaged)
		}
		f.good += len(line) + 1
	}
	if f.entry.ID == "" {
		return f, ErrNoEntry // its writer died before anything was changed
	}
	f.entry.State = f.state()
	return f, nil
}

func strict(line []byte, r *record) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(r); err != nil {
		return errors.New("it is no record")
	}
	if dec.More() {
		return errors.New("there is more than a record")
	}
	return nil
}

// take adds a line.
func (f *folded) take(n int, r record) error {
	parts := 0
	for _, there := range []bool{r.Entry != nil, r.Begin != nil, r.Close != nil, r.Undo != nil} {
		if there {
			parts++
		}
	}
	if parts != 1 || (n == 1) != (r.Entry != nil) {
		return errors.New("it is no record of this place")
	}
	switch {
	case r.Entry != nil:
		return f.begin(*r.Entry)
	case r.Begin != nil:
		return f.change(*r.Begin)
	case r.Undo != nil:
		if *r.Undo < 0 || *r.Undo >= len(f.entry.Changes) {
			return errors.New("it takes back what was not begun")
		}
		f.undone = true
		return nil
	}
	return f.close(*r.Close)
}

func (f *folded) begin(h header) error {
	if h.Format != format {
		return fmt.Errorf("format %d: a later Tacklebox wrote it", h.Format)
	}
	if err := CheckID(h.ID); err != nil {
		return err
	}
	if h.Ops < 0 || h.Ops > maxChanges || !short(h.Build, h.Version, h.User) {
		return errors.New("its first line is out of bounds")
	}
	f.entry = Entry{ID: h.ID, Time: h.Time, Build: h.Build, Version: h.Version, User: h.User, Changes: []Change{}}
	f.ops = h.Ops
	return nil
}

func short(texts ...string) bool {
	return !slices.ContainsFunc(texts, func(s string) bool { return len(s) > maxField })
}

func (f *folded) change(c Change) error {
	if len(f.entry.Changes) >= f.ops {
		return errors.New("more was begun than planned")
	}
	if err := c.check(); err != nil {
		return err
	}
	f.entry.Changes = append(f.entry.Changes, c)
	return nil
}

func (f *folded) close(c closed) error {
	if c.Change < 0 || c.Change >= len(f.entry.Changes) || len(c.Reason) > maxReason+10 {
		return errors.New("it closes what was not begun")
	}
	switch c.State {
	case StateDone, StateFailed, StateSkipped, StateUndone:
	default:
		return errors.New("it closes with no state")
	}
	f.entry.Changes[c.Change].State, f.entry.Changes[c.Change].Reason = c.State, c.Reason
	if f.undone && c.At.After(f.entry.Undone) {
		f.entry.Undone = c.At
	}
	return nil
}

// check says why this is no change that we begin. The vocabulary is the plan's:
// nothing else is ever taken back.
func (c Change) check() error {
	if c.State != StateBegun || c.Reason != "" {
		return errors.New("a change begins as begun")
	}
	if err := (plan.Plan{Ops: []plan.Op{c.Op}}).Check(); err != nil {
		return err
	}
	valued := c.Existed || c.Type != 0 || len(c.Data) > 0
	served := c.Start != "" || c.Running
	switch c.Op.Op {
	case plan.SetValue, plan.DeleteValue:
		if served || c.Before != nil || !c.Existed && valued || len(c.Data) > longest {
			return errors.New("a value was there with its bytes, or was not there")
		}
	case plan.StartService, plan.DefaultType:
		if valued || c.Before != nil || c.Start != plan.StartAutomatic && c.Start != plan.StartManual && c.Start != plan.StartDisabled {
			return errors.New("a service had a start type")
		}
	case plan.WriteProfile:
		if valued || served {
			return errors.New("a connection is neither value nor service")
		}
		if b := c.Before; b != nil && (b.Name != c.Op.Name || len(b.Auth) > 8 || !short(append(b.Auth, b.Server, b.Tunnel, b.IPsec, b.Encryption)...)) {
			return errors.New("the connection before is out of bounds")
		}
	default:
		return fmt.Errorf("%.20q is nothing that is taken back", c.Op.Op)
	}
	return nil
}

// state is how far the whole entry came.
func (f *folded) state() State {
	count := map[State]int{}
	for _, c := range f.entry.Changes {
		count[c.State]++
	}
	settled := count[StateUndone] + count[StateSkipped]
	switch all := len(f.entry.Changes); {
	case f.undone && settled == all:
		return StateUndone
	case f.undone:
		return StatePartly
	case all == f.ops && count[StateDone]+count[StateSkipped] == all:
		return StateDone
	case count[StateDone]+count[StateSkipped]+count[StateBegun] > 0:
		return StatePartly
	case count[StateFailed] > 0:
		return StateFailed
	}
	return StateBegun
}

var idText = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}$`)

// CheckID says why this is no entry's name; it is a file's name, and travels in a
// command line.
func CheckID(id string) error {
	if !idText.MatchString(id) {
		return fmt.Errorf("%.40q names no entry of the journal: look at the history", id)
	}
	return nil
}
