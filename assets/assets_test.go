package assets

import (
	"bytes"
	"encoding/json"
	"image/png"
	"os"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"github.com/go-text/typesetting/font"
)

// TestFaces: every character that any of our texts has is in both faces, and so
// is what their users will type and see most.
func TestFaces(t *testing.T) {
	needed := map[rune]bool{}
	for r := rune(0x20); r < 0x7f; r++ {
		needed[r] = true
	}
	for r := rune(0xa0); r <= 0xff; r++ {
		needed[r] = true
	}
	for r := rune(0x2500); r <= 0x259f; r++ {
		needed[r] = true
	}
	for _, r := range "，。：；！？、（）《》「」“”‘’…—←↑→↓●○■□▲▼◆✓中文容器镜像龘" {
		needed[r] = r != '龘' // rarer than GB 2312: comes from the system
	}
	for _, name := range []string{"i18n/en.json", "i18n/zh_Hans.json"} {
		content, err := I18n.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]any
		if err := json.Unmarshal(content, &texts); err != nil {
			t.Fatal(err)
		}
		for _, r := range string(content) {
			needed[r] = true
		}
	}
	// What a Chinese face lacks comes from Fyne's own, which stand behind it.
	var others []*font.Face
	for _, r := range []fyne.Resource{theme.DefaultTextFont(), theme.DefaultSymbolFont()} {
		face, err := font.ParseTTF(bytes.NewReader(r.Content()))
		if err != nil {
			t.Fatal(err)
		}
		others = append(others, face)
	}
	elsewhere := func(r rune) bool {
		return slices.ContainsFunc(others, func(f *font.Face) bool { _, ok := f.NominalGlyph(r); return ok })
	}
	for name, content := range map[string][]byte{"regular": FontRegular, "bold": FontBold} {
		if len(content) > 1700<<10 {
			t.Errorf("%s has %d bytes", name, len(content))
		}
		face, err := font.ParseTTF(bytes.NewReader(content))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for r, need := range needed {
			if _, ok := face.NominalGlyph(r); need && !ok && r >= 0x20 && !elsewhere(r) {
				t.Errorf("%s has no %q (%U)", name, r, r)
			}
		}
	}
}

// TestWide: the face in front of the monospaced one has the Chinese of the
// others and nothing that would take Latin away.
func TestWide(t *testing.T) {
	regular, err := font.ParseTTF(bytes.NewReader(FontRegular))
	if err != nil {
		t.Fatal(err)
	}
	wide, err := font.ParseTTF(bytes.NewReader(FontWide))
	if err != nil {
		t.Fatal(err)
	}
	for r := rune(0x20); r < 0x10000; r++ {
		_, inRegular := regular.NominalGlyph(r)
		_, inWide := wide.NominalGlyph(r)
		if want := inRegular && r >= 0x3000 || r == ' ' || r == 0xa0; inWide != want {
			t.Errorf("%U: %v, want %v", r, inWide, want)
		}
	}
}

func TestIcons(t *testing.T) {
	for name, svg := range map[string][]byte{"app": appIcon, "tray": trayIcon, "containers": containersIcon,
		"terminal": terminalIcon, "image": imageIcon, "root": rootIcon} {
		if !bytes.Contains(svg, []byte("<svg")) || bytes.Contains(svg, []byte("stroke=")) {
			t.Errorf("%s is no SVG, or has strokes, which Fyne does not scale", name)
		}
	}
	for _, size := range []string{"16", "22", "24", "32", "48", "64", "96", "128", "256", "512"} {
		f, err := os.Open("icons/png/tacklebox-" + size + ".png")
		if err != nil {
			t.Fatal(err)
		}
		if c, err := png.DecodeConfig(f); err != nil || c.Width != c.Height {
			t.Errorf("%s: %v, %d x %d", size, err, c.Width, c.Height)
		}
		_ = f.Close()
	}
	ico, err := os.ReadFile("icons/tacklebox.ico")
	if err != nil || !bytes.HasPrefix(ico, []byte{0, 0, 1, 0, 8, 0}) {
		t.Errorf("icon for Windows: %v, starts %x", err, ico[:min(6, len(ico))])
	}
}
