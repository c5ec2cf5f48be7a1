package registrytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	service = "registry.test"
	issuer  = "tacklebox test"
)

// TokenServer gives tokens that a registry of the test takes.
type TokenServer struct {
	URL  string
	cert string // of the key that signs, as PEM
	key  *ecdsa.PrivateKey

	mu           sync.Mutex
	password     string
	failedLogins int
	given        int
}

// NewTokenServer starts one on loopback. It ends with the test.
func NewTokenServer(t testing.TB) *TokenServer {
	t.Helper()
	s := newTokens(t)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

func newTokens(t testing.TB) *TokenServer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "tokens"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &TokenServer{key: key, password: Password, cert: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
}

// SetPassword changes the account's password.
func (s *TokenServer) SetPassword(p string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.password = p
}

// FailedLogins is how often a wrong password came.
func (s *TokenServer) FailedLogins() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failedLogins
}

// ServeHTTP gives a token for what was asked: to nobody for reading "public/...",
// to the account for everything.
func (s *TokenServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, password, signed := r.BasicAuth()
	if signed && (user != User || password != s.password) {
		s.failedLogins++
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"details":"incorrect username or password"}`)
		return
	}
	var access []map[string]any
	for _, scope := range r.URL.Query()["scope"] {
		for _, one := range strings.Fields(scope) {
			kind, rest, _ := strings.Cut(one, ":")
			i := strings.LastIndex(rest, ":")
			if i < 0 {
				continue
			}
			name, actions := rest[:i], strings.Split(rest[i+1:], ",")
			if !signed {
				if !strings.HasPrefix(name, "public/") {
					continue
				}
				actions = slices.DeleteFunc(actions, func(a string) bool { return a != "pull" })
			}
			access = append(access, map[string]any{"type": kind, "name": name, "actions": actions})
		}
	}
	s.given++
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"token": s.sign(user, access), "expires_in": 300})
}

// admin is a token to put things into a registry.
func (s *TokenServer) admin(t testing.TB) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var access []map[string]any
	for _, name := range []string{"team/app", "public/app", "private/app", "a/b/c/d"} {
		access = append(access, map[string]any{"type": "repository", "name": name, "actions": []string{"pull", "push"}})
	}
	return s.sign(User, access)
}

// sign makes a JWT as the registry's token authentication wants it: the key is
// known by the hash of its public half.
func (s *TokenServer) sign(subject string, access []map[string]any) string {
	der, err := x509.MarshalPKIXPublicKey(&s.key.PublicKey)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(der)
	id := strings.TrimRight(base32.StdEncoding.EncodeToString(sum[:30]), "=")
	var groups []string
	for i := 0; i < len(id); i += 4 {
		groups = append(groups, id[i:min(i+4, len(id))])
	}
	now := time.Now()
	header, _ := json.Marshal(map[string]any{"typ": "JWT", "alg": "ES256", "kid": strings.Join(groups, ":")})
	claims, _ := json.Marshal(map[string]any{"iss": issuer, "sub": subject, "aud": service, "exp": now.Add(5 * time.Minute).Unix(), "nbf": now.Add(-time.Minute).Unix(), "iat": now.Unix(), "jti": fmt.Sprint(s.given, now.UnixNano()), "access": access})
	enc := base64.RawURLEncoding
	text := enc.EncodeToString(header) + "." + enc.EncodeToString(claims)
	digest := sha256.Sum256([]byte(text))
	r, v, err := ecdsa.Sign(rand.Reader, s.key, digest[:])
	if err != nil {
		panic(err)
	}
	sig := make([]byte, 64)
	r.FillBytes(sig[:32])
	v.FillBytes(sig[32:])
	return text + "." + enc.EncodeToString(sig)
}
