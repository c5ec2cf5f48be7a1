//go:build unix && !darwin

package autostart

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// entryPath is the entry's file by the desktop's autostart specification.
func entryPath() (string, error) {
	config := os.Getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(config) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		config = filepath.Join(home, ".config")
	}
	return filepath.Join(config, "autostart", appID+".desktop"), nil
}

// enabled reads the entry as a desktop does.
func enabled() (bool, error) {
	path, err := entryPath()
	if err != nil {
		return false, err
	}
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, 64<<10))
	return entryActive(content), err
}

// entryActive says whether an entry is neither hidden nor switched off, as the
// settings of GNOME and KDE do it.
func entryActive(content []byte) bool {
	inside, runs := false, false
	lines := bufio.NewScanner(bytes.NewReader(content))
	lines.Buffer(nil, 64<<10)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "[") {
			inside = line == "[Desktop Entry]"
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !inside || !ok {
			continue
		}
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		switch {
		case key == "Hidden" && value == "true", key == "X-GNOME-Autostart-enabled" && value == "false":
			return false
		case key == "Exec":
			runs = value != ""
		}
	}
	return runs
}

// enable writes the entry.
func enable(command []string) error {
	path, err := entryPath()
	if err != nil {
		return err
	}
	return write(path, entry(command))
}

// disable removes the entry.
func disable() error {
	path, err := entryPath()
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// entry is the file's content.
func entry(command []string) []byte {
	quoted := make([]string, len(command))
	for i, arg := range command {
		quoted[i] = quote(arg)
	}
	return []byte("[Desktop Entry]\nType=Application\nName=Tacklebox\nIcon=" + appID +
		"\nExec=" + strings.Join(quoted, " ") + "\nTerminal=false\nX-GNOME-Autostart-enabled=true\n")
}

// quote writes one argument of an Exec line: in quotes, with what the desktop
// entry specification reserves there escaped, and all of that escaped once more
// as a string value.
func quote(arg string) string {
	arg = strings.ReplaceAll(arg, "%", "%%") // field codes
	if !strings.ContainsAny(arg, " \t\n\"'\\><~|&;$*?#()`") && arg != "" {
		return arg
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range arg {
		if strings.ContainsRune("\"`$\\", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(b.String())
}
