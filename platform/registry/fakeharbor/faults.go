package fakeharbor

import (
	"io"
	"log"
	"net/http"
	"strings"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// fault is the one for this request; its caller holds the lock.
func (h *Harbor) fault(r *http.Request) *Fault {
	for _, f := range h.faults {
		if strings.Contains(r.URL.Path, f.Path) && (f.Times == 0 || f.hits < f.Times) {
			f.hits++
			return f
		}
	}
	return nil
}

// act does what goes wrong; false lets the true answer follow.
func (f *Fault) act(w http.ResponseWriter, r *http.Request) bool {
	switch f.Kind {
	case "html":
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!DOCTYPE html><html><head><title>Sign in to \x1b[31mACME</title></head><body>please</body></html>")
	case "hang":
		<-r.Context().Done()
	case "die":
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `[{"name":"half`)
		panic(http.ErrAbortHandler)
	case "garbage":
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"name": 7, ]`)
	case "null":
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "null\n")
	case "429":
		w.Header().Set("Retry-After", "17")
		fail(w, http.StatusTooManyRequests, "TOO_MANY_REQUEST", "too many requests")
	case "500":
		fail(w, http.StatusInternalServerError, "UNKNOWN", "internal server error")
	case "403":
		fail(w, http.StatusForbidden, "FORBIDDEN", "forbidden")
	case "401":
		fail(w, http.StatusUnauthorized, "UNAUTHORIZED", "unauthorized")
	case "redirect":
		http.Redirect(w, r, f.To, http.StatusFound)
	case "endless":
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "[")
		line := strings.Repeat(`"xxxxxxxxxxxxxxxx",`, 4096)
		for {
			if _, err := io.WriteString(w, line); err != nil {
				return true
			}
		}
	default:
		return false
	}
	return true
}
