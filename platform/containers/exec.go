package containers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/versions"
)

// ShellRequest asks for a process inside a running container.
type ShellRequest struct {
	Container string
	Argv      []string
	User      string // "" is the container's own, "0" is root
	WorkDir   string
	Env       []string
	TTY       bool
	Cols      int // first size; 0 leaves it to the engine
	Rows      int
}

const (
	// MarkerEnv is the variable that every process of one shell carries; its
	// value is the shell's ID.
	MarkerEnv = "TACKLEBOX_SESSION"

	// detachKeys must not be empty: the engine then takes Ctrl-P for the start of
	// its own detach sequence and holds it back until the next key. Whatever comes
	// first here is held back too, so it is the key that shows the least by
	// itself (NUL, Ctrl-Space), and the whole is nothing that anybody types.
	detachKeys = "ctrl-@,ctrl-_,ctrl-^,ctrl-@,ctrl-^,ctrl-_"

	// holdName is the wrapper's $0 and so the start of its error messages.
	holdName = "tacklebox-shell"
	// holdScript keeps the shell back until an end of file is typed (which a
	// terminal does not echo) and then becomes the shell.
	holdScript = `read -r REPLY; unset REPLY; exec "$@"`
	// endOfFile is Ctrl-D.
	endOfFile = 0x04

	// openTimeout bounds the steps of opening; sizeTimeout how long the shell is
	// held for the sake of its first size.
	openTimeout = 20 * time.Second
	sizeTimeout = 3 * time.Second
	// exitTimeout is how long the exit code may come after the end of the stream.
	exitTimeout = 5 * time.Second
)

// Shell is a process inside a container with its input and output. Reading
// gives io.EOF when the process has ended; Close ends it.
type Shell struct {
	engine    *Engine
	container string // its ID
	object    string // how messages name it
	exec      string
	marker    string
	user      string
	tty       bool
	posix     []string // a POSIX shell of the container, for wrapping and reaping; nil when there is none
	held      bool     // started through the wrapper
	has       []string // the container's own environment

	conn  types.HijackedResponse
	out   io.Reader
	first chan firstRead // the first bytes, read while opening

	readMu  sync.Mutex
	pending []byte // read, not yet given out
	readErr error  // what follows pending
	opened  bool   // the first bytes have been judged

	endOnce   sync.Once
	ended     chan struct{} // closed when the stream has ended
	closeOnce sync.Once
	closeErr  error
	closing   chan struct{}
}

type firstRead struct {
	data []byte
	err  error
}

// ID is the marker by which the shell's processes are known inside.
func (s *Shell) ID() string { return s.marker }

// OpenShell starts a process in a running container and connects to it. With a
// TTY its size is right before the process writes its first byte. The error's
// cause is CauseNotRunning, CauseNoShell, CauseNoUser or what else the engine
// said; nothing is tried a second time.
func (e *Engine) OpenShell(ctx context.Context, r ShellRequest) (*Shell, error) {
	const op = "open shell in"
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	in, err := e.enterable(ctx, op, r)
	if err != nil {
		return nil, err
	}
	s := &Shell{
		engine: e, container: in.ID, object: nameOf(in, r.Container), marker: newID(8), user: r.User, tty: r.TTY,
		first: make(chan firstRead, 1), ended: make(chan struct{}), closing: make(chan struct{}),
	}
	r.Container = s.object
	if in.Config != nil {
		s.has = in.Config.Env
	}
	console := !versions.LessThan(e.api.ClientVersion(), apiConsole)
	s.posix = posixShell(r.Argv)
	sized := r.TTY && r.Cols > 0 && r.Rows > 0
	if s.posix == nil && !windowsProgram(r.Argv[0]) {
		s.posix = e.findPosix(ctx, in.ID)
	}
	s.held = sized && s.posix != nil && (!console || e.podman())
	if err := s.start(ctx, r, console && sized); err != nil {
		return nil, wrap(op, r.Container, err)
	}
	if err := s.settle(ctx, r, sized); err != nil {
		_ = s.Close()
		return nil, wrap(op, r.Container, err)
	}
	return s, nil
}

// enterable asks about the container before an exec: a refused upgrade loses the
// engine's reason.
func (e *Engine) enterable(ctx context.Context, op string, r ShellRequest) (container.InspectResponse, error) {
	if len(r.Argv) == 0 || r.Argv[0] == "" {
		return container.InspectResponse{}, &Error{Op: op, Object: r.Container, Cause: CauseBadRequest, Err: errors.New("no program was named")}
	}
	in, err := e.api.ContainerInspect(ctx, r.Container)
	if err != nil {
		return in, wrap(op, r.Container, err)
	}
	state := in.State
	stuck := ""
	switch {
	case state == nil:
	case state.Paused:
		return in, &Error{Op: op, Object: r.Container, Cause: CauseNotRunning, Err: errors.New("the container is paused"), Hint: "unpause it first"}
	case state.Restarting:
		stuck = fmt.Sprintf("the container is restarting, its last exit code was %d", state.ExitCode)
	case !state.Running && (state.Status == container.StateCreated || state.Status == "initialized" || state.Status == "configured"):
		stuck = "the container was never started"
	case !state.Running:
		stuck = fmt.Sprintf("the container has ended with exit code %d", state.ExitCode)
	}
	if stuck != "" {
		return in, &Error{Op: op, Object: r.Container, Cause: CauseNotRunning, Err: errors.New(stuck), Hint: "debug-launch a copy of it"}
	}
	return in, nil
}

// nameOf is the container's own name, for messages.
func nameOf(in container.InspectResponse, asked string) string {
	if in.ContainerJSONBase != nil && len(in.Name) > 1 {
		return strings.TrimPrefix(in.Name, "/")
	}
	return asked
}

// start creates the exec, connects to it and begins to read.
func (s *Shell) start(ctx context.Context, r ShellRequest, console bool) error {
	if err := s.connect(ctx, r, console, true); err != nil {
		return err
	}
	s.out = s.conn.Reader
	if !r.TTY {
		s.out = &merged{r: s.conn.Reader}
	}
	go func() {
		buf := make([]byte, 4096)
		n, err := s.out.Read(buf)
		s.first <- firstRead{buf[:n], err}
	}()
	return nil
}

// connect creates the exec and connects to it.
func (s *Shell) connect(ctx context.Context, r ShellRequest, console, stdin bool) error {
	options := container.ExecOptions{
		User: r.User, Tty: r.TTY, AttachStdin: stdin, AttachStdout: true, AttachStderr: true,
		DetachKeys: detachKeys, WorkingDir: r.WorkDir, Cmd: r.Argv,
	}
	attach := container.ExecAttachOptions{Tty: r.TTY}
	if console {
		size := [2]uint{uint(r.Rows), uint(r.Cols)}
		options.ConsoleSize, attach.ConsoleSize = &size, &size
	}
	env := environmentOf(s.marker, r, s.has)
	if versions.LessThan(s.engine.api.ClientVersion(), apiMounts) {
		options.Cmd = s.withEnv(options.Cmd, env)
	} else {
		options.Env = env
	}
	if s.held {
		options.Cmd = slices.Concat(s.posix, []string{"-c", holdScript, holdName}, options.Cmd)
	}
	created, err := s.engine.api.ContainerExecCreate(ctx, s.container, options)
	if err != nil {
		return err
	}
	s.exec = created.ID
	s.conn, err = s.engine.attachExec(ctx, created.ID, attach)
	if err != nil {
		return s.engine.whyRefused(ctx, s.container, err)
	}
	return nil
}

// attachExec connects to an exec. The client's hijack does not look at its
// context while it waits for the answer, so that is done here.
func (e *Engine) attachExec(ctx context.Context, id string, o container.ExecAttachOptions) (types.HijackedResponse, error) {
	type result struct {
		conn types.HijackedResponse
		err  error
	}
	done := make(chan result, 1)
	// The stream outlives the opening; a dialler may tie its helper process to
	// the context it was given.
	own := context.WithoutCancel(ctx)
	go func() {
		conn, err := e.api.ContainerExecAttach(own, id, o)
		done <- result{conn, err}
	}()
	select {
	case r := <-done:
		return r.conn, r.err
	case <-ctx.Done():
		go func() {
			if r := <-done; r.err == nil {
				r.conn.Close()
			}
		}()
		return types.HijackedResponse{}, ctx.Err()
	}
}

// whyRefused finds the reason of a refused upgrade, whose body the client drops.
func (e *Engine) whyRefused(ctx context.Context, id string, refused error) error {
	if ctx.Err() != nil {
		return refused
	}
	if _, err := e.enterable(ctx, "open shell in", ShellRequest{Container: id, Argv: []string{"-"}}); err != nil {
		return err
	}
	return refused
}
