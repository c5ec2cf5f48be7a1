package history

import (
	"io"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// crashDisk is a disk in memory that knows what of it a power cut would leave:
// what was written to a file counts as safe once the file was synced, what was
// made or deleted in its folder once the folder was, as a POSIX file system may
// have it at worst.
type crashDisk struct {
	mu     sync.Mutex
	files  map[string]*node // the folder as programs see it
	safe   map[string]*node // as it is on the disk
	moves  []move           // between the two
	room   int64            // bytes left; negative is without bound
	shm    string           // folder of the files behind shared memory, which a power cut empties
	onSync func()           // before each sync of a file or the folder
	writes int64            // bytes
}

// move is a change of the folder that is not synced yet.
type move struct {
	name string
	to   *node // nil is deleted
}

// node is a file's content.
type node struct {
	data, safe []byte
	ops        []op // that lead from safe to data
	shared     int
	reserved   bool
	pending    bool
}

// op is a write, or a truncation without data.
type op struct {
	at   int64
	data []byte
}

func (n *node) apply(data []byte, o op) []byte {
	if o.data == nil {
		if o.at <= int64(len(data)) {
			return data[:o.at]
		}
		return append(data, make([]byte, o.at-int64(len(data)))...)
	}
	if end := o.at + int64(len(o.data)); end > int64(len(data)) {
		data = append(data, make([]byte, end-int64(len(data)))...)
	}
	copy(data[o.at:], o.data)
	return data
}

func newCrashDisk(t testing.TB) *crashDisk {
	return &crashDisk{files: map[string]*node{}, safe: map[string]*node{}, room: -1, shm: t.TempDir(), onSync: func() {}}
}

// register makes a VFS of it, under the name that is returned.
func (d *crashDisk) register(t testing.TB, name string) string {
	vfs.Register(name, d)
	t.Cleanup(func() { vfs.Unregister(name) })
	return name
}

// How a power cut treats what was not synced.
const (
	cutNothing = iota // is left of it
	cutFolder         // of the files; what happened to the folder is there
	cutFiles          // of the folder; what was written to files is there
	cutTorn           // by chance: a part of the folder's changes, and any of the sectors written
	cutKinds
)

// cut is the disk after a power cut now; mu is held.
func (d *crashDisk) cut(t testing.TB, how int, r *rand.Rand) *crashDisk {
	out := newCrashDisk(t)
	folder := maps.Clone(d.safe)
	n := 0
	switch how {
	case cutFolder:
		n = len(d.moves)
	case cutTorn:
		n = r.IntN(len(d.moves) + 1)
	}
	for _, m := range d.moves[:n] {
		if m.to == nil {
			delete(folder, m.name)
		} else {
			folder[m.name] = m.to
		}
	}
	for name, f := range folder {
		data := slices.Clone(f.safe)
		for _, o := range f.ops {
			switch {
			case how == cutFiles:
				data = f.apply(data, o)
			case how == cutTorn && o.data == nil:
				if r.IntN(2) == 0 {
					data = f.apply(data, o)
				}
			case how == cutTorn:
				// Sector by sector, as a disk writes.
				for at := 0; at < len(o.data); {
					size := min(512-int(o.at+int64(at))%512, len(o.data)-at)
					if r.IntN(2) == 0 {
						data = f.apply(data, op{o.at + int64(at), o.data[at : at+size]})
					}
					at += size
				}
			}
		}
		out.files[name] = &node{data: data, safe: slices.Clone(data)}
	}
	out.safe = maps.Clone(out.files)
	return out
}

func (d *crashDisk) FullPathname(name string) (string, error) { return name, nil }

func (d *crashDisk) Access(name string, _ vfs.AccessFlag) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.files[filepath.Base(name)] != nil, nil
}

func (d *crashDisk) Delete(name string, syncDir bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	name = filepath.Base(name)
	if d.files[name] == nil {
		return sqlite3.IOERR_DELETE_NOENT
	}
	delete(d.files, name)
	d.moves = append(d.moves, move{name: name})
	if syncDir {
		d.syncDir()
	}
	return nil
}

// syncDir makes the folder safe; mu is held.
func (d *crashDisk) syncDir() {
	d.onSync()
	d.safe = maps.Clone(d.files)
	d.moves = nil
}

func (d *crashDisk) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	base := filepath.Base(name)
	n := d.files[base]
	if n == nil {
		if flags&vfs.OPEN_CREATE == 0 {
			return nil, flags, sqlite3.CANTOPEN
		}
		if d.room == 0 {
			return nil, flags, sqlite3.FULL
		}
		n = &node{}
		if name != "" && flags&vfs.OPEN_DELETEONCLOSE == 0 {
			d.files[base] = n
			d.moves = append(d.moves, move{base, n})
		}
	}
	f := &crashFile{node: n, d: d}
	// As the system's VFS does: the first sync of a new journal syncs its folder.
	f.syncsDir = flags&vfs.OPEN_CREATE != 0 && flags&(vfs.OPEN_MAIN_JOURNAL|vfs.OPEN_SUPER_JOURNAL|vfs.OPEN_WAL) != 0
	f.shm = vfs.NewSharedMemory(filepath.Join(d.shm, base+"-shm"), flags)
	return f, flags, nil
}

type crashFile struct {
	*node
	d        *crashDisk
	shm      vfs.SharedMemory
	lock     vfs.LockLevel
	syncsDir bool
}

func (f *crashFile) SharedMemory() vfs.SharedMemory { return f.shm }

func (f *crashFile) Close() error {
	if f.shm != nil {
		_ = f.shm.Close()
	}
	return f.Unlock(vfs.LOCK_NONE)
}

func (f *crashFile) ReadAt(p []byte, at int64) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if at >= int64(len(f.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.data[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *crashFile) WriteAt(p []byte, at int64) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if grow := at + int64(len(p)) - int64(len(f.data)); grow > 0 && f.d.room >= 0 {
		if grow > f.d.room {
			return 0, sqlite3.FULL
		}
		f.d.room -= grow
	}
	o := op{at, slices.Clone(p)}
	f.data = f.apply(f.data, o)
	f.ops = append(f.ops, o)
	f.d.writes += int64(len(p))
	return len(p), nil
}

func (f *crashFile) Truncate(size int64) error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	o := op{at: size}
	f.data = f.apply(f.data, o)
	f.ops = append(f.ops, o)
	return nil
}

func (f *crashFile) Sync(vfs.SyncFlag) error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	f.d.onSync()
	f.safe, f.ops = slices.Clone(f.data), nil
	if f.syncsDir {
		f.syncsDir = false
		f.d.syncDir()
	}
	return nil
}

func (f *crashFile) Size() (int64, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	return int64(len(f.data)), nil
}

func (f *crashFile) SectorSize() int { return 4096 }

// DeviceCharacteristics are those of the system's VFS.
func (f *crashFile) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return vfs.IOCAP_POWERSAFE_OVERWRITE | vfs.IOCAP_SUBPAGE_READ
}

func (f *crashFile) Lock(lock vfs.LockLevel) error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if f.lock >= lock {
		return nil
	}
	switch lock {
	case vfs.LOCK_SHARED:
		if f.pending {
			return sqlite3.BUSY
		}
		f.shared++
	case vfs.LOCK_RESERVED:
		if f.reserved {
			return sqlite3.BUSY
		}
		f.reserved = true
	case vfs.LOCK_EXCLUSIVE:
		f.lock, f.pending = vfs.LOCK_PENDING, true
		if f.shared > 1 {
			return sqlite3.BUSY
		}
	}
	f.lock = lock
	return nil
}

func (f *crashFile) Unlock(lock vfs.LockLevel) error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if f.lock <= lock {
		return nil
	}
	if f.lock >= vfs.LOCK_RESERVED {
		f.reserved = false
	}
	if f.lock >= vfs.LOCK_PENDING {
		f.pending = false
	}
	if lock < vfs.LOCK_SHARED {
		f.shared--
	}
	f.lock = lock
	return nil
}

func (f *crashFile) CheckReservedLock() (bool, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	return f.reserved, nil
}

func (f *crashFile) LockState() vfs.LockLevel { return f.lock }
