//go:build linux

// Command latency measures how true round trips are and what they cost, beside
// fping, pro-bing used plainly and smokeping_prober, on the same targets in the
// same run:
//
//	ours             the kernel engine behind the monitor, every row stored
//	ours, pro-bing   the portable engine in the same way
//	pro-bing plain   one Pinger a target, as its documentation shows
//	fping            one process for all targets
//	smokeping_prober Debian's package
//
// The targets are addresses of this machine's loopback network, whose answer
// takes some 10 µs: whatever a figure shows beyond the shortest round trip of
// its own is its error. Ours and pro-bing run alone and again with four
// goroutines in the same process that compute and allocate, as a window does.
//
//	go run ./bench/latency [-targets 300] [-seconds 20]
//
// It needs root, or a group that may open ping sockets.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"time"
)

// The bounds of the project's budget, at 300 targets.
const (
	errorBound = 50 * time.Microsecond // p99, with four busy goroutines
	cpuBound   = 6.0                   // % of a core, measured and stored
)

// busyGoroutines is how many compute beside the measuring.
const busyGoroutines = 4

func main() {
	targets := flag.Int("targets", 300, "how many targets")
	seconds := flag.Int("seconds", 20, "how long each subject measures")
	subject := flag.String("subject", "", "be this subject (the bench starts itself)")
	busy := flag.Int("busy", 0, "how many goroutines compute beside")
	flag.Parse()
	if *subject != "" {
		if err := beSubject(*subject, *targets, *seconds, *busy); err != nil {
			fmt.Fprintf(os.Stderr, "bench/latency: %s: %v\n", *subject, err)
			os.Exit(2)
		}
		return
	}
	within, err := run(*targets, *seconds)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/latency:", err)
		os.Exit(2)
	}
	if !within {
		os.Exit(1)
	}
}

// outcome is what a subject measured.
type outcome struct {
	Name string
	// RTTs in nanoseconds, ascending; empty where a subject tells none.
	RTTs []int64
	Sent int
	Lost int
	// CPU is in % of a core.
	CPU float64
}

// addresses are n of this machine's loopback network.
func addresses(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("127.0.%d.%d", 1+i/250, 1+i%250)
	}
	return out
}

func run(targets, seconds int) (bool, error) {
	self, err := os.Executable()
	if err != nil {
		return false, err
	}
	fmt.Printf("round trips on loopback, %d targets every second for %d s each\n", targets, seconds)
	fmt.Printf("  %-32s %9s %9s %9s %9s %7s %6s\n", "", "p50 us", "p99 us", "p99.9 us", "max us", "CPU %", "lost")
	within := true
	for _, s := range []struct {
		name string
		run  func() (outcome, error)
	}{
		{"ours", func() (outcome, error) { return child(self, "kernel", targets, seconds, 0) }},
		{"ours, 4 busy goroutines", func() (outcome, error) { return child(self, "kernel", targets, seconds, busyGoroutines) }},
		{"fping", func() (outcome, error) { return fping(targets, seconds) }},
		{"ours over pro-bing", func() (outcome, error) { return child(self, "pro-bing", targets, seconds, 0) }},
		{"ours over pro-bing, 4 busy", func() (outcome, error) { return child(self, "pro-bing", targets, seconds, busyGoroutines) }},
		{"pro-bing used plainly", func() (outcome, error) { return child(self, "plain", targets, seconds, 0) }},
		{"pro-bing used plainly, 4 busy", func() (outcome, error) { return child(self, "plain", targets, seconds, busyGoroutines) }},
		{"smokeping_prober", func() (outcome, error) { return prober(targets, seconds) }},
	} {
		o, err := s.run()
		if err != nil {
			return false, fmt.Errorf("%s: %w", s.name, err)
		}
		o.Name = s.name
		o.print()
		switch s.name {
		case "ours":
			if o.CPU > cpuBound*float64(targets)/300 {
				within = false
				fmt.Printf("    OVER: more than %.1f %% of a core\n", cpuBound*float64(targets)/300)
			}
		case "ours, 4 busy goroutines":
			if off := o.at(0.99) - o.at(0); off > int64(errorBound) {
				within = false
				fmt.Printf("    OVER: p99 is %d us above the shortest, more than %d us\n", off/1000, errorBound.Microseconds())
			}
		}
		if o.Lost > 0 && (s.name == "ours" || s.name == "ours, 4 busy goroutines") {
			within = false
			fmt.Println("    WRONG: nothing is lost on loopback")
		}
	}
	switch err := year(); {
	case errors.Is(err, errYear):
		fmt.Println("   ", err)
		return false, nil
	case err != nil:
		return false, err
	}
	return within, nil
}

// at is the value at a share of the round trips, in ns.
func (o outcome) at(share float64) int64 {
	if len(o.RTTs) == 0 {
		return 0
	}
	return o.RTTs[min(int(share*float64(len(o.RTTs))), len(o.RTTs)-1)]
}

func (o outcome) print() {
	if len(o.RTTs) == 0 {
		fmt.Printf("  %-32s %9s %9s %9s %9s %7.1f %6d\n", o.Name, "-", "-", "-", "-", o.CPU, o.Lost)
		return
	}
	us := func(share float64) float64 { return float64(o.at(share)) / 1000 }
	fmt.Printf("  %-32s %9.0f %9.0f %9.0f %9.0f %7.1f %6d\n", o.Name, us(0.5), us(0.99), us(0.999), us(1), o.CPU, o.Lost)
}

// child runs a subject in a process of its own.
func child(self, subject string, targets, seconds, busy int) (outcome, error) {
	cmd := exec.Command(self, "-subject", subject, "-targets", strconv.Itoa(targets), "-seconds", strconv.Itoa(seconds), "-busy", strconv.Itoa(busy))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return outcome{}, err
	}
	var o outcome
	if err := json.Unmarshal(out, &o); err != nil {
		return o, err
	}
	if len(o.RTTs) == 0 {
		return o, errors.New("it measured nothing")
	}
	slices.Sort(o.RTTs)
	return o, nil
}
