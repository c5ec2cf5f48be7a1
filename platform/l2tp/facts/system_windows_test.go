package facts

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/windows/registry"

	"tacklebox/platform/l2tp/wine"
)

// TestThere: a place that is there, one that is not, one that is empty, and one that
// cannot be asked for.
func TestThere(t *testing.T) {
	if !wine.Here() {
		if os.Getenv("CI") == "true" {
			t.Fatal("this changes the PC: run make test on Debian, which has Wine for it")
		}
		t.Skip("this changes the PC: it runs under Wine only")
	}
	const path = `SOFTWARE\TackleboxTest`
	k, _, err := registry.CreateKey(registry.LOCAL_MACHINE, path, registry.ALL_ACCESS)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = k.Close()
		if err := registry.DeleteKey(registry.LOCAL_MACHINE, path); err != nil {
			t.Error(err)
		}
	}()
	for name, text := range map[string]string{"full": "x", "empty": ""} {
		if err := k.SetStringValue(name, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := k.SetStringsValue("files", []string{"a", ""}); err != nil {
		t.Fatal(err)
	}
	tooLong := `SOFTWARE\` + strings.Repeat("x", 300)
	for name, tc := range map[string]struct {
		ask   func() (bool, error)
		want  bool
		fails bool
	}{
		"key":           {ask: thereKey(path), want: true},
		"no key":        {ask: thereKey(path + `\none`)},
		"key unread":    {ask: thereKey(tooLong), fails: true},
		"value":         {ask: filled(path, "full"), want: true},
		"files":         {ask: filled(path, "files"), want: true},
		"empty value":   {ask: filled(path, "empty")},
		"no value":      {ask: filled(path, "none")},
		"value, no key": {ask: filled(path+`\none`, "full")},
		"value unread":  {ask: filled(tooLong, "full"), fails: true},
	} {
		if got, err := tc.ask(); got != tc.want || (err != nil) != tc.fails {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// TestOfSystem: under Wine all of it can be read, and Wine has no update level.
func TestOfSystem(t *testing.T) {
	s := OfSystem()
	if len(s.Unread) > 0 || s.Name == "" || !strings.HasPrefix(s.Build, "10.0.") || !strings.HasPrefix(s.User, "S-1-5-") {
		t.Errorf("%+v", s)
	}
}
