package tuntest

import (
	"container/heap"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// responder is the other end of the device: one thread, which the system's
// scheduler prefers, so that it is punctual on a machine that is busy.
type responder struct {
	device int
	script Script
	stop   *os.File // closing it ends the thread
	ended  sync.WaitGroup

	mu    sync.Mutex
	count map[netip.Addr]int
	seen  []Request
}

// queueLen is how many packets wait for an other end that stands still, on a busy
// machine; of the usual 500 some would be lost that the script answers.
const queueLen = "10000"

// openDevice makes the TUN device in the namespace of the calling process.
func openDevice() (int, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return -1, fmt.Errorf("open /dev/net/tun: %w: try mkdir -p /dev/net && mknod /dev/net/tun c 10 200", err)
	}
	request, err := unix.NewIfreq(Device)
	if err == nil {
		request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, request)
	}
	if err != nil {
		_ = unix.Close(fd)
		return -1, fmt.Errorf("make the device %s: %w", Device, err)
	}
	return fd, nil
}

// configuration is what iproute2's ip has to do to the device.
func configuration() [][]string {
	return [][]string{
		{"link", "set", "lo", "up"}, {"link", "set", Device, "txqueuelen", queueLen, "up"},
		{"addr", "add", Local4.String() + "/24", "dev", Device},
		{"addr", "add", Local6.String() + "/64", "dev", Device, "nodad"},
	}
}

func newResponder(device int, script Script) (*responder, error) {
	if script == nil {
		script = func(Request) []Answer { return []Answer{{}} }
	}
	stopped, stop, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	r := &responder{device: device, script: script, stop: stop, count: map[netip.Addr]int{}}
	ready := make(chan struct{})
	r.ended.Go(func() {
		defer stopped.Close()
		r.run(int(stopped.Fd()), ready)
	})
	<-ready
	return r, nil
}

func (r *responder) close() {
	_ = r.stop.Close()
	r.ended.Wait()
	_ = unix.Close(r.device)
}

// run answers until stopped has been closed. Its thread ends with it, since it
// stays locked.
func (r *responder) run(stopped int, ready chan<- struct{}) {
	runtime.LockOSThread()
	// Not every container lets root do this; the answers are the less punctual then.
	_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: 1}, 0)
	close(ready)
	var due dueAnswers
	b := make([]byte, 1<<16)
	for {
		var wait *unix.Timespec
		if len(due) > 0 {
			t := unix.NsecToTimespec(max(0, time.Until(due[0].at)).Nanoseconds())
			wait = &t
		}
		fds := []unix.PollFd{{Fd: int32(r.device), Events: unix.POLLIN}, {Fd: int32(stopped)}}
		if _, err := unix.Ppoll(fds, wait, nil); err != nil && err != unix.EINTR {
			return
		}
		if fds[1].Revents != 0 {
			return
		}
		for len(due) > 0 && time.Until(due[0].at) <= 0 {
			_, _ = unix.Write(r.device, heap.Pop(&due).(dueAnswer).packet)
		}
		for {
			n, err := unix.Read(r.device, b)
			if err != nil {
				break // nothing more, or the device is down
			}
			r.answer(b[:n], &due)
		}
	}
}

// answer answers one packet, or notes when to.
func (r *responder) answer(b []byte, due *dueAnswers) {
	at := time.Now()
	p, ok := readRequest(b)
	if !ok {
		return
	}
	request := Request{Addr: p.to, From: p.from, At: at, Size: len(p.icmp) - 8, TTL: p.ttl, DSCP: p.class >> 2}
	r.mu.Lock()
	request.N = r.count[p.to]
	r.count[p.to]++
	r.seen = append(r.seen, request)
	r.mu.Unlock()
	for _, a := range r.script(request) {
		out := p.answer(a)
		switch {
		case out == nil:
		case a.After <= 0:
			_, _ = unix.Write(r.device, out)
		default:
			heap.Push(due, dueAnswer{at.Add(a.After), out})
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
