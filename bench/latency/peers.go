//go:build linux

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"tacklebox/bench/proc"
)

// fping measures all targets with one process.
func fping(targets, seconds int) (outcome, error) {
	path, err := exec.LookPath("fping")
	if err != nil {
		return outcome{}, errors.New("it is missing: apt-get install fping")
	}
	// An interval that spreads the targets over the second, as ours are.
	args := append([]string{"-C", strconv.Itoa(seconds), "-q", "-p", "1000", "-B1", "-r0", "-i", fmt.Sprint(max(1, 1000/targets)), "-t", "1000"}, addresses(targets)...)
	cmd := exec.Command(path, args...)
	var out bytes.Buffer
	cmd.Stderr = &out
	start := time.Now()
	if err := cmd.Run(); err != nil {
		var failed *exec.ExitError
		if !errors.As(err, &failed) || failed.ExitCode() != 1 { // 1: somebody did not answer
			return outcome{}, fmt.Errorf("%w: %s", err, out.String())
		}
	}
	took := time.Since(start)
	var o outcome
	lines := bufio.NewScanner(&out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		_, figures, ok := strings.Cut(lines.Text(), " : ")
		if !ok {
			continue
		}
		for _, f := range strings.Fields(figures) {
			o.Sent++
			ms, err := strconv.ParseFloat(f, 64)
			if err != nil {
				o.Lost++ // "-"
				continue
			}
			o.RTTs = append(o.RTTs, int64(ms*1e6))
		}
	}
	if len(o.RTTs) == 0 {
		return o, errors.New("it measured nothing")
	}
	slices.Sort(o.RTTs)
	state := cmd.ProcessState
	o.CPU = 100 * (state.UserTime() + state.SystemTime()).Seconds() / took.Seconds()
	return o, nil
}

// prober runs Debian's smokeping_prober. It tells a histogram whose buckets
// double, so only its computing is compared here.
func prober(targets, seconds int) (outcome, error) {
	path, err := exec.LookPath("prometheus-smokeping-prober")
	if err != nil {
		return outcome{}, errors.New("it is missing: apt-get install prometheus-smokeping-prober")
	}
	args := append([]string{"--web.listen-address=127.0.0.1:19374", "--privileged"}, addresses(targets)...)
	cmd := exec.Command(path, args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return outcome{}, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stop := func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-ended
	}
	select {
	case err := <-ended:
		return outcome{}, fmt.Errorf("it ended: %v: %s", err, said.String())
	case <-time.After(3 * time.Second):
	}
	before, start := proc.Computed(cmd.Process.Pid), time.Now()
	select {
	case err := <-ended:
		return outcome{}, fmt.Errorf("it ended: %v: %s", err, said.String())
	case <-time.After(time.Duration(seconds) * time.Second):
	}
	o := outcome{CPU: 100 * (proc.Computed(cmd.Process.Pid) - before).Seconds() / time.Since(start).Seconds()}
	stop()
	return o, nil
}
