package helper

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"tacklebox/platform/elevate"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/kit"
	"tacklebox/platform/l2tp/plan"
)

// The exit codes of the helper. What they stand for in full is in the journal, or
// can be read without rights; nothing else comes back.
const (
	exitDone     = 0
	exitWords    = 20 // not asked as we ask
	exitChanged  = 21 // the PC is not as the preview showed it
	exitBusy     = 22 // another helper is at work
	exitFolder   = 23 // the journal's folder is not to be trusted
	exitFailed   = 24 // a change failed; the entry says which
	exitConflict = 25 // somebody changed since what is to be taken back
	exitNoEntry  = 26
	exitCannot   = 27 // refused before anything was changed
	exitNeeded   = 28 // a service cannot be stopped, since another one needs it
	exitRights   = 29 // not an administrator
	exitStopped  = 30 // the caller's half was not done, so nothing was
)

// errRights: the helper was started without an administrator's rights.
var errRights = errors.New("this needs an administrator's rights: start it by tacklebox-cli l2tp apply, which asks Windows for them")

// errStopped: the other half failed, or nobody came to the gate; nothing was changed.
var errStopped = errors.New("the connection was not taken back, so nothing else was: look at the history, then undo once more")

// Main is the helper: what stands behind [Verb] is its arguments. It returns the
// exit code of the process.
func Main(args []string, version string) int {
	// First of all, so that nothing planted beside the program or in the working
	// folder is loaded with an administrator's rights.
	if err := elevate.SystemOnly(); err != nil {
		return exitRights
	}
	return codeOf(serve(args, version))
}

func serve(args []string, version string) error {
	r, err := parse(args)
	if err != nil {
		return err
	}
	if !elevate.Elevated() {
		return errRights
	}
	m, err := journal.OpenMachine(true)
	if err != nil {
		return err
	}
	defer m.Close()
	if err := m.Lock(); err != nil {
		return err
	}
	pc, err := thisPC(version)
	if err != nil {
		return err
	}
	return r.serve(pc, journal.NewStore(m))
}

// machine is what the helper changes, with what the journal says about it.
type machine struct {
	journal.Machine

	build, version, user string
	now                  func() time.Time
	gate                 func(id string) error // waits until the caller says go
}

// serve does what is asked.
func (r request) serve(pc machine, s *journal.Store) error {
	switch r.do {
	case doApply:
		return r.apply(pc, s)
	case doUndo:
		return r.undo(pc, s)
	}
	return restartServices(pc)
}

func (r request) apply(pc machine, s *journal.Store) error {
	if r.wait {
		// Whoever gave up while Windows asked wants nothing changed any more.
		if err := pc.gate(r.id); err != nil {
			return err
		}
	}
	ops, err := r.ops(pc)
	if err != nil {
		return err
	}
	changes, err := journal.Look(pc, ops)
	if err != nil {
		return err
	}
	e := journal.Entry{ID: r.id, Time: pc.now(), Build: pc.build, Version: pc.version, User: pc.user}
	l, err := s.Create(e, len(changes))
	if err != nil {
		return err
	}
	// For a person with regedit, should nothing of ours run any more.
	back, err := kit.Reg(plan.Plan{Ops: ops}, true)
	if err == nil {
		err = s.Keep("undo-"+r.id+".reg", back)
	} else if errors.Is(err, kit.ErrNothing) {
		err = nil
	}
	if err == nil {
		err = failed(journal.Apply(pc, l, changes))
	}
	return errors.Join(err, l.Done())
}

func (r request) undo(pc machine, s *journal.Store) error {
	l, err := s.Open(r.id)
	if err != nil {
		return err
	}
	if r.wait {
		if err := pc.gate(r.id); err != nil {
			return errors.Join(err, l.Done())
		}
	}
	return errors.Join(failed(journal.Undo(pc, l, r.overwrite)), l.Done())
}

// failedError is a change that failed, which the entry tells about.
type failedError struct{ error }

func (e failedError) Unwrap() error { return e.error }

func failed(err error) error {
	if err == nil {
		return nil
	}
	return failedError{err}
}

// restartServices restarts the services that read the values: those of them that
// run. A service that was stopped is started again, whatever else fails.
func restartServices(m journal.Machine) error {
	var stopped []string
	var errs []error
	// The one that stands on the others first.
	for _, name := range []string{plan.RasMan, plan.PolicyAgent, plan.IKEEXT} {
		s, err := m.Service(name)
		if err == nil && s.Installed && s.Running {
			if err = m.Stop(name); err == nil {
				stopped = append([]string{name}, stopped...)
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			break
		}
	}
	for _, name := range stopped {
		if err := m.Start(name); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// codeOf is what the other half gets to know of an error.
func codeOf(err error) int {
	var changed *journal.ChangedError
	var conflict *journal.ConflictError
	var half failedError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errWords):
		return exitWords
	case errors.Is(err, errRights):
		return exitRights
	case errors.Is(err, errStopped):
		return exitStopped
	case errors.As(err, &conflict):
		return exitConflict
	case errors.As(err, &half):
		return exitFailed
	case errors.As(err, &changed):
		return exitChanged
	case errors.Is(err, journal.ErrBusy):
		return exitBusy
	case errors.Is(err, journal.ErrFolder):
		return exitFolder
	case errors.Is(err, journal.ErrNoEntry):
		return exitNoEntry
	case errors.Is(err, journal.ErrNeeded):
		return exitNeeded
	case errors.Is(err, fs.ErrExist):
		return exitBusy // another one took this entry's name
	}
	return exitCannot
}
