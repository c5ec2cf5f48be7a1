//go:build !linux

package tuntest

import (
	"os"
	"testing"
)

// Env is a test's network, from within.
type Env struct{}

// Run leaves the test out: it needs Linux.
func Run(t *testing.T, _ Options, _ func(*Env)) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal("network namespaces and TUN devices need Linux: run this test there")
	}
	t.Skip("network namespaces and TUN devices need Linux")
}

// Seen is empty.
func (e *Env) Seen() []Request { return nil }

// IP does nothing.
func (e *Env) IP(...string) {}

// IPTables does nothing.
func (e *Env) IPTables(...string) {}

// Command does nothing.
func (e *Env) Command(string, string, ...string) string { return "" }

// Sysctl does nothing.
func (e *Env) Sysctl(string, string) {}
