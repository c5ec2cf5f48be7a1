package dockertest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
	"testing"
)

// Fake is an HTTP server in an engine's place: for engines newer or older than
// the real one here, and for what no sound engine sends.
type Fake struct {
	// Host is its address, as DOCKER_HOST has it.
	Host string

	mu       sync.Mutex
	api      string
	handlers map[string]http.HandlerFunc
	seen     []string
	server   *httptest.Server
}

// NewFake starts a fake engine that speaks the given API version on a
// unix socket, or on Windows on a named pipe. It answers /_ping, /version and /info; Handle adds more.
func NewFake(t testing.TB, api string) *Fake {
	t.Helper()
	host, listener := listenFake(t)
	f := &Fake{Host: host, api: api, handlers: map[string]http.HandlerFunc{}}
	f.Handle("GET /version", JSON(map[string]any{
		"Version": "99.0.0", "ApiVersion": api, "MinAPIVersion": "1.24", "Os": "linux", "Arch": "amd64",
		"Components": []map[string]any{{"Name": "Engine", "Version": "99.0.0"}},
	}))
	f.Handle("GET /info", JSON(map[string]any{"SecurityOptions": []string{}}))
	f.Handle("GET /events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	f.server = &httptest.Server{Listener: listener, Config: &http.Server{Handler: f}}
	f.server.Start()
	t.Cleanup(func() {
		f.server.CloseClientConnections()
		f.server.Close()
	})
	return f
}

var versionPrefix = regexp.MustCompile(`^/v[0-9.]+/`)

// Handle answers "METHOD /path", the path without the version, with h.
func (f *Fake) Handle(pattern string, h http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.handlers[pattern] = h
}

// SetAPI makes the server an engine of another version.
func (f *Fake) SetAPI(api string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.api = api
}

// Seen lists the requests so far, with their versions and queries.
func (f *Fake) Seen() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.seen...)
}

// ServeHTTP answers one request.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.seen = append(f.seen, r.Method+" "+r.URL.String())
	api := f.api
	path := versionPrefix.ReplaceAllString(r.URL.Path, "/")
	h := f.handlers[r.Method+" "+path]
	f.mu.Unlock()
	switch {
	case h != nil:
		h(w, r)
	case path == "/_ping":
		w.Header().Set("Api-Version", api)
		w.Header().Set("Ostype", "linux")
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("OK"))
	default:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"message":"page not found"}`))
	}
}

// JSON is a handler that answers with v.
func JSON(v any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
}

// Text is a handler that answers with a status, a content type and a body.
func Text(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}
