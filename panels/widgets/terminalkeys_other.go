//go:build !darwin && !windows

package widgets

import "fyne.io/fyne/v2"

// ownModifier is the modifier of shortcuts that are not the program's.
const ownModifier = fyne.KeyModifierControl

// composes says whether keys with these modifiers type a character of their own:
// none do under X11 and Wayland, where AltGr is no modifier of Fyne's.
func composes(fyne.KeyModifier) bool { return false }
