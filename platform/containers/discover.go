package containers

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/docker/docker/client"
)

// Discover lists where an engine may answer, without connecting: first the one
// that the Docker CLI would take, then the other contexts, then the known
// sockets and pipes that exist. A context that cannot be read is listed with its
// Err. Discover itself gives an error only when ctx has ended.
func Discover(ctx context.Context, o Options) ([]Endpoint, error) {
	if err := ctx.Err(); err != nil {
		return nil, wrap("look for engines", "", err)
	}
	o = o.withDefaults()
	config, configErr := loadConfig(o)
	contexts := readContexts(o)

	found := &endpoints{}
	found.add(chosen(o, config.CurrentContext, contexts))
	if host := o.Getenv("DOCKER_HOST"); host != "" {
		found.add(hostEndpoint(host, OriginDockerHost, o))
	}
	if name := o.Getenv("DOCKER_CONTEXT"); name != "" {
		found.add(contextEndpoint(name, OriginDockerContext, contexts, o))
	}
	if name := config.CurrentContext; name != "" {
		found.add(contextEndpoint(name, OriginCurrent, contexts, o))
	}
	if configErr != nil {
		found.add(Endpoint{ID: "config.json", Name: "config.json", Origin: OriginCurrent, Err: configErr})
	}
	found.add(defaultEndpoint(OriginDefault, o))
	for _, c := range contexts {
		c.Origin = OriginContext
		found.add(c)
	}
	for _, p := range KnownPlaces(o) {
		if err := ctx.Err(); err != nil {
			return nil, wrap("look for engines", "", err)
		}
		if placeExists(p.Host) && !found.hasHost(p.Host) {
			found.add(p)
		}
	}
	return found.list, nil
}

// chosen is the endpoint that the Docker CLI would take with these options and
// this environment.
func chosen(o Options, current string, contexts []Endpoint) Endpoint {
	switch {
	case o.Explicit != "":
		return explicitEndpoint(o.Explicit, contexts, o)
	case o.Context != "":
		return contextEndpoint(o.Context, OriginExplicit, contexts, o)
	case o.Getenv("DOCKER_HOST") != "":
		return hostEndpoint(o.Getenv("DOCKER_HOST"), OriginDockerHost, o)
	case o.Getenv("DOCKER_CONTEXT") != "":
		return contextEndpoint(o.Getenv("DOCKER_CONTEXT"), OriginDockerContext, contexts, o)
	case current != "":
		return contextEndpoint(current, OriginCurrent, contexts, o)
	}
	return defaultEndpoint(OriginDefault, o)
}

// endpoints collects endpoints, each only once.
type endpoints struct{ list []Endpoint }

func (e *endpoints) add(ep Endpoint) {
	if slices.ContainsFunc(e.list, func(have Endpoint) bool { return have.ID == ep.ID }) {
		return
	}
	e.list = append(e.list, ep)
}

func (e *endpoints) hasHost(host string) bool {
	return slices.ContainsFunc(e.list, func(have Endpoint) bool { return samePlace(have.Host, host) })
}

// samePlace compares addresses; a socket reached through a symbolic link
// (/var/run is one) is the same place.
func samePlace(a, b string) bool {
	if a == b {
		return true
	}
	pathA, okA := strings.CutPrefix(a, "unix://")
	pathB, okB := strings.CutPrefix(b, "unix://")
	if !okA || !okB {
		return false
	}
	infoA, errA := os.Stat(pathA)
	infoB, errB := os.Stat(pathB)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// explicitEndpoint understands an endpoint's ID, an address and a context's name.
func explicitEndpoint(choice string, contexts []Endpoint, o Options) Endpoint {
	if name, ok := strings.CutPrefix(choice, "context:"); ok {
		return contextEndpoint(name, OriginExplicit, contexts, o)
	}
	isContext := slices.ContainsFunc(contexts, func(c Endpoint) bool { return c.Context == choice })
	if isContext || choice == "default" {
		return contextEndpoint(choice, OriginExplicit, contexts, o)
	}
	return hostEndpoint(choice, OriginExplicit, o)
}

// contextEndpoint finds a context by name; "default" is what the CLI takes
// without one.
func contextEndpoint(name string, origin Origin, contexts []Endpoint, o Options) Endpoint {
	if name == "default" {
		// The CLI's default context is wherever DOCKER_HOST points.
		if host := o.Getenv("DOCKER_HOST"); host != "" {
			return hostEndpoint(host, origin, o)
		}
		return defaultEndpoint(origin, o)
	}
	for _, c := range contexts {
		if c.Context == name {
			c.Origin = origin
			return c
		}
	}
	name = printable(name, 200)
	return Endpoint{ID: "context:" + name, Name: name, Context: name, Origin: origin,
		Err: &Error{Op: "use context", Object: name, Cause: CauseConfig, Err: fs.ErrNotExist,
			Hint: "see \"docker context ls\", or choose another engine"}}
}

// hostEndpoint makes an endpoint of an address as DOCKER_HOST has it.
func hostEndpoint(host string, origin Origin, o Options) Endpoint {
	full, err := parseHost(host, o.wantsTLS())
	if err != nil {
		return Endpoint{ID: printable(host, 200), Name: printable(host, 200), Host: printable(host, 200), Origin: origin, Err: err}
	}
	return Endpoint{ID: full, Name: placeName(full, o), Host: full, Origin: origin}
}

// defaultEndpoint is where the CLI connects without any choice.
func defaultEndpoint(origin Origin, o Options) Endpoint {
	host := client.DefaultDockerHost
	if o.wantsTLS() {
		host = "tcp://localhost:2376"
	}
	return Endpoint{ID: host, Name: "default", Host: host, Origin: origin}
}

// wantsTLS is true when the environment asks for TLS on hosts without a context.
func (o Options) wantsTLS() bool {
	return cmp.Or(o.Getenv("DOCKER_TLS_VERIFY"), o.Getenv("DOCKER_TLS")) != ""
}

// placeName is a short name for an address: that of a known place, or the
// address itself.
func placeName(host string, o Options) string {
	if host == client.DefaultDockerHost {
		return "default"
	}
	for _, p := range KnownPlaces(o) {
		if p.Host == host {
			return p.Name
		}
	}
	return host
}

// parseHost reads an engine's address the way the CLI does: a missing scheme is
// tcp, a missing host is localhost, a missing port is the engine's.
func parseHost(host string, overTLS bool) (string, error) {
	bad := func(why string) error {
		return &Error{Op: "use address", Object: printable(host, 200), Cause: CauseConfig, Err: fmt.Errorf("%s", why), Hint: hintHost}
	}
	trimmed := strings.TrimSpace(host)
	if trimmed != printable(trimmed, 4096) {
		return "", bad("it contains characters that no address has")
	}
	scheme, addr, ok := strings.Cut(trimmed, "://")
	if !ok {
		scheme, addr = "tcp", trimmed
	}
	switch scheme {
	case "unix":
		if addr == "" {
			addr = strings.TrimPrefix(client.DefaultDockerHost, "unix://")
		}
		if !strings.HasPrefix(addr, "/") {
			return "", bad("the path of a socket begins with a slash")
		}
		return "unix://" + addr, nil
	case "npipe":
		if addr == "" {
			addr = "//./pipe/docker_engine"
		}
		return "npipe://" + strings.ReplaceAll(addr, `\`, "/"), nil
	case "ssh":
		if addr == "" {
			return "", bad("it names no machine")
		}
		return "ssh://" + addr, nil
	case "tcp", "http", "https":
		full, err := tcpAddress(addr, overTLS || scheme == "https")
		if err != nil {
			return "", bad(err.Error())
		}
		return scheme + "://" + full, nil
	}
	return "", bad(fmt.Sprintf("engines are not reached through %q", scheme+"://"))
}
