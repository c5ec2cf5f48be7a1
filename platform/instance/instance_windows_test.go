package instance

import (
	"testing"

	"golang.org/x/sys/windows"
)

// ready takes the first connection to a new pipe away under Wine, which gives it
// to the instance that go-winio opens only to own the name: Windows leaves that
// one disconnected until it is asked to listen.
func ready(t *testing.T, dir string) {
	t.Helper()
	if windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() != nil {
		return
	}
	conn, err := dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
}
