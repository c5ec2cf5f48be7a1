package app

import (
	"context"
	"log/slog"

	"tacklebox/platform/autostart"
	"tacklebox/platform/clipboard"
	"tacklebox/platform/notify"
	"tacklebox/platform/tray"
)

// systemServices are the real ones.
func systemServices(o Options) services {
	return services{
		trayShown: func(ctx context.Context) bool {
			shown, err := tray.Available(ctx)
			if err != nil {
				slog.Debug("tray", "error", err)
			}
			return shown
		},
		watchTray:     tray.Watch,
		readClipboard: clipboard.ReadText,
		autostart:     autostart.Enabled,
		setAutostart: func(on bool) error {
			var args []string
			if o.OwnDataDir {
				args = []string{"--data-dir", o.DataDir}
			}
			return autostart.Set(on, args...)
		},
		openFolder: openFolder,
		notify: func(ctx context.Context, title, text string) error {
			return notify.Send(ctx, notify.Notification{AppID: ID, Title: title, Text: text})
		},
	}
}
