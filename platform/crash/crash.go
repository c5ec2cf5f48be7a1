// Package crash keeps what the Go runtime says when the program dies, and finds
// it at the next start.
package crash

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"tacklebox/platform/filelock"
)

const (
	// keep is how many reports are kept.
	keep = 5
	// maxReport bounds a report as it is shown; thousands of goroutines say no more.
	maxReport = 256 << 10

	pendingPrefix = "running-" // a process's file while it runs, and after it died
	reportPrefix  = "crash-"   // a report nobody has looked at
	seenPrefix    = "seen-"    // one that was shown
	suffix        = ".txt"
	separator     = "\n----\n" // between the header and what the runtime wrote
)

// About is what stands at the top of a report.
type About struct {
	// Version is the program's.
	Version string
}

// Guard is the crash file of this process.
type Guard struct {
	lock *filelock.Lock
	path string
}

// Install has the Go runtime write a fatal error of this process (a panic, a
// fault in C code, a concurrent map write) into a file in dir. Close takes it
// back at a clean exit.
func Install(dir string, about About) (*Guard, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("keep crash reports in %q: %w", dir, err)
	}
	started := time.Now()
	path := filepath.Join(dir, fmt.Sprintf("%s%s-%d%s", pendingPrefix, started.UTC().Format("20060102-150405.000"), os.Getpid(), suffix))
	// The lock tells the next start whether the process that wrote this is alive.
	lock, err := filelock.Try(path)
	if err != nil {
		return nil, fmt.Errorf("keep crash reports in %q: %w", dir, err)
	}
	g := &Guard{lock: lock, path: path}
	header := fmt.Sprintf("Tacklebox %s\n%s/%s, %s\nstarted %s%s", about.Version,
		runtime.GOOS, runtime.GOARCH, runtime.Version(), started.Format(time.RFC3339), separator)
	_, err = lock.File().WriteString(header)
	if err == nil {
		err = debug.SetCrashOutput(lock.File(), debug.CrashOptions{})
	}
	if err != nil {
		_ = lock.Release()
		_ = os.Remove(path)
		return nil, fmt.Errorf("keep crash reports in %q: %w", dir, err)
	}
	return g, nil
}

// Close ends a run that did not crash: its file goes.
func (g *Guard) Close() error {
	err := debug.SetCrashOutput(nil, debug.CrashOptions{})
	// Windows removes no open file.
	return errors.Join(err, g.lock.Release(), os.Remove(g.path))
}

// Report is what a crashed run left.
type Report struct {
	// Path is the file with the whole of it.
	Path string
	// Time is when that run wrote last.
	Time time.Time
	// Text is what can be shown and copied: bounded, with secrets masked, as it is
	// in the file.
	Text string
}

// Pending are the reports in dir nobody has looked at, newest first. Runs that
// were killed from outside left nothing to say and are not among them; of old
// reports the newest five are kept.
func Pending(dir string) ([]Report, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for crash reports in %q: %w", dir, err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), pendingPrefix) {
			settle(dir, e.Name())
		}
	}
	if err := prune(dir); err != nil {
		return nil, err
	}
	names, err := named(dir, reportPrefix)
	if err != nil {
		return nil, err
	}
	var reports []Report
	for _, name := range names {
		path := filepath.Join(dir, name)
		text, when, err := read(path)
		if err != nil {
			continue // gone or unreadable: another window took it
		}
		reports = append(reports, Report{Path: path, Time: when, Text: text})
	}
	return reports, nil
}

// Seen marks a report as looked at, so that it is not offered again. Its file
// stays among the five that are kept.
func (r Report) Seen() error {
	dir, name := filepath.Split(r.Path)
	to := filepath.Join(dir, seenPrefix+strings.TrimPrefix(name, reportPrefix))
	if err := os.Rename(r.Path, to); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("put crash report %q away: %w", r.Path, err)
	}
	return nil
}

// settle decides what became of the run that name belongs to.
func settle(dir, name string) {
	path := filepath.Join(dir, name)
	lock, err := filelock.Try(path)
	if err != nil {
		return // it runs
	}
	text, _, err := read(path)
	_ = lock.Release()
	if err != nil {
		return
	}
	_, said, found := strings.Cut(text, separator)
	if !found || strings.TrimSpace(said) == "" {
		_ = os.Remove(path) // killed, or the power went: nothing to report
		return
	}
	// What the runtime wrote is only kept with its secrets masked.
	to := filepath.Join(dir, reportPrefix+strings.TrimPrefix(name, pendingPrefix))
	when := time.Now()
	if info, err := os.Stat(path); err == nil {
		when = info.ModTime()
	}
	if err := os.WriteFile(to, []byte(Mask(text)), 0o600); err == nil {
		_ = os.Chtimes(to, when, when)
		_ = os.Remove(path)
	}
}

// prune removes all but the newest reports.
func prune(dir string) error {
	var names []string
	for _, prefix := range []string{reportPrefix, seenPrefix} {
		some, err := named(dir, prefix)
		if err != nil {
			return err
		}
		names = append(names, some...)
	}
	byTime := func(name string) string { _, t, _ := strings.Cut(name, "-"); return t }
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(byTime(b), byTime(a)) })
	for _, name := range names[min(keep, len(names)):] {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove old crash report %q: %w", name, err)
		}
	}
	return nil
}

// named are the report files in dir with this prefix, newest first.
func named(dir, prefix string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("look for crash reports in %q: %w", dir, err)
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && strings.HasPrefix(e.Name(), prefix) && strings.HasSuffix(e.Name(), suffix) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	slices.Reverse(names)
	return names, nil
}

// read reads the start of a report.
func read(path string) (string, time.Time, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", time.Time{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", time.Time{}, err
	}
	content, err := io.ReadAll(io.LimitReader(f, maxReport))
	text := strings.ToValidUTF8(string(content), "\uFFFD")
	if info.Size() > maxReport {
		text += "\n(cut here)\n"
	}
	return text, info.ModTime(), err
}
