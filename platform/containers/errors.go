package containers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
)

// Cause is why something at an engine or a registry did not work, from a closed
// set that a panel can turn into an explanation with buttons.
type Cause string

// The causes. CauseNone is the cause of a nil error.
const (
	CauseNone         Cause = ""
	CauseNoEngine     Cause = "no-engine"     // nothing answers at the endpoint
	CausePermission   Cause = "permission"    // the socket or pipe is not ours to open
	CauseNotEngine    Cause = "not-engine"    // something else, or garbage, answered
	CauseAPI          Cause = "api-version"   // the engine is too old or too new for this call
	CauseConfig       Cause = "config"        // config.json or a context cannot be read
	CauseSSH          Cause = "ssh"           // the ssh connection to the engine
	CauseTimeout      Cause = "timeout"       // no answer in time
	CauseCancelled    Cause = "cancelled"     // by the person
	CauseNoImage      Cause = "no-image"      // no such image here or in the registry
	CauseBadReference Cause = "bad-reference" // malformed image reference
	CauseNameTaken    Cause = "name-taken"    // a container has that name already
	CausePortTaken    Cause = "port-taken"    // a host port is in use
	CauseMountMissing Cause = "mount-missing" // a mount's source is not there
	CauseNoUser       Cause = "no-user"       // the image does not know the user
	CauseNoNetworkFor Cause = "no-such-network"
	CauseWorkDir      Cause = "bad-workdir"    // the working folder cannot be used
	CauseCapability   Cause = "bad-capability" // no such kernel capability
	CauseNoDevice     Cause = "no-such-device" // the engine's machine has no such device
	CausePlatform     Cause = "platform"       // no image for this platform
	CauseNoShell      Cause = "no-shell"       // the program to run is not in the image
	CauseAuth         Cause = "auth"           // credentials missing or refused
	CauseDenied       Cause = "denied"         // signed in, but not allowed, or it does not exist
	CauseHelper       Cause = "cred-helper"    // a credential helper is missing or broken
	CauseRateLimit    Cause = "rate-limit"     // the registry wants fewer pulls
	CauseTLS          Cause = "tls"            // certificate, name, or no TLS at all
	CausePlainHTTP    Cause = "plain-http"     // the registry speaks http, the engine https
	CauseNoNetwork    Cause = "no-network"     // the registry cannot be reached
	CauseDNS          Cause = "dns"            // the registry's name does not resolve
	CauseProxy        Cause = "proxy"          // the engine's proxy cannot be reached
	CauseNoSpace      Cause = "no-space"       // the engine's disk is full
	CauseTruncated    Cause = "truncated"      // the engine stopped in the middle of an answer
	CauseNotOurs      Cause = "not-ours"       // a container without our labels
	CauseNotRunning   Cause = "not-running"    // the container does not run, or is paused
	CauseGone         Cause = "gone"           // the container does not exist any more
	CauseBadRequest   Cause = "bad-request"    // the engine refuses the parameters
	CauseOther        Cause = "other"
)

// Error is a step that did not work: what was tried on what, why, and what the
// person can do about it.
type Error struct {
	Op     string // the step, as a verb: "pull image"
	Object string // what it was tried on: "alpine:3.20"
	Cause  Cause
	Err    error  // what came back
	Hint   string // what to do; may be empty
}

// Error composes `op "object": err: hint`.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Object != "" {
		fmt.Fprintf(&b, " %q", e.Object)
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	if e.Hint != "" {
		b.WriteString(": ")
		b.WriteString(e.Hint)
	}
	return b.String()
}

// Unwrap gives the error that came back.
func (e *Error) Unwrap() error { return e.Err }

// CauseOf tells why err happened: the outermost Error's cause, else a
// classification of err itself. It is CauseNone for nil.
func CauseOf(err error) Cause {
	if err == nil {
		return CauseNone
	}
	var own *Error
	if errors.As(err, &own) {
		return own.Cause
	}
	cause, _ := classify(err)
	return cause
}

// wrap makes an *Error of what the docker client returned, with its cause and a
// hint. It returns nil for nil and leaves an *Error as it is.
func wrap(op, object string, err error) error {
	if err == nil {
		return nil
	}
	var own *Error
	if errors.As(err, &own) {
		return err
	}
	cause, hint := classify(err)
	return &Error{Op: op, Object: object, Cause: cause, Err: plain(err), Hint: hint}
}

// classify finds the cause of an error of the docker client and what to do.
func classify(err error) (Cause, string) {
	var reach *reachError
	switch {
	case errors.As(err, &reach):
		return reach.problem.cause(), reach.hint
	case errors.Is(err, context.Canceled):
		return CauseCancelled, ""
	case errors.Is(err, context.DeadlineExceeded):
		return CauseTimeout, "the engine is slow or stuck; try again"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return CauseTruncated, "the engine broke off its answer; try again"
	case notJSON(err):
		return CauseNotEngine, "the answer is not what engines send; a proxy in between may have changed it"
	}
	// The engine has no codes beyond HTTP's, so its words are all there is.
	if cause, hint := causeFromText(err.Error()); cause != CauseNone {
		return cause, hint
	}
	switch {
	case cerrdefs.IsNotFound(err):
		return CauseGone, ""
	case cerrdefs.IsUnauthorized(err):
		return CauseAuth, hintLogin
	case cerrdefs.IsPermissionDenied(err):
		return CauseDenied, ""
	case cerrdefs.IsInvalidArgument(err):
		return CauseBadRequest, ""
	}
	return CauseOther, ""
}

// notJSON is true when an answer could not be decoded.
func notJSON(err error) bool {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	return errors.As(err, &syntax) || errors.As(err, &kind)
}

// plain drops the client's own prefix, which says nothing, and bounds the length
// of what an engine can make us show.
func plain(err error) error {
	var reach *reachError
	if errors.As(err, &reach) {
		return reach
	}
	text := err.Error()
	short := strings.TrimPrefix(text, "Error response from daemon: ")
	short = printable(short, maxErrorText)
	if short == text {
		return err
	}
	return &textError{text: short, err: err}
}

// maxErrorText is the longest message of an engine that is repeated.
const maxErrorText = 2000

// textError shows other words for an error and keeps it for errors.Is.
type textError struct {
	text string
	err  error
}

func (e *textError) Error() string { return e.text }
func (e *textError) Unwrap() error { return e.err }

// printable keeps terminal escapes and other control characters of a foreign
// text out of messages and cuts it to at most limit bytes.
func printable(text string, limit int) string {
	cut := false
	if len(text) > limit {
		text, cut = text[:limit], true
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029':
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.TrimSpace(text)
	if cut {
		text += "…"
	}
	return text
}
