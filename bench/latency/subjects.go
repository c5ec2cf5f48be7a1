//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	probing "github.com/prometheus-community/pro-bing"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/kernel"
	ours "tacklebox/platform/latency/probe/probing"
	"tacklebox/platform/latency/service"
)

// beSubject measures in this process and writes the outcome to stdout.
func beSubject(name string, targets, seconds, busy int) error {
	for range busy {
		go compute()
	}
	var o outcome
	var err error
	switch name {
	case "kernel":
		o, err = stored(targets, seconds, func() (probe.Engine, error) { return kernel.Open(kernel.Options{}) })
	case "pro-bing":
		o, err = stored(targets, seconds, func() (probe.Engine, error) { return ours.Open(ours.Options{}) })
	case "plain":
		o, err = plain(targets, seconds)
	default:
		err = errors.New("no such subject")
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(o)
}

// compute is what a busy window does: it computes and makes garbage.
func compute() {
	var kept [][]byte
	for i := 0; ; i++ {
		b := make([]byte, 4096)
		for j := range b {
			b[j] = byte(i * j)
		}
		if kept = append(kept, b); len(kept) > 2000 {
			kept = kept[:0]
		}
	}
}

// cpuTime is what this process has computed so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// stored measures through an engine, the monitor and the history, as the program
// does.
func stored(targets, seconds int, open func() (probe.Engine, error)) (outcome, error) {
	dir, err := os.MkdirTemp("", "bench-latency-")
	if err != nil {
		return outcome{}, err
	}
	defer os.RemoveAll(dir)
	s, err := service.Open(service.Options{Dir: dir, Open: func(latency.Kind) (probe.Engine, error) { return open() }})
	if err != nil {
		return outcome{}, err
	}
	defer s.Close()
	var mu sync.Mutex
	o := outcome{RTTs: make([]int64, 0, targets*seconds)}
	cancel := s.Subscribe(func(rows []latency.Result) {
		mu.Lock()
		defer mu.Unlock()
		for i := range rows {
			switch r := &rows[i]; {
			case r.Outcome == latency.Reply:
				o.RTTs = append(o.RTTs, int64(r.RTT))
				o.Sent++
			case r.Outcome.Lost():
				o.Sent++
				o.Lost++
			}
		}
	})
	defer cancel()
	var list []latency.Target
	for _, a := range addresses(targets) {
		list = append(list, latency.Target{Name: a, Kind: latency.KindICMP, Host: a, Interval: time.Second, Timeout: time.Second})
	}
	if _, err := s.Add(context.Background(), list); err != nil {
		return outcome{}, err
	}
	time.Sleep(2 * time.Second) // the start is not measured
	mu.Lock()
	o.RTTs, o.Sent, o.Lost = o.RTTs[:0], 0, 0
	before, start := cpuTime(), time.Now()
	mu.Unlock()
	time.Sleep(time.Duration(seconds) * time.Second)
	mu.Lock()
	defer mu.Unlock()
	o.CPU = 100 * (cpuTime() - before).Seconds() / time.Since(start).Seconds()
	return outcome{RTTs: append([]int64(nil), o.RTTs...), Sent: o.Sent, Lost: o.Lost, CPU: o.CPU}, nil
}

// plain is pro-bing as its documentation shows it.
func plain(targets, seconds int) (outcome, error) {
	var mu sync.Mutex
	var o outcome
	var pingers []*probing.Pinger
	failed := make(chan error, targets)
	for _, a := range addresses(targets) {
		p, err := probing.NewPinger(a)
		if err != nil {
			return o, err
		}
		p.SetPrivileged(true)
		p.RecordRtts, p.RecordTTLs = false, false
		p.OnSend = func(*probing.Packet) {
			mu.Lock()
			defer mu.Unlock()
			o.Sent++
		}
		p.OnRecv = func(k *probing.Packet) {
			mu.Lock()
			defer mu.Unlock()
			o.RTTs = append(o.RTTs, int64(k.Rtt))
		}
		pingers = append(pingers, p)
		go func() { failed <- p.Run() }()
		time.Sleep(time.Second / time.Duration(targets)) // spread, as ours are
	}
	time.Sleep(time.Second)
	mu.Lock()
	o.RTTs, o.Sent = o.RTTs[:0], 0
	before, start := cpuTime(), time.Now()
	mu.Unlock()
	time.Sleep(time.Duration(seconds) * time.Second)
	mu.Lock()
	o.CPU = 100 * (cpuTime() - before).Seconds() / time.Since(start).Seconds()
	out := o
	out.RTTs = append([]int64(nil), o.RTTs...)
	mu.Unlock()
	for _, p := range pingers {
		p.Stop()
	}
	for range pingers {
		if err := <-failed; err != nil {
			return out, err
		}
	}
	// What was in flight at the end is not lost.
	out.Lost = max(0, out.Sent-len(out.RTTs)-targets)
	return out, nil
}
