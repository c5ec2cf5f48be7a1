// Package harbor is a small client for Harbor's /api/v2.0. It covers what
// Tacklebox shows and does, and knows what real servers answer.
package harbor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/transport"
)

// The bounds of answers.
const (
	// MaxPage is the longest page that Harbor gives; one more is an error.
	MaxPage = 100
	// MaxLog is more than the 10 MB to which Harbor itself cuts a log.
	MaxLog = 12 << 20

	maxBody  = 16 << 20
	maxError = 4 << 10
	maxTotal = 1 << 30
)

// Client asks one Harbor. Its methods may be called from any goroutine.
type Client struct {
	t    *transport.Transport
	http *http.Client

	mu      sync.Mutex
	version string
	// Timeout bounds each request; transport.Timeout when 0.
	Timeout time.Duration
}

// New makes a client on a transport, whose login it uses.
func New(t *transport.Transport) *Client {
	return &Client{t: t, http: t.API()}
}

// SetVersion says which version the server has, such as "v2.15.2-b8a3c2b4"; it
// tells "too old" from "not there".
func (c *Client) SetVersion(v string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.version = v
}

// Version is the server's. It is asked for once, when it is not known yet; it is
// empty when the server does not tell it to this account.
func (c *Client) Version(ctx context.Context) string {
	c.mu.Lock()
	v := c.version
	c.mu.Unlock()
	if v != "" {
		return v
	}
	info, err := c.Info(ctx, false)
	if err != nil || info.Version == "" {
		return ""
	}
	v = registry.Clean(info.Version, 60)
	c.SetVersion(v)
	return v
}

// Host is the server's name, for confirmations and errors.
func (c *Client) Host() string { return c.t.Base().Host }

// call is one request.
type call struct {
	op, object string
	method     string // GET when empty
	path       string // below /api/v2.0, escaped
	query      url.Values
	in         any
	// right is what the account needs, since the first version that has it.
	right, since string
	header       http.Header
	anonymous    bool
	timeout      time.Duration
	limit        int64
}

// answer is what came back, read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
	more   bool // the body was longer than the limit
}

// send asks, and gives the answer or an error that says it all.
func (c *Client) send(ctx context.Context, k call) (*answer, error) {
	a, err := c.exchange(ctx, k)
	if err != nil {
		err = registry.Explain(k.op, k.object, err)
		var own *registry.Error
		if errors.As(err, &own) {
			c.advise(ctx, k, own)
		}
		return nil, err
	}
	return a, nil
}

func (c *Client) exchange(ctx context.Context, k call) (*answer, error) {
	timeout := k.timeout
	if timeout == 0 {
		timeout = c.Timeout
	}
	if timeout == 0 {
		timeout = transport.Timeout
	}
	cred := c.t.Login().Credential()
	if k.anonymous {
		cred = registry.Credential{}
	}
	if !cred.None() {
		// What waits for the check of the credential waits on its own time.
		if err := c.t.Login().Ready(ctx); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	ctx, id := transport.WithRequestID(ctx)
	r, err := c.request(ctx, k, cred)
	if err != nil {
		return nil, err
	}
	withID := func(err error) error {
		var own *registry.Error
		if errors.As(err, &own) && own.RequestID == "" {
			e := *own
			e.RequestID = id.String()
			return &e
		}
		return err
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, withID(err)
	}
	defer resp.Body.Close()
	limit := k.limit
	if limit == 0 {
		limit = maxBody
	}
	if resp.StatusCode >= 300 {
		limit = maxError
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, withID(transport.Cut(c.Host(), err))
	}
	a := &answer{status: resp.StatusCode, header: resp.Header, body: text}
	if int64(len(text)) > limit {
		a.body, a.more = text[:limit], true
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, transport.FromResponse(resp, a.body)
	}
	if transport.LooksHTML(resp.Header, a.body) {
		return nil, transport.FromResponse(resp, a.body)
	}
	return a, nil
}

func (c *Client) request(ctx context.Context, k call, cred registry.Credential) (*http.Request, error) {
	method := k.method
	if method == "" {
		method = http.MethodGet
	}
	var body io.Reader
	if k.in != nil {
		text, err := json.Marshal(k.in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	full := c.t.Base().String() + "/api/v2.0" + k.path
	if len(k.query) > 0 {
		full += "?" + k.query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, method, full, body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, values := range k.header {
		r.Header[name] = values
	}
	r.Header.Set("Accept", "application/json, text/plain")
	if !cred.None() {
		r.SetBasicAuth(cred.User, string(cred.Secret))
	}
	return r, nil
}

// advise says what an answer means here.
func (c *Client) advise(ctx context.Context, k call, e *registry.Error) {
	switch e.Cause {
	case registry.CauseForbidden, registry.CauseAnonymous:
		e.Right = k.right
		if k.right != "" && e.Cause == registry.CauseForbidden {
			e.Hint = "the account lacks the right " + k.right
		}
	case registry.CauseCredential:
		if c.t.Login().Limited() {
			e.Cause, e.Right = registry.CauseNotForOIDC, k.right
			e.Hint = "Harbor takes no CLI secret here: use a robot"
		}
	case registry.CauseNotFound:
		if k.since != "" && c.older(ctx, k.since) {
			e.Cause, e.Since = registry.CauseTooOld, k.since
			e.Hint = "this Harbor is older than " + k.since
		}
	}
}

// older is true when the server is known to be older than a version.
func (c *Client) older(ctx context.Context, since string) bool {
	have, ok := Number(c.Version(ctx))
	want, _ := Number(since)
	return ok && have < want
}

// Number makes a version such as "v2.15.2-b8a3c2b4" comparable.
func Number(version string) (int, bool) {
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	if len(parts) < 2 {
		return 0, false
	}
	major, err1 := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(strings.SplitN(parts[1], "-", 2)[0])
	if err1 != nil || err2 != nil || major < 0 || minor < 0 || major > 999 || minor > 999 {
		return 0, false
	}
	return major*1000 + minor, true
}

// get asks for one thing.
func get[T any](ctx context.Context, c *Client, k call) (T, error) {
	var out T
	a, err := c.send(ctx, k)
	if err != nil {
		return out, err
	}
	if len(bytes.TrimSpace(a.body)) == 0 {
		return out, nil // such as the schedule of a garbage collection that has none
	}
	if err := c.decode(k, a, &out); err != nil {
		var zero T
		return zero, err
	}
	return out, nil
}

func (c *Client) decode(k call, a *answer, into any) error {
	id := registry.Clean(a.header.Get("X-Request-Id"), 100)
	if a.more {
		return &registry.Error{Op: k.op, Object: k.object, Cause: registry.CauseTooLarge, RequestID: id, Err: fmt.Errorf("the answer has more than %d bytes", len(a.body))}
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		return &registry.Error{Op: k.op, Object: k.object, Cause: registry.CauseBroken, RequestID: id,
			Err:  fmt.Errorf("the answer is not what Harbor sends: %s", registry.Clean(err.Error(), 200)),
			Hint: "check what answers at " + c.Host()}
	}
	return nil
}

// Page is a part of a list.
type Page[T any] struct {
	Items []T
	// Total is how many there are; -1 where the server does not say.
	Total int
	// Number counts from 1, Size is how many were asked for.
	Number, Size int
}

// More is true when another page follows.
func (p Page[T]) More() bool {
	if len(p.Items) < p.Size {
		return false // a short page is the last one, whatever the count says
	}
	return p.Total < 0 || p.Number*p.Size < p.Total
}

// Query says which part of a list, and which of its rows.
type Query struct {
	// Page counts from 1; Size is at most MaxPage.
	Page, Size int
	// Q is Harbor's filter, made by Match.
	Q    string
	Sort string
}

func (q Query) values() url.Values {
	v := url.Values{"page": {strconv.Itoa(max(q.Page, 1))}, "page_size": {strconv.Itoa(q.size())}}
	if q.Q != "" {
		v.Set("q", q.Q)
	}
	if q.Sort != "" {
		v.Set("sort", q.Sort)
	}
	return v
}

func (q Query) size() int {
	if q.Size <= 0 {
		return MaxPage
	}
	return min(q.Size, MaxPage)
}

// Match is a filter for rows whose key holds a text. The server unescapes it once
// more than usual, so what means something then is escaped here. A comma cannot
// be sent: what follows it is left out.
func Match(key, text string) string {
	text, _, _ = strings.Cut(text, ",")
	text = registry.Clean(text, 200)
	if text == "" {
		return ""
	}
	return key + "=~" + strings.NewReplacer("%", "%25", "+", "%2B").Replace(text)
}

// Exactly is a filter for rows whose key is a value.
func Exactly(key, value string) string {
	value, _, _ = strings.Cut(value, ",")
	if strings.IndexAny(value, "~[{(") == 0 {
		value = `\` + value
	}
	return key + "=" + strings.NewReplacer("%", "%25", "+", "%2B").Replace(value)
}

// list asks for one page.
func list[T any](ctx context.Context, c *Client, q Query, k call) (Page[T], error) {
	p := Page[T]{Number: max(q.Page, 1), Size: q.size(), Total: -1}
	all := q.values()
	for name, values := range k.query {
		all[name] = values
	}
	k.query = all
	a, err := c.send(ctx, k)
	if err != nil {
		return p, err
	}
	if len(bytes.TrimSpace(a.body)) > 0 {
		if err := c.decode(k, a, &p.Items); err != nil {
			p.Items = nil
			return p, err
		}
	}
	// The Link header has its addresses unescaped and separated by what stands in
	// them, too: only the count can be trusted.
	if n, err := strconv.Atoi(a.header.Get("X-Total-Count")); err == nil && n >= 0 && n <= maxTotal {
		p.Total = n
	}
	return p, nil
}

// project is the one place that escapes a project's name in a path.
func project(name string) string { return "/projects/" + url.PathEscape(name) }

// byName tells Harbor that a project of digits is named so, not numbered.
func byName(name string) http.Header {
	if name == "" || strings.Trim(name, "0123456789") != "" {
		return nil
	}
	return http.Header{"X-Is-Resource-Name": {"true"}}
}

// repository is the one place that escapes a repository's name, which is given
// without its project. It is escaped twice: the proxy in front of Harbor takes one
// away, and then a slash in the name is still none of the path. Escaped once it
// is another repository, which answers as an empty one does.
func repository(proj, repo string) string {
	return project(proj) + "/repositories/" + url.PathEscape(url.PathEscape(repo))
}

// artifact escapes a tag or digest.
func artifact(proj, repo, ref string) string {
	return repository(proj, repo) + "/artifacts/" + url.PathEscape(ref)
}

// Split takes the project off a repository's full name.
func Split(full string) (proj, repo string) {
	proj, repo, _ = strings.Cut(full, "/")
	return proj, repo
}
