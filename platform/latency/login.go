package latency

import (
	"regexp"
	"strings"
)

// portLogin is an address that reads as one with a port and an @ behind it, which is
// also how a password of digits up to a slash looks: https://me:7/secret@host. Nobody is
// called [::1].
var portLogin = regexp.MustCompile(`(//[^\s/?#@\[]*:[0-9]*)[/?#]\S*@\S*`)

// wordLogin is the same where what reads as a port has more than digits in it: nothing of
// it is one.
var wordLogin = regexp.MustCompile(`(//[^\s/?#@\[:]*):[^\s/?#@]*[^0-9\s/?#@][^\s/?#@]*[/?#]\S*@\S*`)

// WithoutLogin is text without the user names and passwords of the addresses in
// it (https://user:password@host, user:password@host), and whether there were any.
// It errs on the safe side: what stands between // and the last @ of an authority,
// even one that is no URL, is taken for them; and an address with a port and an @
// somewhere behind it ends at the port.
func WithoutLogin(text string) (string, bool) {
	out, found := "", false
	for {
		at := strings.Index(text, "//")
		if at < 0 {
			break
		}
		at += len("//")
		authority := text[at:]
		if end := strings.IndexAny(authority, "/?#"); end >= 0 {
			authority = authority[:end]
		}
		login := strings.LastIndexByte(authority, '@') + 1
		found = found || login > 0
		out += text[:at]
		text = text[at+login:]
	}
	out += text
	for _, login := range []*regexp.Regexp{wordLogin, portLogin} {
		if login.MatchString(out) {
			out, found = login.ReplaceAllString(out, "$1/"), true
		}
	}
	return out, found
}
