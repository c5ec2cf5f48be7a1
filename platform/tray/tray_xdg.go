//go:build unix && !darwin

package tray

import (
	"context"
	"fmt"

	"github.com/godbus/dbus/v5"

	"tacklebox/platform/sessionbus"
)

// The StatusNotifierWatcher collects the programs' icons; a host shows them. A
// watcher without a host (some panels start it ahead) shows nothing.
const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = dbus.ObjectPath("/StatusNotifierWatcher")
	busName     = "org.freedesktop.DBus"
)

// available asks the watcher whether a host is registered.
func available(ctx context.Context) (bool, error) {
	conn, err := sessionbus.Connect(ctx)
	if err != nil {
		return false, fmt.Errorf("look for a tray: %w", err)
	}
	defer conn.Close()
	shown, err := ask(ctx, conn)
	if err != nil {
		return false, fmt.Errorf("look for a tray: %w", err)
	}
	return shown, nil
}

// ask asks on an open connection.
func ask(ctx context.Context, conn *dbus.Conn) (bool, error) {
	var owned bool
	if err := conn.BusObject().CallWithContext(ctx, busName+".NameHasOwner", 0, watcherName).Store(&owned); err != nil {
		return false, err
	}
	if !owned {
		return false, nil
	}
	// NoAutoStart: to look must not start a watcher that nobody shows.
	var v dbus.Variant
	err := conn.Object(watcherName, watcherPath).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get",
		dbus.FlagNoAutoStart, watcherName, "IsStatusNotifierHostRegistered").Store(&v)
	if err != nil {
		return false, err
	}
	shown, _ := v.Value().(bool)
	return shown, nil
}

// watch asks again whenever the watcher changes hands or a host comes or goes.
func watch(ctx context.Context, tell func(bool)) {
	conn, err := sessionbus.Connect(ctx)
	if err != nil {
		tell(false)
		return
	}
	defer conn.Close()
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	matches := [][]dbus.MatchOption{
		{dbus.WithMatchSender(busName), dbus.WithMatchInterface(busName), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, watcherName)},
		{dbus.WithMatchInterface(watcherName), dbus.WithMatchMember("StatusNotifierHostRegistered")},
		{dbus.WithMatchInterface(watcherName), dbus.WithMatchMember("StatusNotifierHostUnregistered")},
	}
	for _, match := range matches {
		if err := conn.AddMatchSignalContext(ctx, match...); err != nil {
			tell(false)
			return
		}
	}
	// An error means no: a watcher that does not answer shows no icon either.
	shown, _ := ask(ctx, conn)
	tell(shown)
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-signals:
			if !open { // the bus is gone, and the desktop with it
				if shown {
					tell(false)
				}
				return
			}
			now, _ := ask(ctx, conn)
			if now != shown {
				shown = now
				tell(shown)
			}
		}
	}
}
