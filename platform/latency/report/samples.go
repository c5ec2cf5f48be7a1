package report

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"tacklebox/platform/latency"
)

// Sample is one row of a target, by the name that people gave it.
type Sample struct {
	Name string
	latency.Result
}

// columns of the CSV, and names in the JSON.
var columns = []string{"target", "address", "seq", "sent", "outcome", "rtt_ms", "reason", "engine", "from"}

// WriteCSV writes samples as CSV, one row each: target, address, seq, sent (RFC
// 3339 with nanoseconds, in zone), outcome, rtt_ms (to the nanosecond, empty
// without an answer), reason, engine and from, who answered when it was somebody
// else. A cell that a spreadsheet would take for a formula begins with an
// apostrophe, which ReadCSV takes off again. It ends with the first error of rows.
func WriteCSV(w io.Writer, rows iter.Seq2[Sample, error], zone *time.Location) (n int, err error) {
	out := csv.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return 0, fmt.Errorf("write samples as CSV: %w", err)
	}
	for s, err := range rows {
		if err != nil {
			out.Flush()
			return n, err
		}
		cells := s.cells(zone)
		for i, cell := range cells {
			if cell != "" && strings.ContainsRune("=+-@'\t\r", rune(cell[0])) {
				cells[i] = "'" + cell
			}
		}
		if err := out.Write(cells); err != nil {
			return n, fmt.Errorf("write samples as CSV: %w", err)
		}
		n++
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return n, fmt.Errorf("write samples as CSV: %w", err)
	}
	return n, nil
}

func (s *Sample) cells(zone *time.Location) []string {
	return []string{plain(s.Name), address(s.Address), strconv.FormatUint(s.Seq, 10), sent(s.Sent, zone), s.Outcome.String(), milliseconds(&s.Result), string(s.Reason), s.Engine, address(s.From)}
}

func sent(t time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.Local
	}
	return t.In(zone).Format(time.RFC3339Nano)
}

func address(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// answered is true for the outcomes that have a round trip.
func answered(o latency.Outcome) bool {
	return o == latency.Reply || o == latency.Late || o == latency.Duplicate
}

// milliseconds are a round trip to the nanosecond, "" without one.
func milliseconds(r *latency.Result) string {
	if !answered(r.Outcome) {
		return ""
	}
	ns := r.RTT.Nanoseconds()
	text := fmt.Sprintf("%d.%06d", ns/1e6, ns%1e6)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// WriteJSON writes samples as JSON, one object to a line, with the names of the
// CSV's columns, and for HTTP the parts of the round trip; what is empty is left
// out. It ends with the first error of rows.
func WriteJSON(w io.Writer, rows iter.Seq2[Sample, error], zone *time.Location) (n int, err error) {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	for s, err := range rows {
		if err != nil {
			_ = out.Flush() // the error of rows says more
			return n, err
		}
		line := jsonSample{Target: plain(s.Name), Address: address(s.Address), Seq: s.Seq, Sent: sent(s.Sent, zone), Outcome: s.Outcome.String(),
			RTT: json.Number(milliseconds(&s.Result)), Reason: string(s.Reason), Engine: s.Engine, From: address(s.From)}
		for _, p := range s.Phases {
			if line.Phases == nil {
				line.Phases = map[string]float64{}
			}
			line.Phases[p.Name] = float64(p.Took) / 1e6
		}
		if err := enc.Encode(line); err != nil {
			return n, fmt.Errorf("write samples as JSON: %w", err)
		}
		n++
	}
	if err := out.Flush(); err != nil {
		return n, fmt.Errorf("write samples as JSON: %w", err)
	}
	return n, nil
}

type jsonSample struct {
	Target  string             `json:"target"`
	Address string             `json:"address,omitempty"`
	Seq     uint64             `json:"seq"`
	Sent    string             `json:"sent"`
	Outcome string             `json:"outcome"`
	RTT     json.Number        `json:"rtt_ms,omitempty"`
	Reason  string             `json:"reason,omitempty"`
	Engine  string             `json:"engine,omitempty"`
	From    string             `json:"from,omitempty"`
	Phases  map[string]float64 `json:"phases_ms,omitempty"`
}

// RowError is a row that could not be read. Those after it can be.
type RowError struct {
	Line   int // counts from 1
	Reason string
}

// Error is the row as one line.
func (e *RowError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// ErrNotSamples is a table without the columns of samples.
var ErrNotSamples = errors.New("no table of samples: its first row has to name target, seq, sent and outcome")

// Bounds of a cell and of a round trip.
const (
	maxCell = 4096
	maxRTT  = 24 * time.Hour
)

// ReadCSV reads what WriteCSV wrote, in any order of columns and with further ones.
// A row that cannot be read gives a *RowError; any other error is the last.
func ReadCSV(r io.Reader) iter.Seq2[Sample, error] {
	return func(yield func(Sample, error) bool) {
		in := csv.NewReader(&bounded{r: r})
		in.FieldsPerRecord = -1
		in.ReuseRecord = true
		head, err := in.Read()
		if err != nil {
			if !errors.Is(err, errLongLine) {
				err = ErrNotSamples
			}
			yield(Sample{}, fmt.Errorf("read samples: %w", err))
			return
		}
		at := map[string]int{}
		for i, name := range head {
			at[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))] = i
		}
		for _, name := range []string{"target", "seq", "sent", "outcome"} {
			if _, ok := at[name]; !ok {
				yield(Sample{}, fmt.Errorf("read samples: %w", ErrNotSamples))
				return
			}
		}
		for {
			row, err := in.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			var wrong *csv.ParseError
			if errors.As(err, &wrong) {
				if !yield(Sample{}, &RowError{wrong.Line, wrong.Err.Error()}) {
					return
				}
				continue
			}
			if err != nil {
				yield(Sample{}, fmt.Errorf("read samples: %w", err))
				return
			}
			s, why := parseSample(func(name string) string {
				i, ok := at[name]
				if !ok || i >= len(row) {
					return ""
				}
				return strings.TrimPrefix(row[i], "'")
			})
			if why != "" {
				line, _ := in.FieldPos(0)
				if !yield(Sample{}, &RowError{line, why}) {
					return
				}
				continue
			}
			if !yield(s, nil) {
				return
			}
		}
	}
}

// parseSample reads one row and says what is wrong with it.
func parseSample(cell func(string) string) (s Sample, why string) {
	for _, name := range columns {
		if len(cell(name)) > maxCell {
			return s, name + " is longer than 4096 bytes"
		}
	}
	s.Name = strings.Clone(cell("target"))
	var err error
	if s.Seq, err = strconv.ParseUint(cell("seq"), 10, 64); err != nil {
		return s, "seq is no number"
	}
	if s.Sent, err = time.Parse(time.RFC3339Nano, cell("sent")); err != nil {
		return s, "sent is no time as in 2026-03-01T09:30:00.5+01:00"
	}
	if s.Outcome = outcome(cell("outcome")); s.Outcome == latency.Pending {
		return s, "no outcome that is known"
	}
	rtt := cell("rtt_ms")
	if answered(s.Outcome) != (rtt != "") {
		return s, "rtt_ms has to be there with an answer, and only then"
	}
	if rtt != "" {
		v, err := strconv.ParseFloat(rtt, 64)
		if err != nil || !(v >= 0 && v <= float64(maxRTT/time.Millisecond)) {
			return s, "rtt_ms is no number of milliseconds"
		}
		s.RTT = time.Duration(math.Round(v * 1e6))
	}
	for name, to := range map[string]*netip.Addr{"address": &s.Address, "from": &s.From} {
		if text := cell(name); text != "" {
			if *to, err = netip.ParseAddr(text); err != nil {
				return s, name + " is no address"
			}
		}
	}
	s.Reason, s.Engine = latency.Reason(strings.Clone(cell("reason"))), strings.Clone(cell("engine"))
	return s, ""
}

// outcome is the one of that name, Pending for none that a row may have.
func outcome(name string) latency.Outcome {
	for o := latency.Reply; o <= latency.Duplicate; o++ {
		if o.String() == name {
			return o
		}
	}
	return latency.Pending
}

// errLongLine ends a reading that would hold all of a file in one row.
var errLongLine = errors.New("a row without an end: no table of samples")

// bounded ends with an error when no line ends within 64 KB.
type bounded struct {
	r    io.Reader
	line int
}

// Read reads and counts.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	for _, c := range p[:n] {
		b.line++
		if c == '\n' {
			b.line = 0
		}
		if b.line > 1<<16 {
			return 0, errLongLine
		}
	}
	return n, err
}
