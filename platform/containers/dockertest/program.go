package dockertest

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// scratchSource is the program of the Scratch images. It is text here, so that it
// is built for the image's architecture and not for the test's.
//
//go:embed scratch/main.go.txt
var scratchSource []byte

// staticProgram builds the program without cgo for linux and arch.
func staticProgram(arch string) ([]byte, error) {
	gotool, err := exec.LookPath("go")
	if err != nil {
		return nil, errors.New("the go command")
	}
	dir, err := os.MkdirTemp("", "tbprog")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	source, out := filepath.Join(dir, "main.go"), filepath.Join(dir, "app")
	if err := os.WriteFile(source, scratchSource, 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command(gotool, "build", "-ldflags=-s -w", "-o", out, source)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch, "GO111MODULE=off", "GOFLAGS=")
	if said, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the scratch program: %w: %s", err, said)
	}
	return os.ReadFile(out)
}
