package history

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestSmallDisk: the same as TestDiskFull on a real file system that is full, and
// on one that may only be read.
func TestSmallDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=512k"); err != nil {
		if errors.Is(err, syscall.EPERM) && os.Getenv("CI") != "true" {
			t.Skipf("only root mounts file systems: %v", err)
		}
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	c := &clock{epoch}
	var told error
	s := openTest(t, dir, c, Options{OnError: func(err error) { told = err }})
	rows := traffic(1, epoch, 2*3600, 5)
	ballast := dir + "/ballast"
	for at := 0; at < 3600; at += 100 {
		c.t = rows[at+99].Sent
		_ = s.Append(rows[at : at+100])
		_ = s.Flush()
		if at == 500 {
			_ = os.WriteFile(ballast, make([]byte, 1<<20), 0o600) // as much as fits
		}
	}
	if told == nil || !strings.Contains(told.Error(), "make room") {
		t.Errorf("told %v", told)
	}
	if decided, _ := total(t, s, epoch, epoch.Add(time.Hour), 60); decided != 3600 {
		t.Errorf("%d counted while the disk is full", decided)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	_ = s.Append(rows[3600:])
	c.t = epoch.Add(150 * time.Minute)
	if err := s.Flush(); err != nil || told != nil {
		t.Errorf("with room: %v, told %v", err, told)
	}
	if got := samples(t, s, epoch, epoch.Add(2*time.Hour)); len(got) != 7200 {
		t.Errorf("%d samples", len(got))
	}
	if err := errors.Join(integrity(s.w), s.Close()); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	for _, readOnly := range []bool{false, true} {
		s, err := Open(dir, Options{manual: true, ReadOnly: readOnly})
		if err == nil {
			_ = s.Close()
			t.Errorf("opened on a read-only file system, ReadOnly %v", readOnly)
			continue
		}
		t.Log(err)
		if !strings.Contains(err.Error(), "writ") || !strings.Contains(err.Error(), dir) || strings.Contains(err.Error(), "goes on") {
			t.Errorf("%v does not say so", err)
		}
	}
}
