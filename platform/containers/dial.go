package containers

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/docker/docker/client"
	"github.com/docker/go-connections/sockets"
)

// reachError is a connection that did not come about, or brought something that
// is not an engine. Its words avoid those on which the docker client replaces an
// error by a general one and loses the reason.
type reachError struct {
	problem Problem
	text    string
	hint    string
	err     error
}

func (e *reachError) Error() string { return e.text }
func (e *reachError) Unwrap() error { return e.err }

// cause is the Cause that goes with a Problem.
func (p Problem) cause() Cause {
	switch p {
	case ProblemNone:
		return CauseNone
	case ProblemPermission:
		return CausePermission
	case ProblemTimeout:
		return CauseTimeout
	case ProblemTLS:
		return CauseTLS
	case ProblemNotEngine:
		return CauseNotEngine
	case ProblemAPI:
		return CauseAPI
	case ProblemSSH:
		return CauseSSH
	case ProblemConfig:
		return CauseConfig
	default:
		return CauseNoEngine
	}
}

type dialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// newClient builds the docker client for ep and the transport below it.
//
// Every plain request goes through guard, which bounds answers, refuses what no
// engine sends and keeps the reason of a failed dial. The client takes its base
// transport's dialer and TLS settings for hijacked streams, so guard cannot
// replace that transport; it is registered on it as the protocol's handler and
// owns a transport of its own.
func newClient(ep Endpoint, o Options) (*client.Client, *http.Transport, error) {
	link, err := newLink(ep, o)
	if err != nil {
		return nil, nil, err
	}
	base := link.transport()
	wire := link.transport()
	g := &guard{next: wire, tls: link.tls != nil, ssh: hasScheme(ep.Host, "ssh")}
	base.RegisterProtocol("http", g)
	base.RegisterProtocol("https", g)

	opts := []client.Opt{
		client.WithHTTPClient(&http.Client{Transport: base, CheckRedirect: client.CheckRedirect}),
		client.WithHost(link.host),
		// WithHost sets a dialer and a proxy of its own.
		client.WithDialContext(link.dial),
		client.WithAPIVersionNegotiation(),
		client.WithUserAgent(userAgent(o)),
	}
	// As in the CLI; a config.json that cannot be read is told where engines are
	// looked for.
	if config, _ := loadConfig(o); len(config.HTTPHeaders) > 0 {
		opts = append(opts, client.WithHTTPHeaders(config.HTTPHeaders))
	}
	api, err := client.NewClientWithOpts(opts...)
	if err != nil {
		return nil, nil, &reachError{problem: ProblemConfig, text: fmt.Sprintf("bad engine address %q: %v", ep.Host, err), hint: hintHost, err: err}
	}
	return api, wire, nil
}

const hintHost = "addresses look like unix:///var/run/docker.sock, npipe:////./pipe/docker_engine, tcp://host:2376 or ssh://user@host"

func userAgent(o Options) string {
	if o.AppVersion == "" {
		return "tacklebox"
	}
	return "tacklebox/" + o.AppVersion
}

// link is how the bytes get to an endpoint.
type link struct {
	host  string // for the docker client
	dial  dialFunc
	tls   *tls.Config
	proxy func(*http.Request) (*url.URL, error)
}

func (l *link) transport() *http.Transport {
	t := &http.Transport{
		DialContext:     l.dial,
		TLSClientConfig: l.tls,
		Proxy:           l.proxy,
		// As in the CLI: nothing is won by compressing a local socket.
		DisableCompression:  true,
		MaxIdleConns:        6,
		IdleConnTimeout:     30 * time.Second,
		TLSHandshakeTimeout: dialTimeout,
	}
	return t
}

// dialTimeout bounds connecting and the TLS handshake; an ssh connection may
// need a few round trips more.
const dialTimeout = 10 * time.Second

func newLink(ep Endpoint, o Options) (*link, error) {
	if ep.Err != nil {
		return nil, &reachError{problem: ProblemConfig, text: ep.Err.Error(), err: ep.Err}
	}
	scheme, addr, ok := strings.Cut(ep.Host, "://")
	if !ok || addr == "" {
		return nil, &reachError{problem: ProblemConfig, text: fmt.Sprintf("bad engine address %q", ep.Host), hint: hintHost}
	}
	switch scheme {
	case "unix", "npipe":
		// A transport configured by the CLI's own library knows how to open both.
		var t http.Transport
		if err := sockets.ConfigureTransport(&t, scheme, addr); err != nil {
			return nil, &reachError{problem: ProblemConfig, text: fmt.Sprintf("cannot use %q here: %v", ep.Host, err), err: err}
		}
		return &link{host: ep.Host, dial: explained(ep.Host, t.DialContext)}, nil
	case "tcp", "http", "https":
		config, err := tlsFor(ep, o)
		if err != nil {
			return nil, err
		}
		host := "tcp://" + addr
		d := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
		return &link{host: host, tls: config, dial: explained(ep.Host, d.DialContext), proxy: http.ProxyFromEnvironment}, nil
	case "ssh":
		return sshLink(ep, o)
	}
	return nil, &reachError{problem: ProblemConfig, text: fmt.Sprintf("engines are not reached through %q", scheme+"://"), hint: hintHost}
}

// explained gives the errors of dial a problem, words and a hint.
func explained(host string, dial dialFunc) dialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, explainDial(ctx, host, err)
		}
		return conn, nil
	}
}

func explainDial(ctx context.Context, host string, err error) error {
	var (
		known *reachError
		dns   *net.DNSError
		netty net.Error
	)
	switch {
	case errors.As(err, &known):
		return err
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case errors.Is(err, fs.ErrPermission):
		return &reachError{problem: ProblemPermission, text: "permission denied", hint: hintPermission(host), err: err}
	case isRefused(err):
		return &reachError{problem: ProblemRefused, text: "nothing listens", hint: "start the engine, or choose another one", err: err}
	case errors.Is(err, fs.ErrNotExist):
		return &reachError{problem: ProblemNoSocket, text: "no such socket", hint: "start the engine, or choose another one", err: err}
	case errors.As(err, &dns):
		return &reachError{problem: ProblemOther, text: fmt.Sprintf("the name %q does not resolve", dns.Name), hint: "check the name", err: err}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded),
		errors.As(err, &netty) && netty.Timeout():
		return &reachError{problem: ProblemTimeout, text: "no answer in time", hint: "check the address and the network", err: err}
	}
	return &reachError{problem: ProblemOther, text: "cannot connect: " + printable(lastWords(err), maxErrorText), err: err}
}

// lastWords is the innermost part of a dial error, which repeats address and
// protocol at every layer.
func lastWords(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Err.Error()
	}
	return err.Error()
}
