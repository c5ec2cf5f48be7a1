package terminal

import "strconv"

// MouseMode is which mouse events a program asked for.
type MouseMode uint8

// The mouse modes, each with all of the one before.
const (
	MouseOff MouseMode = iota
	// MouseX10 is presses alone, mode 9.
	MouseX10
	// MouseButtons is presses and releases, mode 1000.
	MouseButtons
	// MouseDrag is motion with a button down as well, mode 1002.
	MouseDrag
	// MouseMotion is all motion, mode 1003.
	MouseMotion
)

// CursorStyle is the shape of the cursor.
type CursorStyle uint8

// The shapes of DECSCUSR.
const (
	CursorBlock CursorStyle = iota
	CursorUnderline
	CursorBar
)

// modes are the switches a program sets with SM and RM.
type modes struct {
	insert, newLine                    bool
	autowrap, reverseWrap, reverse     bool
	hideCursor                         bool
	appCursor, appKeypad               bool
	mouse                              MouseMode
	mouseSGR, mouseUTF8                bool
	focus, paste, altScroll, graphemes bool
	sync                               bool
}

func defaultModes() modes { return modes{autowrap: true, altScroll: true} }

// Modes are the switches that decide how input is sent.
type Modes struct {
	AppCursor, AppKeypad  bool
	NewLine               bool
	BracketedPaste, Focus bool
	Mouse                 MouseMode
	MouseSGR              bool
	// Alternate is set while a full-screen program has the alternate screen, and
	// AltScroll while the wheel then means the arrow keys.
	Alternate, AltScroll bool
}

// Modes tells how input is to be sent now.
func (s *Screen) Modes() Modes {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &s.modes
	return Modes{
		AppCursor: m.appCursor, AppKeypad: m.appKeypad, NewLine: m.newLine,
		BracketedPaste: m.paste, Focus: m.focus,
		Mouse: m.mouse, MouseSGR: m.mouseSGR,
		Alternate: s.r == &s.alt, AltScroll: m.altScroll,
	}
}

// ansiMode is where mode n of SM and RM is kept; nil for an unknown one.
func (s *Screen) ansiMode(n int) *bool {
	switch n {
	case 4:
		return &s.modes.insert
	case 20:
		return &s.modes.newLine
	}
	return nil
}

// privateMode is where mode n of DECSET and DECRST is kept, for those that are
// nothing but a switch.
func (s *Screen) privateMode(n int) *bool {
	m := &s.modes
	switch n {
	case 1:
		return &m.appCursor
	case 5:
		return &m.reverse
	case 6:
		return &s.origin
	case 7:
		return &m.autowrap
	case 12:
		return &s.blink
	case 45:
		return &m.reverseWrap
	case 66:
		return &m.appKeypad
	case 1004:
		return &m.focus
	case 1005:
		return &m.mouseUTF8
	case 1006:
		return &m.mouseSGR
	case 1007:
		return &m.altScroll
	case 2004:
		return &m.paste
	case 2026:
		return &m.sync
	case 2027:
		return &m.graphemes
	}
	return nil
}

// mouseMode is what mode n asks for.
func mouseMode(n int) MouseMode {
	switch n {
	case 9:
		return MouseX10
	case 1000:
		return MouseButtons
	case 1002:
		return MouseDrag
	case 1003:
		return MouseMotion
	}
	return MouseOff
}

// setPrivate is DECSET (on) and DECRST of one mode.
func (s *Screen) setPrivate(n int, on bool) {
	switch n {
	case 3: // 132 columns: the size is the window's, but the screen is cleared
		s.top, s.bottom = 0, s.rows-1
		s.moveTo(0, 0)
		s.eraseDisplay(2, false)
	case 5:
		s.modes.reverse = on
		s.touchAll()
	case 6:
		s.origin = on
		s.moveTo(0, 0)
	case 7:
		s.modes.autowrap = on
		s.wrap = s.wrap && on
	case 9, 1000, 1002, 1003:
		s.modes.mouse = MouseOff
		if on {
			s.modes.mouse = mouseMode(n)
		}
	case 25:
		s.modes.hideCursor = !on
	case 47, 1047:
		if !on && n == 1047 && s.r == &s.alt {
			s.eraseDisplay(2, false)
		}
		s.showAlt(on, false)
	case 1048:
		s.saveOrRestore(on)
	case 1049:
		if on {
			s.save()
			at := s.cursor
			s.showAlt(true, true)
			s.cursor = at
		} else if s.r == &s.alt {
			s.showAlt(false, false)
			s.restore()
		}
	case 2026:
		s.modes.sync = on
		s.syncUntil = s.o.Now().Add(syncLimit)
	default:
		if b := s.privateMode(n); b != nil {
			*b = on
		}
	}
}

func (s *Screen) saveOrRestore(save bool) {
	if save {
		s.save()
	} else {
		s.restore()
	}
}

// The answers of DECRQM.
const (
	modeUnknown = 0
	modeSet     = 1
	modeReset   = 2
)

// reportMode is DECRQM: how a mode stands.
func (s *Screen) reportMode(n int, private bool) {
	state := modeUnknown
	report := func(on bool) {
		state = modeReset
		if on {
			state = modeSet
		}
	}
	prefix := ""
	if private {
		prefix = "?"
		switch n {
		case 9, 1000, 1002, 1003:
			report(s.modes.mouse == mouseMode(n))
		case 25:
			report(!s.modes.hideCursor)
		case 47, 1047, 1049:
			report(s.r == &s.alt)
		default:
			if b := s.privateMode(n); b != nil {
				report(*b)
			}
		}
	} else if b := s.ansiMode(n); b != nil {
		report(*b)
	}
	s.reply("\x1b[" + prefix + strconv.Itoa(n) + ";" + strconv.Itoa(state) + "$y")
}

// softReset is DECSTR.
func (s *Screen) softReset() {
	m := &s.modes
	m.insert, m.hideCursor, m.appCursor, m.appKeypad = false, false, false, false
	m.autowrap, m.reverseWrap = true, false
	s.top, s.bottom = 0, s.rows-1
	s.pen, s.origin, s.wrap = pen{}, false, false
	s.charsets, s.gl, s.single = [4]byte{'B', 'B', 'B', 'B'}, 0, 0
	*s.savedSlot() = savedCursor{}
}
