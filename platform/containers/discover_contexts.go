package containers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/context/docker"
	"github.com/docker/cli/cli/context/store"
)

// maxConfig bounds config.json and each context's file.
const maxConfig = 4 << 20

// loadConfig reads the CLI's config.json; one that is not there is empty. It is
// never written: saving through ConfigFile would drop keys it does not know.
func loadConfig(o Options) (*configfile.ConfigFile, error) {
	path := filepath.Join(o.configDir(), config.ConfigFileName)
	c := configfile.New(path)
	content, err := readBounded(path, maxConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err == nil {
		// As in the CLI, one bad entry does not lose the others.
		if c, err = config.LoadFromReader(bytes.NewReader(content)); err == nil {
			c.Filename = path
			return c, nil
		}
	}
	return c, &Error{Op: "read", Object: path, Cause: CauseConfig, Err: err, Hint: "mend the file; until then it is not used"}
}

// readBounded reads a file that may not be longer than limit.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("it is not a regular file")
	}
	content, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(content)) > limit {
		err = fmt.Errorf("it is longer than %d bytes", limit)
	}
	return content, err
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
		content, err := readBounded(path, maxConfig)
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
