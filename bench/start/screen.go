package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// patience is how long a program may take to its first frame.
const patience = 60 * time.Second

// screen watches the X server's windows.
type screen struct {
	*xgb.Conn
	root xproto.Window
}

func openScreen() (*screen, error) {
	xgb.Logger.SetOutput(io.Discard) // it tells at length that a display needs no cookie
	conn, err := xgb.NewConn()
	if err != nil {
		return nil, fmt.Errorf("connect to the X server: %w", err)
	}
	return &screen{conn, xproto.Setup(conn).DefaultScreen(conn).Root}, nil
}

// start runs a program to its first frame, lets it settle, reads its memory and
// ends it.
func (s *screen) start(env []string, settle time.Duration, command []string) (sample, error) {
	before, err := s.windows()
	if err != nil {
		return sample{}, err
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = env
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return sample{}, err
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
	}()
	got, err := s.firstFrame(begin, before, ended)
	if err != nil {
		return sample{}, err
	}
	got.cpu, err = cpuTime(cmd.Process.Pid)
	if err != nil {
		return sample{}, err
	}
	select {
	case <-ended:
		return sample{}, errors.New("it ended by itself")
	case <-time.After(settle):
	}
	got.rss, got.pss, err = memory(cmd.Process.Pid)
	return got, err
}

// firstFrame polls until a window that was not there before shows something.
func (s *screen) firstFrame(begin time.Time, before map[xproto.Window]bool, ended <-chan struct{}) (sample, error) {
	poll := time.NewTicker(2 * time.Millisecond)
	defer poll.Stop()
	for time.Since(begin) < patience {
		select {
		case <-ended:
			return sample{}, errors.New("it ended before its first frame")
		case <-poll.C:
		}
		now, err := s.windows()
		if err != nil {
			return sample{}, err
		}
		for window := range now {
			if before[window] {
				continue
			}
			if width, height, ok := s.drawn(window); ok {
				return sample{frame: time.Since(begin), width: width, height: height}, nil
			}
		}
	}
	return sample{}, fmt.Errorf("no frame within %v", patience)
}

// windows are the windows on the screen.
func (s *screen) windows() (map[xproto.Window]bool, error) {
	tree, err := xproto.QueryTree(s.Conn, s.root).Reply()
	if err != nil {
		return nil, err
	}
	found := make(map[xproto.Window]bool, len(tree.Children))
	for _, w := range tree.Children {
		found[w] = true
	}
	return found, nil
}

// drawn says whether a window shows more than one colour in a part of its upper
// left, where both programs have text.
func (s *screen) drawn(window xproto.Window) (width, height int, ok bool) {
	shape, err := xproto.GetGeometry(s.Conn, xproto.Drawable(window)).Reply()
	if err != nil || shape.Width < 200 || shape.Height < 200 {
		return 0, 0, false // gone, or not the program's window
	}
	state, err := xproto.GetWindowAttributes(s.Conn, window).Reply()
	if err != nil || state.MapState != xproto.MapStateViewable {
		return 0, 0, false
	}
	picture, err := xproto.GetImage(s.Conn, xproto.ImageFormatZPixmap, xproto.Drawable(window),
		0, 0, 100, 60, 0xffffffff).Reply()
	if err != nil || len(picture.Data) < 8 {
		return 0, 0, false
	}
	first := string(picture.Data[:4])
	for at := 4; at+4 <= len(picture.Data); at += 4 {
		if string(picture.Data[at:at+4]) != first {
			return int(shape.Width), int(shape.Height), true
		}
	}
	return 0, 0, false
}

// memory reads what the kernel counts for a process: resident pages, and those
// with shared ones counted by share.
func memory(pid int) (rss, pss int64, err error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 {
			continue
		}
		kb, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			continue
		}
		switch fields[0] {
		case "Rss:":
			rss = kb << 10
		case "Pss:":
			pss = kb << 10
		}
	}
	if rss == 0 || pss == 0 {
		return 0, 0, errors.New("read its memory: /proc says nothing")
	}
	return rss, pss, lines.Err()
}

// cpuTime reads how long a process has computed, to the kernel's 10 ms. Unlike
// the time that passed it does not grow with what else the machine does.
func cpuTime(pid int) (time.Duration, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The name, in parentheses, may hold anything; user and system time are the
	// 12th and 13th fields behind it.
	_, rest, _ := strings.Cut(string(content), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, errors.New("read its computing time: /proc says nothing")
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond, err
}
