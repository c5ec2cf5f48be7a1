// Command registry measures how soon a large Harbor can be browsed: 200 projects
// and 20,000 repositories, 300 ms an answer, 5 s one with summaries of scans.
//
//	first rows   from opening a connection that was never used, and one that was
//	search       from a typed word to its rows, over all projects
//	end to end   the scroll bar thrown from the first row to the last, and back
//	leaving      from leaving the tab to the last request's end
//
// That is measured where the lists are, without a window, and then in the real tab
// in a real window, with the time from picture to picture while 20,000 rows are
// scrolled by the wheel and by the bar.
//
// The peer is the whole list fetched page by page in turn, as clients do that
// show it once it is there.
//
//	go run ./bench/registry [-runs 5]
//
// It needs a DISPLAY (make bench starts one).
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"tacklebox/platform/dockerconfig"
	"tacklebox/platform/keychain"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/transport"
	"tacklebox/platform/settings"
)

// The bounds of the budget.
const (
	firstRows = time.Second
	leaving   = time.Second

	answer       = 300 * time.Millisecond
	overview     = 5 * time.Second
	projects     = 200
	repositories = 20000
	// sight is how many rows a window shows.
	sight = 40
)

func main() {
	runs := flag.Int("runs", 5, "how often each is measured")
	flag.Parse()
	within, err := run(*runs)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/registry:", err)
		os.Exit(2)
	}
	if !within {
		os.Exit(1)
	}
}

// secrets is a keychain in memory: the system's is not what is measured.
type secrets struct {
	mu   sync.Mutex
	kept map[string]string
}

func (s *secrets) Set(_ context.Context, name, secret string) (bool, error, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[name] = secret
	return true, nil, nil
}

func (s *secrets) Get(_ context.Context, name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.kept[name]; ok {
		return v, nil
	}
	return "", keychain.ErrNotFound
}

func (s *secrets) Delete(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kept, name)
	return nil
}

// bench is one run of the whole.
type bench struct {
	h   *fakeharbor.Harbor
	dir string
	// most is the highest number of requests at a time.
	most int
}

// measured is one line of the result.
type measured struct {
	name  string
	bound time.Duration // 0 is shown without one
	take  func() (time.Duration, error)
	times []time.Duration
}

func run(runs int) (bool, error) {
	h, stop := fakeharbor.Serve()
	defer stop()
	h.Fill(projects, repositories)
	h.Lock()
	h.Delay, h.Overview = answer, overview
	h.Unlock()
	dir, err := os.MkdirTemp("", "tacklebox-bench")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	b := &bench{h: h, dir: dir}
	lines := []*measured{
		{name: "first rows, new connection", bound: firstRows, take: b.new},
		{name: "first rows, known connection", bound: firstRows, take: b.known},
		{name: "search over all projects", bound: firstRows, take: b.search},
		{name: "end to end by the scroll bar", take: b.scroll},
		{name: "leaving while it asks", bound: leaving, take: b.leave},
	}
	for range runs {
		for _, l := range lines {
			took, err := l.take()
			if err != nil {
				return false, fmt.Errorf("%s: %w", l.name, err)
			}
			l.times = append(l.times, took)
		}
	}
	peer, err := b.whole()
	if err != nil {
		return false, err
	}
	fmt.Printf("%d projects, %d repositories, %v an answer; %d runs, median (fastest - slowest):\n", projects, repositories, answer, runs)
	within := true
	for _, l := range lines {
		within = l.print() && within
	}
	fmt.Printf("  %-30s %7d ms\n", "the whole list in turn (peer)", peer.Milliseconds())
	within = printMost(max(b.most, h.Most())) && within
	tab, err := measureTab(h, dir, runs)
	if err != nil {
		return false, fmt.Errorf("in the tab: %w", err)
	}
	return tab.print() && within, nil
}

// print tells what was measured, and whether it is within its bound.
func (l *measured) print() bool {
	verdict, within := "", true
	if l.bound > 0 {
		verdict = fmt.Sprintf("  bound %v", l.bound)
		if median(l.times) > l.bound {
			within, verdict = false, verdict+", exceeded"
		}
	}
	fmt.Printf("  %-30s %7d ms (%d - %d)%s\n", l.name, median(l.times).Milliseconds(), slices.Min(l.times).Milliseconds(), slices.Max(l.times).Milliseconds(), verdict)
	return within
}

func printMost(n int) bool {
	verdict := ""
	if n > transport.InFlight {
		verdict = ", exceeded"
	}
	fmt.Printf("  %-30s %7d     bound %d%s\n", "requests at a time, at most", n, transport.InFlight, verdict)
	return n <= transport.InFlight
}

func median[T cmp.Ordered](list []T) T {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

// open gives a browser of a connection. seen is what it was the last time.
func (b *bench) open(seen registry.Facts) (*browse.Browser, func(), error) {
	dir, err := os.MkdirTemp(b.dir, "data")
	if err != nil {
		return nil, nil, err
	}
	set, err := settings.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	none := func(string) string { return "" }
	s := connect.New(connect.Options{Settings: set, Secrets: &secrets{kept: map[string]string{}}, Docker: dockerconfig.Options{Home: dir, Getenv: none}, Getenv: none})
	ctx := context.Background()
	c, _, err := s.Add(ctx, registry.Connection{URL: b.h.URL, User: "admin", Seen: seen}, fakeharbor.Password)
	if err != nil {
		return nil, nil, err
	}
	x, err := s.Open(ctx, c.ID)
	if err != nil {
		return nil, nil, err
	}
	return browse.New(x), func() {
		b.most = max(b.most, x.Transport().Most())
		s.Close()
	}, nil
}

// list shows repositories, and tells when something came.
func list(b *browse.Browser, text string) (*browse.List[browse.Repository], chan struct{}) {
	changed := make(chan struct{}, 1)
	l := browse.NewList(browse.PageSize, func(ctx context.Context, page int) (browse.Page[browse.Repository], error) {
		return b.Repositories(ctx, "", text, page)
	}, func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	})
	return l, changed
}

// until shows rows until the one is there.
func until(l *browse.List[browse.Repository], changed chan struct{}, row int) error {
	timeout := time.NewTimer(30 * time.Second)
	defer timeout.Stop()
	for {
		l.Show(row, row+sight)
		if _, s := l.At(row); s == browse.RowReady {
			return nil
		} else if s == browse.RowFailed {
			return l.Err()
		}
		select {
		case <-changed:
		case <-timeout.C:
			return errors.New("no rows within 30 s")
		}
	}
}

func (b *bench) rows(seen registry.Facts, text string) (time.Duration, error) {
	br, end, err := b.open(seen)
	if err != nil {
		return 0, err
	}
	defer end()
	start := time.Now()
	l, changed := list(br, text)
	defer l.Close()
	err = until(l, changed, 0)
	return time.Since(start), err
}

var harborSeen = registry.Facts{Kind: registry.KindHarbor, AuthMode: "db_auth", Version: "v2.15.2"}

func (b *bench) new() (time.Duration, error)   { return b.rows(registry.Facts{}, "") }
func (b *bench) known() (time.Duration, error) { return b.rows(harborSeen, "") }

func (b *bench) search() (time.Duration, error) { return b.rows(harborSeen, "service-00017") }

// scroll throws the bar from end to end in 60 steps, one each 16 ms, and waits
// for the last rows.
func (b *bench) scroll() (time.Duration, error) {
	br, end, err := b.open(harborSeen)
	if err != nil {
		return 0, err
	}
	defer end()
	l, changed := list(br, "")
	defer l.Close()
	if err := until(l, changed, 0); err != nil {
		return 0, err
	}
	start := time.Now()
	frame := time.NewTicker(16 * time.Millisecond)
	defer frame.Stop()
	for step := range 60 {
		row := step * repositories / 60
		l.Show(row, row+sight)
		<-frame.C
	}
	if err := until(l, changed, repositories-sight); err != nil {
		return 0, err
	}
	err = until(l, changed, 0)
	return time.Since(start), err
}

// leave closes the list while it asks, and waits for the server to be left alone.
func (b *bench) leave() (time.Duration, error) {
	br, end, err := b.open(harborSeen)
	if err != nil {
		return 0, err
	}
	defer end()
	l, changed := list(br, "")
	if err := until(l, changed, 0); err != nil {
		l.Close()
		return 0, err
	}
	l.Show(repositories/2, repositories/2+sight)
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for b.h.Active() == 0 {
		<-poll.C
	}
	start := time.Now()
	l.Close()
	for b.h.Active() > 0 {
		<-poll.C
	}
	return time.Since(start), nil
}

// whole is the peer: every page in turn.
func (b *bench) whole() (time.Duration, error) {
	br, end, err := b.open(harborSeen)
	if err != nil {
		return 0, err
	}
	defer end()
	start := time.Now()
	n := 0
	for page := 1; ; page++ {
		p, err := br.Repositories(context.Background(), "", "", page)
		if err != nil {
			return 0, err
		}
		n += len(p.Items)
		if !p.More {
			break
		}
	}
	if n != repositories {
		return 0, fmt.Errorf("%d repositories", n)
	}
	return time.Since(start), nil
}
