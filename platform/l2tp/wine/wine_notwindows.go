//go:build !windows

package wine

func here() bool { return false }

func lacks() string { return "on this system: it is for Windows" }
