//go:build linux && cgo

package e2e

import (
	"strconv"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// deleteWindow sends the message that a window manager's close button sends.
func deleteWindow(display, window string) error {
	id, err := strconv.ParseUint(window, 10, 32)
	if err != nil {
		return err
	}
	conn, err := xgb.NewConnDisplay(display)
	if err != nil {
		return err
	}
	defer conn.Close()
	protocols, err := atom(conn, "WM_PROTOCOLS")
	if err != nil {
		return err
	}
	deletion, err := atom(conn, "WM_DELETE_WINDOW")
	if err != nil {
		return err
	}
	event := xproto.ClientMessageEvent{
		Format: 32, Window: xproto.Window(id), Type: protocols,
		Data: xproto.ClientMessageDataUnionData32New([]uint32{uint32(deletion), 0, 0, 0, 0}),
	}
	return xproto.SendEventChecked(conn, false, xproto.Window(id), 0, string(event.Bytes())).Check()
}

func atom(conn *xgb.Conn, name string) (xproto.Atom, error) {
	reply, err := xproto.InternAtom(conn, false, uint16(len(name)), name).Reply()
	if err != nil {
		return 0, err
	}
	return reply.Atom, nil
}

// topWindow is the window in front of all others, by its number, and whether it
// is this one.
func topWindow(display, window string) (bool, error) {
	id, err := strconv.ParseUint(window, 10, 32)
	if err != nil {
		return false, err
	}
	conn, err := xgb.NewConnDisplay(display)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	tree, err := xproto.QueryTree(conn, xproto.Setup(conn).DefaultScreen(conn).Root).Reply()
	if err != nil {
		return false, err
	}
	for i := len(tree.Children) - 1; i >= 0; i-- {
		attributes, err := xproto.GetWindowAttributes(conn, tree.Children[i]).Reply()
		if err == nil && attributes.MapState == xproto.MapStateViewable {
			return tree.Children[i] == xproto.Window(id), nil
		}
	}
	return false, nil
}
