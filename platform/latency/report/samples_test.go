package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/smoke"
)

func list(rows []Sample) iter.Seq2[Sample, error] {
	return func(yield func(Sample, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// everyOutcome has a row of each outcome and of each hostile name.
func everyOutcome() []Sample {
	var out []Sample
	for o := latency.Reply; o <= latency.Duplicate; o++ {
		s := Sample{Name: "Google / DNS1", Result: latency.Result{Seq: uint64(o), Sent: begin.Add(time.Duration(o)*time.Second + 123456789), Outcome: o,
			Address: netip.MustParseAddr("8.8.8.8"), Engine: "kernel"}}
		if answered(o) {
			s.RTT = 20*time.Millisecond + time.Duration(o)*1000001
		}
		if o == latency.ICMPError {
			s.From, s.Reason = netip.MustParseAddr("fe80::1%eth0"), latency.ReasonUnreachable
		}
		out = append(out, s)
	}
	return append(out, Sample{Name: "=cmd()", Result: latency.Result{Seq: 1<<64 - 1, Sent: begin, Outcome: latency.Reply, RTT: 1}},
		Sample{Name: "'a\",\n;b", Result: latency.Result{Sent: begin, Outcome: latency.Reply, RTT: 24 * time.Hour}})
}

func TestCSVReadsBack(t *testing.T) {
	rows := everyOutcome()
	var out bytes.Buffer
	n, err := WriteCSV(&out, list(rows), berlin(t))
	if err != nil || n != len(rows) {
		t.Fatalf("%d rows, %v", n, err)
	}
	if want := "target,address,seq,sent,outcome,rtt_ms,reason,engine,from\nGoogle / DNS1,8.8.8.8,1,2026-03-01T10:30:01.123456789+01:00,reply,21.000001,,kernel,\n"; !strings.HasPrefix(out.String(), want) {
		t.Errorf("begins with\n%.200s\nwant\n%s", out.String(), want)
	}
	if strings.Contains(out.String(), "\n=cmd") {
		t.Error("a spreadsheet would run the name")
	}
	var got []Sample
	for s, err := range ReadCSV(bytes.NewReader(out.Bytes())) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, s)
	}
	if len(got) != len(rows) {
		t.Fatalf("%d rows, want %d", len(got), len(rows))
	}
	for i, w := range rows {
		g := got[i]
		w.Name = strings.ReplaceAll(w.Name, "\n", " ")
		if !g.Sent.Equal(w.Sent) {
			t.Errorf("row %d sent %v, want %v", i, g.Sent, w.Sent)
		}
		g.Sent = w.Sent
		if !reflect.DeepEqual(g, w) {
			t.Errorf("row %d:\n%+v, want\n%+v", i, g, w)
		}
	}
}

// TestCSVReproducesNumbers: the figures of a report come out again from its file.
func TestCSVReproducesNumbers(t *testing.T) {
	var rows []Sample
	for i := range 3000 {
		s := Sample{Name: "x", Result: latency.Result{Seq: uint64(i), Sent: begin.Add(time.Duration(i) * time.Second), Outcome: latency.Reply, RTT: 20*time.Millisecond + time.Duration(i*i%7777777)}}
		if i%41 == 0 {
			s.Outcome, s.RTT = latency.Timeout, 0
		}
		rows = append(rows, s)
	}
	var out bytes.Buffer
	if _, err := WriteCSV(&out, list(rows), time.UTC); err != nil {
		t.Fatal(err)
	}
	want, err := sum(list(rows))
	if err != nil {
		t.Fatal(err)
	}
	got, err := sum(ReadCSV(&out))
	if err != nil || !reflect.DeepEqual(smoke.Sum(got), smoke.Sum(want)) {
		t.Errorf("%v\n%+v, want\n%+v", err, smoke.Sum(got), smoke.Sum(want))
	}
}

func TestReadCSVProblems(t *testing.T) {
	text := "\ufeffSent,Seq,outcome,target,extra,rtt_ms\n" +
		"2026-03-01T09:30:00Z,1,reply,a,x,20.5\n" +
		"yesterday,2,reply,a,x,20.5\n" +
		"2026-03-01T09:30:00Z,-2,reply,a,x,20.5\n" +
		"2026-03-01T09:30:00Z,3,pending,a,x,\n" +
		"2026-03-01T09:30:00Z,4,timeout,a,x,5\n" +
		"2026-03-01T09:30:00Z,5,reply,a,x,NaN\n" +
		"2026-03-01T09:30:00Z,6,reply\n" +
		"2026-03-01T09:30:00Z,7,re\"ply,a\n" +
		"2026-03-01T09:30:00Z,8,timeout,a\n"
	good, lines := 0, []int{}
	for s, err := range ReadCSV(strings.NewReader(text)) {
		var row *RowError
		switch {
		case errors.As(err, &row):
			lines = append(lines, row.Line)
		case err != nil:
			t.Fatal(err)
		default:
			good++
			if s.Name != "a" {
				t.Errorf("%+v", s)
			}
		}
	}
	if good != 2 || fmt.Sprint(lines) != "[3 4 5 6 7 8 9]" {
		t.Errorf("%d good rows, problems in %v", good, lines)
	}
	for name, text := range map[string]string{"empty": "", "other": "a,b\n1,2\n", "binary": "\x00\x01"} {
		for _, err := range ReadCSV(strings.NewReader(text)) {
			if !errors.Is(err, ErrNotSamples) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	var last error
	for _, err := range ReadCSV(io.MultiReader(strings.NewReader("target,seq,sent,outcome\n\""), strings.NewReader(strings.Repeat("x", 1<<20)))) {
		last = err
	}
	if !errors.Is(last, errLongLine) {
		t.Errorf("a row without an end: %v", last)
	}
}

func TestJSON(t *testing.T) {
	rows := everyOutcome()
	rows[0].Phases = []latency.Phase{{Name: "dns", Took: 1500 * time.Microsecond}}
	var out bytes.Buffer
	if n, err := WriteJSON(&out, list(rows), time.UTC); err != nil || n != len(rows) {
		t.Fatalf("%d rows, %v", n, err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if want := `{"target":"Google / DNS1","address":"8.8.8.8","seq":1,"sent":"2026-03-01T09:30:01.123456789Z","outcome":"reply","rtt_ms":21.000001,"engine":"kernel","phases_ms":{"dns":1.5}}`; lines[0] != want {
		t.Errorf("%s\nwant\n%s", lines[0], want)
	}
	for i, line := range lines {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		if _, ok := v["rtt_ms"]; ok != answered(rows[i].Outcome) {
			t.Errorf("rtt_ms in %s", line)
		}
	}
	boom := errors.New("boom")
	if _, err := WriteJSON(io.Discard, func(yield func(Sample, error) bool) { yield(Sample{}, boom) }, time.UTC); !errors.Is(err, boom) {
		t.Errorf("error %v", err)
	}
}

func FuzzReadCSV(f *testing.F) {
	var out bytes.Buffer
	if _, err := WriteCSV(&out, list(everyOutcome()), time.UTC); err != nil {
		f.Fatal(err)
	}
	f.Add(out.String())
	f.Fuzz(func(t *testing.T, text string) {
		var rows []Sample
		for s, err := range ReadCSV(strings.NewReader(text)) {
			if err == nil {
				rows = append(rows, s)
			}
		}
		var out bytes.Buffer
		if _, err := WriteCSV(&out, list(rows), time.UTC); err != nil {
			t.Fatal(err)
		}
		i := 0
		for s, err := range ReadCSV(&out) {
			if err != nil {
				t.Fatalf("own row is not read: %v in %q", err, out.String())
			}
			if w := rows[i]; s.RTT != w.RTT || s.Outcome != w.Outcome || s.Seq != w.Seq || !s.Sent.Equal(w.Sent) {
				t.Fatalf("%+v, want %+v", s, w)
			}
			i++
		}
		if i != len(rows) {
			t.Fatalf("%d rows of %d", i, len(rows))
		}
	})
}
