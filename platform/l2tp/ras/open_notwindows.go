//go:build !windows

package ras

import "tacklebox/platform/l2tp/wine"

func open() (*System, error) { return nil, wine.Lacks("remote access") }
