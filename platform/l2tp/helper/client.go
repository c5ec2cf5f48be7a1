package helper

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"tacklebox/platform/elevate"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/plan"
)

// Program is the program that is elevated: the console build, which has no window
// and draws in no DLL of one that could be planted beside it.
const Program = "tacklebox-cli.exe"

// NewID is the name of a new entry of the journal.
func NewID() string { return journal.NewID(time.Now()) }

// Apply does the values and services of a plan in the elevated helper, behind one
// consent of Windows, under the name id. The connection and the restart of the plan
// are not its business; a plan with nothing else gives an empty entry and asks for
// nothing. accept are the names of the red values that the person agreed to one by
// one. step is told of each change as it is begun and closed. The entry is what the
// journal has of it, also beside an error.
//
// It gives [elevate.ErrDeclined] when Windows was told No, and
// [journal.ChangedError] when the PC is no longer as the plan says; nothing was
// changed then.
func Apply(ctx context.Context, id string, p plan.Plan, accept []string, step func(journal.Change)) (journal.Entry, error) {
	r, err := applying(id, p, accept)
	if err != nil || len(r.steps) == 0 {
		return journal.Entry{}, err
	}
	// Whatever can be said without rights is said before anybody is asked.
	looked := thisMachine()
	ops, err := r.ops(looked)
	if err == nil {
		_, err = journal.Look(looked, ops)
	}
	if err != nil {
		return journal.Entry{}, err
	}
	r.wait = true
	return gated(ctx, r, step, func() error { return nil })
}

// gated is call for a request that waits after its consent: first is called once then,
// and what was asked for is done when it gave no error. Who consents after the caller
// gave up finds nobody, and nothing is done.
func gated(ctx context.Context, r request, step func(journal.Change), first func() error) (journal.Entry, error) {
	g, err := newGate(r.id)
	if err != nil {
		return journal.Entry{}, err
	}
	did := false
	defer func() {
		if !did {
			_ = g.open(false)
		}
		g.close()
	}()
	var failed error
	e, err := call(ctx, r, step, func() {
		if did || ctx.Err() != nil || !g.isReady() {
			return
		}
		did = true
		failed = first()
		if opening := g.open(failed == nil); failed == nil {
			failed = opening
		}
	})
	if failed != nil {
		return e, failed
	}
	return e, err
}

// Undo takes the values and services of an entry back. Without overwrite, what
// somebody changed since is left alone and named in a [journal.ConflictError]. Where
// nothing is left to take back, nobody is asked.
//
// first is called once, after the consent and before anything of the machine is
// taken back, unless it is nil. When it fails nothing is, and its error is returned.
func Undo(ctx context.Context, id string, overwrite bool, step func(journal.Change), first func() error) (journal.Entry, error) {
	e, err := Read(id)
	if err != nil || e.Standing() == 0 {
		return e, err
	}
	if !overwrite {
		left, err := journal.Conflicts(thisMachine(), e)
		if err == nil && len(left) == e.Standing() {
			return e, &journal.ConflictError{Places: left}
		}
	}
	r := request{do: doUndo, id: id, overwrite: overwrite, wait: first != nil}
	if first == nil {
		return call(ctx, r, step, nil)
	}
	return gated(ctx, r, step, first)
}

// RestartServices restarts those of IKEEXT, PolicyAgent and RasMan that run, which
// hangs up connections of this PC.
func RestartServices(ctx context.Context) error {
	_, err := call(ctx, request{do: doServices}, nil, nil)
	return err
}

// History are the entries of this PC, the latest first: what the helper changed.
// What cannot be read is left out and named in the error beside them.
func History() ([]journal.Entry, error) {
	m, err := journal.OpenMachine(false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer m.Close()
	return journal.NewStore(m).List()
}

// Read is one entry of this PC.
func Read(id string) (journal.Entry, error) {
	m, err := journal.OpenMachine(false)
	if errors.Is(err, fs.ErrNotExist) {
		return journal.Entry{}, journal.ErrNoEntry
	}
	if err != nil {
		return journal.Entry{}, err
	}
	defer m.Close()
	return journal.NewStore(m).Read(id)
}

// call starts the helper, and says what became of it. tick is called every so often
// meanwhile, unless it is nil.
func call(ctx context.Context, r request, step func(journal.Change), tick func()) (journal.Entry, error) {
	program, err := elevate.Beside(Program)
	if err != nil {
		return journal.Entry{}, err
	}
	told := &teller{step: step}
	if r.id != "" && step != nil {
		if e, err := Read(r.id); err == nil {
			told.known(e) // taken back: only what changes from here on
		}
	}
	code, err := elevate.Run(ctx, elevate.Command{Program: program, Args: append([]string{Verb}, r.words()...), Tick: func() {
		if r.id != "" && step != nil {
			if e, err := Read(r.id); err == nil {
				told.tell(e)
			}
		}
		if tick != nil {
			tick()
		}
	}})
	if err != nil && ctx.Err() != nil && r.id != "" {
		// The helper may be at work, or get its consent only now: whoever wants it back
		// has to know the entry.
		if e, reading := Read(r.id); reading == nil {
			return e, err
		}
		return journal.Entry{ID: r.id}, err
	}
	if err != nil {
		return journal.Entry{}, err
	}
	var e journal.Entry
	if r.id != "" {
		var reading error
		if e, reading = Read(r.id); reading == nil {
			told.tell(e)
		} else if code == exitDone {
			return e, reading
		}
	}
	return e, r.outcome(code, e)
}

// outcome is an exit code as an error with what to do.
func (r request) outcome(code int, e journal.Entry) error {
	switch code {
	case exitDone:
		return nil
	case exitBusy:
		return journal.ErrBusy
	case exitNoEntry:
		return journal.ErrNoEntry
	case exitChanged:
		return &journal.ChangedError{Places: r.places()}
	case exitConflict:
		left, err := journal.Conflicts(thisMachine(), e)
		if err != nil {
			return err
		}
		return &journal.ConflictError{Places: left}
	case exitNeeded:
		return fmt.Errorf("restart the services: %w: restart the PC instead", journal.ErrNeeded)
	case exitFolder:
		if m, err := journal.OpenMachine(false); err != nil {
			return err
		} else {
			m.Close()
		}
		return fmt.Errorf("open the journal's folder: %w", journal.ErrFolder)
	case exitFailed:
		return r.reason(e)
	case exitRights:
		return errRights
	case exitStopped:
		return errStopped
	case exitWords:
		return errors.New("the helper did not take the plan: tacklebox-cli.exe beside this program is of another version: unpack both from one archive")
	}
	switch {
	case r.do == doServices:
		return errors.New("a service did not stop or start again: restart the PC instead")
	case code == exitCannot:
		return errors.New("the helper changed nothing: look whether the disk is full, or another program guards the folder ProgramData, then try again")
	}
	return fmt.Errorf("the helper ended unexpectedly, with code %d: look at the history, and undo what was begun", code)
}

func (r request) places() []plan.Place {
	var out []plan.Place
	for _, s := range r.steps {
		out = append(out, plan.Place{Key: s.op.Key, Name: s.op.Name})
	}
	return out
}

// reason is what the entry says of the change that failed.
func (r request) reason(e journal.Entry) error {
	if r.do == doUndo {
		return fmt.Errorf("entry %s was not taken back in full: look at the history, then undo once more", r.id)
	}
	for i, c := range e.Changes {
		if c.State == journal.StateFailed {
			return fmt.Errorf("change %d, %s: %s: undo takes back what was done", i+1, c.Op.Name, c.Reason)
		}
	}
	return errors.New("the plan was not done in full: look at the history, and undo what was done")
}

// teller tells each state of each change once.
type teller struct {
	step func(journal.Change)
	seen []journal.State
}

func (t *teller) known(e journal.Entry) {
	for _, c := range e.Changes {
		t.seen = append(t.seen, c.State)
	}
}

func (t *teller) tell(e journal.Entry) {
	if t.step == nil {
		return
	}
	for i, c := range e.Changes {
		if i == len(t.seen) {
			t.seen = append(t.seen, "")
		}
		if t.seen[i] == c.State {
			continue
		}
		if t.seen[i] == "" && c.State != journal.StateBegun {
			begun := c
			begun.State, begun.Reason = journal.StateBegun, ""
			t.step(begun)
		}
		t.seen[i] = c.State
		t.step(c)
	}
}

// Machine is the registry and the services of this PC. Reading needs no rights;
// writing has the helper's.
func Machine() journal.Machine { return thisMachine() }
