package metrics

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"go.uber.org/goleak"

	"tacklebox/platform/latency"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	now  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	addr = netip.MustParseAddr("192.0.2.7")
)

func result(id latency.TargetID, outcome latency.Outcome, rtt time.Duration) latency.Result {
	return latency.Result{Target: id, Outcome: outcome, RTT: rtt, Address: addr, Sent: now}
}

// text is what a scrape without native histograms reads.
func text(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", Path, nil))
	if w.Code != 200 {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func has(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, l := range lines {
		if !strings.Contains(text, l+"\n") {
			t.Errorf("no %s in\n%s", l, text)
		}
	}
}

func TestObserve(t *testing.T) {
	m := New()
	m.SetTargets([]latency.Target{{ID: 1, Kind: latency.KindICMP, Host: "web.example", Source: "192.0.2.1", DSCP: 46}}, now)
	m.Observe([]latency.Result{
		result(1, latency.Reply, 3*time.Millisecond), result(1, latency.Reply, 30*time.Second), result(1, latency.Timeout, 0),
		result(1, latency.Late, 2*time.Second), result(1, latency.ICMPError, 0), result(1, latency.BadReply, 0), result(1, latency.Duplicate, time.Millisecond),
		result(1, latency.SendError, 0), result(1, latency.NotMeasured, 0), result(2, latency.Reply, time.Second),
	})
	l := `{host="web.example",ip="192.0.2.7",source="192.0.2.1",tos="184"}`
	b := func(le string) string {
		return `smokeping_response_duration_seconds_bucket{host="web.example",ip="192.0.2.7",source="192.0.2.1",tos="184",le="` + le + `"}`
	}
	has(t, text(t, m), "smokeping_requests_total"+l+" 5", "smokeping_response_duration_seconds_count"+l+" 2", "smokeping_response_duplicates_total"+l+" 1",
		"smokeping_send_errors_total"+l+" 1", "smokeping_receive_errors_total 1", "smokeping_prober_errors_total 0",
		"smokeping_prober_config_last_reload_successful 1", "tacklebox_latency_targets_left_out 0", b("0.0016")+" 0", b("0.0032")+" 1", b("26.2144")+" 1", b("+Inf")+" 2")
	m.ProberError()
	has(t, text(t, m), "smokeping_prober_errors_total 1")
}

// TestTTL: the last answer's is shown, none before one told it, and it goes with
// its target.
func TestTTL(t *testing.T) {
	m := New()
	m.SetTargets([]latency.Target{{ID: 1, Kind: latency.KindICMP, Host: "a"}, {ID: 2, Kind: latency.KindTCP, Host: "a", Port: 80}}, now)
	m.Observe([]latency.Result{result(1, latency.Timeout, 0), result(2, latency.Reply, 1)})
	if s := text(t, m); strings.Contains(s, "smokeping_response_ttl{") {
		t.Errorf("a TTL that nobody told:\n%s", s)
	}
	said := func(outcome latency.Outcome, ttl uint8) latency.Result {
		r := result(1, outcome, 1)
		r.TTL = ttl
		return r
	}
	line := `smokeping_response_ttl{host="a",ip="192.0.2.7",source="",tos="0"}`
	m.Observe([]latency.Result{said(latency.Reply, 57)})
	has(t, text(t, m), line+" 57")
	m.Observe([]latency.Result{said(latency.Late, 255), said(latency.Duplicate, 9), said(latency.Reply, 0)})
	has(t, text(t, m), line+" 255")
	m.SetTargets(nil, now)
	if s := text(t, m); strings.Contains(s, "smokeping_response_ttl{") {
		t.Errorf("it stayed:\n%s", s)
	}
}

// family is what a scrape shows under one name.
type family struct {
	kind   string
	labels []string
	le     []string
}

// parse reads the text format as far as the tests need.
func parse(t *testing.T, r io.Reader) map[string]family {
	t.Helper()
	out := map[string]family{}
	for s := bufio.NewScanner(r); s.Scan(); {
		line := s.Text()
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, kind, _ := strings.Cut(rest, " ")
			out[name] = family{kind: kind}
			continue
		}
		name, rest, ok := strings.Cut(line, "{")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			name = strings.TrimSuffix(name, suffix)
		}
		f := out[name]
		for pair := range strings.SplitSeq(rest[:strings.Index(rest, "}")], ",") {
			key, value, _ := strings.Cut(pair, "=")
			if key == "le" {
				if !slices.Contains(f.le, value) {
					f.le = append(f.le, value)
				}
			} else if !slices.Contains(f.labels, key) {
				f.labels = append(f.labels, key)
			}
		}
		out[name] = f
	}
	return out
}

// TestAsProber compares with what Debian's smokeping_prober 0.6.1 exposed about
// 127.0.0.1: a dashboard that reads that reads this.
func TestAsProber(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "prober-0.6.1.txt"))
	if err != nil {
		t.Fatal(err)
	}
	m := New()
	m.SetTargets([]latency.Target{{ID: 1, Kind: latency.KindICMP, Host: "127.0.0.1"}}, now)
	reply := result(1, latency.Reply, time.Millisecond)
	reply.TTL = 64
	m.Observe([]latency.Result{reply, result(1, latency.Duplicate, 0), result(1, latency.SendError, 0)})
	ours, theirs := parse(t, strings.NewReader(text(t, m))), parse(t, bytes.NewReader(data))
	if len(theirs) < 6 {
		t.Fatalf("only %v", theirs)
	}
	for _, name := range slices.Sorted(maps.Keys(theirs)) {
		want, got := theirs[name], ours[name]
		if got.kind != want.kind || !slices.Equal(got.le, want.le) {
			t.Errorf("%s: %+v, the prober's is %+v", name, got, want)
		}
		for _, l := range want.labels {
			if !slices.Contains(got.labels, l) {
				t.Errorf("%s has no label %s", name, l)
			}
		}
	}
}

// TestNative: the native histogram has schema 4, and each bucket holds what it should.
func TestNative(t *testing.T) {
	m := New()
	m.SetTargets([]latency.Target{{ID: 1, Kind: latency.KindICMP, Host: "a"}}, now)
	for range 3 {
		m.Observe([]latency.Result{result(1, latency.Reply, 1500*time.Microsecond)})
	}
	all, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var h *dto.Histogram
	for _, f := range all {
		if f.GetName() == "smokeping_response_duration_seconds" {
			h = f.Metric[0].Histogram
		}
	}
	if h.GetSchema() != 4 || h.GetSampleCount() != 3 || len(h.PositiveSpan) != 1 || h.PositiveSpan[0].GetLength() != 1 || h.PositiveDelta[0] != 3 {
		t.Errorf("%v", h)
	}
	// 2^(-150/16) < 1.5 ms <= 2^(-149/16): index -149.
	if at := h.PositiveSpan[0].GetOffset(); at != -150 && at != -149 {
		t.Errorf("index %d", at)
	}
	if len(h.Bucket) < 20 {
		t.Errorf("%d classic buckets", len(h.Bucket))
	}
}

// TestTargets: series come and go with targets, shared ones with the last.
func TestTargets(t *testing.T) {
	m := New()
	one := latency.Target{ID: 1, Kind: latency.KindICMP, Host: "a"}
	two := latency.Target{ID: 2, Kind: latency.KindICMP, Host: "a"}
	m.SetTargets([]latency.Target{one, two}, now)
	m.Observe([]latency.Result{result(1, latency.Reply, 1), result(2, latency.Reply, 1)})
	l := `smokeping_requests_total{host="a",ip="192.0.2.7",source="",tos="0"}`
	has(t, text(t, m), l+" 2")
	two.Name = "renamed" // does not matter
	m.SetTargets([]latency.Target{two}, now)
	has(t, text(t, m), l+" 2")
	m.SetTargets([]latency.Target{{ID: 2, Kind: latency.KindICMP, Host: "b"}}, now)
	if s := text(t, m); strings.Contains(s, `host="a"`) {
		t.Errorf("a series stayed:\n%s", s)
	}
	m.SetTargets(nil, now)
	if len(m.series) != 0 || len(m.targets) != 0 {
		t.Errorf("%d series, %d targets", len(m.series), len(m.targets))
	}
}

// TestBounded: neither many addresses nor many targets make series without end.
func TestBounded(t *testing.T) {
	m := New()
	m.SetTargets([]latency.Target{{ID: 1, Kind: latency.KindICMP, Host: "a"}}, now)
	for i := range 100 {
		r := result(1, latency.Reply, time.Millisecond)
		r.Address = netip.AddrFrom4([4]byte{192, 0, 2, byte(i)})
		m.Observe([]latency.Result{r, r})
	}
	if n := strings.Count(text(t, m), "smokeping_requests_total{"); n != MaxAddresses {
		t.Errorf("%d addresses", n)
	}
	has(t, text(t, m), `smokeping_requests_total{host="a",ip="192.0.2.99",source="",tos="0"} 2`)
	var many []latency.Target
	for i := range MaxTargets + 7 {
		many = append(many, latency.Target{ID: latency.TargetID(i), Kind: latency.KindICMP, Host: fmt.Sprint("h", i)})
	}
	m.SetTargets(many, now)
	has(t, text(t, m), "tacklebox_latency_targets_left_out 7")
}

func TestHostLabel(t *testing.T) {
	for _, c := range []struct {
		target latency.Target
		want   string
	}{
		{latency.Target{Kind: latency.KindICMP, Host: "web.example"}, "web.example"},
		{latency.Target{Kind: latency.KindTCP, Host: "2001:db8::1", Port: 443}, "[2001:db8::1]:443"},
		{latency.Target{Kind: latency.KindDNS, Host: "9.9.9.9", Query: "example.org AAAA"}, "dns:9.9.9.9/example.org"},
		{latency.Target{Kind: latency.KindHTTP, Host: "web", URL: "https://user:c4n4ry@web:8443/a/b?token=c4n4ry#c4n4ry"}, "https://web:8443/a/b"},
		{latency.Target{Kind: latency.KindHTTP, Host: "web", URL: "https://web/services/T00000000c4n4ryB00000000/x"}, "https://web/services/…/x"},
		{latency.Target{Kind: latency.KindHTTP, Host: "web", URL: "%zz c4n4ry"}, "web"},
		{latency.Target{Kind: latency.KindICMP, Host: "a\x1b\n\xffb" + strings.Repeat("x", 500)}, "a\uFFFDb" + strings.Repeat("x", 196) + "…"},
	} {
		if got := hostLabel(&c.target); got != c.want || strings.Contains(got, "c4n4ry") {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func FuzzHostLabel(f *testing.F) {
	f.Add("https://u:p@h/x?y#z", "h")
	f.Fuzz(func(t *testing.T, url, host string) {
		m := New()
		m.SetTargets([]latency.Target{{ID: 1, Kind: latency.KindHTTP, URL: url, Host: host, Source: host}}, now)
		m.Observe([]latency.Result{result(1, latency.Reply, 1)})
		if _, err := m.registry.Gather(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestListen(t *testing.T) {
	for _, a := range []string{"0.0.0.0:0", "[::]:0", "192.0.2.1:0", "somewhere.example:0", "localhost.example:0"} {
		if l, err := Listen(context.Background(), a, false); err == nil || !strings.Contains(err.Error(), "other machines") {
			t.Errorf("%s: %v", a, err)
			if l != nil {
				l.Close()
			}
		}
	}
	if _, err := Listen(context.Background(), "9374", false); err == nil || !strings.Contains(err.Error(), "no address and port") {
		t.Error(err)
	}
	for a, remote := range map[string]bool{"127.0.0.1:0": false, "localhost:0": false, "127.9.9.9:0": false, ":0": true, "[::1]:0": false} {
		l, err := Listen(context.Background(), a, remote)
		if err != nil {
			t.Errorf("%s: %v", a, err)
			continue
		}
		if _, err := Listen(context.Background(), l.Addr().String(), true); err == nil || !strings.Contains(err.Error(), "another port") {
			t.Errorf("%s twice: %v", a, err)
		}
		l.Close()
	}
}

// TestListenHere: a port alone is this machine alone.
func TestListenHere(t *testing.T) {
	l, err := Listen(context.Background(), ":0", false)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if a := l.Addr().(*net.TCPAddr); !a.IP.IsLoopback() {
		t.Errorf("listens at %v", a)
	}
}

// TestServe: it answers, only those who ask by address, and ends with the context.
func TestServe(t *testing.T) {
	m := New()
	l, err := Listen(context.Background(), "127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Serve(ctx, l) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	get := func(method, path, host string) (int, string) {
		r, err := http.NewRequest(method, "http://"+l.Addr().String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		a, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		body, err := io.ReadAll(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		return a.StatusCode, string(body)
	}
	for _, c := range []struct {
		method, path, host string
		want               int
	}{
		{"GET", Path, "", 200}, {"GET", Path, "localhost:9374", 200}, {"GET", Path, "[::1]:9374", 200}, {"HEAD", Path, "127.0.0.1", 200},
		{"GET", Path, "evil.example", 403}, {"GET", Path, "127.0.0.1.evil.example:80", 403}, {"POST", Path, "", 405}, {"GET", "/", "", 404},
		{"GET", "/debug/pprof/", "", 404},
	} {
		if code, body := get(c.method, c.path, c.host); code != c.want {
			t.Errorf("%s %s of %q: %d %s", c.method, c.path, c.host, code, body)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestConcurrent: observing, changing and scraping at the same time.
func TestConcurrent(t *testing.T) {
	m := New()
	done := make(chan struct{})
	for range 3 {
		go func() {
			defer func() { done <- struct{}{} }()
			for i := range 300 {
				m.SetTargets([]latency.Target{{ID: 1, Kind: latency.KindICMP, Host: fmt.Sprint("h", i%3)}}, now)
				m.Observe([]latency.Result{result(1, latency.Reply, time.Millisecond)})
				if i%50 == 0 {
					if _, err := m.registry.Gather(); err != nil {
						t.Error(err)
					}
				}
			}
		}()
	}
	for range 3 {
		<-done
	}
}
