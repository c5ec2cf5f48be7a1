package kit

import (
	"bytes"
	"encoding/binary"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/plan"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from\n%q", name, got)
	}
}

// unicode reads a .reg file back, and fails on a line that does not end as on Windows.
func unicode(t *testing.T, b []byte) []string {
	t.Helper()
	if len(b) < 2 || b[0] != 0xff || b[1] != 0xfe || len(b)%2 != 0 {
		t.Fatalf("no UTF-16 with a mark: %x", b[:min(8, len(b))])
	}
	var us []uint16
	for i := 2; i < len(b); i += 2 {
		us = append(us, binary.LittleEndian.Uint16(b[i:]))
	}
	text := string(utf16.Decode(us))
	if strings.Count(text, "\n") != strings.Count(text, "\r\n") || !strings.HasSuffix(text, "\r\n") {
		t.Fatalf("line ends of %q", text)
	}
	return strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n")
}

func classic(name string) plan.Plan {
	return plan.Classic(plan.Facts{Wanted: &plan.Profile{Name: name, Server: "vpn.example.com", IPsec: plan.IPsecNone}})
}

// repaired is a plan of a PC that was read: a leftover to delete, a value of a
// wrong type to write over.
func repaired() plan.Plan {
	yes := true
	pc := &plan.PC{Values: []plan.Value{
		{Place: plan.Place{Key: plan.RasManKey, Name: plan.ProhibitIPsec}, Exists: true, Type: plan.TypeDWORD, Data: []byte{1, 0, 0, 0}},
		{Place: plan.Place{Key: plan.PolicyAgentKey, Name: plan.AssumeUDP}, Exists: true, Type: plan.TypeSZ, Data: []byte{'2', 0, 0, 0}},
		{Place: plan.Place{Key: plan.PolicyAgentKey, Name: plan.WeakCrypto}, Exists: true, Type: plan.TypeDWORD, Data: []byte{1, 0, 0, 0}},
	}, Services: []plan.Service{{Name: plan.IKEEXT, Installed: true, Start: plan.StartDisabled}}}
	return plan.Make(plan.Facts{PC: pc, Server: &l2tp.Report{Class: l2tp.ClassIPsec, NAT: l2tp.NAT{Client: &yes, Server: &yes}},
		Wanted: &plan.Profile{Name: "office", Server: "192.0.2.1", IPsec: plan.IPsecPSK, Split: true}})
}

func TestReg(t *testing.T) {
	for name, p := range map[string]plan.Plan{"classic": classic("plain"), "repaired": repaired()} {
		for _, undo := range []bool{false, true} {
			b, err := Reg(p, undo)
			if err != nil {
				t.Fatal(err)
			}
			file := name
			if undo {
				file += "-undo"
			}
			golden(t, file+".reg", b)
			lines := unicode(t, b)
			if lines[0] != "Windows Registry Editor Version 5.00" || lines[1] != "" {
				t.Errorf("begins with %q", lines[:2])
			}
			for _, l := range lines[2:] {
				if !regLine.MatchString(l) {
					t.Errorf("%s: %q", file, l)
				}
			}
		}
	}
}

var regLine = regexp.MustCompile(`^(|; .*|\[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\(RasMan\\Parameters|PolicyAgent)\]|"(ProhibitIpSec|AllowL2TPWeakCrypto|AssumeUDPEncapsulationContextOnSendRule)"=(-|dword:[0-9a-f]{8}|hex\(1\):[0-9a-f,]+))$`)

func TestRegUndo(t *testing.T) {
	b, _ := Reg(classic("plain"), true)
	lines := unicode(t, b)
	if !strings.Contains(lines[2], "assumes that these were absent") {
		t.Errorf("the first comment is %q", lines[2])
	}
	gone := slices.DeleteFunc(lines, func(l string) bool { return !strings.HasSuffix(l, "=-") })
	if len(gone) != 3 {
		t.Errorf("deletes %q", gone)
	}
	b, _ = Reg(repaired(), true)
	for _, want := range []string{`"ProhibitIpSec"=dword:00000001`, `"AssumeUDPEncapsulationContextOnSendRule"=hex(1):32,00,00,00`} {
		if !slices.Contains(unicode(t, b), want) {
			t.Errorf("does not put back %s", want)
		}
	}
	if _, err := Reg(plan.Plan{}, false); err == nil {
		t.Error("a file without values")
	}
}

// hostile are names that break out of careless quoting.
var hostile = []string{
	"plain", "o'brien", "a'; Remove-Item C- -Recurse; 'b", "\u2019; calc; \u2018", "\u201a\u201b", "$(calc)", "${env:x}", "`n", "a`'b", "%PATH%", "&calc&", "#", "@'", "'@", "büro 办公室", strings.Repeat("x", 255),
}

func TestScript(t *testing.T) {
	for name, p := range map[string]plan.Plan{"classic": classic("it's plain"), "repaired": repaired()} {
		b, err := Script(p, name == "repaired")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".ps1", b)
		if !bytes.HasPrefix(b, []byte("\xef\xbb\xbf#Requires")) || bytes.Count(b, []byte("\n")) != bytes.Count(b, []byte("\r\n")) {
			t.Errorf("%s: no mark, or line ends of another system", name)
		}
	}
	// Only the data is not ASCII: PowerShell 5.1 guesses where there is no mark.
	if i := strings.IndexFunc(head+body, func(r rune) bool { return r > 126 }); i >= 0 {
		t.Errorf("the script's own text has %q", (head + body)[i:i+4])
	}
}

// TestHostileNames: whatever a name is, the script has it as one string, and
// nothing of it outside of that.
func TestHostileNames(t *testing.T) {
	plainScript, err := Script(classic("plain"), false)
	if err != nil {
		t.Fatal(err)
	}
	want := skeleton(t, string(plainScript))
	for _, name := range hostile {
		p := classic(name)
		b, err := Script(p, false)
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		made := slices.ContainsFunc(p.Ops, func(o plan.Op) bool { return o.Op == plan.WriteProfile })
		if made != (plan.CheckName(name) == nil) {
			t.Errorf("%q: a connection is made: %v", name, made)
		}
		if !made {
			continue
		}
		if got := skeleton(t, string(b)); got != want {
			t.Errorf("%q changes the script around it", name)
		}
		if !slices.Contains(literals(t, string(b)), name) {
			t.Errorf("%q is not in the script as it is", name)
		}
	}
}

const marks = "'\u2018\u2019\u201a\u201b"

// skeleton is the data part without what single quotes hold.
func skeleton(t *testing.T, script string) string {
	s, _ := scan(t, script)
	return s
}

func literals(t *testing.T, script string) []string {
	_, l := scan(t, script)
	return l
}

// scan reads PowerShell's single-quoted strings in the part that the plan gives:
// any of its marks opens or ends one, and two of them stand for the second.
func scan(t *testing.T, script string) (outside string, inside []string) {
	t.Helper()
	_, rest, _ := strings.Cut(script, "$UndoByDefault")
	part, _, ok := strings.Cut(rest, "Set-StrictMode")
	if !ok {
		t.Fatal("the script has no data part")
	}
	var out, in strings.Builder
	quoted := false
	rs := []rune(part)
	for i := 0; i < len(rs); i++ {
		mark := strings.ContainsRune(marks, rs[i])
		switch {
		case quoted && mark && i+1 < len(rs) && strings.ContainsRune(marks, rs[i+1]):
			i++
			in.WriteRune(rs[i])
		case mark && quoted:
			quoted = false
			inside = append(inside, in.String())
			in.Reset()
		case mark:
			quoted = true
		case quoted:
			in.WriteRune(rs[i])
		default:
			out.WriteRune(rs[i])
		}
	}
	if quoted {
		t.Fatal("a string has no end")
	}
	return out.String(), inside
}

func FuzzQuote(f *testing.F) {
	for _, h := range hostile {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if plan.CheckName(s) != nil {
			return
		}
		out, in := scan(t, "$UndoByDefault = "+quote(s)+";Set-StrictMode")
		if out != " = ;" || len(in) != 1 || in[0] != s {
			t.Fatalf("%q reads as %q outside of %q", s, in, out)
		}
	})
}

func TestStarter(t *testing.T) {
	for _, undo := range []bool{false, true} {
		b, err := Starter("fix-l2tp.ps1", undo)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, map[bool]string{false: "do.cmd", true: "undo.cmd"}[undo], b)
	}
	for _, bad := range []string{"", "a b.ps1", "a&calc.ps1", "%x%.ps1", `a".ps1`, "-x.ps1", "ä.ps1", "^.ps1"} {
		if _, err := Starter(bad, false); err == nil {
			t.Errorf("%q is started", bad)
		}
	}
}

func TestExport(t *testing.T) {
	for _, f := range []Format{FormatReg, FormatScript} {
		if b, err := Export(classic("plain"), f, false); err != nil || len(b) == 0 {
			t.Errorf("%s: %v", f, err)
		}
		bad := classic("plain")
		bad.Ops[0].Name = "Evil"
		if _, err := Export(bad, f, false); err == nil {
			t.Errorf("%s of a plan outside the vocabulary", f)
		}
	}
	if _, err := Export(classic("plain"), "sh", false); err == nil {
		t.Error("a format that there is not")
	}
}
