package transport

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"

	"tacklebox/platform/registry"
)

// MaxCA bounds what a connection trusts of its own.
const MaxCA = 16 << 10

// ParseCA keeps the certificates of a PEM text, and nothing else of it: a file
// may have the private key in it, too.
func ParseCA(text []byte) (string, error) {
	var out strings.Builder
	n := 0
	for {
		var block *pem.Block
		block, text = pem.Decode(text)
		if block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return "", fmt.Errorf("certificate %d of the CA file cannot be read: %w", n+1, err)
		}
		n++
		out.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: block.Bytes}))
	}
	if n == 0 {
		return "", errors.New("the CA file has no certificate in PEM form: it begins with -----BEGIN CERTIFICATE-----")
	}
	if out.Len() > MaxCA {
		return "", fmt.Errorf("the CA file has %d bytes of certificates, more than %d: give only the CA that signed this registry's certificate", out.Len(), MaxCA)
	}
	return out.String(), nil
}

// ParseFingerprint reads a SHA-256 as people copy it: with colons or spaces, in
// either case, with "sha256:" before it.
func ParseFingerprint(text string) (string, error) {
	t := strings.ToLower(strings.TrimSpace(text))
	for _, prefix := range []string{"sha256:", "sha-256:", "sha256 fingerprint=", "sha256="} {
		t = strings.TrimPrefix(t, prefix)
	}
	t = strings.NewReplacer(":", "", " ", "", "-", "").Replace(t)
	if raw, err := hex.DecodeString(t); err != nil || len(raw) != sha256.Size {
		return "", fmt.Errorf("%q is no SHA-256 fingerprint: it has 64 hexadecimal digits", registry.Clean(text, 100))
	}
	return t, nil
}

// pins decides which certificates are trusted.
type pins struct {
	roots       *x509.CertPool
	host        string
	fingerprint string
	now         func() time.Time
}

func newPins(o Options) (*pins, error) {
	p := &pins{host: o.Base.Hostname(), now: time.Now}
	if o.Fingerprint != "" {
		f, err := ParseFingerprint(o.Fingerprint)
		if err != nil {
			return nil, err
		}
		p.fingerprint = f
	}
	if o.CA == "" {
		return p, nil // the system's, also where it is no list (Windows, macOS)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM([]byte(o.CA)) {
		return nil, errors.New("the CA of this connection has no certificate in PEM form")
	}
	p.roots = roots
	return p, nil
}

// untrusted is why a certificate is not trusted, with what the server showed.
type untrusted struct {
	cause registry.Cause
	cert  *registry.Certificate
	err   error
}

func (u *untrusted) Error() string { return u.err.Error() }
func (u *untrusted) Unwrap() error { return u.err }

// verifier is verify for connections whose other end is known beforehand: an address
// is no server name, so that crypto/tls does not say it.
func (p *pins) verifier(host string) func(tls.ConnectionState) error {
	return func(cs tls.ConnectionState) error {
		if cs.ServerName != "" {
			return p.verify(cs, cs.ServerName)
		}
		return p.verify(cs, host)
	}
}

// verify is called for every connection, resumed ones too. host is whose
// certificate it has to be: the registry's, its token server's, or a proxy's.
func (p *pins) verify(cs tls.ConnectionState, host string) error {
	if len(cs.PeerCertificates) == 0 {
		return errors.New("the server showed no certificate")
	}
	leaf := cs.PeerCertificates[0]
	sum := sha256.Sum256(leaf.Raw)
	got := hex.EncodeToString(sum[:])
	own := strings.EqualFold(host, p.host)
	if p.fingerprint != "" && own && got == p.fingerprint {
		return nil
	}
	between := x509.NewCertPool()
	for _, c := range cs.PeerCertificates[1:] {
		between.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: p.roots, Intermediates: between, DNSName: host, CurrentTime: p.now()})
	if err == nil {
		return nil
	}
	if !own {
		// What can be accepted is the registry's own certificate, not this one.
		return &untrusted{cause: causeOf(err), err: fmt.Errorf("the certificate of %s: %w", host, err)}
	}
	u := &untrusted{cause: causeOf(err), cert: Describe(leaf), err: err}
	if p.fingerprint != "" {
		u.cause, u.err = registry.CauseFingerprint, fmt.Errorf("the server shows another certificate than the accepted one: SHA-256 %s, not %s", got, p.fingerprint)
	}
	return u
}

func causeOf(err error) registry.Cause {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &name):
		return registry.CauseName
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return registry.CauseExpired
	case errors.As(err, &unknown):
		return registry.CauseUnknownCA
	}
	return registry.CauseTLS
}

// Describe says of a certificate what a person compares.
func Describe(c *x509.Certificate) *registry.Certificate {
	sum := sha256.Sum256(c.Raw)
	out := &registry.Certificate{
		Subject: registry.Clean(c.Subject.String(), 200), Issuer: registry.Clean(c.Issuer.String(), 200),
		NotBefore: c.NotBefore, NotAfter: c.NotAfter, Fingerprint: hex.EncodeToString(sum[:]),
		SelfSigned: c.Subject.String() == c.Issuer.String(),
	}
	for _, n := range c.DNSNames {
		if len(out.Names) < 20 {
			out.Names = append(out.Names, registry.Clean(n, 253))
		}
	}
	for _, ip := range c.IPAddresses {
		if len(out.Names) < 20 {
			out.Names = append(out.Names, ip.String())
		}
	}
	return out
}
