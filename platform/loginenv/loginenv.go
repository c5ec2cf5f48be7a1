// Package loginenv knows the PATH that a login shell would have. A program
// started from a launcher gets a short one, where Docker's credential helpers
// are not found.
package loginenv

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// The bounds of what a login shell may say and of how long it may take.
const (
	timeout    = 3 * time.Second
	maxOutput  = 256 << 10
	maxPath    = 32 << 10
	maxEntries = 200
	maxEntry   = 4096
)

// Env asks the login shell once and remembers its answer.
type Env struct {
	mu    sync.Mutex
	asked chan struct{} // closed when path is known; nil before the first call
	path  string
}

// New makes an Env that has not asked yet.
func New() *Env { return &Env{} }

// Path is the PATH of the login shell, followed by what this process's own has
// beyond it. It takes up to three seconds the first time, when ctx lets it, and
// falls back to the process's own; so it is not called on Fyne's goroutine.
func (e *Env) Path(ctx context.Context) string {
	e.mu.Lock()
	if e.asked == nil {
		e.asked = make(chan struct{})
		go func() {
			// Not ctx: whoever asks next wants the answer too.
			path := Path(context.Background())
			e.mu.Lock()
			e.path = path
			e.mu.Unlock()
			close(e.asked)
		}()
	}
	asked := e.asked
	e.mu.Unlock()
	select {
	case <-asked:
	case <-ctx.Done():
		return os.Getenv("PATH")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.path
}

// Path asks the login shell for its PATH, for three seconds at most.
func Path(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return merge(shellPath(ctx), os.Getenv("PATH"))
}

// merge joins the entries of two PATHs, each once, the first's in front.
func merge(first, second string) string {
	var entries []string
	for _, list := range []string{first, second} {
		for _, entry := range filepath.SplitList(list) {
			if entry != "" && !slices.Contains(entries, entry) {
				entries = append(entries, entry)
			}
		}
	}
	return strings.Join(entries, string(os.PathListSeparator))
}

// between finds a PATH that stands between two lines with the marker in what a
// shell wrote; its start files may have written anything before and after. It is
// empty when there is none that can be used.
func between(output, marker string) string {
	_, rest, ok := strings.Cut(output, marker+"\n")
	if !ok {
		return ""
	}
	found, _, ok := strings.Cut(rest, "\n"+marker)
	if !ok {
		return ""
	}
	return sane(found)
}

// sane keeps the entries of a PATH that can be folders: absolute, on one line,
// without control characters. A relative one would find a helper in whatever
// folder the program was started in.
func sane(path string) string {
	if len(path) > maxPath {
		return ""
	}
	var entries []string
	for _, entry := range strings.Split(path, string(os.PathListSeparator)) {
		if len(entries) == maxEntries {
			break
		}
		if filepath.IsAbs(entry) && len(entry) <= maxEntry && utf8.ValidString(entry) &&
			!strings.ContainsFunc(entry, unicode.IsControl) && !slices.Contains(entries, entry) {
			entries = append(entries, entry)
		}
	}
	return strings.Join(entries, string(os.PathListSeparator))
}
