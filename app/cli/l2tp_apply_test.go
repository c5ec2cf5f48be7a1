package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/pc/pctest"
	"tacklebox/platform/l2tp/plan"
)

// planFile writes a plan for apply.
func planFile(t *testing.T, made plan.Plan) string {
	t.Helper()
	data, err := made.Encode()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func repairing() plan.Plan {
	r := pctest.Leftovers()
	server := pctest.Strong(true, true)
	return plan.Make(plan.Facts{Server: &server, PC: &r.PC})
}

func TestL2TPApplyUndo(t *testing.T) {
	b := &l2tpBench{machine: &pctest.Machine{Reading: pctest.Leftovers()}}
	file := planFile(t, repairing())
	if code := b.run(t, "", "apply", "--plan", file); code != exitL2TPUsage || !strings.Contains(b.err.String(), "--yes") || len(b.machine.Orders) != 0 {
		t.Errorf("nobody asked: exit %d, %s", code, b.err.String())
	}
	for _, no := range []string{"no\n", "y\n", "\n"} {
		b.answers = no
		if code := b.run(t, "", "apply", "--plan", file); code != exitFailed || !strings.Contains(b.err.String(), "you did not agree") || len(b.machine.Orders) != 0 {
			t.Errorf("%q: exit %d, %s", no, code, b.err.String())
		}
	}
	b.answers = ""
	if code := b.run(t, "", "apply", "--plan", file, "--yes", "--json"); code != 0 {
		t.Fatalf("exit %d: %s", code, b.err.String())
	}
	var e journal.Entry
	if err := json.Unmarshal(b.out.Bytes(), &e); err != nil || e.State != journal.StateDone {
		t.Errorf("%v: %s", err, b.out.String())
	}
	for _, want := range []string{"to change:", "L2TP on this PC uses IPsec again", "begun ", "done ", "restarted, which is yours"} {
		if !strings.Contains(b.err.String(), want) {
			t.Errorf("does not say %q: %s", want, b.err.String())
		}
	}
	// What is so already is not done again, and asks nobody.
	if code := b.run(t, "", "apply", "--plan", file); code != 0 || !strings.Contains(b.err.String(), "nothing is to be changed") || len(b.machine.Orders) != 1 {
		t.Errorf("exit %d: %s", code, b.err.String())
	}
	if code := b.run(t, "", "undo", "--list"); code != 0 || !strings.Contains(b.out.String(), e.ID+": done") {
		t.Errorf("exit %d: %s", code, b.out.String())
	}
	at, _ := plan.Home(plan.AssumeUDP)
	b.machine.Conflict = []plan.Place{at}
	if code := b.run(t, "", "undo"); code != exitFailed || !strings.Contains(b.err.String(), "--overwrite") || !strings.Contains(b.out.String(), ": partly") {
		t.Errorf("exit %d: %s%s", code, b.out.String(), b.err.String())
	}
	if code := b.run(t, "", "undo", "--overwrite", "--json"); code != 0 || !strings.Contains(b.out.String(), `"undone"`) {
		t.Errorf("exit %d: %s%s", code, b.out.String(), b.err.String())
	}
	if code := b.run(t, "", "undo"); code != exitFailed || !strings.Contains(b.err.String(), "still stands") {
		t.Errorf("exit %d: %s", code, b.err.String())
	}
	for _, bad := range [][]string{{"undo", "x"}, {"undo", e.ID, "x"}, {"undo", "--list", e.ID}, {"apply"}, {"apply", "--plan", file, "--accept", "all"}, {"apply", "--plan", "-", "--psk-stdin"}} {
		if code := b.run(t, "", bad...); code != exitL2TPUsage {
			t.Errorf("%q: exit %d", bad, code)
		}
	}
}

// TestL2TPRed: --yes covers nothing red, and nothing that breaks.
func TestL2TPRed(t *testing.T) {
	withKey := func() *pctest.Machine {
		r := pctest.Clean()
		r.PC.Profiles = []plan.Profile{{Name: "Corp", Tunnel: plan.TunnelL2TP, IPsec: plan.IPsecPSK}}
		return &pctest.Machine{Reading: r}
	}
	b := &l2tpBench{machine: withKey()}
	// Made elsewhere, where nobody saw the connection.
	classic := planFile(t, plan.Classic(plan.Facts{}))
	for _, c := range []struct {
		args    []string
		answers string
		code    int
	}{
		{[]string{"--yes"}, "", exitL2TPUsage},
		{[]string{"--yes", "--accept", "weak-crypto"}, "", exitL2TPUsage},
		{[]string{"--yes", "--accept", "prohibit-ipsec,weak-crypto"}, "", exitL2TPUsage},
		{[]string{"--accept", "prohibit-ipsec,weak-crypto", "--breaking", "Corp"}, "", exitL2TPUsage},
		{nil, "yes\nyes\nyes\nyes\n", exitFailed},
		{nil, "prohibit-ipsec\nweak-crypto\ncorp\nyes\n", exitFailed},
		{nil, "prohibit-ipsec\nweak-crypto\nCorp\n", exitFailed},
	} {
		b.answers = c.answers
		if code := b.run(t, "", append([]string{"apply", "--plan", classic}, c.args...)...); code != c.code || len(b.machine.Orders) != 0 {
			t.Errorf("%q %q: exit %d, %s", c.args, c.answers, code, b.err.String())
		}
	}
	b.answers = "prohibit-ipsec\nweak-crypto\nCorp\nyes\n"
	if code := b.run(t, "", "apply", "--plan", classic); code != 0 || len(b.machine.Orders) != 1 {
		t.Fatalf("exit %d: %s", code, b.err.String())
	}
	if o := b.machine.Orders[0]; !slices.Equal(o.Breaking, []string{"Corp"}) || len(o.Accept) != 2 {
		t.Errorf("%+v", o)
	}
	// A plan from evidence is never for a PC with such a connection.
	plain := pctest.Plain()
	b = &l2tpBench{machine: withKey()}
	seen := planFile(t, plan.Make(plan.Facts{Server: &plain, PC: &plan.PC{}}))
	if code := b.run(t, "", "apply", "--plan", seen, "--yes", "--accept", "prohibit-ipsec", "--breaking", "Corp"); code != exitFailed || !strings.Contains(b.err.String(), "plan again") {
		t.Errorf("exit %d: %s", code, b.err.String())
	}
}

// TestL2TPStale: a plan for another PC, or another time, is refused.
func TestL2TPStale(t *testing.T) {
	b := &l2tpBench{machine: &pctest.Machine{Reading: pctest.Clean()}}
	made := plan.Plan{Ops: []plan.Op{{Op: plan.SetValue, Key: plan.PolicyAgentKey, Name: plan.AssumeUDP, Old: plan.DWORD(1), New: plan.DWORD(2), Level: plan.Amber}}}
	if code := b.run(t, "", "apply", "--plan", planFile(t, made), "--yes"); code != exitFailed || !strings.Contains(b.err.String(), "has changed since") || len(b.machine.Orders) != 0 {
		t.Errorf("exit %d: %s", code, b.err.String())
	}
	text, err := os.ReadFile(planFile(t, repairing()))
	if err != nil {
		t.Fatal(err)
	}
	nothing := `{"ops":[]}`
	for _, bad := range []string{"", "{}", nothing, strings.ReplaceAll(string(text), plan.AssumeUDP, "ServiceDll"), strings.ReplaceAll(string(text), `"amber"`, `"green"`)} {
		if code := b.run(t, bad, "apply", "--plan", "-", "--yes"); (bad != nothing) != (code == exitL2TPUsage) || len(b.machine.Orders) != 0 {
			t.Errorf("%.30q: exit %d", bad, code)
		}
	}
}

// TestL2TPApplyKey: the key goes to Windows and nowhere else.
func TestL2TPApplyKey(t *testing.T) {
	const canary = "canary-77ab"
	b := &l2tpBench{machine: &pctest.Machine{Reading: pctest.Clean()}}
	server := pctest.Strong(false, false)
	wanted := &plan.Profile{Name: "Corp", Server: "vpn.corp.example", IPsec: plan.IPsecPSK, Auth: []string{plan.AuthCHAP}}
	file := planFile(t, plan.Make(plan.Facts{Server: &server, Wanted: wanted}))
	if code := b.run(t, "", "apply", "--plan", file, "--yes"); code != exitL2TPUsage || !strings.Contains(b.err.String(), "--psk-stdin") {
		t.Errorf("exit %d: %s", code, b.err.String())
	}
	if code := b.run(t, canary+"\n", "apply", "--plan", file, "--yes", "--psk-stdin", "--json"); code != 0 {
		t.Fatalf("exit %d: %s", code, b.err.String())
	}
	if !slices.Equal(b.machine.Keys, []string{canary}) {
		t.Errorf("keys %q", b.machine.Keys)
	}
	all := b.out.String() + b.err.String()
	if strings.Contains(all, canary) || strings.Contains(string(b.machine.Orders[0].PSK), canary) {
		t.Errorf("the key is there still: %s", all)
	}
	// Asking the server for the report as well: its key is in none.
	b.report = pctest.Keyed(pctest.Strong(false, false), l2tp.PSKWrong)
	for _, args := range [][]string{{"report"}, {"report", "--server", "192.0.2.1", "--json"}, {"report", "--for", "admin", "--server", "192.0.2.1"}, {"undo"}, {"undo", "--list"}} {
		if code := b.run(t, "", args...); code != 0 || strings.Contains(b.out.String()+b.err.String(), canary) {
			t.Errorf("%q: exit %d, %s", args, code, b.err.String())
		}
	}
	b.machine.ApplyErr = pc.ErrDeclined
	b.machine.Reading = pctest.Clean()
	if code := b.run(t, canary, "apply", "--plan", file, "--yes", "--psk-stdin"); code != exitFailed || !strings.Contains(b.err.String(), "told No") || strings.Contains(b.err.String(), canary) {
		t.Errorf("exit %d: %s", code, b.err.String())
	}
}

func TestL2TPElsewhere(t *testing.T) {
	b := &l2tpBench{report: pctest.Weak()}
	file := planFile(t, repairing())
	for _, args := range [][]string{{"apply", "--plan", file, "--yes"}, {"undo"}} {
		if code := b.run(t, "", args...); code != exitFailed || !strings.Contains(b.err.String(), "l2tp export") {
			t.Errorf("%q: exit %d, %s", args, code, b.err.String())
		}
	}
	if code := b.run(t, "", "report"); code != exitL2TPUsage {
		t.Errorf("exit %d: %s", code, b.err.String())
	}
	if code := b.run(t, "", "report", "--server", "vpn.example.com", "--for", "admin", "--redact"); code != 0 || !strings.Contains(b.out.String(), "accept AES-256") || strings.Contains(b.out.String(), "vpn.example.com") {
		t.Errorf("exit %d: %s%s", code, b.out.String(), b.err.String())
	}
	out := filepath.Join(t.TempDir(), "report.txt")
	if code := b.run(t, "", "report", "--server", "vpn.example.com", "-o", out); code != 0 {
		t.Errorf("exit %d: %s", code, b.err.String())
	}
	if text, err := os.ReadFile(out); err != nil || !strings.Contains(string(text), "server vpn.example.com") {
		t.Errorf("%v: %s", err, text)
	}
}
