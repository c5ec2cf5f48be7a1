//go:build linux

// Command latencyscene runs a program in a made-up network, with a made-up
// history in its data folder: what the pictures of the Latency tab show.
//
//	unshare -n latencyscene -data DIR PROGRAM [ARGUMENT...]
//
// In the new namespace every address answers echo requests by a script, so that
// what the pictures show live was really measured. The history before it is
// drawn from the same script.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/tuntest"
)

func main() {
	data := flag.String("data", "", "the data folder")
	flag.Parse()
	if *data == "" || flag.NArg() == 0 {
		flag.Usage()
		os.Exit(64)
	}
	if err := run(*data, flag.Args()); err != nil {
		var ended *exec.ExitError
		if errors.As(err, &ended) {
			os.Exit(max(ended.ExitCode(), 1))
		}
		fmt.Fprintln(os.Stderr, "latencyscene:", err)
		os.Exit(1)
	}
}

// host is a target of the scene and how it answers.
type host struct {
	group, name, addr string
	base              float64 // ms
	jitter            float64 // ms, log-normal tail
	loss              float64 // 0 to 1
	busy              bool    // worse in the evening
}

var hosts = []host{
	{"Office", "gateway", "192.168.1.1", 0.4, 0.1, 0, false},
	{"Office", "fileserver", "192.168.1.20", 1.1, 0.3, 0, false},
	{"Office", "wifi-3", "192.168.1.43", 4.2, 6, 0.006, false},
	{"Google", "DNS1", "8.8.8.8", 20.4, 1.2, 0.002, true},
	{"Google", "DNS2", "8.8.4.4", 22.8, 2.5, 0.12, false},
	{"Sites", "Frankfurt", "198.51.100.10", 9.6, 0.6, 0, false},
	{"Sites", "Singapore", "198.51.100.20", 168, 4, 0.001, false},
	{"Sites", "São Paulo", "198.51.100.30", 204, 9, 0.004, true},
	{"Sites", "Sydney", "198.51.100.40", 251, 3, 0, false},
	{"Sites", "backup-vpn", "198.51.100.99", 31, 2, 1, false},
}

// answer is how a host answers at an instant: the round trip, and false for a
// loss.
func (h *host) answer(r *rand.Rand, at time.Time) (time.Duration, bool) {
	ms, loss := h.base, h.loss
	hour := float64(at.Hour()) + float64(at.Minute())/60
	if h.busy {
		evening := math.Exp(-math.Pow((hour-20.5)/1.6, 2))
		ms += evening * h.base * 0.5 * (0.5 + r.Float64())
		loss += 0.03 * evening
	}
	// A line that was down for four minutes this morning.
	if h.name == "DNS1" && hour > 6.2 && hour < 6.27 && time.Since(at) < 24*time.Hour {
		return 0, false
	}
	ms += h.jitter * (math.Exp(r.NormFloat64()*0.8) - 0.5) * 0.5
	if r.IntN(60) == 0 {
		ms += r.ExpFloat64() * h.jitter * 4
	}
	return time.Duration(max(ms, h.base*0.8) * float64(time.Millisecond)), r.Float64() >= loss
}

func run(data string, command []string) error {
	if err := fill(service.Folder(data), time.Now()); err != nil {
		return err
	}
	byAddr := map[netip.Addr]*host{}
	for i := range hosts {
		byAddr[netip.MustParseAddr(hosts[i].addr)] = &hosts[i]
	}
	var mu sync.Mutex
	r := rand.New(rand.NewPCG(1, 2))
	end, err := tuntest.Serve(func(q tuntest.Request) []tuntest.Answer {
		h := byAddr[q.Addr]
		if h == nil {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		rtt, ok := h.answer(r, q.At)
		if !ok {
			return nil
		}
		return []tuntest.Answer{{After: rtt}}
	})
	if err != nil {
		return err
	}
	defer end()
	// Who ends this program ends the one it runs.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}

// fill makes the history: a year of the first target of note, a day of all.
func fill(dir string, now time.Time) error {
	s, err := history.Open(dir, history.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	ctx := context.Background()
	if there, err := s.Targets(ctx); err != nil || len(there) > 0 {
		return err // an earlier start made it
	}
	seqs := map[latency.TargetID]uint64{}
	day := now.Add(-26 * time.Hour).Truncate(time.Hour)
	for i := range hosts {
		h := &hosts[i]
		t := latency.Target{Group: []string{h.group}, Name: h.name, Kind: latency.KindICMP, Host: h.addr,
			Interval: time.Second, Timeout: 2 * time.Second, Size: latency.DefaultSize}
		if err := s.SaveTarget(&t, i); err != nil {
			return err
		}
		if h.name == "DNS1" {
			if _, err := s.ImportRollups(ctx, t.ID, latency.LocalNode, 5*time.Minute, h.year(now.AddDate(-1, 0, 0).Truncate(24*time.Hour), day)); err != nil {
				return err
			}
		}
		from := day
		if !h.busy && h.name != "DNS2" {
			from = now.Add(-2 * time.Hour)
		}
		var last uint64
		if _, err := s.ImportSamples(ctx, h.rows(t.ID, from, now.Add(-2*time.Second), &last)); err != nil {
			return err
		}
		seqs[t.ID] = last + 1
	}
	body, err := json.Marshal(seqs)
	if err != nil {
		return err
	}
	if err := s.SaveSetting(service.SettingSeqs, body); err != nil {
		return err
	}
	return s.Flush()
}

// year is a long history in five minutes: the line got faster in spring, and was
// worse for two weeks in autumn.
func (h *host) year(from, to time.Time) iter.Seq2[time.Time, *histogram.Histogram] {
	return func(yield func(time.Time, *histogram.Histogram) bool) {
		r := rand.New(rand.NewPCG(3, 3))
		for at := from; at.Before(to); at = at.Add(5 * time.Minute) {
			d := &histogram.Histogram{}
			slower, worse := 0.0, 0.0
			if left := to.Sub(at).Hours() / 24; left > 220 {
				slower = 9
			} else if left > 40 && left < 54 {
				worse = 0.04
			}
			for range 300 {
				rtt, ok := h.answer(r, at)
				if !ok || r.Float64() < worse {
					d.Lost++
					continue
				}
				d.Observe(rtt + time.Duration(slower*float64(time.Millisecond)))
			}
			if !yield(at, d) {
				return
			}
		}
	}
}

// rows are what would have been measured of a host.
func (h *host) rows(id latency.TargetID, from, to time.Time, last *uint64) iter.Seq[latency.Result] {
	return func(yield func(latency.Result) bool) {
		r := rand.New(rand.NewPCG(uint64(id), 11))
		addr := netip.MustParseAddr(h.addr)
		for at := from; at.Before(to); at = at.Add(time.Second) {
			x := latency.Result{Target: id, Node: latency.LocalNode, Seq: *last, Sent: at, Address: addr, Engine: "kernel", Outcome: latency.Timeout}
			if rtt, ok := h.answer(r, at); ok {
				x.Outcome, x.RTT = latency.Reply, rtt
			}
			if !yield(x) {
				return
			}
			*last++
		}
	}
}
