package terminal

import "strconv"

// Button is a button of the mouse, or a direction of the wheel.
type Button uint8

// The buttons.
const (
	ButtonLeft Button = iota
	ButtonMiddle
	ButtonRight
	// ButtonNone is for motion without a button.
	ButtonNone
	WheelUp
	WheelDown
	WheelLeft
	WheelRight
)

// MouseAction is what happened.
type MouseAction uint8

// The actions of the mouse.
const (
	MousePress MouseAction = iota
	MouseRelease
	MouseMove
)

// Mouse is an event of the mouse at cell X, Y, counted from 0.
type Mouse struct {
	X, Y   int
	Button Button
	Action MouseAction
	Mod    Mod
}

// EncodeMouse is what is sent for an event of the mouse; nil when the program
// did not ask for it.
func EncodeMouse(e Mouse, m Modes) []byte {
	if !wanted(e, m.Mouse) {
		return nil
	}
	code := 0
	switch {
	case e.Button >= WheelUp:
		code = 64 + int(e.Button-WheelUp)
	default:
		code = int(e.Button)
	}
	if e.Action == MouseMove {
		code += 32
	}
	if m.Mouse != MouseX10 {
		if e.Mod&Shift != 0 {
			code += 4
		}
		if e.Mod&Alt != 0 {
			code += 8
		}
		if e.Mod&Ctrl != 0 {
			code += 16
		}
	}
	if m.MouseSGR {
		end := "M"
		if e.Action == MouseRelease {
			end = "m"
		}
		return []byte("\x1b[<" + strconv.Itoa(code) + ";" + strconv.Itoa(e.X+1) + ";" + strconv.Itoa(e.Y+1) + end)
	}
	if e.Action == MouseRelease {
		code = code&^3 | 3 // the old form does not say which button
	}
	if e.X > 222 || e.Y > 222 {
		return nil // the old form has no room for it
	}
	return []byte{0x1b, '[', 'M', byte(32 + code), byte(33 + e.X), byte(33 + e.Y)}
}

func wanted(e Mouse, mode MouseMode) bool {
	switch mode {
	case MouseX10:
		return e.Action == MousePress && e.Button <= ButtonRight
	case MouseButtons:
		return e.Action != MouseMove && !(e.Action == MouseRelease && e.Button >= WheelUp)
	case MouseDrag:
		return e.Action != MouseMove || e.Button != ButtonNone
	case MouseMotion:
		return true
	}
	return false
}

// EncodeFocus is what is sent when the window gains or loses the focus; nil when
// the program did not ask for it.
func EncodeFocus(in bool, m Modes) []byte {
	switch {
	case !m.Focus:
		return nil
	case in:
		return []byte("\x1b[I")
	}
	return []byte("\x1b[O")
}
