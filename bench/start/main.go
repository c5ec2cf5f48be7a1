// Command start measures how long Tacklebox takes from its process's start to
// its first frame, and how much memory it has then, beside an empty Fyne window
// in the same run. Both are watched from outside in the same way: a frame is
// there when the X server holds pixels of the window that are not all alike.
//
//	go run ./bench/start [-runs 10] [-program build/tacklebox]
//
// It starts an X server without a screen when there is no DISPLAY.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// The bounds of the project's budget.
const (
	startBound  = 1.15
	memoryBound = 1.40
)

func main() {
	runs := flag.Int("runs", 10, "how often each program is started")
	program := flag.String("program", "", "the Tacklebox to measure; built when empty")
	keep := flag.Duration("settle", 2*time.Second, "how long after the first frame memory is read")
	flag.Parse()
	within, err := run(*runs, *program, *keep)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/start:", err)
		os.Exit(2)
	}
	if !within {
		os.Exit(1)
	}
}

// subject is one of the two programs.
type subject struct {
	name    string
	command []string
	samples []sample
}

// sample is what one start showed.
type sample struct {
	frame    time.Duration
	cpu      time.Duration // computed until then
	rss, pss int64         // bytes
	width    int
	height   int
}

func run(runs int, program string, settle time.Duration) (bool, error) {
	dir, err := os.MkdirTemp("", "bench-start-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	empty := filepath.Join(dir, "empty")
	if err := build(empty, "./bench/start/empty"); err != nil {
		return false, err
	}
	if program == "" {
		program = filepath.Join(dir, "tacklebox")
		if err := build(program, "."); err != nil {
			return false, err
		}
	}
	stop, err := display()
	if err != nil {
		return false, err
	}
	defer stop()
	screen, err := openScreen()
	if err != nil {
		return false, err
	}
	defer screen.Close()

	// A home of their own: neither finds a person's settings, and both share
	// Fyne's index of the system's fonts, which the first runs make. No session
	// bus for either: each start would leave a dbus-daemon behind.
	env := append(os.Environ(), "HOME="+dir, "XDG_CACHE_HOME="+dir+"/cache", "XDG_CONFIG_HOME="+dir+"/config",
		"XDG_DATA_HOME="+dir+"/data", "XDG_RUNTIME_DIR="+dir, "DBUS_SESSION_BUS_ADDRESS=disabled:", "LC_ALL=C.UTF-8")
	ours := &subject{name: "Tacklebox", command: []string{program}}
	first, err := screen.start(env, settle, ours.command)
	if err != nil {
		return false, fmt.Errorf("%s: %w", ours.name, err)
	}
	// The same size for both: under software OpenGL the memory is mostly pixels.
	peer := &subject{name: "empty Fyne window", command: []string{empty,
		fmt.Sprintf("-width=%d", first.width), fmt.Sprintf("-height=%d", first.height)}}
	if _, err := screen.start(env, settle, peer.command); err != nil {
		return false, fmt.Errorf("%s: %w", peer.name, err)
	}
	for range runs {
		for _, s := range []*subject{peer, ours} { // in turns: what else the machine does hits both
			got, err := screen.start(env, settle, s.command)
			if err != nil {
				return false, fmt.Errorf("%s: %w", s.name, err)
			}
			s.samples = append(s.samples, got)
		}
	}
	return report(peer, ours), nil
}

// build builds one of our programs, with the flags that all builds have.
func build(out, pkg string) error {
	cmd := exec.Command("go", "build", "-o", out, pkg)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build %s: %w", pkg, err)
	}
	return nil
}

// display starts an X server unless there is one.
func display() (stop func(), err error) {
	if os.Getenv("DISPLAY") != "" {
		return func() {}, nil
	}
	path, err := exec.LookPath("Xvfb")
	if err != nil {
		return nil, errors.New("no DISPLAY and no Xvfb: apt-get install xvfb")
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	server := exec.Command(path, "-displayfd", "3", "-screen", "0", "1600x1000x24", "-nolisten", "tcp", "-noreset")
	server.ExtraFiles = []*os.File{w}
	err = server.Start()
	_ = w.Close()
	if err != nil {
		return nil, err
	}
	number := make([]byte, 16)
	n, err := r.Read(number)
	stop = func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	}
	if err != nil {
		stop()
		return nil, fmt.Errorf("start Xvfb: %w", err)
	}
	return stop, os.Setenv("DISPLAY", ":"+strings.TrimSpace(string(number[:n])))
}

// report prints both side by side and says whether the bounds hold.
func report(peer, ours *subject) bool {
	fmt.Printf("start and memory, %d starts each in turns, %d cores, window %d x %d\n",
		len(ours.samples), runtime.NumCPU(), ours.samples[0].width, ours.samples[0].height)
	fmt.Printf("  %-18s %14s %14s %14s %10s %10s\n", "", "first frame", "fastest", "computing", "RSS", "PSS")
	for _, s := range []*subject{peer, ours} {
		fmt.Printf("  %-18s %11.0f ms %11.0f ms %11.0f ms %7.1f MB %7.1f MB\n", s.name,
			ms(median(s.samples, frameOf)), ms(smallest(s.samples, frameOf)),
			ms(mean(s.samples, cpuOf)), mb(median(s.samples, rssOf)), mb(median(s.samples, pssOf)))
	}
	within := true
	for _, r := range []struct {
		name  string
		value func(sample) int64
		bound float64
	}{{"first frame", frameOf, startBound}, {"memory (RSS)", rssOf, memoryBound}, {"memory (PSS)", pssOf, memoryBound}} {
		ratio := float64(median(ours.samples, r.value)) / float64(median(peer.samples, r.value))
		word := "within"
		if ratio > r.bound {
			word, within = "OVER", false
		}
		fmt.Printf("  %-18s %.2f x   (bound %.2f x: %s)\n", r.name, ratio, r.bound, word)
	}
	return within
}

func frameOf(s sample) int64 { return int64(s.frame) }
func cpuOf(s sample) int64   { return int64(s.cpu) }
func rssOf(s sample) int64   { return s.rss }
func pssOf(s sample) int64   { return s.pss }

func ms(v int64) float64 { return float64(v) / 1e6 }
func mb(v int64) float64 { return float64(v) / (1 << 20) }

// median is the middle value.
func median(samples []sample, value func(sample) int64) int64 {
	values := make([]int64, len(samples))
	for i, s := range samples {
		values[i] = value(s)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// mean is the average: of values as coarse as these it says more than the median.
func mean(samples []sample, value func(sample) int64) int64 {
	var sum int64
	for _, s := range samples {
		sum += value(s)
	}
	return sum / int64(len(samples))
}

// smallest is the lowest value.
func smallest(samples []sample, value func(sample) int64) int64 {
	low := value(samples[0])
	for _, s := range samples {
		low = min(low, value(s))
	}
	return low
}
