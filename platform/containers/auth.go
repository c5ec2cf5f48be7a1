package containers

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/credentials"
	clitypes "github.com/docker/cli/cli/config/types"
	helper "github.com/docker/docker-credential-helpers/client"
	helpercreds "github.com/docker/docker-credential-helpers/credentials"
	"github.com/docker/docker/api/types/registry"
)

const (
	// hubKey is what config.json and helpers call Docker Hub.
	hubKey = "https://index.docker.io/v1/"
	// tokenUser is the user name by which a helper says that the secret is an
	// identity token.
	tokenUser = "<token>"
	// helperTimeout bounds a helper; one that unlocks a key ring asks the person.
	helperTimeout = 30 * time.Second
	maxHelperText = 1 << 20
)

// credentialsFor finds the credentials for the registry of ref, encoded for the
// engine; "" when there are none. An error does not mean that the pull cannot
// work: the image may be public.
func (e *Engine) credentialsFor(ctx context.Context, ref string) (string, error) {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return "", err
	}
	host := reference.Domain(named)
	auth, err := lookUpAuth(ctx, e.opts, host)
	if err != nil || auth == (registry.AuthConfig{}) {
		return "", err
	}
	return registry.EncodeAuthConfig(auth)
}

// lookUpAuth goes the CLI's way: DOCKER_AUTH_CONFIG, then the helper for this
// host, then the helper for all, then config.json itself.
func lookUpAuth(ctx context.Context, o Options, host string) (registry.AuthConfig, error) {
	key := host
	if host == "docker.io" {
		key = hubKey
	}
	var problem error
	if text := o.Getenv(configfile.DockerEnvConfigKey); text != "" {
		auths, err := parseEnvAuths(text)
		if err != nil {
			problem = &Error{Op: "read", Object: configfile.DockerEnvConfigKey, Cause: CauseConfig, Err: err, Hint: "mend it, or unset it"}
		} else if auth, ok := matchAuth(auths, key); ok {
			return auth, nil
		}
	}
	config, err := loadConfig(o)
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
			return registry.AuthConfig{}, errors.Join(problem, err)
		}
		if auth != (registry.AuthConfig{}) {
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
	if _, err := o.lookPath("docker-credential-" + suffix); err != nil {
		return ""
	}
	return suffix
}

// matchAuth finds host's entry; keys may be written as URLs, as old CLIs did.
func matchAuth(auths map[string]clitypes.AuthConfig, key string) (registry.AuthConfig, bool) {
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
		return registry.AuthConfig{}, false
	}
	auth := registry.AuthConfig{
		Username: found.Username, Password: found.Password,
		IdentityToken: found.IdentityToken, RegistryToken: found.RegistryToken, ServerAddress: key,
	}
	if auth.Username == "" && auth.IdentityToken == "" && auth.RegistryToken == "" {
		// "auths": {"host": {}} is what "docker login" leaves beside a helper.
		return registry.AuthConfig{}, false
	}
	return auth, true
}

// askHelper runs docker-credential-suffix. Finding nothing is not an error.
func askHelper(ctx context.Context, o Options, suffix, key string) (registry.AuthConfig, error) {
	name := "docker-credential-" + suffix
	fail := func(err error, hint string) (registry.AuthConfig, error) {
		return registry.AuthConfig{}, &Error{Op: "ask credential helper", Object: name, Cause: CauseHelper, Err: err, Hint: hint}
	}
	if strings.ContainsAny(suffix, `/\`) {
		return fail(errors.New("its name is not one"), "mend credsStore or credHelpers in config.json")
	}
	path, err := o.lookPath(name)
	if err != nil {
		return fail(errors.New("it is not on PATH"), "install it, or remove it from config.json")
	}
	ctx, cancel := context.WithTimeout(ctx, helperTimeout)
	defer cancel()
	creds, err := helper.Get(func(args ...string) helper.Program {
		return &helperProgram{ctx: ctx, opts: o, path: path, args: args}
	}, key)
	switch {
	case helpercreds.IsErrCredentialsNotFound(err):
		return registry.AuthConfig{}, nil
	case ctx.Err() != nil:
		return fail(ctx.Err(), "run it by hand to see what it waits for")
	case err != nil:
		return fail(errors.New(printable(err.Error(), 300)), "run it by hand to see what is wrong")
	}
	auth := registry.AuthConfig{ServerAddress: key}
	if creds.Username == tokenUser {
		auth.IdentityToken = creds.Secret
	} else {
		auth.Username, auth.Password = creds.Username, creds.Secret
	}
	return auth, nil
}

// helperProgram runs a credential helper with a bound on time and output, and
// with the login shell's PATH, since helpers call programs themselves.
type helperProgram struct {
	ctx  context.Context
	opts Options
	path string
	args []string
	in   io.Reader
}

// Input sets what the helper reads.
func (p *helperProgram) Input(in io.Reader) { p.in = in }

// Output runs the helper and gives what it writes.
func (p *helperProgram) Output() ([]byte, error) {
	cmd := exec.CommandContext(p.ctx, p.path, p.args...)
	cmd.Stdin = p.in
	cmd.Env = p.opts.childEnv()
	cmd.WaitDelay = time.Second
	out := &boundedBuffer{limit: maxHelperText}
	cmd.Stdout = out
	hideWindow(cmd)
	err := cmd.Run()
	if err == nil && out.over {
		err = fmt.Errorf("it wrote more than %d bytes", maxHelperText)
	}
	if err != nil && len(out.Bytes()) > 4096 {
		return out.Bytes()[:4096], err
	}
	return out.Bytes(), err
}

// boundedBuffer keeps at most limit bytes and drops the rest.
type boundedBuffer struct {
	bytes.Buffer
	limit int
	over  bool
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	if room := b.limit - b.Len(); len(p) > room {
		b.over = true
		b.Buffer.Write(p[:room])
		return len(p), nil
	}
	return b.Buffer.Write(p)
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
