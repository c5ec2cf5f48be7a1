//go:build cgo

package app

import "runtime/debug"

// easeStart lets the heap grow while the faces and the first frame are made:
// they stay, so that collecting in between finds next to nothing and takes a
// tenth of the start. The returned function goes back to the usual and gives the
// system what was only needed once.
func easeStart() (settle func()) {
	usual := debug.SetGCPercent(400)
	return func() {
		debug.SetGCPercent(usual)
		go debug.FreeOSMemory()
	}
}
