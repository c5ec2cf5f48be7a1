// Package panels has what every tab has in common: the interface a tab fulfils
// and what the window offers to it.
package panels

import (
	"fyne.io/fyne/v2"

	"tacklebox/platform/settings"
)

// Panel is one tab of the window. All methods are called on Fyne's goroutine.
type Panel interface {
	// ID is the stable name used in settings and on the command line.
	ID() string
	// TitleKey is the translation key of the tab's word.
	TitleKey() string
	Icon() fyne.Resource
	// Build makes the content; it is called once. An error is shown in the
	// tab's place and leaves the other tabs alone.
	Build(Host) (fyne.CanvasObject, error)
	// Shown and Hidden tell the panel whether anybody looks; a hidden panel
	// refreshes nothing.
	Shown()
	Hidden()
	// Actions are the panel's rows of the window's one table of actions.
	Actions() []Action
	// Close ends everything the panel has running and waits for it.
	Close()
}

// Host is what the window offers a panel.
type Host interface {
	Window() fyne.Window
	Settings() *settings.Store
	// DataDir is the folder that holds all of Tacklebox's own files.
	DataDir() string
	// SetStatus puts the panel's short text in the status line; level is one of
	// the widgets package's levels ("good", "degraded", "failed", "unknown").
	SetStatus(panel, level, text string)
	// TrayChanged asks the window to look again at what the panel wants in the tray.
	TrayChanged()
	// Select brings the panel with this ID to the front and the window with it.
	Select(panel string)
	// Notify shows a desktop notification.
	Notify(title, text string)
}

// Action is one thing a person can do, wherever it is offered.
type Action struct {
	// ID is stable ("containers.debug"); its label's key is "action." + ID.
	ID string
	// Shortcut is nil for none. Plain Ctrl shortcuts never stand here (Fyne fires
	// them before the focused widget sees the key); see app's table.
	Shortcut fyne.Shortcut
	// Enabled may be nil for always.
	Enabled func() bool
	Do      func()
	// Tray puts the action into the tray's menu as well.
	Tray bool
}

// TrayItem is a line a panel wants in the tray's menu, already translated.
type TrayItem struct {
	Text string
	Do   func()
}

// TraySource is a panel with lines of its own for the tray: sections divided by
// separators. It is called on Fyne's goroutine whenever TrayChanged was.
type TraySource interface {
	TrayItems() [][]TrayItem
}

// TrayMarker is a panel whose state the tray's icon shows: "degraded", "failed", or
// anything else for nothing to show. It is called like TrayItems.
type TrayMarker interface {
	TrayLevel() string
}

// Busy is a panel that has something open which quitting would affect.
type Busy interface {
	// OpenSessions counts what a person would lose sight of by quitting.
	OpenSessions() int
}

// Resident is a panel that does its work also while nobody has looked at it yet:
// after a start into the tray, say.
type Resident interface {
	// Start begins that work; it is called once, when the window is drawn or would
	// be, and before or after Build.
	Start(Host)
}

// Stopper is a panel whose work ends with the program.
type Stopper interface {
	// Stops says what would end now by quitting, already translated; "" is nothing.
	Stops() string
}

// ClipboardTaker is a panel that takes a text from the clipboard, once the person
// asked for that. It does nothing with it but show it.
type ClipboardTaker interface {
	// ClipboardAction is the action that asks; the window fills in what it does.
	ClipboardAction() Action
	// TakeClipboard puts the text where the person sees it and decides.
	TakeClipboard(text string)
}
