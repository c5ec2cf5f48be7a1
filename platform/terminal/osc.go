package terminal

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// osc acts on an operating system command.
func (s *Screen) osc(payload []byte) {
	number, rest, _ := bytes.Cut(payload, []byte(";"))
	n, err := strconv.Atoi(string(number))
	if err != nil {
		return
	}
	text := string(rest)
	switch n {
	case 0, 2:
		s.setTitle(text)
	case 4:
		s.paletteOSC(text)
	case 8:
		s.hyperlink(text)
	case 10, 11, 12:
		s.specialColorOSC(n, text)
	case 52:
		s.clipboardOSC(text)
	case 104:
		s.resetPalette(text)
	case 110, 111, 112:
		s.overrides.special[n-110] = 0
		s.touchAll()
	}
}

// setTitle takes a title from a program: one line, no control or direction
// characters, of a bounded length.
func (s *Screen) setTitle(text string) {
	text = cleanTitle(text)
	if text == s.title {
		return
	}
	s.title = text
	s.pending.title = &text
}

func cleanTitle(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			continue
		}
		b.WriteRune(r)
		if n++; n == maxTitle {
			break
		}
	}
	return strings.TrimSpace(b.String())
}

// hyperlink is OSC 8: params;URI, an empty URI ends the link. Only http and https
// links are kept; what the person sees before it opens is the URI itself.
func (s *Screen) hyperlink(text string) {
	params, uri, _ := strings.Cut(text, ";")
	e := s.extra(s.pen.ext)
	e.link = Link{}
	if SafeURL(uri) {
		e.link.URL = uri
		for p := range strings.SplitSeq(params, ":") {
			if id, ok := strings.CutPrefix(p, "id="); ok && len(id) <= 64 {
				e.link.ID = id
			}
		}
	}
	s.pen.ext = s.extraIndex(e)
}

// SafeURL says whether a link out of a terminal may be opened at all: http or
// https with a host, printable ASCII, not overlong.
func SafeURL(uri string) bool {
	if len(uri) > 2083 {
		return false
	}
	for i := range len(uri) {
		if uri[i] <= ' ' || uri[i] >= 0x7f {
			return false
		}
	}
	u, err := url.Parse(uri)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// clipboardOSC is OSC 52. A program never learns what is in the clipboard; what
// it wants to put there is handed on, for the person to decide about.
func (s *Screen) clipboardOSC(text string) {
	_, data, ok := strings.Cut(text, ";")
	if !ok || data == "?" || len(data) > maxClipboard {
		return
	}
	decoded, err := base64.StdEncoding.DecodeString(data)
	if err != nil || len(decoded) == 0 || !utf8.Valid(decoded) {
		return
	}
	clip := string(decoded)
	s.pending.clipboard = &clip
}

// dcs acts on a device control string. DECRQSS is answered from our own state,
// never with what was asked; everything else is refused or ignored.
func (s *Screen) dcs(cmd ansi.Cmd, _ ansi.Params, payload []byte) {
	switch {
	case cmd.Intermediate() == '$' && cmd.Final() == 'q':
		switch string(payload) {
		case "m":
			s.reply("\x1bP1$r" + s.penSGR() + "m\x1b\\")
		case "r":
			s.reply(fmt.Sprintf("\x1bP1$r%d;%dr\x1b\\", s.top+1, s.bottom+1))
		case " q":
			n := 2*int(s.style) + 2
			if s.blink {
				n--
			}
			s.reply(fmt.Sprintf("\x1bP1$r%d q\x1b\\", n))
		case "\"p":
			s.reply("\x1bP1$r62;1\"p\x1b\\")
		case "\"q":
			s.reply(fmt.Sprintf("\x1bP1$r%d\"q\x1b\\", min(1, s.pen.attr&Protected)))
		default:
			s.reply("\x1bP0$r\x1b\\")
		}
	case cmd.Intermediate() == '+' && cmd.Final() == 'q':
		s.reply("\x1bP0+r\x1b\\")
	}
}
