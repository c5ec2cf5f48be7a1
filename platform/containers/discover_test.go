package containers

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/client"

	"tacklebox/platform/containers/dockertest"
)

// home is a folder as the Docker CLI keeps it.
type home struct{ dir string }

func newHome(t testing.TB) home { return home{t.TempDir()} }

func (h home) write(t testing.TB, path, text string) {
	t.Helper()
	path = filepath.Join(h.dir, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (h home) config(t testing.TB, text string) { h.write(t, ".docker/config.json", text) }

func (h home) context(t testing.TB, name, host string) {
	t.Helper()
	meta, err := json.Marshal(map[string]any{"Name": name, "Metadata": map[string]any{},
		"Endpoints": map[string]any{"docker": map[string]any{"Host": host, "SkipTLSVerify": false}}})
	if err != nil {
		t.Fatal(err)
	}
	h.write(t, contextPath("meta", name, "meta.json"), string(meta))
}

func contextPath(kind, name string, rest ...string) string {
	sum := sha256.Sum256([]byte(name))
	return filepath.Join(append([]string{".docker", "contexts", kind, hex.EncodeToString(sum[:])}, rest...)...)
}

func discover(t testing.TB, o Options) []Endpoint {
	t.Helper()
	if o.Getenv == nil {
		o.Getenv = env()
	}
	eps, err := Discover(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return eps
}

func ids(eps []Endpoint) []string {
	var list []string
	for _, ep := range eps {
		list = append(list, ep.ID)
	}
	return list
}

// cliOrder are settings and what the CLI connects to with them.
var cliOrder = []struct {
	name    string
	current string
	env     []string
	host    string // "" is the default
	context string
	origin  Origin
}{
	{name: "nothing set", origin: OriginDefault},
	{name: "current context", current: "lab", host: "tcp://lab.test:2375", context: "lab", origin: OriginCurrent},
	{name: "current context is the default one", current: "default", origin: OriginDefault},
	{name: "DOCKER_CONTEXT before the current one", current: "lab", env: []string{"DOCKER_CONTEXT", "other"}, host: "tcp://other.test:2375", context: "other", origin: OriginDockerContext},
	{name: "DOCKER_CONTEXT is the default one", current: "lab", env: []string{"DOCKER_CONTEXT", "default"}, origin: OriginDockerContext},
	{name: "DOCKER_HOST before both", current: "lab", env: []string{"DOCKER_CONTEXT", "other", "DOCKER_HOST", "tcp://host.test:4000"}, host: "tcp://host.test:4000", origin: OriginDockerHost},
	{name: "DOCKER_HOST without a scheme", env: []string{"DOCKER_HOST", "host.test:4000"}, host: "tcp://host.test:4000", origin: OriginDockerHost},
	{name: "DOCKER_HOST without a port", env: []string{"DOCKER_HOST", "tcp://host.test"}, host: "tcp://host.test:2375", origin: OriginDockerHost},
	{name: "DOCKER_HOST a socket", env: []string{"DOCKER_HOST", "unix:///tmp/x.sock"}, host: "unix:///tmp/x.sock", origin: OriginDockerHost},
	{name: "DOCKER_HOST over ssh", env: []string{"DOCKER_HOST", "ssh://me@far.test"}, host: "ssh://me@far.test", origin: OriginDockerHost},
}

func TestOrderOfTheCLI(t *testing.T) {
	for _, tc := range cliOrder {
		t.Run(tc.name, func(t *testing.T) {
			h := newHome(t)
			h.context(t, "lab", "tcp://lab.test:2375")
			h.context(t, "other", "tcp://other.test:2375")
			if tc.current != "" {
				h.config(t, `{"currentContext": "`+tc.current+`"}`)
			}
			first := discover(t, Options{Home: h.dir, Getenv: env(tc.env...)})[0]
			want := tc.host
			if want == "" {
				want = client.DefaultDockerHost
			}
			if first.Host != want || first.Context != tc.context || first.Err != nil {
				t.Errorf("got %+v, want host %q, context %q", first, want, tc.context)
			}
			if first.Origin != tc.origin && tc.current != "default" {
				t.Errorf("origin %q, want %q", first.Origin, tc.origin)
			}
		})
	}
}

// TestSameAsTheRealCLI asks the docker command the same question.
func TestSameAsTheRealCLI(t *testing.T) {
	docker, err := exec.LookPath("docker")
	if err != nil {
		dockertest.Missing(t, "the docker command", "apt-get install docker.io")
	}
	for _, tc := range cliOrder {
		t.Run(tc.name, func(t *testing.T) {
			h := newHome(t)
			h.context(t, "lab", "tcp://lab.test:2375")
			h.context(t, "other", "tcp://other.test:2375")
			if tc.current != "" {
				h.config(t, `{"currentContext": "`+tc.current+`"}`)
			}
			cmd := exec.Command(docker, "context", "inspect", "--format", "{{.Name}} {{.Endpoints.docker.Host}}")
			cmd.Env = []string{"HOME=" + h.dir, "PATH=" + os.Getenv("PATH")}
			for i := 0; i < len(tc.env); i += 2 {
				cmd.Env = append(cmd.Env, tc.env[i]+"="+tc.env[i+1])
			}
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			name, host, _ := strings.Cut(lines[len(lines)-1], " ")
			first := discover(t, Options{Home: h.dir, Getenv: env(tc.env...)})[0]
			if name == "default" {
				name = ""
			}
			if first.Context != name || first.Host != host {
				t.Errorf("we take %q %q, the CLI %q %q", first.Context, first.Host, name, host)
			}
		})
	}
}

func TestExplicitChoice(t *testing.T) {
	h := newHome(t)
	h.context(t, "lab", "tcp://lab.test:2375")
	h.config(t, `{"currentContext": "lab"}`)
	for choice, want := range map[string]string{
		"context:lab":         "context:lab",
		"lab":                 "context:lab",
		"unix:///tmp/x.sock":  "unix:///tmp/x.sock",
		"default":             "tcp://host.test:4000",
		"tcp://somewhere.lan": "tcp://somewhere.lan:2375",
	} {
		eps := discover(t, Options{Home: h.dir, Explicit: choice, Getenv: env("DOCKER_HOST", "tcp://host.test:4000")})
		if eps[0].ID != want || eps[0].Origin != OriginExplicit || eps[0].Err != nil {
			t.Errorf("%q: %+v, want %q", choice, eps[0], want)
		}
		if !slices.Contains(ids(eps), "tcp://host.test:4000") || !slices.Contains(ids(eps), "context:lab") {
			t.Errorf("%q: the others are not listed: %v", choice, ids(eps))
		}
	}
	if eps := discover(t, Options{Home: h.dir, Context: "default", Getenv: env("DOCKER_HOST", "tcp://x:1")}); eps[0].ID != "tcp://x:1" {
		t.Errorf("--context default with DOCKER_HOST: %v", ids(eps))
	}
	if eps := discover(t, Options{Home: h.dir, Context: "lab", Getenv: env("DOCKER_HOST", "tcp://x:1")}); eps[0].ID != "context:lab" {
		t.Errorf("--context lab: %v", ids(eps))
	}
}

// TestBrokenConfiguration: what cannot be read is said, and the rest is listed.
func TestBrokenConfiguration(t *testing.T) {
	h := newHome(t)
	h.config(t, `{"currentContext": `)
	h.context(t, "good", "tcp://good.test:2375")
	h.write(t, contextPath("meta", "bad", "meta.json"), "{{{")
	h.write(t, contextPath("meta", "empty", "meta.json"), `{"Name":"empty","Endpoints":{}}`)
	h.write(t, contextPath("meta", "typed", "meta.json"), `{"Name":"typed","Endpoints":{"docker":{"Host":7}}}`)
	h.write(t, contextPath("meta", "scheme", "meta.json"), `{"Name":"scheme","Endpoints":{"docker":{"Host":"gopher://x"}}}`)
	eps := discover(t, Options{Home: h.dir})
	if eps[0].Host != client.DefaultDockerHost {
		t.Errorf("first is %+v; the CLI goes on with the default", eps[0])
	}
	broken := map[string]bool{}
	for _, ep := range eps {
		if ep.Err != nil {
			broken[ep.Name] = true
			wantCause(t, ep.Err, CauseConfig)
			a := Ask(t.Context(), ep, Options{Home: h.dir, Getenv: env()})
			if a.Problem != ProblemConfig || a.Err == nil {
				t.Errorf("asking %s: %q %v", ep.ID, a.Problem, a.Err)
			}
		}
	}
	for _, name := range []string{"config.json", "empty", "typed", "scheme"} {
		if !broken[name] {
			t.Errorf("%s is not listed as broken: %v", name, ids(eps))
		}
	}
	if len(broken) != 5 {
		t.Errorf("broken: %v", broken)
	}
	if !slices.Contains(ids(eps), "context:good") {
		t.Errorf("the good context is missing: %v", ids(eps))
	}
}

func TestOneBadAuthKeepsTheRest(t *testing.T) {
	h := newHome(t)
	h.config(t, `{"auths": {"x.test": {"auth": "%%%"}}, "currentContext": "lab"}`)
	h.context(t, "lab", "tcp://lab.test:2375")
	eps := discover(t, Options{Home: h.dir})
	if eps[0].ID != "context:lab" {
		t.Errorf("first: %+v", eps[0])
	}
	if !slices.ContainsFunc(eps, func(ep Endpoint) bool { return ep.ID == "config.json" && ep.Err != nil }) {
		t.Errorf("the bad entry is not told: %v", ids(eps))
	}
}

// TestMissingContext: a context that is asked for and not there is never replaced
// by another engine.
func TestMissingContext(t *testing.T) {
	h := newHome(t)
	for name, o := range map[string]Options{
		"DOCKER_CONTEXT": {Getenv: env("DOCKER_CONTEXT", "gone")},
		"--context":      {Context: "gone"},
		"explicit":       {Explicit: "context:gone"},
	} {
		o.Home = h.dir
		first := discover(t, o)[0]
		if first.Err == nil || !errors.Is(first.Err, fs.ErrNotExist) || first.Context != "gone" {
			t.Errorf("%s: %+v", name, first)
		}
	}
}

func TestParseHost(t *testing.T) {
	for in, want := range map[string]string{
		"unix://":                         "unix:///var/run/docker.sock",
		"unix:///a b":                     "unix:///a b",
		"npipe://":                        "npipe:////./pipe/docker_engine",
		`npipe:////./pipe\x`:              "npipe:////./pipe/x",
		"tcp://[::1]:1":                   "tcp://[::1]:1",
		"tcp://":                          "tcp://localhost:2375",
		":2375":                           "tcp://localhost:2375",
		"tcp://h:1/prefix":                "tcp://h:1/prefix",
		"ssh://u@h:22/run/docker.sock":    "ssh://u@h:22/run/docker.sock",
		"  unix:///x  ":                   "unix:///x",
		"https://h":                       "https://h:2376",
		"tcp://h:99999":                   "",
		"tcp://u:p@h:1":                   "",
		"fd://":                           "",
		"unix://relative":                 "",
		"ssh://":                          "",
		"tcp://h:1?x=y":                   "",
		"\x1b[2Jtcp://h":                  "",
		"tcp://h:1/\nHost: evil":          "",
		"gopher://h":                      "",
		"unix:///x\x00/y":                 "",
		"tcp://h:port":                    "",
		strings.Repeat("x", 5000) + "://": "",
	} {
		if runtime.GOOS == "windows" && in == "unix://" {
			continue
		}
		got, err := parseHost(in, false)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v, want %q", in, got, err, want)
		}
	}
	if got, _ := parseHost("tcp://h", true); got != "tcp://h:2376" {
		t.Errorf("with TLS: %q", got)
	}
}

// listen makes a socket that answers nothing.
func listen(t testing.TB, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
}

func TestKnownPlacesAreFound(t *testing.T) {
	if runtime.GOOS != "linux" {
		dockertest.Missing(t, "Linux", "these are its places")
	}
	dir, err := os.MkdirTemp("", "tbh") // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	run := filepath.Join(dir, "run")
	for _, path := range []string{"run/docker.sock", "run/podman/podman.sock", ".docker/desktop/docker.sock", ".colima/default/docker.sock",
		".colima/other/docker.sock", ".config/colima/new/docker.sock", ".rd/docker.sock"} {
		listen(t, filepath.Join(dir, path))
	}
	if err := os.MkdirAll(filepath.Join(dir, ".colima", "_lima"), 0o700); err != nil {
		t.Fatal(err)
	}
	h := home{dir}
	h.context(t, "colima", "unix://"+filepath.Join(dir, ".colima/default/docker.sock"))
	eps := discover(t, Options{Home: dir, Getenv: env("XDG_RUNTIME_DIR", run)})
	names := map[string]Origin{}
	for _, ep := range eps {
		names[ep.Name] = ep.Origin
	}
	for _, want := range []string{"rootless", "Podman rootless", "Docker Desktop", "colima other", "colima new", "Rancher Desktop"} {
		if names[want] != OriginProbed {
			t.Errorf("%s is missing: %v", want, names)
		}
	}
	if names["colima"] != OriginContext {
		t.Errorf("colima's context has its socket listed twice: %v", names)
	}
}

func FuzzParseHost(f *testing.F) {
	for _, s := range []string{"unix:///var/run/docker.sock", "tcp://h:1", ":2375", "ssh://u@h/p", "npipe:////./pipe/x", "tcp://[::1"} {
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, in string, overTLS bool) {
		host, err := parseHost(in, overTLS)
		if err != nil {
			return
		}
		if again, err := parseHost(host, overTLS); err != nil || again != host {
			t.Errorf("%q gives %q, which gives %q, %v", in, host, again, err)
		}
		if host != printable(host, 1<<20) {
			t.Errorf("%q keeps control characters", host)
		}
	})
}

func FuzzParseContext(f *testing.F) {
	f.Add([]byte(`{"Name":"lab","Endpoints":{"docker":{"Host":"tcp://h:1","SkipTLSVerify":true}}}`))
	f.Add([]byte(`{"Name":"lab","Endpoints":{"docker":null}}`))
	f.Add([]byte(`{"Name":"../../x","Endpoints":{"docker":{}}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		ep, err := parseContext(content)
		if err == nil && (ep.Host == "" || ep.Context == "" || strings.ContainsAny(ep.Context, `/\`)) {
			t.Errorf("%+v", ep)
		}
	})
}
