// Package fakeharbor is a Harbor for tests: it has state, it answers as the real
// one does where that surprises, and paths reach it as through the nginx in front
// of a real one. It says nothing of how a real Harbor is where no trap is known.
package fakeharbor

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// Harbor is one fake server. The exported fields may be changed under Lock.
type Harbor struct {
	sync.Mutex
	URL string
	// Version, AuthMode and ExternalURL are what /systeminfo says.
	Version, AuthMode, ExternalURL string
	Users                          map[string]*User
	Robots                         []*Robot
	Projects                       []*Project
	SystemAllowlist                []string
	NoScanner, ScannerDown         bool
	Components                     map[string]string // name to error, "" is healthy
	Policies                       []*Policy
	Executions                     []*Execution
	Queues                         []*Queue
	Workers                        []*Worker
	JobLogs                        map[string]string
	Schedules                      []Schedule
	SchedulesPaused                bool
	GCs                            []*GC
	GCCron                         string
	Quotas                         map[string][2]int64 // project to hard and used bytes
	Volume                         [2]uint64           // total and free; 0 is not known

	// ServerClock is added to this machine's time in what the server says.
	ServerClock time.Duration
	// Delay is before every answer; Overview before one with scan overviews.
	Delay, Overview time.Duration
	// PlainRealm has the token service named with http, as behind a proxy that ends
	// TLS; Realm names another place altogether.
	PlainRealm bool
	Realm      string
	// RefuseV2 answers 401 to every credential at /v2/, as some do with OIDC.
	RefuseV2 bool
	faults   []*Fault

	offset       time.Duration // of the fake clock
	nextID       int64
	blobs        map[string][]byte
	tokens       map[string]principal
	failedLogins int
	asked        []string
	inFlight     int
	most         int
	cookies      int
	server       *httptest.Server
}

// User is a person. Secret is the CLI secret of one who signs in through OIDC.
type User struct {
	Password string
	Admin    bool
	Secret   string
	Projects []string // those it may see, beside the public ones
}

// Robot is an account of a program; Name has its prefix.
type Robot struct {
	ID      int64
	Name    string
	Secret  string
	Expires int64
	// Rights are "kind namespace resource:action".
	Rights []string
	// Created has what it was made with.
	Created map[string]any
}

// Fault is what goes wrong with requests whose path has a part.
type Fault struct {
	Path string
	// Kind is html, hang, die, garbage, null, endless, redirect, 401, 403, 429 or 500.
	Kind string
	// Times is how often, 0 for always.
	Times int
	To    string // of a redirect
	hits  int
}

// New makes a Harbor with an admin ("admin", Password) and one public project,
// "library". It listens on loopback without TLS and ends with the test.
func New(t testing.TB) *Harbor {
	h := state()
	h.server = httptest.NewServer(h)
	h.URL = h.server.URL
	h.ExternalURL = h.URL
	t.Cleanup(h.close)
	return h
}

// NewTLS makes one that speaks TLS with a certificate.
func NewTLS(t testing.TB, cert tls.Certificate) *Harbor {
	h := state()
	h.server = httptest.NewUnstartedServer(h)
	h.server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	h.server.Config.ErrorLog = quiet()
	h.server.StartTLS()
	h.URL = h.server.URL
	h.ExternalURL = h.URL
	t.Cleanup(h.close)
	return h
}

// Serve makes one without a test, for a benchmark; stop ends it.
func Serve() (h *Harbor, stop func()) {
	h = state()
	h.server = httptest.NewServer(h)
	h.URL = h.server.URL
	h.ExternalURL = h.URL
	return h, h.close
}

func (h *Harbor) close() {
	h.server.CloseClientConnections()
	h.server.Close()
}

// Password is the admin's. It is a canary: tests look for it where it must not be.
const Password = "Harbor12345-canary"

func state() *Harbor {
	h := &Harbor{
		Version: "v2.15.2-b8a3c2b4", AuthMode: "db_auth",
		Users:      map[string]*User{"admin": {Password: Password, Admin: true}},
		Components: map[string]string{"core": "", "database": "", "jobservice": "", "portal": "", "redis": "", "registry": "", "registryctl": "", "trivy": ""},
		JobLogs:    map[string]string{}, Quotas: map[string][2]int64{},
		blobs: map[string][]byte{}, tokens: map[string]principal{}, nextID: 1,
	}
	h.AddProject("library", true)
	return h
}

// Now is the fake clock.
func (h *Harbor) now() time.Time { return time.Now().Add(h.offset) }

// Advance moves the fake clock, and what depends on it.
func (h *Harbor) Advance(d time.Duration) {
	h.Lock()
	defer h.Unlock()
	h.offset += d
	h.move()
}

// Fail adds a fault.
func (h *Harbor) Fail(f Fault) {
	h.Lock()
	defer h.Unlock()
	h.faults = append(h.faults, &f)
}

// Mend takes all faults away.
func (h *Harbor) Mend() {
	h.Lock()
	defer h.Unlock()
	h.faults = nil
}

// FailedLogins is how many requests came with a wrong credential.
func (h *Harbor) FailedLogins() int {
	h.Lock()
	defer h.Unlock()
	return h.failedLogins
}

// Asked are the requests so far, "GET /api/v2.0/projects?page=1".
func (h *Harbor) Asked() []string {
	h.Lock()
	defer h.Unlock()
	return append([]string(nil), h.asked...)
}

// Most is how many requests there were at a time, and Active how many there are.
func (h *Harbor) Most() int {
	h.Lock()
	defer h.Unlock()
	return h.most
}

// Active is how many requests are being answered.
func (h *Harbor) Active() int {
	h.Lock()
	defer h.Unlock()
	return h.inFlight
}

// Cookies is how many requests sent the session's cookie back.
func (h *Harbor) Cookies() int {
	h.Lock()
	defer h.Unlock()
	return h.cookies
}

// ServeHTTP answers as a Harbor behind its nginx.
func (h *Harbor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.Lock()
	h.inFlight++
	h.most = max(h.most, h.inFlight)
	h.asked = append(h.asked, r.Method+" "+r.URL.RequestURI())
	delay := h.Delay
	if r.URL.Query().Get("with_scan_overview") == "true" {
		delay += h.Overview
	}
	fault := h.fault(r)
	h.Unlock()
	defer func() {
		h.Lock()
		h.inFlight--
		h.Unlock()
	}()
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return
		}
	}
	w.Header().Set("X-Request-Id", "fake-request-id")
	if fault != nil && fault.act(w, r) {
		return
	}
	h.Lock()
	defer h.Unlock()
	h.route(w, r)
}
