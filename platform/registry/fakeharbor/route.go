package fakeharbor

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// request is one that was understood as far as its path.
type request struct {
	*http.Request
	w    http.ResponseWriter
	p    principal
	segs []string
	args []string
}

// decode takes a path as nginx and core together do: nginx once as a whole, core
// then each part. So a slash that was escaped once is one of the path.
func decode(escaped string) ([]string, bool) {
	once, err := url.PathUnescape(escaped)
	if err != nil {
		return nil, false
	}
	parts := strings.Split(strings.Trim(once, "/"), "/")
	for i, part := range parts {
		if parts[i], err = url.PathUnescape(part); err != nil {
			return nil, false
		}
	}
	return parts, true
}

// is matches the path against words, with "*" for any.
func (r *request) is(method string, words ...string) bool {
	if r.Method != method && (method != http.MethodGet || r.Method != http.MethodHead) || len(r.segs) != len(words) {
		return false
	}
	r.args = r.args[:0]
	for i, word := range words {
		if word == "*" {
			r.args = append(r.args, r.segs[i])
		} else if word != r.segs[i] {
			return false
		}
	}
	return true
}

func (h *Harbor) route(w http.ResponseWriter, r *http.Request) {
	if _, err := r.Cookie("sid"); err == nil {
		h.cookies++
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("X-Harbor-Csrf-Token", "x")
			fail(w, http.StatusForbidden, "FORBIDDEN", "CSRF token not found in request")
			return
		}
	}
	http.SetCookie(w, &http.Cookie{Name: "sid", Value: "0123456789abcdef", Path: "/", HttpOnly: true})
	q := &request{Request: r, w: w, p: h.who(r)}
	switch {
	case strings.HasPrefix(r.URL.Path, "/service/token"):
		h.token(w, r, q.p)
		return
	case r.URL.Path == "/v2" || strings.HasPrefix(r.URL.Path, "/v2/"):
		h.v2(q)
		return
	}
	parts, ok := decode(r.URL.EscapedPath())
	if !ok || len(parts) < 3 || parts[0] != "api" || parts[1] != "v2.0" {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusOK)
		fmt.Fprint(w, "<!doctype html><html><head><title>Harbor</title></head></html>")
		return
	}
	q.segs = parts[2:]
	if q.p.kind == "oidc" && !cliSecret(q) {
		fail(w, http.StatusUnauthorized, "UNAUTHORIZED", "UnAuthorized")
		return
	}
	if !h.content(q) && !h.operations(q) {
		fail(w, http.StatusNotFound, "NOT_FOUND", "The resource was not found")
	}
}

// cliSecret is whether Harbor takes a CLI secret for this.
func cliSecret(q *request) bool {
	return q.is("GET", "projects") || q.is("GET", "systeminfo") || q.is("GET", "labels") ||
		q.is("GET", "projects", "*", "repositories") || q.is("GET", "projects", "*", "repositories", "*", "artifacts")
}

// number is a version as one number.
func (h *Harbor) atLeast(major, minor int) bool {
	var a, b int
	if _, err := fmt.Sscanf(h.Version, "v%d.%d", &a, &b); err != nil {
		return false
	}
	return a > major || a == major && b >= minor
}

// page cuts a list and sets the headers. False means that an error was sent.
func page[T any](q *request, all []T) ([]T, bool) {
	n, size := 1, 10
	for name, into := range map[string]*int{"page": &n, "page_size": &size} {
		if text := q.URL.Query().Get(name); text != "" {
			v, err := strconv.Atoi(text)
			if err != nil || v < 1 {
				fail(q.w, http.StatusUnprocessableEntity, "UNPROCESSABLE_ENTITY", name+" in query should be greater than or equal to 1")
				return nil, false
			}
			*into = v
		}
	}
	if size > 100 {
		fail(q.w, http.StatusUnprocessableEntity, "UNPROCESSABLE_ENTITY", "page_size in query should be less than or equal to 100")
		return nil, false
	}
	q.w.Header().Set("X-Total-Count", strconv.Itoa(len(all)))
	from := min((n-1)*size, len(all))
	to := min(from+size, len(all))
	if to < len(all) {
		// As Harbor has it: not escaped, with commas in it.
		q.w.Header().Set("Link", fmt.Sprintf(`</api/v2.0/%s?page=%d&page_size=%d&q=%s>; rel="next" , </x?q=a,b>; rel="prev"`, strings.Join(q.segs, "/"), n+1, size, q.URL.Query().Get("q")))
	}
	return all[from:to:to], true
}

// filter is Harbor's q: unescaped once more, split at commas; keys that are not
// known are ignored.
func filter(q *request) (map[string]string, bool) {
	text := q.URL.Query().Get("q")
	out := map[string]string{}
	if text == "" {
		return out, true
	}
	text, err := url.QueryUnescape(text)
	if err != nil {
		fail(q.w, http.StatusBadRequest, "BAD_REQUEST", "invalid query")
		return nil, false
	}
	for _, part := range strings.Split(text, ",") {
		key, value, ok := strings.Cut(part, "=")
		if !ok {
			fail(q.w, http.StatusBadRequest, "BAD_REQUEST", "invalid query: "+part)
			return nil, false
		}
		out[key] = value
	}
	return out, true
}

// matches is one value of q against a text.
func matches(value, text string) bool {
	if part, fuzzy := strings.CutPrefix(value, "~"); fuzzy {
		return strings.Contains(text, part)
	}
	return strings.TrimPrefix(value, `\`) == text
}
