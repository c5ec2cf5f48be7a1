package containers

import (
	"context"
	"slices"
	"time"

	"github.com/docker/docker/api/types/container"
)

const (
	// politeTime is how long a shell may take to leave by itself.
	politeTime = 300 * time.Millisecond
	// reapTimeout bounds one search for the shell's processes, closeTimeout all
	// of Close.
	reapTimeout  = 3 * time.Second
	closeTimeout = 10 * time.Second
)

// reapScript sends a signal ($2) to the processes that carry the marker ($1). It
// uses nothing but what a POSIX shell has built in: read drops the NUL bytes
// between the variables. With $3 = leader only those whose parent is outside are
// meant, the first process of an exec: what it started on purpose to stay
// (nohup, tmux) is left alone, as when an ssh connection ends.
const reapScript = `
for d in /proc/[0-9]*; do
  p=${d#/proc/}
  [ "$p" = "$$" ] && continue
  hit=
  { while IFS= read -r l || [ -n "$l" ]; do
      case $l in *"$1"*) hit=1; break;; esac
    done < "$d/environ"; } 2>/dev/null
  [ -n "$hit" ] || continue
  if [ "$3" = leader ]; then
    top=
    { while read -r k v; do
        [ "$k" = PPid: ] && { [ "$v" = 0 ] && top=1; break; }
      done < "$d/status"; } 2>/dev/null
    [ -n "$top" ] || continue
  fi
  kill -"$2" "$p" 2>/dev/null
done
:`

// Close ends the process and the stream. Closing the stream alone would leave
// the process: an engine does not close the input of a terminal.
func (s *Shell) Close() error {
	s.closeOnce.Do(func() {
		close(s.closing)
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		s.closeErr = s.finish(ctx)
	})
	return s.closeErr
}

func (s *Shell) finish(ctx context.Context) error {
	if s.conn.Conn == nil {
		return nil
	}
	over := false
	select {
	case <-s.ended:
		over = true
	default:
		if s.tty {
			// A shell at its prompt leaves by itself and writes its history.
			_ = s.conn.Conn.SetWriteDeadline(time.Now().Add(politeTime))
			_, _ = s.conn.Conn.Write([]byte{endOfFile})
		} else {
			_ = s.conn.CloseWrite()
		}
	}
	if !over || s.running(ctx) {
		s.reap(ctx)
	}
	s.conn.Close()
	return nil
}

// reap waits a moment and then ends the process, ever less politely.
func (s *Shell) reap(ctx context.Context) {
	if s.goneWithin(ctx, politeTime) || s.posix == nil {
		return
	}
	steps := []struct {
		signal, which string
		root          bool
	}{
		{"HUP", "leader", false},
		{"KILL", "leader", false},
		// Another user's environment is open only to a root with all capabilities.
		{"KILL", "leader", true},
		// In a shared process namespace no process has its parent outside.
		{"KILL", "all", false},
		{"KILL", "all", true},
	}
	for _, step := range steps {
		if ctx.Err() != nil {
			return
		}
		s.signal(ctx, step.signal, step.which, step.root)
		if s.goneWithin(ctx, politeTime) {
			return
		}
	}
}

// goneWithin is true when the process has ended in time.
func (s *Shell) goneWithin(ctx context.Context, limit time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for wait := 2 * time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		if !s.running(ctx) {
			return true
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return false
		}
	}
}

// signal runs the reaper inside and waits for its end.
func (s *Shell) signal(ctx context.Context, signal, which string, root bool) {
	ctx, cancel := context.WithTimeout(ctx, reapTimeout)
	defer cancel()
	options := container.ExecOptions{
		User: s.user, AttachStdout: true, AttachStderr: true,
		Cmd: slices.Concat(s.posix, []string{"-c", reapScript, "tacklebox-reap", MarkerEnv + "=" + s.marker, signal, which}),
	}
	if root {
		options.User, options.Privileged = "0", true
	}
	created, err := s.engine.api.ContainerExecCreate(ctx, s.container, options)
	if err != nil {
		return
	}
	conn, err := s.engine.attachExec(ctx, created.ID, container.ExecAttachOptions{})
	if err != nil {
		return
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, conn.Close)
	defer stop()
	drain(conn.Reader)
}
