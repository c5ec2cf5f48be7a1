package widgets

import "fyne.io/fyne/v2"

// ownModifier is the modifier of shortcuts that are not the program's.
const ownModifier = fyne.KeyModifierSuper

// composes says whether keys with these modifiers type a character of their own:
// Option does on a Mac.
func composes(mod fyne.KeyModifier) bool {
	return mod&fyne.KeyModifierAlt != 0 && mod&fyne.KeyModifierControl == 0
}
