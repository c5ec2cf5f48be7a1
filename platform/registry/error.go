package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Cause is why something did not work, for whoever explains it.
type Cause string

// The causes.
const (
	CauseOther       Cause = "other"
	CauseAddress     Cause = "address"      // the address, CA file, fingerprint or proxy is not one
	CauseDNS         Cause = "dns"          // no such host
	CauseConnect     Cause = "connect"      // nothing listens, or a firewall
	CauseTimeout     Cause = "timeout"      // no answer in time
	CauseProxy       Cause = "proxy"        // the proxy in between
	CauseUnknownCA   Cause = "unknown-ca"   // signed by nobody that is trusted
	CauseExpired     Cause = "expired"      // the certificate is too old, or not valid yet
	CauseName        Cause = "name"         // the certificate is for another name
	CauseTLS         Cause = "tls"          // TLS in another way
	CauseFingerprint Cause = "fingerprint"  // another certificate than the accepted one
	CausePlain       Cause = "plain"        // http, for a host that is not marked for it
	CauseRedirect    Cause = "redirect"     // a redirect that is not followed
	CauseRealm       Cause = "realm"        // another host wants the password
	CauseNotRegistry Cause = "not-registry" // something else answers, such as a proxy's page
	CauseBroken      Cause = "broken"       // the answer ends in the middle or is not what it should be
	CauseTooLarge    Cause = "too-large"    // the answer is larger than any should be
	CauseCredential  Cause = "credential"   // 401 to a credential
	CauseStopped     Cause = "stopped"      // refused before: not used until the person acts
	CauseAnonymous   Cause = "anonymous"    // 401 to nobody: sign in
	CauseNotForOIDC  Cause = "oidc-secret"  // Harbor takes no CLI secret here
	CauseForbidden   Cause = "forbidden"    // 403: a right is missing
	CauseNotFound    Cause = "not-found"    // 404
	CauseTooOld      Cause = "too-old"      // this server's version has no such thing
	CauseConflict    Cause = "conflict"     // 409
	CausePolicy      Cause = "policy"       // 412 by a project's rule
	CauseRequest     Cause = "request"      // 400, 422: the server does not take this
	CauseTooMany     Cause = "too-many"     // 429
	CauseServer      Cause = "server"       // 5xx
	CauseKeychain    Cause = "keychain"     // the secret cannot be read
	CauseHelper      Cause = "helper"       // Docker's files or helpers
	CauseUnknown     Cause = "unknown-name" // no such connection
	CauseUnsupported Cause = "unsupported"  // this kind of registry has no such thing
	CauseCancelled   Cause = "cancelled"
)

// Error is what did not work: on what, what came back, and what to do.
type Error struct {
	Op     string
	Object string
	Cause  Cause
	// Status, Code and Message are the server's; Message is cleaned.
	Status  int
	Code    string
	Message string
	// RequestID is found again in the server's log.
	RequestID string
	// RetryAfter is what the server asked for with 429 or 503.
	RetryAfter time.Duration
	// Right is what the account lacks, as Harbor calls it, such as
	// "jobservice-monitor:list".
	Right string
	// Since is the first version that has it.
	Since string
	// Host is the one that wants the password, with CauseRealm.
	Host string
	// Certificate is what the server showed, with the causes of TLS.
	Certificate *Certificate
	Err         error
	Hint        string
}

// Certificate is what a server showed of itself.
type Certificate struct {
	Subject     string    `json:"subject"`
	Issuer      string    `json:"issuer"`
	Names       []string  `json:"names,omitempty"`
	NotBefore   time.Time `json:"not_before"`
	NotAfter    time.Time `json:"not_after"`
	Fingerprint string    `json:"sha256"` // lower-case hexadecimal
	SelfSigned  bool      `json:"self_signed,omitempty"`
}

// Error is one sentence that says what to do.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Object != "" {
		b.WriteString(" " + e.Object)
	}
	b.WriteString(": ")
	switch {
	case e.Message != "":
		b.WriteString(e.Message)
	case e.Err != nil:
		b.WriteString(e.Err.Error())
	default:
		b.WriteString(string(e.Cause))
	}
	if e.Status != 0 {
		fmt.Fprintf(&b, " (HTTP %d", e.Status)
		if e.RequestID != "" {
			b.WriteString(", request " + e.RequestID)
		}
		b.WriteString(")")
	} else if e.RequestID != "" {
		b.WriteString(" (request " + e.RequestID + ")")
	}
	if e.Hint != "" {
		b.WriteString(": " + e.Hint)
	}
	return b.String()
}

// Unwrap is what is below.
func (e *Error) Unwrap() error { return e.Err }

// CauseOf is the cause of an error, "" for none.
func CauseOf(err error) Cause {
	if err == nil {
		return ""
	}
	var own *Error
	switch {
	case errors.As(err, &own):
		return own.Cause
	case errors.Is(err, context.Canceled):
		return CauseCancelled
	case errors.Is(err, context.DeadlineExceeded):
		return CauseTimeout
	}
	return CauseOther
}

// Explain gives err an operation and an object, keeping an *Error's cause.
func Explain(op, object string, err error) error {
	if err == nil {
		return nil
	}
	var own *Error
	if errors.As(err, &own) {
		c := *own
		c.Op, c.Object = op, object
		return &c
	}
	return &Error{Op: op, Object: object, Cause: CauseOf(err), Err: err}
}
