package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tacklebox/platform/dockerconfig"
	"tacklebox/platform/keychain"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/settings"
)

// exitNotWell is what inspect gives when a project's rule would refuse the pull,
// and health when a component is not healthy.
const exitNotWell = 1

// registryServices is what the verbs of registry use of the machine.
type registryServices struct {
	// secrets is the keychain of a data folder.
	secrets func(dataDir string) connect.Secrets
	docker  dockerconfig.Options
	getenv  func(string) string
}

func realRegistries() registryServices {
	return registryServices{secrets: func(dir string) connect.Secrets { return connect.Keychain(dir) }, getenv: nil}
}

const registryExitCodes = `Exit codes of the verbs of registry: 0 done; 1 something is not well (doctor, health), or a pull
would be refused (inspect); 64 the command line cannot be understood; 125 Tacklebox could not do it;
130 Ctrl-C; 143 terminated.`

// registryCommand has everything about registries below it.
func (p *program) registryCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "registry",
		Aliases: []string{"registries"},
		Short:   "Browse a Harbor or another registry, and see how it is doing",
		Long: "Finds artifacts in a Harbor or any other registry, says what they would run and whether a pull\n" +
			"would be refused, and how the Harbor itself is. Every verb that reads takes a name that registry\n" +
			"list shows, or a host or a reference, which is then asked with what Docker knows of it.\n\n" + registryExitCodes,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return misusing(c, "there is no verb %q", "registry "+plainText(args[0]))
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.SetFlagErrorFunc(misused)
	c.AddCommand(p.registryAdd(), p.registryRemove(), p.registryList(), p.registryDoctor(), p.registryBrowse(), p.registryInspect(), p.registryHealth(), p.registryJobs(), p.registryReplications())
	return c
}

// registries opens the connections of the data folder.
func (p *program) registries() (*connect.Store, error) {
	dir, err := p.services.dataDir(p.dataDir)
	if err != nil {
		return nil, err
	}
	set, err := settings.Open(dir)
	if err != nil {
		return nil, err
	}
	sv := p.services.registry
	return connect.New(connect.Options{Settings: set, Secrets: sv.secrets(dir), Docker: sv.docker, Getenv: sv.getenv}), nil
}

// withRegistry opens what a person names: a connection, or a host.
func (p *program) withRegistry(ctx context.Context, name string, f func(*connect.Store, *connect.Session) error) error {
	s, err := p.registries()
	if err != nil {
		return err
	}
	defer s.Close()
	x, err := p.openRegistry(ctx, s, name)
	if err != nil {
		return err
	}
	if err := p.signedIn(x); err != nil {
		return err
	}
	return f(s, x)
}

func (p *program) openRegistry(ctx context.Context, s *connect.Store, name string) (*connect.Session, error) {
	c, ok, err := s.Find(name)
	if err != nil {
		return nil, err
	}
	if ok {
		return s.Open(ctx, c.ID)
	}
	host, _ := registryPlace(name)
	return s.OpenHost(ctx, host)
}

// registryPlace is what a person means who names no connection: a host, or a
// reference, of which it gives the host as Docker does, and the repository. A word
// without a dot, a port behind one or a slash is an image, as for docker pull.
func registryPlace(text string) (host, repo string) {
	name, _, _ := strings.Cut(text, ":")
	if strings.Contains(text, "://") || strings.HasPrefix(text, "[") || !strings.ContainsAny(text, "/@") && (strings.Contains(name, ".") || name == "localhost") {
		return text, ""
	}
	host, repo, _, err := parseReference(text)
	if err != nil {
		return text, "" // what it is instead is said by who opens it
	}
	return host, repo
}

// signedIn is a session that has the credential that the person chose for it.
// Without Docker's it goes on as nobody, as docker pull does.
func (p *program) signedIn(x *connect.Session) error {
	if x.CredentialProblem == nil {
		return nil
	}
	if x.Connection.Source == registry.SourceOwn {
		return x.CredentialProblem
	}
	p.say("%s: %s", p.name, plainText(x.CredentialProblem.Error()))
	return nil
}

// one wants one argument.
func one(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return misusing(c, "name %s", what)
		case len(args) > 1:
			return misusing(c, "%q is too much", plainText(args[1]))
		}
		return nil
	}
}

// completeRegistry offers the connections.
func (p *program) completeRegistry(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	s, err := p.registries()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer s.Close()
	all, err := s.Connections()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var ids []string
	for _, c := range all {
		ids = append(ids, c.ID+"\t"+plainText(c.Title()))
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

// addFlags are those of registry add.
type addFlags struct {
	name, user, ca, fingerprint, proxy string
	stdin, docker, plain, check        bool
	realms                             []string
}

func (p *program) registryAdd() *cobra.Command {
	var f addFlags
	c := &cobra.Command{
		Use:   "add URL",
		Short: "Keep a connection, after trying it",
		Long: "Keeps a connection to a registry. The password or token comes on standard input and goes into\n" +
			"the system's keychain; where there is none it is not kept, and that is said. It is tried once\n" +
			"before it is kept. Of a connection that is there already, what is not said stays as it is.",
		Example: "  tacklebox registry add harbor.example --user 'robot$ops' --password-stdin <token.txt\n  tacklebox registry add https://harbor.example:8443 --ca ca.pem --docker",
		Args:    one("the address of a registry"),
		RunE:    func(c *cobra.Command, args []string) error { return p.addRegistry(c, args[0], f) },
	}
	fl := c.Flags()
	fl.StringVar(&f.name, "name", "", "call it `NAME`")
	fl.StringVar(&f.user, "user", "", "sign in as `USER`; a robot is called robot$name, which a shell wants quoted")
	fl.BoolVar(&f.stdin, "password-stdin", false, "read the password or token from standard input")
	fl.BoolVar(&f.docker, "docker", false, "use what docker login keeps, read anew each time")
	fl.StringVar(&f.ca, "ca", "", "trust the certificates in this PEM `FILE`, too")
	fl.StringVar(&f.fingerprint, "fingerprint", "", "trust the certificate with this `SHA256`, as registry doctor shows it")
	fl.StringVar(&f.proxy, "proxy", "", "go through this proxy: system, none, or a `URL`")
	fl.BoolVar(&f.plain, "plain-http", false, "speak to it without TLS: everybody on the way can read the password")
	fl.StringArrayVar(&f.realms, "realm", nil, "this other `HOST` may get the password, for a token")
	fl.BoolVar(&f.check, "check", true, "try it first; --check=false keeps it as it is")
	p.jsonFlag(c)
	return c
}

func (p *program) addRegistry(c *cobra.Command, address string, f addFlags) error {
	ctx := c.Context()
	if (f.user != "") != f.stdin {
		return misusing(c, "--user goes with --password-stdin")
	}
	if f.docker && f.user != "" {
		return misusing(c, "--docker and --user say two things")
	}
	conn := registry.Connection{Name: f.name, URL: address, User: f.user, Fingerprint: f.fingerprint, Proxy: f.proxy, Plain: f.plain, Realms: f.realms}
	switch {
	case f.docker:
		conn.Source = registry.SourceDocker
	case f.user != "":
		conn.Source = registry.SourceOwn
	}
	if f.ca != "" {
		text, err := dockerconfig.ReadBounded(f.ca, 1<<20)
		if err != nil {
			return fmt.Errorf("read the CA file %q: %w", f.ca, err)
		}
		conn.CA = string(text)
	}
	conn, err := connect.Check(conn)
	if err != nil {
		return err
	}
	var secret registry.Secret
	if f.stdin {
		if secret, err = p.readSecret(); err != nil {
			return err
		}
	}
	s, err := p.registries()
	if err != nil {
		return err
	}
	defer s.Close()
	old, err := atAddress(s, conn.URL)
	if err != nil {
		return err
	}
	if old != nil {
		conn = merged(*old, conn, c.Flags().Changed("proxy"))
	}
	var facts registry.Facts
	if f.check {
		if facts, err = p.tryRegistry(ctx, s, conn, secret); err != nil {
			p.sayWhatHelps(err)
			return err
		}
		if old != nil && conn.Source == registry.SourceOwn && secret == "" {
			facts.Account = old.Seen.Account
		}
		conn.Seen = facts
	}
	kept, id, err := keepRegistry(ctx, s, old, conn, secret)
	if err != nil {
		return err
	}
	if secret != "" && !kept.Lasting {
		p.say("%s: the next verb will have no secret, since there is no keychain to keep it in: use docker login and --docker instead: %s", p.name, plainText(errText(kept.Why)))
	}
	if p.json {
		return p.answer(map[string]any{"id": id, "url": conn.URL, "kind": facts.Kind, "version": facts.Version, "account": facts.Account, "secret_kept": secret == "" || kept.Lasting})
	}
	fmt.Fprintln(p.out, plainText(id))
	return nil
}

// sayWhatHelps says on which option to go on, with what it needs.
func (p *program) sayWhatHelps(err error) {
	var own *registry.Error
	if p.json || !errors.As(err, &own) {
		return
	}
	if c := own.Certificate; c != nil {
		p.say("%s: the server showed %s, signed by %s, until %s", p.name, plainText(or(c.Subject, "a certificate")), plainText(c.Issuer), c.NotAfter.Format(time.DateOnly))
		p.say("%s: if its own administrator names the same SHA-256, add --fingerprint %s", p.name, c.Fingerprint)
	}
	if own.Cause == registry.CauseRealm && own.Host != "" {
		p.say("%s: if that host belongs to the registry, add --realm %s", p.name, plainText(own.Host))
	}
}

func errText(err error) string {
	if err == nil {
		return "the system has no keychain"
	}
	return err.Error()
}

// tryRegistry asks once with what was typed.
func (p *program) tryRegistry(ctx context.Context, s *connect.Store, conn registry.Connection, secret registry.Secret) (registry.Facts, error) {
	var cred registry.Credential
	if secret != "" { // else one that is kept stays as it is, and goes untried
		cred = registry.Credential{User: conn.User, Secret: secret}
	}
	if conn.Source == registry.SourceDocker {
		a, err := dockerconfig.Lookup(ctx, p.services.registry.docker, conn.Host())
		if err != nil {
			p.say("%s: %s", p.name, plainText(err.Error()))
		}
		cred = registry.Credential{User: a.Username, Secret: registry.Secret(a.Password), Token: registry.Secret(a.IdentityToken)}
		if cred.None() {
			p.say("%s: docker login keeps nothing for %s yet", p.name, plainText(conn.Host()))
		}
	}
	x, err := s.Try(conn, cred)
	if err != nil {
		return registry.Facts{}, err
	}
	defer x.Discard()
	return x.Facts(ctx)
}

// atAddress is the connection that has this address, nil when there is none.
func atAddress(s *connect.Store, address string) (*registry.Connection, error) {
	all, err := s.Connections()
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(all, func(c registry.Connection) bool { return c.URL == address }); i >= 0 {
		return &all[i], nil
	}
	return nil, nil
}

// merged is a connection with what was said of it now; the rest stays as it is.
func merged(c, said registry.Connection, proxy bool) registry.Connection {
	if said.Source != registry.SourceNone {
		c.User, c.Source = said.User, said.Source
	}
	c.Name, c.CA, c.Fingerprint, c.Plain = or(said.Name, c.Name), or(said.CA, c.CA), or(said.Fingerprint, c.Fingerprint), c.Plain || said.Plain
	if proxy {
		c.Proxy = said.Proxy
	}
	realms := slices.Clone(c.Realms)
	for _, realm := range said.Realms {
		if !slices.Contains(realms, realm) {
			realms = append(realms, realm)
		}
	}
	c.Realms = realms
	return c
}

// keepRegistry adds the connection, or changes the one that is there.
func keepRegistry(ctx context.Context, s *connect.Store, old *registry.Connection, conn registry.Connection, secret registry.Secret) (connect.Kept, string, error) {
	if old == nil {
		conn, kept, err := s.Add(ctx, conn, secret)
		return kept, conn.ID, err
	}
	_, kept, err := s.Save(ctx, old.ID, secret, func(c *registry.Connection) {
		c.User, c.Source, c.Name, c.CA, c.Fingerprint, c.Plain, c.Proxy, c.Realms = conn.User, conn.Source, conn.Name, conn.CA, conn.Fingerprint, conn.Plain, conn.Proxy, conn.Realms
		if conn.Seen.Kind != "" {
			c.Seen = conn.Seen
		}
	})
	return kept, old.ID, err
}

// readSecret reads one line, or what is typed unseen. It stands on no command
// line and is shown nowhere.
func (p *program) readSecret() (registry.Secret, error) {
	var text string
	var err error
	if file, ok := p.in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		fmt.Fprint(p.err, "password: ")
		var typed []byte
		typed, err = term.ReadPassword(int(file.Fd()))
		p.say("")
		text = string(typed)
	} else {
		text, err = readLine(p.in, keychain.MaxSecret)
	}
	if err != nil {
		return "", fmt.Errorf("read the password from standard input: %w", err)
	}
	if text == "" {
		return "", errors.New("standard input has no password: give it as one line")
	}
	return registry.Secret(text), nil
}

func (p *program) registryRemove() *cobra.Command {
	return &cobra.Command{
		Use:               "remove NAME",
		Short:             "Forget a connection, with its secret",
		Args:              one("a connection"),
		ValidArgsFunction: p.completeRegistry,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := p.registries()
			if err != nil {
				return err
			}
			defer s.Close()
			conn, ok, err := s.Find(args[0])
			if err != nil {
				return err
			}
			if !ok {
				return fmt.Errorf("there is no connection %q: registry list shows which there are", plainText(args[0]))
			}
			if err := s.Remove(c.Context(), conn.ID); err != nil {
				return err
			}
			fmt.Fprintln(p.out, plainText(conn.ID))
			return nil
		},
	}
}

// connectionRow is a connection as JSON.
type connectionRow struct {
	ID          string            `json:"id"`
	Name        string            `json:"name,omitempty"`
	URL         string            `json:"url"`
	Kind        registry.Kind     `json:"kind,omitempty"`
	Version     string            `json:"version,omitempty"`
	User        string            `json:"user,omitempty"`
	Source      registry.Source   `json:"source,omitempty"`
	Account     registry.Account  `json:"account,omitempty"`
	Insecure    bool              `json:"insecure,omitempty"`
	OwnCA       bool              `json:"own_ca,omitempty"`
	Fingerprint string            `json:"fingerprint,omitempty"`
	Proxy       string            `json:"proxy,omitempty"`
	Refused     *registry.Refusal `json:"refused,omitempty"`
	Watched     bool              `json:"watched"`
}

func (p *program) registryList() *cobra.Command {
	c := &cobra.Command{
		Use:   "list",
		Short: "List the connections, without asking any of them",
		Args:  nothingMore,
		RunE: func(*cobra.Command, []string) error {
			s, err := p.registries()
			if err != nil {
				return err
			}
			defer s.Close()
			all, err := s.Connections()
			if err != nil {
				return err
			}
			rows := make([]connectionRow, len(all))
			for i, c := range all {
				rows[i] = connectionRow{ID: c.ID, Name: c.Name, URL: c.URL, Kind: c.Seen.Kind, Version: c.Seen.Version, User: c.User, Source: c.Source, Account: c.Seen.Account,
					Insecure: c.Insecure(), OwnCA: c.CA != "", Fingerprint: c.Fingerprint, Proxy: c.Proxy, Refused: c.Refused, Watched: !c.NoWatch}
			}
			if p.json {
				return p.answer(rows)
			}
			if len(rows) == 0 {
				p.say("there are no connections yet: registry add harbor.example")
				return nil
			}
			return p.table([]string{"ID", "ADDRESS", "KIND", "USER", "STATE"}, func(row func(...string)) {
				for _, r := range rows {
					row(r.ID, r.URL, strings.TrimSpace(string(r.Kind)+" "+r.Version), userText(r), stateText(r))
				}
			})
		},
	}
	p.jsonFlag(c)
	return c
}

func userText(r connectionRow) string {
	switch r.Source {
	case registry.SourceDocker:
		return "(docker's)"
	case registry.SourceNone:
		return "-"
	}
	return r.User
}

func stateText(r connectionRow) string {
	switch {
	case r.Refused != nil:
		return "credential refused " + r.Refused.At.Format("2006-01-02 15:04")
	case r.Insecure:
		return "without TLS"
	}
	return "-"
}
