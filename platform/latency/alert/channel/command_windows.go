package channel

import (
	"os/exec"
	"syscall"
)

// group keeps a console program from flashing a window.
func group(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true} }
