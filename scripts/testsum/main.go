// Command testsum reads the output of `go test -json` and prints what a person
// wants of it: one line for each package, all of a failing test's output, what
// was skipped and why, and at the end one line with the counts. It exits 1 when
// anything failed, or when nothing ran.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	s := newSummary(os.Stdout)
	if err := s.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "testsum:", err)
		os.Exit(1)
	}
	if !s.close() {
		os.Exit(1)
	}
}

// event is one line of `go test -json` (see `go doc test2json`).
type event struct {
	Action, Package, ImportPath, Test, Output string
}

type test struct{ pkg, name string }

type summary struct {
	out                     io.Writer
	output                  map[test]*strings.Builder
	builds                  map[string]*strings.Builder
	failedIn                map[string]bool
	passed, failed, skipped int
	broken                  bool
}

func newSummary(out io.Writer) *summary {
	return &summary{
		out:      out,
		output:   map[test]*strings.Builder{},
		builds:   map[string]*strings.Builder{},
		failedIn: map[string]bool{},
	}
}

func (s *summary) read(r io.Reader) error {
	br := bufio.NewReader(r)
	for {
		line, err := br.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil || e.Action == "" {
				// The go command itself speaks plain text when it gives up early.
				s.out.Write(line)
			} else {
				s.event(e)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *summary) event(e event) {
	key := test{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		keep(s.builds, e.ImportPath, e.Output)
	case "build-fail":
		s.broken = true
		fmt.Fprintf(s.out, "%s", text(s.builds, e.ImportPath))
	case "output":
		if e.Test == "" {
			s.packageOutput(e)
			return
		}
		keep(s.output, key, e.Output)
	case "pass", "fail", "skip":
		if e.Test != "" {
			s.count(e, key)
		} else if e.Action == "fail" {
			s.packageFailed(e.Package)
		}
		delete(s.output, key)
	}
}

// count counts a test; one with subtests counts beside them, as in go test -v.
func (s *summary) count(e event, key test) {
	switch e.Action {
	case "pass":
		s.passed++
	case "skip":
		s.skipped++
		fmt.Fprintf(s.out, "%s", text(s.output, key))
	case "fail":
		s.failed++
		s.failedIn[e.Package] = true
		fmt.Fprintf(s.out, "%s", text(s.output, key))
	}
}

// packageFailed shows what a package printed that ended without a failing test:
// a panic, a time-out, a race outside any test.
func (s *summary) packageFailed(pkg string) {
	s.broken = true
	for key := range s.output {
		if key.pkg == pkg && !s.failedIn[pkg] {
			fmt.Fprintf(s.out, "%s", text(s.output, key))
		}
	}
}

func (s *summary) packageOutput(e event) {
	line := e.Output
	if line == "PASS\n" || line == "FAIL\n" || strings.HasPrefix(line, "coverage:") {
		return
	}
	fmt.Fprint(s.out, line)
}

// close prints the counts and says whether all is well.
func (s *summary) close() bool {
	fmt.Fprintf(s.out, "%d passed, %d failed, %d skipped\n", s.passed, s.failed, s.skipped)
	if s.passed+s.failed == 0 {
		fmt.Fprintln(s.out, "no test ran")
		return false
	}
	return s.failed == 0 && !s.broken
}

func keep[K comparable](m map[K]*strings.Builder, k K, text string) {
	b := m[k]
	if b == nil {
		b = &strings.Builder{}
		m[k] = b
	}
	b.WriteString(text)
}

func text[K comparable](m map[K]*strings.Builder, k K) string {
	if b := m[k]; b != nil {
		return b.String()
	}
	return ""
}
