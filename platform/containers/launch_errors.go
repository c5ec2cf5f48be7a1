package containers

import (
	"errors"
	"strings"
)

const (
	hintNetwork = "choose a network that the engine has"
	hintProgram = "choose a program that the image has"
)

// launchTexts are phrases that mean something only while a container is created
// and started; the general ones come after them. As with all of them, an engine
// has nothing but words for these.
func launchTexts() []engineText {
	return []engineText{
		{"cannot mkdir", CauseWorkDir, "choose a working folder that is a folder"},
		{"chdir to cwd", CauseWorkDir, "choose a working folder that is a folder"},
		{"mkdir of working directory", CauseWorkDir, "choose a working folder that is a folder"},
		{"unknown capability", CauseCapability, "capabilities look like NET_ADMIN"},
		{"invalid capability", CauseCapability, "capabilities look like NET_ADMIN"},
		{"gathering device information", CauseNoDevice, "choose a device that the engine's machine has"},
		{"executable file not found", CauseNoShell, hintProgram},
		{"error mounting", CauseMountMissing, "check that source and target are both files or both folders"},
	}
}

// wrapLaunch wraps what an engine answers to a create or a start. A bare "not
// found" is about what the container refers to and gets the cause missing.
func wrapLaunch(op, object string, missing Cause, err error) error {
	if err == nil {
		return nil
	}
	text := strings.ToLower(err.Error())
	for _, t := range launchTexts() {
		if strings.Contains(text, t.phrase) {
			return &Error{Op: op, Object: object, Cause: t.cause, Err: plain(err), Hint: t.hint}
		}
	}
	if strings.Contains(text, "unable to start container process: exec:") || strings.Contains(text, "starting container process caused: exec:") {
		return &Error{Op: op, Object: object, Cause: CauseNoShell, Err: plain(err), Hint: hintProgram}
	}
	err = wrap(op, object, err)
	var own *Error
	if errors.As(err, &own) && own.Cause == CauseGone {
		own.Cause, own.Hint = missing, hintNetwork
		if missing == CauseNoImage {
			own.Hint = "pull it, or check the name"
		}
	}
	return err
}
