//go:build linux && cgo

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// ptyStream runs a command behind a pseudo terminal, as xterm does.
type ptyStream struct {
	*os.File
	cmd *exec.Cmd
}

func startPTY(cols, rows int, name string, args ...string) (*ptyStream, error) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, fmt.Errorf("open a pseudo terminal: %w", err)
	}
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return nil, fmt.Errorf("unlock a pseudo terminal: %w", err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return nil, fmt.Errorf("find a pseudo terminal: %w", err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, fmt.Errorf("open a pseudo terminal: %w", err)
	}
	defer slave.Close()
	p := &ptyStream{File: master, cmd: exec.Command(name, args...)}
	if err := p.Resize(context.Background(), cols, rows); err != nil {
		return nil, err
	}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = slave, slave, slave
	p.cmd.Env = append(os.Environ(), "TERM=xterm-256color")
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %q: %w", name, err)
	}
	return p, nil
}

// Resize is part of widgets.Stream.
func (p *ptyStream) Resize(_ context.Context, cols, rows int) error {
	size := &unix.Winsize{Col: uint16(cols), Row: uint16(rows)}
	return unix.IoctlSetWinsize(int(p.Fd()), unix.TIOCSWINSZ, size)
}

// Close is part of widgets.Stream.
func (p *ptyStream) Close() error {
	err := p.File.Close()
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	return err
}
