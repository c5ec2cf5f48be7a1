package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"unsafe"

	"golang.org/x/sys/windows"

	"tacklebox/platform/l2tp/wine"
)

// MachineFolder is the folder of the journal of this PC: administrators and the
// system write in it, everybody reads. While it is open nothing on the way to it
// can be renamed or replaced.
type MachineFolder struct {
	path string
	held []windows.Handle
}

// Who may do what, in Windows' own spelling: full rights for Administrators and
// the system, reading for Users, nothing taken over from the folder above.
const (
	folderRights = "O:BAG:BAD:PAI(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)(A;OICI;0x1200a9;;;BU)"
	fileOwner    = "O:BAG:BA"
	lockRights   = "O:BAG:BAD:P(A;;FA;;;BA)(A;;FA;;;SY)"
)

// OpenMachine opens the folder, below the folder of Windows for all programs' data.
// Where make is set and it is not there it is made, with its owner and rights from
// the first moment. One that somebody else made is refused. Without make, a folder
// that is not there gives [fs.ErrNotExist].
//
// The place comes from Windows, not from the environment, which another program of
// this person could have set. That the rights hold is expected, not yet seen on
// real Windows: under Wine there are none.
func OpenMachine(make bool) (*MachineFolder, error) {
	base, err := windows.KnownFolderPath(windows.FOLDERID_ProgramData, 0)
	if err != nil {
		return nil, fmt.Errorf("find the folder for all programs' data: %w", err)
	}
	m := &MachineFolder{path: filepath.Join(base, "Tacklebox", "l2tp")}
	var above []string
	for dir := base; ; dir = filepath.Dir(dir) {
		above = append(above, dir)
		if dir == filepath.Dir(dir) {
			break
		}
	}
	slices.Reverse(above)
	for _, dir := range above {
		if err := m.hold(dir, standingFile.passed); err != nil {
			m.Close()
			return nil, fmt.Errorf("use the folder %q: %w", dir, err)
		}
	}
	for _, dir := range []string{filepath.Dir(m.path), m.path} {
		if make {
			err = makeFolder(dir)
		}
		if err == nil {
			err = m.hold(dir, standingFile.ours)
		}
		if err != nil {
			m.Close()
			return nil, fmt.Errorf("use the folder %q: %w", dir, err)
		}
	}
	return m, nil
}

// Close gives the folder back.
func (m *MachineFolder) Close() {
	for _, h := range m.held {
		_ = windows.CloseHandle(h)
	}
	m.held = nil
}

func makeFolder(dir string) error {
	sa, err := rights(folderRights)
	if err != nil {
		return err
	}
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return err
	}
	if err := windows.CreateDirectory(name, sa); err != nil && !errors.Is(err, windows.ERROR_ALREADY_EXISTS) {
		return err
	}
	return nil
}

func rights(sddl string) (*windows.SecurityAttributes, error) {
	sd, err := windows.SecurityDescriptorFromString(sddl)
	if err != nil {
		return nil, fmt.Errorf("read its rights: %w", err)
	}
	sa := &windows.SecurityAttributes{SecurityDescriptor: sd}
	sa.Length = uint32(unsafe.Sizeof(*sa))
	return sa, nil
}

// hold opens a folder itself, not what it may link to, judges it by the handle, and
// keeps that: nobody may rename or delete it meanwhile.
func (m *MachineFolder) hold(dir string, judge func(standingFile) error) error {
	h, err := openItself(dir, windows.FILE_LIST_DIRECTORY|windows.READ_CONTROL|windows.SYNCHRONIZE, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, windows.OPEN_EXISTING, nil)
	if err != nil {
		return err
	}
	m.held = append(m.held, h)
	s, err := standingOf(h)
	if err != nil {
		return err
	}
	return judge(s)
}

func openItself(path string, mode, share, disposition uint32, sa *windows.SecurityAttributes) (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, err
	}
	h, err := windows.CreateFile(name, mode, share, sa, disposition, windows.FILE_FLAG_BACKUP_SEMANTICS|windows.FILE_FLAG_OPEN_REPARSE_POINT, 0)
	if errors.Is(err, windows.ERROR_PATH_NOT_FOUND) {
		err = fs.ErrNotExist
	}
	return h, err
}

// standingOf asks the system about what is open.
func standingOf(h windows.Handle) (standingFile, error) {
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(h, &info); err != nil {
		return standingFile{}, fmt.Errorf("look at it: %w", err)
	}
	s := standingFile{
		directory: info.FileAttributes&windows.FILE_ATTRIBUTE_DIRECTORY != 0,
		reparse:   info.FileAttributes&windows.FILE_ATTRIBUTE_REPARSE_POINT != 0,
		links:     info.NumberOfLinks,
	}
	if wine.Here() {
		// Wine has the rights of the system below it, and no owner but this person.
		s.owner, s.protected = sidAdministrators, true
		return s, nil
	}
	sd, err := windows.GetSecurityInfo(h, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return s, fmt.Errorf("read who owns it: %w", err)
	}
	return s, s.describe(sd)
}

// describe reads a security descriptor.
func (s *standingFile) describe(sd *windows.SECURITY_DESCRIPTOR) error {
	owner, _, err := sd.Owner()
	if err != nil {
		return fmt.Errorf("read who owns it: %w", err)
	}
	if owner != nil {
		s.owner = owner.String()
	}
	control, _, err := sd.Control()
	if err != nil {
		return fmt.Errorf("read its access list: %w", err)
	}
	s.protected = control&windows.SE_DACL_PROTECTED != 0
	list, _, err := sd.DACL()
	if err != nil && !errors.Is(err, windows.ERROR_OBJECT_NOT_FOUND) {
		return fmt.Errorf("read its access list: %w", err)
	}
	if list == nil {
		s.noList = true
		return nil
	}
	for i := range uint32(list.AceCount) {
		var ace *windows.ACCESS_ALLOWED_ACE
		if err := windows.GetAce(list, i, &ace); err != nil {
			return fmt.Errorf("read its access list: %w", err)
		}
		switch ace.Header.AceType {
		case windows.ACCESS_ALLOWED_ACE_TYPE:
			sid := (*windows.SID)(unsafe.Pointer(&ace.SidStart))
			s.allows = append(s.allows, access{sid.String(), uint32(ace.Mask)})
		case windows.ACCESS_DENIED_ACE_TYPE:
		default:
			// Of a kind that none of ours has: whoever it is for may do all.
			s.allows = append(s.allows, access{"an unknown account", writing})
		}
	}
	return nil
}

// Lock keeps other helpers away until this process ends, however it ends. No
// ordinary user can hold it against us: they may not open its file.
func (m *MachineFolder) Lock() error {
	sa, err := rights(lockRights)
	if err != nil {
		return err
	}
	h, err := openItself(filepath.Join(m.path, "lock"), windows.GENERIC_READ|windows.GENERIC_WRITE, 0, windows.OPEN_ALWAYS, sa)
	if errors.Is(err, windows.ERROR_SHARING_VIOLATION) {
		return ErrBusy
	}
	if err != nil {
		return fmt.Errorf("lock the journal: %w", err)
	}
	m.held = append(m.held, h)
	return nil
}

// Create implements Folder.
func (m *MachineFolder) Create(name string) (File, error) {
	sa, err := rights(fileOwner)
	if err != nil {
		return nil, err
	}
	return m.file(name, windows.GENERIC_WRITE|windows.READ_CONTROL, windows.CREATE_NEW, sa)
}

// Append implements Folder.
func (m *MachineFolder) Append(name string, size int64) (File, error) {
	f, err := m.file(name, windows.GENERIC_WRITE|windows.READ_CONTROL, windows.OPEN_EXISTING, nil)
	if err != nil {
		return nil, err
	}
	return cut(f, size)
}

// Read implements Folder.
func (m *MachineFolder) Read(name string, most int) ([]byte, error) {
	f, err := m.file(name, windows.GENERIC_READ, windows.OPEN_EXISTING, nil)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, int64(most)))
}

// Names implements Folder.
func (m *MachineFolder) Names() ([]string, error) { return namesIn(m.path) }

// file opens a file of the folder and judges it by its handle. Others may read it
// meanwhile, and whoever reads does not keep us from writing.
func (m *MachineFolder) file(name string, mode, disposition uint32, sa *windows.SecurityAttributes) (*os.File, error) {
	path := filepath.Join(m.path, name)
	h, err := openItself(path, mode, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, disposition, sa)
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", path, err)
	}
	s, err := standingOf(h)
	if err == nil {
		err = s.entry()
	}
	if err != nil {
		_ = windows.CloseHandle(h)
		return nil, fmt.Errorf("open %q: %w", path, err)
	}
	return os.NewFile(uintptr(h), path), nil
}
