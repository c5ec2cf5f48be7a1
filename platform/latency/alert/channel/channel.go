// Package channel tells people of alerts: by a desktop notification, a webhook or
// a command. A Queue keeps what could not be told and tries again; whoever hands
// it a message never waits.
package channel

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tacklebox/platform/latency/said"
)

// Kind is the kind of a channel.
type Kind string

const (
	KindDesktop Kind = "desktop" // a notification on this machine
	KindWebhook Kind = "webhook" // an HTTP POST of JSON
	KindCommand Kind = "command" // a program of this machine
	// KindText is a receiver of another program that has no counterpart here, such
	// as mail. It is kept to be read, and cannot be enabled.
	KindText Kind = "text"
)

// Defaults and bounds.
const (
	WebhookTimeout = 10 * time.Second
	CommandTimeout = 30 * time.Second // when Channel.Timeout is 0
	MaxTimeout     = 5 * time.Minute
	MaxTemplate    = 16 << 10 // bytes
	MaxBody        = 64 << 10 // bytes of a request, and of an answer that are read
	maxArgs        = 100
	maxArg         = 4096
	maxField       = 300  // characters
	maxText        = 1900 // bytes: WeCom takes 2048
)

// Channel is one way to tell people. It is stored as it is: what is secret in it
// is not part of its JSON, only the names that Secrets knows it by.
type Channel struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Kind    Kind   `json:"kind"`
	Enabled bool   `json:"enabled"`

	// Form is whose JSON a webhook gets. Template is FormCustom's.
	Form     Form   `json:"form,omitempty"`
	Template string `json:"template,omitempty"`
	// URL has a token in it, more often than not. Where it is empty, SecretRef
	// names it.
	URL       Secret `json:"-"`
	SecretRef string `json:"secret_ref,omitempty"`
	// SignKey signs what DingTalk and Feishu get; SignRef names it.
	SignKey Secret `json:"-"`
	SignRef string `json:"sign_ref,omitempty"`
	// PlainHTTP allows http beyond this machine: everybody on the way can read it.
	PlainHTTP bool `json:"plain_http,omitempty"`

	// Argv is a command and its arguments. No shell reads it.
	Argv    []string      `json:"argv,omitempty"`
	Timeout time.Duration `json:"timeout,omitempty"`

	// Imported is the text that the channel came from, Problem why it is disabled.
	Imported string `json:"imported,omitempty"`
	// Mark tells imported texts apart that look the same without their secrets.
	Mark    string `json:"mark,omitempty"`
	Problem string `json:"problem,omitempty"`
}

// Secrets gives what is kept apart from the settings, in the keychain.
type Secrets interface {
	Secret(ctx context.Context, ref string) (Secret, error)
}

// Notifier shows a desktop notification.
type Notifier interface {
	Notify(ctx context.Context, title, text string) error
}

// Message is what is told. Its texts may come from anywhere: they are cut and
// cleaned before they leave.
type Message struct {
	Event   string // raised, cleared or active
	Level   string // ok, warning or critical
	Rule    string
	Comment string
	Target  string
	Host    string
	Group   string // "Europe/Paris"
	Why     string
	At      time.Time
	// Lost is true when older messages were given up on before this one.
	Lost bool
	// Said is Why as a sentence, for another language; nil when it is none of ours.
	Said *said.Said

	title, lines string // in another language; empty for English
}

// Who is the target with its host.
func (m *Message) Who() string {
	if m.Host == "" || m.Host == m.Target {
		return m.Target
	}
	return m.Target + " (" + m.Host + ")"
}

// Title is the message in one line.
func (m *Message) Title() string {
	if m.title != "" {
		return clean(m.title, false, maxField)
	}
	return clean(fmt.Sprintf("%s: %s %s, %s", m.Who(), m.Rule, m.Event, m.Level), false, maxField)
}

// Text is the message in a few lines, the first of them Title.
func (m *Message) Text() string {
	text := m.Title() + "\n" + m.Body()
	for len(text) > maxText {
		_, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
	}
	return text
}

// Body is the message without its title.
func (m *Message) Body() string {
	if m.lines != "" {
		return clean(m.lines, true, maxText)
	}
	var lines []string
	for _, l := range []string{m.Why, m.Comment} {
		if l = clean(l, false, 2*maxField); l != "" {
			lines = append(lines, l)
		}
	}
	if m.Group != "" {
		lines = append(lines, clean(m.Group, false, maxField))
	}
	lines = append(lines, m.At.Format(time.RFC3339))
	if m.Lost {
		lines = append(lines, "earlier messages could not be delivered")
	}
	return strings.Join(lines, "\n")
}

// clean takes out what steers a terminal or turns the direction of writing, and
// cuts to limit characters.
func clean(s string, lines bool, limit int) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case r == '\n' && lines:
		case r == '\n' || r == '\t':
			r = ' '
		case unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
			continue
		}
		if n++; n > limit {
			b.WriteString("…")
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// Validate says what keeps the channel from working, but for its secrets.
func (c *Channel) Validate() error {
	bad := func(why error) error { return said.New("channel %q: %v", c.Name, why) }
	switch {
	case c.ID == "":
		return bad(said.New("it has no id"))
	case c.Timeout < 0 || c.Timeout > MaxTimeout:
		return bad(said.New("its timeout is not from 0 to %v", MaxTimeout))
	}
	switch c.Kind {
	case KindDesktop:
	case KindWebhook:
		if c.URL == "" && c.SecretRef == "" {
			return bad(said.New("it has no address: paste the webhook's URL"))
		}
		if c.URL != "" {
			if _, err := c.address(c.URL); err != nil {
				return bad(err)
			}
		}
		if _, err := c.template(); err != nil {
			return bad(err)
		}
	case KindCommand:
		return c.validateCommand(bad)
	case KindText:
		return bad(said.New("nothing here can tell this receiver: choose a webhook or a command in its place"))
	default:
		return bad(said.New("it is neither a desktop notification, nor a webhook, nor a command"))
	}
	return nil
}

func (c *Channel) validateCommand(bad func(error) error) error {
	if len(c.Argv) == 0 || c.Argv[0] == "" {
		return bad(said.New("it has no command"))
	}
	if len(c.Argv) > maxArgs {
		return bad(said.New("its command has more than %d arguments", maxArgs))
	}
	for _, a := range c.Argv {
		if len(a) > maxArg || strings.ContainsRune(a, 0) {
			return bad(said.New("an argument of its command is too long, or has a zero byte"))
		}
	}
	return nil
}

// permanent marks an error that trying again does not mend.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

func isPermanent(err error) bool {
	var p permanent
	return errors.As(err, &p)
}

// Failed is a message that a channel did not take.
type Failed struct {
	Kind Kind
	Name string
	Err  error
}

// Error names the channel.
func (f *Failed) Error() string { return fmt.Sprintf("tell %s %q: %v", f.Kind, f.Name, f.Err) }

// Unwrap is why.
func (f *Failed) Unwrap() error { return f.Err }

// Sender delivers one message at once, without a queue.
type Sender struct {
	// Desktop shows notifications; nil where nothing does.
	Desktop Notifier
	// Secrets gives addresses and keys; nil where channels have them.
	Secrets Secrets
	// Transport is for tests: nil verifies certificates by the system's roots.
	Transport Transport
	// Say puts a message in the words of another language, a title and some lines; nil
	// is English. Fields that programs read stay as they are.
	Say func(*Message) (title, lines string)
	// Now is the wall clock, for signatures.
	Now func() time.Time
}

// Send tells of m by c: for a button that tries a channel. It does not look at
// Enabled.
func (s *Sender) Send(ctx context.Context, c Channel, m Message) error {
	if err := c.Validate(); err != nil {
		return permanent{err}
	}
	if s.Say != nil {
		m.title, m.lines = s.Say(&m)
	}
	var err error
	switch c.Kind {
	case KindDesktop:
		if s.Desktop == nil {
			err = permanent{said.New("this desktop shows no notifications")}
		} else {
			err = s.Desktop.Notify(ctx, m.Title(), m.Body())
		}
	case KindWebhook:
		err = s.post(ctx, &c, &m)
	case KindCommand:
		err = run(ctx, &c, &m)
	}
	if err != nil {
		return &Failed{Kind: c.Kind, Name: c.Name, Err: err}
	}
	return nil
}

// secret is a value, or what its reference names.
func (s *Sender) secret(ctx context.Context, value Secret, ref string) (Secret, error) {
	if value != "" || ref == "" {
		return value, nil
	}
	if s.Secrets == nil {
		return "", permanent{said.New("its address is kept apart, and nothing here can read it")}
	}
	v, err := s.Secrets.Secret(ctx, ref)
	if err != nil {
		return "", said.New("read what is kept apart for it: %v", err)
	}
	return v, nil
}
