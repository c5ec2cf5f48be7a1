package report

import (
	"bytes"
	"encoding/base64"
	"errors"
	"iter"
	"net/netip"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/smoke"
)

func results(rows []latency.Result) iter.Seq2[latency.Result, error] {
	return func(yield func(latency.Result, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// outageReport is a report of ten minutes with one outage of twenty probes.
func outageReport(t testing.TB) (*Report, []latency.Result) {
	var rows []latency.Result
	total := &histogram.Histogram{}
	cols := make([]smoke.Column, 60)
	for i := range 600 {
		r := latency.Result{Seq: uint64(i), Sent: begin.Add(time.Duration(i) * time.Second), Outcome: latency.Reply, RTT: 20*time.Millisecond + time.Duration(i%17)*100*time.Microsecond,
			Address: netip.MustParseAddr("8.8.8.8"), Engine: "kernel"}
		switch {
		case i >= 300 && i < 315:
			r.Outcome, r.RTT = latency.Timeout, 0
		case i >= 315 && i < 320:
			r.Outcome, r.RTT, r.Reason, r.From = latency.ICMPError, 0, latency.ReasonUnreachable, netip.MustParseAddr("10.0.0.1")
		case i == 400:
			r.Outcome, r.RTT, r.Reason = latency.SendError, 0, latency.ReasonNoRoute
		}
		rows = append(rows, r)
		total.Count(&r)
		if cols[i/10].Hist == nil {
			cols[i/10].Hist = &histogram.Histogram{}
		}
		cols[i/10].Hist.Count(&r)
	}
	return &Report{Made: begin.Add(time.Hour), By: "Tacklebox 1.2", From: begin, To: begin.Add(10 * time.Minute), Zone: berlin(t), Note: "The line was down.\nPlease check.",
		Sections: []Section{{
			Target: latency.Target{Group: []string{"Google"}, Name: "DNS1", Kind: latency.KindICMP, Host: "dns.google"}, Address: "8.8.8.8",
			Method:  Method{Engine: "kernel", Stamps: StampsKernel, Interval: time.Second, Timeout: time.Second, ErrorP99: 23 * time.Microsecond},
			Graph:   Graph{Columns: cols, Width: 640},
			Total:   total,
			Outages: []Outage{{Start: begin.Add(300 * time.Second), End: begin.Add(319 * time.Second), Lost: 20}},
			Samples: results(rows),
		}}}, rows
}

func write(t testing.TB, r *Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := r.HTML(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

var attached = regexp.MustCompile(`href="data:text/csv;charset=utf-8;base64,([^"]*)"`)

func TestHTML(t *testing.T) {
	r, rows := outageReport(t)
	text := write(t, r)
	words := wellFormed(t, []byte(text))
	for _, want := range []string{
		"2026-03-01 10:30:00 – 2026-03-01 10:40:00", "Europe/Berlin, CET (UTC+01:00)", "Tacklebox 1.2", "The line was down.",
		"Google / DNS1", "icmp, dns.google", "8.8.8.8", "by the kernel, at sending and at receiving", "99 % of the round trips were read within 23.0 µs",
		"3.34 % (20 of 599)", "20.8 ms",
		"2026-03-01 10:35:00.000", "2026-03-01 10:35:19.000", "00:00:19", "timeout (15); icmp-error: unreachable, 10.0.0.1 (5)",
		"no-route", "2026-03-01 10:35:00.000000 – 2026-03-01 10:35:14.000000", "timeout × 15", "icmp-error × 5", "Outages: 1 (00:00:19)  ·  loss 3.34 % (20 of 599)",
		"All samples of the period (CSV, 600 rows)",
	} {
		if !strings.Contains(words, want) {
			t.Errorf("does not say %q", want)
		}
	}
	// The attached file gives the same figures again.
	m := attached.FindStringSubmatch(text)
	if m == nil {
		t.Fatal("nothing is attached")
	}
	table, err := base64.StdEncoding.DecodeString(m[1])
	if err != nil {
		t.Fatal(err)
	}
	again, err := sum(ReadCSV(bytes.NewReader(table)))
	if err != nil || !reflect.DeepEqual(smoke.Sum(again), smoke.Sum(r.Sections[0].Total)) {
		t.Errorf("%v: %+v", err, smoke.Sum(again))
	}
	if n := uint64(len(rows)); again.Decided()+again.SendErrors != n {
		t.Errorf("%d rows attached, want %d", again.Decided()+again.SendErrors, n)
	}
	// Nothing is loaded from anywhere.
	rest := strings.ReplaceAll(attached.ReplaceAllString(text, ""), `xmlns="http://www.w3.org/2000/svg"`, "")
	for _, bad := range []string{"http://", "https://", "src=", "href=", "@import", "<script"} {
		if strings.Contains(rest, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	goldenText(t, "report.html", []byte(attached.ReplaceAllString(text, `href=""`)))
}

func TestHTMLHostile(t *testing.T) {
	const canary = "s3cr3t-canary"
	for _, name := range hostile {
		r, rows := outageReport(t)
		rows[0].Reason, rows[0].Outcome, rows[0].Engine = latency.Reason(name), latency.SendError, name
		words := English()
		words.Language, words.Median, words.LossOf = name, name, "%d/%d"+name[:0]
		r.Title, r.By, r.Note, r.Texts = name, name, name, &words
		s := &r.Sections[0]
		s.Samples = results(rows[:20])
		s.Target = latency.Target{Group: []string{name}, Name: name, Kind: latency.KindHTTP, Host: name, URL: "https://user:" + canary + "@example.org/a?token=" + canary + "#" + canary, Source: name}
		s.Address, s.Method.Engine, s.Outages[0].Cause = name, name, name
		text := write(t, r)
		seen := wellFormed(t, []byte(text))
		csv, err := base64.StdEncoding.DecodeString(attached.FindStringSubmatch(text)[1])
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, canary) || bytes.Contains(csv, []byte(canary)) {
			t.Errorf("%q: a secret of the URL is in the report", name)
		}
		if strings.Contains(text, "<script") || strings.Contains(text, `"onload`) || strings.ContainsAny(seen, "\x00\x1b\u202e") {
			t.Errorf("%q goes through", name)
		}
	}
}

func TestHTMLBounds(t *testing.T) {
	r, _ := outageReport(t)
	r.most = 3000
	s := &r.Sections[0]
	s.Samples = func(yield func(latency.Result, error) bool) {
		for i := 0; ; i++ {
			if !yield(latency.Result{Seq: uint64(2 * i), Sent: begin.Add(time.Duration(i) * time.Millisecond), Outcome: latency.Timeout}, nil) {
				return
			}
		}
	}
	s.Outages = nil
	for range 3000 {
		s.Outages = append(s.Outages, Outage{Start: begin, End: r.To, Lost: 9, Coarse: true, Cause: "x"})
	}
	words := wellFormed(t, []byte(attached.ReplaceAllString(write(t, r), "")))
	for _, want := range []string{"2000 more are in the attached file", "the first 3000 of them are attached", "10:30 or earlier", "10:40 or later (to the minute)", "Outages: 3000 (20 d 20:00:00)"} {
		if !strings.Contains(words, want) {
			t.Errorf("does not say %q", want)
		}
	}
	boom := errors.New("boom")
	s.Samples = func(yield func(latency.Result, error) bool) { yield(latency.Result{}, boom) }
	if err := r.HTML(&bytes.Buffer{}); !errors.Is(err, boom) {
		t.Errorf("error %v", err)
	}
	s.Samples = nil
	if text := write(t, r); attached.MatchString(text) {
		t.Error("nothing to attach")
	}
	if (&Report{From: begin, To: begin}).HTML(&bytes.Buffer{}) == nil || (&Report{From: begin, To: begin.Add(1)}).HTML(&bytes.Buffer{}) == nil {
		t.Error("a report of nothing")
	}
}
