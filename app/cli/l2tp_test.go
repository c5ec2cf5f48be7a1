package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/kit"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/pc/pctest"
	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/l2tp/probe"
)

// l2tpBench runs the verbs of l2tp with a server that answers by a script.
type l2tpBench struct {
	report   l2tp.Report
	asked    probe.Options
	psk      string // a copy: the verb clears its own
	pc       *plan.PC
	machine  *pctest.Machine
	answers  string // typed at the terminal; empty when there is none
	out, err bytes.Buffer
}

func (b *l2tpBench) run(t *testing.T, stdin string, args ...string) int {
	t.Helper()
	b.out.Reset()
	b.err.Reset()
	sv := services{l2tp: l2tpServices{probe: func(_ context.Context, server string, o probe.Options) (l2tp.Report, error) {
		b.asked, b.psk = o, string(o.PSK)
		r := b.report
		r.Server = server
		return r, nil
	}}}
	if b.pc != nil {
		b.machine = &pctest.Machine{Reading: pc.Reading{PC: *b.pc}}
	}
	if b.machine != nil {
		sv.l2tp.machine = func(string, string) (pc.Machine, error) { return b.machine, nil }
	}
	if b.answers != "" {
		sv.l2tp.terminal = strings.NewReader(b.answers)
	}
	return run(t.Context(), append([]string{"l2tp"}, args...), streams{strings.NewReader(stdin), &b.out, &b.err}, Config{Program: "tacklebox"}, sv)
}

func TestL2TPProbe(t *testing.T) {
	yes := true
	b := &l2tpBench{report: l2tp.Report{Address: "192.0.2.1", Class: l2tp.ClassIPsec, NAT: l2tp.NAT{Server: &yes}, PSK: l2tp.PSKNotAsked, Packets: 4, MS: 90, Evidence: []string{"IKE: accepts \x1b[31mAES"}}}
	if code := b.run(t, "", "probe", "vpn.example.com", "--json"); code != 0 {
		t.Fatalf("exit %d: %s", code, b.err.String())
	}
	var got map[string]any
	if err := json.Unmarshal(b.out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	members := slices.Sorted(maps.Keys(got))
	if !slices.Equal(members, []string{"address", "class", "evidence", "ikev2", "ms", "nat", "packets", "psk", "server"}) {
		t.Errorf("the answer has %q", members)
	}
	if nat := got["nat"].(map[string]any); nat["server"] != true || nat["client"] != nil {
		t.Errorf("nat %v", nat)
	}
	if code := b.run(t, "", "probe", "vpn.example.com"); code != 0 || strings.Contains(b.out.String(), "\x1b") || !strings.Contains(b.out.String(), "behind NAT") {
		t.Errorf("exit %d: %q", code, b.out.String())
	}
	if b.asked.PSK != nil {
		t.Error("a key was checked that nobody gave")
	}
	b.report.Class = l2tp.ClassUnknown
	if code := b.run(t, "", "probe", "vpn.example.com", "--json"); code != exitL2TPUnknown || b.err.Len() > 0 {
		t.Errorf("unknown: exit %d, %q", code, b.err.String())
	}
	for _, c := range [][]string{{"probe"}, {"probe", "a b"}, {"probe", "x", "y"}, {"probe", "x", "--nonsense"}, {"nothing"}, {"plan"}, {"plan", "x"}, {"export"}, {"explain"}, {"explain", "x"},
		{"plan", "--server", "x", "--connection", "a|b"}, {"plan", "--connection", "a", "--classic"}, {"plan", "--server", "x", "--connection", "a", "--auth", "Eap"}} {
		if code := b.run(t, "", c...); code != exitL2TPUsage || !strings.Contains(b.err.String(), "--help") {
			t.Errorf("%q: exit %d, %q", c, code, b.err.String())
		}
	}
}

// TestL2TPKey: the key comes from standard input, and goes nowhere.
func TestL2TPKey(t *testing.T) {
	const canary = "canary-91fe"
	b := &l2tpBench{report: l2tp.Report{Class: l2tp.ClassIPsec, PSK: l2tp.PSKRight}}
	for _, in := range []string{canary, canary + "\n", canary + "\r\n", "\xef\xbb\xbf" + canary + "\n"} {
		code := b.run(t, in, "probe", "192.0.2.1", "--psk-stdin", "--json")
		if code != 0 || b.psk != canary {
			t.Errorf("%q: exit %d, the key is %q", in, code, b.psk)
		}
		if all := b.out.String() + b.err.String(); strings.Contains(all, canary) || !strings.Contains(all, probe.Consent) {
			t.Errorf("%q: %s", in, all)
		}
		if bytes.Contains(b.asked.PSK, []byte(canary)) {
			t.Error("the key is still in memory")
		}
	}
	for _, in := range []string{"", "\n", canary + "\n" + canary, strings.Repeat("x", longestKey+9)} {
		b.asked = probe.Options{}
		if code := b.run(t, in, "probe", "192.0.2.1", "--psk-stdin"); code != exitL2TPUsage || b.asked.PSK != nil || strings.Contains(b.err.String(), canary) {
			t.Errorf("%.20q: exit %d, %s", in, code, b.err.String())
		}
	}
}

func TestL2TPPlanAndExport(t *testing.T) {
	b := &l2tpBench{report: l2tp.Report{Class: l2tp.ClassWeak, IKE: l2tp.ReplyWeak}}
	if code := b.run(t, "", "plan", "--server", "192.0.2.1", "--connection", "it's", "--json"); code != 0 {
		t.Fatalf("exit %d: %s", code, b.err.String())
	}
	text := b.out.String()
	made, err := plan.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if made.Level() != plan.Red || made.Ops[0].Name != plan.WeakCrypto {
		t.Errorf("%+v", made.Ops)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "plan.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, undo := range []bool{false, true} {
		for _, format := range []kit.Format{kit.FormatReg, kit.FormatScript} {
			want, err := kit.Export(made, format, undo)
			if err != nil {
				t.Fatal(err)
			}
			args := []string{"export", "--plan", file, "--format", string(format)}
			if undo {
				args = append(args, "--undo")
			}
			if code := b.run(t, "", args...); code != 0 || !bytes.Equal(b.out.Bytes(), want) {
				t.Errorf("%q: exit %d, %s", args, code, b.err.String())
			}
		}
	}
	script := filepath.Join(dir, "fix.ps1")
	if code := b.run(t, text, "export", "--plan", "-", "--format", "ps1", "-o", script); code != 0 {
		t.Fatalf("exit %d: %s", code, b.err.String())
	}
	for name, want := range map[string]string{"fix.ps1": "#Requires", "fix.cmd": `%~dp0fix.ps1"` + "\r\n", "fix-undo.cmd": `%~dp0fix.ps1" -Undo`} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s: %v, %.300q", name, err, data)
		}
	}
	if code := b.run(t, text, "export", "--plan", "-", "--format", "ps1", "-o", script); code != exitFailed {
		t.Errorf("a file that is there was overwritten: exit %d", code)
	}
	bad := strings.Replace(text, plan.WeakCrypto, "ServiceDll", 1)
	for _, in := range []string{"", "{}x", bad, strings.ReplaceAll(text, `"red"`, `"green"`)} {
		if code := b.run(t, in, "export", "--plan", "-"); code != exitL2TPUsage || b.out.Len() > 0 {
			t.Errorf("%.40q: exit %d, %q", in, code, b.out.String())
		}
	}
}

func TestL2TPClassic(t *testing.T) {
	b := &l2tpBench{pc: &plan.PC{Profiles: []plan.Profile{{Name: "office", Tunnel: plan.TunnelL2TP, IPsec: plan.IPsecPSK}}}}
	if code := b.run(t, "", "plan", "--classic"); code != 0 {
		t.Fatalf("exit %d: %s", code, b.err.String())
	}
	for _, want := range []string{"ProhibitIpSec: unknown -> dword:00000001", "all L2TP on this PC becomes unencrypted", "breaks the connections: office"} {
		if !strings.Contains(b.out.String(), want) {
			t.Errorf("does not say %q:\n%s", want, b.out.String())
		}
	}
	// A PC that can be read is worth a plan by itself.
	b.pc.Values = []plan.Value{{Place: plan.Homes()[0], Exists: true, Type: plan.TypeDWORD, Data: []byte{1, 0, 0, 0}}}
	if code := b.run(t, "", "plan"); code != 0 || !strings.Contains(b.out.String(), "ProhibitIpSec: dword:00000001 -> absent") {
		t.Errorf("exit %d: %s%s", code, b.out.String(), b.err.String())
	}
	// Whose kind nobody states is as the server needs it; a key that is there stays.
	b = &l2tpBench{report: pctest.Plain(), pc: &plan.PC{}}
	if code := b.run(t, "", "plan", "--server", "192.0.2.1", "--connection", "office"); code != 0 || !strings.Contains(b.out.String(), "ProhibitIpSec: unknown -> dword:00000001") || !strings.Contains(b.out.String(), "IPsec by none") {
		t.Errorf("exit %d: %s%s", code, b.out.String(), b.err.String())
	}
	for _, with := range [][]string{{"--ipsec", "psk"}, nil} {
		if with == nil {
			b.pc.Profiles = []plan.Profile{{Name: "office", Tunnel: plan.TunnelL2TP, IPsec: plan.IPsecPSK}}
		}
		if code := b.run(t, "", append([]string{"plan", "--server", "192.0.2.1", "--connection", "office"}, with...)...); code != 0 || strings.Contains(b.out.String(), "-> dword:00000001") || !strings.Contains(b.out.String(), "would break") {
			t.Errorf("%q: exit %d: %s%s", with, code, b.out.String(), b.err.String())
		}
	}
	// Unknown changes nothing.
	b = &l2tpBench{report: l2tp.Report{Class: l2tp.ClassUnknown}}
	if code := b.run(t, "", "plan", "--server", "192.0.2.1"); code != 0 || !strings.Contains(b.out.String(), "nothing is changed") {
		t.Errorf("exit %d: %s", code, b.out.String())
	}
}

func TestL2TPExplain(t *testing.T) {
	b := &l2tpBench{}
	if code := b.run(t, "", "explain", "789"); code != 0 || strings.Count(b.out.String(), "     ") != 3 || !strings.Contains(b.out.String(), "pre-shared key") {
		t.Errorf("exit %d: %s", code, b.out.String())
	}
	if code := b.run(t, "", "explain", "809", "--json"); code != 0 || !json.Valid(b.out.Bytes()) {
		t.Errorf("exit %d: %s", code, b.out.String())
	}
	for _, args := range [][]string{{"explain", "-2146762495"}, {"explain", "--json", "-2146762495"}, {"explain", "0x800B0101"}, {"explain", "--", "-2146762495"}} {
		if code := b.run(t, "", args...); code != 0 || !strings.Contains(b.out.String(), "out of date") {
			t.Errorf("%q: exit %d: %s", args, code, b.err.String())
		}
	}
	if code := b.run(t, "", "explain", "-2146762495"); code != 0 || !strings.HasPrefix(b.out.String(), "error 0x800B0101: ") {
		t.Errorf("exit %d: %s", code, b.out.String())
	}
	if code := b.run(t, "", "explain", "4"); code != exitL2TPUnknown {
		t.Errorf("exit %d", code)
	}
	if code := run(t.Context(), []string{"l2tp"}, streams{strings.NewReader(""), io.Discard, io.Discard}, Config{}, services{}); code != 0 {
		t.Errorf("help: exit %d", code)
	}
}
