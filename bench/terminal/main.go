//go:build linux && cgo

// Command terminal measures the terminal in a real window beside xterm, on the
// same display and in the same run: 20 MB of coloured log through each, and how
// the window behaves while a program writes without end.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
)

func main() {
	size := flag.Int("mb", 20, "megabytes of log")
	runs := flag.Int("runs", 3, "runs of each, the fastest counts")
	profile := flag.String("profile", "", "write a CPU profile of our side")
	flag.Parse()
	if err := bench(*size, *runs, *profile); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func bench(size, runs int, profile string) error {
	dir, err := os.MkdirTemp("", "tacklebox-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &run{dir: dir, log: filepath.Join(dir, "log"), mb: size, runs: runs, profile: profile}
	if err := writeLog(b.log, size<<20); err != nil {
		return err
	}
	a := app.NewWithID("io.github.tacklebox.bench.terminal")
	a.Settings().SetTheme(look.New(look.Options{Variant: look.Dark}))
	w := a.NewWindow("bench")
	b.term = widgets.NewTerminal(widgets.TerminalOptions{})
	sized := make(chan struct{}, 1)
	b.term.OnCells = func(cols, rows int) {
		select {
		case sized <- struct{}{}:
		default:
		}
	}
	w.SetPadded(false)
	w.SetContent(b.term)
	w.Resize(fyne.NewSize(980, 660))
	w.Canvas().Focus(b.term)
	go func() {
		<-sized
		b.err = b.all()
		fyne.Do(a.Quit)
	}()
	w.ShowAndRun()
	return b.err
}

// run is one run of the benchmark.
type run struct {
	dir, log string
	mb, runs int
	profile  string
	term     *widgets.Terminal
	err      error
}

func (b *run) all() error {
	var cols, rows int
	fyne.DoAndWait(func() { cols, rows = b.term.Cells() })
	if b.profile != "" {
		f, err := os.Create(b.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
	}
	stop := watchWindow()
	time.Sleep(time.Second)
	idle := stop()
	var ours time.Duration
	theirs := map[bool]time.Duration{}
	var worst time.Duration
	var xtermErr error
	for range b.runs {
		d, gap, err := b.ours(cols, rows)
		if err != nil {
			return err
		}
		ours, worst = fastest(ours, d), max(worst, gap)
		if xtermErr != nil || b.profile != "" {
			continue
		}
		for _, outline := range []bool{false, true} {
			if d, xtermErr = b.xterm(cols, rows, outline); xtermErr == nil {
				theirs[outline] = fastest(theirs[outline], d)
			}
		}
	}
	if b.profile != "" {
		pprof.StopCPUProfile()
	}
	rate := func(d time.Duration) float64 { return float64(b.mb) / d.Seconds() }
	fmt.Printf("terminal, %d MB coloured log, %dx%d (idle, the window is away for up to %d ms)\n", b.mb, cols, rows, idle.Milliseconds())
	fmt.Printf("  tacklebox  %6.2f s  %6.1f MB/s  window never away for more than %d ms\n", ours.Seconds(), rate(ours), worst.Milliseconds())
	for outline, name := range map[bool]string{false: "bitmap font", true: "outline font"} {
		if d := theirs[outline]; d > 0 {
			fmt.Printf("  xterm      %6.2f s  %6.1f MB/s  %s: ratio %.2f (bound 1.00)\n", d.Seconds(), rate(d), name, ours.Seconds()/d.Seconds())
		}
	}
	if xtermErr != nil {
		fmt.Printf("  xterm      not measured: %v\n", xtermErr)
	}
	return b.yes(cols, rows)
}

func fastest(a, b time.Duration) time.Duration {
	if a == 0 {
		return b
	}
	return min(a, b)
}

// script times cat from inside, so that starting a terminal does not count.
func (b *run) script(out string) []string {
	return []string{"sh", "-c", fmt.Sprintf("date +%%s%%N >%[1]s; cat %[2]s; date +%%s%%N >>%[1]s", out, b.log)}
}

func elapsed(out string) (time.Duration, error) {
	content, err := os.ReadFile(out)
	if err != nil {
		return 0, err
	}
	f := strings.Fields(string(content))
	if len(f) != 2 {
		return 0, errors.New("the command did not end")
	}
	from, err1 := strconv.ParseInt(f[0], 10, 64)
	to, err2 := strconv.ParseInt(f[1], 10, 64)
	return time.Duration(to - from), errors.Join(err1, err2)
}

// ours is the time of our terminal, and the longest the window was away.
func (b *run) ours(cols, rows int) (time.Duration, time.Duration, error) {
	out := filepath.Join(b.dir, "ours")
	args := b.script(out)
	p, err := startPTY(cols, rows, args[0], args[1:]...)
	if err != nil {
		return 0, 0, err
	}
	ended := make(chan struct{})
	stop := watchWindow()
	fyne.DoAndWait(func() {
		b.term.OnEnded = func(error) { close(ended) }
		b.term.Start(p)
	})
	<-ended
	worst := stop()
	d, err := elapsed(out)
	return d, worst, err
}

// xterm is the time of xterm with the server's bitmap fonts, which is how it
// starts by default, or with an outline font as we have one.
func (b *run) xterm(cols, rows int, outline bool) (time.Duration, error) {
	out := filepath.Join(b.dir, "xterm")
	args := []string{"-geometry", fmt.Sprintf("%dx%d", cols, rows), "-sl", "10000"}
	if outline {
		args = append(args, "-fa", "DejaVu Sans Mono", "-fs", "10")
	}
	args = append(append(args, "-e"), b.script(out)...)
	if err := exec.Command("xterm", args...).Run(); err != nil {
		return 0, err
	}
	return elapsed(out)
}

// watchWindow measures how long Fyne's goroutine takes to answer, until stop.
func watchWindow() (stop func() time.Duration) {
	var worst atomic.Int64
	done, finished := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(finished)
		for {
			asked := time.Now()
			fyne.DoAndWait(func() {})
			worst.Store(max(worst.Load(), int64(time.Since(asked))))
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() time.Duration {
		close(done)
		<-finished
		return time.Duration(worst.Load())
	}
}

// yes runs a program that writes without end and presses Ctrl-C.
func (b *run) yes(cols, rows int) error {
	p, err := startPTY(cols, rows, "sh", "-c", "yes; echo stopped; read x")
	if err != nil {
		return err
	}
	fyne.DoAndWait(func() {
		b.term.OnEnded = nil
		b.term.Start(p)
	})
	stop := watchWindow()
	time.Sleep(2 * time.Second)
	worst := stop()
	pressed := time.Now()
	fyne.DoAndWait(func() { b.term.TypedShortcut(&fyne.ShortcutCopy{}) })
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for !strings.Contains(b.term.Screen().Text(), "^C") {
		select {
		case <-ctx.Done():
			return errors.New("yes did not stop within 5 s of Ctrl-C")
		case <-time.After(time.Millisecond):
		}
	}
	fmt.Printf("terminal, yes without end\n  window never away for more than %d ms (bound 50), Ctrl-C acted after %d ms (bound 200)\n",
		worst.Milliseconds(), time.Since(pressed).Milliseconds())
	fyne.DoAndWait(b.term.Stop)
	return nil
}

// writeLog makes a log as a service writes at level debug.
func writeLog(name string, size int) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	levels := []string{"\x1b[32mINFO \x1b[0m", "\x1b[33mWARN \x1b[0m", "\x1b[36mDEBUG\x1b[0m", "\x1b[1;31mERROR\x1b[0m"}
	for i, n := 0, 0; n < size; i++ {
		m, err := fmt.Fprintf(w, "\x1b[90m2026-11-23T%02d:%02d:%02d.%03dZ\x1b[0m %s \x1b[1mhttp\x1b[0m request \x1b[36mid=\x1b[0m%08x \x1b[36mpath=\x1b[0m/api/v1/items/%d \x1b[36mstatus=\x1b[0m200 took=\x1b[38;5;208m%dms\x1b[0m\n",
			i/3600%24, i/60%60, i%60, i%1000, levels[i%4], uint32(i)*2654435761, i, i%300)
		if err != nil {
			return err
		}
		n += m
	}
	return errors.Join(w.Flush(), f.Close())
}
