//go:build unix && !darwin

package clipboard

import (
	"os"
	"testing"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// startIncrementalOwner owns the clipboard and sends text in parts of this size,
// whatever its length, as ICCCM section 2.7.2 says. Without a text it refuses.
func startIncrementalOwner(t *testing.T, text []byte, part int) {
	t.Helper()
	conn, err := xgb.NewConnDisplay(os.Getenv("DISPLAY"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	r := &request{conn: conn}
	if err := r.setup(); err != nil {
		t.Fatal(err)
	}
	if err := xproto.SetSelectionOwnerChecked(conn, r.window, r.clipboard, xproto.TimeCurrentTime).Check(); err != nil {
		t.Fatal(err)
	}
	go serveIncrements(r, text, part)
}

// serveIncrements answers requests until the connection is closed.
func serveIncrements(r *request, text []byte, part int) {
	var to xproto.SelectionRequestEvent
	var left []byte
	for {
		event, err := r.conn.WaitForEvent()
		if event == nil && err == nil {
			return
		}
		switch e := event.(type) {
		case xproto.SelectionRequestEvent:
			if text == nil { // cannot be had as text
				notify := xproto.SelectionNotifyEvent{Requestor: e.Requestor, Selection: e.Selection, Target: e.Target}
				xproto.SendEvent(r.conn, false, e.Requestor, 0, string(notify.Bytes()))
				continue
			}
			to, left = e, text
			xproto.ChangeWindowAttributes(r.conn, e.Requestor, xproto.CwEventMask, []uint32{xproto.EventMaskPropertyChange})
			size := make([]byte, 4)
			xgb.Put32(size, uint32(len(text)))
			xproto.ChangeProperty(r.conn, xproto.PropModeReplace, e.Requestor, e.Property, r.incr, 32, 1, size)
			notify := xproto.SelectionNotifyEvent{Requestor: e.Requestor, Selection: e.Selection, Target: e.Target, Property: e.Property}
			xproto.SendEvent(r.conn, false, e.Requestor, 0, string(notify.Bytes()))
		case xproto.PropertyNotifyEvent:
			if e.Window != to.Requestor || e.Atom != to.Property || e.State != xproto.PropertyDelete || to.Property == 0 {
				continue
			}
			n := min(part, len(left))
			xproto.ChangeProperty(r.conn, xproto.PropModeReplace, to.Requestor, to.Property, to.Target, 8, uint32(n), left[:n])
			if n == 0 {
				to = xproto.SelectionRequestEvent{}
			}
			left = left[n:]
		}
	}
}
