package containers

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"strings"
)

// explainTrip gives the errors of a request on the wire a problem and words.
func explainTrip(ctx context.Context, overTLS bool, err error) error {
	var (
		known     *reachError
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
		alert     tls.AlertError
	)
	const (
		hintCA    = "check ca.pem of this context or of DOCKER_CERT_PATH"
		hintCert  = "check cert.pem and key.pem of this context or of DOCKER_CERT_PATH"
		hintPlain = "this engine speaks without TLS: unset DOCKER_TLS_VERIFY, or use a context without certificates"
	)
	tlsError := func(text, hint string) error {
		return &reachError{problem: ProblemTLS, text: "TLS: " + text, hint: hint, err: err}
	}
	switch {
	case errors.As(err, &known):
		return known
	case ctx.Err() != nil:
		// The client and our callers look for these two.
		return context.Cause(ctx)
	case errors.As(err, &authority):
		return tlsError("certificate signed by unknown authority", hintCA)
	case errors.As(err, &hostname):
		return tlsError(printable(hostname.Error(), 300), "the certificate is for another name: use that name in the address")
	case errors.As(err, &invalid):
		return tlsError(printable(invalid.Error(), 300), "renew the engine's certificate")
	case errors.As(err, &verify):
		return tlsError(printable(verify.Err.Error(), 300), hintCA)
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return tlsError("the engine answered without it", hintPlain)
	case errors.As(err, &alert):
		return tlsError("the engine refuses: "+printable(alert.Error(), 300), hintCert)
	case overTLS && (strings.Contains(err.Error(), "remote error: tls:") || strings.Contains(err.Error(), "bad certificate")):
		return tlsError("the engine refuses: "+printable(lastWords(err), 300), hintCert)
	case !overTLS && strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`):
		return wantsTLS(err)
	case strings.Contains(err.Error(), "malformed HTTP"), strings.Contains(err.Error(), "readLoopPeekFail"):
		// The second is a server that speaks first: ssh, mail, a database.
		return &reachError{problem: ProblemNotEngine, text: "something else answered: not HTTP", hint: hintNotEngine, err: err}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), isReset(err), strings.Contains(err.Error(), "server closed idle connection"):
		return &reachError{problem: ProblemRefused, text: "the connection was closed without an answer", hint: "start the engine, or choose another one", err: err}
	}
	return &reachError{problem: ProblemOther, text: "the connection broke: " + printable(lastWords(err), 300), hint: "start the engine, or choose another one", err: err}
}

// wantsTLS is for an engine that was asked without TLS and takes nothing else.
func wantsTLS(err error) error {
	return &reachError{problem: ProblemTLS, text: "TLS: the engine speaks nothing else",
		hint: "choose a context with certificates, or set DOCKER_TLS_VERIFY and DOCKER_CERT_PATH", err: err}
}
