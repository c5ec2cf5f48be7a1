package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/l2tp/wine"
)

// TestMain lets the test program be the one that is run.
func TestMain(m *testing.M) {
	switch os.Getenv("PROGRAM_TEST") {
	case "":
		os.Exit(m.Run())
	case "echo":
		_, _ = io.Copy(os.Stdout, os.Stdin)
		fmt.Printf("|%s|%s", strings.Join(os.Args[1:], ","), os.Getenv("PSModulePath"))
	case "endless":
		for {
			fmt.Println(strings.Repeat("x", 1000))
		}
	case "silent":
		<-time.After(time.Hour)
	case "complain":
		fmt.Fprintln(os.Stderr, "\nthere is no such log\nmore")
		os.Exit(3)
	}
}

// self runs this program as one of those above.
func self(t *testing.T, ctx context.Context, mode string, c Command) ([]byte, error) {
	t.Helper()
	me, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if c.Limit == 0 {
		c.Limit = time.Minute
	}
	env := append(os.Environ(), "PROGRAM_TEST="+mode, "PSModulePath=elsewhere")
	return run(ctx, me, t.TempDir(), env, c)
}

func TestRun(t *testing.T) {
	out, err := self(t, t.Context(), "echo", Command{Args: []string{"a b", `c"d`}, Stdin: []byte("in"), Most: 100, Without: []string{"psmodulepath"}})
	if err != nil || string(out) != `in|a b,c"d|` {
		t.Errorf("%q, %v", out, err)
	}
	out, err = self(t, t.Context(), "endless", Command{Most: 5000})
	if !errors.Is(err, ErrTooMuch) || len(out) != 5000 {
		t.Errorf("%d bytes, %v", len(out), err)
	}
	if _, err = self(t, t.Context(), "silent", Command{Limit: 50 * time.Millisecond}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("too slow: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = self(t, ctx, "silent", Command{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err = self(t, t.Context(), "complain", Command{}); err == nil || !strings.Contains(err.Error(), `"there is no such log"`) || strings.Contains(err.Error(), "more") {
		t.Errorf("complaint: %v", err)
	}
}

// TestElsewhere: what Wine or another system lacks is not run.
func TestElsewhere(t *testing.T) {
	if wine.Lacks("it") == nil {
		return
	}
	if _, err := Run(t.Context(), Command{Path: "wevtutil.exe", Limit: time.Second}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v", err)
	}
}
