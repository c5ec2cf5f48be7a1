//go:build !cgo

package main

import "tacklebox/app/cli"

// window is absent: this build is tacklebox-cli, static and without OpenGL.
func window() func(cli.WindowOptions) int { return nil }
