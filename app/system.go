package app

import (
	"context"
	"errors"
)

// systemServices are the real ones.
func systemServices() services {
	return services{
		trayShown:     func(context.Context) bool { return false },
		watchTray:     func(context.Context, func(bool)) {},
		readClipboard: func(context.Context) (string, error) { return "", errors.ErrUnsupported },
		autostart:     func(context.Context) (bool, error) { return false, nil },
		setAutostart:  func(context.Context, bool) error { return errors.ErrUnsupported },
		openFolder:    func(string) error { return errors.ErrUnsupported },
		notify:        func(context.Context, string, string) error { return errors.ErrUnsupported },
	}
}
