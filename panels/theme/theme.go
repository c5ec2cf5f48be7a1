// Package theme is how Tacklebox looks: denser than Fyne's own theme, with the
// bundled Chinese faces, and with colours that mean a state and nothing else.
package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"tacklebox/assets"
)

// The values of Options.Variant.
const (
	// FollowSystem takes light or dark from the system.
	FollowSystem = "system"
	// Light is always light.
	Light = "light"
	// Dark is always dark.
	Dark = "dark"
)

// Options choose how the theme looks. The zero value follows the system at 100 %.
type Options struct {
	// Variant is FollowSystem, Light or Dark; anything else follows the system.
	Variant string
	// TextScale multiplies every size: 0.8 to 2; 0 means 1.
	TextScale float32
	// FontRegular and FontBold replace the bundled faces; nil for those.
	FontRegular, FontBold fyne.Resource
}

// The bounds of Options.TextScale.
const (
	MinTextScale = 0.8
	MaxTextScale = 2.0
)

// New makes the theme. Its values never change; a new choice is a new theme.
func New(o Options) fyne.Theme {
	t := &look{base: fynetheme.DefaultTheme(), scale: o.TextScale, regular: o.FontRegular, bold: o.FontBold}
	if t.scale == 0 {
		t.scale = 1
	}
	t.scale = min(max(t.scale, MinTextScale), MaxTextScale)
	switch o.Variant {
	case Light:
		t.fixed, t.variant = true, fynetheme.VariantLight
	case Dark:
		t.fixed, t.variant = true, fynetheme.VariantDark
	}
	if t.regular == nil {
		t.regular = fyne.NewStaticResource("NotoSansSC-Regular.otf", assets.FontRegular)
	}
	if t.bold == nil {
		t.bold = fyne.NewStaticResource("NotoSansSC-Bold.otf", assets.FontBold)
	}
	t.wide = fyne.NewStaticResource("NotoSansSC-Wide.otf", assets.FontWide)
	return t
}

// look is the theme.
type look struct {
	base          fyne.Theme
	fixed         bool // variant holds whatever the system says
	variant       fyne.ThemeVariant
	scale         float32
	regular, bold fyne.Resource
	wide          fyne.Resource
}

// Color is the colour of name; names of Fyne's that have no place in the table
// keep Fyne's colour.
func (t *look) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if t.fixed {
		v = t.variant
	}
	table := lightColors
	if v == fynetheme.VariantDark {
		table = darkColors
	}
	if c, ok := table[name]; ok {
		return c
	}
	return t.base.Color(name, v)
}

// Font is the bundled face. For monospaced text it holds nothing but Chinese:
// everything else comes from Fyne's own face, which Fyne asks next.
func (t *look) Font(style fyne.TextStyle) fyne.Resource {
	switch {
	case style.Symbol:
		return t.base.Font(style)
	case style.Monospace:
		return t.wide
	case style.Bold:
		return t.bold
	}
	return t.regular
}

// Icon is Fyne's own.
func (t *look) Icon(name fyne.ThemeIconName) fyne.Resource { return t.base.Icon(name) }

// Size is the size of name at the chosen scale.
func (t *look) Size(name fyne.ThemeSizeName) float32 {
	size, ok := sizes[name]
	if !ok {
		size = t.base.Size(name)
	}
	if unscaled[name] {
		return size
	}
	return size * t.scale
}
