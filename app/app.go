// Package app is the shell around the tabs: the window, the tray icon, the one
// table of actions, preferences, language and what happens at start and at the
// end. It is the only code that knows all panels; each panel knows only the
// Host it is given.
//
// Everything that reaches a display driver stands in files built with cgo; the
// rest is tested without a window.
package app

// ID is the program's reverse-DNS name: the Wayland app ID, the name of the
// .desktop file and of the AppStream component.
const ID = "io.github.tacklebox.Tacklebox"

// Name is the program's name in every language. The window is created with it,
// because GLFW makes the X11 class from a window's first title and the .desktop
// file's StartupWMClass has to equal it.
const Name = "Tacklebox"

// Options is what the command line says about the window.
type Options struct {
	// DataDir is the folder of all own files, already resolved.
	DataDir string
	// OwnDataDir is true when --data-dir named it: what starts Tacklebox again
	// has to name it too.
	OwnDataDir bool
	// Show asks for a view to be brought up, in the running window if there is one.
	Show *ShowRequest
	// Minimized starts in the tray where there is one (autostart does).
	Minimized bool
	Version   string
	// L2TP is the PC that the L2TP tab works on; the zero value is this one.
	L2TP L2TP
}

// ShowRequest names what the window shall bring up.
type ShowRequest struct {
	// Panel is a tab's ID; empty for the window as it is.
	Panel string
	// Image is put into the debug form, never launched.
	Image string
}
