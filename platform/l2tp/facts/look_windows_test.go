package facts

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/windows"

	"tacklebox/platform/l2tp/wine"
)

// TestPorts: a port of this process is found, with this program's name; the name
// beside a port is expected, not yet seen. Go's own sockets do not work under Wine,
// those of the system do.
func TestPorts(t *testing.T) {
	s, err := windows.Socket(windows.AF_INET, windows.SOCK_DGRAM, windows.IPPROTO_UDP)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = windows.Closesocket(s) }()
	if err := windows.Bind(s, &windows.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	at, err := windows.Getsockname(s)
	if err != nil {
		t.Fatal(err)
	}
	port := uint16(at.(*windows.SockaddrInet4).Port)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	got, err := portsOf([]uint16{port})
	if err != nil {
		t.Fatal(err)
	}
	mine := windows.GetCurrentProcessId()
	want := []Port{{Port: port, PID: mine, Process: filepath.Base(self)}}
	if wine.Here() {
		want[0].PID, want[0].Process = 0, "" // Wine 8 has the port, and does not tell whose it is
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if name := programOf(mine); name != filepath.Base(self) {
		t.Errorf("this program is %q, not %q", name, filepath.Base(self))
	}
	if _, err := Ports(); err != nil {
		t.Error(err)
	}
}

// TestServices: what runs is listed, with its process.
func TestServices(t *testing.T) {
	all, err := running()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for pid, names := range all {
		if pid == 0 || slices.Contains(names, "") {
			t.Errorf("process %d runs %q", pid, names)
		}
		n += len(names)
	}
	if n == 0 {
		t.Error("no service runs")
	}
	if _, err := Needs(); err != nil {
		t.Error(err)
	}
}
