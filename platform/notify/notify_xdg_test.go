//go:build unix && !darwin

package notify

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"go.uber.org/goleak"

	"tacklebox/platform/testbed"
)

// server is a notification service that understands markup.
type server struct{ shown chan [3]string }

func (s server) GetCapabilities() ([]string, *dbus.Error) {
	return []string{"body", "body-markup"}, nil
}

func (s server) Notify(app string, _ uint32, icon, title, body string, _ []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	s.shown <- [3]string{app + " " + icon, title, body}
	return 1, nil
}

func startServer(t *testing.T) server {
	t.Helper()
	conn, err := dbus.Connect(os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	s := server{make(chan [3]string, 1)}
	if err := conn.Export(s, object, service); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(service, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSend(t *testing.T) {
	testbed.Bus(t)
	s := startServer(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	err := Send(context.Background(), Notification{AppID: "io.github.tacklebox.Tacklebox",
		Title: "api\x1b ended", Text: `<a href="file:///x">$(id)</a> & exit 127`})
	if err != nil {
		t.Fatal(err)
	}
	want := [3]string{"Tacklebox io.github.tacklebox.Tacklebox", "api ended",
		"&lt;a href=&quot;file:///x&quot;&gt;$(id)&lt;/a&gt; &amp; exit 127"}
	if got := <-s.shown; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNobodyShows(t *testing.T) {
	testbed.Bus(t)
	if err := Send(context.Background(), Notification{Title: "x"}); !errors.Is(err, ErrNone) {
		t.Errorf("a bus without a service: %v", err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	if err := Send(context.Background(), Notification{Title: "x"}); !errors.Is(err, ErrNone) {
		t.Errorf("no bus: %v", err)
	}
}

// stuck is a service that never answers.
type stuck struct{ release chan struct{} }

func (s stuck) GetCapabilities() ([]string, *dbus.Error) { <-s.release; return nil, nil }

func TestServerHangs(t *testing.T) {
	testbed.Bus(t)
	conn, err := dbus.Connect(os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	if err != nil {
		t.Fatal(err)
	}
	s := stuck{make(chan struct{})}
	t.Cleanup(func() { close(s.release); _ = conn.Close() })
	if err := conn.Export(s, object, service); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(service, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if err := Send(ctx, Notification{Title: "x"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
