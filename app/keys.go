package app

import (
	"runtime"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// ours is the modifier of the shortcuts that also work over a terminal:
// Ctrl+Shift, on macOS Cmd.
func ours(key fyne.KeyName) fyne.Shortcut {
	if runtime.GOOS == "darwin" {
		return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierSuper}
	}
	return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierControl | fyne.KeyModifierShift}
}

// plain is a shortcut with the system's own modifier (Ctrl, on macOS Cmd). A
// focused terminal gets it instead of the window.
func plain(key fyne.KeyName) fyne.Shortcut {
	return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
}

// single is a key alone (F1). Fyne has no shortcuts without a modifier, so the
// window hears of it as a typed key.
func single(key fyne.KeyName) fyne.Shortcut {
	return &desktop.CustomShortcut{KeyName: key}
}

// plainCtrl tells whether s is Ctrl and one key. Such a shortcut must not stand
// in the main menu: Fyne fires that before a focused terminal sees the key.
func plainCtrl(s fyne.Shortcut) bool {
	k, ok := s.(fyne.KeyboardShortcut)
	return ok && k.Mod() == fyne.KeyModifierControl
}

// keyNames are the keys whose Fyne name is not what stands on the key.
var keyNames = map[fyne.KeyName]string{
	fyne.KeyPageUp:    "PgUp",
	fyne.KeyPageDown:  "PgDn",
	fyne.KeyReturn:    "Enter",
	fyne.KeyEscape:    "Esc",
	fyne.KeyDelete:    "Del",
	fyne.KeyBackspace: "Backspace",
	fyne.KeyUp:        "↑",
	fyne.KeyDown:      "↓",
	fyne.KeyLeft:      "←",
	fyne.KeyRight:     "→",
}

// keyText writes a shortcut as it stands on the keyboard: "Ctrl+Shift+T".
func keyText(s fyne.Shortcut) string {
	k, ok := s.(fyne.KeyboardShortcut)
	if !ok {
		return ""
	}
	var parts []string
	for _, m := range modifierNames(runtime.GOOS) {
		if k.Mod()&m.mod != 0 {
			parts = append(parts, m.name)
		}
	}
	name := string(k.Key())
	if n, ok := keyNames[k.Key()]; ok {
		name = n
	}
	return strings.Join(append(parts, name), "+")
}

type modifierName struct {
	mod  fyne.KeyModifier
	name string
}

// modifierNames are the modifiers in the order each system writes them.
func modifierNames(system string) []modifierName {
	if system == "darwin" {
		return []modifierName{
			{fyne.KeyModifierControl, "Ctrl"}, {fyne.KeyModifierAlt, "Option"},
			{fyne.KeyModifierShift, "Shift"}, {fyne.KeyModifierSuper, "Cmd"},
		}
	}
	super := "Super"
	if system == "windows" {
		super = "Win"
	}
	return []modifierName{
		{fyne.KeyModifierControl, "Ctrl"}, {fyne.KeyModifierAlt, "Alt"},
		{fyne.KeyModifierShift, "Shift"}, {fyne.KeyModifierSuper, super},
	}
}
