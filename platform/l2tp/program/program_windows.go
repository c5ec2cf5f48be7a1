package program

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// place is the folder of Windows' own programs, and their environment.
func place() (dir string, env []string, err error) {
	dir, err = windows.GetSystemDirectory()
	if err != nil {
		return "", nil, fmt.Errorf("find the system folder: %w", err)
	}
	return dir, os.Environ(), nil
}

func quiet(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.CREATE_NO_WINDOW}
}
