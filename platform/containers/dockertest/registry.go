package dockertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// The account of a registry that wants one.
const (
	RegistryUser     = "tester"
	RegistryPassword = "registry-canary"
	// registryUsers is the account with its password hashed by bcrypt.
	registryUsers = "tester:$2y$05$M6pDN/8UXb6nYHVfS56iY.3UMXce3EIUThnfcWMfew1E0KKpqfITm\n"
)

// RegistryOptions say what a registry wants.
type RegistryOptions struct {
	Auth bool // the account above
	TLS  bool // with a certificate nobody knows
	// Outside listens on an address that is not a loopback one. Engines take
	// loopback registries without TLS; others they do not.
	Outside bool
}

// Registry starts a registry (Debian's docker-registry) and gives its
// "host:port". It ends with the test.
func Registry(t testing.TB, o RegistryOptions) string {
	t.Helper()
	path, err := exec.LookPath("docker-registry")
	if err != nil {
		Missing(t, "a registry", "apt-get install docker-registry")
	}
	ip := "127.0.0.1"
	if o.Outside {
		ip = outsideAddress(t)
	}
	addr := freeAddress(t, ip)
	dir, err := os.MkdirTemp("", "tbr")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	config := fmt.Sprintf("version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp:\n  addr: %s\n", filepath.Join(dir, "data"), addr)
	scheme := "http"
	if o.TLS {
		scheme = "https"
		cert, key := Certificate(t, ip)
		write(t, filepath.Join(dir, "cert.pem"), cert)
		write(t, filepath.Join(dir, "key.pem"), key)
		config += fmt.Sprintf("  tls: {certificate: %s, key: %s}\n", filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	}
	if o.Auth {
		users := filepath.Join(dir, "users")
		write(t, users, registryUsers)
		config += fmt.Sprintf("auth: {htpasswd: {realm: test, path: %s}}\n", users)
	}
	file := filepath.Join(dir, "config.yml")
	write(t, file, config)

	p := &process{dir: dir, path: path, cmd: exec.Command(path, "serve", file), ended: make(chan struct{})}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := startTied(p.cmd, p.ended); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.stop)
	asker := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: insecure()}}
	Wait(t, 20*time.Second, "the registry answers", func() bool {
		select {
		case <-p.ended:
			t.Fatalf("the registry ended: %s", p.lastWords())
		default:
		}
		resp, err := asker.Get(scheme + "://" + addr + "/v2/")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return true
	})
	return addr
}

// Push gives image another name in registry and pushes it there, signing in when
// auth is set.
func Push(t testing.TB, d *Daemon, image, registry, name string, auth bool) string {
	t.Helper()
	ref := registry + "/" + name
	d.Docker(t, "tag", image, ref)
	defer d.Docker(t, "rmi", ref)
	args := []string{"push", "-q", ref}
	if auth {
		// A folder of its own: the person's config.json is not touched.
		config := t.TempDir()
		d.Docker(t, "--config", config, "login", "-u", RegistryUser, "-p", RegistryPassword, registry)
		args = append([]string{"--config", config}, args...)
	}
	d.Docker(t, args...)
	return ref
}

// freeAddress finds a port that nobody listens on.
func freeAddress(t testing.TB, ip string) string {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(ip, "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func outsideAddress(t testing.TB) string {
	t.Helper()
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLoopback() {
			return n.IP.String()
		}
	}
	Missing(t, "an address beside 127.0.0.1", "a network interface that is up")
	return ""
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Certificate makes a certificate for ip that signs itself and serves for both
// ends of a connection, with its key, both as PEM.
func Certificate(t testing.TB, ip string) (cert, private string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "tacklebox test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.ParseIP(ip)},
		IsCA:        true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER}))
}

// insecure is for asking a registry of the test's own whether it is up.
func insecure() *tls.Config { return &tls.Config{InsecureSkipVerify: true} }
