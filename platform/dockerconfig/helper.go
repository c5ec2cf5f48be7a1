package dockerconfig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	helper "github.com/docker/docker-credential-helpers/client"
	helpercreds "github.com/docker/docker-credential-helpers/credentials"
)

const (
	// tokenUser is the user name by which a helper says that the secret is an
	// identity token.
	tokenUser = "<token>"
	// helperTimeout bounds a helper; one that unlocks a key ring asks the person.
	helperTimeout = 30 * time.Second
	maxHelperText = 1 << 20
)

// askHelper runs docker-credential-suffix. Finding nothing is not an error.
func askHelper(ctx context.Context, o Options, suffix, key string) (Auth, error) {
	name := "docker-credential-" + suffix
	fail := func(err error, hint string) (Auth, error) {
		return Auth{}, &Problem{Op: "ask credential helper", Object: name, Kind: KindHelper, Err: err, Hint: hint}
	}
	if strings.ContainsAny(suffix, `/\`) {
		return fail(errors.New("its name is not one"), "mend credsStore or credHelpers in config.json")
	}
	path, err := o.LookPath(name)
	if err != nil {
		return fail(errors.New("it is not on PATH"), "install it, or remove it from config.json")
	}
	ctx, cancel := context.WithTimeout(ctx, helperTimeout)
	defer cancel()
	creds, err := helper.Get(func(args ...string) helper.Program {
		return &helperProgram{ctx: ctx, opts: o, path: path, args: args}
	}, key)
	switch {
	case helpercreds.IsErrCredentialsNotFound(err):
		return Auth{}, nil
	case ctx.Err() != nil:
		return fail(ctx.Err(), "run it by hand to see what it waits for")
	case err != nil:
		return fail(errors.New(printable(err.Error(), 300)), "run it by hand to see what is wrong")
	}
	auth := Auth{ServerAddress: key}
	if creds.Username == tokenUser {
		auth.IdentityToken = creds.Secret
	} else {
		auth.Username, auth.Password = creds.Username, creds.Secret
	}
	return auth, nil
}

// helperProgram runs a credential helper with a bound on time and output, and
// with the login shell's PATH, since helpers call programs themselves.
type helperProgram struct {
	ctx  context.Context
	opts Options
	path string
	args []string
	in   io.Reader
}

// Input sets what the helper reads.
func (p *helperProgram) Input(in io.Reader) { p.in = in }

// Output runs the helper and gives what it writes.
func (p *helperProgram) Output() ([]byte, error) {
	cmd := exec.CommandContext(p.ctx, p.path, p.args...)
	cmd.Stdin = p.in
	cmd.Env = p.opts.ChildEnv()
	cmd.WaitDelay = time.Second
	out := &boundedBuffer{limit: maxHelperText}
	cmd.Stdout = out
	hideWindow(cmd)
	err := cmd.Run()
	if out.over {
		err = errTooMuch
	}
	text := out.kept.Bytes()
	if err != nil && len(text) > 4096 {
		text = text[:4096]
	}
	return text, err
}

var errTooMuch = fmt.Errorf("it wrote more than %d bytes", maxHelperText)

// boundedBuffer keeps at most limit bytes and takes no more: its writer is then
// left with a closed pipe, which ends it and whatever it started. The buffer is no
// embedded one: io.Copy would find its ReadFrom, which has no limit.
type boundedBuffer struct {
	kept  bytes.Buffer
	limit int
	over  bool
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	if room := b.limit - b.kept.Len(); len(p) > room {
		b.over = true
		n, _ := b.kept.Write(p[:room])
		return n, errTooMuch
	}
	return b.kept.Write(p)
}
