package profile

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/l2tp/program"
)

// golden is the sum of the script. It is fixed: whoever changes it runs it on a
// real Windows again, then writes the new sum here.
const golden = "52a37560dd995a4d17f4ce1e4d6c97b2611e5544d321e1f9c356d3f685ad038e"

func TestScript(t *testing.T) {
	if sum := fmt.Sprintf("%x", sha256.Sum256([]byte(strings.ReplaceAll(script, "\r\n", "\n")))); sum != golden {
		t.Errorf("write.ps1 has changed: its sum is %s", sum)
	}
	for i, r := range script {
		if r > 0x7e || r < ' ' && r != '\n' && r != '\r' {
			t.Errorf("byte %d is %q: the script is plain ASCII", i, r)
		}
	}
	// It knows neither keys nor the connections of all users, removes nothing and runs
	// nothing that it is given.
	for _, never := range []string{"L2tpPsk", "AllUserConnection", "Remove-", "Invoke-", "iex", "ScriptBlock", "ExecutionPolicy", "Start-Process", "password", "credential"} {
		if strings.Contains(strings.ToLower(script), strings.ToLower(never)) {
			t.Errorf("the script has %q", never)
		}
	}
}

func office() plan.Profile {
	return plan.Profile{Name: "office", Server: "vpn.example.com", Tunnel: plan.TunnelL2TP, IPsec: plan.IPsecPSK, Auth: []string{plan.AuthCHAP, plan.AuthMSCHAPv2}, Encryption: plan.EncryptNeeded}
}

// fake is a PowerShell that answers what it is told to.
type fake struct {
	out string
	err error
	got program.Command
	n   int
}

func (f *fake) run(_ context.Context, c program.Command) ([]byte, error) {
	f.got, f.n = c, f.n+1
	return []byte(f.out), f.err
}

func answer(state, connection string) string {
	return fmt.Sprintf(`{"connection":%s,"error":"","format":1,"id":"","stage":"read-back","state":%q}`, connection, state)
}

const theirs = `{"Name":"office","ServerAddress":"vpn.example.com","TunnelType":"L2tp","AuthenticationMethod":["MsChapv2","Chap"],"EncryptionLevel":"Required","SplitTunneling":false,"L2tpIPsecAuth":"Certificate"}`

// TestCommand: the arguments are the same for everyone, and what a person chose
// comes through standard input whole, in ASCII.
func TestCommand(t *testing.T) {
	hostile := office()
	hostile.Name = "büro '$(calc)' `n & 办公室 \U0001f511 ’; exit"
	hostile.Name = strings.ReplaceAll(hostile.Name, ";", ",")
	hostile.Server, hostile.Split, hostile.Auth = "пример.example", true, []string{plan.AuthPAP}
	var first []string
	for _, p := range []plan.Profile{office(), hostile} {
		f := &fake{}
		if _, err := Write(t.Context(), f.run, p); !errors.Is(err, ErrUnusable) {
			t.Fatalf("%v", err)
		}
		if first == nil {
			first = f.got.Args
		}
		if !reflect.DeepEqual(f.got.Args, first) {
			t.Errorf("arguments depend on the person: %q", f.got.Args)
		}
		if f.got.Path != `WindowsPowerShell\v1.0\powershell.exe` || f.got.Limit != time.Minute || f.got.Most != 64<<10 || !reflect.DeepEqual(f.got.Without, []string{"PSModulePath"}) {
			t.Errorf("%+v", f.got)
		}
		line, rest, _ := strings.Cut(string(f.got.Stdin), "\n")
		for _, c := range []byte(line) {
			if c < ' ' || c > '~' {
				t.Fatalf("not one line of ASCII: %q", line)
			}
		}
		var back asked
		if err := json.Unmarshal([]byte(line), &back); err != nil || rest != "" {
			t.Fatalf("%v, %q", err, rest)
		}
		if want := (asked{1, p.Name, p.Server, p.Auth, p.Encryption, p.Split}); !reflect.DeepEqual(back, want) {
			t.Errorf("%+v, want %+v", back, want)
		}
	}
	if got, want := strings.Join(first[:len(first)-1], " "), "-NoLogo -NoProfile -NonInteractive -InputFormat Text -OutputFormat Text -EncodedCommand"; got != want {
		t.Errorf("%s", got)
	}
	raw, err := base64.StdEncoding.DecodeString(first[len(first)-1])
	if err != nil || len(raw)%2 != 0 {
		t.Fatal(err, len(raw))
	}
	var u []uint16
	for i := 0; i < len(raw); i += 2 {
		u = append(u, binary.LittleEndian.Uint16(raw[i:]))
	}
	if string(utf16.Decode(u)) != strings.ReplaceAll(script, "\r\n", "\n") {
		t.Error("what is run is not the script")
	}
	if n := len(strings.Join(first, " ")); n > 32000 {
		t.Errorf("%d characters: Windows takes 32767 in a command line", n)
	}
}

func TestWrite(t *testing.T) {
	wrapped := strings.Replace(theirs, `["MsChapv2","Chap"]`, `{"value":["Chap","MSChapv2"],"Count":2}`, 1)
	for name, c := range map[string]struct {
		out     string
		err     error
		created bool
		is      error
		says    string
	}{
		"created":            {out: answer("created", theirs) + "\r\n", created: true},
		"repaired":           {out: answer("repaired", theirs)},
		"a mark":             {out: "\ufeff" + answer("repaired", theirs)},
		"an array":           {out: answer("repaired", "["+theirs+"]")},
		"beside all users'":  {out: answer("repaired", `[{"Name":"office","ServerAddress":"x","AllUserConnection":true},`+theirs+"]")},
		"a wrapped array":    {out: answer("created", wrapped), created: true},
		"numbers":            {out: answer("created", strings.NewReplacer(`"L2tp"`, "3", `"Required"`, "2", `["MsChapv2","Chap"]`, "[2,3]").Replace(theirs)), created: true},
		"another case":       {out: answer("repaired", strings.NewReplacer(`"office"`, `"OFFICE"`, "vpn.example", "VPN.Example").Replace(theirs))},
		"an odd exit":        {out: answer("repaired", theirs), err: errors.New("exit status 1")},
		"nothing, exit 0":    {is: ErrUnusable, says: "no document"},
		"blanks, exit 0":     {out: "\ufeff \r\n", is: ErrUnusable, says: "no document"},
		"words":              {out: "Access is denied", is: ErrUnusable, says: "no document"},
		"null":               {out: "null", is: ErrUnusable, says: "no document"},
		"not there":          {err: errors.New("run powershell.exe: not found"), is: ErrUnusable, says: "not found"},
		"blocked":            {out: "blocked by group policy", err: errors.New("exit status 1: \"blocked\""), is: ErrUnusable, says: "blocked"},
		"too slow":           {err: fmt.Errorf("run: %w", context.DeadlineExceeded), is: ErrUnusable, says: "deadline"},
		"too slow, answered": {out: answer("created", theirs), err: fmt.Errorf("run: %w", context.DeadlineExceeded), is: ErrUnusable, says: "deadline"},
		"too much":           {out: answer("created", theirs), err: fmt.Errorf("run: %w", program.ErrTooMuch), is: ErrUnusable, says: "more than is read"},
		"too long":           {out: answer("created", `[`+theirs+strings.Repeat(" ", 64<<10)+`]`), is: ErrUnusable, says: "too long"},
		"wide letters":       {out: "\xff\xfe" + strings.Join(strings.Split(answer("created", theirs), ""), "\x00") + "\x00", is: ErrUnusable, says: "no document"},
		"two documents":      {out: answer("created", theirs) + answer("created", theirs), is: ErrUnusable, says: "more than one"},
		"words behind":       {out: answer("created", theirs) + " WARNING", is: ErrUnusable, says: "more than one"},
		"torn":               {out: answer("created", theirs)[:80], is: ErrUnusable, says: "no document of ours"},
		"nothing in it":      {out: "{}", is: ErrUnusable, says: "format 0"},
		"a later format":     {out: `{"format":2,"state":"created"}`, is: ErrUnusable, says: "format 2"},
		"no state":           {out: `{"format":1}`, is: ErrUnusable, says: "neither"},
		"no connection":      {out: answer("created", "null"), is: ErrUnusable, says: "lacks"},
		"an empty list":      {out: answer("created", "[]"), is: ErrUnusable, says: "lacks"},
		"another's":          {out: answer("created", strings.Replace(theirs, `"office"`, `"home"`, 1)), is: ErrUnusable, says: "lacks"},
		"members missing":    {out: answer("created", `{"Name":"office"}`), is: ErrUnusable, says: "server reads back otherwise"},
		"another server":     {out: answer("created", strings.Replace(theirs, "vpn.", "vpm.", 1)), is: ErrUnusable, says: "server reads back"},
		"another tunnel":     {out: answer("created", strings.Replace(theirs, `"L2tp"`, `"Pptp"`, 1)), is: ErrUnusable, says: "tunnel reads back"},
		"another level":      {out: answer("created", strings.Replace(theirs, "Required", "Optional", 1)), is: ErrUnusable, says: "encryption reads back"},
		"another login":      {out: answer("created", strings.Replace(theirs, `["MsChapv2","Chap"]`, `"Pap"`, 1)), is: ErrUnusable, says: "login reads back"},
		"split":              {out: answer("created", strings.Replace(theirs, `"SplitTunneling":false`, `"SplitTunneling":true`, 1)), is: ErrUnusable, says: "split tunnel reads back"},
		"no cmdlets":         {out: `{"format":1,"state":"failed","stage":"load","error":"module not found","id":"Modules_ModuleNotFound","connection":null}`, is: ErrUnusable, says: "module not found (Modules_ModuleNotFound)"},
		"nothing arrived":    {out: `{"format":1,"state":"failed","stage":"asked","error":"empty"}`, is: ErrUnusable, says: "empty"},
		"refused":            {out: `{"format":1,"state":"failed","stage":"write","error":"Das geht\r\n nicht\u202e\u0007.","id":"VPN 87,Add-VpnConnection"}`, is: ErrRefused, says: "Das geht nicht . (VPN 87,Add-VpnConnection)"},
		"refused, long":      {out: `{"format":1,"state":"failed","stage":"write","error":"` + strings.Repeat("ü", 5000) + `"}`, is: ErrRefused, says: "..."},
		"refused, mute":      {out: `{"format":1,"state":"failed","stage":"read","error":null}`, is: ErrRefused, says: "does not say why"},
	} {
		f := &fake{out: c.out, err: c.err}
		a, err := Write(t.Context(), f.run, office())
		if c.is == nil {
			if err != nil || a.Created != c.created || !strings.EqualFold(a.Is.Name, "office") {
				t.Errorf("%s: %v, %+v", name, err, a)
			}
			continue
		}
		if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) || len(err.Error()) > 600 || strings.ContainsAny(err.Error(), "\r\n\a") {
			t.Errorf("%s: %v", name, err)
		}
		if errors.Is(err, ErrUnusable) == errors.Is(err, ErrRefused) {
			t.Errorf("%s: one of the two: %v", name, err)
		}
	}
}

func TestWriteRead(t *testing.T) {
	f := &fake{out: answer("created", theirs)}
	a, err := Write(t.Context(), f.run, office())
	want := plan.Profile{Name: "office", Server: "vpn.example.com", Tunnel: "L2tp", IPsec: plan.IPsecCertificate, Auth: []string{"MSChapv2", "Chap"}, Encryption: "Required"}
	if err != nil || !reflect.DeepEqual(a, Answer{Created: true, Is: want}) {
		t.Errorf("%v, %+v", err, a)
	}
}

// TestNotRun: what is outside the vocabulary, or of all users, reaches no program.
func TestNotRun(t *testing.T) {
	for _, change := range []func(*plan.Profile){
		func(p *plan.Profile) { p.AllUsers = true },
		func(p *plan.Profile) { p.Name = "a\nb" },
		func(p *plan.Profile) { p.Auth = []string{"Eap"} },
		func(p *plan.Profile) { p.Encryption = "Custom" },
		func(p *plan.Profile) { p.Server = "-Name x" },
	} {
		f, p := &fake{out: answer("created", theirs)}, office()
		change(&p)
		if _, err := Write(t.Context(), f.run, p); err == nil || f.n != 0 {
			t.Errorf("%+v: %v, %d runs", p, err, f.n)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	f := &fake{}
	_, err := Write(ctx, func(ctx context.Context, c program.Command) ([]byte, error) {
		cancel()
		return f.run(ctx, c)
	}, office())
	if !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnusable) {
		t.Errorf("cancelled: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(answer("created", theirs)))
	f.Add([]byte("\ufeff" + answer("repaired", "["+theirs+"]")))
	f.Add([]byte(answer("repaired", strings.NewReplacer(`"L2tp"`, "3", `["MsChapv2","Chap"]`, `{"value":[1,"Chap"],"Count":2}`).Replace(theirs))))
	f.Add([]byte(`{"format":1,"state":"failed","stage":"write","error":"x\u202e\n","id":"y","connection":null}`))
	f.Add([]byte(`{"format":1,"state":"created","connection":{"value":{"value":null,"Count":1},"Count":1}}`))
	f.Fuzz(func(t *testing.T, out []byte) {
		a, err := decode(out, "office")
		if err != nil {
			if errors.Is(err, ErrUnusable) == errors.Is(err, ErrRefused) || len(err.Error()) > 1000 || strings.ContainsAny(err.Error(), "\r\n\x00\u202e") {
				t.Errorf("%q", err)
			}
			return
		}
		if !strings.EqualFold(a.Is.Name, "office") || a.Is.AllUsers || len(a.Is.Auth) > mostItems {
			t.Errorf("%+v", a)
		}
		_ = differs(a.Is, office())
	})
}
