package journal

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Folder is where entries are kept, each file by a plain name. [Dir] is a folder
// of a person's own; [OpenMachine] is the one that only administrators write in.
type Folder interface {
	// Create makes a file that is not there yet.
	Create(name string) (File, error)
	// Append opens a file that is there, cut to size bytes, for writing at its end.
	Append(name string, size int64) (File, error)
	// Read reads a file of at most so many bytes; one that is longer is cut there.
	Read(name string, most int) ([]byte, error)
	// Names are the names of all files.
	Names() ([]string, error)
}

// ErrNoEntry: there is no such entry.
var ErrNoEntry = errors.New("there is no such entry in the journal: look at the history")

// mostEntries bounds a history: the latest are read.
const mostEntries = 500

const suffix = ".jsonl"

// Store is the journal in a folder.
type Store struct{ folder Folder }

// NewStore is the journal in a folder.
func NewStore(f Folder) *Store { return &Store{f} }

// NewID is a new entry's name, sortable by time.
func NewID(t time.Time) string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return t.UTC().Format("20060102T150405Z") + "-" + hex.EncodeToString(b[:])
}

// Create begins an entry for so many changes. The entry's ID, time, build, version
// and user are written down; its changes come through the log.
func (s *Store) Create(e Entry, ops int) (*Log, error) {
	if err := CheckID(e.ID); err != nil {
		return nil, err
	}
	file, err := s.folder.Create(e.ID + suffix)
	if err != nil {
		return nil, fmt.Errorf("begin an entry of the journal: %w", err)
	}
	l := &Log{file: file}
	h := header{Format: format, ID: e.ID, Time: e.Time.UTC(), Build: e.Build, Version: e.Version, User: e.User, Ops: ops}
	if err := l.write(record{Entry: &h}); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return l, nil
}

// Open opens an entry to take it back. What was torn off when its writer died is
// cut away.
func (s *Store) Open(id string) (*Log, error) {
	f, err := s.read(id)
	if err != nil {
		return nil, err
	}
	file, err := s.folder.Append(id+suffix, int64(f.good))
	if err != nil {
		return nil, fmt.Errorf("open entry %s of the journal: %w", id, err)
	}
	return &Log{file: file, f: f}, nil
}

// Read reads an entry.
func (s *Store) Read(id string) (Entry, error) {
	f, err := s.read(id)
	return f.entry, err
}

func (s *Store) read(id string) (folded, error) {
	if err := CheckID(id); err != nil {
		return folded{}, err
	}
	data, err := s.folder.Read(id+suffix, maxFile+1)
	if errors.Is(err, fs.ErrNotExist) {
		return folded{}, ErrNoEntry
	}
	if err != nil {
		return folded{}, fmt.Errorf("read entry %s of the journal: %w", id, err)
	}
	f, err := fold(data)
	if errors.Is(err, ErrNoEntry) {
		return folded{}, err
	}
	if err == nil && f.entry.ID != id {
		err = ErrDamaged
	}
	if err != nil {
		return folded{}, fmt.Errorf("read entry %s of the journal: %w", id, err)
	}
	return f, nil
}

// List are the entries, the latest first. What cannot be read is left out and
// named in the error beside them.
func (s *Store) List() ([]Entry, error) {
	all, err := s.folder.Names()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the journal: %w", err)
	}
	var ids []string
	for _, name := range all {
		if id, ok := strings.CutSuffix(name, suffix); ok && CheckID(id) == nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	slices.Reverse(ids)
	var out []Entry
	var failed []error
	for _, id := range ids[:min(len(ids), mostEntries)] {
		e, err := s.Read(id)
		if errors.Is(err, ErrNoEntry) {
			continue
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		out = append(out, e)
	}
	return out, errors.Join(failed...)
}

// Keep writes a file beside an entry, such as its .reg file.
func (s *Store) Keep(name string, data []byte) error {
	file, err := s.folder.Create(name)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// Merge puts the two halves of each entry together, the latest first: what the
// helper changed of the machine, and what was changed of this person's
// connections.
func Merge(machine, person []Entry) []Entry {
	out := slices.Clone(machine)
	for _, p := range person {
		i := slices.IndexFunc(out, func(e Entry) bool { return e.ID == p.ID })
		if i < 0 {
			out = append(out, p)
			continue
		}
		out[i].Changes = slices.Concat(out[i].Changes, p.Changes)
		if p.Undone.After(out[i].Undone) {
			out[i].Undone = p.Undone
		}
		if out[i].State != p.State {
			out[i].State = joined(out[i].Changes)
		}
	}
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(b.ID, a.ID) })
	return out
}

// joined is the state of two halves that differ in theirs: what was left as it was is
// neither done nor taken back, and so does not count.
func joined(all []Change) State {
	count := map[State]int{}
	for _, c := range all {
		count[c.State]++
	}
	switch len(all) - count[StateSkipped] {
	case count[StateUndone]:
		return StateUndone
	case count[StateDone]:
		return StateDone
	}
	return StatePartly
}

// UserDir is the folder, below the person's data folder, of the half that is
// theirs: connections, which need no administrator.
func UserDir(dataDir string) Dir { return Dir(filepath.Join(dataDir, "l2tp")) }
