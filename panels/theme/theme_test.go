package theme

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"
)

func newTheme(t *testing.T, o Options) fyne.Theme {
	t.Helper()
	test.NewTempApp(t)
	return New(o)
}

func TestAllColours(t *testing.T) {
	for _, variant := range []string{Light, Dark, FollowSystem} {
		test.AssertAllColorNamesDefined(t, newTheme(t, Options{Variant: variant}), variant)
	}
	for name := range lightColors {
		if _, ok := darkColors[name]; !ok {
			t.Errorf("%s has no dark colour", name)
		}
	}
	for name := range darkColors {
		if _, ok := lightColors[name]; !ok {
			t.Errorf("%s has no light colour", name)
		}
	}
}

// TestContrast: everything a person reads stands out from everything it stands on.
func TestContrast(t *testing.T) {
	texts := []fyne.ThemeColorName{
		fynetheme.ColorNameForeground, fynetheme.ColorNamePlaceHolder, fynetheme.ColorNameDisabled, fynetheme.ColorNameHyperlink,
		fynetheme.ColorNamePrimary, fynetheme.ColorNameError, fynetheme.ColorNameWarning, fynetheme.ColorNameSuccess,
		Good, Degraded, Failed, Unknown, Accent, Muted,
	}
	grounds := []fyne.ThemeColorName{
		fynetheme.ColorNameBackground, fynetheme.ColorNameInputBackground, fynetheme.ColorNameMenuBackground,
		fynetheme.ColorNameOverlayBackground, fynetheme.ColorNameHeaderBackground, Rail,
	}
	// On a chosen row and on a button stand only these.
	prominent := []fyne.ThemeColorName{fynetheme.ColorNameForeground, Good, Degraded, Failed, Unknown, Accent, Muted}
	on := map[fyne.ThemeColorName]fyne.ThemeColorName{
		fynetheme.ColorNameForegroundOnPrimary: fynetheme.ColorNamePrimary,
		fynetheme.ColorNameForegroundOnError:   fynetheme.ColorNameError,
		fynetheme.ColorNameForegroundOnSuccess: fynetheme.ColorNameSuccess,
		fynetheme.ColorNameForegroundOnWarning: fynetheme.ColorNameWarning,
	}
	for _, variant := range []string{Light, Dark} {
		th := newTheme(t, Options{Variant: variant})
		at := func(name fyne.ThemeColorName) color.Color { return th.Color(name, fynetheme.VariantLight) }
		check := func(text, ground fyne.ThemeColorName, overlay ...fyne.ThemeColorName) {
			t.Helper()
			below := at(ground)
			for _, name := range overlay {
				below = over(at(name), below)
			}
			if c := contrast(at(text), below); c < 4.5 {
				t.Errorf("%s: %s on %s %v: %.2f", variant, text, ground, overlay, c)
			}
		}
		for _, text := range texts {
			for _, ground := range grounds {
				check(text, ground)
			}
		}
		for _, text := range prominent {
			check(text, Selected)
			check(text, fynetheme.ColorNameButton)
		}
		for _, ground := range grounds {
			check(fynetheme.ColorNameForeground, ground, fynetheme.ColorNameHover)
			check(fynetheme.ColorNameForeground, ground, fynetheme.ColorNameSelection)
		}
		for text, ground := range on {
			check(text, ground)
			check(text, ground, fynetheme.ColorNameHover)
		}
		check(fynetheme.ColorNameDisabled, fynetheme.ColorNameDisabledButton)
	}
}

// over is c drawn over an opaque colour.
func over(c, below color.Color) color.Color {
	a, b := color.NRGBAModel.Convert(c).(color.NRGBA), color.NRGBAModel.Convert(below).(color.NRGBA)
	mix := func(x, y uint8) uint8 { return uint8((int(x)*int(a.A) + int(y)*(255-int(a.A))) / 255) }
	return color.NRGBA{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: 255}
}

// contrast is the ratio of WCAG 2.
func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c color.Color) float64 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	linear := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n.R) + 0.7152*linear(n.G) + 0.0722*linear(n.B)
}

func TestVariant(t *testing.T) {
	light, dark := fynetheme.VariantLight, fynetheme.VariantDark
	for _, c := range []struct {
		variant string
		system  fyne.ThemeVariant
		want    map[fyne.ThemeColorName]color.Color
	}{
		{FollowSystem, light, lightColors}, {FollowSystem, dark, darkColors}, {"", dark, darkColors},
		{Light, dark, lightColors}, {Dark, light, darkColors}, {"odd", dark, darkColors},
	} {
		th := newTheme(t, Options{Variant: c.variant})
		if got, want := th.Color(Good, c.system), c.want[Good]; got != want {
			t.Errorf("%q in a system variant %d: %v, want %v", c.variant, c.system, got, want)
		}
	}
}

func TestScale(t *testing.T) {
	for _, c := range []struct{ scale, want float32 }{{0, 13}, {1, 13}, {0.8, 10.4}, {2, 26}, {0.1, 10.4}, {9, 26}} {
		if got := newTheme(t, Options{TextScale: c.scale}).Size(fynetheme.SizeNameText); math.Abs(float64(got-c.want)) > 0.01 {
			t.Errorf("at %v the text is %v, want %v", c.scale, got, c.want)
		}
	}
	th := newTheme(t, Options{TextScale: 2})
	if got := th.Size(fynetheme.SizeNameSeparatorThickness); got != 1 {
		t.Errorf("a separator is %v thick", got)
	}
}

func TestFonts(t *testing.T) {
	th := newTheme(t, Options{})
	for _, c := range []struct {
		style fyne.TextStyle
		want  string
	}{
		{fyne.TextStyle{}, "NotoSansSC-Regular.otf"},
		{fyne.TextStyle{Bold: true}, "NotoSansSC-Bold.otf"},
		{fyne.TextStyle{Italic: true}, "NotoSansSC-Regular.otf"},
		{fyne.TextStyle{Bold: true, Italic: true}, "NotoSansSC-Bold.otf"},
		{fyne.TextStyle{Monospace: true}, "NotoSansSC-Wide.otf"},
		{fyne.TextStyle{Monospace: true, Bold: true}, "NotoSansSC-Wide.otf"},
	} {
		if got := th.Font(c.style).Name(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.style, got, c.want)
		}
	}
	symbol := fyne.TextStyle{Symbol: true}
	if got, want := th.Font(symbol), fynetheme.DefaultTheme().Font(symbol); got != want {
		t.Errorf("symbols: %s, want %s", got.Name(), want.Name())
	}
	own := fyne.NewStaticResource("own.ttf", nil)
	if got := newTheme(t, Options{FontRegular: own}).Font(fyne.TextStyle{}); got != own {
		t.Errorf("got %s", got.Name())
	}
}

func TestStateColor(t *testing.T) {
	for level, want := range map[string]fyne.ThemeColorName{
		"good": Good, "degraded": Degraded, "failed": Failed, "unknown": Unknown, "": Unknown, "odd": Unknown,
	} {
		if got := StateColor(level); got != want {
			t.Errorf("%q: %s, want %s", level, got, want)
		}
	}
}

func TestWarm(t *testing.T) {
	a := test.NewTempApp(t)
	a.Settings().SetTheme(New(Options{}))
	<-Warm(a)
	if size := fyne.MeasureText("中文 text", 13, fyne.TextStyle{Bold: true}); size.Width < 40 {
		t.Errorf("measured %v", size)
	}
}

// TestMonospace: Chinese takes two cells and makes no line higher.
func TestMonospace(t *testing.T) {
	a := test.NewTempApp(t)
	a.Settings().SetTheme(New(Options{}))
	mono := fyne.TextStyle{Monospace: true}
	cell := fyne.MeasureText("M", 100, mono)
	for _, c := range []struct {
		text  string
		cells float32
	}{{"MMMM", 4}, {"i l.", 4}, {"中文", 4}, {"日志 ok", 7}, {"  a  中  b", 10}, {"，。", 4}, {"│─█→", 4}, {" 中", 3}} {
		got := fyne.MeasureText(c.text, 100, mono)
		if math.Abs(float64(got.Width-c.cells*cell.Width)) > 0.5 || math.Abs(float64(got.Height-cell.Height)) > 0.5 {
			t.Errorf("%q is %v, a cell %v", c.text, got, cell)
		}
	}
}
