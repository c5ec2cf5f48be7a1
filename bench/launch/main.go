//go:build linux

// Command launch measures how long a debug launch takes from the command to the
// shell's first prompt, beside the docker command line on the same engine in the
// same run, in turns:
//
//	docker run -d -t --name X --entrypoint /bin/sh IMAGE; docker exec -it X /bin/sh
//	tacklebox debug IMAGE       the verb, from its process's start
//	Launch, OpenShell           what the window does, connected already
//
// Ours find the shell in the image themselves: the first time by looking into
// it, which is shown without a bound since the command line is told the shell,
// later by the image's ID. Each turn begins with another way, and what counts is
// the median of the turns' ratios: other work on the machine then meets all.
//
//	go run ./bench/launch [-runs 21] [-program build/tacklebox-cli]
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
)

// bound is how much of the docker command line's time ours may take, to the
// hundredth that is printed: turns of one program differ by more.
const bound = 1.0

// promptTimeout bounds one launch.
const promptTimeout = 30 * time.Second

func main() {
	runs := flag.Int("runs", 21, "how often each way is measured")
	program := flag.String("program", "build/tacklebox-cli", "the tacklebox to measure; built when it is not there")
	flag.Parse()
	within, err := run(*runs, *program)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/launch:", err)
		os.Exit(2)
	}
	if !within {
		os.Exit(1)
	}
}

// bench is one run of the whole.
type bench struct {
	image   string
	program string
	dir     string
}

func run(runs int, program string) (within bool, err error) {
	dir, err := os.MkdirTemp("", "tacklebox-bench")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	b := &bench{program: program, dir: dir, image: "tacklebox-bench/busybox:p" + strconv.Itoa(os.Getpid())}
	if _, err := os.Stat(program); err != nil {
		b.program = filepath.Join(dir, "tacklebox-cli")
		build := exec.Command("go", "build", "-o", b.program, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			return false, fmt.Errorf("build %q: %w\n%s", b.program, err, out)
		}
	}
	if err := b.makeImage(); err != nil {
		return false, err
	}
	defer func() { _ = exec.Command("docker", "image", "rm", "-f", b.image).Run() }()

	ways := []*way{
		{name: "docker run + docker exec", measure: b.docker},
		{name: "tacklebox debug", measure: b.verb, bounded: true},
		{name: "the window's way", measure: b.window, bounded: true},
		{name: "tacklebox debug, new image", measure: b.verbFirst},
	}
	for turn := range runs + 1 {
		for i := range ways {
			w := ways[(turn+i)%len(ways)]
			took, err := w.measure()
			if err != nil {
				return false, fmt.Errorf("%s: %w", w.name, err)
			}
			if turn > 0 { // the first turn only warms up
				w.times = append(w.times, took)
			}
		}
	}
	fmt.Printf("launch to first prompt, %d turns, median (fastest - slowest), ratio to docker's:\n", runs)
	within = true
	for _, w := range ways {
		ratio := w.ratio(ways[0])
		verdict := ""
		if w.bounded && math.Round(ratio*100)/100 > bound {
			within, verdict = false, fmt.Sprintf("  over the bound of %.2f", bound)
		}
		fmt.Printf("  %-26s %6d ms (%d - %d) %5.2f x%s\n", w.name, median(w.times).Milliseconds(),
			slices.Min(w.times).Milliseconds(), slices.Max(w.times).Milliseconds(), ratio, verdict)
	}
	return within, nil
}

// way is one way to a prompt.
type way struct {
	name    string
	measure func() (time.Duration, error)
	bounded bool
	times   []time.Duration
}

// ratio is the median of the turns' ratios to the peer.
func (w *way) ratio(peer *way) float64 {
	ratios := make([]float64, len(w.times))
	for i, took := range w.times {
		ratios[i] = float64(took) / float64(peer.times[i])
	}
	return median(ratios)
}

func median[T cmp.Ordered](list []T) T {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

// docker is the command line's way, as the project's origin has it.
func (b *bench) docker() (time.Duration, error) {
	name := "tacklebox-bench-" + strconv.Itoa(os.Getpid())
	start := time.Now()
	if out, err := exec.Command("docker", "run", "-d", "-t", "--name", name, "--entrypoint", "/bin/sh", b.image).CombinedOutput(); err != nil {
		return 0, fmt.Errorf("docker run: %w: %s", err, out)
	}
	defer func() { _ = exec.Command("docker", "rm", "-f", "-v", name).Run() }()
	return throughTerminal(start, "docker", "exec", "-it", name, "/bin/sh")
}

// verb is ours as a command.
func (b *bench) verb() (time.Duration, error) {
	return b.verbWith(filepath.Join(b.dir, "data"))
}

// verbFirst is the verb that has never seen the image.
func (b *bench) verbFirst() (time.Duration, error) {
	dir, err := os.MkdirTemp(b.dir, "first")
	if err != nil {
		return 0, err
	}
	return b.verbWith(dir)
}

func (b *bench) verbWith(dir string) (time.Duration, error) {
	data := "--data-dir=" + dir
	took, err := throughTerminal(time.Now(), b.program, data, "debug", b.image)
	if out, failed := exec.Command(b.program, data, "debug", "end", "--all").CombinedOutput(); failed != nil {
		return took, errors.Join(err, fmt.Errorf("end: %w: %s", failed, out))
	}
	return took, err
}

// window is what the window does between the button and the prompt.
func (b *bench) window() (time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.Background(), promptTimeout)
	defer cancel()
	o := containers.Options{DataDir: filepath.Join(b.dir, "window")}
	endpoints, err := containers.Discover(ctx, o)
	if err != nil {
		return 0, err
	}
	if len(endpoints) == 0 {
		return 0, errors.New("no engine found")
	}
	e, err := containers.Connect(ctx, endpoints[0], o)
	if err != nil {
		return 0, err
	}
	defer e.Close()
	start := time.Now()
	s, err := e.Launch(ctx, launch.Spec{Image: b.image})
	if err != nil {
		return 0, err
	}
	defer func() { _ = e.End(context.WithoutCancel(ctx), s.ContainerID) }()
	sh, err := e.OpenShell(ctx, containers.ShellRequest{Container: s.ContainerID, Argv: s.Spec.Shell, TTY: true, Cols: 80, Rows: 24})
	if err != nil {
		return 0, err
	}
	defer sh.Close()
	if err := untilPrompt(sh); err != nil {
		return 0, err
	}
	return time.Since(start), nil
}
