package crash

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// The shapes of secrets in a panic's message. What a panic says was written by
// whatever failed, so it can hold a command line or an address whole.
var (
	urlPassword = regexp.MustCompile(`(://[^/\s:@]*:)[^/\s@]+@`)
	assignment  = regexp.MustCompile(`(?i)([A-Z0-9_.-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|private[_-]?key|credential|psk)[A-Z0-9_.-]*["']?\s*[=:]\s*)("[^"\n]*"|'[^'\n]*'|[^\s,;&]+)`)
	authHeader  = regexp.MustCompile(`(?i)((?:basic|bearer)\s+)[A-Za-z0-9+/._~=-]{8,}`)
	pemBlock    = regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)`)
)

// Mask takes out of text what looks like a secret, and the person's home folder.
func Mask(text string) string {
	text = pemBlock.ReplaceAllString(text, "(private key)")
	text = urlPassword.ReplaceAllString(text, "${1}***@")
	text = authHeader.ReplaceAllString(text, "${1}***")
	text = assignment.ReplaceAllString(text, "${1}***")
	if home, err := os.UserHomeDir(); err == nil && len(home) > 1 {
		text = strings.ReplaceAll(text, home, "~")
		text = strings.ReplaceAll(text, filepath.ToSlash(home), "~") // Go's own traces, on Windows
	}
	return text
}
