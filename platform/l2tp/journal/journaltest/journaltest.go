// Package journaltest is a registry, a service manager and a journal's folder in
// memory, which fail, or die as a killed process does, at any call.
package journaltest

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"reflect"
	"slices"

	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/plan"
)

// Killed is what a call panics with where the process is to die.
type Killed struct{ Call int }

// ErrTold is the error of a call that was told to fail.
var ErrTold = errors.New("access is denied")

// World is one PC with its journal. Calls of all of it are counted together.
type World struct {
	Values   map[plan.Place]plan.Value
	NoKeys   []string // keys that are not there
	Services map[string]plan.Service
	Needed   []string // services that cannot be stopped
	Files    map[string][]byte

	// DieAt is the call that the process dies in, counted from 1, before it has
	// its effect, or after it where Late is set; a write of a file dies in its middle.
	DieAt int
	Late  bool
	// FailAt is the call that returns ErrTold without effect.
	FailAt int
	// Guard puts a value back each time that it is written.
	Guard *plan.Place

	Calls  int
	Writes int // calls that changed registry or services
}

// New is a PC as Windows comes, with all services stopped but BFE.
func New() *World {
	w := &World{Values: map[plan.Place]plan.Value{}, Services: map[string]plan.Service{}, Files: map[string][]byte{}}
	for _, name := range plan.ServiceNames() {
		start, _ := plan.DefaultStart(name)
		w.Services[name] = plan.Service{Name: name, Installed: true, Start: start, Running: name == plan.BFE}
	}
	return w
}

// Put sets a value without counting.
func (w *World) Put(at plan.Place, typ uint32, data ...byte) {
	w.Values[at] = plan.Value{Place: at, Exists: true, Type: typ, Data: data}
}

// State is what of the PC a person would want back.
type State struct {
	Values   map[plan.Place]plan.Value
	Services map[string]plan.Service
}

// State copies it.
func (w *World) State() State { return State{maps.Clone(w.Values), maps.Clone(w.Services)} }

// Same says that two are alike, byte for byte.
func (s State) Same(t State) bool { return reflect.DeepEqual(s, t) }

// Killed runs f and says whether the process died in it.
func (w *World) Killed(f func()) (died bool) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case Killed:
			died = true
		default:
			panic(r)
		}
	}()
	f()
	return false
}

// call counts one call, with its effect.
func (w *World) call(effect func()) error {
	w.Calls++
	die := w.Calls == w.DieAt
	if die && !w.Late {
		panic(Killed{w.Calls})
	}
	if w.Calls == w.FailAt {
		return ErrTold
	}
	effect()
	if die {
		panic(Killed{w.Calls})
	}
	return nil
}

// Value implements journal.Machine.
func (w *World) Value(at plan.Place) (v plan.Value, err error) {
	if slices.Contains(w.NoKeys, at.Key) {
		return plan.Value{Place: at}, journal.ErrNoKey
	}
	err = w.call(func() {
		v = w.Values[at]
		v.Place = at
		v.Data = bytes.Clone(v.Data)
	})
	return v, err
}

// Set implements journal.Machine.
func (w *World) Set(at plan.Place, typ uint32, data []byte) error {
	return w.write(at, plan.Value{Place: at, Exists: true, Type: typ, Data: bytes.Clone(data)})
}

// Delete implements journal.Machine.
func (w *World) Delete(at plan.Place) error { return w.write(at, plan.Value{}) }

func (w *World) write(at plan.Place, v plan.Value) error {
	if slices.Contains(w.NoKeys, at.Key) {
		return journal.ErrNoKey
	}
	return w.call(func() {
		w.Writes++
		if w.Guard != nil && *w.Guard == at {
			return
		}
		if v.Exists {
			w.Values[at] = v
		} else {
			delete(w.Values, at)
		}
	})
}

// Service implements journal.Machine.
func (w *World) Service(name string) (s plan.Service, err error) {
	err = w.call(func() {
		s = w.Services[name]
		s.Name = name
	})
	return s, err
}

func (w *World) service(name string, change func(*plan.Service)) error {
	return w.call(func() {
		w.Writes++
		s := w.Services[name]
		change(&s)
		w.Services[name] = s
	})
}

// Start implements journal.Machine.
func (w *World) Start(name string) error {
	if w.Services[name].Start == plan.StartDisabled {
		return errors.New("the service is disabled")
	}
	return w.service(name, func(s *plan.Service) { s.Running = true })
}

// Stop implements journal.Machine.
func (w *World) Stop(name string) error {
	if slices.Contains(w.Needed, name) {
		return journal.ErrNeeded
	}
	return w.service(name, func(s *plan.Service) { s.Running = false })
}

// SetStart implements journal.Machine.
func (w *World) SetStart(name string, start plan.StartType) error {
	return w.service(name, func(s *plan.Service) { s.Start = start })
}

// Create implements journal.Folder.
func (w *World) Create(name string) (journal.File, error) {
	if _, there := w.Files[name]; there {
		return nil, fs.ErrExist
	}
	return &file{w, name}, w.call(func() { w.Files[name] = nil })
}

// Append implements journal.Folder.
func (w *World) Append(name string, size int64) (journal.File, error) {
	if _, there := w.Files[name]; !there {
		return nil, fs.ErrNotExist
	}
	return &file{w, name}, w.call(func() { w.Files[name] = w.Files[name][:size] })
}

// Read implements journal.Folder.
func (w *World) Read(name string, most int) ([]byte, error) {
	data, there := w.Files[name]
	if !there {
		return nil, fs.ErrNotExist
	}
	return bytes.Clone(data[:min(most, len(data))]), nil
}

// Names implements journal.Folder.
func (w *World) Names() ([]string, error) { return slices.Sorted(maps.Keys(w.Files)), nil }

type file struct {
	w    *World
	name string
}

// Write implements io.Writer. A process that dies in it leaves half a line.
func (f *file) Write(p []byte) (int, error) {
	if f.w.Calls+1 == f.w.DieAt && !f.w.Late {
		f.w.Files[f.name] = append(f.w.Files[f.name], p[:len(p)/2]...)
	}
	err := f.w.call(func() { f.w.Files[f.name] = append(f.w.Files[f.name], p...) })
	return len(p), err
}

// Sync implements journal.File.
func (f *file) Sync() error { return f.w.call(func() {}) }

// Close implements journal.File.
func (f *file) Close() error { return nil }
