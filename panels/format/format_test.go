package format

import (
	"testing"
	"time"

	"tacklebox/panels/i18n"
)

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.00 kB", 9_994: "9.99 kB", 9_996: "10.0 kB", 99_960: "100 kB",
		999_499: "999 kB", 999_600: "1.00 MB", 123_456_789: "123 MB", 5_000_000_000_000: "5.00 TB", 1 << 60: "1152922 TB"} {
		if got := Size(n); got != want {
			t.Errorf("Size(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestAge(t *testing.T) {
	if err := i18n.Load(i18n.English); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 5, 3, 18, 0, 0, 0, time.UTC)
	seen := map[string]bool{}
	for _, ago := range []time.Duration{-time.Hour, 2 * time.Minute, 3 * time.Hour, 4 * 24 * time.Hour, 90 * 24 * time.Hour, 3 * 365 * 24 * time.Hour} {
		text := Age(now.Add(-ago), now)
		if text == "" || seen[text] {
			t.Errorf("%v ago is %q, as another one", ago, text)
		}
		seen[text] = true
	}
	for _, never := range []time.Time{{}, time.Unix(0, 0)} {
		if text := Age(never, now); text != "–" {
			t.Errorf("%v is %q", never, text)
		}
	}
	if text := Absolute(time.Time{}); text != "–" {
		t.Errorf("no time is %q", text)
	}
}
