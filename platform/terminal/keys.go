package terminal

import "strconv"

// Key is a key that types no character.
type Key uint8

// The keys a terminal sends sequences for.
const (
	KeyNone Key = iota
	KeyUp
	KeyDown
	KeyRight
	KeyLeft
	KeyHome
	KeyEnd
	KeyInsert
	KeyDelete
	KeyPageUp
	KeyPageDown
	KeyBackspace
	KeyTab
	KeyEnter
	KeyKeypadEnter
	KeyEscape
	KeyF1
	KeyF2
	KeyF3
	KeyF4
	KeyF5
	KeyF6
	KeyF7
	KeyF8
	KeyF9
	KeyF10
	KeyF11
	KeyF12
)

// Mod is the set of modifiers held.
type Mod uint8

// The modifiers, numbered as in the parameter xterm sends.
const (
	Shift Mod = 1 << iota
	Alt
	Ctrl
)

// cursorKeys end CSI and, in application mode, SS3 sequences.
var cursorKeys = map[Key]byte{KeyUp: 'A', KeyDown: 'B', KeyRight: 'C', KeyLeft: 'D', KeyHome: 'H', KeyEnd: 'F'}

// tildeKeys are numbers before a tilde.
var tildeKeys = map[Key]int{
	KeyInsert: 2, KeyDelete: 3, KeyPageUp: 5, KeyPageDown: 6,
	KeyF5: 15, KeyF6: 17, KeyF7: 18, KeyF8: 19, KeyF9: 20, KeyF10: 21, KeyF11: 23, KeyF12: 24,
}

// EncodeKey is what xterm sends for a key.
func EncodeKey(k Key, mod Mod, m Modes) []byte {
	if end, ok := cursorKeys[k]; ok {
		if mod != 0 {
			return []byte("\x1b[1;" + strconv.Itoa(int(mod)+1) + string(end))
		}
		if m.AppCursor {
			return []byte{0x1b, 'O', end}
		}
		return []byte{0x1b, '[', end}
	}
	if n, ok := tildeKeys[k]; ok {
		if mod != 0 {
			return []byte("\x1b[" + strconv.Itoa(n) + ";" + strconv.Itoa(int(mod)+1) + "~")
		}
		return []byte("\x1b[" + strconv.Itoa(n) + "~")
	}
	if k >= KeyF1 && k <= KeyF4 {
		end := byte('P' + k - KeyF1)
		if mod != 0 {
			return []byte("\x1b[1;" + strconv.Itoa(int(mod)+1) + string(end))
		}
		return []byte{0x1b, 'O', end}
	}
	var b []byte
	switch k {
	case KeyBackspace:
		b = []byte{0x7f}
		if mod&Ctrl != 0 {
			b = []byte{0x08}
		}
	case KeyTab:
		if mod&Shift != 0 {
			return []byte("\x1b[Z")
		}
		b = []byte{'\t'}
	case KeyKeypadEnter:
		if m.AppKeypad {
			return []byte("\x1bOM")
		}
		b = enter(m)
	case KeyEnter:
		b = enter(m)
	case KeyEscape:
		b = []byte{0x1b}
	default:
		return nil
	}
	if mod&Alt != 0 {
		b = append([]byte{0x1b}, b...)
	}
	return b
}

func enter(m Modes) []byte {
	if m.NewLine {
		return []byte("\r\n")
	}
	return []byte{'\r'}
}

// EncodeRune is what xterm sends for a character typed with modifiers: Ctrl makes
// the control character of the key, Alt puts an ESC before it. Shift is part of
// the character already.
func EncodeRune(r rune, mod Mod) []byte {
	var b []byte
	if mod&Alt != 0 {
		b = append(b, 0x1b)
	}
	if mod&Ctrl != 0 {
		r = controlRune(r)
	}
	return appendRune(b, r)
}

// controlRune is the control character Ctrl makes of r, r itself where it makes none.
func controlRune(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z':
		return r - 'a' + 1
	case r >= '@' && r <= '_':
		return r - '@'
	}
	switch r {
	case ' ', '2', '`':
		return 0
	case '3':
		return 0x1b
	case '4':
		return 0x1c
	case '5':
		return 0x1d
	case '6':
		return 0x1e
	case '7', '/', '-':
		return 0x1f
	case '8', '?':
		return 0x7f
	}
	return r
}
