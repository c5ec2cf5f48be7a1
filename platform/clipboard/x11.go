//go:build unix && !darwin

package clipboard

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// readX asks the clipboard's owner through the X server on display. The
// connection and its window are this call's own, and closing it when ctx ends
// ends every wait.
func readX(ctx context.Context, display string) ([]byte, error) {
	xgb.Logger.SetOutput(io.Discard) // it writes to stderr when a connection is closed in the middle
	conn, err := xgb.NewConnDisplay(display)
	if err != nil {
		return nil, fmt.Errorf("connect to X display %q: %w", display, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, conn.Close) // closing twice is allowed
	defer stop()
	r := &request{conn: conn}
	text, err := r.read()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return text, err
}

// errClosed is returned when the X server goes away.
var errClosed = errors.New("the X server closed the connection")

// request is one reading of the clipboard.
type request struct {
	conn                        *xgb.Conn
	window                      xproto.Window
	clipboard, utf8, text, incr xproto.Atom
}

// read asks for UTF-8 text and, where the owner has none, for the older STRING.
func (r *request) read() ([]byte, error) {
	if err := r.setup(); err != nil {
		return nil, err
	}
	owner, err := xproto.GetSelectionOwner(r.conn, r.clipboard).Reply()
	if err != nil {
		return nil, err
	}
	if owner.Owner == xproto.WindowNone {
		return nil, ErrEmpty
	}
	text, err := r.convert(r.utf8)
	if !errors.Is(err, ErrEmpty) {
		return text, err
	}
	text, err = r.convert(xproto.AtomString)
	return latin1(text), err
}

// setup makes the window that the owner sends to, and the names.
func (r *request) setup() error {
	for name, atom := range map[string]*xproto.Atom{
		"CLIPBOARD": &r.clipboard, "UTF8_STRING": &r.utf8, "INCR": &r.incr, "TACKLEBOX_CLIPBOARD": &r.text,
	} {
		reply, err := xproto.InternAtom(r.conn, false, uint16(len(name)), name).Reply()
		if err != nil {
			return err
		}
		*atom = reply.Atom
	}
	window, err := xproto.NewWindowId(r.conn)
	if err != nil {
		return err
	}
	setup := xproto.Setup(r.conn)
	if setup == nil || len(setup.Roots) == 0 {
		return errClosed
	}
	r.window = window
	return xproto.CreateWindowChecked(r.conn, 0, window, setup.Roots[0].Root, 0, 0, 1, 1, 0,
		xproto.WindowClassInputOnly, 0, xproto.CwEventMask, []uint32{xproto.EventMaskPropertyChange}).Check()
}

// convert asks the owner for the clipboard as target and waits for it.
func (r *request) convert(target xproto.Atom) ([]byte, error) {
	err := xproto.ConvertSelectionChecked(r.conn, r.window, r.clipboard, target, r.text, xproto.TimeCurrentTime).Check()
	if err != nil {
		return nil, err
	}
	for {
		event, err := r.next()
		if err != nil {
			return nil, err
		}
		notify, ok := event.(xproto.SelectionNotifyEvent)
		if !ok || notify.Requestor != r.window || notify.Selection != r.clipboard || notify.Target != target {
			continue
		}
		if notify.Property == xproto.AtomNone {
			return nil, ErrEmpty // not as this type
		}
		text, kind, err := r.take()
		if err != nil || kind != r.incr {
			return text, err
		}
		return r.increments()
	}
}

// increments collects a text that the owner sends in parts: each is announced
// by a change of our property, an empty one ends it.
func (r *request) increments() ([]byte, error) {
	var all []byte
	for {
		event, err := r.next()
		if err != nil {
			return nil, err
		}
		change, ok := event.(xproto.PropertyNotifyEvent)
		if !ok || change.Window != r.window || change.Atom != r.text || change.State != xproto.PropertyNewValue {
			continue
		}
		part, _, err := r.take()
		if err != nil || len(part) == 0 {
			return all, err
		}
		if all = append(all, part...); len(all) > MaxText {
			return nil, ErrTooLarge
		}
	}
}

// take reads our property and deletes it, which tells the owner to go on.
func (r *request) take() ([]byte, xproto.Atom, error) {
	const words = MaxText/4 + 1
	reply, err := xproto.GetProperty(r.conn, true, r.window, r.text, xproto.GetPropertyTypeAny, 0, words).Reply()
	if err != nil {
		return nil, 0, err
	}
	if reply.BytesAfter > 0 || len(reply.Value) > MaxText {
		return nil, 0, ErrTooLarge
	}
	if reply.Type != r.incr && reply.Format != 8 && len(reply.Value) > 0 {
		return nil, 0, ErrEmpty // not text
	}
	return reply.Value, reply.Type, nil
}

// next waits for an event; the connection's end ends the waiting.
func (r *request) next() (xgb.Event, error) {
	event, err := r.conn.WaitForEvent()
	switch {
	case err != nil:
		return nil, err
	case event == nil:
		return nil, errClosed
	}
	return event, nil
}

// latin1 turns the bytes of an X STRING into UTF-8.
func latin1(text []byte) []byte {
	runes := make([]rune, len(text))
	for i, b := range text {
		runes[i] = rune(b)
	}
	return []byte(string(runes))
}
