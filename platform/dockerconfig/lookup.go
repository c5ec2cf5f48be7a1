package dockerconfig

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/credentials"
	clitypes "github.com/docker/cli/cli/config/types"
)

// HubHost is what references call Docker Hub, and hubKey what config.json and
// helpers do.
const (
	HubHost = "docker.io"
	hubKey  = "https://index.docker.io/v1/"
)

// Auth is what Docker knows of one registry.
type Auth struct {
	Username, Password string
	// IdentityToken and RegistryToken are there instead of a password.
	IdentityToken, RegistryToken string
	// ServerAddress is the key it was found under.
	ServerAddress string
}

// Key is what config.json, helpers and engines call a registry's host.
func Key(host string) string {
	if host == HubHost {
		return hubKey
	}
	return host
}

// Lookup goes the CLI's way to the credentials of a host, as references name it
// ("host:port"): DOCKER_AUTH_CONFIG, then the helper for this host, then the
// helper for all, then config.json itself. The zero Auth is none; an error beside
// it does not mean that the registry will refuse.
func Lookup(ctx context.Context, o Options, host string) (Auth, error) {
	o = o.withDefaults()
	key := Key(host)
	var problem error
	if text := o.Getenv(configfile.DockerEnvConfigKey); text != "" {
		auths, err := parseEnvAuths(text)
		if err != nil {
			problem = &Problem{Op: "read", Object: configfile.DockerEnvConfigKey, Kind: KindConfig, Err: err, Hint: "mend it, or unset it"}
		} else if auth, ok := matchAuth(auths, key); ok {
			return auth, nil
		}
	}
	config, err := Load(o)
	if err != nil {
		problem = errors.Join(problem, err)
	}
	suffix, ok := config.CredentialHelpers[key]
	if !ok {
		suffix = config.CredentialsStore
	}
	if !ok && suffix == "" && !config.ContainsAuth() {
		// As in the CLI, which has the system's own store without being told.
		suffix = o.defaultStore()
	}
	if suffix != "" {
		auth, err := askHelper(ctx, o, suffix, key)
		if err != nil {
			return Auth{}, errors.Join(problem, err)
		}
		if auth != (Auth{}) {
			return auth, problem
		}
	}
	auth, _ := matchAuth(config.AuthConfigs, key)
	return auth, problem
}

// defaultStore is the store the CLI takes when nothing is configured, and "" when
// its helper is not installed: then nobody has signed in with it either.
func (o Options) defaultStore() string {
	suffix := credentials.DetectDefaultStore("")
	if suffix == "" {
		return ""
	}
	if _, err := o.LookPath("docker-credential-" + suffix); err != nil {
		return ""
	}
	return suffix
}

// matchAuth finds host's entry; keys may be written as URLs, as old CLIs did.
func matchAuth(auths map[string]clitypes.AuthConfig, key string) (Auth, bool) {
	found, ok := auths[key]
	if !ok {
		for name, auth := range auths {
			if credentials.ConvertToHostname(name) == credentials.ConvertToHostname(key) {
				found, ok = auth, true
				break
			}
		}
	}
	if !ok {
		return Auth{}, false
	}
	auth := Auth{
		Username: found.Username, Password: found.Password,
		IdentityToken: found.IdentityToken, RegistryToken: found.RegistryToken, ServerAddress: key,
	}
	if auth.Username == "" && auth.IdentityToken == "" && auth.RegistryToken == "" {
		// "auths": {"host": {}} is what "docker login" leaves beside a helper.
		return Auth{}, false
	}
	return auth, true
}

// parseEnvAuths reads DOCKER_AUTH_CONFIG, which has "auths" with "auth" only.
func parseEnvAuths(text string) (map[string]clitypes.AuthConfig, error) {
	var env struct {
		Auths map[string]struct {
			Auth string `json:"auth"`
		} `json:"auths"`
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&env); err != nil {
		return nil, errors.New("it is not JSON with \"auths\" and \"auth\" only")
	}
	if d.More() {
		return nil, errors.New("it holds more than one JSON document")
	}
	auths := make(map[string]clitypes.AuthConfig, len(env.Auths))
	for host, a := range env.Auths {
		plain, err := base64.StdEncoding.DecodeString(a.Auth)
		if err != nil {
			return nil, fmt.Errorf("the entry for %q is not base64", host)
		}
		user, password, ok := strings.Cut(string(plain), ":")
		if !ok || user == "" {
			return nil, fmt.Errorf("the entry for %q is not user:password", host)
		}
		auths[host] = clitypes.AuthConfig{Username: user, Password: strings.Trim(password, "\x00"), ServerAddress: host}
	}
	return auths, nil
}
