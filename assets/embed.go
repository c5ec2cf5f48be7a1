// Package assets holds what is built into the program: the texts of both
// languages, the Chinese faces and the icons.
package assets

import (
	"embed"

	"tacklebox/assets/fonts"
)

// I18n holds i18n/en.json and i18n/zh_Hans.json.
//
//go:embed i18n/*.json
var I18n embed.FS

// FontRegular and FontBold are the bundled subset of Noto Sans SC (OFL, see
// fonts/OFL.txt): GB 2312, ASCII, Latin-1, punctuation, arrows and line drawing.
// FontWide is its Chinese alone, two cells wide, to stand in front of a
// monospaced face.
var (
	FontRegular = fonts.Regular
	//go:embed fonts/NotoSansSC-Bold.otf
	FontBold []byte
	//go:embed fonts/NotoSansSC-Wide.otf
	FontWide []byte
)
