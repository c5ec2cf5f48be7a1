package kernel

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
)

// settle is how long a packet that the kernel has stamped may still be on its
// way to our socket: instants nearer to now are not called drained.
const settle = 20 * time.Millisecond

type engine struct {
	options Options
	random  io.Reader
	clock   clock
	key     uint64
	sources sources
	all     watched
	q       *queue
	epoll   int // over all sockets
	done    chan struct{}
	rush    chan struct{} // holds a token when the reader should not gather
	doubt   chan struct{} // holds a token when a polled reader has to read itself
	ended   sync.WaitGroup
	polled  atomic.Bool // Collect is called
	trust   atomic.Bool // the latest answers had the kernel's stamps

	v4, v6   []*socket
	refused4 latency.Reason // why a family has no socket
	refused6 latency.Reason
	largest  atomic.Int64 // payload asked for so far

	// life guards the sockets against Close.
	life   sync.RWMutex
	closed bool
	waiter *os.File // of the goroutine that waits for answers, nil while it does not

	// reading is held while what the sockets keep is taken out; the goroutine that
	// does it owns the rest.
	reading  sync.Mutex
	in, errs inbox
	found    []probe.Happening
	ready    [16]unix.EpollEvent
}

func open(o Options) (probe.Engine, error) {
	random := o.Random
	if random == nil {
		random = rand.Reader
	}
	var key [8]byte
	if _, err := io.ReadFull(random, key[:]); err != nil {
		return nil, err
	}
	e := &engine{options: o, random: random, clock: clock{start: time.Now(), shift: o.shift}, key: binary.BigEndian.Uint64(key[:]),
		all: watched{byFD: map[int32]*socket{}, bound: map[source]*socket{}}, q: newQueue(), done: make(chan struct{}), rush: make(chan struct{}, 1), doubt: make(chan struct{}, 1)}
	e.largest.Store(latency.DefaultSize)
	var err4, err6 error
	e.v4, err4 = openFamily(o, false, random)
	e.v6, err6 = openFamily(o, true, random)
	e.refused4, e.refused6 = openReason(err4), openReason(err6)
	if err4 != nil && err6 != nil {
		return nil, fmt.Errorf("cannot send echo requests: %w", err4)
	}
	if err := e.watch(); err != nil {
		e.all.close()
		return nil, fmt.Errorf("wait for answers: %w", err)
	}
	e.ended.Go(func() { e.q.run(e.done) })
	e.ended.Go(e.read)
	return e, nil
}

func openReason(err error) latency.Reason {
	switch {
	case err == nil:
		return latency.ReasonNone
	case errors.Is(err, os.ErrPermission):
		return latency.ReasonPermission
	}
	return latency.ReasonNoRoute
}

// watch makes an epoll instance over all sockets, which the runtime's own poller
// watches in turn while somebody waits: that one alone takes a socket with nothing
// but errors to read, which is where transmit stamps come, for broken.
func (e *engine) watch() error {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	err = unix.SetNonblock(fd, true)
	for _, s := range append(e.v4[:len(e.v4):len(e.v4)], e.v6...) {
		err = errors.Join(err, e.all.add(fd, s))
	}
	if err != nil {
		_ = unix.Close(fd)
	}
	e.epoll = fd
	return err
}

func (e *engine) Name() string                         { return Name }
func (e *engine) Happenings() <-chan []probe.Happening { return e.q.out }
func (e *engine) Now() time.Duration                   { return e.clock.now() }

// Send implements probe.Engine.
func (e *engine) Send(r probe.Request) {
	e.life.RLock()
	defer e.life.RUnlock()
	if e.closed {
		return
	}
	addr := r.Addr.Addr().Unmap()
	r.Size = min(max(r.Size, 0), latency.MaxSize)
	r.DSCP = min(max(r.DSCP, 0), 63)
	r.TTL = min(max(r.TTL, 0), 255)
	sockets, refused := e.v4, e.refused4
	if addr.Is6() {
		sockets, refused = e.v6, e.refused6
	}
	if !addr.IsValid() {
		sockets, refused = nil, latency.ReasonUnresolved
	}
	if len(sockets) == 0 {
		e.fail(r, addr, refused)
		return
	}
	from, scope, why := e.sources.find(e.clock.now(), addr, r.Source)
	if why != latency.ReasonNone {
		e.fail(r, addr, why)
		return
	}
	for {
		seen := e.largest.Load()
		if int64(r.Size) <= seen || e.largest.CompareAndSwap(seen, int64(r.Size)) {
			break
		}
	}
	s := sockets[uint64(r.Target)%uint64(len(sockets))]
	if s.v6 && !s.raw && from.addr.IsValid() {
		if s, why = e.boundTo(from); why != latency.ReasonNone {
			e.fail(r, addr, why)
			return
		}
		from = source{}
	}
	if !s.send(&e.clock, e.q, e.key, r, addr, scope, from) {
		// It made the stamps' numbers begin anew: those before should be read soon.
		e.hurry()
	}
}

// hurry has the reader read now.
func (e *engine) hurry() {
	select {
	case e.rush <- struct{}{}:
	default:
	}
}

func (e *engine) fail(r probe.Request, addr netip.Addr, why latency.Reason) {
	now := e.clock.read()
	e.q.put(probe.Happening{What: probe.SendFailed, Target: r.Target, Seq: r.Seq, At: now.mono, Wall: now.wall, Addr: addr, Reason: why})
}

// read takes out what the sockets keep, whenever there is something. It stands
// aside while somebody collects and the kernel stamps the answers.
func (e *engine) read() {
	for {
		if e.aside() {
			select {
			case <-e.doubt:
			case <-e.done:
				return
			}
		}
		if !e.wait() {
			return
		}
	}
}

func (e *engine) aside() bool { return e.polled.Load() && e.trust.Load() }

// wait reads what comes until the goroutine may stand aside; false is the end. The
// runtime's poller is given a descriptor of its own for this long only: it wakes
// the process for each answer.
func (e *engine) wait() bool {
	e.life.Lock()
	if e.closed {
		e.life.Unlock()
		return false
	}
	fd, err := unix.FcntlInt(uintptr(e.epoll), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		e.life.Unlock()
		return false
	}
	file := os.NewFile(uintptr(fd), "epoll")
	e.waiter = file
	e.life.Unlock()
	defer func() {
		e.life.Lock()
		e.waiter = nil
		e.life.Unlock()
		_ = file.Close()
	}()
	conn, err := file.SyscallConn()
	if err != nil {
		return false
	}
	timer := time.NewTimer(gather)
	defer timer.Stop()
	err = conn.Read(func(uintptr) bool {
		if e.aside() {
			return true
		}
		if e.trust.Load() {
			timer.Reset(gather)
			select {
			case <-timer.C:
			case <-e.rush:
			case <-e.done:
				return true
			}
		}
		e.reading.Lock()
		defer e.reading.Unlock()
		e.takeIn(everything)
		return e.aside()
	})
	return err == nil
}

// everything is for a reader of its own: until nothing is left.
const everything = math.MaxInt

// takeIn reads the sockets that keep something, in at most so many rounds.
func (e *engine) takeIn(rounds int) {
	for range rounds {
		before := e.clock.now()
		n, err := unix.EpollWait(e.epoll, e.ready[:], 0)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if n <= 0 {
			e.q.mark(before)
			return
		}
		for _, ev := range e.ready[:n] {
			if s := e.all.find(ev.Fd); s != nil {
				s.drain(e)
			}
		}
		e.q.put(e.found...)
		clear(e.found)
		e.found = e.found[:0]
	}
}

// Collect implements probe.Collector.
func (e *engine) Collect() ([]probe.Happening, time.Duration) {
	e.life.RLock()
	defer e.life.RUnlock()
	e.polled.Store(true)
	if !e.closed && e.reading.TryLock() {
		e.takeIn(64) // a flood is not waited for
		e.reading.Unlock()
		if !e.trust.Load() {
			select {
			case e.doubt <- struct{}{}:
			default:
			}
		}
	}
	batch, drained := e.q.take()
	return batch, max(0, drained-settle)
}

// drain takes out what one socket keeps. A request's stamp is there before its
// answer, so the errors that are read after a batch of answers have their stamps.
func (s *socket) drain(e *engine) {
	e.in.fit(int(e.largest.Load()) + headerLen + 60) // and an IPv4 header with options
	e.errs.fit(512)
	for range 64 { // then it is the other sockets' turn
		n, err := e.in.read(s.fd, 0)
		read := e.clock.read()
		for {
			m, err := e.errs.read(s.fd, unix.MSG_ERRQUEUE)
			s.mu.Lock()
			for i := range m {
				if h, ok := s.mishap(&e.clock, e.errs.at(i), e.key, read); ok {
					e.found = append(e.found, h)
				}
			}
			s.mu.Unlock()
			if m == 0 && err != unix.EINTR {
				break
			}
		}
		s.mu.Lock()
		for i := range n {
			if h, ok := s.reply(&e.clock, e.in.at(i), e.key, read); ok {
				e.found = append(e.found, h)
				e.trust.Store(s.stamped)
			}
		}
		s.mu.Unlock()
		// Any other error was an ICMP error, which the call has cleared.
		if err == unix.EAGAIN || err == unix.EBADF {
			return
		}
	}
}

// Drained implements probe.Engine. It is for the goroutine that reads
// Happenings: a batch counts as delivered once that has received it.
func (e *engine) Drained() time.Duration {
	e.life.RLock()
	defer e.life.RUnlock()
	if e.closed {
		return e.q.handedOver()
	}
	now := e.clock.now()
	if e.reading.TryLock() {
		idle := e.idle()
		if idle && e.q.empty() {
			e.q.mark(now)
		}
		e.reading.Unlock()
		if !idle {
			e.hurry() // whoever asks is awake anyway
		}
	}
	if !e.q.empty() {
		e.q.hurry() // what was sent may be all that waits
	}
	return max(0, e.q.handedOver()-settle)
}

// idle is true when no socket keeps anything.
func (e *engine) idle() bool {
	var ready [1]unix.EpollEvent
	n, err := unix.EpollWait(e.epoll, ready[:], 0)
	return n == 0 && err == nil
}

// Dropped implements probe.Engine. It is an upper bound: a raw IPv4 socket that
// is full counts what its filter would not have let through as well.
func (e *engine) Dropped() uint64 { return e.all.dropped() + e.q.overflowed() }

// Close implements probe.Engine.
func (e *engine) Close() error {
	e.life.Lock()
	was, waiter := e.closed, e.waiter
	e.closed = true
	e.life.Unlock()
	if was {
		return nil
	}
	close(e.done)
	if waiter != nil {
		_ = waiter.Close() // ends the wait
	}
	e.ended.Wait()
	err := unix.Close(e.epoll)
	e.all.close()
	return err
}
