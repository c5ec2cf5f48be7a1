package channel

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"tacklebox/platform/latency/said"
)

// Secret is an address with a token in it, or a key. However it is printed, only
// an address's host is seen.
type Secret string

// Reveal is the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String is the secret as it may be shown.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	if u, err := url.Parse(string(s)); err == nil && u.Host != "" {
		return u.Scheme + "://" + u.Host + "/…"
	}
	return "…"
}

// Format writes String, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalText writes String: a secret that lands in some JSON by mistake is none.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue is String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// parts are what of a secret must be seen nowhere: all of it, and of an address
// what stands behind its host.
func (s Secret) parts() []string {
	out := []string{string(s)}
	u, err := url.Parse(string(s))
	if err != nil || u.Host == "" {
		return out
	}
	out = append(out, u.RequestURI(), u.RawQuery, u.Path, u.Fragment)
	if u.User != nil {
		password, _ := u.User.Password()
		out = append(out, u.User.String(), u.User.Username(), password)
	}
	for _, values := range u.Query() {
		out = append(out, values...)
	}
	out = append(out, strings.Split(u.EscapedPath(), "/")...)
	return append(out, strings.Split(u.Path, "/")...)
}

// scrub takes the secrets' parts out of a text. Short ones are words such as
// "send" that show nothing.
func scrub(text string, secrets ...Secret) string {
	for _, s := range secrets {
		for _, p := range s.parts() {
			if len(p) >= 6 || p == string(s) && p != "" {
				text = strings.ReplaceAll(text, p, "…")
			}
		}
	}
	return text
}

// scrubbed is an error without secrets in its text. Its cause can be asked for by
// errors.Is, but not be unwrapped: it may print them.
type scrubbed struct {
	text  string
	said  *said.Said // the sentence without secrets, when it is one of ours
	cause error
}

func (s *scrubbed) Error() string        { return s.text }
func (s *scrubbed) Said() *said.Said     { return s.said }
func (s *scrubbed) Is(target error) bool { return errors.Is(s.cause, target) }

// scrubSaid is the sentence of an error with what fills it as text, without secrets.
func scrubSaid(err error, secrets []Secret) *said.Said {
	var s *said.Said
	if !errors.As(err, &s) {
		return nil
	}
	out := &said.Said{Format: s.Format}
	for _, a := range s.Args {
		if inner, ok := a.(error); ok {
			if x := scrubSaid(inner, secrets); x != nil {
				out.Args = append(out.Args, x)
				continue
			}
		}
		out.Args = append(out.Args, scrub(fmt.Sprint(a), secrets...))
	}
	return out
}

// scrubError is err without the secrets, permanent when err is.
func scrubError(err error, secrets ...Secret) error {
	if err == nil {
		return nil
	}
	out := error(&scrubbed{text: scrub(err.Error(), secrets...), said: scrubSaid(err, secrets), cause: err})
	if isPermanent(err) {
		return permanent{out}
	}
	return out
}
