// Package instance makes sure that one window runs per data folder and carries
// short requests to it: a second start raises the first.
package instance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"tacklebox/platform/filelock"
)

var (
	// ErrRunning is returned by Acquire while another process has the data folder.
	ErrRunning = errors.New("another Tacklebox runs with this data folder")
	// ErrNotRunning is returned by Send when there is nobody to send to.
	ErrNotRunning = errors.New("no Tacklebox runs with this data folder")
	// ErrMessage is returned for a message that is too large or malformed.
	ErrMessage = errors.New("not a message")
	// errNotOurs is returned when the other end belongs to somebody else.
	errNotOurs = errors.New("the other end belongs to another user")
)

// The bounds of what is taken from another process.
const (
	maxMessage = 64 << 10
	maxVerb    = 64
	maxArgs    = 16
	maxArg     = 4096
	// exchange is the time for one request and its answer; a stopped window
	// never holds up a second start for longer.
	exchange = 2 * time.Second
	// waiting is how many requests the window can be behind.
	waiting = 16
)

// Message is a request to the running window.
type Message struct {
	// Verb is what to do: "show".
	Verb string `json:"verb"`
	// Args are the verb's arguments: nothing, or "debug" and an image.
	Args []string `json:"args,omitempty"`
}

// answer is what the window says to a message.
type answer struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
}

// Instance is this process's hold on a data folder.
type Instance struct {
	lock     *filelock.Lock
	listener net.Listener
	messages chan Message
	ctx      context.Context // ends with Close
	cancel   context.CancelFunc
	handlers sync.WaitGroup
	closing  sync.Once
}

// lockName is the file in the data folder whose lock the one instance holds. It
// holds the address of the instance's socket.
const lockName = "instance.lock"

// Acquire makes this process the one instance for the data folder dir. It
// returns ErrRunning when there is one already; a socket left by a process that
// died is cleared away.
func Acquire(dir string) (*Instance, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("hold data folder %q: %w", dir, err)
	}
	// A moment's patience: a process that finds a dead instance holds the lock
	// for as long as it takes to see that.
	lock, err := filelock.Wait(filepath.Join(dir, lockName), 100*time.Millisecond)
	if errors.Is(err, filelock.ErrLocked) {
		return nil, fmt.Errorf("hold data folder %q: %w", dir, ErrRunning)
	}
	if err != nil {
		return nil, fmt.Errorf("hold data folder %q: %w", dir, err)
	}
	listener, address, err := listen(dir)
	if err == nil {
		err = writeAddress(lock, address)
		if err != nil {
			_ = listener.Close()
		}
	}
	if err != nil {
		_ = lock.Release()
		return nil, fmt.Errorf("listen for other starts: %w", err)
	}
	i := &Instance{lock: lock, listener: listener, messages: make(chan Message, waiting)}
	i.ctx, i.cancel = context.WithCancel(context.Background())
	i.handlers.Add(1)
	go i.accept()
	return i, nil
}

// writeAddress leaves the address in the locked file, where Send finds it even
// when its own runtime folder is another one (a login by ssh, say).
func writeAddress(lock *filelock.Lock, address string) error {
	f := lock.File()
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(address+"\n"), 0)
	return err
}

// Messages are the requests of other processes. The channel is closed by Close.
func (i *Instance) Messages() <-chan Message { return i.messages }

// Close gives the data folder back.
func (i *Instance) Close() error {
	var err error
	i.closing.Do(func() {
		i.cancel()
		err = i.listener.Close()
		i.handlers.Wait()
		close(i.messages)
		err = errors.Join(err, i.lock.Release())
	})
	return err
}

// accept takes connections until the listener is closed.
func (i *Instance) accept() {
	defer i.handlers.Done()
	for {
		conn, err := i.listener.Accept()
		if err != nil {
			select {
			case <-i.ctx.Done():
				return
			case <-time.After(100 * time.Millisecond): // out of file descriptors, say
				if errors.Is(err, net.ErrClosed) {
					return
				}
				continue
			}
		}
		i.handlers.Add(1)
		go i.serve(conn)
	}
}

// serve reads one message and answers it.
func (i *Instance) serve(conn net.Conn) {
	defer i.handlers.Done()
	defer conn.Close()
	stop := context.AfterFunc(i.ctx, func() { _ = conn.Close() })
	defer stop()
	_ = conn.SetDeadline(time.Now().Add(exchange))
	if err := checkPeer(conn); err != nil {
		return // somebody else learns nothing
	}
	m, err := readMessage(conn)
	if err == nil {
		select {
		case i.messages <- m:
		default:
			err = errors.New("busy: try again")
		}
	}
	a := answer{OK: err == nil}
	if err != nil {
		a.Error = err.Error()
	}
	_ = json.NewEncoder(conn).Encode(a)
}

// Send hands m to the instance that holds the data folder dir and waits, for two
// seconds at most, until it took it. It returns ErrNotRunning when there is none.
func Send(dir string, m Message) error {
	content, err := json.Marshal(m)
	if err == nil {
		_, err = decode(content)
	}
	if err != nil {
		return fmt.Errorf("send %q to the running Tacklebox: %w", m.Verb, err)
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("send %q to the running Tacklebox: %w", m.Verb, err)
	}
	if err := send(dir, append(content, '\n')); err != nil {
		return fmt.Errorf("send %q to the running Tacklebox: %w", m.Verb, err)
	}
	return nil
}

// send exchanges one encoded message.
func send(dir string, content []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), exchange)
	defer cancel()
	conn, err := dial(ctx, dir)
	if err != nil {
		return err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline)
	if err := checkPeer(conn); err != nil {
		return err
	}
	allowForeground()
	if _, err := conn.Write(content); err != nil {
		return fmt.Errorf("it does not listen: %w", err)
	}
	var a answer
	if err := json.NewDecoder(io.LimitReader(conn, maxMessage)).Decode(&a); err != nil {
		return fmt.Errorf("it does not answer: %w", err)
	}
	if !a.OK {
		return fmt.Errorf("it refused: %q", a.Error)
	}
	return nil
}

// readMessage reads one line with a message.
func readMessage(r io.Reader) (Message, error) {
	var content []byte
	buffer := make([]byte, 4096)
	for {
		n, err := r.Read(buffer)
		if at := strings.IndexByte(string(buffer[:n]), '\n'); at >= 0 {
			return decode(append(content, buffer[:at]...))
		}
		content = append(content, buffer[:n]...)
		if len(content) > maxMessage {
			return Message{}, fmt.Errorf("%w: larger than %d bytes", ErrMessage, maxMessage)
		}
		if err != nil {
			return Message{}, fmt.Errorf("%w: %w", ErrMessage, err)
		}
	}
}

// decode reads a message and refuses what no Tacklebox sends: the text goes into
// a form on the person's screen.
func decode(content []byte) (Message, error) {
	var m Message
	if len(content) > maxMessage {
		return m, fmt.Errorf("%w: larger than %d bytes", ErrMessage, maxMessage)
	}
	if err := json.Unmarshal(content, &m); err != nil {
		return Message{}, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	if m.Verb == "" || len(m.Verb) > maxVerb || !plain(m.Verb) {
		return Message{}, fmt.Errorf("%w: no usable verb", ErrMessage)
	}
	if len(m.Args) > maxArgs {
		return Message{}, fmt.Errorf("%w: more than %d arguments", ErrMessage, maxArgs)
	}
	for _, arg := range m.Args {
		if len(arg) > maxArg || !plain(arg) {
			return Message{}, fmt.Errorf("%w: an argument is too long or has control characters", ErrMessage)
		}
	}
	return m, nil
}

// plain says whether s is text of one line.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
	})
}
