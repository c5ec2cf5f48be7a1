package journal

import (
	"errors"
	"fmt"
)

// ErrFolder: the folder of the journal is not one that only administrators write
// in. An elevated process must not trust it, nor write there.
var ErrFolder = errors.New("somebody else may have made it: look what it holds, and delete or rename it as an administrator")

// The accounts that may own the folder and write in it, by their security IDs.
const (
	sidAdministrators   = "S-1-5-32-544"
	sidSystem           = "S-1-5-18"
	sidTrustedInstaller = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
)

// access is one entry of an access list that allows something.
type access struct {
	sid  string
	mask uint32
}

// standingFile is what the system says of an open file or folder.
type standingFile struct {
	directory bool
	reparse   bool // a junction, a link or the like
	links     uint32
	owner     string
	noList    bool // no access list at all: everybody may do everything
	protected bool // takes nothing over from the folder above
	allows    []access
}

// writing are the rights that change a file or a folder, or who may.
const writing = 0x2 | 0x4 | 0x10 | 0x40 | 0x100 | 0x10000 | 0x40000 | 0x80000 | 0x10000000 | 0x40000000

func trusted(sid string) bool {
	return sid == sidAdministrators || sid == sidSystem || sid == sidTrustedInstaller
}

// passed says why a folder above ours is not walked through.
func (s standingFile) passed() error {
	if !s.directory || s.reparse {
		return errors.New("it is no plain folder but a link to another place")
	}
	return nil
}

// ours says why a folder is not taken for one that we made.
func (s standingFile) ours() error {
	if err := s.passed(); err != nil {
		return fmt.Errorf("%w: %w", err, ErrFolder)
	}
	if !s.protected {
		return fmt.Errorf("it takes over the rights of the folder above it: %w", ErrFolder)
	}
	return s.safe()
}

// entry says why a file in our folder is not taken for one that we wrote.
func (s standingFile) entry() error {
	if s.directory || s.reparse || s.links > 1 {
		return fmt.Errorf("it is no plain file: %w", ErrFolder)
	}
	return s.safe()
}

func (s standingFile) safe() error {
	switch {
	case !trusted(s.owner):
		return fmt.Errorf("its owner is %s, not Administrators: %w", s.owner, ErrFolder)
	case s.noList:
		return fmt.Errorf("it has no access list: %w", ErrFolder)
	}
	for _, a := range s.allows {
		if a.mask&writing != 0 && !trusted(a.sid) {
			return fmt.Errorf("%s may write there: %w", a.sid, ErrFolder)
		}
	}
	return nil
}
