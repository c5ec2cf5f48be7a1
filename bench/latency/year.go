//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/history/historytest"
	"tacklebox/platform/latency/smoke"
)

// The graph of a year: from what is on disk to pixels, at the size of a window.
const (
	yearBound  = 50 * time.Millisecond
	yearWidth  = 1000
	yearHeight = 300
	yearRuns   = 15
)

// errYear is a year that takes too long.
var errYear = errors.New("over budget: a year takes longer than " + yearBound.String())

// year draws a year of one target, beside rrdtool drawing SmokePing's graph of
// the same length from SmokePing's own file.
func year() error {
	dir, err := os.MkdirTemp("", "bench-latency-year-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	now := time.Now().UTC().Truncate(time.Hour)
	s, err := history.Open(filepath.Join(dir, "history"), history.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	if err := historytest.Fill(context.Background(), s, 1, now.AddDate(-1, 0, 0), now, 7); err != nil {
		return err
	}
	fmt.Printf("\na graph of %d x %d, median of %d (fastest - slowest)\n", yearWidth, yearHeight, yearRuns)
	var over bool
	for _, span := range []struct {
		name string
		long time.Duration
	}{{"a year", 365 * 24 * time.Hour}, {"a month", 30 * 24 * time.Hour}, {"a day", 24 * time.Hour}} {
		drawn := timed(func() error { return draw(s, now.Add(-span.long), now, nil) })
		encoded := timed(func() error { return draw(s, now.Add(-span.long), now, io.Discard) })
		if drawn.err != nil || encoded.err != nil {
			return errors.Join(drawn.err, encoded.err)
		}
		fmt.Printf("  %-34s %s, as PNG %s\n", "ours, "+span.name+", to pixels", drawn, encoded)
		over = over || drawn.median() > yearBound
	}
	rrd, err := smokePingFile(dir, now)
	if err != nil {
		return err
	}
	peer := timed(func() error { return rrdGraph(dir, rrd, now) })
	if peer.err != nil {
		return peer.err
	}
	fmt.Printf("  %-34s %s\n", "rrdtool graph, a year, as PNG", peer)
	mine := timed(func() error { return draw(s, now.AddDate(-1, 0, 0), now, io.Discard) })
	fmt.Printf("  %-34s %.2f x\n", "ours to rrdtool's", float64(mine.median())/float64(peer.median()))
	if over {
		return errYear
	}
	return nil
}

// draw is what the window does when a range is chosen; w gets a PNG unless nil.
func draw(s *history.Store, from, to time.Time, w io.Writer) error {
	cols, err := s.Columns(context.Background(), latency.TargetID(1), latency.LocalNode, from, to, yearWidth)
	if err != nil {
		return err
	}
	known := 0
	for i := range cols {
		if cols[i].Hist != nil {
			known++
		}
	}
	if known < yearWidth/2 {
		return fmt.Errorf("only %d columns hold anything", known)
	}
	img := image.NewRGBA(image.Rect(0, 0, yearWidth, yearHeight))
	colours := smoke.Light()
	var p smoke.Painter
	p.Paint(img, cols, nil, smoke.Fit(cols, false, smoke.Scale{}), &colours)
	if w == nil {
		return nil
	}
	return png.Encode(w, img)
}

// times are how long something took.
type times struct {
	took []time.Duration
	err  error
}

func timed(do func() error) (t times) {
	for i := range yearRuns + 1 {
		start := time.Now()
		if t.err = do(); t.err != nil {
			return t
		}
		if i > 0 { // the first run only warms up
			t.took = append(t.took, time.Since(start))
		}
	}
	slices.Sort(t.took)
	return t
}

func (t times) median() time.Duration { return t.took[len(t.took)/2] }

// String is the times in ms.
func (t times) String() string {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return fmt.Sprintf("%.1f ms (%.1f - %.1f)", ms(t.median()), ms(t.took[0]), ms(t.took[len(t.took)-1]))
}

// smokePingFile is a year of rounds in a file as SmokePing lays it out.
func smokePingFile(dir string, now time.Time) (string, error) {
	path, err := exec.LookPath("rrdtool")
	if err != nil {
		return "", errors.New("it is missing: apt-get install rrdtool")
	}
	file := filepath.Join(dir, "peer.rrd")
	begin := now.AddDate(-1, 0, 0).Unix()
	args := []string{"create", file, "--step", "300", "--start", fmt.Sprint(begin - 300),
		"DS:uptime:GAUGE:600:0:U", "DS:loss:GAUGE:600:0:20", "DS:median:GAUGE:600:0:180"}
	for i := range 20 {
		args = append(args, fmt.Sprintf("DS:ping%d:GAUGE:600:0:180", i+1))
	}
	args = append(args, "RRA:AVERAGE:0.5:1:28800", "RRA:AVERAGE:0.5:12:9600", "RRA:MIN:0.5:12:9600", "RRA:MAX:0.5:12:9600",
		"RRA:AVERAGE:0.5:144:2400", "RRA:MAX:0.5:144:2400", "RRA:MIN:0.5:144:2400")
	if out, err := exec.Command(path, args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("rrdtool create: %w: %s", err, out)
	}
	// One process takes all updates.
	cmd := exec.Command(path, "-")
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	w := bufio.NewWriter(in)
	for at := begin; at < now.Unix(); at += 300 {
		fmt.Fprintf(w, "update %s %d:U:0:%g", file, at, 0.02+float64(at%7200)/1e6)
		for i := range 20 {
			fmt.Fprintf(w, ":%g", 0.018+float64(i)/2000+float64(at%7200)/1e6)
		}
		fmt.Fprintln(w)
	}
	if err := errors.Join(w.Flush(), in.Close(), cmd.Wait()); err != nil {
		return "", fmt.Errorf("rrdtool update: %w", err)
	}
	return file, nil
}

// rrdGraph draws the bands, the median and the loss of SmokePing's graph.
func rrdGraph(dir, file string, now time.Time) error {
	args := []string{"graph", filepath.Join(dir, "peer.png"), "--start", fmt.Sprint(now.AddDate(-1, 0, 0).Unix()), "--end", fmt.Sprint(now.Unix()),
		"--width", fmt.Sprint(yearWidth), "--height", fmt.Sprint(yearHeight), "--lower-limit", "0", "--rigid"}
	for i := 1; i <= 20; i++ {
		args = append(args, fmt.Sprintf("DEF:ping%d=%s:ping%d:AVERAGE", i, file, i))
	}
	args = append(args, "DEF:loss="+file+":loss:AVERAGE", "DEF:median="+file+":median:AVERAGE")
	for i := 1; i <= 10; i++ {
		grey := 190/10*(10-i) + 50
		args = append(args, fmt.Sprintf("CDEF:d%d=ping%d,ping%d,-", i, 21-i, i), fmt.Sprintf("AREA:ping%d", i),
			fmt.Sprintf("STACK:d%d#%02x%02x%02x", i, grey, grey, grey))
	}
	args = append(args, "LINE1:median#202020")
	for i, c := range []string{"26ff00", "00b8ff", "0059ff", "7e00ff", "ff00ff", "ff5500", "ff0000"} {
		args = append(args, fmt.Sprintf("CDEF:m%d=loss,%d,EQ,median,UNKN,IF", i, i), fmt.Sprintf("LINE2:m%d#%s", i, c))
	}
	args = append(args, "PRINT:median:AVERAGE:%lf")
	out, err := exec.Command("rrdtool", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("rrdtool graph: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}
