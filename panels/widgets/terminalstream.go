package widgets

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"tacklebox/platform/terminal"
)

// Stream is what a terminal is connected to: a shell's output, its input, and
// its idea of the terminal's size.
type Stream interface {
	io.ReadWriteCloser
	Resize(ctx context.Context, cols, rows int) error
}

const (
	// readSize is how much is read, and painted, at a time. While a read is being
	// painted no other is made, which is all the back-pressure there is.
	readSize = 64 << 10
	// maxUnsent bounds input that the program does not read.
	maxUnsent = 4 << 20
	// resizeLimit is how long an engine may take to resize.
	resizeLimit = 5 * time.Second
)

// terminalSession moves bytes between a stream and a screen: one goroutine reads,
// one writes, and one passes on the size, so that none waits for another and
// Fyne's goroutine for none of them.
type terminalSession struct {
	stream Stream
	screen *terminal.Screen
	// damaged is called after output was painted, ended when there is no more.
	damaged func()
	ended   func(error)
	tee     func([]byte)

	mu     sync.Mutex
	more   *sync.Cond
	unsent []byte
	size   [2]int
	sized  bool
	closed bool

	cancel context.CancelFunc
	// wg counts what runs, for all sessions of a terminal.
	wg   *sync.WaitGroup
	once sync.Once
}

func startSession(s *terminalSession) {
	s.more = sync.NewCond(&s.mu)
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.wg.Add(3)
	go s.read()
	go s.write()
	go s.resize(ctx)
}

func (s *terminalSession) read() {
	defer s.wg.Done()
	buf := make([]byte, readSize)
	var err error
	for err == nil {
		var n int
		n, err = s.stream.Read(buf)
		if n > 0 {
			s.tee(buf[:n])
			s.screen.Write(buf[:n])
			s.damaged()
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	stopped := s.close()
	if stopped {
		err = nil // the person ended it
	}
	s.ended(err)
}

// send queues input; more than a program that reads nothing may leave lying is
// dropped, which it says.
func (s *terminalSession) send(b []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.unsent)+len(b) > maxUnsent {
		return false
	}
	s.unsent = append(s.unsent, b...)
	s.more.Broadcast()
	return true
}

func (s *terminalSession) write() {
	defer s.wg.Done()
	for {
		s.mu.Lock()
		for len(s.unsent) == 0 && !s.closed {
			s.more.Wait()
		}
		if s.closed {
			s.mu.Unlock()
			return
		}
		b := s.unsent
		s.unsent = nil
		s.mu.Unlock()
		if _, err := s.stream.Write(b); err != nil {
			return // the reader learns why
		}
	}
}

// setSize passes the newest size on.
func (s *terminalSession) setSize(cols, rows int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.size, s.sized = [2]int{cols, rows}, true
	s.more.Broadcast()
}

func (s *terminalSession) resize(ctx context.Context) {
	defer s.wg.Done()
	for {
		s.mu.Lock()
		for !s.sized && !s.closed {
			s.more.Wait()
		}
		size := s.size
		s.sized = false
		closed := s.closed
		s.mu.Unlock()
		if closed {
			return
		}
		limited, cancel := context.WithTimeout(ctx, resizeLimit)
		// A size the engine did not take is told again with the next one.
		_ = s.stream.Resize(limited, size[0], size[1])
		cancel()
	}
}

// close ends the session; it says whether it was ended before.
func (s *terminalSession) close() (before bool) {
	s.mu.Lock()
	before = s.closed
	s.closed = true
	s.more.Broadcast()
	s.mu.Unlock()
	s.once.Do(func() {
		s.cancel()
		// Closing may wait for the engine: not here.
		s.wg.Add(1)
		go func() {
			defer s.wg.Done()
			_ = s.stream.Close()
		}()
	})
	return before
}
