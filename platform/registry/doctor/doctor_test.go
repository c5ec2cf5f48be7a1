package doctor_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/doctor"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/registrytest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// visit runs the doctor on a connection and gives its lines by step.
func visit(t testing.TB, c registry.Connection, password string, o doctor.Options) map[doctor.Step]doctor.Line {
	t.Helper()
	s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
	x := registrytest.Open(t, s, c, password)
	start := time.Now()
	told := 0
	o.Tell = func(doctor.Line) { told++ }
	lines := doctor.Run(t.Context(), x, o)
	limit := o.Total
	if limit == 0 {
		limit = 10 * time.Second
	}
	if took := time.Since(start); took > limit+3*time.Second {
		t.Errorf("took %v", took)
	}
	out := map[doctor.Step]doctor.Line{}
	for i, l := range lines {
		if _, twice := out[l.Step]; twice || l.Step != doctor.Steps[i] {
			t.Errorf("line %d is about %s", i, l.Step)
		}
		out[l.Step] = l
		if l.State == doctor.Bad && l.Remedy == "" {
			t.Errorf("%s: %q without a remedy", l.Step, l.Text)
		}
		if strings.ContainsAny(l.Text+l.Remedy, "\x1b\n") || strings.Contains(l.Text+l.Remedy, "canary") {
			t.Errorf("%+v", l)
		}
	}
	if len(lines) != len(doctor.Steps) || told != len(lines) {
		t.Errorf("%d lines, %d told", len(lines), told)
	}
	return out
}

// wantBad wants these steps to be bad or worth a word, and no others.
func wantBad(t testing.TB, lines map[doctor.Step]doctor.Line, steps ...doctor.Step) {
	t.Helper()
	var got []string
	for _, s := range doctor.Steps {
		if l := lines[s]; l.State == doctor.Bad || l.State == doctor.Warn {
			got = append(got, string(s))
		}
	}
	var want []string
	for _, s := range steps {
		want = append(want, string(s))
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("wrong are %v, want %v: %+v", got, want, lines)
	}
}

func TestAllIsWell(t *testing.T) {
	h := fakeharbor.New(t)
	lines := visit(t, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password, doctor.Options{Engine: engine{kind: doctor.EngineTrusts}})
	wantBad(t, lines)
	if !strings.Contains(lines[doctor.StepVersion].Text, "2.15.2") || !strings.Contains(lines[doctor.StepCredential].Text, "a user") {
		t.Errorf("%+v", lines)
	}
	wantBad(t, visit(t, registry.Connection{URL: h.URL}, "", doctor.Options{}))
}

// TestWrongPasswordIsOneLine, and one failed login.
func TestWrongPasswordIsOneLine(t *testing.T) {
	h := fakeharbor.New(t)
	lines := visit(t, registry.Connection{URL: h.URL, User: "admin"}, "wrong-canary", doctor.Options{})
	wantBad(t, lines, doctor.StepCredential)
	if l := lines[doctor.StepCredential]; l.Cause != registry.CauseCredential || !strings.Contains(l.Text, "admin") {
		t.Errorf("%+v", l)
	}
	if n := h.FailedLogins(); n != 1 {
		t.Errorf("%d failed logins", n)
	}
}

// TestRefusedBefore is not tried again by looking.
func TestRefusedBefore(t *testing.T) {
	h := fakeharbor.New(t)
	s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
	x := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "admin"}, "wrong")
	for range 3 {
		doctor.Run(t.Context(), x, doctor.Options{})
	}
	if n := h.FailedLogins(); n != 1 {
		t.Errorf("%d failed logins", n)
	}
}

// TestEatenDollar: a shell took a part of the robot's name.
func TestEatenDollar(t *testing.T) {
	h := fakeharbor.New(t)
	h.Robots = []*fakeharbor.Robot{{ID: 1, Name: "robot$ops", Secret: "s"}}
	lines := visit(t, registry.Connection{URL: h.URL, User: "robotops"}, "s", doctor.Options{})
	wantBad(t, lines, doctor.StepCredential)
	if l := lines[doctor.StepCredential]; !strings.Contains(l.Remedy, "single quotes") {
		t.Errorf("%+v", l)
	}
}

func TestExpiredRobot(t *testing.T) {
	h := fakeharbor.New(t)
	h.Robots = []*fakeharbor.Robot{{ID: 1, Name: "robot$ops", Secret: "s", Expires: 1}}
	lines := visit(t, registry.Connection{URL: h.URL, User: "robot$ops"}, "s", doctor.Options{})
	wantBad(t, lines, doctor.StepCredential)
	if l := lines[doctor.StepCredential]; !strings.Contains(l.Remedy, "expired") {
		t.Errorf("%+v", l)
	}
}

func TestOIDCSecret(t *testing.T) {
	h := fakeharbor.New(t)
	h.AuthMode = "oidc_auth"
	h.Users["jo"] = &fakeharbor.User{Secret: "s"}
	lines := visit(t, registry.Connection{URL: h.URL, User: "jo"}, "s", doctor.Options{})
	wantBad(t, lines, doctor.StepCredential)
	if l := lines[doctor.StepCredential]; l.State != doctor.Warn || !strings.Contains(l.Text, "OIDC") {
		t.Errorf("%+v", l)
	}
}

// TestUnknownCA shows the fingerprint, and takes it once it is accepted.
func TestUnknownCA(t *testing.T) {
	ca := registrytest.NewCA(t)
	pair := ca.Pair(t, registrytest.Leaf{})
	h := fakeharbor.NewTLS(t, pair)
	lines := visit(t, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password, doctor.Options{})
	wantBad(t, lines, doctor.StepTLS)
	l := lines[doctor.StepTLS]
	if l.Cause != registry.CauseUnknownCA || l.Certificate == nil || l.Certificate.Fingerprint != registrytest.Fingerprint(pair) {
		t.Fatalf("%+v", l)
	}
	for _, c := range []registry.Connection{{CA: ca.PEM}, {Fingerprint: l.Certificate.Fingerprint}} {
		c.URL, c.User = h.URL, "admin"
		// It ends in a day.
		wantBad(t, visit(t, c, fakeharbor.Password, doctor.Options{}), doctor.StepTLS)
	}
	if n := h.FailedLogins(); n != 0 {
		t.Errorf("%d failed logins", n)
	}
}

func TestExpiredCertificate(t *testing.T) {
	ca := registrytest.NewCA(t)
	h := fakeharbor.NewTLS(t, ca.Pair(t, registrytest.Leaf{Ends: time.Now().Add(-time.Hour)}))
	lines := visit(t, registry.Connection{URL: h.URL, CA: ca.PEM}, "", doctor.Options{})
	wantBad(t, lines, doctor.StepTLS)
	if l := lines[doctor.StepTLS]; l.Cause != registry.CauseExpired {
		t.Errorf("%+v", l)
	}
}

// TestPlainRealmBehindTLS: a proxy ends TLS and Harbor does not know.
func TestPlainRealmBehindTLS(t *testing.T) {
	ca := registrytest.NewCA(t)
	h := fakeharbor.NewTLS(t, ca.Pair(t, registrytest.Leaf{Ends: time.Now().Add(200 * 24 * time.Hour)}))
	h.PlainRealm = true
	lines := visit(t, registry.Connection{URL: h.URL, User: "admin", CA: ca.PEM}, fakeharbor.Password, doctor.Options{})
	wantBad(t, lines, doctor.StepRealm)
	if l := lines[doctor.StepRealm]; !strings.Contains(l.Remedy, "external_url") {
		t.Errorf("%+v", l)
	}
}

func TestRealmElsewhere(t *testing.T) {
	h := fakeharbor.New(t)
	h.Realm = "https://auth.example/token"
	lines := visit(t, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password, doctor.Options{})
	wantBad(t, lines, doctor.StepRealm)
	if l := lines[doctor.StepRealm]; l.Host != "auth.example" {
		t.Errorf("%+v", l)
	}
	wantBad(t, visit(t, registry.Connection{URL: h.URL, User: "admin", Realms: []string{"auth.example"}}, fakeharbor.Password, doctor.Options{}))
}

func TestOldVersion(t *testing.T) {
	h := fakeharbor.New(t)
	h.Version = "v2.6.4-2a3f"
	wantBad(t, visit(t, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password, doctor.Options{}), doctor.StepVersion)
}

func TestClockOff(t *testing.T) {
	h := fakeharbor.New(t)
	h.ServerClock = -10 * time.Minute
	lines := visit(t, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password, doctor.Options{})
	wantBad(t, lines, doctor.StepClock)
	if l := lines[doctor.StepClock]; !strings.Contains(l.Text, "10m") || !strings.Contains(l.Text, "behind") {
		t.Errorf("%+v", l)
	}
}

// TestPageOfAProxy: a page answers instead of a registry.
func TestPageOfAProxy(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html><title>Sign in</title></html>"))
	}))
	defer s.Close()
	lines := visit(t, registry.Connection{URL: s.URL, User: "admin"}, "canary", doctor.Options{})
	wantBad(t, lines, doctor.StepChallenge)
	if l := lines[doctor.StepChallenge]; l.Cause != registry.CauseNotRegistry || !strings.Contains(l.Text, "Sign in") {
		t.Errorf("%+v", l)
	}
}

// TestNothingListens: as where a port was dropped from the address.
func TestNothingListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	lines := visit(t, registry.Connection{URL: "http://" + addr}, "", doctor.Options{})
	wantBad(t, lines, doctor.StepTCP)
	lines = visit(t, registry.Connection{URL: "https://127.0.0.1"}, "", doctor.Options{})
	if got := lines[doctor.StepTCP]; got.State == doctor.Bad && !strings.Contains(got.Remedy, "another port") {
		t.Errorf("%+v", got)
	}
	wantBad(t, visit(t, registry.Connection{URL: "https://registry.invalid"}, "", doctor.Options{}), doctor.StepDNS)
	wantBad(t, visit(t, registry.Connection{URL: "https://registry.invalid", Proxy: "http://" + addr}, "", doctor.Options{}), doctor.StepTCP)
}

// TestNothingAnswers: a server that takes the connection and says nothing. All
// verdicts come in time.
func TestNothingAnswers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, scheme := range []string{"http", "https"} {
		lines := visit(t, registry.Connection{URL: scheme + "://" + l.Addr().String(), User: "u"}, "canary", doctor.Options{Total: time.Second, Engine: engine{kind: doctor.EngineTrusts, hang: true}})
		step := doctor.StepChallenge
		if scheme == "https" {
			step = doctor.StepTLS
		}
		wantBad(t, lines, step, doctor.StepEngine)
	}
	h := fakeharbor.New(t)
	h.Fail(fakeharbor.Fault{Path: "/v2", Kind: "hang"})
	wantBad(t, visit(t, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password, doctor.Options{Total: time.Second}), doctor.StepChallenge)
	h.Mend()
	h.Fail(fakeharbor.Fault{Path: "/api", Kind: "hang"})
	lines := visit(t, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password, doctor.Options{Total: time.Second})
	if lines[doctor.StepCredential].State != doctor.Bad {
		t.Errorf("%+v", lines[doctor.StepCredential])
	}
}

// engine is one that says what it is told.
type engine struct {
	kind doctor.EngineKind
	hang bool
	got  *registry.Credential
}

func (engine) Name() string { return "Docker at unix:///var/run/docker.sock" }

func (e engine) AskRegistry(ctx context.Context, host string, cred registry.Credential) doctor.EngineAnswer {
	if e.hang {
		<-ctx.Done()
	}
	if e.got != nil {
		*e.got = cred
	}
	return doctor.EngineAnswer{Kind: e.kind, Text: "tls: failed to verify certificate: x509: certificate signed by unknown authority\x1b[1m"}
}

// TestEngine: its trust is another's, and it gets no credential that was refused.
func TestEngine(t *testing.T) {
	h := fakeharbor.New(t)
	for kind, state := range map[doctor.EngineKind]doctor.State{
		doctor.EngineTrusts: doctor.OK, doctor.EngineUntrusted: doctor.Bad, doctor.EnginePlain: doctor.Bad, doctor.EngineCannot: doctor.Bad, doctor.EngineUnknown: doctor.Skipped, doctor.EngineRefused: doctor.Warn,
	} {
		var got registry.Credential
		lines := visit(t, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password, doctor.Options{Engine: engine{kind: kind, got: &got}})
		if l := lines[doctor.StepEngine]; l.State != state || got.User != "admin" {
			t.Errorf("%s: %+v, got %v", kind, l, got)
		}
		if kind == doctor.EngineUntrusted && !strings.Contains(lines[doctor.StepEngine].Remedy, "/etc/docker/certs.d/"+strings.TrimPrefix(h.URL, "http://")+"/ca.crt") {
			t.Errorf("%+v", lines[doctor.StepEngine])
		}
	}
	var got registry.Credential
	visit(t, registry.Connection{URL: h.URL, User: "admin"}, "wrong", doctor.Options{Engine: engine{kind: doctor.EngineRefused, got: &got}})
	if !got.None() {
		t.Error("the engine got a password that was refused")
	}
}
