package elevate

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/windows"

	"tacklebox/platform/testbed"
)

// TestStart: both ways start a program in the system's folder and give a process
// whose end can be waited for. Where Windows would ask, only those who have the
// rights already are tested.
func TestStart(t *testing.T) {
	if !elevated() {
		if os.Getenv("CI") == "true" {
			t.Fatal("run this as an administrator: Windows would ask otherwise")
		}
		t.Skip("Windows would ask for consent")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	code, err := Run(t.Context(), Command{Program: self, Args: []string{"end-with", "seven.7"}})
	if err != nil || code != 7 {
		t.Errorf("directly: %d, %v", code, err)
	}
	dir, err := windows.GetSystemDirectory()
	if err != nil {
		t.Fatal(err)
	}
	process, err := startElevated(Command{Program: self, Args: []string{"end-with", "nine-four"}}, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = windows.CloseHandle(process) }()
	if _, err := windows.WaitForSingleObject(process, uint32(testbed.Deadline.Milliseconds())); err != nil {
		t.Fatal(err)
	}
	var got uint32
	if err := windows.GetExitCodeProcess(process, &got); err != nil || got != 9 {
		t.Errorf("by the shell: %d, %v", got, err)
	}
	if _, err := startElevated(Command{Program: self + ".missing"}, dir); err == nil || errors.Is(err, ErrDeclined) {
		t.Errorf("a program that is not there: %v", err)
	}
}
