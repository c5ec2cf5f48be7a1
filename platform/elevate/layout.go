package elevate

import "unsafe"

// shellExecuteInfo is SHELLEXECUTEINFOW of shellapi.h.
type shellExecuteInfo struct {
	size       uint32
	mask       uint32
	window     uintptr
	verb       *uint16
	file       *uint16
	parameters *uint16
	directory  *uint16
	show       int32
	instance   uintptr
	idList     uintptr
	class      *uint16
	classKey   uintptr
	hotKey     uint32
	icon       uintptr // or monitor
	process    uintptr
}

// Sizes and offsets as the C compiler has them, 112 bytes on 64 bits and 60 on 32:
// where one differs, this does not compile, on any system.
type none = [0]struct{}

const pointer = unsafe.Sizeof(uintptr(0))

var (
	_ none = [unsafe.Sizeof(shellExecuteInfo{}) - 8 - 13*pointer]struct{}{}
	_ none = [unsafe.Offsetof(shellExecuteInfo{}.size)]struct{}{}
	_ none = [unsafe.Offsetof(shellExecuteInfo{}.mask) - 4]struct{}{}
	_ none = [unsafe.Offsetof(shellExecuteInfo{}.window) - 8]struct{}{}
	_ none = [unsafe.Offsetof(shellExecuteInfo{}.verb) - 8 - pointer]struct{}{}
	_ none = [unsafe.Offsetof(shellExecuteInfo{}.file) - 8 - 2*pointer]struct{}{}
	_ none = [unsafe.Offsetof(shellExecuteInfo{}.parameters) - 8 - 3*pointer]struct{}{}
	_ none = [unsafe.Offsetof(shellExecuteInfo{}.directory) - 8 - 4*pointer]struct{}{}
	_ none = [unsafe.Offsetof(shellExecuteInfo{}.show) - 8 - 5*pointer]struct{}{}
	_ none = [unsafe.Offsetof(shellExecuteInfo{}.instance) - 8 - 6*pointer]struct{}{}
	_ none = [unsafe.Offsetof(shellExecuteInfo{}.idList) - 8 - 7*pointer]struct{}{}
	_ none = [unsafe.Offsetof(shellExecuteInfo{}.class) - 8 - 8*pointer]struct{}{}
	_ none = [unsafe.Offsetof(shellExecuteInfo{}.classKey) - 8 - 9*pointer]struct{}{}
	_ none = [unsafe.Offsetof(shellExecuteInfo{}.hotKey) - 8 - 10*pointer]struct{}{}
	_ none = [unsafe.Offsetof(shellExecuteInfo{}.icon) - 8 - 11*pointer]struct{}{}
	_ none = [unsafe.Offsetof(shellExecuteInfo{}.process) - 8 - 12*pointer]struct{}{}
)
