package transport

import (
	"net/url"
	"strings"

	"tacklebox/platform/registry"
)

// Challenge is what a registry asks for.
type Challenge struct {
	// Scheme is "basic", "bearer", or "" for none.
	Scheme string
	// Realm is where a token is had, with Bearer.
	Realm   *url.URL
	Service string
}

// maxChallenge bounds the header.
const maxChallenge = 8 << 10

// ParseChallenge reads a WWW-Authenticate header. What is not understood gives
// the zero Challenge.
func ParseChallenge(header string) Challenge {
	if len(header) > maxChallenge {
		return Challenge{}
	}
	scheme, rest, _ := strings.Cut(strings.TrimSpace(header), " ")
	c := Challenge{Scheme: strings.ToLower(scheme)}
	if c.Scheme != "basic" && c.Scheme != "bearer" {
		return Challenge{}
	}
	for rest = strings.TrimLeft(rest, " ,"); rest != ""; rest = strings.TrimLeft(rest, " ,") {
		name, after, ok := strings.Cut(rest, "=")
		if !ok {
			break
		}
		var value string
		if strings.HasPrefix(after, `"`) {
			value, rest = quoted(after[1:])
		} else {
			value, rest, _ = strings.Cut(after, ",")
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "realm":
			if c.Scheme != "bearer" {
				continue
			}
			u, err := url.Parse(value)
			if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
				return Challenge{}
			}
			c.Realm = u
		case "service":
			c.Service = registry.Clean(value, 300)
		}
	}
	if c.Scheme == "bearer" && c.Realm == nil {
		return Challenge{}
	}
	return c
}

// quoted reads to the closing quote and gives what follows it.
func quoted(text string) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			if i++; i < len(text) {
				b.WriteByte(text[i])
			}
		case '"':
			return b.String(), text[i+1:]
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String(), ""
}
