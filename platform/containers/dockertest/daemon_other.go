//go:build !linux

package dockertest

import (
	"errors"
	"os"
	"os/exec"
)

var terminate = os.Interrupt

func freeze(*os.Process) error { return errors.ErrUnsupported }
func thaw(*os.Process) error   { return errors.ErrUnsupported }

func startTied(cmd *exec.Cmd, ended chan<- struct{}) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	return nil
}

func addBridge(string) (string, error) { return "", errors.ErrUnsupported }
func bridgeName(string) string         { return "" }
func removeBridge(string)              {}
func unmountBelow(string)              {}
