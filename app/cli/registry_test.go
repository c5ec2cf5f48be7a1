package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/containers"
	"tacklebox/platform/dockerconfig"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/doctor"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/registrytest"
)

// newRegistryBench is a bench with a data folder, a keychain in memory and no
// files of Docker's.
func newRegistryBench(t testing.TB) (*bench, *registrytest.Secrets) {
	b, secrets := newBench(), &registrytest.Secrets{}
	b.folder = t.TempDir()
	none := func(string) string { return "" }
	b.registry = registryServices{
		secrets: func(string) connect.Secrets { return secrets },
		docker:  dockerconfig.Options{Home: t.TempDir(), Getenv: none}, getenv: none,
	}
	return b, secrets
}

// from is a verb's standard input.
func (b *bench) from(text string) *bench {
	b.stdin = strings.NewReader(text)
	return b
}

// TestRegistryVerbs: add, list, browse, inspect, health, jobs, replications,
// doctor, remove, as a person goes through them.
func TestRegistryVerbs(t *testing.T) {
	h := fakeharbor.New(t)
	a := h.Push("library", "team/app", "1.0", fakeharbor.Image{Config: map[string]any{"Entrypoint": []string{"/app"}, "Cmd": []string{"-v", "two words"}, "Env": []string{"A=b", "DB_PASSWORD=env-canary"}, "User": "7", "WorkingDir": "/w"}})
	h.Queues = []*fakeharbor.Queue{{Type: "IMAGE_SCAN", Count: 2, Latency: 60}}
	h.Workers = []*fakeharbor.Worker{{ID: "1", Job: "IMAGE_SCAN", JobID: "j1", Start: time.Now()}}
	h.JobLogs["j1"] = "one\n\x1b[31mtwo\n"
	h.FailEarly(h.AddPolicy(fakeharbor.Policy{Name: "copy"}), "unreachable")
	b, secrets := newRegistryBench(t)
	host := strings.TrimPrefix(h.URL, "http://")
	if id := b.from(fakeharbor.Password+"\r\n").must(t, "registry", "add", h.URL, "--user", "admin", "--password-stdin", "--name", "ours"); id != host+"\n" || len(secrets.Names()) != 1 {
		t.Fatalf("added %q", id)
	}
	var rows []connectionRow
	if err := json.Unmarshal([]byte(b.must(t, "registry", "list", "--json")), &rows); err != nil || len(rows) != 1 || rows[0].Kind != registry.KindHarbor || rows[0].Version != h.Version || rows[0].User != "admin" {
		t.Errorf("%+v, %v", rows, err)
	}
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"list"}, []string{host, "harbor v2.15.2", "admin"}},
		{[]string{"browse", "ours"}, []string{"library", "public"}},
		{[]string{"browse", host, "library"}, []string{"library/team/app", "1"}},
		{[]string{"browse", "ours", "library/team/app"}, []string{"1.0", a.Digest[:19], "IMAGE", "linux/amd64"}},
		{[]string{"browse", "ours", "--search", "app"}, []string{"library/team/app"}},
		{[]string{"inspect", host + "/library/team/app:1.0"}, []string{`["/app"]`, `["-v", "two words"]`, "DB_PASSWORD=***", a.Digest, "linux/amd64"}},
		{[]string{"browse", host + "/library/team/app:1.0"}, []string{"1.0", a.Digest[:19], "IMAGE"}},
		{[]string{"health", "ours"}, []string{"registryctl", "healthy"}},
		{[]string{"health", host + "/library/team/app"}, []string{"registryctl", "healthy"}},
		{[]string{"jobs", host + "/library/team/app:1.0"}, []string{"1 of 1 workers are busy"}},
		{[]string{"jobs", "ours"}, []string{"1 of 1 workers are busy", "--log j1", "waiting", "IMAGE_SCAN", "failed", "REPLICATION"}},
		{[]string{"jobs", "ours", "--log", "j1"}, []string{"one\n[31mtwo\n"}},
		{[]string{"replications", "ours"}, []string{"1 runs, 1 failures", "copy", "(no task)", "unreachable"}},
		{[]string{"doctor", "ours"}, []string{"ok       credential", "a user"}},
	} {
		out := b.must(t, append([]string{"registry"}, c.args...)...)
		for _, w := range c.want {
			if !strings.Contains(out, w) {
				t.Errorf("%v lacks %q:\n%s", c.args, w, out)
			}
		}
		if strings.Contains(out+b.err.String(), "canary") || strings.Contains(out, "\x1b") {
			t.Errorf("%v: %s%s", c.args, out, b.err.String())
		}
	}
	b.must(t, "registry", "remove", "ours")
	if len(secrets.Names()) != 0 || b.must(t, "registry", "list", "--json") != "[]\n" {
		t.Error("something is left")
	}
}

// TestRegistryPlace: a host is one, and everything else is what docker pull would
// make of it.
func TestRegistryPlace(t *testing.T) {
	for text, want := range map[string]string{
		"harbor.example": "harbor.example ", "harbor.example:8443": "harbor.example:8443 ", "https://h": "https://h ", "localhost:5000": "localhost:5000 ", "[::1]:5000": "[::1]:5000 ",
		"alpine": "docker.io library/alpine", "alpine:3": "docker.io library/alpine", "library/alpine": "docker.io library/alpine", "grafana/grafana:11": "docker.io grafana/grafana",
		"harbor.example/p/r:1": "harbor.example p/r", "localhost:5000/a@sha256:" + strings.Repeat("a", 64): "localhost:5000 a", "A B": "A B ",
	} {
		if host, repo := registryPlace(text); host+" "+repo != want {
			t.Errorf("%q: %q, want %q", text, host+" "+repo, want)
		}
	}
}

// TestInspectJSON has what scripts need, with the environment hidden unless
// --reveal is given.
func TestInspectJSON(t *testing.T) {
	h := fakeharbor.New(t)
	amd := h.Push("library", "app", "", fakeharbor.Image{OS: "linux", Arch: "amd64", Config: map[string]any{"Entrypoint": []string{"/x"}, "Env": []string{"TOKEN=env-canary"}}})
	arm := h.Push("library", "app", "", fakeharbor.Image{OS: "linux", Arch: "arm64", Config: map[string]any{"Cmd": []string{"/y"}}})
	h.PushIndex("library", "app", "latest", amd, arm)
	b, _ := newRegistryBench(t)
	ref := strings.TrimPrefix(h.URL, "http://") + "/library/app"
	for _, c := range []struct{ platform, digest, env string }{{"linux/amd64", amd.Digest, "TOKEN=***"}, {"linux/arm64", arm.Digest, ""}} {
		var got map[string]any
		if err := json.Unmarshal([]byte(b.must(t, "registry", "inspect", ref, "--platform", c.platform, "--json")), &got); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"digest", "platform", "entrypoint", "cmd", "env", "user", "workdir"} {
			if _, ok := got[key]; !ok {
				t.Errorf("%s: no %q in %v", c.platform, key, got)
			}
		}
		if got["digest"] != c.digest || got["platform"] != c.platform {
			t.Errorf("%v", got)
		}
		if env, _ := got["env"].([]any); c.env != "" && (len(env) != 1 || env[0] != c.env) {
			t.Errorf("env %v", got["env"])
		}
	}
	if out := b.must(t, "registry", "inspect", ref+"@"+amd.Digest, "--reveal", "--json"); !strings.Contains(out, "TOKEN=env-canary") {
		t.Errorf("%s", out)
	}
	if code := b.run(t, "registry", "inspect", ref, "--platform", "plan9/mips", "--json"); code != exitFailed || !strings.Contains(b.err.String(), `"cause":"not-found"`) || !strings.Contains(b.err.String(), "linux/arm64") {
		t.Errorf("%d: %s", code, b.err.String())
	}
}

// TestInspectRefused foretells what a pull would meet, with exit code 1.
func TestInspectRefused(t *testing.T) {
	h := fakeharbor.New(t)
	h.Projects[0].Metadata["prevent_vul"], h.Projects[0].Metadata["severity"] = "true", "high"
	a := h.Push("library", "app", "1", fakeharbor.Image{})
	a.Scan = &fakeharbor.Scan{Status: "Success", Vulns: []fakeharbor.Vuln{{ID: "CVE-2026-7", Package: "zlib", Version: "1", Fix: "2", Severity: "Critical"}}}
	b, _ := newRegistryBench(t)
	b.from(fakeharbor.Password).must(t, "registry", "add", h.URL, "--user", "admin", "--password-stdin")
	ref := strings.TrimPrefix(h.URL, "http://") + "/library/app:1"
	if code := b.run(t, "registry", "inspect", ref, "--cves"); code != exitNotWell || !strings.Contains(b.out.String(), "CVE-2026-7 Critical in zlib 1, fixed in 2") {
		t.Errorf("%d: %s", code, b.out.String())
	}
	h.Push("library", "app", "2", fakeharbor.Image{}).Scan = &fakeharbor.Scan{Status: "Success"}
	h.PushOther("library", "chart", "1", "CHART", map[string]any{"name": "shop", "version": "1.8.0", "appVersion": "2.4"}).Additions = map[string]string{"readme.md": "x"}
	for name, want := range map[string]string{"app:2": "pull        no rule of the project refuses it", "chart:1": "app version 2.4\ntexts       readme.md"} {
		if out := b.must(t, "registry", "inspect", strings.Replace(ref, "app:1", name, 1)); !strings.Contains(out, want) {
			t.Errorf("%s: %s", name, out)
		}
	}
	if code := b.run(t, "registry", "inspect", ref, "--json"); code != exitNotWell || !strings.Contains(b.out.String(), `"rule": "severity"`) {
		t.Errorf("%d: %s", code, b.out.String())
	}
}

// TestRegistryErrors: codes and words of what does not work.
func TestRegistryErrors(t *testing.T) {
	h := fakeharbor.New(t)
	b, _ := newRegistryBench(t)
	if code := b.from("wrong-canary").run(t, "registry", "add", h.URL, "--user", "admin", "--password-stdin", "--json"); code != exitFailed || !strings.Contains(b.err.String(), `"cause":"credential"`) || strings.Contains(b.err.String(), "canary") {
		t.Errorf("%d: %s", code, b.err.String())
	}
	if out := b.must(t, "registry", "list", "--json"); out != "[]\n" {
		t.Errorf("kept what was refused: %s", out)
	}
	// Kept unseen; then only the first verb tries it.
	b.from("wrong").must(t, "registry", "add", h.URL, "--user", "admin", "--password-stdin", "--check=false")
	before := h.FailedLogins()
	for range 3 {
		if code := b.run(t, "registry", "browse", h.URL); code != exitFailed {
			t.Errorf("exit code %d", code)
		}
	}
	if code := b.run(t, "registry", "doctor", h.URL); code != exitNotWell || !strings.Contains(b.out.String(), "not tried since") {
		t.Errorf("%d: %s", code, b.out.String())
	}
	if n := h.FailedLogins() - before; n != 1 {
		t.Errorf("%d failed logins, want 1", n)
	}
	if code := b.run(t, "registry", "doctor", h.URL, "--retry", "--json"); code != exitNotWell || h.FailedLogins()-before != 2 {
		t.Errorf("%d, %d failed logins", code, h.FailedLogins()-before)
	}
	var lines []doctor.Line
	if err := json.Unmarshal(b.out.Bytes(), &lines); err != nil || len(lines) != len(doctor.Steps) {
		t.Errorf("%d lines, %v", len(lines), err)
	}
	if out := b.must(t, "registry", "list"); !strings.Contains(out, "credential refused") {
		t.Errorf("%s", out)
	}
	h.Components["trivy"] = "gone"
	if code := b.run(t, "registry", "health", h.URL); code != exitNotWell || !strings.Contains(b.out.String(), "gone") {
		t.Errorf("%d: %s%s", code, b.out.String(), b.err.String())
	}
	for _, args := range [][]string{
		{"registry", "nonsense"}, {"registry", "add"}, {"registry", "add", "a", "b"}, {"registry", "add", "h.test", "--user", "x"}, {"registry", "add", "h.test", "--docker", "--user", "x", "--password-stdin"},
		{"registry", "inspect", "a//b"}, {"registry", "browse", "a", "b", "c"}, {"registry", "browse", "a", "--limit", "0"}, {"registry", "replications", "a", "--last", "1000"}, {"registry", "list", "x"}, {"registry", "health"},
	} {
		if code := b.run(t, args...); code != exitUsage {
			t.Errorf("%v: exit code %d: %s", args, code, b.err.String())
		}
	}
	for _, args := range [][]string{{"registry", "remove", "absent"}, {"registry", "add", "http://registry.example"}, {"registry", "add", "h.test", "--fingerprint", "zz"}, {"registry", "add", "h.test", "--ca", "/absent"}} {
		if code := b.run(t, args...); code != exitFailed {
			t.Errorf("%v: exit code %d: %s", args, code, b.err.String())
		}
	}
}

// TestNoKeychainIsSaid, and the password is in no file.
func TestNoKeychainIsSaid(t *testing.T) {
	h := fakeharbor.New(t)
	b, secrets := newRegistryBench(t)
	secrets.Broken = true
	b.from(fakeharbor.Password).must(t, "registry", "add", h.URL, "--user", "admin", "--password-stdin")
	if !strings.Contains(b.err.String(), "no keychain") {
		t.Errorf("%s", b.err.String())
	}
	err := filepath.WalkDir(b.folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(fakeharbor.Password)) {
			t.Errorf("%s has the password in it", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestBrowseOther: a real registry that is no Harbor, over TLS.
func TestBrowseOther(t *testing.T) {
	ca := registrytest.NewCA(t)
	cert, key := ca.Certificate(t, registrytest.Leaf{})
	base := registrytest.Start(t, registrytest.Options{Basic: true, Cert: cert, Key: key})
	pushed := registrytest.Pusher{T: t, Base: base, CA: ca}.Push("team/app", "1", registrytest.Image{Config: map[string]any{"Entrypoint": []string{"/app"}}})
	b, _ := newRegistryBench(t)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte(ca.PEM), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := b.from(registrytest.Password).run(t, "registry", "add", base, "--user", registrytest.User, "--password-stdin", "--json"); code != exitFailed || !strings.Contains(b.err.String(), `"cause":"unknown-ca"`) {
		t.Errorf("%d: %s", code, b.err.String())
	}
	if code := b.from(registrytest.Password).run(t, "registry", "add", base, "--user", registrytest.User, "--password-stdin"); code != exitFailed || !strings.Contains(b.err.String(), "add --fingerprint ") || !strings.Contains(b.err.String(), "signed by CN=tacklebox test CA") {
		t.Errorf("%d: %s", code, b.err.String())
	}
	b.from(registrytest.Password).must(t, "registry", "add", base, "--user", registrytest.User, "--password-stdin", "--ca", file)
	host := strings.TrimPrefix(base, "https://")
	if out := b.must(t, "registry", "browse", host); !strings.Contains(out, "team/app") {
		t.Errorf("%s", out)
	}
	if out := b.must(t, "registry", "browse", host, "team/app"); !strings.Contains(out, "1") {
		t.Errorf("%s", out)
	}
	if out := b.must(t, "registry", "inspect", host+"/team/app:1", "--json"); !strings.Contains(out, pushed.Digest) {
		t.Errorf("%s", out)
	}
	if code := b.run(t, "registry", "health", host, "--json"); code != exitFailed || !strings.Contains(b.err.String(), `"cause":"unsupported"`) {
		t.Errorf("%d: %s", code, b.err.String())
	}
}

// TestAnotherHostWantsThePassword: the option to confirm it is named.
func TestAnotherHostWantsThePassword(t *testing.T) {
	tokens := registrytest.NewTokenServer(t)
	base := registrytest.Start(t, registrytest.Options{Tokens: tokens})
	b, _ := newRegistryBench(t)
	host := strings.TrimPrefix(tokens.URL, "http://")
	add := []string{"registry", "add", base, "--user", registrytest.User, "--password-stdin"}
	if code := b.from(registrytest.Password).run(t, add...); code != exitFailed || !strings.Contains(b.err.String(), "add --realm "+host) {
		t.Errorf("%d: %s", code, b.err.String())
	}
	b.from(registrytest.Password).must(t, append(add, "--realm", host)...)
}

// TestDoctorAsksTheEngine, whose trust is its own, and with a credential only
// once that is known to be good.
func TestDoctorAsksTheEngine(t *testing.T) {
	h := fakeharbor.New(t)
	host := strings.TrimPrefix(h.URL, "http://")
	b, _ := newRegistryBench(t)
	b.from(fakeharbor.Password).must(t, "registry", "add", h.URL, "--user", "admin", "--password-stdin")
	b.engine.registryErr = &containers.Error{Op: "reach registry", Object: host, Cause: containers.CauseTLS, Err: errors.New("x509: unknown authority")}
	if code := b.run(t, "registry", "doctor", host); code != exitNotWell || !strings.Contains(b.out.String(), "certs.d/"+host+"/ca.crt") || b.engine.askedRegistry != host+" as admin" {
		t.Errorf("%d, asked %q: %s", code, b.engine.askedRegistry, b.out.String())
	}
	b.engine.registryErr = nil
	if out := b.must(t, "registry", "doctor", host); !strings.Contains(out, "trusts it") {
		t.Errorf("%s", out)
	}
	for cause, want := range map[containers.Cause]doctor.EngineKind{
		containers.CausePlainHTTP: doctor.EnginePlain, containers.CauseAuth: doctor.EngineRefused, containers.CauseDNS: doctor.EngineCannot, containers.CauseNoEngine: doctor.EngineUnknown,
	} {
		if got := engineAnswer(&containers.Error{Cause: cause, Err: errors.New("x")}); got.Kind != want {
			t.Errorf("%s: %s, want %s", cause, got.Kind, want)
		}
	}
}

// TestDebugTakesCredentialsFromHere: the engine is given those of the connection.
func TestDebugTakesCredentialsFromHere(t *testing.T) {
	h := fakeharbor.New(t)
	b, _ := newRegistryBench(t)
	b.from(fakeharbor.Password).must(t, "registry", "add", h.URL, "--user", "admin", "--password-stdin")
	b.must(t, "debug", "list")
	a, ok, err := b.options.Credential(t.Context(), strings.TrimPrefix(h.URL, "http://"))
	if err != nil || !ok || a.Username != "admin" || a.Password != fakeharbor.Password {
		t.Errorf("%v, %v", ok, err)
	}
	if _, ok, err := b.options.Credential(t.Context(), "docker.io"); ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
}
