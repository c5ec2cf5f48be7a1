package smokeping

import (
	"bufio"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/said"
)

// Bounds of raw logs.
const (
	maxRawLine  = 1 << 16
	MaxRounds   = 4 << 20 // of one target
	maxRawPings = 2000
)

// RawRound is a line of a raw log: one round, exactly as it was measured.
type RawRound struct {
	// Noted is when SmokePing wrote it, the end of the round. What a slave
	// measured was written when the master heard of it.
	Noted time.Time
	Lost  int
	RTTs  []float32 // seconds, ascending
}

// RawProblem is a line of a raw log that is left out.
type RawProblem struct {
	Line   int // counts from 1
	Reason string
}

// ReadRawLog reads a raw log, which has a line for each round: the time, the
// uptime, the loss, the median and the round trips, with tabs between them. Lines
// that cannot be read are left out and listed, up to 100 of them.
func ReadRawLog(r io.Reader) (rounds []RawRound, problems []RawProblem, err error) {
	return readRawLog(r, MaxRounds)
}

func readRawLog(r io.Reader, most int) (rounds []RawRound, problems []RawProblem, err error) {
	in := bufio.NewReaderSize(r, maxRawLine)
	for n := 1; ; n++ {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return rounds, problems, said.New("line %d has more than %d bytes: no raw log of SmokePing", n, maxRawLine)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return rounds, problems, said.New("read a raw log: %v", err)
		}
		if text := strings.TrimRight(string(line), "\r\n"); text != "" {
			round, why := rawRound(text)
			switch {
			case why == "":
				rounds = append(rounds, round)
			case len(problems) < 100:
				problems = append(problems, RawProblem{n, why})
			}
		}
		if len(rounds) > most {
			return rounds, problems, said.New("more than %d rounds: %v", most, ErrTooLarge)
		}
		if err != nil {
			return rounds, problems, nil
		}
	}
}

func rawRound(line string) (RawRound, string) {
	cells := strings.Split(line, "\t")
	if len(cells) < 5 || len(cells) > 4+maxRawPings {
		return RawRound{}, "not the time, uptime, loss, median and round trips with tabs between them"
	}
	at, err := strconv.ParseInt(cells[0], 10, 64)
	if err != nil || at < oldest.Unix() || at > 1<<33 {
		return RawRound{}, "does not begin with a time"
	}
	out := RawRound{Noted: time.Unix(at, 0)}
	pings := len(cells) - 4
	for _, c := range cells[4:] {
		if c == "U" {
			continue
		}
		v, err := strconv.ParseFloat(c, 64)
		if err != nil || !known(v) {
			return RawRound{}, "a round trip that is no number of seconds"
		}
		out.RTTs = append(out.RTTs, float32(v))
	}
	slices.Sort(out.RTTs)
	out.Lost = pings - len(out.RTTs)
	// With U for the loss nothing was measured; a number is the same as counted.
	if cells[2] == "U" {
		if len(out.RTTs) == 0 {
			return RawRound{}, "nothing was measured"
		}
		out.Lost = 0
	} else if v, err := strconv.ParseFloat(cells[2], 64); err != nil || math.Abs(v-float64(out.Lost)) > 0.5 {
		return RawRound{}, "the loss is not what the round trips say"
	}
	return out, ""
}

// count counts a round, by turns into each of out.
func (r *RawRound) count(out []*histogram.Histogram) {
	for i := range r.Lost {
		out[i%len(out)].Lost++
	}
	for i, v := range r.RTTs {
		out[i%len(out)].Observe(time.Duration(math.Round(float64(v) * 1e9)))
	}
}
