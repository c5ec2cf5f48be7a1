package channel

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"tacklebox/platform/latency/said"
)

// inherited are the variables that a command gets of this process: what programs
// need to run at all, and nothing that could be a secret.
var inherited = []string{"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "DISPLAY", "WAYLAND_DISPLAY",
	"XDG_RUNTIME_DIR", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "TEMP", "TMP", "USERPROFILE", "APPDATA", "LOCALAPPDATA",
	"PROGRAMDATA", "PROGRAMFILES"}

// maxOutput is how much of a command's output an error can show.
const maxOutput = 1000

// Environment is what a command gets: the variables in inherited, and the message
// as TACKLEBOX_*.
func Environment(environ []string, m Message) []string {
	var out []string
	for _, e := range environ {
		name, _, _ := strings.Cut(e, "=")
		if slices.ContainsFunc(inherited, func(n string) bool { return strings.EqualFold(n, name) }) {
			out = append(out, e)
		}
	}
	for _, v := range [][2]string{{"EVENT", m.Event}, {"LEVEL", m.Level}, {"RULE", m.Rule}, {"COMMENT", m.Comment}, {"TARGET", m.Target},
		{"HOST", m.Host}, {"GROUP", m.Group}, {"WHY", m.Why}, {"TITLE", m.Title()}} {
		out = append(out, "TACKLEBOX_"+v[0]+"="+clean(v[1], false, 2*maxField))
	}
	return append(out, "TACKLEBOX_AT="+m.At.Format(time.RFC3339), "TACKLEBOX_TEXT="+clean(m.Text(), true, maxText))
}

// tail keeps the end of what is written, so that a command may write for ever.
type tail struct{ bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	n := len(p)
	if n > maxOutput {
		p = p[n-maxOutput:]
	}
	t.Buffer.Write(p)
	if over := t.Len() - maxOutput; over > 0 {
		t.Next(over)
	}
	return n, nil
}

// run runs a channel's command without a shell, and waits for it.
func run(ctx context.Context, c *Channel, m *Message) error {
	timeout := cmp.Or(c.Timeout, CommandTimeout)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Argv[0], c.Argv[1:]...)
	cmd.Env = Environment(os.Environ(), *m)
	cmd.Dir = os.TempDir()
	var output tail
	cmd.Stdout, cmd.Stderr = &output, &output
	// What the command started may hold its output open.
	cmd.WaitDelay = 2 * time.Second
	group(cmd)
	err := cmd.Run()
	told := clean(output.String(), false, 200)
	if told != "" {
		told = fmt.Sprintf(": %q", told)
	}
	name := clean(c.Argv[0], false, 100)
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case ctx.Err() == context.DeadlineExceeded:
		return said.New("%s did not end within %v and was stopped%s", name, timeout, told)
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &exit):
		return said.New("%s ended with %v%s", name, exit, told)
	case errors.Is(err, exec.ErrWaitDelay):
		return nil // it ended well; something it started did not
	}
	return permanent{said.New("cannot run %s: %v", name, err)}
}
