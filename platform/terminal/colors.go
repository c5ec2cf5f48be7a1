package terminal

import (
	"fmt"
	"strconv"
	"strings"
)

// RGB is a colour on the screen, 0xrrggbb.
type RGB uint32

// Colors are the colours in use, so that programs that ask (OSC 4, 10, 11, 12)
// learn whether the person reads dark on light.
type Colors struct {
	Foreground, Background, Cursor RGB
	// Palette are the first 16 entries; the other 240 are the same everywhere.
	Palette [16]RGB
}

// DefaultColors are a dark palette, for a screen that was told of none.
func DefaultColors() Colors {
	return Colors{
		Foreground: 0xd8dee4, Background: 0x14181d, Cursor: 0xd8dee4,
		Palette: [16]RGB{
			0x1c2128, 0xd14d45, 0x3f9c4f, 0xb8860b, 0x2f6fc4, 0xa05fc8, 0x1f97a3, 0xadbac7,
			0x768390, 0xff938a, 0x8ddb8c, 0xeac55f, 0x96d0ff, 0xe9d3ff, 0x8aeff5, 0xffffff,
		},
	}
}

// overrides are colours a program has set; each with a bit above the colour.
type overrides struct {
	palette map[uint8]RGB
	special [3]RGB
}

const overridden RGB = 1 << 24

// SetColors tells the screen what its colours are.
func (s *Screen) SetColors(c Colors) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.colors != c {
		s.colors = c
		s.touchAll()
	}
}

// entry is colour i of the palette of 256.
func (c *Colors) entry(i uint8) RGB {
	switch {
	case i < 16:
		return c.Palette[i]
	case i < 232:
		step := func(n uint8) RGB {
			if n == 0 {
				return 0
			}
			return RGB(n)*40 + 55
		}
		n := i - 16
		return step(n/36)<<16 | step(n/6%6)<<8 | step(n%6)
	}
	g := RGB(i-232)*10 + 8
	return g<<16 | g<<8 | g
}

// paletteOSC is OSC 4: pairs of an entry and a colour or a question mark.
func (s *Screen) paletteOSC(text string) {
	for text != "" {
		var number, spec string
		number, text, _ = strings.Cut(text, ";")
		spec, text, _ = strings.Cut(text, ";")
		i, err := strconv.ParseUint(number, 10, 8)
		if err != nil {
			return
		}
		if spec == "?" {
			c, ok := s.overrides.palette[uint8(i)]
			if !ok {
				c = s.colors.entry(uint8(i))
			}
			s.reply(fmt.Sprintf("\x1b]4;%d;%s\x1b\\", i, xColor(c)))
			continue
		}
		if c, ok := parseColor(spec); ok {
			if s.overrides.palette == nil {
				s.overrides.palette = make(map[uint8]RGB)
			}
			s.overrides.palette[uint8(i)] = c
			s.touchAll()
		}
	}
}

// resetPalette is OSC 104: all entries, or the named ones.
func (s *Screen) resetPalette(text string) {
	if text == "" {
		s.overrides.palette = nil
	}
	for number := range strings.SplitSeq(text, ";") {
		if i, err := strconv.ParseUint(number, 10, 8); err == nil {
			delete(s.overrides.palette, uint8(i))
		}
	}
	s.touchAll()
}

// specialColorOSC is OSC 10, 11 and 12: foreground, background and cursor. More
// colours in one command go to the next number.
func (s *Screen) specialColorOSC(n int, text string) {
	for spec := range strings.SplitSeq(text, ";") {
		if n > 12 {
			return
		}
		if spec == "?" {
			c := s.overrides.special[n-10]
			if c == 0 {
				c = [3]RGB{s.colors.Foreground, s.colors.Background, s.colors.Cursor}[n-10]
			}
			s.reply(fmt.Sprintf("\x1b]%d;%s\x1b\\", n, xColor(c)))
		} else if c, ok := parseColor(spec); ok {
			s.overrides.special[n-10] = c | overridden
			s.touchAll()
		}
		n++
	}
}

// xColor writes a colour as X11 does.
func xColor(c RGB) string {
	r, g, b := c>>16&0xff, c>>8&0xff, c&0xff
	return fmt.Sprintf("rgb:%04x/%04x/%04x", r*0x101, g*0x101, b*0x101)
}

// parseColor reads #rgb, #rrggbb, #rrrrggggbbbb and rgb:r/g/b.
func parseColor(spec string) (RGB, bool) {
	var parts []string
	if hex, ok := strings.CutPrefix(spec, "#"); ok {
		n := len(hex) / 3
		if n == 0 || n > 4 || len(hex)%3 != 0 {
			return 0, false
		}
		parts = []string{hex[:n], hex[n : 2*n], hex[2*n:]}
	} else if rgb, ok := strings.CutPrefix(spec, "rgb:"); ok {
		parts = strings.SplitN(rgb, "/", 4)
	}
	if len(parts) != 3 {
		return 0, false
	}
	var c RGB
	for _, part := range parts {
		v, err := strconv.ParseUint(part, 16, 16)
		if err != nil || len(part) == 0 || len(part) > 4 {
			return 0, false
		}
		full := uint64(1)<<(4*len(part)) - 1
		c = c<<8 | RGB((v*255+full/2)/full)
	}
	return c, true
}
