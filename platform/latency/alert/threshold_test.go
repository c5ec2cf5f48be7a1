package alert

import (
	"strings"
	"testing"
	"time"

	"tacklebox/platform/latency/alert/pattern"
)

func TestThresholds(t *testing.T) {
	for text, want := range map[string]string{
		"-w 100,20% -c 500,60%":                     "-w 100,20% -c 500,60%",
		"-c 500,60% -w 100,20%":                     "-w 100,20% -c 500,60%",
		"-w100.5,20% -c500,60% -p 7":                "-w 100.5,20% -c 500,60% -p 7",
		"--warning=100,20% --critical 500:60%":      "-w 100,20% -c 500,60%",
		"-c 0.25,100":                               "-c 0.25,100%",
		"  -w  3000.0,80%\t-c 5000.0,100%  -p 1":    "-w 3000,80% -c 5000,100% -p 1",
		"--packets 10 -c 1,1%":                      "-c 1,1% -p 10",
		"--warning 100,20% --critical=3600000,100%": "-w 100,20% -c 3600000,100%",
	} {
		got, err := ParseThresholds(text)
		if err != nil || got.String() != want {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
	for text, says := range map[string]string{
		"":                            "no threshold",
		"-w":                          "without a value",
		"100,20%":                     "without a value",
		"-w 100":                      "no comma",
		"-w 100,120%":                 "no percentage",
		"-w 100,-1%":                  "no percentage",
		"-w -5,10%":                   "no milliseconds",
		"-w NaN,10%":                  "no milliseconds",
		"-w 1,NaN%":                   "no percentage",
		"-w 1e99,10%":                 "no milliseconds",
		"-w 100,20% -w 1,1%":          "stands twice",
		"-w 600,20% -c 500,60%":       "swap them",
		"-w 100,70% -c 500,60%":       "swap them",
		"-H host -w 1,1%":             "only -w, -c and -p",
		"-p 0 -w 1,1%":                "number of probes",
		strings.Repeat("-w 1,1%", 99): "more than 200 bytes",
	} {
		if _, err := ParseThresholds(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v; want %q", text, err, says)
		}
	}
}

// TestLevel: check_ping's verdict is reached by equality, and by either figure.
func TestLevel(t *testing.T) {
	limits, err := ParseThresholds("-w 100,20% -c 500,60%")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		rta  int // ms, -1 without an answer
		loss float64
		want Level
	}{
		{99, 0, OK}, {100, 0, Warning}, {1, 20, Warning}, {1, 19.9, OK}, {499, 59, Warning}, {500, 0, Critical}, {1, 60, Critical}, {-1, 100, Critical},
	} {
		s := &sample{Round: pattern.Round{Loss: c.loss, Answered: c.rta >= 0}, mean: time.Duration(c.rta) * time.Millisecond}
		if got := limits.level(s); got != c.want {
			t.Errorf("rta %d, loss %v: %s, want %s", c.rta, c.loss, got, c.want)
		}
	}
}

func FuzzThresholds(f *testing.F) {
	f.Add("-w 100,20% -c 500,60%")
	f.Add("--warning=100:20 -c1,2% -p 5")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseThresholds(text)
		if err != nil {
			return
		}
		back, err := ParseThresholds(got.String())
		if err != nil || back.String() != got.String() {
			t.Fatalf("%q becomes %q, which is %q, %v", text, got, back, err)
		}
		got.level(&sample{})
	})
}
