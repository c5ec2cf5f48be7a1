//go:build linux

package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// prompt is busybox's for root.
const prompt = "/ # "

// throughTerminal starts a command on a pseudo terminal, waits for the shell's
// prompt in it, and ends it. The time counts from start.
func throughTerminal(start time.Time, name string, args ...string) (time.Duration, error) {
	master, slave, err := openTerminal()
	if err != nil {
		return 0, err
	}
	defer master.Close()
	cmd := exec.Command(name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	err = cmd.Start()
	slave.Close()
	if err != nil {
		return 0, fmt.Errorf("start %q: %w", name, err)
	}
	timer := time.AfterFunc(promptTimeout, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	err = untilPrompt(master)
	took := time.Since(start)
	// The container goes next, and the shell with it.
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	return took, err
}

func openTerminal() (master, slave *os.File, err error) {
	master, err = os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("open a pseudo terminal: %w", err)
	}
	fd := int(master.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Col: 80, Row: 24})
	}
	if err == nil {
		slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		master.Close()
		return nil, nil, fmt.Errorf("open a pseudo terminal: %w", err)
	}
	return master, slave, nil
}

// untilPrompt reads until the prompt is there.
func untilPrompt(r io.Reader) error {
	var seen []byte
	buf := make([]byte, 4096)
	for {
		n, err := r.Read(buf)
		seen = append(seen, buf[:n]...)
		if bytes.Contains(seen, []byte(prompt)) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("no prompt in %q: %w", seen, err)
		}
	}
}

// makeImage imports a busybox with its applets; its own command would end.
func (b *bench) makeImage() error {
	path, err := exec.LookPath("busybox")
	if err != nil {
		return errors.New("no busybox: apt-get install busybox-static")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	list, err := exec.Command(path, "--list").Output()
	if err != nil {
		return fmt.Errorf("list the applets of %q: %w", path, err)
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	add := func(h *tar.Header, body []byte) {
		h.Size = int64(len(body))
		err = errors.Join(err, w.WriteHeader(h))
		_, failed := w.Write(body)
		err = errors.Join(err, failed)
	}
	add(&tar.Header{Name: "bin/", Typeflag: tar.TypeDir, Mode: 0o755}, nil)
	add(&tar.Header{Name: "bin/busybox", Typeflag: tar.TypeReg, Mode: 0o755}, data)
	for applet := range strings.FieldsSeq(string(list)) {
		if applet != "busybox" {
			add(&tar.Header{Name: "bin/" + applet, Typeflag: tar.TypeSymlink, Linkname: "busybox", Mode: 0o777}, nil)
		}
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	cmd := exec.Command("docker", "import", "--change", `ENTRYPOINT ["/bin/false"]`, "-", b.image)
	cmd.Stdin = &archive
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("import the image: %w: %s", err, out)
	}
	return nil
}
