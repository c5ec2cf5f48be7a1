//go:build unix

package instance

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"tacklebox/platform/filelock"
	"tacklebox/platform/paths"
)

// maxSocketPath is below what every Unix takes in a socket's address (macOS: 104).
const maxSocketPath = 100

// listen makes the socket for the data folder dir, which nobody else can reach:
// its folder belongs to this person alone. The caller holds the folder's lock,
// so a socket that is there is a dead one's.
func listen(dir string) (net.Listener, string, error) {
	run, err := paths.RuntimeDir()
	if err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256([]byte(dir))
	address := filepath.Join(run, hex.EncodeToString(sum[:8])+".sock")
	if len(address) > maxSocketPath {
		return nil, "", fmt.Errorf("socket %q: its path is longer than the system takes: set XDG_RUNTIME_DIR to a shorter one", address)
	}
	if err := os.Remove(address); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, "", err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: address, Net: "unix"})
	if err != nil {
		return nil, "", err
	}
	if err := os.Chmod(address, 0o600); err != nil {
		_ = l.Close()
		return nil, "", err
	}
	return l, address, nil
}

// dial reaches the instance whose address stands in the data folder's lock file.
func dial(ctx context.Context, dir string) (net.Conn, error) {
	path := filepath.Join(dir, lockName)
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNotRunning
	}
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(f, maxSocketPath+2))
	_ = f.Close()
	if err != nil {
		return nil, err
	}
	address := string(bytes.TrimSpace(content))
	if !filepath.IsAbs(address) {
		return nil, ErrNotRunning
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", address)
	if err == nil {
		return conn, nil
	}
	if lock, lockErr := filelock.Try(path); lockErr == nil {
		_ = lock.Release()
		return nil, ErrNotRunning // its process died
	}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return nil, fmt.Errorf("reach it at %q: %w", address, errno)
	}
	return nil, err
}

// checkPeer refuses the other end of a connection when it is somebody else's:
// the folder's permissions say so already, this says it again.
func checkPeer(conn net.Conn) error {
	unix, ok := conn.(*net.UnixConn)
	if !ok {
		return errNotOurs
	}
	raw, err := unix.SyscallConn()
	if err != nil {
		return err
	}
	var uid int
	var peerErr error
	if err := raw.Control(func(fd uintptr) { uid, peerErr = peerUID(int(fd)) }); err != nil {
		return err
	}
	if peerErr != nil {
		return peerErr
	}
	if uid != os.Getuid() {
		return errNotOurs
	}
	return nil
}

// allowForeground has nothing to do: only Windows guards the foreground.
func allowForeground() {}
