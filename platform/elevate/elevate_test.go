package elevate

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestMain lets the test program be the one that is started.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "end-with" {
		if wd, err := os.Getwd(); err != nil || runtime.GOOS == "windows" && !strings.EqualFold(filepath.Base(wd), "system32") {
			os.Exit(1) // not in the system's folder
		}
		if err := SystemOnly(); err != nil {
			os.Exit(2)
		}
		os.Exit(len(os.Args[2]))
	}
	os.Exit(m.Run())
}

func TestCheck(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{""}, {"a b"}, {`a"b`}, {"-x"}, {"a;b"}, {`a\b`}, {"a\x00"}, {"/c"}, {strings.Repeat("x", 200)},
		strings.Split(strings.Repeat("xxxxxxxxx ", 250), " ")[:240]} {
		if _, err := Run(t.Context(), Command{Program: self, Args: args}); err == nil || errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%.40q: %v", args, err)
		}
	}
	if _, err := Run(t.Context(), Command{Program: filepath.Base(self)}); err == nil || errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("no full path: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, Command{Program: self}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if runtime.GOOS != "windows" {
		if _, err := Run(t.Context(), Command{Program: self}); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("elsewhere: %v", err)
		}
	}
}

func TestBeside(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Beside(filepath.Base(self)); err != nil || got != self {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := Beside("no-such-program.exe"); err == nil || !strings.Contains(err.Error(), "unpack both") {
		t.Errorf("%v", err)
	}
}
