package crash

import "testing"

func TestMaskHome(t *testing.T) {
	t.Setenv("USERPROFILE", `C:\Users\Alice`)
	text := `open C:\Users\Alice\x: no` + "\n\tC:/Users/Alice/src/x.go:3"
	if got, want := Mask(text), `open ~\x: no`+"\n\t~/src/x.go:3"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
