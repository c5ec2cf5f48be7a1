package containers

import (
	"testing"

	"tacklebox/platform/containers/dockertest"
)

func needScripts(t testing.TB) {
	t.Helper()
	dockertest.Missing(t, "a unix system", "its helper programs are shell scripts")
}

func runAsNobody(t *testing.T, _ string) {
	dockertest.Missing(t, "a unix system", "it asks a socket as another user")
}
