//go:build cgo

package app

func (s *shell) startSystray() {}
