package journal

import (
	"os"
	"testing"

	"tacklebox/platform/l2tp/wine"
)

// onlyUnderWine keeps tests that change a PC away from a real one.
func onlyUnderWine(t *testing.T) {
	t.Helper()
	if wine.Here() {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("this changes the PC: run make test on Debian, which has Wine for it")
	}
	t.Skip("this changes the PC: it runs under Wine only")
}
