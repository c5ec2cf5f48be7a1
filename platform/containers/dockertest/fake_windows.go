package dockertest

import (
	"crypto/rand"
	"net"
	"testing"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"
)

// listenFake listens as an engine of this system does.
func listenFake(t testing.TB) (host string, l net.Listener) {
	t.Helper()
	name := "tacklebox-fake-" + rand.Text()
	pipe := `\\.\pipe\` + name
	l, err := winio.ListenPipe(pipe, nil)
	if err != nil {
		t.Fatal(err)
	}
	// Wine gives the first connection to the instance that go-winio opens only to
	// own the name; Windows leaves that one disconnected until asked to listen.
	if windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() == nil {
		conn, err := winio.DialPipe(pipe, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
	}
	return "npipe:////./pipe/" + name, l
}
