package helper

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/sys/windows"

	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/plan"
)

const canary = "canary-3c5f-psk"

// verb runs the program that is shipped as a person does.
func verb(t *testing.T, cli, data, stdin string, args ...string) (out, errs string, code int) {
	t.Helper()
	for range 5 {
		cmd := exec.Command(cli, append([]string{"l2tp", "--data-dir", data}, args...)...)
		var stdout, stderr bytes.Buffer
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
		err := cmd.Run()
		if errors.Is(err, windows.ERROR_INTERNAL_ERROR) || strings.Contains(stderr.String(), windows.ERROR_INTERNAL_ERROR.Error()) {
			continue // Wine, under load
		}
		if cmd.ProcessState == nil {
			t.Fatal(err)
		}
		if s := stdout.String() + stderr.String(); strings.Contains(s, canary) {
			t.Errorf("%q says the key: %s", args, s)
		}
		return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
	}
	t.Fatal("Wine starts nothing")
	return "", "", 0
}

// TestRealVerbs: apply and undo as a person types them, with a key that goes
// nowhere. There is no remote access under Wine, and that is said.
func TestRealVerbs(t *testing.T) {
	odd(t)
	cli := program(t)
	data := t.TempDir()
	was, before := state(t), export(t)
	made := repairs()
	file := filepath.Join(t.TempDir(), "plan.json")
	write := func(p plan.Plan) {
		t.Helper()
		text, err := p.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(made)
	// The connections cannot be read there, so a plan from evidence is refused, and
	// the classic recipe is the person's own choice.
	if _, errs, code := verb(t, cli, data, "", "apply", "--plan", file, "--yes", "--accept", "prohibit-ipsec"); code != 125 || !strings.Contains(errs, "could not be read") {
		t.Fatalf("exit %d: %s", code, errs)
	}
	made.Classic = true
	write(made)
	if _, errs, code := verb(t, cli, data, "", "apply", "--plan", file, "--yes"); code != 2 || !strings.Contains(errs, "--accept prohibit-ipsec") {
		t.Fatalf("exit %d: %s", code, errs)
	}
	if got := state(t); !reflect.DeepEqual(got, was) {
		t.Fatalf("refused, and changed: %q", got)
	}
	out, errs, code := verb(t, cli, data, "", "apply", "--plan", file, "--yes", "--accept", "prohibit-ipsec", "--json")
	var e journal.Entry
	if err := json.Unmarshal([]byte(out), &e); err != nil || code != 0 || e.State != journal.StateDone || len(e.Changes) != len(made.Ops) {
		t.Fatalf("exit %d, %v: %s%s", code, err, out, errs)
	}
	if !strings.Contains(errs, "done ") {
		t.Errorf("no progress: %s", errs)
	}
	if out, _, code = verb(t, cli, data, "", "undo", "--list"); code != 0 || !strings.Contains(out, e.ID+": done") {
		t.Errorf("exit %d: %s", code, out)
	}
	if out, errs, code = verb(t, cli, data, "", "undo"); code != 0 || !strings.Contains(out, e.ID+": undone") {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	if got := state(t); !reflect.DeepEqual(got, was) || !bytes.Equal(export(t), before) {
		t.Errorf("undone:\n%q\nbefore:\n%q", got, was)
	}
	withKey(t, cli, data, file, write)
	if got := state(t); !reflect.DeepEqual(got, was) {
		t.Errorf("undone:\n%q\nbefore:\n%q", got, was)
	}
	if out, errs, code = verb(t, cli, data, "", "report"); code != 0 || !strings.Contains(out, "client Wine") || !strings.Contains(out, "not available under Wine") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	nowhereIn(t, data, filepath.Join(os.Getenv("ProgramData"), "Tacklebox"), os.Getenv("TEMP"), filepath.Dir(file))
}

// withKey applies a plan with a connection and its key.
func withKey(t *testing.T, cli, data, file string, write func(plan.Plan)) {
	t.Helper()
	p := plan.Profile{Name: "office", Server: "192.0.2.1", IPsec: plan.IPsecPSK, Auth: []string{plan.AuthCHAP}, Encryption: plan.EncryptNeeded}
	write(plan.Plan{Ops: []plan.Op{repairs().Ops[2],
		{Op: plan.WriteProfile, Key: plan.KeyProfile, Name: "office", Old: plan.Unknown, New: "created", Level: plan.Amber, Profile: &p}}})
	out, errs, code := verb(t, cli, data, canary+"\n", "apply", "--plan", file, "--yes", "--psk-stdin", "--json")
	if code != 125 || !strings.Contains(errs, "not available under Wine") || !strings.Contains(out, plan.AssumeUDP) {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	if out, errs, code = verb(t, cli, data, "", "undo"); code != 0 {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
}

// nowhereIn looks for the key in every file below these folders.
func nowhereIn(t *testing.T, dirs ...string) {
	t.Helper()
	seen := 0
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			if info, err := d.Info(); err != nil || info.Size() > 4<<20 {
				return nil // a program, or gone by now
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return nil // another program's, open
			}
			seen++
			if bytes.Contains(text, []byte(canary)) {
				t.Errorf("the key is in %s", path)
			}
			return nil
		})
		if err != nil {
			t.Errorf("look into %s: %v", dir, err)
		}
	}
	if seen < 3 {
		t.Errorf("only %d files were looked at", seen)
	}
}
