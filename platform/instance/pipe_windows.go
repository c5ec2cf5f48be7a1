package instance

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"path/filepath"
	"strings"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"

	"tacklebox/platform/filelock"
)

// pipeName is the named pipe for the data folder dir and this user; Windows
// does not tell "Data" from "data".
func pipeName(dir, sid string) string {
	sum := sha256.Sum256([]byte(sid + "\x00" + strings.ToLower(dir)))
	return `\\.\pipe\tacklebox-` + hex.EncodeToString(sum[:8])
}

// currentSID is this user's security identifier.
func currentSID() (string, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return "", err
	}
	return user.User.Sid.String(), nil
}

// listen makes the pipe, which only this user can open.
func listen(dir string) (net.Listener, string, error) {
	sid, err := currentSID()
	if err != nil {
		return nil, "", err
	}
	name := pipeName(dir, sid)
	l, err := winio.ListenPipe(name, &winio.PipeConfig{
		SecurityDescriptor: "D:P(A;;GA;;;" + sid + ")",
		InputBufferSize:    maxMessage,
		OutputBufferSize:   maxMessage,
	})
	return l, name, err
}

// dial opens the pipe of the instance for the data folder dir.
func dial(ctx context.Context, dir string) (net.Conn, error) {
	sid, err := currentSID()
	if err != nil {
		return nil, err
	}
	conn, err := winio.DialPipeContext(ctx, pipeName(dir, sid))
	if errors.Is(err, windows.ERROR_FILE_NOT_FOUND) {
		return nil, ErrNotRunning
	}
	if err != nil {
		if lock, lockErr := filelock.Try(filepath.Join(dir, lockName)); lockErr == nil {
			_ = lock.Release()
			return nil, ErrNotRunning
		}
	}
	return conn, err
}

// checkPeer relies on the pipe's access list. Our end is opened anonymously, so
// that a stranger's pipe of this name learns nothing but the request.
func checkPeer(net.Conn) error { return nil }

// allowForeground lets the running window come to the front: Windows only lets
// the program do so that the person just used, and that is this one.
func allowForeground() {
	const anyProcess = ^uintptr(0)
	_, _, _ = windows.NewLazySystemDLL("user32.dll").NewProc("AllowSetForegroundWindow").Call(anyProcess)
}
