package browse_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/registrytest"
	"tacklebox/platform/registry/transport"
	"tacklebox/platform/testbed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open is a browser of a Harbor for its admin.
func open(t testing.TB, h *fakeharbor.Harbor) *browse.Browser {
	t.Helper()
	s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
	return browse.New(registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password))
}

// repositories is the list of all repositories of a browser.
func repositories(b *browse.Browser, text string) *browse.List[browse.Repository] {
	return browse.NewList(browse.PageSize, func(ctx context.Context, page int) (browse.Page[browse.Repository], error) {
		return b.Repositories(ctx, "", text, page)
	}, nil)
}

// TestLongListIsFetchedAsNeeded: of 20,000 repositories only what is in sight, at
// most four requests at a time, and none a second after leaving.
func TestLongListIsFetchedAsNeeded(t *testing.T) {
	h := fakeharbor.New(t)
	h.Fill(200, 20000)
	b := open(t, h)
	if _, err := b.Session().Facts(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.Lock()
	h.Delay = 50 * time.Millisecond
	h.Unlock()
	l := repositories(b, "")
	l.Show(0, 30)
	testbed.Wait(t, "the first rows", func() bool { _, s := l.At(0); return s == browse.RowReady })
	if l.Len() != 20000 {
		t.Errorf("%d rows", l.Len())
	}
	// Thrown from end to end, as with the scroll bar: what is passed is not asked for.
	before := len(h.Asked())
	for row := 666; row < 19000; row += 333 {
		l.Show(row, row+30)
	}
	if n := len(h.Asked()) - before; n > 4 {
		t.Errorf("%d requests for what was only passed", n)
	}
	l.Show(19960, 19999)
	testbed.Wait(t, "the last rows", func() bool { _, s := l.At(19999); return s == browse.RowReady })
	last, _ := l.At(19999)
	if !strings.HasPrefix(last.Name, "team-199/") {
		t.Errorf("last is %q", last.Name)
	}
	if n := h.Most(); n > transport.InFlight {
		t.Errorf("%d at a time", n)
	}
	if n := len(h.Asked()); n > 15 {
		t.Errorf("%d requests for two sights", n)
	}
	h.Lock()
	h.Delay = time.Hour // so that nothing ends by itself
	h.Unlock()
	l.Show(5000, 5030)
	testbed.Wait(t, "it asks", func() bool { return h.Active() > 0 })
	start := time.Now()
	l.Close()
	testbed.Wait(t, "nothing is asked any more", func() bool { return h.Active() == 0 })
	t.Logf("ended after %v", time.Since(start))
	l.Show(0, 10)
	if h.Active() != 0 {
		t.Error("it asks though it is closed")
	}
}

// TestSearchAsYouType over all projects.
func TestSearchAsYouType(t *testing.T) {
	h := fakeharbor.New(t)
	h.Fill(20, 2000)
	b := open(t, h)
	for text, want := range map[string]int{"service-00017": 1, "team-003/": 100, "nothing": 0} {
		l := repositories(b, text)
		l.Show(0, 10)
		testbed.Wait(t, "an answer", l.Known)
		if l.Len() != want {
			t.Errorf("%q: %d rows, want %d", text, l.Len(), want)
		}
		l.Close()
	}
}

// TestListOfUnknownLength grows as it is looked at, and mends after an error.
func TestListOfUnknownLength(t *testing.T) {
	var fail atomic.Bool
	changed := make(chan struct{}, 100)
	l := browse.NewList(10, func(_ context.Context, page int) (browse.Page[string], error) {
		if fail.Load() {
			return browse.Page[string]{}, errors.New("broken")
		}
		p := browse.Page[string]{Total: -1, More: page < 3}
		for i := range 10 {
			if page < 3 || i < 4 {
				p.Items = append(p.Items, fmt.Sprint(page, "-", i))
			}
		}
		return p, nil
	}, func() { changed <- struct{}{} })
	defer l.Close()
	fail.Store(true)
	l.Show(0, 5)
	<-changed
	if _, s := l.At(0); s != browse.RowFailed || l.Err() == nil || l.Known() {
		t.Errorf("state %v, %v", s, l.Err())
	}
	fail.Store(false)
	l.Retry()
	for _, row := range []int{0, 10, 20} {
		testbed.Wait(t, "rows", func() bool {
			l.Show(row, row+5)
			_, s := l.At(row)
			return s == browse.RowReady
		})
	}
	testbed.Wait(t, "the whole length", func() bool { return l.Len() == 24 })
	if x, s := l.At(23); x != "3-3" || s != browse.RowReady {
		t.Errorf("%q, %v", x, s)
	}
	if _, s := l.At(24); s == browse.RowLoading {
		t.Errorf("beyond the end: %v", s)
	}
}

// TestListShrinks: rows removed on the server are gone here, and few pages are
// kept.
func TestListShrinks(t *testing.T) {
	var mu sync.Mutex
	total, asked := 100000, map[int]int{}
	l := browse.NewList(10, func(_ context.Context, page int) (browse.Page[int], error) {
		mu.Lock()
		defer mu.Unlock()
		asked[page]++
		return browse.Page[int]{Items: make([]int, 10), Total: total}, nil
	}, nil)
	defer l.Close()
	ready := func(row int) {
		testbed.Wait(t, "rows", func() bool {
			l.Show(row, row+9)
			_, s := l.At(row)
			return s == browse.RowReady
		})
	}
	for row := 0; row < 3000; row += 10 {
		ready(row)
	}
	ready(0)
	mu.Lock()
	if asked[1] != 2 {
		t.Errorf("the first page was asked for %d times: it should have been let go", asked[1])
	}
	total = 5
	mu.Unlock()
	l.Show(5000, 5009)
	testbed.Wait(t, "the new length", func() bool { return l.Len() == 5 })
}

// What a registry does not say is not said to be -1.
func TestRepositoryJSON(t *testing.T) {
	for want, r := range map[string]browse.Repository{
		`{"name":"a","artifacts":0,"pulls":7}`: {Name: "a", Pulls: 7},
		`{"name":"b","typed":true}`:            {Name: "b", Artifacts: -1, Pulls: -1, Typed: true},
	} {
		if got, err := json.Marshal(r); err != nil || !sameJSON(string(got), want) {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
	}
}

func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}
