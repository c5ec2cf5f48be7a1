package icmpapi

import (
	"fmt"
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"
)

// perThread is how many requests one thread waits for: WaitForMultipleObjects
// takes 64 events, and one is to wake it.
const perThread = 63

// request is the memory and the event of one request. Its memory is freed by
// whoever is last: the attempt that reads the reply, or the thread that waits
// when the attempt has given up.
type request struct {
	event                      windows.Handle
	memory                     uintptr
	optionsAt, dataAt, replyAt int
	size, replySize            int
	arrived                    func() // called by the thread that waits
	mu                         sync.Mutex
	abandoned, signalled       bool
}

// alloc makes an event and room for the options, the payload and the reply.
func (r *request) alloc(size, replySize int) error {
	event, err := windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		return err
	}
	r.dataAt = int(unsafe.Sizeof(ipOptions{}))
	r.replyAt = (r.dataAt + size + 15) &^ 15
	r.replySize = replySize
	const zeroed = 0x40 // LPTR
	memory, err := windows.LocalAlloc(zeroed, uint32(r.replyAt+replySize))
	if err != nil {
		_ = windows.CloseHandle(event)
		return fmt.Errorf("room for an echo request: %w", err)
	}
	r.event, r.memory = event, memory
	for i := range r.data() {
		r.data()[i] = byte(i)
	}
	return nil
}

// pointer is at bytes into the memory, which Go's collector does not know.
func (r *request) pointer(at int) unsafe.Pointer {
	p := r.memory + uintptr(at)
	return *(*unsafe.Pointer)(unsafe.Pointer(&p))
}

func (r *request) data() []byte { return unsafe.Slice((*byte)(r.pointer(r.dataAt)), r.size) }

func (r *request) reply() []byte { return unsafe.Slice((*byte)(r.pointer(r.replyAt)), r.replySize) }

// free gives memory and event back; the API has let go of them.
func (r *request) free() {
	_, _ = windows.LocalFree(windows.Handle(r.memory))
	_ = windows.CloseHandle(r.event)
}

// abandon has the thread that waits free it, or does when that is done.
func (r *request) abandon() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.abandoned = true
	if r.signalled {
		r.free()
	}
}

// signal is the thread's word that the API has let go of the request.
func (r *request) signal() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.signalled = true
	if r.abandoned {
		r.free()
		return
	}
	r.arrived()
}

// waiters are the threads that wait for the API's events.
type waiters struct {
	mu     sync.Mutex
	closed bool
	all    []*waiter
	wg     sync.WaitGroup
}

type waiter struct {
	wake windows.Handle
	// Under the lock of waiters.
	count int // of requests given to it
	fresh []*request
	stop  bool
}

// add has a thread wait for r, and is false when they are closing.
func (w *waiters) add(r *request) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	for _, t := range w.all {
		if t.count < perThread {
			t.give(r)
			return true
		}
	}
	wake, err := windows.CreateEvent(nil, 0, 0, nil)
	if err != nil {
		return false
	}
	t := &waiter{wake: wake}
	w.all = append(w.all, t)
	w.wg.Go(func() { w.wait(t) })
	t.give(r)
	return true
}

func (t *waiter) give(r *request) {
	t.count++
	t.fresh = append(t.fresh, r)
	_ = windows.SetEvent(t.wake)
}

// wait is the life of a thread.
func (w *waiters) wait(t *waiter) {
	handles := []windows.Handle{t.wake}
	var requests []*request
	defer func() { _ = windows.CloseHandle(t.wake) }()
	for {
		n, err := windows.WaitForMultipleObjects(handles, false, windows.INFINITE)
		if err != nil || int(n) >= len(handles) {
			return // only a closed handle does that
		}
		if n == 0 {
			w.mu.Lock()
			fresh, stop := t.fresh, t.stop
			t.fresh = nil
			w.mu.Unlock()
			for _, r := range fresh {
				handles, requests = append(handles, r.event), append(requests, r)
			}
			if stop {
				settle(requests)
				return
			}
			continue
		}
		i := int(n) - 1
		requests[i].signal()
		last := len(requests) - 1
		requests[i], handles[i+1] = requests[last], handles[last+1]
		requests[last] = nil
		requests, handles = requests[:last], handles[:last+1]
		w.mu.Lock()
		t.count--
		w.mu.Unlock()
	}
}

// settle frees what the API lets go of when its handle is closed. What it does
// not within a moment stays allocated: it may still be written to.
func settle(requests []*request) {
	for _, r := range requests {
		if n, err := windows.WaitForSingleObject(r.event, 10); err == nil && n == windows.WAIT_OBJECT_0 {
			r.signal()
		}
	}
}

func (w *waiters) close() {
	w.mu.Lock()
	w.closed = true
	for _, t := range w.all {
		t.stop = true
		_ = windows.SetEvent(t.wake)
	}
	w.mu.Unlock()
	w.wg.Wait()
}
