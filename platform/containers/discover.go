package containers

import (
	"slices"
	"strings"
)

// hasScheme is true when host begins with one of the schemes.
func hasScheme(host string, schemes ...string) bool {
	scheme, _, ok := strings.Cut(host, "://")
	return ok && slices.Contains(schemes, scheme)
}
