// Package registry has what every part of the Registries tab speaks of: a
// connection to a registry, what was found in it, and why something did not work.
package registry

import (
	"net/url"
	"slices"
	"time"
)

// Source is where a connection's credential comes from.
type Source string

// The sources.
const (
	SourceNone   Source = ""       // anonymous
	SourceOwn    Source = "own"    // a user name here, the secret in the keychain
	SourceDocker Source = "docker" // Docker's config.json and helpers, read anew each time
)

// Kind is what a registry turned out to be.
type Kind string

// The kinds.
const (
	KindUnknown      Kind = ""
	KindHarbor       Kind = "harbor"
	KindDistribution Kind = "distribution"
)

// Connection is one registry as a person set it up. No secret stands in it.
type Connection struct {
	ID string `json:"id"`
	// Name is what the person calls it; empty is its host.
	Name string `json:"name,omitempty"`
	// URL is scheme://host[:port] and nothing more: see ParseURL.
	URL  string `json:"url"`
	User string `json:"user,omitempty"`
	// Source is where the secret for User comes from.
	Source Source `json:"source,omitempty"`
	// SecretNo tells the secret in use apart from those before it, so that no secret is
	// ever sent to an address or under a name that it was not typed for.
	SecretNo int `json:"secret_no,omitempty"`
	// CA has the certificates, as PEM, that the person trusts for this registry
	// beside those of the system.
	CA string `json:"ca,omitempty"`
	// Fingerprint is the SHA-256 of the one certificate that the person accepted.
	Fingerprint string `json:"fingerprint,omitempty"`
	// Plain marks a host that is spoken to without TLS, secrets included.
	Plain bool `json:"plain,omitempty"`
	// Proxy is "" for the system's, "none", or a URL.
	Proxy string `json:"proxy,omitempty"`
	// Realms are other hosts that may get the password, for a token.
	Realms []string `json:"realms,omitempty"`
	// Repositories were typed by the person, where the registry lists none.
	Repositories []string `json:"repositories,omitempty"`
	// NoWatch leaves it out of the rounds that tray and notices live on.
	NoWatch bool `json:"no_watch,omitempty"`
	// Refused is set when the credential was refused, and cleared when the person
	// acts: until then it is not used.
	Refused *Refusal `json:"refused,omitempty"`
	// Expires is when a robot that Tacklebox made ends; the zero time is never.
	Expires time.Time `json:"expires,omitzero"`
	// Robot is the number of that robot on its Harbor.
	Robot int64 `json:"robot,omitempty"`
	// Seen is what it was when it last answered.
	Seen Facts `json:"seen,omitzero"`
}

// AddRealms lets more hosts have the password, for a token.
func (c *Connection) AddRealms(hosts ...string) {
	for _, h := range hosts {
		if !slices.Contains(c.Realms, h) {
			c.Realms = append(slices.Clip(c.Realms), h)
		}
	}
}

// Refusal is a credential that a registry did not take.
type Refusal struct {
	At      time.Time `json:"at"`
	Message string    `json:"message,omitempty"`
}

// Facts are what a registry says of itself.
type Facts struct {
	Kind Kind `json:"kind,omitempty"`
	// Version is Harbor's, such as "v2.15.2-b8a3c2b4".
	Version string `json:"version,omitempty"`
	// AuthMode is Harbor's: db_auth, ldap_auth, oidc_auth and others.
	AuthMode string `json:"auth_mode,omitempty"`
	// Account is what kind of credential is in use.
	Account Account `json:"account,omitempty"`
}

// Account is the kind of a credential.
type Account string

// The kinds of credentials.
const (
	AccountNone  Account = ""            // anonymous, or not known yet
	AccountUser  Account = "user"        // a person's, local or of a directory
	AccountRobot Account = "robot"       // a robot of Harbor
	AccountOIDC  Account = "oidc-secret" // the CLI secret of a person who signs in through OIDC
	AccountOther Account = "credential"  // good, of a registry that does not say whose
)

// Title is what the person calls the connection.
func (c Connection) Title() string {
	if c.Name != "" {
		return c.Name
	}
	return c.Host()
}

// Host is "host[:port]", as references to its images begin.
func (c Connection) Host() string {
	u, err := url.Parse(c.URL)
	if err != nil {
		return c.URL
	}
	if u.Host == hubAPI {
		return HubHost
	}
	return u.Host
}

// Insecure is true for a connection that speaks without TLS to another machine.
func (c Connection) Insecure() bool {
	u, err := url.Parse(c.URL)
	return err == nil && u.Scheme == "http" && !Loopback(u.Hostname())
}

// Credential is what is sent to a registry.
type Credential struct {
	User   string
	Secret Secret
	// Token is an identity token, which stands instead of a password.
	Token Secret
}

// None is true when there is nothing to send.
func (c Credential) None() bool { return c.Secret == "" && c.Token == "" }
