// Package profile creates or repairs this person's connection with the VpnClient
// cmdlets of Windows PowerShell 5.1. The script is fixed; what is asked goes to its
// standard input, and what comes back is one document of JSON. Keys and logins are
// not its business: they go to remote access within this process.
//
// That the script does on Windows what it says is expected, not yet seen.
package profile

import (
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/l2tp/program"
)

//go:embed write.ps1
var script string

// powershell is Windows PowerShell 5.1, below the system folder. PowerShell 7 is
// another program, which not every PC has.
const powershell = `WindowsPowerShell\v1.0\powershell.exe`

const (
	// limit is generous: a first start of PowerShell on a slow PC takes 20 s.
	limit = time.Minute
	// mostAnswer is many times what the script ever says.
	mostAnswer = 64 << 10
)

// Runner runs a program of Windows, as [program.Run] does.
type Runner func(context.Context, program.Command) ([]byte, error)

var (
	// ErrUnusable: the cmdlets could not be asked, or gave no answer that can be
	// believed. Remote access may still do it.
	ErrUnusable = errors.New("the VpnClient cmdlets of Windows PowerShell cannot be used")
	// ErrRefused: the cmdlets ran, and said no.
	ErrRefused = errors.New("the VpnClient cmdlets refused")
)

// Answer is what came of it.
type Answer struct {
	Created bool // and not repaired
	// Is is the connection as the cmdlets read it back. Settings that they gave in a
	// way that has no name here are [plan.Unknown], or missing.
	Is plan.Profile
}

// Write creates this person's connection, or repairs the one of that name. No
// document means [ErrUnusable], whatever the exit code: a PowerShell that does
// nothing may well report success. Connections of all users are left alone.
func Write(ctx context.Context, run Runner, p plan.Profile) (Answer, error) {
	if err := p.Check(); err != nil {
		return Answer{}, err
	}
	if p.AllUsers {
		return Answer{}, errors.New("a connection of all users is made by the script of the fix kit")
	}
	c, err := command(p)
	if err != nil {
		return Answer{}, err
	}
	out, err := run(ctx, c)
	if ctx.Err() != nil {
		return Answer{}, fmt.Errorf("write the connection: %w", context.Cause(ctx))
	}
	if errors.Is(err, program.ErrTooMuch) || errors.Is(err, context.DeadlineExceeded) {
		return Answer{}, fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	a, wrong := decode(out, p.Name)
	if wrong != nil {
		// A program that could not run says why better than its silence does.
		if err != nil && errors.Is(wrong, errNoDocument) {
			wrong = fmt.Errorf("%w: %w", ErrUnusable, err)
		}
		return Answer{}, wrong
	}
	if what := differs(a.Is, p); what != "" {
		return a, fmt.Errorf("%w: the %s reads back otherwise", ErrUnusable, what)
	}
	return a, nil
}

// asked is what goes to the script.
type asked struct {
	Format     int      `json:"format"`
	Name       string   `json:"name"`
	Server     string   `json:"server"`
	Auth       []string `json:"auth"`
	Encryption string   `json:"encryption"`
	Split      bool     `json:"split"`
}

const format = 1

// command is the run of PowerShell: nothing in its arguments depends on the person.
func command(p plan.Profile) (program.Command, error) {
	in, err := json.Marshal(asked{Format: format, Name: p.Name, Server: p.Server, Auth: p.Auth, Encryption: p.Encryption, Split: p.Split})
	if err != nil {
		return program.Command{}, fmt.Errorf("ask for the connection: %w", err)
	}
	return program.Command{
		Path: powershell,
		// As text: by itself PowerShell may speak XML to whoever gave it a script so.
		Args:  []string{"-NoLogo", "-NoProfile", "-NonInteractive", "-InputFormat", "Text", "-OutputFormat", "Text", "-EncodedCommand", encoded()},
		Stdin: append(ascii(in), '\n'),
		Most:  mostAnswer,
		Limit: limit,
		// Started from PowerShell 7, it would find that one's modules.
		Without: []string{"PSModulePath"},
	}, nil
}

// encoded is the script as -EncodedCommand takes it.
func encoded() string {
	text := strings.ReplaceAll(script, "\r\n", "\n")
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// ascii spells whatever is not ASCII as JSON does, so that no code page of
// Windows can change it on the way.
func ascii(doc []byte) []byte {
	var b []byte
	for _, r := range string(doc) {
		if r < 0x80 {
			b = append(b, byte(r))
			continue
		}
		for _, u := range utf16.Encode([]rune{r}) {
			b = fmt.Appendf(b, `\u%04x`, u)
		}
	}
	return b
}

// differs names what of a connection is known to be other than wanted, or "".
// Whether it has a key is not the cmdlets' to say here.
func differs(is, want plan.Profile) string {
	known := func(s string) bool { return s != "" && s != plan.Unknown }
	switch {
	case !strings.EqualFold(is.Server, want.Server):
		return "server"
	case known(is.Tunnel) && is.Tunnel != plan.TunnelL2TP:
		return "tunnel"
	case known(is.Encryption) && is.Encryption != want.Encryption:
		return "encryption"
	case is.Split != want.Split:
		return "split tunnel"
	case is.Auth != nil && !slices.Contains(is.Auth, plan.Unknown) &&
		!slices.Equal(slices.Sorted(slices.Values(is.Auth)), slices.Sorted(slices.Values(want.Auth))):
		return "login"
	}
	return ""
}
