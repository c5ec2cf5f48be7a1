package containers

import (
	"testing"

	"tacklebox/platform/containers/dockertest"
)

func runAsNobody(t *testing.T, _ string) {
	dockertest.Missing(t, "a unix system", "it asks a socket as another user")
}
