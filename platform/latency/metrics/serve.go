package metrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/net/netutil"
)

// Path is where the metrics are.
const Path = "/metrics"

// connections is how many may be open at a time.
const connections = 32

// Handler serves the metrics at Path, as text or, where it is asked for, with
// native histograms.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+Path, promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		EnableOpenMetrics: true, MaxRequestsInFlight: 4, Timeout: 20 * time.Second}))
	return mux
}

// Listen opens addr, such as 127.0.0.1:9374. One that other machines can reach is
// refused unless remote is true: the targets' names are nobody else's business.
func Listen(ctx context.Context, addr string, remote bool) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("metrics at %q: no address and port: write one such as 127.0.0.1:9374", clip(addr))
	}
	if strings.EqualFold(host, "localhost") || host == "" && !remote {
		host = "127.0.0.1"
	}
	if a, err := netip.ParseAddr(host); !remote && (err != nil || !a.Unmap().IsLoopback()) {
		return nil, fmt.Errorf("metrics at %q: other machines could read them there: write 127.0.0.1:%s, or allow others expressly", clip(addr), port)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("metrics at %q: %w: choose another port", clip(addr), err)
	}
	return l, nil
}

// Serve answers on l until the context ends, and closes it.
func (m *Metrics) Serve(ctx context.Context, l net.Listener) error {
	handler := m.Handler()
	if a, ok := l.Addr().(*net.TCPAddr); ok && a.IP.IsLoopback() {
		handler = guard(handler)
	}
	s := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	err := s.Serve(netutil.LimitListener(l, connections))
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve metrics: %w", err)
}

// guard refuses requests that name this machine by anything but its address: a
// page in a browser can point a name of its own at 127.0.0.1 and read what is
// there.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err != nil && !strings.EqualFold(host, "localhost") {
			http.Error(w, "ask for this machine by its address", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
