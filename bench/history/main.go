//go:build linux

// Command history measures what the latency history costs: bytes a sample on the
// disk, the time from a year (and any other stretch) of one target to a thousand
// columns, and what 300 targets at one a second take of a core and write to the
// disk. Its peer, rrdtool, draws graphs and stands beside ours in bench/latency.
//
// Times are both those of a clock and those of the processor: other work on the
// machine is in the first alone, and the second is what the bound is held to.
//
//	go run ./bench/history [-targets 300] [-hours 1]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/history/historytest"
)

// The budget.
const (
	openBytes   = 2.5
	sealedBytes = 1.4
	toColumns   = 50 * time.Millisecond
	corePercent = 6.0 // with the measuring itself, which is not in here
)

const (
	day     = 24 * time.Hour
	columns = 1000
)

func main() {
	targets := flag.Int("targets", 300, "how many targets are kept")
	hours := flag.Int("hours", 1, "how many hours of them")
	flag.Parse()
	within, err := run(context.Background(), *targets, *hours)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/history:", err)
		os.Exit(2)
	}
	if !within {
		os.Exit(1)
	}
}

func run(ctx context.Context, targets, hours int) (within bool, err error) {
	dir, err := os.MkdirTemp("", "tacklebox-bench")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	kept, err := keep(filepath.Join(dir, "load"), targets, hours)
	if err != nil {
		return false, fmt.Errorf("keep: %w", err)
	}
	drawn, err := draw(ctx, filepath.Join(dir, "years"))
	if err != nil {
		return false, fmt.Errorf("draw: %w", err)
	}
	return kept && drawn, nil
}

// clock is the time that a store is told.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

// verdict prints a figure beside its bound.
func verdict(what string, figure, bound float64, unit string) bool {
	mark := ""
	if figure > bound {
		mark = "  over"
	}
	fmt.Printf("  %-44s %8.2f %s (bound %.2f)%s\n", what, figure, unit, bound, mark)
	return mark == ""
}

// keep measures a store that targets write into at one a second.
func keep(dir string, targets, hours int) (bool, error) {
	start := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	c := &clock{start}
	s, err := history.Open(dir, history.Options{Now: c.now})
	if err != nil {
		return false, err
	}
	defer s.Close()
	traffic := make([][]latency.Result, targets)
	for i := range traffic {
		traffic[i] = historytest.Traffic(latency.TargetID(i+1), start.Add(time.Duration(i)*time.Second/time.Duration(targets)), hours*3600, 1)
	}
	var flushes []time.Duration
	flush := func() error {
		before := cpu()
		if err := s.Flush(); err != nil {
			return err
		}
		flushes = append(flushes, cpu()-before)
		return nil
	}
	empty, err := exported(s, dir+"-empty.zip")
	if err != nil {
		return false, err
	}
	before, writes := cpu(), written()
	open := 0.0
	for at := 0; at < hours*3600; at += 10 {
		c.t = start.Add(time.Duration(at+10) * time.Second)
		for i := range traffic {
			if err := s.Append(traffic[i][at : at+10]); err != nil {
				return false, err
			}
		}
		if err := flush(); err != nil {
			return false, err
		}
		if at == 3590 {
			// A copy, since the log is as large as its checkpoints let it be.
			wrote, used := written(), cpu()
			n, err := exported(s, dir+"-open.zip")
			if err != nil {
				return false, err
			}
			writes, before = writes+written()-wrote, before+cpu()-used
			open = float64(n-empty) / float64(targets*3600)
		}
	}
	c.t = c.t.Add(10 * time.Minute)
	if err := flush(); err != nil {
		return false, err
	}
	used, wrote := cpu()-before, written()-writes
	samples := float64(targets * hours * 3600)
	raw := 0.0
	for _, month := range matches(dir, "raw-*.db") {
		raw += float64(size(month))
	}
	all, err := exported(s, dir+"-all.zip")
	if err != nil {
		return false, err
	}
	fmt.Printf("%d targets at 1/s, %d hours, flushed every 10 s:\n", targets, hours)
	slices.Sort(flushes)
	fmt.Printf("  %-44s %8.2f ms; %.2f ms with sealing an hour\n", "CPU of a flush, median", ms(flushes[len(flushes)/2]), ms(flushes[len(flushes)-1]))
	fmt.Printf("  %-44s %8.2f MB a day\n", "written to the disk", float64(wrote)/1e6*24/float64(hours))
	fmt.Printf("  %-44s %8.2f B a sample\n", "roll-ups of all tiers", (float64(all-empty)-raw)/samples)
	ok := verdict("an open hour", open, openBytes, "B a sample")
	ok = verdict("sealed", raw/samples, sealedBytes, "B a sample") && ok
	return verdict("of one core, storing alone", 100*used.Seconds()/float64(hours*3600), corePercent, "%") && ok, nil
}

// draw measures queries for a thousand columns of ten years.
func draw(ctx context.Context, dir string) (bool, error) {
	now := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	c := &clock{now}
	s, err := history.Open(dir, history.Options{Now: c.now})
	if err != nil {
		return false, err
	}
	defer s.Close()
	began := time.Now()
	// Only as much of the finer tiers as the stretches below are served by.
	upper := now.Add(-day)
	for _, tier := range []struct {
		period time.Duration
		days   int
	}{{time.Minute, 5}, {5 * time.Minute, 45}, {time.Hour, 3650}} {
		lower := now.Add(-time.Duration(tier.days) * day)
		if _, err := s.ImportRollups(ctx, 1, latency.LocalNode, tier.period, historytest.Rollups(1, lower, upper, tier.period, 1)); err != nil {
			return false, err
		}
		upper = lower
	}
	rows := historytest.Traffic(1, now.Add(-day), 86400, 3)
	if _, err := s.ImportSamples(ctx, slices.Values(rows)); err != nil {
		return false, err
	}
	fmt.Printf("\nten years of one target (made in %v), %d columns each, median of 11:\n", time.Since(began).Round(time.Second), columns)
	ok := true
	for _, v := range []struct {
		name string
		span time.Duration
	}{{"1 minute", time.Minute}, {"1 hour", time.Hour}, {"16 hours (raw samples)", 16 * time.Hour}, {"1 day", day}, {"3 days (minutes)", 3 * day}, {"30 days", 30 * day}, {"41 days (five minutes)", 41 * day}, {"a year", 365 * day}, {"990 days (hours)", 990 * day}, {"10 years", 3650 * day}} {
		var wall, used []time.Duration
		for range 11 {
			start, before := time.Now(), cpu()
			cols, err := s.Columns(ctx, 1, latency.LocalNode, now.Add(-v.span), now, columns)
			if err != nil {
				return false, err
			}
			wall, used = append(wall, time.Since(start)), append(used, cpu()-before)
			if v.span > time.Hour && cols[columns/2].Hist == nil {
				return false, errors.New("a column is empty: " + v.name)
			}
		}
		slices.Sort(wall)
		slices.Sort(used)
		ok = verdict(v.name+fmt.Sprintf(", %.1f ms by the clock", ms(wall[5])), ms(used[5]), ms(toColumns), "ms") && ok
	}
	return ok, nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// cpu is the processor time this process took.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// written is how many bytes this process gave to write calls.
func written() (n int64) {
	text, _ := os.ReadFile("/proc/self/io")
	for line := range strings.Lines(string(text)) {
		if _, err := fmt.Sscanf(line, "wchar: %d", &n); err == nil {
			return n
		}
	}
	return 0
}

func matches(dir, pattern string) []string {
	list, _ := filepath.Glob(filepath.Join(dir, pattern))
	return list
}

// exported is the size of a copy of a store.
func exported(s *history.Store, path string) (int64, error) {
	if err := s.Export(context.Background(), path); err != nil {
		return 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
