package wine

import (
	"errors"
	"runtime"
	"testing"
)

// TestLacks: only Windows itself has everything.
func TestLacks(t *testing.T) {
	err := Lacks("remote access")
	if want := runtime.GOOS == "windows" && !Here(); (err == nil) != want {
		t.Errorf("Wine %v: %v", Here(), err)
	}
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v is not ErrUnsupported", err)
	}
	if runtime.GOOS != "windows" && Here() {
		t.Error("Wine on another system")
	}
}
