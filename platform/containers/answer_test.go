package containers

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/containers/dockertest"
)

func askHost(t testing.TB, host string, o Options) Answer {
	t.Helper()
	if o.Getenv == nil {
		o.Getenv = env()
	}
	if o.Home == "" {
		o.Home = t.TempDir()
	}
	return Ask(t.Context(), Endpoint{ID: host, Host: host}, o)
}

func TestAskRealEngine(t *testing.T) {
	d := dockertest.Engine(t)
	a := askHost(t, d.Host, Options{Getenv: env("DOCKER_API_VERSION", "1.30")})
	if a.Err != nil || a.Problem != ProblemNone {
		t.Fatal(a.Err)
	}
	if a.Version == "" || a.API == "" || a.API == "1.30" || a.OS != "linux" || a.Arch == "" || a.Latency <= 0 || a.Product != "Docker" && a.Product != "Podman" {
		t.Errorf("%+v", a)
	}
	if a.Pinned != "1.30" {
		t.Errorf("DOCKER_API_VERSION is not told: %+v", a)
	}
}

func TestAskPodman(t *testing.T) {
	d := dockertest.Podman(t)
	a := askHost(t, d.Host, Options{})
	if a.Err != nil || a.Product != "Podman" || a.API == "" || a.Version == "" {
		t.Errorf("%+v", a)
	}
}

// serve answers HTTP at a TCP address.
func serve(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return "tcp://" + s.Listener.Addr().String()
}

// speak accepts connections and does with each what talk does.
func speak(t testing.TB, talk func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go talk(c)
		}
	}()
	return "tcp://" + l.Addr().String()
}

func TestAskClassifies(t *testing.T) {
	page := func(status int) http.HandlerFunc {
		return dockertest.Text(status, "text/html; charset=utf-8", "<html><head><title>Router \x1b[31mlogin</title></head></html>")
	}
	cases := []struct {
		name    string
		host    string
		problem Problem
		says    []string
	}{
		{"closed port", "tcp://127.0.0.1:1", ProblemRefused, []string{"nothing listens"}},
		{"unknown name", "tcp://nosuch.invalid:2375", ProblemOther, []string{"nosuch.invalid", "does not resolve"}},
		{"a web page", serve(t, page(200)), ProblemNotEngine, []string{"web page"}},
		{"a web page for an error", serve(t, page(404)), ProblemNotEngine, []string{"web page"}},
		{"another JSON service", serve(t, dockertest.Text(200, "application/json", `{"hello":1}`)), ProblemNotEngine, []string{"something else answered"}},
		{"a service that knows no such path", serve(t, dockertest.Text(404, "application/json", `{"error":"not found"}`)), ProblemNotEngine, nil},
		{"plain text", serve(t, dockertest.Text(200, "text/plain", "hi")), ProblemNotEngine, nil},
		{"not HTTP", speak(t, func(c net.Conn) { defer c.Close(); _, _ = io.WriteString(c, "SSH-2.0-OpenSSH\r\n\r\n") }), ProblemNotEngine, []string{"not HTTP"}},
		{"closes at once", speak(t, func(c net.Conn) { _ = c.Close() }), ProblemRefused, []string{"closed without an answer"}},
		{"a bad scheme", "gopher://x", ProblemConfig, nil},
		{"a path too long", "unix:///" + strings.Repeat("x", 200), ProblemConfig, []string{"too long"}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			wantProblem(t, tc.host, tc.problem, tc.says...)
		})
	}
}

// wantProblem asks an engine that has the problem and says each of the words.
func wantProblem(t *testing.T, host string, problem Problem, says ...string) {
	t.Helper()
	a := askHost(t, host, Options{})
	if a.Problem != problem || a.Err == nil {
		t.Fatalf("%q, want %q: %v", a.Problem, problem, a.Err)
	}
	for _, word := range says {
		if !strings.Contains(a.Err.Error(), word) {
			t.Errorf("%q does not say %q", a.Err, word)
		}
	}
	if strings.Contains(a.Err.Error(), "\x1b") {
		t.Errorf("an escape got through: %q", a.Err)
	}
	if CauseOf(a.Err) == CauseOther || CauseOf(a.Err) == CauseNone {
		t.Errorf("cause %q", CauseOf(a.Err))
	}
}

func TestAskAPIVersions(t *testing.T) {
	for _, tc := range []struct {
		name, api string
		problem   Problem
		uses      string
	}{
		{"the oldest", "1.24", ProblemNone, "1.24"},
		{"below the oldest", "1.23", ProblemAPI, ""},
		{"newer than this client", "1.99", ProblemNone, "1.51"},
		{"with the console size", "1.42", ProblemNone, "1.42"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := dockertest.NewFake(t, tc.api)
			a := askHost(t, f.Host, Options{})
			if a.Problem != tc.problem {
				t.Fatalf("%q: %v", a.Problem, a.Err)
			}
			if tc.uses != "" && a.API != tc.uses {
				t.Errorf("speaks %q, want %q", a.API, tc.uses)
			}
		})
	}
	t.Run("an engine that refuses this client", func(t *testing.T) {
		f := dockertest.NewFake(t, "1.99")
		f.Handle("GET /version", dockertest.Text(400, "application/json", `{"message":"client version 1.51 is too old. Minimum supported API version is 1.60, please upgrade your client to a newer version"}`))
		a := askHost(t, f.Host, Options{})
		if a.Problem != ProblemAPI || !strings.Contains(a.Err.Error(), "1.60") {
			t.Errorf("%q: %v", a.Problem, a.Err)
		}
	})
}

// TestHeadersOfTheConfig: what config.json adds to requests is sent, and who we
// are stays ours.
func TestHeadersOfTheConfig(t *testing.T) {
	h := newHome(t)
	h.config(t, `{"HttpHeaders": {"X-Gate": "open", "User-Agent": "other"}}`)
	var gate, agent string
	host := serve(t, func(w http.ResponseWriter, r *http.Request) {
		gate, agent = r.Header.Get("X-Gate"), r.Header.Get("User-Agent")
		w.Header().Set("Api-Version", "1.41")
		_, _ = io.WriteString(w, "{}")
	})
	if a := askHost(t, host, Options{Home: h.dir, AppVersion: "7"}); a.Err != nil || gate != "open" || agent != "tacklebox/7" {
		t.Errorf("%q %q %v", gate, agent, a.Err)
	}
}

// TestAskEndsInTime: something that accepts and is silent does not hold us.
func TestAskEndsInTime(t *testing.T) {
	hold := make(chan struct{})
	defer close(hold)
	host := speak(t, func(c net.Conn) { defer c.Close(); <-hold })
	start := time.Now()
	a := askHost(t, host, Options{})
	if took := time.Since(start); a.Problem != ProblemTimeout || took > askTimeout+2*time.Second {
		t.Errorf("%q after %v: %v", a.Problem, took, a.Err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if a := Ask(ctx, Endpoint{Host: host}, Options{}); CauseOf(a.Err) != CauseCancelled {
		t.Errorf("cancelled: %v", a.Err)
	}
}

// TestAskAllLeavesNothing: breaking off the loop ends the questions.
func TestAskAllLeavesNothing(t *testing.T) {
	hold := make(chan struct{})
	host := speak(t, func(c net.Conn) { defer c.Close(); <-hold })
	f := dockertest.NewFake(t, "1.41")
	before := goleak.IgnoreCurrent()
	eps := []Endpoint{{ID: "a", Host: host}, {ID: "b", Host: f.Host}, {ID: "c", Host: host}}
	for a := range AskAll(t.Context(), eps, Options{}) {
		if a.Endpoint.ID != "b" {
			t.Errorf("%s answered first", a.Endpoint.ID)
		}
		break
	}
	close(hold)
	// The fake's pipe on Windows waits for its next caller in another goroutine.
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("github.com/Microsoft/go-winio.(*win32PipeListener).makeConnectedServerPipe.func1"))
}

func TestHostileAnswers(t *testing.T) {
	big := func(w http.ResponseWriter, prefix string) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, prefix)
		chunk := []byte(strings.Repeat("x", 1<<20))
		for range 2 * maxAnswer >> 20 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	cases := []struct {
		name  string
		h     http.HandlerFunc
		cause Cause
	}{
		{"a web page", dockertest.Text(502, "text/html", "<title>Bad Gateway</title>"), CauseNotEngine},
		{"cut in the middle", dockertest.Text(200, "application/json", `[{"Id":"sha256:1`), CauseTruncated},
		{"another type", dockertest.Text(200, "application/json", `{"a":1}`), CauseNotEngine},
		{"not JSON", dockertest.Text(200, "application/json", `hello`), CauseNotEngine},
		{"nothing", dockertest.Text(200, "application/json", ``), CauseTruncated},
		{"without end", func(w http.ResponseWriter, _ *http.Request) { big(w, `[{"Id":"`) }, CauseNotEngine},
		{"nested deep", dockertest.Text(200, "application/json", strings.Repeat("[", 100000)), CauseNotEngine},
		{"an error without words", dockertest.Text(500, "application/json", `{}`), CauseOther},
		{"an error with escapes", dockertest.Text(500, "application/json", `{"message":"\u001b[2Jboo`+strings.Repeat("o", 9000)+`"}`), CauseOther},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			f := dockertest.NewFake(t, "1.41")
			e := connected(t, f.Host)
			f.Handle("GET /images/json", tc.h)
			f.Handle("GET /containers/json", tc.h)
			_, err := e.Images(t.Context())
			wantCause(t, err, tc.cause)
			if len(err.Error()) > maxErrorText+500 || strings.Contains(err.Error(), "\x1b") {
				t.Errorf("%d bytes: %.300q", len(err.Error()), err)
			}
			if _, err = e.Containers(t.Context()); err == nil {
				t.Error("the container list has no error")
			}
		})
	}
}

// tlsEngine is an engine behind TLS that wants a client certificate when clients
// is not nil.
func tlsEngine(t testing.TB, cert, key string, clients *x509.CertPool) string {
	t.Helper()
	pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		switch {
		case strings.HasSuffix(r.URL.Path, "/_ping"):
			_, _ = io.WriteString(w, "OK")
		default:
			dockertest.JSON(map[string]any{"Version": "20.10", "ApiVersion": "1.41", "Os": "linux", "Arch": "amd64"})(w, r)
		}
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	if clients != nil {
		s.TLS.ClientAuth, s.TLS.ClientCAs = tls.RequireAndVerifyClientCert, clients
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return "tcp://" + s.Listener.Addr().String()
}

func TestTLS(t *testing.T) {
	cert, key := dockertest.Certificate(t, "127.0.0.1")
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(cert))
	open := tlsEngine(t, cert, key, nil)
	mutual := tlsEngine(t, cert, key, pool)
	plain := serve(t, dockertest.Text(200, "text/plain", "OK"))

	h := newHome(t)
	certs := filepath.Join(h.dir, "certs")
	for name, text := range map[string]string{"ca.pem": cert, "cert.pem": cert, "key.pem": key} {
		h.write(t, filepath.Join("certs", name), text)
		h.write(t, contextPath("tls", "mutual", "docker", name), text)
	}
	h.write(t, "onlyca/ca.pem", cert)
	h.write(t, "badca/ca.pem", "not a certificate")
	h.write(t, contextPath("tls", "badkey", "docker", "cert.pem"), cert)
	h.write(t, contextPath("tls", "badkey", "docker", "key.pem"), "no key")
	h.context(t, "mutual", mutual)
	h.context(t, "badkey", mutual)
	h.context(t, "bare", open)

	for _, tc := range []struct {
		name   string
		choice string
		env    []string
		works  bool
		says   string
	}{
		{"context with certificates", "context:mutual", nil, true, ""},
		{"DOCKER_CERT_PATH", mutual, []string{"DOCKER_TLS_VERIFY", "1", "DOCKER_CERT_PATH", certs}, true, ""},
		{"DOCKER_TLS without verifying", open, []string{"DOCKER_TLS", "1"}, true, ""},
		{"without TLS on a TLS port", open, nil, false, "DOCKER_TLS_VERIFY"},
		{"context without certificates on a TLS port", "context:bare", nil, false, "TLS"},
		{"unknown authority", open, []string{"DOCKER_TLS_VERIFY", "1", "DOCKER_CERT_PATH", h.dir}, false, "unknown authority"},
		{"no client certificate", mutual, []string{"DOCKER_TLS_VERIFY", "1", "DOCKER_CERT_PATH", filepath.Join(h.dir, "onlyca")}, false, "TLS: the engine refuses"},
		{"TLS on a plain port", plain, []string{"DOCKER_TLS_VERIFY", "1", "DOCKER_CERT_PATH", certs}, false, "without it"},
		{"broken CA", open, []string{"DOCKER_TLS_VERIFY", "1", "DOCKER_CERT_PATH", filepath.Join(h.dir, "badca")}, false, "ca.pem"},
		{"broken key in a context", "context:badkey", nil, false, "key.pem"},
		{"another name", strings.Replace(open, "127.0.0.1", "localhost", 1), []string{"DOCKER_TLS_VERIFY", "1", "DOCKER_CERT_PATH", certs}, false, "localhost"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := Options{Home: h.dir, Getenv: env(tc.env...), Explicit: tc.choice}
			ep := discover(t, o)[0]
			a := Ask(t.Context(), ep, o)
			if tc.works {
				if a.Err != nil {
					t.Fatal(a.Err)
				}
				return
			}
			if a.Problem != ProblemTLS || !strings.Contains(fmt.Sprint(a.Err), tc.says) {
				t.Errorf("%q: %v, want it to say %q", a.Problem, a.Err, tc.says)
			}
		})
	}
}
