//go:build unix && !darwin

package clipboard

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/testbed"
)

// own makes xclip the clipboard's owner with this text and returns its process.
func own(t *testing.T, text string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(testbed.Program(t, "xclip", "xclip"),
		append([]string{"-quiet", "-in", "-selection", "clipboard"}, args...)...) // -quiet: in the foreground
	cmd.Stdin = strings.NewReader(text)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd
}

// readSoon reads until the owner that was just started has taken over.
func readSoon(t *testing.T) string {
	t.Helper()
	var text string
	testbed.Wait(t, "a text on the clipboard", func() bool {
		var err error
		text, err = ReadText(context.Background())
		if err != nil && !errors.Is(err, ErrEmpty) && !errors.Is(err, ErrTimeout) { // a busy machine
			t.Fatal(err)
		}
		return err == nil
	})
	return text
}

func TestReadX(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, c := range []struct{ name, text string }{
		{"a word", "debian:12"},
		{"Chinese", "镜像 shop/api:2.4"},
		{"lines", "one\ntwo\n"},
		{"largest", strings.Repeat("x", MaxText)},
	} {
		t.Run(c.name, func(t *testing.T) {
			testbed.Display(t)
			own(t, c.text)
			if got := readSoon(t); got != c.text {
				t.Errorf("got %.40q (%d bytes), want %.40q (%d)", got, len(got), c.text, len(c.text))
			}
		})
	}
}

func TestReadXEmpty(t *testing.T) {
	testbed.Display(t)
	if text, err := ReadText(context.Background()); !errors.Is(err, ErrEmpty) {
		t.Errorf("got %q, %v, want ErrEmpty", text, err)
	}
}

func TestReadXNotText(t *testing.T) {
	testbed.Display(t)
	startIncrementalOwner(t, nil, 0) // an owner of something that is no text
	if text, err := ReadText(context.Background()); !errors.Is(err, ErrEmpty) {
		t.Errorf("got %q, %v, want ErrEmpty", text, err)
	}
}

// TestReadXTooLarge: xclip sends a text of this size in increments (INCR).
func TestReadXTooLarge(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, size := range []int{MaxText + 1, 8 << 20} {
		testbed.Display(t)
		own(t, strings.Repeat("y", size))
		var err error
		testbed.Wait(t, "an owner", func() bool {
			_, err = ReadText(context.Background())
			return !errors.Is(err, ErrEmpty)
		})
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("%d bytes: got %v, want ErrTooLarge", size, err)
		}
	}
}

// TestReadXIncrements reads a text that its owner sends in parts below our bound.
func TestReadXIncrements(t *testing.T) {
	testbed.Display(t)
	want := strings.Repeat("0123456789abcdef", 3000)
	startIncrementalOwner(t, []byte(want), 5000)
	if got := readSoon(t); got != want {
		t.Errorf("got %d bytes, want %d", len(got), len(want))
	}
}

// TestReadXStoppedOwner: a stopped owner holds up nothing but this one call.
func TestReadXStoppedOwner(t *testing.T) {
	defer goleak.VerifyNone(t)
	testbed.Display(t)
	owner := own(t, "text")
	readSoon(t)
	if err := owner.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_, err := ReadText(context.Background())
	if took := time.Since(start); took > Timeout+2*time.Second {
		t.Errorf("took %v, want about %v", took, Timeout)
	}
	if !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v, want ErrTimeout", err)
	}
	own(t, "newer") // the stopped one may die of our window being gone
	testbed.Wait(t, "the next owner's text", func() bool {
		text, _ := ReadText(context.Background())
		return text == "newer"
	})
}

// TestReadXStoppedServer: even the X server itself may be stopped.
func TestReadXStoppedServer(t *testing.T) {
	server := testbed.Display(t)
	own(t, "text")
	readSoon(t)
	if err := server.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer server.Process.Signal(syscall.SIGCONT)
	start := time.Now()
	_, err := ReadText(context.Background())
	if took := time.Since(start); took > Timeout+2*time.Second || !errors.Is(err, ErrTimeout) {
		t.Errorf("took %v: %v, want ErrTimeout after about %v", took, err, Timeout)
	}
}

func TestReadNoDisplay(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	if _, err := ReadText(context.Background()); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v, want ErrUnsupported", err)
	}
	t.Setenv("DISPLAY", ":4711")
	if _, err := ReadText(context.Background()); err == nil || errors.Is(err, ErrEmpty) {
		t.Errorf("no server: got %v", err)
	}
}

// TestReadWayland puts a program in wl-paste's place: what matters is what it may do to us.
func TestReadWayland(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "wayland-0")
	for _, c := range []struct {
		name, script, text string
		want               error
	}{
		{"text", `printf 'debian:12'`, "debian:12", nil},
		{"nothing", `echo 'Nothing is copied' >&2; exit 1`, "", ErrEmpty},
		{"too much", `yes`, "", ErrTooLarge},
		{"never ends", `exec sleep 60`, "", ErrTimeout},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "wl-paste"), []byte("#!/bin/sh\n"+c.script+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
			start := time.Now()
			text, err := ReadText(context.Background())
			if text != c.text || !errors.Is(err, c.want) {
				t.Errorf("got %q, %v, want %q, %v", text, err, c.text, c.want)
			}
			if took := time.Since(start); took > Timeout+2*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}
