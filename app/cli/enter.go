package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
)

// enter goes into a container that was just started, at once; the watch for an
// early end runs beside.
func (p *program) enter(ctx context.Context, e engine, f *debugFlags, s *containers.Session) error {
	watchCtx, stopWatch := context.WithCancel(ctx)
	defer stopWatch()
	early := e.Early(watchCtx, s)
	term := p.services.terminal(p.streams)
	switch {
	case f.exec != "":
		err := p.execIn(ctx, e, s, f)
		return p.afterShell(ctx, e, f, s, early, true, err)
	case term == nil || p.json:
		return p.leaveUp(ctx, e, f, s, early)
	}
	p.banner(e, s)
	opened, err := p.attach(ctx, e, term, containers.ShellRequest{Container: s.ContainerID, Argv: s.Spec.ShellArgv()})
	return p.afterShell(ctx, e, f, s, early, opened, err)
}

// afterShell decides what becomes of the container: it stays, unless it ended
// before anybody got in, the launch was broken off, or --rm was given.
func (p *program) afterShell(ctx context.Context, e engine, f *debugFlags, s *containers.Session, early <-chan *containers.Explanation, opened bool, err error) error {
	if err != nil && ctx.Err() == nil && containers.CauseOf(err) == containers.CauseNotRunning {
		// The watch knows why it does not run.
		why := &earlyExit{name: s.Name, err: err}
		for x := range early {
			why.explanation = x
		}
		err = why
	}
	var gone *earlyExit
	if errors.As(err, &gone) || f.remove || ctx.Err() != nil && !opened {
		if endErr := p.endSession(ctx, e, s); endErr != nil {
			p.say("%s: %s", p.name, plainText(endErr.Error()))
		}
		return err
	}
	p.stillUp(ctx, e, s)
	return err
}

// stillUp says how to come back, if there is still something to come back to.
func (p *program) stillUp(ctx context.Context, e engine, s *containers.Session) {
	if p.json {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	list, err := e.Sessions(ctx)
	i := slices.IndexFunc(list, func(c containers.Container) bool { return c.ID == s.ContainerID })
	switch {
	case err == nil && i < 0:
		p.say("%s: %s is gone", p.name, s.Name)
	case err == nil && list[i].State == "exited":
		p.say("%[1]s: %[2]s has ended with exit code %[3]d: remove it with \"%[1]s debug end %[2]s\"", p.name, s.Name, list[i].ExitCode)
	default:
		p.say("%[1]s: %[2]s is still up: go in again with \"%[1]s debug attach %[2]s\", remove it with \"%[1]s debug end %[2]s\"", p.name, s.Name)
	}
}

// launched is a session as JSON.
type launched struct {
	Name        string   `json:"name"`
	ContainerID string   `json:"container_id"`
	Image       string   `json:"image"`
	Engine      string   `json:"engine"`
	Shell       []string `json:"shell"`
	Original    []string `json:"original"`
	Warnings    []string `json:"warnings,omitempty"`
	Exec        *ran     `json:"exec,omitempty"`
}

// ran is what a command of --exec did.
type ran struct {
	Command   string `json:"command"`
	ExitCode  int    `json:"exit_code"`
	Stdout    string `json:"stdout"`
	Stderr    string `json:"stderr"`
	Truncated bool   `json:"truncated,omitempty"`
}

func (p *program) launched(e engine, s *containers.Session) launched {
	return launched{Name: s.Name, ContainerID: s.ContainerID, Image: s.Spec.Image, Engine: e.Endpoint().ID,
		Shell: s.Spec.ShellArgv(), Original: s.Spec.Original.Argv(), Warnings: s.Warnings}
}

// leaveUp is for callers without a terminal: the container's name is the answer.
func (p *program) leaveUp(ctx context.Context, e engine, f *debugFlags, s *containers.Session, early <-chan *containers.Explanation) error {
	// A program that somebody typed may end at once; a shell on a terminal waits.
	if s.Spec.KeepAlive == launch.KeepCustom {
		if x, ended := <-early; ended {
			if err := p.endSession(ctx, e, s); err != nil {
				p.say("%s: %s", p.name, plainText(err.Error()))
			}
			return &earlyExit{name: s.Name, explanation: x}
		}
	}
	if ctx.Err() != nil {
		return errors.Join(ctx.Err(), p.endSession(ctx, e, s))
	}
	if f.remove {
		// Nobody goes in, so there is no end of a shell to wait for.
		p.say("%s: --rm has no effect without a terminal or --exec", p.name)
	}
	if p.json {
		return p.answer(p.launched(e, s))
	}
	fmt.Fprintln(p.out, s.Name)
	return nil
}

// maxCaptured bounds what --json keeps of a command's output.
const maxCaptured = 4 << 20

// execIn runs the command of --exec.
func (p *program) execIn(ctx context.Context, e engine, s *containers.Session, f *debugFlags) error {
	r := containers.ShellRequest{Container: s.ContainerID, Argv: commandArgv(s.Spec.ShellArgv(), f.exec)}
	code, out, err := p.exec(ctx, e, r, f.exec, f.interactive)
	if err != nil {
		return err
	}
	if p.json {
		answer := p.launched(e, s)
		answer.Exec = out
		if err := p.answer(answer); err != nil {
			return err
		}
	}
	if code != 0 {
		return &exit{code: code}
	}
	return nil
}

// exec runs one command and passes its streams through, or keeps them for --json.
func (p *program) exec(ctx context.Context, e engine, r containers.ShellRequest, command string, interactive bool) (int, *ran, error) {
	streams := containers.ExecStreams{Stdout: p.out, Stderr: p.err}
	if interactive {
		streams.Stdin = p.in
	}
	var out, errOut captured
	if p.json {
		streams.Stdout, streams.Stderr = &out, &errOut
	}
	code, err := e.Exec(ctx, r, streams)
	if err != nil {
		return 0, nil, err
	}
	return code, &ran{Command: command, ExitCode: code, Stdout: out.text(), Stderr: errOut.text(), Truncated: out.cut || errOut.cut}, nil
}

// captured keeps the beginning of a stream.
type captured struct {
	b   bytes.Buffer
	cut bool
}

func (c *captured) Write(data []byte) (int, error) {
	keep := min(len(data), maxCaptured-c.b.Len())
	c.b.Write(data[:keep])
	c.cut = c.cut || keep < len(data)
	return len(data), nil
}

func (c *captured) text() string { return strings.ToValidUTF8(c.b.String(), "\ufffd") }

// commandArgv runs one command line in a shell.
func commandArgv(shell []string, command string) []string {
	flag := "-c"
	switch base := path.Base(strings.ReplaceAll(strings.ToLower(shell[0]), `\`, "/")); strings.TrimSuffix(base, ".exe") {
	case "cmd":
		flag = "/c"
	case "pwsh", "powershell":
		flag = "-Command"
	}
	return append(slices.Clone(shell), flag, command)
}

// banner tells where one is, and the command that the image would have run.
func (p *program) banner(e engine, s *containers.Session) {
	p.say("%s: %s runs %s on %s", p.name, s.Name, plainText(s.Spec.Image), plainText(e.Endpoint().ID))
	if line := launch.OriginalCommandLine(s.Spec.Original); line != "" {
		p.say("the image's own command: %s", bannerText(line))
	} else {
		p.say("the image has no command of its own")
	}
	p.say("leave with exit: the container stays up")
}

// bannerText shows a command line on several lines if it has them.
func bannerText(line string) string {
	lines := strings.Split(line, "\n")
	for i := range lines {
		lines[i] = plainText(lines[i])
	}
	return strings.Join(lines, "\n")
}

// attach connects this terminal to a new shell until that ends. opened is false
// when there never was one.
func (p *program) attach(ctx context.Context, e engine, term terminal, r containers.ShellRequest) (opened bool, err error) {
	r.TTY = true
	r.Cols, r.Rows = term.size()
	sh, err := e.OpenShell(ctx, r)
	if err != nil {
		return false, err
	}
	restore, err := term.raw()
	if err != nil {
		return false, errors.Join(fmt.Errorf("prepare this terminal: %w", err), sh.Close())
	}
	code, err := p.relay(ctx, term, [2]int{r.Cols, r.Rows}, sh)
	restore()
	if closeErr := sh.Close(); err == nil && ctx.Err() != nil {
		err = closeErr
	}
	if err == nil && code != 0 {
		return true, &exit{code: code}
	}
	return true, err
}

// relay passes bytes and sizes between the terminal and the shell, which knows
// the size known.
func (p *program) relay(ctx context.Context, term terminal, known [2]int, sh shell) (int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		// This read cannot be cancelled; it ends with the process.
		_, _ = io.Copy(sh, keys(p.in))
	}()
	go func() {
		for size := range term.resized(ctx, known) {
			// A shell that has just ended has no size; the next one counts.
			_ = sh.Resize(ctx, size[0], size[1])
		}
	}()
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(p.out, sh)
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			return 0, err
		}
		return sh.Wait(ctx)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
