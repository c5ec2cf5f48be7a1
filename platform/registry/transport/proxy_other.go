//go:build !windows

package transport

import "golang.org/x/net/http/httpproxy"

// osProxy knows none: the environment says it all.
func osProxy() *httpproxy.Config { return nil }
