package containers

import "strings"

// looksSecret tells whether an environment variable should be masked.
func looksSecret(name, _ string) bool {
	name = strings.ToUpper(name)
	for _, word := range []string{"PASS", "SECRET", "TOKEN", "KEY", "CREDENTIAL", "AUTH"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
