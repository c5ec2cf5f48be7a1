package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/platform/dockerconfig"
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
