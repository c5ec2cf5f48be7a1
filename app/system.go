package app

import (
	"context"
	"errors"
	"log/slog"

	"tacklebox/platform/notify"
	"tacklebox/platform/tray"
)

// systemServices are the real ones.
func systemServices() services {
	return services{
		trayShown: func(ctx context.Context) bool {
			shown, err := tray.Available(ctx)
			if err != nil {
				slog.Debug("tray", "error", err)
			}
			return shown
		},
		watchTray:     tray.Watch,
		readClipboard: func(context.Context) (string, error) { return "", errors.ErrUnsupported },
		autostart:     func(context.Context) (bool, error) { return false, nil },
		setAutostart:  func(context.Context, bool) error { return errors.ErrUnsupported },
		openFolder:    openFolder,
		notify: func(ctx context.Context, title, text string) error {
			return notify.Send(ctx, notify.Notification{AppID: ID, Title: title, Text: text})
		},
	}
}
