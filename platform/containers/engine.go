package containers

import (
	"net/http"
	"sync"
	"time"

	"github.com/docker/docker/client"
)

// Engine is a connection to one container engine. It is safe for concurrent
// use and stays valid when the engine goes away and comes back.
type Engine struct {
	api  *client.Client
	wire *http.Transport // below api; closed by Close
	opts Options         // with defaults filled in
	ep   Endpoint

	mu     sync.Mutex
	answer Answer
	trip   time.Duration // there and back, on a connection that stood

	launching launchState
}

func (e *Engine) setTrip(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.trip = d
}

// pingLimit is how long a ping may take before the engine counts as lost: more
// than usual only for an engine that is far away.
func (e *Engine) pingLimit() time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	return max(pingTimeout, min(4*e.trip, remoteAskTimeout))
}

// Endpoint is the place this engine was found at.
func (e *Engine) Endpoint() Endpoint { return e.ep }

// Answer is what the engine said of itself when it last answered in full.
func (e *Engine) Answer() Answer {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.answer
}

// Close gives up the connections that are idle. Calls still under way end with
// their own contexts.
func (e *Engine) Close() error {
	e.wire.CloseIdleConnections()
	return e.api.Close()
}
