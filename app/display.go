package app

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNoDisplay means that there is no display system to open a window on.
var ErrNoDisplay = errors.New("no display")

// ErrNoOpenGL means that the display offers no OpenGL 2.1, which Fyne needs.
var ErrNoOpenGL = errors.New("no OpenGL")

// displayEnv says, for a system with X11 or Wayland, whether there is a display
// at all, and which of the two Fyne has to be told to take ("" leaves it alone).
// answers tells whether something listens on a unix socket: without a display
// GLFW panics, long after a helpful sentence could have been said.
//
// GLFW 3.4 has no text-input protocol on Wayland, so Chinese cannot be typed
// there; through X11 it can. Where an input method is configured and an X
// display exists, X11 is taken.
func displayEnv(getenv func(string) string, answers func(socket string) bool) (platform string, err error) {
	x11, wayland := getenv("DISPLAY") != "", getenv("WAYLAND_DISPLAY") != ""
	if !x11 && !wayland {
		return "", fmt.Errorf("%w: neither DISPLAY nor WAYLAND_DISPLAY is set", ErrNoDisplay)
	}
	if x11 {
		if sockets := x11Sockets(getenv("DISPLAY")); sockets != nil {
			x11 = slices.ContainsFunc(sockets, answers)
		}
	}
	if wayland {
		wayland = answers(waylandSocket(getenv("WAYLAND_DISPLAY"), getenv("XDG_RUNTIME_DIR")))
	}
	if !x11 && !wayland {
		return "", fmt.Errorf("%w: nothing answers at DISPLAY=%q WAYLAND_DISPLAY=%q", ErrNoDisplay, getenv("DISPLAY"), getenv("WAYLAND_DISPLAY"))
	}
	if getenv("FYNE_PLATFORM") != "" || !x11 || !wayland || !inputMethod(getenv) {
		return "", nil
	}
	return "x11", nil
}

// x11Sockets are the unix sockets of a local X display, abstract and in the file
// system; nil for a display reached in another way.
func x11Sockets(display string) []string {
	number, local := strings.CutPrefix(display, ":")
	if !local {
		number, local = strings.CutPrefix(display, "unix:")
	}
	if !local {
		return nil
	}
	number, _, _ = strings.Cut(number, ".")
	path := "/tmp/.X11-unix/X" + number
	return []string{path, "@" + path}
}

// waylandSocket is where a Wayland compositor listens.
func waylandSocket(display, runtimeDir string) string {
	if filepath.IsAbs(display) {
		return display
	}
	return filepath.Join(runtimeDir, display)
}

// inputMethod tells whether an input method is configured.
func inputMethod(getenv func(string) string) bool {
	for _, name := range []string{"XMODIFIERS", "GTK_IM_MODULE", "QT_IM_MODULE", "SDL_IM_MODULE", "GLFW_IM_MODULE"} {
		value := strings.ToLower(getenv(name))
		for _, method := range []string{"fcitx", "ibus", "scim", "uim", "gcin", "hime"} {
			if strings.Contains(value, method) {
				return true
			}
		}
	}
	return false
}
