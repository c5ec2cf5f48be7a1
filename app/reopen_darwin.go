//go:build cgo

package app

/*
#cgo CFLAGS: -x objective-c
#cgo LDFLAGS: -framework Cocoa
void tackleboxInstallReopen(void);
*/
import "C"

import (
	"sync/atomic"

	"fyne.io/fyne/v2"
)

// reopen is what a click on the Dock's icon does. It is called from Cocoa, which
// knows functions only, so it cannot be a field.
var reopen atomic.Pointer[func()]

// followDock has a click on the Dock's icon bring a hidden window back: GLFW's
// application delegate does not answer that (fyne#3845).
func (s *shell) followDock() {
	raise := s.raise
	reopen.Store(&raise)
	C.tackleboxInstallReopen()
}

//export tackleboxReopened
func tackleboxReopened() {
	if f := reopen.Load(); f != nil {
		fyne.Do(*f)
	}
}
