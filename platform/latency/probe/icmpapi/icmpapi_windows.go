package icmpapi

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/outbox"
	"tacklebox/platform/latency/probe/socket"
)

// replySlack is the room that the API wants behind a reply, for an ICMP error and
// its IO_STATUS_BLOCK.
const replySlack = 8 + 16 + 64

const (
	flagDontFragment = 2
	// defaultTTL is Windows' own, for when only DSCP is set.
	defaultTTL = 128
	wide       = unsafe.Sizeof(uintptr(0)) == 8
)

// ipOptions is IP_OPTION_INFORMATION.
type ipOptions struct {
	ttl, tos, flags, size uint8
	data                  uintptr
}

type engine struct {
	*outbox.Pool
	o       Options
	four    windows.Handle // of IcmpCreateFile
	six     windows.Handle // of Icmp6CreateFile; 0 without IPv6
	waiters waiters
	// One request after another is handed over, which takes no time: with calls from
	// several threads at once Wine 8 refuses some with error 87 and writes beside the
	// reply of others, in a program in C as well (docs/windows.md).
	sending sync.Mutex

	send4, send6, parse4, parse6, closeHandle *windows.LazyProc
}

func open(o Options) (probe.Engine, error) {
	dll := windows.NewLazySystemDLL("iphlpapi.dll")
	e := &engine{
		o: o, send4: dll.NewProc("IcmpSendEcho2Ex"), send6: dll.NewProc("Icmp6SendEcho2"),
		parse4: dll.NewProc("IcmpParseReplies"), parse6: dll.NewProc("Icmp6ParseReplies"), closeHandle: dll.NewProc("IcmpCloseHandle"),
	}
	create4, create6 := dll.NewProc("IcmpCreateFile"), dll.NewProc("Icmp6CreateFile")
	for _, p := range []*windows.LazyProc{create4, e.send4, e.parse4, e.closeHandle} {
		if err := p.Find(); err != nil {
			return nil, fmt.Errorf("ping by the ICMP API: %w: this Windows lacks it, choose another engine", err)
		}
	}
	h, _, err := create4.Call()
	if windows.Handle(h) == windows.InvalidHandle {
		return nil, fmt.Errorf("open Windows' ICMP API: %w: choose another engine", err)
	}
	e.four = windows.Handle(h)
	if create6.Find() == nil && e.send6.Find() == nil && e.parse6.Find() == nil {
		if h, _, _ := create6.Call(); windows.Handle(h) != windows.InvalidHandle {
			e.six = windows.Handle(h)
		}
	}
	e.Pool = outbox.NewPool("icmpapi", o.Attempts, o.Clock, e.run)
	return e, nil
}

// Close ends every attempt, the threads that wait, and the API's handles. What
// the API may still write into is left to it.
func (e *engine) Close() error {
	// The threads first, since an attempt does not take its request back.
	err := e.Pool.Close()
	_, _, _ = e.closeHandle.Call(uintptr(e.four))
	if e.six != 0 {
		_, _, _ = e.closeHandle.Call(uintptr(e.six))
	}
	e.waiters.close()
	return err
}

func (e *engine) run(ctx context.Context, a *outbox.Attempt) {
	to := a.Addr.Addr().Unmap()
	r, err := e.request(a)
	if err != nil {
		a.SendFailed(to, socket.Reason(err))
		return
	}
	done := make(chan outbox.Stamp, 1)
	r.arrived = func() { done <- a.Stamp() }
	e.sending.Lock()
	a.Begin()
	err = e.send(r, to, a)
	e.sending.Unlock()
	if err != nil {
		r.free()
		a.SendFailed(to, reason(err))
		return
	}
	a.SentSoon(to)
	if !e.waiters.add(r) {
		return // closing; the API has its memory, which stays
	}
	select {
	case at := <-done:
		e.answered(a, r, to, at)
		r.free()
	case <-ctx.Done():
		r.abandon()
		select {
		case at := <-done:
			a.Free(at)
		default:
		}
		a.Sent(to)
	}
}

// request makes room for a request and its reply outside of Go's memory, which
// the API may write into after this process has lost interest.
func (e *engine) request(a *outbox.Attempt) (*request, error) {
	size := min(max(a.Size, 0), latency.MaxSize)
	if a.Size == 0 {
		size = latency.DefaultSize
	}
	r := &request{size: size}
	return r, r.alloc(size, reply4Wide+size+replySlack)
}

func (e *engine) send(r *request, to netip.Addr, a *outbox.Attempt) error {
	options := uintptr(0)
	if a.TTL > 0 || a.DSCP > 0 || e.o.DontFragment {
		o := (*ipOptions)(r.pointer(r.optionsAt))
		o.ttl, o.tos = defaultTTL, uint8(a.DSCP<<2)
		if a.TTL > 0 {
			o.ttl = uint8(min(a.TTL, 255))
		}
		if e.o.DontFragment {
			o.flags = flagDontFragment
		}
		options = uintptr(unsafe.Pointer(o))
	}
	source, err := sourceOf(a.Source, to)
	if err != nil {
		return err
	}
	// The API's timeout is what ends the wait for a reply; the ledger's own comes
	// before.
	wait := uintptr(outbox.Window(a.Timeout) / time.Millisecond)
	data, buffer := uintptr(r.pointer(r.dataAt)), uintptr(r.pointer(r.replyAt))
	var n uintptr
	if to.Is4() {
		var from uint32
		if source.IsValid() {
			from = address4(source)
		}
		n, _, err = e.send4.Call(uintptr(e.four), uintptr(r.event), 0, 0, uintptr(from), uintptr(address4(to)),
			data, uintptr(r.size), options, buffer, uintptr(r.replySize), wait)
	} else {
		if e.six == 0 {
			return windows.WSAEAFNOSUPPORT
		}
		from, dest := address6(source), address6(to)
		n, _, err = e.send6.Call(uintptr(e.six), uintptr(r.event), 0, 0, uintptr(unsafe.Pointer(&from)), uintptr(unsafe.Pointer(&dest)),
			data, uintptr(r.size), options, buffer, uintptr(r.replySize), wait)
	}
	if n != 0 || errors.Is(err, windows.ERROR_IO_PENDING) {
		return nil
	}
	return err
}

// answered reads the reply and says what it is.
func (e *engine) answered(a *outbox.Attempt, r *request, to netip.Addr, at outbox.Stamp) {
	got, ok, err := e.parse(r, to)
	if err != nil { // nobody answered: a status in place of a reply
		var code windows.Errno
		errors.As(err, &code)
		got, ok = reply{status: uint32(code)}, true
	}
	if !ok {
		a.Free(at)
		a.Bad(to, latency.ReasonProtocol)
		return
	}
	what, why, known := judge(got.status, got.from)
	switch {
	case !known:
		a.Free(at)
		a.Sent(to)
	case what == probe.Answer && len(got.data) < r.size:
		a.Free(at)
		a.Bad(to, latency.ReasonTruncated)
	case what == probe.Answer && !bytes.Equal(got.data, r.data()):
		a.Free(at)
		a.Bad(to, latency.ReasonProtocol)
	case what == probe.Answer:
		a.Echo(to, at, got.ttl)
	case what == probe.SendFailed && a.SendFailed(to, why):
		a.Free(at)
	default:
		a.Free(at)
		a.Refused(to, got.from, why)
	}
}

// parse has the API turn what arrived into a reply. The error is its status when
// there is none.
func (e *engine) parse(r *request, to netip.Addr) (reply, bool, error) {
	parse := e.parse6
	if to.Is4() {
		parse = e.parse4
	}
	n, _, err := parse.Call(uintptr(r.pointer(r.replyAt)), uintptr(r.replySize))
	if n == 0 {
		return reply{}, false, err
	}
	// A copy: the decoded data outlives the buffer.
	b := bytes.Clone(r.reply())
	if to.Is4() {
		got, ok := decode4(b, uint64(uintptr(r.pointer(r.replyAt))), wide)
		return got, ok, nil
	}
	got, ok := decode6(b, r.size)
	return got, ok, nil
}

// reason is that of a request which the API did not take.
func reason(err error) latency.Reason {
	var code windows.Errno
	if errors.As(err, &code) && code > 11000 && code <= ipGeneralFailure {
		if what, why, known := judge(uint32(code), netip.Addr{}); known && what == probe.SendFailed {
			return why
		}
	}
	return socket.Reason(err)
}

// address4 is an IPAddr: network order in memory.
func address4(a netip.Addr) uint32 {
	b := a.As4()
	return binary.NativeEndian.Uint32(b[:])
}

func address6(a netip.Addr) windows.RawSockaddrInet6 {
	s := windows.RawSockaddrInet6{Family: windows.AF_INET6}
	if a.IsValid() {
		s.Addr = a.As16()
		s.Scope_id = scope(a.Zone())
	}
	return s
}

func scope(zone string) uint32 {
	if zone == "" {
		return 0
	}
	if i, err := net.InterfaceByName(zone); err == nil {
		return uint32(i.Index)
	}
	n := uint32(0)
	for _, c := range zone {
		if c < '0' || c > '9' || n > 1<<24 {
			return 0
		}
		n = n*10 + uint32(c-'0')
	}
	return n
}

// sourceOf is the address to send from: the one that is named, or the named
// interface's first of the target's family.
func sourceOf(source string, to netip.Addr) (netip.Addr, error) {
	if source == "" {
		return netip.Addr{}, nil
	}
	if a, err := netip.ParseAddr(source); err == nil {
		return a.Unmap(), nil
	}
	none := fmt.Errorf("source %q: %w", source, socket.ErrNoSource)
	i, err := net.InterfaceByName(source)
	if err != nil {
		return netip.Addr{}, none
	}
	all, err := i.Addrs()
	if err != nil {
		return netip.Addr{}, none
	}
	for _, one := range all {
		if p, err := netip.ParsePrefix(one.String()); err == nil && p.Addr().Is4() == to.Is4() {
			return p.Addr(), nil
		}
	}
	return netip.Addr{}, none
}
