package kernel

import (
	"sync"

	"golang.org/x/sys/unix"

	"tacklebox/platform/latency"
)

// maxBound is how many sources an engine has sockets for.
const maxBound = 32

// watched is every socket, those included that are bound to one source: IPv6
// ping sockets heed the interface that a control message names but not the
// address (ping_v6_sendmsg sets its own afterwards, in Linux 6.18 too), so each
// such address takes a socket of its own.
type watched struct {
	mu    sync.RWMutex
	byFD  map[int32]*socket
	bound map[source]*socket
	drops uint64 // of closed sockets
}

func (w *watched) find(fd int32) *socket {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.byFD[fd]
}

// add has the epoll instance ep watch a socket.
func (w *watched) add(ep int, s *socket) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.byFD[int32(s.fd)] = s
	return unix.EpollCtl(ep, unix.EPOLL_CTL_ADD, s.fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(s.fd)})
}

// dropped is how many answers all sockets together had no room for.
func (w *watched) dropped() uint64 {
	w.mu.RLock()
	defer w.mu.RUnlock()
	n := w.drops
	for _, s := range w.byFD {
		n += s.drops()
	}
	return n
}

func (w *watched) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for fd, s := range w.byFD {
		w.drops += s.drops()
		_ = unix.Close(s.fd)
		delete(w.byFD, fd)
	}
}

// boundTo is the IPv6 ping socket that sends from this address.
func (e *engine) boundTo(from source) (*socket, latency.Reason) {
	e.all.mu.RLock()
	s, n := e.all.bound[from], len(e.all.bound)
	e.all.mu.RUnlock()
	switch {
	case s != nil:
		return s, latency.ReasonNone
	case n >= maxBound:
		return nil, latency.ReasonNoBuffer
	}
	o := e.options
	o.Mode = Datagram
	s, err := openSocket(o, true, false, from, e.random)
	if err != nil {
		return nil, sendReason(err)
	}
	if err := e.all.add(e.epoll, s); err != nil {
		return nil, sendReason(err) // what was added is closed with the engine
	}
	e.all.mu.Lock()
	defer e.all.mu.Unlock()
	if other := e.all.bound[from]; other != nil {
		return other, latency.ReasonNone // this one is closed with the engine
	}
	e.all.bound[from] = s
	return s, latency.ReasonNone
}
