//go:build !cgo

package main

import (
	"tacklebox/app/cli"
	"tacklebox/platform/l2tp/helper"
)

// window is absent: this build is tacklebox-cli, static and without OpenGL.
func window() func(cli.WindowOptions) int { return nil }

// elevated is the helper that Windows starts with an administrator's rights. Only
// this build is one: it draws in no DLL that could be planted beside it.
func elevated(args []string) (code int, ours bool) {
	if len(args) == 0 || args[0] != helper.Verb {
		return 0, false
	}
	return helper.Main(args[1:], version), true
}
