package ras

import (
	"fmt"
	"path/filepath"
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"

	"tacklebox/platform/l2tp/wine"
)

func open() (*System, error) {
	if err := wine.Lacks("remote access"); err != nil {
		return nil, err
	}
	dll := windows.NewLazySystemDLL("rasapi32.dll")
	if err := dll.Load(); err != nil {
		return nil, fmt.Errorf("load Windows' remote access: %w", err)
	}
	return &System{api: library{dll}, net: adapters{}, ownBook: ownBook}, nil
}

// ownBook is named, since what no name means depends on this person's settings.
func ownBook() (string, error) {
	dir, err := windows.KnownFolderPath(windows.FOLDERID_RoamingAppData, 0)
	if err != nil {
		return "", fmt.Errorf("find this user's phone book: %w", err)
	}
	return filepath.Join(dir, `Microsoft\Network\Connections\Pbk\rasphone.pbk`), nil
}

// library is rasapi32.dll.
type library struct{ dll *windows.LazyDLL }

// call calls by name. Pointers stand in its arguments as numbers, and have to stay
// where they are until it is back.
//
//go:uintptrescapes
func (l library) call(name string, args ...uintptr) uint32 {
	p := l.dll.NewProc(name)
	if p.Find() != nil {
		return uint32(windows.ERROR_PROC_NOT_FOUND)
	}
	code, _, _ := p.Call(args...)
	return uint32(code)
}

// wide is a string for a call; nil for an empty one, as for one with a zero in it,
// which no name of ours has.
func wide(text string) *uint16 {
	if text == "" {
		return nil
	}
	p, _ := windows.UTF16PtrFromString(text)
	return p
}

// empty is a string of no characters, where nil means something else.
var empty = new(uint16)

func named(text string) *uint16 {
	if text == "" {
		return empty
	}
	return wide(text)
}

func (l library) entries(list []entryName, size, n *uint32) uint32 {
	return l.call("RasEnumEntriesW", 0, 0, uintptr(unsafe.Pointer(&list[0])), uintptr(unsafe.Pointer(size)), uintptr(unsafe.Pointer(n)))
}

func (l library) entry(book, name string, e []entry, size *uint32) uint32 {
	return l.call("RasGetEntryPropertiesW", uintptr(unsafe.Pointer(wide(book))), uintptr(unsafe.Pointer(named(name))),
		uintptr(unsafe.Pointer(unsafe.SliceData(e))), uintptr(unsafe.Pointer(size)), 0, 0)
}

func (l library) setEntry(book, name string, e []entry, size uint32) uint32 {
	return l.call("RasSetEntryPropertiesW", uintptr(unsafe.Pointer(wide(book))), uintptr(unsafe.Pointer(named(name))),
		uintptr(unsafe.Pointer(&e[0])), uintptr(size), 0, 0)
}

func (l library) validate(book, name string) uint32 {
	return l.call("RasValidateEntryNameW", uintptr(unsafe.Pointer(wide(book))), uintptr(unsafe.Pointer(named(name))))
}

func (l library) remove(book, name string) uint32 {
	return l.call("RasDeleteEntryW", uintptr(unsafe.Pointer(wide(book))), uintptr(unsafe.Pointer(named(name))))
}

func (l library) credentials(book, name string, c *credentials) uint32 {
	return l.call("RasGetCredentialsW", uintptr(unsafe.Pointer(wide(book))), uintptr(unsafe.Pointer(named(name))), uintptr(unsafe.Pointer(c)))
}

func (l library) setCredentials(book, name string, c *credentials) uint32 {
	return l.call("RasSetCredentialsW", uintptr(unsafe.Pointer(wide(book))), uintptr(unsafe.Pointer(named(name))), uintptr(unsafe.Pointer(c)), 0)
}

func (l library) devices(list []device, size, n *uint32) uint32 {
	return l.call("RasEnumDevicesW", uintptr(unsafe.Pointer(&list[0])), uintptr(unsafe.Pointer(size)), uintptr(unsafe.Pointer(n)))
}

func (l library) connections(list []connection, size, n *uint32) uint32 {
	return l.call("RasEnumConnectionsW", uintptr(unsafe.Pointer(&list[0])), uintptr(unsafe.Pointer(size)), uintptr(unsafe.Pointer(n)))
}

func (l library) hangUp(conn uintptr) uint32 { return l.call("RasHangUpW", conn) }

func (l library) status(conn uintptr, s *status) uint32 {
	return l.call("RasGetConnectStatusW", conn, uintptr(unsafe.Pointer(s)))
}

// pppIP is RASP_PppIp.
const pppIP = 0x8021

func (l library) projection(conn uintptr, p *projection, size *uint32) uint32 {
	return l.call("RasGetProjectionInfoW", conn, pppIP, uintptr(unsafe.Pointer(p)), uintptr(unsafe.Pointer(size)))
}

// listeners are the dials under way, by the id that Windows gives back. A callback
// of Windows cannot carry a pointer of Go, and one that was made is never freed: so
// there is one, and this is what it looks up.
var listeners struct {
	sync.Mutex
	last uint32
	tell map[uint32]func(notice)
}

// callback is RasDialFunc2: 1 keeps it coming, 0 says that nobody listens.
var callback = sync.OnceValue(func() uintptr {
	return windows.NewCallback(func(id, sub, conn, msg, state, code, extended uintptr) uintptr {
		listeners.Lock()
		tell := listeners.tell[uint32(id)]
		if tell != nil {
			tell(notice{state: uint32(state), code: uint32(code)}) // it only keeps it
		}
		listeners.Unlock()
		if tell == nil {
			return 0
		}
		return 1
	})
})

// byFunc2 says that the notifier is a RasDialFunc2.
const byFunc2 = 2

func (l library) dial(book string, p *dialParams, conn *uintptr, tell func(notice)) (forget func(), code uint32) {
	listeners.Lock()
	listeners.last++
	id := listeners.last
	if listeners.tell == nil {
		listeners.tell = map[uint32]func(notice){}
	}
	listeners.tell[id] = tell
	listeners.Unlock()
	p.callbackID = wordOf(uintptr(id))
	code = l.call("RasDialW", 0, uintptr(unsafe.Pointer(wide(book))), uintptr(unsafe.Pointer(p)), byFunc2, callback(), uintptr(unsafe.Pointer(conn)))
	return func() {
		listeners.Lock()
		delete(listeners.tell, id)
		listeners.Unlock()
	}, code
}
