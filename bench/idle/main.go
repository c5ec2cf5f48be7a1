//go:build linux

// Command idle measures what the Latency tab costs while nobody touches it: 30
// targets asked every second, as a list with one large graph and as a grid of 30
// graphs, beside an empty Fyne window of the same size in the same run.
//
//	go run ./bench/idle [-seconds 20] [-rounds 3] [-program build/tacklebox]
//
// It needs a DISPLAY (make bench starts one) and root, or a group that may open
// ping sockets.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"tacklebox/bench/proc"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/service"
)

// bound is how much of a core the tab may cost beyond an empty window, in points
// of a hundred.
const bound = 4.0

const (
	width, height = 1180, 760
	targets       = 30
	// settle is how long a program starts before it is measured.
	settle = 15 * time.Second
)

func main() {
	seconds := flag.Int("seconds", 20, "how long each program is watched")
	rounds := flag.Int("rounds", 3, "how often")
	program := flag.String("program", "build/tacklebox", "the Tacklebox to measure")
	flag.Parse()
	within, err := run(*seconds, *rounds, *program)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/idle:", err)
		os.Exit(2)
	}
	if !within {
		os.Exit(1)
	}
}

func run(seconds, rounds int, program string) (bool, error) {
	if os.Getenv("DISPLAY") == "" {
		return false, errors.New("there is no DISPLAY: run it by make bench, or under xvfb-run")
	}
	dir, err := os.MkdirTemp("", "bench-idle-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	empty := filepath.Join(dir, "empty")
	if out, err := exec.Command("go", "build", "-o", empty, "./bench/start/empty").CombinedOutput(); err != nil {
		return false, fmt.Errorf("build an empty window: %w\n%s", err, out)
	}
	ways := []struct {
		name    string
		command []string
		loads   []float64
	}{
		{name: "empty Fyne window", command: []string{empty, "-width", strconv.Itoa(width), "-height", strconv.Itoa(height)}},
		{name: "list and a large graph"},
		{name: "grid of 30 graphs"},
	}
	for i, view := range []string{"tree", "grid"} {
		data := filepath.Join(dir, view)
		if err := prepare(data, view); err != nil {
			return false, err
		}
		ways[i+1].command = []string{program, "--data-dir", data}
	}
	for range rounds {
		for i := range ways { // in turns: what else the machine does hits all
			load, err := watch(dir, ways[i].command, time.Duration(seconds)*time.Second)
			if err != nil {
				return false, fmt.Errorf("%s: %w", ways[i].name, err)
			}
			ways[i].loads = append(ways[i].loads, load)
		}
	}
	fmt.Printf("idle with %d targets every second, window %d x %d, %% of a core, median of %d\n", targets, width, height, rounds)
	base := median(ways[0].loads)
	within := true
	for _, w := range ways {
		m := median(w.loads)
		word := ""
		if w.name != ways[0].name {
			word = "within"
			if m-base > bound {
				word, within = "OVER", false
			}
			word = fmt.Sprintf("%+5.1f points (bound %.1f: %s)", m-base, bound, word)
		}
		fmt.Printf("  %-24s %5.1f  (%.1f - %.1f)  %s\n", w.name, m, slices.Min(w.loads), slices.Max(w.loads), word)
	}
	return within, nil
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

// prepare makes a data folder whose window opens on the tab.
func prepare(data, view string) error {
	s, err := history.Open(service.Folder(data), history.Options{})
	if err != nil {
		return err
	}
	for i := range targets {
		t := latency.Target{Name: fmt.Sprintf("host %d", i+1), Kind: latency.KindICMP, Host: fmt.Sprintf("127.0.3.%d", i+1), Interval: time.Second}
		if err := s.SaveTarget(&t, i); err != nil {
			return err
		}
	}
	if _, err := s.Targets(context.Background()); err != nil {
		return err
	}
	settings, err := json.Marshal(map[string]any{
		"version": 1, "language": "en", "theme": "light", "last_tab": "latency", "window_width": width, "window_height": height,
		"panel": map[string]any{"latency": map[string]string{"view": view}},
	})
	return errors.Join(err, s.Close(), os.WriteFile(filepath.Join(data, "settings.json"), settings, 0o600))
}

// watch runs a program and gives its share of a core once it has settled.
func watch(dir string, command []string, long time.Duration) (float64, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CACHE_HOME="+dir+"/cache", "XDG_CONFIG_HOME="+dir+"/config",
		"XDG_RUNTIME_DIR="+dir, "DBUS_SESSION_BUS_ADDRESS=disabled:", "LC_ALL=C.UTF-8", "DOCKER_HOST=unix:///nonexistent.sock")
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	wait := func(d time.Duration) error {
		select {
		case err := <-ended:
			return fmt.Errorf("it ended: %v", err)
		case <-time.After(d):
			return nil
		}
	}
	if err := wait(settle); err != nil {
		return 0, err
	}
	before, start := proc.Computed(cmd.Process.Pid), time.Now()
	if err := wait(long); err != nil {
		return 0, err
	}
	load := 100 * (proc.Computed(cmd.Process.Pid) - before).Seconds() / time.Since(start).Seconds()
	_ = cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		_ = cmd.Process.Kill()
		<-ended
	}
	return load, nil
}
