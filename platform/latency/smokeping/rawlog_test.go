package smokeping

import (
	"errors"
	"strings"
	"testing"
)

func TestReadRawLog(t *testing.T) {
	text := "1700000000\tU\t1\t2.0e-02\t1.0e-02\t0.02\tU\r\n" +
		"\n" +
		"1700000300\t17\t3\tU\tU\tU\tU\n" +
		"1700000600\tU\tU\tU\tU\tU\tU\n" +
		"1700000900\tU\t2\t0.01\t0.01\t0.02\t0.03\n" +
		"soon\tU\t0\t0.01\t0.01\n" +
		"1700001200\tU\t0\t0.01\t-5\n" +
		"1700001200\tU\t0\t0.01\n" +
		"1700001500\tU\t0\t0.01\t0.04"
	rounds, problems, err := ReadRawLog(strings.NewReader(text))
	if err != nil || len(rounds) != 3 || len(problems) != 5 {
		t.Fatalf("%v %v %v", rounds, problems, err)
	}
	if r := rounds[0]; r.Noted.Unix() != 1700000000 || r.Lost != 1 || len(r.RTTs) != 2 || r.RTTs[0] != 0.01 {
		t.Errorf("%+v", r)
	}
	if rounds[1].Lost != 3 || len(rounds[1].RTTs) != 0 || rounds[2].RTTs[0] != 0.04 {
		t.Errorf("%+v", rounds)
	}
	for i, line := range []int{4, 5, 6, 7, 8} {
		if problems[i].Line != line || problems[i].Reason == "" {
			t.Errorf("problem %+v, want line %d", problems[i], line)
		}
	}
	if _, problems, err := ReadRawLog(strings.NewReader(strings.Repeat("x\n", 1000))); err != nil || len(problems) != 100 {
		t.Errorf("%d problems, %v", len(problems), err)
	}
	if _, _, err := ReadRawLog(strings.NewReader(strings.Repeat("x", maxRawLine+1))); err == nil || !strings.Contains(err.Error(), "no raw log") {
		t.Errorf("a line without end: %v", err)
	}
	if _, _, err := readRawLog(strings.NewReader(strings.Repeat("1700001500\tU\t0\t0.01\t0.04\n", 12)), 10); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too many: %v", err)
	}
}

func FuzzRawLog(f *testing.F) {
	f.Add("1700000000\tU\t1\t2.0e-02\t1.0e-02\t0.02\tU\n1700000300\t17\t3\tU\tU\tU\tU\n")
	f.Fuzz(func(t *testing.T, text string) {
		rounds, _, _ := ReadRawLog(strings.NewReader(text))
		for _, r := range rounds {
			if r.Lost < 0 || r.Lost+len(r.RTTs) == 0 || r.Noted.Before(oldest) {
				t.Fatalf("%+v", r)
			}
			last := float32(0)
			for _, v := range r.RTTs {
				if !(v > 0) || v < last {
					t.Fatalf("%+v", r)
				}
				last = v
			}
		}
	})
}
