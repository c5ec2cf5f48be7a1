package containers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/docker/cli/cli/connhelper"
)

const hintSSH = "try the same address with ssh in a terminal"

// sshFlags keep ssh from asking anything: there is no terminal to ask on, and a
// prompt nobody sees looks like an engine that hangs.
func sshFlags() []string {
	return []string{"-o", "BatchMode=yes", "-o", "ConnectTimeout=10"}
}

func sshLink(ep Endpoint, _ Options) (*link, error) {
	helper, err := connhelper.GetConnectionHelperWithSSHOpts(ep.Host, sshFlags())
	if err != nil || helper == nil {
		return nil, &reachError{problem: ProblemConfig, text: fmt.Sprintf("bad engine address %q: %v", ep.Host, err), hint: hintHost, err: err}
	}
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := helper.Dialer(ctx, network, addr)
		if errors.Is(err, exec.ErrNotFound) {
			return nil, &reachError{problem: ProblemSSH, text: "the program ssh is not on PATH", hint: "install an OpenSSH client", err: err}
		}
		if err != nil {
			return nil, explainSSH(err)
		}
		return &sshConn{Conn: conn, ended: make(chan struct{})}, nil
	}
	return &link{host: helper.Host, dial: dial}, nil
}

// sshConn turns ssh's last words into the error. Both directions fail when ssh
// ends, and only the reading one is told why.
type sshConn struct {
	net.Conn
	once  sync.Once
	ended chan struct{} // closed when reading failed
	why   error         // set before
}

func (c *sshConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		c.once.Do(func() {
			c.why = explainSSH(err)
			close(c.ended)
		})
		<-c.ended
		err = c.why
	}
	return n, err
}

func (c *sshConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err != nil {
		// Whoever reads finds the end in a moment, and closing before that would
		// lose what ssh said.
		wait := time.NewTimer(time.Second)
		defer wait.Stop()
		select {
		case <-c.ended:
			err = c.why
		case <-wait.C:
		}
	}
	return n, err
}

// CloseWrite passes the half close that hijacked streams need.
func (c *sshConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// explainSSH keeps what ssh wrote to its stderr out of the helper's long
// sentence, which names the whole command line.
func explainSSH(err error) error {
	if err == nil {
		return nil
	}
	_, said, ok := strings.Cut(err.Error(), "stderr=")
	if !ok {
		return err
	}
	said = printable(strings.Trim(said, `"`), 400)
	if said == "" {
		said = "ssh ended without a word"
	}
	lower := strings.ToLower(said)
	hint := hintSSH
	switch {
	case strings.Contains(lower, "permission denied (") || strings.Contains(lower, "too many authentication failures"):
		hint = "load your key into the ssh agent: passwords and passphrases cannot be asked for here"
	case strings.Contains(lower, "host key verification failed"):
		hint = "connect once with ssh in a terminal to accept the host key"
	case strings.Contains(lower, "permission denied") && strings.Contains(lower, "docker"):
		hint = "add the remote user to the group docker"
	case strings.Contains(lower, "command not found") || strings.Contains(lower, "not found"):
		hint = "install the docker command (18.09 or later) on the remote machine"
	}
	return &reachError{problem: ProblemSSH, text: "ssh: " + said, hint: hint, err: err}
}
