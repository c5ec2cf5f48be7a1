package transport

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tacklebox/platform/registry"
)

// maxAnswer bounds answers that are read here, which are small or wrong.
const maxAnswer = 256 << 10

// Ping is what the root of the distribution API answers to nobody.
type Ping struct {
	Status    int
	Challenge Challenge
	// API is true when it says that it is a registry.
	API bool
	// Certificate is what it showed, nil without TLS; it was verified.
	Certificate *registry.Certificate
	// Pinned is true when only the accepted fingerprint made it trusted.
	Pinned bool
	// Date is the server's clock to the second, the zero time when it says none.
	Date time.Time
}

// Ping asks GET /v2/ without a credential. An answer that is none of a registry's
// is an error with CauseNotRegistry.
func (t *Transport) Ping(ctx context.Context) (Ping, error) {
	resp, text, err := t.ask(ctx, http.MethodGet, t.o.Base.JoinPath("v2/"), nil, nil)
	if err != nil {
		return Ping{}, err
	}
	p := Ping{Status: resp.StatusCode, Challenge: ParseChallenge(resp.Header.Get("Www-Authenticate"))}
	p.API = resp.Header.Get("Docker-Distribution-Api-Version") != ""
	if resp.TLS != nil && len(resp.TLS.PeerCertificates) > 0 {
		p.Certificate = Describe(resp.TLS.PeerCertificates[0])
		p.Pinned = t.pins.fingerprint == p.Certificate.Fingerprint
	}
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		p.Date = at
	}
	switch {
	case resp.StatusCode == http.StatusUnauthorized && p.Challenge.Scheme != "":
		return p, nil
	case resp.StatusCode == http.StatusOK && (p.API || !LooksHTML(resp.Header, text)):
		return p, nil
	}
	return p, FromResponse(resp, text)
}

// ask sends one request and reads its bounded answer.
func (t *Transport) ask(ctx context.Context, method string, u *url.URL, header http.Header, body io.Reader) (*http.Response, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, nil, err
	}
	for name, values := range header {
		r.Header[name] = values
	}
	resp, err := t.API().Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, nil, Cut(u.Host, err)
	}
	return resp, text, nil
}

// Cut is an answer that ended in the middle.
func Cut(host string, err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &registry.Error{Cause: registry.CauseTimeout, Err: fmt.Errorf("%s stopped in the middle of its answer", host), Hint: "try again"}
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	return &registry.Error{Cause: registry.CauseBroken, Err: fmt.Errorf("the answer of %s ends in the middle: %w", host, &quiet{err}), Hint: "try again; if it stays so, look at the proxy in front of it"}
}

// Verify asks whether the registry takes the credential, with as few failed
// logins as can be: one. harbor and oidc say what is known of the server.
func (t *Transport) Verify(ctx context.Context, cred registry.Credential, harbor, oidc bool) error {
	if harbor {
		return t.verifyHarbor(ctx, cred, oidc)
	}
	p, err := t.Ping(ctx)
	if err != nil {
		return err
	}
	switch p.Challenge.Scheme {
	case "basic":
		return t.verifyBasic(ctx, t.o.Base.JoinPath("v2/"), cred)
	case "bearer":
		_, err := t.Token(ctx, p.Challenge, cred, "")
		return err
	}
	// It asks nobody: there is nothing to check, and nothing to be refused.
	return nil
}

// verifyHarbor asks /v2/ with Basic, which 401 answers to a wrong password also
// where everything is public.
func (t *Transport) verifyHarbor(ctx context.Context, cred registry.Credential, oidc bool) error {
	err := t.verifyBasic(ctx, t.o.Base.JoinPath("v2/"), cred)
	if !oidc || registry.CauseOf(err) != registry.CauseCredential {
		return err
	}
	// Some versions answer 401 to every credential here once people sign in through
	// OIDC, while tokens are given: ask for one that names whose it is.
	p, pingErr := t.Ping(ctx)
	if pingErr != nil || p.Challenge.Scheme != "bearer" {
		return err
	}
	token, tokenErr := t.Token(ctx, p.Challenge, cred, "repository:tacklebox/login-check:pull")
	if tokenErr != nil || Subject(token) == "" {
		return err
	}
	return nil
}

func (t *Transport) verifyBasic(ctx context.Context, u *url.URL, cred registry.Credential) error {
	resp, text, err := t.ask(ctx, http.MethodGet, u, basic(cred), nil)
	if err != nil {
		return err
	}
	if resp.StatusCode == http.StatusOK && !LooksHTML(resp.Header, text) {
		return nil
	}
	return FromResponse(resp, text)
}

func basic(cred registry.Credential) http.Header {
	raw := cred.User + ":" + string(cred.Secret)
	return http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(raw))}}
}

// Token gets a token with the credential. scope may be empty.
func (t *Transport) Token(ctx context.Context, c Challenge, cred registry.Credential, scope string) (registry.Secret, error) {
	u := *c.Realm
	var resp *http.Response
	var text []byte
	var err error
	if cred.Token != "" {
		form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {string(cred.Token)}, "service": {c.Service}, "client_id": {UserAgent}}
		if scope != "" {
			form.Set("scope", scope)
		}
		resp, text, err = t.ask(ctx, http.MethodPost, &u, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, strings.NewReader(form.Encode()))
	} else {
		q := u.Query()
		if c.Service != "" {
			q.Set("service", c.Service)
		}
		if scope != "" {
			q.Set("scope", scope)
		}
		if cred.User != "" {
			q.Set("account", cred.User)
		}
		u.RawQuery = q.Encode()
		var header http.Header
		if !cred.None() {
			header = basic(cred)
		}
		resp, text, err = t.ask(ctx, http.MethodGet, &u, header, nil)
	}
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK {
		return "", FromResponse(resp, text)
	}
	var answer struct {
		Token       string `json:"token"`
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(text, &answer); err != nil || answer.Token == "" && answer.AccessToken == "" {
		return "", &registry.Error{Cause: registry.CauseNotRegistry, Err: fmt.Errorf("%s gives no token", c.Realm.Host), Hint: "look at what answers there"}
	}
	if answer.Token == "" {
		return registry.Secret(answer.AccessToken), nil
	}
	return registry.Secret(answer.Token), nil
}

// Subject is whose token it is, by its own word; "" for nobody's. It is not
// verified: the server that gave it is who was asked.
func Subject(token registry.Secret) string {
	parts := strings.Split(string(token), ".")
	if len(parts) != 3 || len(token) > 32<<10 {
		return ""
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return ""
	}
	var claims struct {
		Subject string `json:"sub"`
	}
	if json.Unmarshal(raw, &claims) != nil {
		return ""
	}
	return registry.Clean(claims.Subject, 200)
}

// LooksHTML is true for a page, as proxies and sign-in portals send one.
func LooksHTML(h http.Header, text []byte) bool {
	if strings.HasPrefix(strings.ToLower(h.Get("Content-Type")), "text/html") {
		return true
	}
	start := strings.ToLower(strings.TrimSpace(string(text[:min(len(text), 200)])))
	return strings.HasPrefix(start, "<!doctype") || strings.HasPrefix(start, "<html")
}
