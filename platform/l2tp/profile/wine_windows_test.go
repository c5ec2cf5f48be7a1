package profile

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"

	"tacklebox/platform/l2tp/program"
	"tacklebox/platform/l2tp/wine"
)

// TestWineStub: Wine's powershell.exe does nothing and reports success, which is
// what the rule about the document is for.
func TestWineStub(t *testing.T) {
	if !wine.Here() {
		return // a real PowerShell would make a connection
	}
	if _, err := Write(t.Context(), program.Run, office()); !errors.Is(err, ErrUnusable) || !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("by the usual way: %v", err)
	}
	dir, err := windows.GetSystemDirectory()
	if err != nil {
		t.Fatal(err)
	}
	ran := false
	_, err = Write(t.Context(), func(ctx context.Context, c program.Command) ([]byte, error) {
		cmd := exec.CommandContext(ctx, filepath.Join(dir, c.Path), c.Args...)
		cmd.Stdin = strings.NewReader(string(c.Stdin))
		out, err := cmd.Output()
		if err != nil {
			t.Errorf("the stub does not report success: %v", err)
		}
		ran = true
		return out, err
	}, office())
	if !ran || !errors.Is(err, ErrUnusable) || !errors.Is(err, errNoDocument) {
		t.Errorf("ran %v: %v", ran, err)
	}
}
