package transport

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"tacklebox/platform/registry"
)

// maxCalm is how long a server is left alone at most without a request of ours asking
// again: it may ask for an hour, and people want to know before.
const maxCalm = time.Minute

// calm leaves a server alone that asked for it with 429 or 503 and Retry-After: what
// is read again and again would else be asked for all the same. It is kept for each
// host and part of its API, since limits on pulls are none on lists.
type calm struct {
	now func() time.Time

	mu    sync.Mutex
	until map[string]time.Time
}

func part(r *http.Request) string {
	path := strings.TrimPrefix(r.URL.Path, "/")
	first, rest, _ := strings.Cut(path, "/")
	if first == "v2" && (strings.Contains(rest, "/manifests/") || strings.Contains(rest, "/blobs/")) {
		first = "v2 content"
	}
	return r.URL.Host + " " + first
}

// wait is an error while the server wants to be left alone.
func (c *calm) wait(r *http.Request) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	left := c.until[part(r)].Sub(c.now())
	if left <= 0 {
		return nil
	}
	left = max(left.Round(time.Second), time.Second)
	return &registry.Error{Cause: registry.CauseTooMany, RetryAfter: left, Err: errors.New(r.URL.Host + " asked to be left alone for a while"), Hint: "try again in " + left.String()}
}

// answered looks whether an answer asks for it.
func (c *calm) answered(r *http.Request, resp *http.Response) {
	if resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusServiceUnavailable {
		return
	}
	now := c.now()
	d := min(retryAfter(resp.Header.Get("Retry-After"), now), maxCalm)
	if d <= 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.until == nil || len(c.until) > 100 {
		c.until = map[string]time.Time{}
	}
	c.until[part(r)] = now.Add(d)
}
