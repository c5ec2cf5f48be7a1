// Package dist reads from a registry through the distribution API (/v2): what
// every registry has, be it Harbor, Docker Hub or registry:2.
package dist

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/errdef"
	orasreg "oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/transport"
)

// The bounds of what is read.
const (
	maxManifest = 4 << 20
	maxConfig   = 4 << 20
	maxList     = 4 << 20

	timeout = 20 * time.Second
)

// Docker's own types of manifests, beside those of the image specification.
const (
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
)

// Client asks one registry. Its methods may be called from any goroutine.
type Client struct {
	t     *transport.Transport
	auth  *auth.Client
	host  string
	plain bool
}

// New makes a client on a transport, whose login it uses.
func New(t *transport.Transport) *Client {
	c := &Client{t: t, host: t.Base().Host, plain: t.Base().Scheme == "http"}
	client := t.Distribution()
	client.Transport = pages{client.Transport}
	c.auth = &auth.Client{
		Client: client,
		Cache:  auth.NewCache(),
		Credential: func(ctx context.Context, hostport string) (auth.Credential, error) {
			// The transport decides once more where it may go.
			if hostport != c.host {
				return auth.EmptyCredential, nil
			}
			cred := t.Login().Credential()
			if cred.None() {
				return auth.EmptyCredential, nil
			}
			if err := t.Login().Ready(ctx); err != nil {
				return auth.EmptyCredential, err
			}
			if cred.Token != "" {
				return auth.Credential{RefreshToken: string(cred.Token)}, nil
			}
			return auth.Credential{Username: cred.User, Password: string(cred.Secret)}, nil
		},
		ClientID: transport.UserAgent,
	}
	return c
}

// pages refuses web pages, which no part of the distribution API is.
type pages struct{ below http.RoundTripper }

// RoundTrip asks, and looks at what kind of answer came.
func (p pages) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := p.below.RoundTrip(r)
	if err != nil || resp.StatusCode != http.StatusOK || !transport.LooksHTML(resp.Header, nil) {
		return resp, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err != nil {
		return nil, err
	}
	return nil, transport.FromResponse(resp, text)
}

// Host is the registry's name.
func (c *Client) Host() string { return c.host }

func (c *Client) repository(name string) (*remote.Repository, error) {
	ref := orasreg.Reference{Registry: c.host, Repository: name}
	if err := ref.ValidateRepository(); err != nil {
		return nil, &registry.Error{Cause: registry.CauseRequest, Err: fmt.Errorf("%q is no name of a repository: lower-case letters, digits, and . _ - / between them", registry.Clean(name, 200))}
	}
	return &remote.Repository{
		Client: c.auth, Reference: ref, PlainHTTP: c.plain, MaxMetadataBytes: maxList,
		ManifestMediaTypes: []string{dockerManifest, dockerList, ocispec.MediaTypeImageManifest, ocispec.MediaTypeImageIndex},
	}, nil
}

// ErrStop ends a list early.
var ErrStop = errors.New("enough")

// Catalog tells the names of all repositories, page by page, as far as the
// registry lists them to this account; many list none. fn gives ErrStop to end.
func (c *Client) Catalog(ctx context.Context, last string, fn func([]string) error) error {
	const op = "list the repositories of"
	r := &remote.Registry{RepositoryOptions: remote.RepositoryOptions{Client: c.auth, Reference: orasreg.Reference{Registry: c.host}, PlainHTTP: c.plain, MaxMetadataBytes: maxList}, RepositoryListPageSize: 100}
	return c.do(ctx, op, c.host, func(ctx context.Context) error { return r.Repositories(ctx, last, fn) })
}

// Tags lists the tags of a repository, at most limit of them; more says that
// there are others.
func (c *Client) Tags(ctx context.Context, name string, limit int) (tags []string, more bool, err error) {
	err = c.do(ctx, "list the tags of", registry.Clean(name, 300), func(ctx context.Context) error {
		r, err := c.repository(name)
		if err != nil {
			return err
		}
		r.TagListPageSize = 1000
		return r.Tags(ctx, "", func(page []string) error {
			tags = append(tags, page...)
			if len(tags) > limit {
				tags, more = tags[:limit], true
				return ErrStop
			}
			return nil
		})
	})
	return tags, more, err
}

// Manifest is what a reference names.
type Manifest struct {
	Digest    string
	MediaType string
	// ArtifactType is what an artifact that is no image says it is.
	ArtifactType string
	// Config is empty for an index.
	Config      ocispec.Descriptor
	Layers      []ocispec.Descriptor
	Children    []ocispec.Descriptor
	Annotations map[string]string
	// Raw is the text of it all.
	Raw []byte
}

// Index is true for a manifest that has others, one for each platform.
func (m Manifest) Index() bool {
	return m.MediaType == ocispec.MediaTypeImageIndex || m.MediaType == dockerList
}

// Size is what the layers take, as they are sent.
func (m Manifest) Size() int64 {
	n := m.Config.Size
	for _, l := range m.Layers {
		n += max(l.Size, 0)
	}
	return n
}

// Manifest reads what a tag or digest names. Its digest is verified.
func (c *Client) Manifest(ctx context.Context, name, ref string) (m Manifest, err error) {
	err = c.do(ctx, "read", Reference(name, ref), func(ctx context.Context) error {
		r, err := c.repository(name)
		if err != nil {
			return err
		}
		d, body, err := r.FetchReference(ctx, ref)
		if err != nil {
			return err
		}
		defer body.Close()
		text, err := readVerified(body, d, maxManifest)
		if err != nil {
			return err
		}
		m, err = ParseManifest(text)
		if m.MediaType == "" {
			m.MediaType = d.MediaType
		}
		m.Digest, m.Raw = d.Digest.String(), text
		return err
	})
	return m, err
}

// ParseManifest reads a manifest or an index.
func ParseManifest(text []byte) (Manifest, error) {
	var raw struct {
		MediaType    string               `json:"mediaType"`
		ArtifactType string               `json:"artifactType"`
		Config       *ocispec.Descriptor  `json:"config"`
		Layers       []ocispec.Descriptor `json:"layers"`
		Manifests    []ocispec.Descriptor `json:"manifests"`
		Annotations  map[string]string    `json:"annotations"`
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return Manifest{}, &registry.Error{Cause: registry.CauseBroken, Err: errors.New("the manifest is no JSON of a manifest")}
	}
	m := Manifest{MediaType: raw.MediaType, ArtifactType: raw.ArtifactType, Layers: raw.Layers, Children: raw.Manifests, Annotations: raw.Annotations}
	if raw.Config != nil {
		m.Config = *raw.Config
	}
	for _, d := range append(append([]ocispec.Descriptor{}, m.Children...), m.Layers...) {
		if d.Digest.Validate() != nil {
			return Manifest{}, &registry.Error{Cause: registry.CauseBroken, Err: fmt.Errorf("the manifest names %q, which is no digest", registry.Clean(string(d.Digest), 100))}
		}
	}
	return m, nil
}

// Config reads an image's configuration, which says what it would run.
func (c *Client) Config(ctx context.Context, name string, d ocispec.Descriptor) (img ocispec.Image, err error) {
	err = c.do(ctx, "read the configuration of", Reference(name, d.Digest.String()), func(ctx context.Context) error {
		r, err := c.repository(name)
		if err != nil {
			return err
		}
		if err := d.Digest.Validate(); err != nil {
			return &registry.Error{Cause: registry.CauseBroken, Err: errors.New("the manifest names no configuration")}
		}
		if d.Size > maxConfig {
			return &registry.Error{Cause: registry.CauseTooLarge, Err: fmt.Errorf("the configuration has %d bytes", d.Size)}
		}
		body, err := r.Blobs().Fetch(ctx, d)
		if err != nil {
			return err
		}
		defer body.Close()
		text, err := readVerified(body, d, maxConfig)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(text, &img); err != nil {
			return &registry.Error{Cause: registry.CauseBroken, Err: errors.New("the configuration is none of an image")}
		}
		return nil
	})
	return img, err
}

// Blob reads a small one whole; a larger one than limit is an error.
func (c *Client) Blob(ctx context.Context, name string, d ocispec.Descriptor, limit int64) (text []byte, err error) {
	err = c.do(ctx, "read", Reference(name, d.Digest.String()), func(ctx context.Context) error {
		r, err := c.repository(name)
		if err != nil {
			return err
		}
		body, err := r.Blobs().Fetch(ctx, d)
		if err != nil {
			return err
		}
		defer body.Close()
		text, err = readVerified(body, d, limit)
		return err
	})
	return text, err
}

// Referrers lists what refers to a digest: signatures, SBOMs, attestations.
func (c *Client) Referrers(ctx context.Context, name, ref string) (found []ocispec.Descriptor, err error) {
	err = c.do(ctx, "list what belongs to", Reference(name, ref), func(ctx context.Context) error {
		r, err := c.repository(name)
		if err != nil {
			return err
		}
		r.ReferrerListMaxPages = 5
		return r.Referrers(ctx, ocispec.Descriptor{MediaType: ocispec.MediaTypeImageManifest, Digest: digest.Digest(ref)}, "", func(page []ocispec.Descriptor) error {
			found = append(found, page...)
			return nil
		})
	})
	return found, err
}

func readVerified(body io.Reader, d ocispec.Descriptor, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, &registry.Error{Cause: registry.CauseTooLarge, Err: fmt.Errorf("it has more than %d bytes", limit)}
	}
	if got := d.Digest.Algorithm().FromBytes(text); got != d.Digest {
		return nil, &registry.Error{Cause: registry.CauseBroken, Err: fmt.Errorf("the registry sent something else than %s", d.Digest)}
	}
	return text, nil
}

// Reference is an artifact as people write it.
func Reference(name, ref string) string {
	name = registry.Clean(name, 300)
	if strings.Contains(ref, ":") {
		return name + "@" + registry.Clean(ref, 100)
	}
	return name + ":" + registry.Clean(ref, 128)
}

// do bounds an operation and makes its error one that says it all.
func (c *Client) do(ctx context.Context, op, object string, f func(context.Context) error) error {
	parent := ctx
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	ctx, id := transport.WithRequestID(ctx)
	err := f(ctx)
	if err == nil || errors.Is(err, ErrStop) {
		return nil
	}
	if parent.Err() != nil {
		return &registry.Error{Op: op, Object: object, Cause: registry.CauseOf(context.Cause(parent)), Err: context.Cause(parent)}
	}
	err = c.explain(err)
	var own *registry.Error
	if errors.As(err, &own) {
		e := *own
		e.Op, e.Object = op, object
		if e.RequestID == "" {
			e.RequestID = id.String()
		}
		return &e
	}
	return registry.Explain(op, object, err)
}

// explain gives what the library says one of our causes.
func (c *Client) explain(err error) error {
	var own *registry.Error
	if errors.As(err, &own) {
		return own
	}
	var answer *errcode.ErrorResponse
	if errors.As(err, &answer) {
		return c.fromAnswer(answer)
	}
	text := registry.Clean(plainText(err), 400)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &registry.Error{Cause: registry.CauseTimeout, Err: fmt.Errorf("%s did not answer in time", c.host), Hint: "try again"}
	case errors.Is(err, auth.ErrBasicCredentialNotFound):
		return &registry.Error{Cause: registry.CauseAnonymous, Status: http.StatusUnauthorized, Err: fmt.Errorf("%s wants a user name and a password", c.host), Hint: "sign in to see this"}
	case errors.Is(err, errdef.ErrNotFound):
		return &registry.Error{Cause: registry.CauseNotFound, Status: http.StatusNotFound, Err: errors.New("not found"), Hint: "check the name and the tag; a registry also says so of what you may not see"}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return transport.Cut(c.host, err)
	}
	return &registry.Error{Cause: registry.CauseBroken, Err: errors.New(text), Hint: "check what answers at " + c.host}
}

func (c *Client) fromAnswer(answer *errcode.ErrorResponse) error {
	resp := &http.Response{StatusCode: answer.StatusCode, Header: http.Header{}, Request: &http.Request{URL: answer.URL, Header: http.Header{}}}
	if resp.Request.URL == nil {
		resp.Request.URL = c.t.Base()
	}
	if !c.t.Login().Credential().None() {
		resp.Request.Header.Set("Authorization", "sent")
	}
	body, err := json.Marshal(map[string]any{"errors": answer.Errors})
	if err != nil {
		return err
	}
	err = transport.FromResponse(resp, body)
	var own *registry.Error
	if !errors.As(err, &own) {
		return err
	}
	switch {
	case own.Cause == registry.CauseNotFound:
		own.Hint = "check the name and the tag; a registry also says so of what you may not see"
	case own.Cause == registry.CauseCredential && c.t.Login().Refusal() == nil:
		// The password was good a moment ago: the token did not have the right.
		own.Cause, own.Hint = registry.CauseForbidden, "the account may not read this"
	case own.Cause == registry.CauseForbidden:
		own.Hint = "the account may not read this"
	}
	return own
}

// plainText is what an error says without the address, which may be long.
func plainText(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err.Error()
	}
	return err.Error()
}
