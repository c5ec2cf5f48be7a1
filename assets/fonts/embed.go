// Package fonts holds the face that graphs are drawn with outside of the window.
// It is apart from the other assets, since the verbs link no window toolkit.
package fonts

import _ "embed" // for Regular

// Regular is the bundled subset of Noto Sans SC: see package assets.
//
//go:embed NotoSansSC-Regular.otf
var Regular []byte
