package pc

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/l2tp/profile"
	"tacklebox/platform/l2tp/program"
)

// calls is a remote access that writes down what is asked of it.
type calls struct {
	did []string
	err error
}

func (c *calls) do(what string) error { c.did = append(c.did, what); return c.err }

func (c *calls) Write(p plan.Profile) error              { return c.do("write " + p.Name) }
func (c *calls) Restore(p plan.Profile) error            { return c.do("restore " + p.Name) }
func (c *calls) Complete(p plan.Profile) error           { return c.do("complete " + p.Name) }
func (c *calls) SetKey(name string, k []byte) error      { return c.do("key " + name + " " + string(k)) }
func (c *calls) SetLogin(name, u string, p []byte) error { return c.do("login " + u + " " + string(p)) }

const theirs = `{"format":1,"state":"%s","stage":"read-back","error":"","id":"","connection":{"Name":"office","ServerAddress":"192.0.2.1","TunnelType":"L2tp",` +
	`"AuthenticationMethod":"Chap","EncryptionLevel":"Required","SplitTunneling":false,"L2tpIPsecAuth":"Certificate"}}`

// TestWriter: the cmdlets come first, remote access stands in where they cannot be
// used, and the secrets go to remote access alone.
func TestWriter(t *testing.T) {
	secrets := []string{"key office " + canary, "login me " + canary}
	for name, c := range map[string]struct {
		out  string
		err  error
		did  string // before the secrets; "" for nothing, and no secrets
		how  string
		fail error
	}{
		"created":   {out: fmt.Sprintf(theirs, "created"), did: "complete office", how: "VpnClient cmdlets"},
		"repaired":  {out: fmt.Sprintf(theirs, "repaired"), did: "complete office", how: "VpnClient cmdlets"},
		"no answer": {did: "write office", how: "remote access alone: the VpnClient cmdlets of Windows PowerShell cannot be used: it gave no document"},
		"missing":   {err: errors.New("run powershell.exe: blocked by policy"), did: "write office", how: "blocked by policy"},
		"too slow":  {err: context.DeadlineExceeded, did: "write office", how: "deadline"},
		"too much":  {out: fmt.Sprintf(theirs, "created"), err: program.ErrTooMuch, did: "write office", how: "more than is read"},
		"unlike":    {out: strings.Replace(fmt.Sprintf(theirs, "created"), "192.0.2.1", "192.0.2.2", 1), did: "write office", how: "server reads back otherwise"},
		"refused":   {out: `{"format":1,"state":"failed","stage":"write","error":"no"}`, fail: profile.ErrRefused},
	} {
		var got program.Command
		remote := &calls{}
		w := writer{remote: remote, run: func(_ context.Context, r program.Command) ([]byte, error) {
			if len(remote.did) != 0 {
				t.Errorf("%s: the cmdlets come first: %q", name, remote.did)
			}
			got = r
			return []byte(c.out), c.err
		}}
		o := full()
		how, err := w.write(t.Context(), *o.Plan.Ops[2].Profile, o)
		if !errors.Is(err, c.fail) || !strings.Contains(how, c.how) {
			t.Errorf("%s: %q, %v", name, how, err)
		}
		want := append([]string{c.did}, secrets...)
		if c.did == "" {
			want = nil
		}
		if !reflect.DeepEqual(remote.did, want) {
			t.Errorf("%s: %q, want %q", name, remote.did, want)
		}
		if said := strings.Join(got.Args, " ") + string(got.Stdin) + how + fmt.Sprint(err); got.Path == "" || strings.Contains(said, canary) {
			t.Errorf("%s: the key is in what PowerShell gets, or in what is told: %q", name, said)
		}
	}
}

// TestWriterKeeps: without secrets none are touched, and nothing is stored after
// a failure or a cancel.
func TestWriterKeeps(t *testing.T) {
	o := full()
	p := *o.Plan.Ops[2].Profile
	good := func(context.Context, program.Command) ([]byte, error) {
		return fmt.Appendf(nil, theirs, "repaired"), nil
	}
	remote := &calls{}
	if _, err := (writer{good, remote}).write(t.Context(), p, Order{}); err != nil || !reflect.DeepEqual(remote.did, []string{"complete office"}) {
		t.Errorf("%v, %q", err, remote.did)
	}
	plain := p
	plain.IPsec = plan.IPsecNone
	remote = &calls{}
	if _, err := (writer{good, remote}).write(t.Context(), plain, o); err != nil || !reflect.DeepEqual(remote.did, []string{"complete office", "login me " + canary}) {
		t.Errorf("a key for what has none: %v, %q", err, remote.did)
	}
	remote = &calls{err: errors.New("error 87")}
	if _, err := (writer{good, remote}).write(t.Context(), p, o); !errors.Is(err, remote.err) || len(remote.did) != 1 {
		t.Errorf("%v, %q", err, remote.did)
	}
	ctx, cancel := context.WithCancel(t.Context())
	remote = &calls{}
	stopped := func(context.Context, program.Command) ([]byte, error) { cancel(); return nil, context.Canceled }
	if _, err := (writer{stopped, remote}).write(ctx, p, o); !errors.Is(err, context.Canceled) || remote.did != nil {
		t.Errorf("cancelled: %v, %q", err, remote.did)
	}
}

// TestWriterRestores: what we would write goes the usual way, the rest does not
// reach the cmdlets, and no secret is touched.
func TestWriterRestores(t *testing.T) {
	asked := 0
	good := func(context.Context, program.Command) ([]byte, error) {
		asked++
		return fmt.Appendf(nil, theirs, "repaired"), nil
	}
	p := *full().Plan.Ops[2].Profile
	remote := &calls{}
	if how, err := (writer{good, remote}).restore(t.Context(), p); err != nil || asked != 1 || !strings.Contains(how, "cmdlets") || !reflect.DeepEqual(remote.did, []string{"complete office"}) {
		t.Errorf("%q, %v, %q", how, err, remote.did)
	}
	p.Tunnel = plan.TunnelAutomatic
	remote = &calls{}
	if how, err := (writer{good, remote}).restore(t.Context(), p); err != nil || asked != 1 || !strings.Contains(how, "remote access") || !reflect.DeepEqual(remote.did, []string{"restore office"}) {
		t.Errorf("%q, %v, %q", how, err, remote.did)
	}
}
