package helper

import (
	"fmt"

	"tacklebox/platform/elevate"
	"tacklebox/platform/l2tp/wine"
)

// Window is the program with the window.
const Window = "tacklebox.exe"

// Resume is what opens the wizard after a restart: the window's program beside the
// running one, which comes to the front if it was started at login as well. dataDir
// is the folder that was named on the command line; empty for the person's own. It
// is nil where that program is not there.
func Resume(dataDir string) []string {
	path, err := elevate.Beside(Window)
	if err != nil {
		return nil
	}
	if dataDir != "" {
		return []string{path, "--data-dir", dataDir, "show"}
	}
	return []string{path, "show"}
}

// RestartDelay is how many seconds a person has to take a restart back.
const RestartDelay = 60

// ScheduleRestart has Windows restart in a minute, and start resume, a program by
// its full path with its arguments, when this person logs in again. It needs no
// elevation: whoever sits at a PC may restart it. Programs are asked to close, not
// ended.
//
// Expected, not yet seen on real Windows.
func ScheduleRestart(resume []string) error {
	if err := wine.Lacks("a restart of the PC"); err != nil {
		return err
	}
	// The way back first: a restart without it loses the person's place.
	if err := rememberResume(resume); err != nil {
		return fmt.Errorf("have the wizard opened after the restart: %w", err)
	}
	if err := scheduleRestart(); err != nil {
		forgetResume()
		return fmt.Errorf("schedule the restart: %w: restart the PC by hand", err)
	}
	return nil
}

// AbortRestart takes a scheduled restart back.
func AbortRestart() error {
	if err := wine.Lacks("a restart of the PC"); err != nil {
		return err
	}
	if err := abortRestart(); err != nil {
		return fmt.Errorf("take the restart back: %w", err)
	}
	forgetResume()
	return nil
}
