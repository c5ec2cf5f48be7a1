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

// 112 bytes on 64 bits, 60 on 32: these do not compile otherwise.
const (
	_ = uint(unsafe.Sizeof(shellExecuteInfo{}) - (13*unsafe.Sizeof(uintptr(0)) + 8))
	_ = uint((13*unsafe.Sizeof(uintptr(0)) + 8) - unsafe.Sizeof(shellExecuteInfo{}))
	_ = uint(unsafe.Offsetof(shellExecuteInfo{}.process) - (12*unsafe.Sizeof(uintptr(0)) + 8))
	_ = uint((12*unsafe.Sizeof(uintptr(0)) + 8) - unsafe.Offsetof(shellExecuteInfo{}.process))
)
