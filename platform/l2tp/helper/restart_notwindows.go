//go:build !windows

package helper

func rememberResume([]string) error { return errElsewhere }

func forgetResume() {}

func scheduleRestart() error { return errElsewhere }

func abortRestart() error { return errElsewhere }
