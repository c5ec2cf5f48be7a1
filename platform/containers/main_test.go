package containers

import (
	"os"
	"testing"

	"tacklebox/platform/containers/dockertest"
)

func TestMain(m *testing.M) { os.Exit(dockertest.Main(m)) }

// connected is a connection to an engine of dockertest, with a home and a data
// folder of the test's own.
func connected(t testing.TB, host string) *Engine {
	t.Helper()
	return connectedWith(t, host, Options{})
}

func connectedWith(t testing.TB, host string, o Options) *Engine {
	t.Helper()
	if o.Home == "" {
		o.Home = t.TempDir()
	}
	if o.DataDir == "" {
		o.DataDir = t.TempDir()
	}
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	e, err := Connect(t.Context(), Endpoint{ID: host, Name: "test", Host: host, Origin: OriginExplicit}, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// env makes a Getenv of pairs of names and values.
func env(pairs ...string) func(string) string {
	m := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return m[name] }
}

// wantCause ends the test unless err has this cause.
func wantCause(t testing.TB, err error, want Cause) {
	t.Helper()
	if got := CauseOf(err); got != want {
		t.Fatalf("cause %q, want %q: %v", got, want, err)
	}
}
