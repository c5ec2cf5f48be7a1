//go:build !windows

package dockerconfig

import "os/exec"

func hideWindow(*exec.Cmd) {}
