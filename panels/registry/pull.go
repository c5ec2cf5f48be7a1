package registry

import (
	"strings"

	"tacklebox/platform/registry"
)

// pullCommand is what gets the artifact in front: engines pull images, and nothing
// else.
func (v *imagesView) pullCommand() string {
	d := v.detail
	switch {
	case d.Runs():
		return command("docker", "pull", v.pinned())
	case d.Chart != nil && len(d.Tags) > 0:
		// Helm names a chart's version, which is its tag with "+" for "_".
		return command("helm", "pull", "oci://"+v.p.conn.host()+"/"+v.full, helmVersion, strings.ReplaceAll(d.Tags[0], "_", "+"))
	}
	return command("oras", "pull", v.pinned())
}

// command is a line for a shell.
func command(words ...string) string {
	for i, w := range words {
		if w != helmVersion {
			words[i] = shellWord(w)
		}
	}
	return strings.Join(words, " ")
}

// helmVersion is the one option that is ours; what else begins with a dash is not.
const helmVersion = "--version"

// shellWord makes a name from a server one word of a shell, whatever is in it: the
// command is pasted without a second look.
func shellWord(text string) string {
	text = registry.Clean(text, maxShown)
	if text != "" && !strings.HasPrefix(text, "-") && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._-/:@+", r)
	}) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
