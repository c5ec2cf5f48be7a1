package containers

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/docker/docker/api/types/container"
)

// Logs opens a container's log as plain bytes, output and errors as they came.
// Closing it, or ending ctx, ends the stream.
func (e *Engine) Logs(ctx context.Context, id string, o LogOptions) (io.ReadCloser, error) {
	const op = "read the log of container"
	if err := checkContainer(op, id); err != nil {
		return nil, err
	}
	tty, err := e.hasTTY(ctx, id)
	if err != nil {
		return nil, wrap(op, id, err)
	}
	options := container.LogsOptions{
		ShowStdout: true, ShowStderr: true,
		Follow: o.Follow, Timestamps: o.Timestamps,
	}
	if o.Tail > 0 {
		options.Tail = strconv.Itoa(o.Tail)
	}
	if !o.Since.IsZero() {
		options.Since = fmt.Sprintf("%d.%09d", o.Since.Unix(), o.Since.Nanosecond())
	}
	stream, err := e.api.ContainerLogs(ctx, id, options)
	if err != nil {
		return nil, wrap(op, id, err)
	}
	var r io.Reader = stream
	if !tty {
		r = &demux{r: stream}
	}
	if o.MaxBytes > 0 {
		r = io.LimitReader(r, o.MaxBytes)
	}
	return &logReader{Reader: r, ctx: ctx, stream: stream, id: id}, nil
}

// hasTTY tells whether the container has a terminal, on which its streams
// depend: up to API 1.41 the content type says raw for both kinds.
func (e *Engine) hasTTY(ctx context.Context, id string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	in, err := e.api.ContainerInspect(ctx, id)
	if err != nil {
		return false, err
	}
	if in.Config == nil {
		return false, errors.New("the engine does not tell the container's configuration")
	}
	return in.Config.Tty, nil
}

// logReader gives a log's errors their cause.
type logReader struct {
	io.Reader
	ctx    context.Context
	stream io.Closer
	id     string
}

func (l *logReader) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if err != nil && err != io.EOF {
		if l.ctx.Err() != nil {
			err = context.Cause(l.ctx)
		}
		err = wrap("read the log of container", l.id, err)
	}
	return n, err
}

// Close ends the stream.
func (l *logReader) Close() error { return l.stream.Close() }

// demux takes the engine's frames off a stream that has stdout and stderr in
// one. The client's stdcopy keeps a whole frame in memory, up to the 4 GB that
// four bytes of a header can ask for; this keeps none.
type demux struct {
	r      io.Reader
	left   uint32 // of the frame that is read
	failed bool   // the frame is the engine's own error
	said   []byte
}

// Frame kinds, the first byte of a header.
const (
	frameStdin  = 0
	frameStdout = 1
	frameStderr = 2
	frameError  = 3
)

func (d *demux) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for d.left == 0 {
		if d.failed {
			return 0, errors.New(printable(string(d.said), maxErrorText))
		}
		if err := d.header(); err != nil {
			return 0, err
		}
	}
	if int64(len(p)) > int64(d.left) {
		p = p[:d.left]
	}
	n, err := d.r.Read(p)
	d.left -= uint32(n)
	if err == io.EOF && d.left > 0 {
		err = io.ErrUnexpectedEOF
	} else if err == io.EOF && n > 0 {
		// The end is told when the next header is looked for.
		err = nil
	}
	if d.failed {
		if len(d.said) < maxErrorText {
			d.said = append(d.said, p[:n]...)
		}
		return 0, err
	}
	return n, err
}

// header reads the next frame's eight bytes: kind, three zeros, length.
func (d *demux) header() error {
	var h [8]byte
	if _, err := io.ReadFull(d.r, h[:]); err != nil {
		return err
	}
	if h[0] > frameError || h[1] != 0 || h[2] != 0 || h[3] != 0 {
		return &reachError{problem: ProblemNotEngine, text: "the log is not in the engine's format", hint: "a proxy in between may have changed it; try again"}
	}
	d.left = binary.BigEndian.Uint32(h[4:])
	d.failed = h[0] == frameError
	return nil
}
