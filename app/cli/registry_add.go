package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tacklebox/platform/dockerconfig"
	"tacklebox/platform/keychain"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/connect"
)

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
	c.AddRealms(said.Realms...)
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
