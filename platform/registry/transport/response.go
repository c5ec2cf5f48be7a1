package transport

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tacklebox/platform/registry"
)

// maxRetryAfter bounds what a server can make us wait.
const maxRetryAfter = time.Hour

// statusCauses maps what servers say to causes.
var statusCauses = map[int]registry.Cause{
	http.StatusBadRequest:          registry.CauseRequest,
	http.StatusUnauthorized:        registry.CauseCredential,
	http.StatusForbidden:           registry.CauseForbidden,
	http.StatusNotFound:            registry.CauseNotFound,
	http.StatusMethodNotAllowed:    registry.CauseRequest,
	http.StatusConflict:            registry.CauseConflict,
	http.StatusPreconditionFailed:  registry.CausePolicy,
	http.StatusUnprocessableEntity: registry.CauseRequest,
	http.StatusTooManyRequests:     registry.CauseTooMany,
}

// statusHints say what to do.
var statusHints = map[registry.Cause]string{
	registry.CauseCredential: "check the user name and the secret; a robot's name has its prefix, which a shell may eat: quote it",
	registry.CauseTooMany:    "the server asks to be asked less often",
	registry.CauseServer:     "the cause stands in the server's log",
}

// FromResponse makes an error of an answer that is none of the wanted ones.
func FromResponse(resp *http.Response, text []byte) error {
	e := &registry.Error{Status: resp.StatusCode, Cause: statusCauses[resp.StatusCode], RequestID: registry.Clean(resp.Header.Get("X-Request-Id"), 100)}
	if e.Cause == "" {
		e.Cause = registry.CauseOther
		if resp.StatusCode >= 500 {
			e.Cause = registry.CauseServer
		}
	}
	e.Code, e.Message = ParseErrors(text)
	e.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), time.Now())
	host := ""
	if resp.Request != nil {
		host = resp.Request.URL.Host
	}
	if e.Message == "" && LooksHTML(resp.Header, text) && !asksToSignIn(resp) {
		e.Cause = registry.CauseNotRegistry
		e.Err = fmt.Errorf("%s answers with a web page%s", host, title(text))
		e.Hint = "a proxy or a sign-in page is in between: check the address and the port"
		return e
	}
	if e.Message == "" {
		e.Err = errors.New(strings.ToLower(statusText(resp.StatusCode)))
		if t := registry.Clean(string(text), 300); t != "" && !LooksHTML(resp.Header, text) && resp.StatusCode >= 400 {
			e.Message = t
		}
	}
	if resp.StatusCode == http.StatusUnauthorized && resp.Request != nil && resp.Request.Header.Get("Authorization") == "" {
		e.Cause, e.Hint = registry.CauseAnonymous, "sign in to see this"
		return e
	}
	e.Hint = statusHints[e.Cause]
	if e.RetryAfter > 0 {
		e.Hint = "try again in " + e.RetryAfter.String()
	}
	return e
}

// asksToSignIn is whether a 401 is about the credential that was or was not sent,
// whatever page comes with it: a web server in front of a registry answers so when it
// keeps the passwords. A portal's page has no challenge that a program could meet.
func asksToSignIn(resp *http.Response) bool {
	return resp.StatusCode == http.StatusUnauthorized && ParseChallenge(resp.Header.Get("Www-Authenticate")).Scheme != ""
}

func statusText(status int) string {
	if t := http.StatusText(status); t != "" {
		return t
	}
	return "HTTP " + strconv.Itoa(status)
}

// ParseErrors reads the list of errors that Harbor and distribution both send.
func ParseErrors(text []byte) (code, message string) {
	if len(text) > maxAnswer {
		return "", ""
	}
	var body struct {
		Errors []struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"errors"`
		Message string `json:"message"` // of the job service
		Details string `json:"details"` // of token services
	}
	if json.Unmarshal(text, &body) != nil {
		return "", ""
	}
	var all []string
	for _, e := range body.Errors {
		if len(all) == 5 {
			break
		}
		if code == "" {
			code = registry.Clean(e.Code, 80)
		}
		if m := registry.Clean(e.Message, 500); m != "" {
			all = append(all, m)
		}
	}
	if len(all) == 0 && body.Message != "" {
		all = append(all, registry.Clean(body.Message, 500))
	}
	if len(all) == 0 && body.Details != "" {
		all = append(all, registry.Clean(body.Details, 500))
	}
	if len(all) == 0 && code != "" {
		all = append(all, strings.ToLower(strings.ReplaceAll(code, "_", " ")))
	}
	return code, strings.Join(all, "; ")
}

// title is the title of a page, for the person who knows whose it is.
func title(text []byte) string {
	lower := strings.ToLower(string(text))
	if len(lower) != len(text) {
		return "" // characters whose small form is longer: the places do not fit
	}
	from := strings.Index(lower, "<title>")
	if from < 0 {
		return ""
	}
	from += len("<title>")
	to := strings.Index(lower[from:], "</title>")
	if to < 0 {
		return ""
	}
	t := registry.Clean(string(text[from:from+to]), 80)
	if t == "" {
		return ""
	}
	return fmt.Sprintf(", %q", t)
}

// retryAfter reads seconds or a date.
func retryAfter(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0
	}
	if n, err := strconv.Atoi(text); err == nil {
		if n < 0 {
			return 0
		}
		return min(time.Duration(min(n, 1<<30))*time.Second, maxRetryAfter)
	}
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return min(at.Sub(now), maxRetryAfter)
	}
	return 0
}
