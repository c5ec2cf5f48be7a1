//go:build unix

package loginenv

import (
	"bufio"
	"context"
	"crypto/rand"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
)

// shellPath runs the login shell and has it print its PATH.
func shellPath(ctx context.Context) string {
	shell := loginShell()
	if shell == "" {
		return ""
	}
	// A random marker: a start file that prints an old transcript cannot fake it.
	marker := "tacklebox-" + rand.Text()
	// printenv and not "$PATH", which fish and csh spell otherwise.
	script := "echo " + marker + "; /usr/bin/env printenv PATH; echo " + marker + "; exit 0"
	args := []string{"-l", "-i", "-c", script}
	switch filepath.Base(shell) {
	case "csh", "tcsh":
		args = []string{"-c", script} // -l is only taken alone; .cshrc is read anyway
	case "sh", "dash", "ash":
		args = []string{"-l", "-c", script} // -i would ask for a terminal
	}
	cmd := exec.CommandContext(ctx, shell, args...)
	cmd.Env = append(os.Environ(), "TERM=dumb",
		"DISABLE_AUTO_UPDATE=true", "ZSH_TMUX_AUTOSTART=false", // what would ask or take over
		"TACKLEBOX_RESOLVING_ENVIRONMENT=1")
	if home, err := os.UserHomeDir(); err == nil {
		cmd.Dir = home
	}
	// A session of its own has no terminal that an interactive shell could stop
	// for, and can be ended with all it started.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, in, err := os.Pipe()
	if err != nil {
		return ""
	}
	defer out.Close()
	cmd.Stdout = in
	err = cmd.Start()
	_ = in.Close()
	if err != nil {
		return ""
	}
	end := func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = out.Close() // a background process may still hold the other end
	}
	stop := context.AfterFunc(ctx, end)
	path := readPath(out, marker)
	if stop() {
		end()
	}
	_ = cmd.Wait()
	return path
}

// readPath reads until the second marker: what start files left running may
// never close the pipe.
func readPath(r io.Reader, marker string) string {
	var output strings.Builder
	lines := bufio.NewReader(io.LimitReader(r, maxOutput))
	for range 2 {
		for {
			line, err := lines.ReadString('\n')
			output.WriteString(line)
			if strings.HasSuffix(strings.TrimRight(line, "\r\n"), marker) {
				break
			}
			if err != nil {
				return ""
			}
		}
	}
	return between(output.String(), marker)
}

// loginShell is the person's shell: from SHELL, which a desktop session has, or
// from the user database.
func loginShell() string {
	for _, shell := range []string{os.Getenv("SHELL"), databaseShell()} {
		if filepath.IsAbs(shell) {
			if info, err := os.Stat(shell); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
				return shell
			}
		}
	}
	return ""
}

// databaseShell reads the shell from /etc/passwd, which os/user does not tell.
func databaseShell() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	f, err := os.Open("/etc/passwd")
	if err != nil {
		return ""
	}
	defer f.Close()
	lines := bufio.NewScanner(io.LimitReader(f, 1<<20))
	for lines.Scan() {
		if fields := strings.Split(lines.Text(), ":"); len(fields) == 7 && fields[0] == u.Username {
			return fields[6]
		}
	}
	return ""
}
