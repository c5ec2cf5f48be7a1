package app

import "strings"

// maxImageText bounds what is taken for an image from outside.
const maxImageText = 1024

// firstLine is the first line of text with something in it, bounded. More than
// one line in a clipboard is no image, but its first line may well be.
func firstLine(text string) string {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if len(line) > maxImageText {
			return ""
		}
		return line
	}
	return ""
}
