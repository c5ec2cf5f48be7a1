package alert

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"tacklebox/platform/latency/said"
)

// Limit is one pair of check_ping's: the average round trip and the loss from
// which on it is reached.
type Limit struct {
	RTT  time.Duration
	Loss float64 // percent
}

// Thresholds is what check_ping compares with.
type Thresholds struct {
	Warning, Critical *Limit // one of them may be nil
	// Probes is how many are sent before each verdict, from -p; 0 when not said.
	Probes int
}

const maxThreshold = 200 // bytes

// ParseThresholds reads "-w 100,20% -c 500,60%": round trips in milliseconds and
// loss in percent, as check_ping has them, with --warning, --critical and -p.
func ParseThresholds(text string) (Thresholds, error) {
	var t Thresholds
	if len(text) > maxThreshold {
		return t, said.New("thresholds of more than %d bytes: write them as -w 100,20%% -c 500,60%%", maxThreshold)
	}
	words := strings.Fields(strings.ReplaceAll(text, "=", " "))
	for i := 0; i < len(words); i++ {
		option := words[i]
		value := ""
		switch {
		case len(option) > 2 && option[0] == '-' && option[1] != '-':
			option, value = option[:2], option[2:]
		case i+1 < len(words):
			i++
			value = words[i]
		}
		if value == "" {
			return t, said.New("%q stands without a value: write thresholds as -w 100,20%% -c 500,60%%", option)
		}
		var err error
		switch option {
		case "-w", "--warning":
			err = parseLimit(&t.Warning, value)
		case "-c", "--critical":
			err = parseLimit(&t.Critical, value)
		case "-p", "--packets":
			t.Probes, err = strconv.Atoi(value)
			if err != nil || t.Probes < 1 || t.Probes > maxProbes {
				err = said.New("%q is no number of probes from 1 to %d", value, maxProbes)
			}
		default:
			err = said.New("only -w, -c and -p are known")
		}
		if err != nil {
			return Thresholds{}, said.New("threshold %s: %v", option, err)
		}
	}
	switch w, c := t.Warning, t.Critical; {
	case w == nil && c == nil:
		return t, said.New("no threshold: write them as -w 100,20%% -c 500,60%%")
	case w != nil && c != nil && w.RTT > c.RTT:
		return t, said.New("the warning's round trip is above the critical one: swap them")
	case w != nil && c != nil && w.Loss > c.Loss:
		return t, said.New("the warning's loss is above the critical one: swap them")
	}
	return t, nil
}

func parseLimit(to **Limit, text string) error {
	if *to != nil {
		return said.New("stands twice")
	}
	rtt, loss, ok := strings.Cut(strings.Replace(text, ":", ",", 1), ",")
	if !ok {
		return said.New("%q has no comma: milliseconds and percent, such as 100,20%%", text)
	}
	ms, err := strconv.ParseFloat(rtt, 64)
	if err != nil || !(ms >= 0 && ms <= 3_600_000) {
		return said.New("%q are no milliseconds from 0 to 3600000", rtt)
	}
	percent, err := strconv.ParseFloat(strings.TrimSuffix(loss, "%"), 64)
	if err != nil || !(percent >= 0 && percent <= 100) {
		return said.New("%q is no percentage from 0 to 100", loss)
	}
	*to = &Limit{RTT: time.Duration(math.Round(ms * float64(time.Millisecond))), Loss: percent}
	return nil
}

// String is the thresholds as ParseThresholds reads them.
func (t Thresholds) String() string {
	var parts []string
	add := func(option string, l *Limit) {
		if l != nil {
			parts = append(parts, fmt.Sprintf("%s %s,%s%%", option,
				strconv.FormatFloat(float64(l.RTT)/float64(time.Millisecond), 'f', -1, 64), strconv.FormatFloat(l.Loss, 'f', -1, 64)))
		}
	}
	add("-w", t.Warning)
	add("-c", t.Critical)
	if t.Probes > 0 {
		parts = append(parts, "-p "+strconv.Itoa(t.Probes))
	}
	return strings.Join(parts, " ")
}

// level is check_ping's verdict on one window: reaching a limit is enough. With
// no answer at all the loss decides alone.
func (t Thresholds) level(s *sample) Level {
	reached := func(l *Limit) bool {
		return l != nil && (s.Loss >= l.Loss || s.Answered && s.mean >= l.RTT)
	}
	switch {
	case reached(t.Critical):
		return Critical
	case reached(t.Warning):
		return Warning
	}
	return OK
}
