package widgets

import (
	"sync"

	"fyne.io/fyne/v2"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/fontscan"
	"github.com/go-text/typesetting/language"
)

// systemFonts are the fonts of the system, for the characters no bundled font has.
// Finding them reads the disk for a while, and only one goroutine may ask.
var systemFonts = sync.OnceValue(func() *systemFontMap {
	m := fontscan.NewFontMap(quietLogger{})
	if err := m.UseSystemFonts(""); err != nil {
		m = nil // then such characters are shown as boxes
	}
	return &systemFontMap{fonts: m}
})

type systemFontMap struct {
	mu    sync.Mutex
	fonts *fontscan.FontMap
}

// quietLogger keeps fontscan from writing about every odd font file.
type quietLogger struct{}

func (quietLogger) Printf(string, ...any) {}

func (m *systemFontMap) face(r rune) *font.Face {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fonts == nil {
		return nil
	}
	m.fonts.SetQuery(fontscan.Query{Families: []string{fontscan.Monospace, fontscan.SansSerif}})
	m.fonts.SetScript(language.LookupScript(r))
	face := m.fonts.ResolveFace(r)
	if face == nil {
		return nil
	}
	if _, ok := face.NominalGlyph(r); !ok {
		return nil
	}
	return font.NewFace(face.Font)
}

// maxFallback bounds the characters looked up in the system's fonts.
const maxFallback = 4096

// terminalFallback looks for missing characters without keeping anybody waiting:
// they are drawn as boxes until their font is there.
type terminalFallback struct {
	faces map[rune]*font.Face
	// look is replaced in tests.
	look func(rune) *font.Face
	// wanted are the characters of the next look-up, nil when none is under way.
	wanted []rune
}

// useFallback makes the font ask for the characters it lacks.
func (t *Terminal) useFallback() {
	if t.fallback == nil {
		t.fallback = &terminalFallback{
			faces: make(map[rune]*font.Face),
			look:  func(r rune) *font.Face { return systemFonts().face(r) },
		}
	}
	t.painter.font.missing = t.missing
}

func (t *Terminal) missing(r rune) *font.Face {
	f := t.fallback
	if face, ok := f.faces[r]; ok || len(f.faces) >= maxFallback {
		return face
	}
	f.faces[r] = nil
	f.wanted = append(f.wanted, r)
	if len(f.wanted) == 1 {
		go t.lookUp(f.look)
	}
	return nil
}

// lookUp finds the faces of everything wanted by the time it comes to it.
func (t *Terminal) lookUp(look func(rune) *font.Face) {
	var runes []rune
	fyne.DoAndWait(func() {
		runes, t.fallback.wanted = t.fallback.wanted, nil
	})
	found := make(map[rune]*font.Face)
	for _, r := range runes {
		if face := look(r); face != nil {
			found[r] = face
		}
	}
	if len(found) == 0 {
		return
	}
	fyne.Do(func() {
		for r, face := range found {
			t.fallback.faces[r] = face
		}
		t.painter.font.forget()
		t.painter.all = true
		t.refreshRaster(t.o.Now())
	})
}
