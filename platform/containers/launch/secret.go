package launch

import (
	"net/url"
	"strings"
	"unicode"
)

// secretWords are words in a variable's name that stand for something to hide.
var secretWords = map[string]bool{
	"password": true, "passwd": true, "passphrase": true, "passcode": true, "pass": true, "pwd": true, "pw": true,
	"secret": true, "secrets": true, "token": true, "tokens": true, "key": true, "apikey": true, "privatekey": true,
	"secretkey": true, "accesskey": true, "credential": true, "credentials": true, "creds": true, "cred": true,
	"auth": true, "authorization": true, "bearer": true, "dsn": true, "cookie": true, "salt": true, "signature": true,
	"psk": true, "pat": true, "jwt": true, "pin": true, "otp": true, "webhook": true, "kubeconfig": true,
}

// secretTails are ends of names written in one word ("PGPASSWORD", "DBPASS").
var secretTails = []string{"password", "passwd", "passphrase", "secret", "token", "apikey", "privatekey", "credentials", "pass"}

// harmlessNames look like secrets by their words and are none.
var harmlessNames = map[string]bool{"pwd": true, "oldpwd": true, "compass": true, "bypass": true}

// secretPrefixes begin the tokens of well-known issuers.
var secretPrefixes = []string{
	"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "gldt-", "xoxa-", "xoxb-", "xoxp-", "xoxs-",
	"AKIA", "ASIA", "AIza", "ya29.", "sk-", "sk_live_", "rk_live_", "hf_", "npm_", "pypi-", "dckr_pat_", "hvs.",
	"Bearer ", "Basic ", "eyJhbGciOi",
}

// LooksSecret guesses whether the value of an environment variable is one that
// a person would not want on screen, in a log or in a printed command. It errs
// on the side of hiding.
func LooksSecret(name, value string) bool {
	if value == "" || isFlagWord(value) {
		return false
	}
	if looksSecretValue(value) {
		return true
	}
	lower := strings.ToLower(name)
	if harmlessNames[lower] {
		return false
	}
	words := nameWords(name)
	if len(words) == 0 {
		return false
	}
	last := words[len(words)-1]
	if last == "file" || last == "path" || last == "dir" {
		return false // where a secret lies, not the secret
	}
	for i, word := range words {
		if word == "key" && i > 0 && words[i-1] == "public" || word == "publickey" {
			continue
		}
		if secretWords[word] {
			return true
		}
		if harmlessNames[word] {
			continue
		}
		for _, tail := range secretTails {
			if strings.HasSuffix(word, tail) {
				return true
			}
		}
	}
	return false
}

// isFlagWord is true for values that say yes or no and hide nothing.
func isFlagWord(value string) bool {
	switch strings.ToLower(value) {
	case "true", "false", "yes", "no", "on", "off", "0", "1", "none", "null":
		return true
	}
	return false
}

func looksSecretValue(value string) bool {
	for _, prefix := range secretPrefixes {
		if strings.HasPrefix(value, prefix) && len(value) > len(prefix)+7 {
			return true
		}
	}
	if strings.Contains(value, "PRIVATE KEY-----") {
		return true
	}
	if len(value) > maxText || !strings.Contains(value, "://") {
		return false
	}
	// postgres://user:password@host; a password in any URL of a list counts.
	for _, field := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }) {
		if u, err := url.Parse(field); err == nil && u.User != nil {
			if password, ok := u.User.Password(); ok && password != "" {
				return true
			}
		} else if err != nil && strings.Contains(field, "@") {
			return true // a password with characters that no URL allows
		}
	}
	return false
}

// nameWords splits DB_PASSWORD, db.password and dbPassword into lower-case words.
func nameWords(name string) []string {
	var words []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
			word = word[:0]
		}
	}
	var previous rune
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
		case unicode.IsUpper(r) && unicode.IsLower(previous):
			flush()
			word = append(word, r)
		default:
			word = append(word, r)
		}
		previous = r
	}
	flush()
	return words
}
