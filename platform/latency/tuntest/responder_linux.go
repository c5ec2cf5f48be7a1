package tuntest

import (
	"container/heap"
	"fmt"
	"net/netip"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// responder is the other end of the device.
type responder struct {
	device *os.File
	script Script
	ended  sync.WaitGroup
	done   chan struct{}
	later  chan dueAnswer

	mu    sync.Mutex
	count map[netip.Addr]int
	seen  []Request
}

// openDevice makes the TUN device in the namespace of the calling process.
func openDevice() (*os.File, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open /dev/net/tun: %w: try mkdir -p /dev/net && mknod /dev/net/tun c 10 200", err)
	}
	request, err := unix.NewIfreq(Device)
	if err == nil {
		request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, request)
	}
	if err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("make the device %s: %w", Device, err)
	}
	return os.NewFile(uintptr(fd), "/dev/net/tun"), nil
}

func newResponder(device *os.File, script Script) *responder {
	if script == nil {
		script = func(Request) []Answer { return []Answer{{}} }
	}
	r := &responder{device: device, script: script, done: make(chan struct{}), later: make(chan dueAnswer, 1024),
		count: map[netip.Addr]int{}}
	r.ended.Go(r.read)
	r.ended.Go(r.write)
	return r
}

func (r *responder) close() {
	close(r.done)
	_ = r.device.Close()
	r.ended.Wait()
}

func (r *responder) read() {
	b := make([]byte, 1<<16)
	for {
		n, err := r.device.Read(b)
		if err != nil {
			select {
			case <-r.done:
				return
			default:
			}
			// The device is down: it comes back or is closed.
			wait := time.NewTimer(10 * time.Millisecond)
			select {
			case <-r.done:
				wait.Stop()
				return
			case <-wait.C:
			}
			continue
		}
		at := time.Now()
		p, ok := readRequest(b[:n])
		if !ok {
			continue
		}
		request := Request{Addr: p.to, From: p.from, At: at, Size: len(p.icmp) - 8, TTL: p.ttl, DSCP: p.class >> 2}
		r.mu.Lock()
		request.N = r.count[p.to]
		r.count[p.to]++
		r.seen = append(r.seen, request)
		r.mu.Unlock()
		for _, a := range r.script(request) {
			out := p.answer(a)
			if out == nil {
				continue
			}
			if a.After <= 0 {
				_, _ = r.device.Write(out)
				continue
			}
			select {
			case r.later <- dueAnswer{at.Add(a.After), out}:
			case <-r.done:
				return
			}
		}
	}
}

// write sends what is due later.
func (r *responder) write() {
	var due dueAnswers
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		wait := time.Hour
		for len(due) > 0 {
			if wait = time.Until(due[0].at); wait > 0 {
				break
			}
			_, _ = r.device.Write(heap.Pop(&due).(dueAnswer).packet)
			wait = time.Hour
		}
		timer.Reset(wait)
		select {
		case d := <-r.later:
			heap.Push(&due, d)
		case <-timer.C:
		case <-r.done:
			return
		}
	}
}

type dueAnswer struct {
	at     time.Time
	packet []byte
}

// dueAnswers is a heap by time.
type dueAnswers []dueAnswer

func (d dueAnswers) Len() int           { return len(d) }
func (d dueAnswers) Less(i, j int) bool { return d[i].at.Before(d[j].at) }
func (d dueAnswers) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }

// Push is for container/heap.
func (d *dueAnswers) Push(x any) { *d = append(*d, x.(dueAnswer)) }

// Pop is for container/heap.
func (d *dueAnswers) Pop() any {
	last := (*d)[len(*d)-1]
	*d = (*d)[:len(*d)-1]
	return last
}
