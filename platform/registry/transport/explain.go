package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"tacklebox/platform/registry"
)

// hints for the causes of TLS.
var hints = map[registry.Cause]string{
	registry.CauseUnknownCA:   "give this connection the CA's file, or compare the fingerprint with the server's own and accept it",
	registry.CauseExpired:     "renew the server's certificate, or check this machine's clock",
	registry.CauseName:        "use the name that the certificate has",
	registry.CauseFingerprint: "if the certificate was renewed, compare the new fingerprint and accept it",
	registry.CauseTLS:         "check what the server offers with openssl s_client",
}

// explain gives what net/http says a cause.
func (t *Transport) explain(r *http.Request, err error) error {
	var own *registry.Error
	if errors.As(err, &own) {
		return own
	}
	host := r.URL.Host
	say := func(cause registry.Cause, text, hint string) error {
		return &registry.Error{Cause: cause, Err: fmt.Errorf("%s: %w", text, &quiet{err}), Hint: hint}
	}
	var u *untrusted
	if errors.As(err, &u) {
		return &registry.Error{Cause: u.cause, Err: u.err, Certificate: u.cert, Hint: hints[u.cause]}
	}
	if ctxErr := r.Context().Err(); ctxErr != nil {
		if errors.Is(ctxErr, context.DeadlineExceeded) {
			return say(registry.CauseTimeout, host+" did not answer in time", "try again, or look at the network between here and there")
		}
		return context.Cause(r.Context())
	}
	proxy, _ := t.proxy(r.URL)
	if proxy != nil && (isOp(err, "proxyconnect") || !isOp(err, "dial") && isProxyText(err)) {
		return say(registry.CauseProxy, "the proxy "+proxy.Host+" does not let us through", "check the proxy, or set this connection to none")
	}
	where := host
	if proxy != nil {
		where = "the proxy " + proxy.Host
	}
	var dns *net.DNSError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var timeout net.Error
	switch {
	case errors.As(err, &dns):
		if proxy != nil {
			return say(registry.CauseProxy, "the name of "+where+" is not known", "check how the proxy is written")
		}
		return say(registry.CauseDNS, "the name "+hostOf(host)+" is not known", "check how it is written, and whether it needs a VPN")
	case errors.As(err, &record):
		return say(registry.CauseTLS, host+" does not speak TLS", "if it has none, write http:// and mark it for plain HTTP")
	case errors.As(err, &alert):
		return say(registry.CauseTLS, host+" refuses our TLS", hints[registry.CauseTLS])
	case errors.As(err, new(x509.UnknownAuthorityError)), errors.As(err, new(*tls.CertificateVerificationError)):
		return say(registry.CauseTLS, "the certificate of "+host+" is not trusted", hints[registry.CauseTLS])
	case isOp(err, "dial"):
		cause, hint := registry.CauseConnect, "check the port, and whether a firewall is in between"
		if errors.As(err, &timeout) && timeout.Timeout() {
			cause = registry.CauseTimeout
		}
		if proxy != nil {
			cause, hint = registry.CauseProxy, "check the proxy, or set this connection to none"
		}
		return say(cause, "no connection to "+where, hint)
	case errors.As(err, &timeout) && timeout.Timeout():
		return say(registry.CauseTimeout, host+" did not answer in time", "try again, or look at the network between here and there")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), isOp(err, "read"), isOp(err, "write"):
		return say(registry.CauseBroken, host+" ended the connection without an answer", "try again; if it stays so, look at the proxy in front of it")
	case strings.Contains(err.Error(), "malformed HTTP") || strings.Contains(err.Error(), "server gave HTTP response"):
		return say(registry.CauseNotRegistry, host+" does not speak HTTP as it should", "check the port")
	}
	return say(registry.CauseOther, "asking "+host, "")
}

// quiet bounds and cleans what a library says, and keeps it for errors.Is.
type quiet struct{ err error }

func (q *quiet) Error() string {
	text := q.err.Error()
	var u *url.Error
	if errors.As(q.err, &u) {
		text = u.Err.Error()
	}
	return registry.Clean(text, 400)
}
func (q *quiet) Unwrap() error { return q.err }

func isOp(err error, op string) bool {
	var o *net.OpError
	return errors.As(err, &o) && o.Op == op
}

// isProxyText tells a proxy's refusal of CONNECT, which net/http gives as the
// plain text of the status.
func isProxyText(err error) bool {
	for _, status := range []int{400, 403, 404, 405, 407, 502, 503, 504} {
		if err.Error() == http.StatusText(status) {
			return true
		}
	}
	return strings.Contains(err.Error(), "Proxy Authentication Required")
}

func hostOf(hostport string) string {
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		return h
	}
	return hostport
}
