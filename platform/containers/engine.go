package containers

import (
	"net/http"
	"sync"

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

	launching launchState
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
