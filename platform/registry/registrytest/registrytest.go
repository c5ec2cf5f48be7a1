// Package registrytest gives tests real registries (Debian's docker-registry),
// with certificates and token servers of the test's own.
package registrytest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/testbed"
)

// The account of a registry that wants one. The password is a canary: tests look
// for it where it must not be.
const (
	User     = "tester"
	Password = "registry-canary"
	// users is the account with its password hashed by bcrypt.
	users = "tester:$2y$05$M6pDN/8UXb6nYHVfS56iY.3UMXce3EIUThnfcWMfew1E0KKpqfITm\n"
)

// CA signs certificates.
type CA struct {
	Cert *x509.Certificate
	PEM  string
	key  *ecdsa.PrivateKey
}

// NewCA makes one that nobody knows.
func NewCA(t testing.TB) *CA {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "tacklebox test CA"}, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(240 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &CA{Cert: cert, key: key, PEM: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
}

// Leaf says what a certificate is for.
type Leaf struct {
	// Names are DNS names and addresses; 127.0.0.1 when empty.
	Names []string
	// Ends is when; in a day when zero.
	Ends time.Time
}

// Certificate makes one for a server, with its key, both as PEM.
func (ca *CA) Certificate(t testing.TB, l Leaf) (cert, private string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if l.Ends.IsZero() {
		l.Ends = time.Now().Add(24 * time.Hour)
	}
	if len(l.Names) == 0 {
		l.Names = []string{"127.0.0.1"}
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<60))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "registry of a test"}, NotBefore: time.Now().Add(-47 * time.Hour), NotAfter: l.Ends,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	for _, n := range l.Names {
		if ip := net.ParseIP(n); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, n)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.Cert, &key.PublicKey, ca.key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER}))
}

// Pair is Certificate for a server of Go's own.
func (ca *CA) Pair(t testing.TB, l Leaf) tls.Certificate {
	t.Helper()
	cert, key := ca.Certificate(t, l)
	pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// Fingerprint is the SHA-256 of the first certificate of a pair.
func Fingerprint(pair tls.Certificate) string {
	sum := sha256.Sum256(pair.Certificate[0])
	return hex.EncodeToString(sum[:])
}

// Options say what a registry wants.
type Options struct {
	// Basic is the account above, by htpasswd.
	Basic bool
	// Tokens is a token server; nil is none.
	Tokens *TokenServer
	// Cert and Key are PEM; empty is without TLS.
	Cert, Key string
}

// Start starts a registry and gives its address, http:// or https://. It ends
// with the test.
func Start(t testing.TB, o Options) string {
	t.Helper()
	path := testbed.Program(t, "docker-registry", "docker-registry")
	dir := t.TempDir()
	file := func(name, text string) string {
		full := filepath.Join(dir, name)
		if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return full
	}
	addr := freeAddress(t)
	config := fmt.Sprintf("version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}\nhttp:\n  addr: %s\n", filepath.Join(dir, "data"), addr)
	base := "http://" + addr
	if o.Cert != "" {
		base = "https://" + addr
		config += fmt.Sprintf("  tls: {certificate: %s, key: %s}\n", file("cert.pem", o.Cert), file("key.pem", o.Key))
	}
	switch {
	case o.Basic:
		config += fmt.Sprintf("auth: {htpasswd: {realm: test, path: %s}}\n", file("users", users))
	case o.Tokens != nil:
		config += fmt.Sprintf("auth: {token: {realm: %q, service: %q, issuer: %q, rootcertbundle: %s}}\n", o.Tokens.URL+"/token", service, issuer, file("tokens.pem", o.Tokens.cert))
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "serve", file("config.yml", config))
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = log.Close()
		if t.Failed() {
			if text, err := os.ReadFile(log.Name()); err == nil && len(text) > 0 {
				t.Logf("the registry wrote:\n%s", text[max(0, len(text)-4000):])
			}
		}
	})
	testbed.Wait(t, "the registry answers at "+addr, func() bool {
		conn, err := net.DialTimeout("tcp", addr, time.Second)
		if err != nil {
			return false
		}
		_ = conn.Close()
		return true
	})
	return base
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Client is a plain HTTP client for putting things into a registry of a test: it
// trusts the certificates of ca, and sends the account above.
func Client(ca *CA) *http.Client {
	tr := &http.Transport{DisableKeepAlives: true}
	if ca != nil {
		pool := x509.NewCertPool()
		pool.AddCert(ca.Cert)
		tr.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	return &http.Client{Transport: tr, Timeout: 10 * time.Second}
}

// do sends one request with the account, and a token where one is asked for.
func do(t testing.TB, c *http.Client, tokens *TokenServer, method, url, kind string, body []byte) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, url, strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if tokens != nil {
		r.Header.Set("Authorization", "Bearer "+tokens.admin(t))
	} else {
		r.SetBasicAuth(User, Password)
	}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 4096))
	_ = resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %s: %s", method, url, resp.Status, text)
	}
	return resp
}
