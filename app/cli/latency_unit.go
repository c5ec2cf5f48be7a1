package cli

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"

	"tacklebox/assets/linux"
)

// printUnit writes the systemd unit with this program's path and these flags.
func (p *program) printUnit(f *runFlags) error {
	self, err := p.services.latency.executable()
	if err != nil {
		return fmt.Errorf("find this program's own path: %w", err)
	}
	args := []string{self}
	if p.dataDir != "" {
		dir, err := filepath.Abs(p.dataDir)
		if err != nil {
			return err
		}
		args = append(args, "--data-dir", dir)
	}
	args = append(args, "latency", "run")
	if f.engine.value != f.engine.of[0] {
		args = append(args, "--engine", f.engine.value)
	}
	if f.metrics != "" {
		args = append(args, "--metrics", f.metrics)
	}
	if f.public {
		args = append(args, "--metrics-public")
	}
	for i := range args {
		args[i] = unitQuote(args[i])
	}
	var b strings.Builder
	for line := range strings.Lines(linux.LatencyUnit) {
		if strings.HasPrefix(line, "ExecStart=") {
			line = "ExecStart=" + strings.Join(args, " ") + "\n"
		}
		b.WriteString(line)
	}
	if _, err := p.out.Write([]byte(b.String())); err != nil {
		return fmt.Errorf("write the unit: %w", err)
	}
	return nil
}

// unitQuote writes a word of a command line as systemd reads it.
func unitQuote(word string) string {
	word = strings.NewReplacer("%", "%%", "$", "$$").Replace(word)
	if word != "" && !strings.ContainsAny(word, " \t\n\"'\\;") {
		return word
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(word) + `"`
}

// tellSystem tells systemd, where it started us and wants to know.
func (p *program) tellSystem(state string) {
	name, ok := p.services.lookup("NOTIFY_SOCKET")
	if !ok || name == "" {
		return
	}
	if name[0] == '@' {
		name = "\x00" + name[1:] // an abstract socket
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		return // systemd then says itself that it heard nothing
	}
	_, _ = c.Write([]byte(state))
	_ = c.Close()
}
