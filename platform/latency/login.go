package latency

import "strings"

// WithoutLogin is text without the user names and passwords of the addresses in
// it (https://user:password@host, user:password@host), and whether there were any.
// It errs on the safe side: what stands between // and the last @ of an authority,
// even one that is no URL, is taken for them.
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
	return out + text, found
}
