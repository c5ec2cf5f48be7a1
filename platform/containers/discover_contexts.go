package containers

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/context/docker"
	"github.com/docker/cli/cli/context/store"

	"tacklebox/platform/dockerconfig"
)

// loadConfig reads the CLI's config.json; one that is not there is empty.
func loadConfig(o Options) (*configfile.ConfigFile, error) {
	c, err := dockerconfig.Load(o.docker())
	return c, ownProblem(err)
}

// readContexts lists the CLI's contexts by name. The store's own List gives up
// at the first broken one, so each file is read here; a broken one is listed
// with its Err.
func readContexts(o Options) []Endpoint {
	root := filepath.Join(o.configDir(), "contexts", "meta")
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil
	}
	var found []Endpoint
	for _, entry := range entries {
		path := filepath.Join(root, entry.Name(), "meta.json")
		content, err := dockerconfig.ReadBounded(path, dockerconfig.MaxFile)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var ep Endpoint
		if err == nil {
			ep, err = parseContext(content)
		}
		if err != nil {
			name := ep.Name
			if name == "" {
				name = entry.Name()[:min(12, len(entry.Name()))]
			}
			ep = Endpoint{ID: "context:" + name, Name: name, Context: ep.Context, Origin: OriginContext,
				Err: &Error{Op: "read context", Object: path, Cause: CauseConfig, Err: err, Hint: "mend it, or remove it with \"docker context rm\""}}
		}
		found = append(found, ep)
	}
	slices.SortFunc(found, func(a, b Endpoint) int { return strings.Compare(a.Name, b.Name) })
	return found
}

// parseContext reads one context's meta.json. On an error the endpoint has what
// was understood of it, at most the name.
func parseContext(content []byte) (Endpoint, error) {
	var meta struct {
		Name      string
		Endpoints map[string]json.RawMessage
	}
	if err := json.Unmarshal(content, &meta); err != nil {
		return Endpoint{}, err
	}
	if err := store.ValidateContextName(meta.Name); err != nil {
		return Endpoint{}, err
	}
	ep := Endpoint{ID: "context:" + meta.Name, Name: meta.Name, Context: meta.Name, Origin: OriginContext}
	raw, ok := meta.Endpoints[docker.DockerEndpoint]
	if !ok {
		return ep, errors.New("it has no docker endpoint")
	}
	var d docker.EndpointMeta
	if err := json.Unmarshal(raw, &d); err != nil {
		return ep, err
	}
	host, err := parseHost(d.Host, false)
	if d.Host == "" {
		err = errors.New("its docker endpoint has no host")
	}
	if err != nil {
		return ep, err
	}
	ep.Host, ep.SkipTLSVerify = host, d.SkipTLSVerify
	return ep, nil
}
