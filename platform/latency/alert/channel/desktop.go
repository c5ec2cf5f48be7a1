package channel

import (
	"context"
	"errors"

	"tacklebox/platform/notify"
)

// Desktop shows notifications on this machine's desktop, as the program AppID.
type Desktop struct{ AppID string }

// Notify shows one.
func (d Desktop) Notify(ctx context.Context, title, text string) error {
	err := notify.Send(ctx, notify.Notification{AppID: d.AppID, Title: title, Text: text})
	if errors.Is(err, notify.ErrNone) {
		return permanent{err}
	}
	return err
}
