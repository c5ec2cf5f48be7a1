//go:build unix && !darwin

package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"

	"tacklebox/platform/sessionbus"
)

// The desktop notifications specification's names.
const (
	service = "org.freedesktop.Notifications"
	object  = dbus.ObjectPath("/org/freedesktop/Notifications")
)

// send calls the desktop's notification service.
func send(ctx context.Context, n Notification) error {
	conn, err := sessionbus.Connect(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNone, err)
	}
	defer conn.Close()
	server := conn.Object(service, object)
	var capabilities []string
	if err := server.CallWithContext(ctx, service+".GetCapabilities", 0).Store(&capabilities); err != nil {
		var dbusErr dbus.Error
		if errors.As(err, &dbusErr) {
			return fmt.Errorf("%w: %w", ErrNone, err)
		}
		return err
	}
	body := n.Text
	if slices.Contains(capabilities, "body-markup") {
		body = escapeMarkup(body)
	}
	hints := map[string]dbus.Variant{"desktop-entry": dbus.MakeVariant(n.AppID)}
	const byServer = int32(-1) // how long it is shown
	return server.CallWithContext(ctx, service+".Notify", 0,
		"Tacklebox", uint32(0), n.AppID, n.Title, body, []string{}, hints, byServer).Err
}

// escapeMarkup keeps a server that understands markup from taking text for it:
// a link or an image in a container's name is only text.
func escapeMarkup(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
