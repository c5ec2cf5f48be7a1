package journal

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

// TestRights: what we ask Windows for is what we take for ours, and what others
// would have made is not.
func TestRights(t *testing.T) {
	read := func(sddl string) standingFile {
		t.Helper()
		sd, err := windows.SecurityDescriptorFromString(sddl)
		if err != nil {
			t.Fatal(err)
		}
		s := standingFile{directory: true, links: 1}
		if err := s.describe(sd); err != nil {
			t.Fatal(err)
		}
		return s
	}
	ours := read(folderRights)
	if err := ours.ours(); err != nil || len(ours.allows) != 3 {
		t.Errorf("%v, %+v", err, ours)
	}
	for _, bad := range []string{
		strings.Replace(folderRights, "O:BA", "O:BU", 1),
		strings.Replace(folderRights, "0x1200a9", "0x1201bf", 1),
		strings.Replace(folderRights, "PAI", "AI", 1),
		folderRights + "(A;OICIIO;GA;;;CO)",
		"O:BAG:BA",
	} {
		if err := read(bad).ours(); !errors.Is(err, ErrFolder) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for _, sddl := range []string{fileOwner, lockRights} {
		if _, err := rights(sddl); err != nil {
			t.Errorf("%s: %v", sddl, err)
		}
	}
}

// TestMachineFolder makes the real folder, keeps an entry in it and holds its lock.
func TestMachineFolder(t *testing.T) {
	onlyUnderWine(t)
	m, err := OpenMachine(true)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if !strings.HasSuffix(m.path, `\Tacklebox\l2tp`) {
		t.Errorf("the folder is %q", m.path)
	}
	if err := m.Lock(); err != nil {
		t.Fatal(err)
	}
	second, err := OpenMachine(false)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if err := second.Lock(); !errors.Is(err, ErrBusy) {
		t.Errorf("two helpers: %v", err)
	}
	s := NewStore(m)
	e := Entry{ID: NewID(time.Now()), Time: time.Now(), User: "S-1-5-18"}
	l, err := s.Create(e, 0)
	if err != nil {
		t.Fatal(err)
	}
	// Whoever reads meanwhile does not keep it from being written.
	if _, err := NewStore(second).Read(e.ID); err != nil {
		t.Error(err)
	}
	if err := l.Done(); err != nil {
		t.Error(err)
	}
	if _, err := s.Create(e, 0); !errors.Is(err, fs.ErrExist) {
		t.Errorf("overwritten: %v", err)
	}
	if list, err := s.List(); err != nil || len(list) == 0 {
		t.Errorf("%v, %v", list, err)
	}
	m.Close()
	if err := second.Lock(); err != nil {
		t.Errorf("the lock was not given back: %v", err)
	}
}
