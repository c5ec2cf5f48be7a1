//go:build unix && !darwin

package tray

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
	"go.uber.org/goleak"

	"tacklebox/platform/sessionbus"
	"tacklebox/platform/testbed"
)

// watcher is a StatusNotifierWatcher on the test's bus.
type watcher struct {
	conn  *dbus.Conn
	props *prop.Properties
}

func newWatcher(t *testing.T, hosted bool) *watcher {
	t.Helper()
	conn, err := dbus.Connect(os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	props, err := prop.Export(conn, watcherPath, prop.Map{watcherName: {
		"IsStatusNotifierHostRegistered": {Value: hosted, Writable: true, Emit: prop.EmitTrue},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(watcherName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return &watcher{conn, props}
}

func (w *watcher) host(t *testing.T, hosted bool) {
	t.Helper()
	w.props.SetMust(watcherName, "IsStatusNotifierHostRegistered", hosted)
	signal := "StatusNotifierHostRegistered"
	if !hosted {
		signal = "StatusNotifierHostUnregistered"
	}
	if err := w.conn.Emit(watcherPath, watcherName+"."+signal); err != nil {
		t.Fatal(err)
	}
}

func ctx(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testbed.Deadline)
	t.Cleanup(cancel)
	return ctx
}

func expect(t *testing.T, c <-chan bool, want bool) {
	t.Helper()
	select {
	case got, open := <-c:
		if got != want || !open {
			t.Fatalf("told %v (open: %v), want %v", got, open, want)
		}
	case <-time.After(testbed.Deadline):
		t.Fatalf("not told %v", want)
	}
}

func TestAvailable(t *testing.T) {
	testbed.Bus(t)
	check := func(what string, want bool) {
		t.Helper()
		if got, err := Available(ctx(t)); got != want || err != nil {
			t.Errorf("%s: %v, %v", what, got, err)
		}
	}
	check("no watcher", false)
	w := newWatcher(t, false)
	check("a watcher without a host", false)
	w.host(t, true)
	check("a watcher with a host", true)
}

func TestWatch(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	stop := testbed.Bus(t)
	during, cancel := context.WithCancel(ctx(t))
	defer cancel()
	told := Watch(during)
	expect(t, told, false)
	w := newWatcher(t, true)
	expect(t, told, true)
	w.host(t, false)
	expect(t, told, false)
	w.host(t, true)
	expect(t, told, true)
	_ = w.conn.Close()
	expect(t, told, false)
	newWatcher(t, true)
	expect(t, told, true)
	stop() // the desktop ends
	expect(t, told, false)
	select {
	case _, open := <-told:
		if open {
			t.Error("told more")
		}
	case <-time.After(testbed.Deadline):
		t.Error("not closed")
	}
}

func TestWatchEnds(t *testing.T) {
	testbed.Bus(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	during, cancel := context.WithCancel(ctx(t))
	told := Watch(during)
	expect(t, told, false)
	cancel()
	select {
	case _, open := <-told:
		if open {
			t.Error("told more")
		}
	case <-time.After(testbed.Deadline):
		t.Error("not closed")
	}
}

// TestNoBus: a system without a bus has no tray, and none is started for it.
func TestNoBus(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	if got, err := Available(ctx(t)); got || !errors.Is(err, sessionbus.ErrNone) {
		t.Errorf("got %v, %v", got, err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	if got, err := Available(ctx(t)); got || err == nil {
		t.Errorf("got %v, %v", got, err)
	}
	expect(t, Watch(ctx(t)), false)
}
