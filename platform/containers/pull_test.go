package containers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/image"
	"go.uber.org/goleak"

	"tacklebox/platform/containers/dockertest"
)

func removeImageOf(t testing.TB, d *dockertest.Daemon, ref string) {
	t.Helper()
	_, _ = d.Client().ImageRemove(context.Background(), ref, image.RemoveOptions{Force: true})
}

func authJSON(host, user, password string) string {
	return fmt.Sprintf(`{"auths": {%q: {"auth": %q}}}`, host, base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
}

func TestPullFromARegistry(t *testing.T) {
	d := dockertest.Engine(t)
	local := dockertest.Image(t, d, dockertest.Busybox)
	registry := dockertest.Registry(t, dockertest.RegistryOptions{})
	ref := dockertest.Push(t, d, local, registry, "team/app:1", false)
	// An engine that has the layer already would not load it.
	e := connected(t, dockertest.Private(t, dockertest.Options{}).Host)
	var steps []PullProgress
	if err := e.Pull(t.Context(), ref, "", func(p PullProgress) { steps = append(steps, p) }); err != nil {
		t.Fatal(err)
	}
	if len(steps) == 0 {
		t.Fatal("no progress")
	}
	last := steps[len(steps)-1]
	if len(last.Layers) != 1 || !last.Layers[0].Done || last.Current != last.Total || !strings.HasPrefix(last.Message, "Status:") {
		t.Errorf("at the end: %+v", last)
	}
	if _, err := e.Image(t.Context(), ref); err != nil {
		t.Error(err)
	}
	// Again, with everything there.
	if err := e.Pull(t.Context(), ref, "", nil); err != nil {
		t.Error(err)
	}
}

// TestPullWithPodman: the same through podman, whose stream has other words.
func TestPullWithPodman(t *testing.T) {
	docker := dockertest.Engine(t)
	local := dockertest.Image(t, docker, dockertest.Busybox)
	open := dockertest.Registry(t, dockertest.RegistryOptions{})
	closed := dockertest.Registry(t, dockertest.RegistryOptions{Auth: true})
	slow, asked, gone := slowRegistry(t)
	ref := dockertest.Push(t, docker, local, open, "team/app:1", false)
	private := dockertest.Push(t, docker, local, closed, "team/private:1", true)
	podman := dockertest.Podman(t, open, closed, slow)
	h := newHome(t)
	h.config(t, authJSON(closed, dockertest.RegistryUser, dockertest.RegistryPassword))
	e := connectedWith(t, podman.Host, Options{Home: h.dir})

	var last PullProgress
	if err := e.Pull(t.Context(), ref, "", func(p PullProgress) { last = p }); err != nil {
		t.Fatal(err)
	}
	if len(last.Layers) == 0 || !last.Layers[0].Done {
		t.Errorf("at the end: %+v", last)
	}
	if err := e.Pull(t.Context(), private, "", nil); err != nil {
		t.Errorf("with an account: %v", err)
	}
	for ref, want := range map[string]Cause{
		open + "/nothing:1":  CauseNoImage,
		open + "/team/app:2": CauseNoImage,
		closed + "/other:1":  CauseNoImage,
		"nosuch.invalid/x:1": CauseDNS,
		"127.0.0.1:1/x:1":    CauseNoNetwork,
		"UPPER":              CauseBadReference,
	} {
		err := e.Pull(t.Context(), ref, "", nil)
		t.Log(err)
		if CauseOf(err) != want {
			t.Errorf("%s: cause %q, want %q: %v", ref, CauseOf(err), want, err)
		}
	}
	h.config(t, `{}`)
	err := e.Pull(t.Context(), private, "", nil)
	t.Log(err)
	wantCause(t, err, CauseAuth)

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Pull(ctx, slow+"/x:1", "", nil) }()
	<-asked
	cancel()
	wantCause(t, <-done, CauseCancelled)
	select {
	case <-gone:
	case <-time.After(20 * time.Second):
		t.Error("podman goes on pulling")
	}
}

func TestPullWithAnAccount(t *testing.T) {
	d := dockertest.Engine(t)
	local := dockertest.Image(t, d, dockertest.Busybox)
	registry := dockertest.Registry(t, dockertest.RegistryOptions{Auth: true})
	ref := dockertest.Push(t, d, local, registry, "team/private:1", true)
	t.Cleanup(func() { removeImageOf(t, d, ref) })
	good := authJSON(registry, dockertest.RegistryUser, dockertest.RegistryPassword)
	bin := helperBin(t)
	for _, tc := range []struct {
		name   string
		config string
		env    []string
		login  string
		cause  Cause
	}{
		{name: "auths", config: good},
		{name: "auths by URL", config: authJSON("https://"+registry+"/v1/", dockertest.RegistryUser, dockertest.RegistryPassword)},
		{name: "nothing", config: `{}`, cause: CauseAuth},
		{name: "wrong password", config: authJSON(registry, dockertest.RegistryUser, "wrong"), cause: CauseAuth},
		{name: "DOCKER_AUTH_CONFIG before a wrong file", config: authJSON(registry, "x", "y"), env: []string{"DOCKER_AUTH_CONFIG", good}},
		{name: "credsStore on the login shell's PATH", config: `{"credsStore": "good"}`, login: bin},
		{name: "credHelpers before credsStore", config: `{"credsStore": "broken", "credHelpers": {"` + registry + `": "good"}}`, login: bin},
		{name: "helper not installed", config: `{"credsStore": "absent"}`, cause: CauseHelper},
		{name: "helper fails", config: `{"credsStore": "broken"}`, login: bin, cause: CauseHelper},
		{name: "config.json broken", config: `{"auths": `, cause: CauseHelper},
	} {
		t.Run(tc.name, func(t *testing.T) {
			removeImageOf(t, d, ref)
			h := newHome(t)
			h.config(t, tc.config)
			before, _ := os.ReadFile(filepath.Join(h.dir, ".docker/config.json"))
			o := Options{Home: h.dir, Getenv: env(tc.env...)}
			if tc.login != "" {
				o.LoginPath = func() string { return tc.login }
			}
			e := connectedWith(t, d.Host, o)
			err := e.Pull(t.Context(), ref, "", nil)
			wantCause(t, err, tc.cause)
			if err != nil && (strings.Contains(err.Error(), dockertest.RegistryPassword) || err.(*Error).Hint == "") {
				t.Errorf("%v", err)
			}
			after, _ := os.ReadFile(filepath.Join(h.dir, ".docker/config.json"))
			if string(before) != string(after) {
				t.Error("config.json was written")
			}
		})
	}
}

// TestBrokenHelperDoesNotBlock: a public image comes, and the helper is told.
func TestBrokenHelperDoesNotBlock(t *testing.T) {
	d := dockertest.Engine(t)
	local := dockertest.Image(t, d, dockertest.Busybox)
	registry := dockertest.Registry(t, dockertest.RegistryOptions{})
	ref := dockertest.Push(t, d, local, registry, "public:1", false)
	t.Cleanup(func() { removeImageOf(t, d, ref) })
	h := newHome(t)
	h.config(t, `{"credsStore": "absent"}`)
	e := connectedWith(t, d.Host, Options{Home: h.dir})
	var last PullProgress
	if err := e.Pull(t.Context(), ref, "", func(p PullProgress) { last = p }); err != nil {
		t.Fatal(err)
	}
	if len(last.Warnings) != 1 || !strings.Contains(last.Warnings[0], "docker-credential-absent") {
		t.Errorf("warnings: %q", last.Warnings)
	}
}

func TestPullErrors(t *testing.T) {
	d := dockertest.Engine(t)
	local := dockertest.Image(t, d, dockertest.Busybox)
	registry := dockertest.Registry(t, dockertest.RegistryOptions{})
	here := dockertest.Push(t, d, local, registry, "here:1", false)
	plain := dockertest.Registry(t, dockertest.RegistryOptions{Outside: true})
	unknown := dockertest.Registry(t, dockertest.RegistryOptions{Outside: true, TLS: true})
	limited := strings.TrimPrefix(serve(t, dockertest.Text(429, "application/json", `{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit"}]}`)), "tcp://")
	denied := strings.TrimPrefix(serve(t, dockertest.Text(403, "application/json", `{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}`)), "tcp://")
	index := registryWithIndex(t)
	e := connected(t, d.Host)
	for _, tc := range []struct {
		name, ref, platform string
		cause               Cause
	}{
		{"malformed", "UPPER//case", "", CauseBadReference},
		{"escapes", "x\x1b[2J", "", CauseBadReference},
		{"empty", "", "", CauseBadReference},
		{"no such repository", registry + "/nothing:1", "", CauseNoImage},
		{"no such tag", registry + "/here:2", "", CauseNoImage},
		{"no such digest", registry + "/here@sha256:" + strings.Repeat("0", 64), "", CauseNoImage},
		{"no such platform", index + "/multi:1", "linux/s390x", CausePlatform},
		{"malformed platform", here, "no/such/platform/at/all", CausePlatform},
		{"rate limit", limited + "/x:1", "", CauseRateLimit},
		{"denied", denied + "/x:1", "", CauseDenied},
		{"http where https is wanted", plain + "/x:1", "", CausePlainHTTP},
		{"unknown authority", unknown + "/x:1", "", CauseTLS},
		{"unknown name", "nosuch.invalid/x:1", "", CauseDNS},
		{"nothing listens", "127.0.0.1:1/x:1", "", CauseNoNetwork},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
			defer cancel()
			err := e.Pull(ctx, tc.ref, tc.platform, nil)
			t.Log(err)
			wantCause(t, err, tc.cause)
			var own *Error
			if !errors.As(err, &own) || own.Hint == "" || strings.Contains(err.Error(), "\x1b") {
				t.Errorf("%q", err)
			}
		})
	}
}

// TestPullThroughADeadProxy: the engine's proxy is told from the registry.
func TestPullThroughADeadProxy(t *testing.T) {
	d := dockertest.Private(t, dockertest.Options{Env: []string{"HTTPS_PROXY=http://127.0.0.1:1", "HTTP_PROXY=http://127.0.0.1:1"}})
	err := connected(t, d.Host).Pull(t.Context(), "registry.test/x:1", "", nil)
	t.Log(err)
	wantCause(t, err, CauseProxy)
}

// registryWithIndex is a registry with one image for two platforms.
func registryWithIndex(t testing.TB) string {
	t.Helper()
	index := `{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json","manifests":[
	{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","size":2,"digest":"sha256:` + strings.Repeat("1", 64) + `","platform":{"architecture":"ppc64le","os":"linux"}},
	{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","size":2,"digest":"sha256:` + strings.Repeat("2", 64) + `","platform":{"architecture":"mips64","os":"linux"}}]}`
	return strings.TrimPrefix(serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/manifests/") {
			w.Header().Set("Content-Type", "application/vnd.docker.distribution.manifest.list.v2+json")
			_, _ = io.WriteString(w, index)
			return
		}
		_, _ = io.WriteString(w, "{}")
	}), "tcp://")
}

// TestCancelledPull: the engine gives up, too: the registry sees its connection
// go, and nothing of ours is left.
func TestCancelledPull(t *testing.T) {
	d := dockertest.Engine(t)
	registry, asked, gone := slowRegistry(t)
	e := connected(t, d.Host)
	before := goleak.IgnoreCurrent()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Pull(ctx, registry+"/x:1", "", nil) }()
	<-asked
	cancel()
	select {
	case err := <-done:
		wantCause(t, err, CauseCancelled)
	case <-time.After(5 * time.Second):
		t.Fatal("Pull goes on")
	}
	_ = e.Close()
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("net/http.(*conn).serve"), goleak.IgnoreAnyFunction("net/http.(*connReader).backgroundRead"))
	select {
	case <-gone:
	case <-time.After(20 * time.Second):
		t.Error("the engine goes on pulling")
	}
}

// slowRegistry has an image with a layer that never ends. asked is told when the
// layer is asked for and gone when its connection ends.
func slowRegistry(t testing.TB) (host string, asked, gone chan struct{}) {
	t.Helper()
	asked, gone = make(chan struct{}, 16), make(chan struct{}, 16)
	config := `{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:` + strings.Repeat("b", 64) + `"]}}`
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(config)))
	const size = 1 << 30
	manifest := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json",
	"config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":%d,"digest":%q},
	"layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":%d,"digest":"sha256:%s"}]}`,
		len(config), digest, size, strings.Repeat("a", 64))
	host = strings.TrimPrefix(serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.Contains(r.URL.Path, "/manifests/"):
			w.Header().Set("Content-Type", "application/vnd.docker.distribution.manifest.v2+json")
			_, _ = io.WriteString(w, manifest)
		case strings.HasSuffix(r.URL.Path, digest):
			_, _ = io.WriteString(w, config)
		case strings.Contains(r.URL.Path, "/blobs/"):
			asked <- struct{}{}
			w.Header().Set("Content-Length", strconv.Itoa(size))
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-tick.C:
					_, _ = w.Write(make([]byte, 1024))
					w.(http.Flusher).Flush()
				case <-r.Context().Done():
					gone <- struct{}{}
					return
				}
			}
		default:
			_, _ = io.WriteString(w, "{}")
		}
	}), "tcp://")
	return host, asked, gone
}

// lines is a handler that streams messages, each on a line.
func lines(messages ...string) http.HandlerFunc {
	return dockertest.Text(200, "application/json", strings.Join(messages, "\r\n")+"\r\n")
}

func TestPullStreams(t *testing.T) {
	found := dockertest.JSON(map[string]any{"Id": "sha256:1"})
	for _, tc := range []struct {
		name   string
		stream http.HandlerFunc
		found  bool
		cause  Cause
		says   string
	}{
		{"error after other messages", lines(`{"status":"Pulling from x","id":"1"}`, `{"errorDetail":{"message":"toomanyrequests: slow down"},"error":"toomanyrequests: slow down"}`), true, CauseRateLimit, "slow down"},
		{"messages after the error are read", lines(`{"error":"unauthorized: authentication required"}`, `{"status":"x"}`), true, CauseAuth, ""},
		{"ends before the image is there", lines(`{"status":"Pulling from x","id":"1"}`), false, CauseTruncated, "stopped before"},
		{"cut in a message", dockertest.Text(200, "application/json", `{"status":"Pull`), true, CauseTruncated, ""},
		{"not JSON", dockertest.Text(200, "application/json", `<<<`), true, CauseNotEngine, ""},
		{"a web page", dockertest.Text(200, "text/html", `<title>Proxy</title>`), true, CauseNotEngine, "Proxy"},
		{"connection lost", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"status":"Pulling from x"}`)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, true, CauseTruncated, ""},
		{"a message without end", func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"status":"`)
			chunk := strings.Repeat("x", 1<<16)
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, chunk); err != nil {
					return
				}
			}
		}, true, CauseNotEngine, "longer than"},
		{"escapes in an error", lines(`{"error":"\u001b]0;boo\u0007 denied: requested access to the resource is denied"}`), true, CauseDenied, ""},
		{"well", lines(`{"status":"Pulling from x","id":"1"}`, `{"status":"Status: Downloaded newer image for x:1"}`), true, CauseNone, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := dockertest.NewFake(t, "1.41")
			f.Handle("POST /images/create", tc.stream)
			if tc.found {
				f.Handle("GET /images/docker.io/library/x:1/json", found)
			}
			e := connected(t, f.Host)
			err := e.Pull(t.Context(), "x:1", "", nil)
			wantCause(t, err, tc.cause)
			if err != nil && (!strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "\x1b")) {
				t.Errorf("%q", err)
			}
		})
	}
}

// TestRegistryWords has the messages as engines send them.
func TestRegistryWords(t *testing.T) {
	for text, want := range map[string]Cause{
		"pull access denied for x, repository does not exist or may require 'docker login': denied: requested access to the resource is denied": CauseDenied,
		"manifest for alpine:nope not found: manifest unknown: manifest unknown":                                                                CauseNoImage,
		"Get \"https://r/v2/x/manifests/1\": unauthorized: authentication required":                                                             CauseAuth,
		"Head \"https://r/v2/x/manifests/1\": no basic auth credentials":                                                                        CauseAuth,
		"Get \"https://registry-1.docker.io/v2/\": unauthorized: incorrect username or password":                                                CauseAuth,
		"toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating":                                  CauseRateLimit,
		"no matching manifest for linux/arm64/v8 in the manifest list entries":                                                                  CausePlatform,
		"image with reference x was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64":                   CausePlatform,
		"Get \"https://r/v2/\": x509: certificate signed by unknown authority":                                                                  CauseTLS,
		"Get \"https://r/v2/\": tls: failed to verify certificate: x509: certificate has expired or is not yet valid":                           CauseTLS,
		"Get \"https://r/v2/\": http: server gave HTTP response to HTTPS client":                                                                CausePlainHTTP,
		"Get \"https://r/v2/\": dial tcp: lookup r on 10.0.0.1:53: no such host":                                                                CauseDNS,
		"Get \"https://r/v2/\": dial tcp: lookup r: Temporary failure in name resolution":                                                       CauseDNS,
		"Get \"https://r/v2/\": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)":       CauseNoNetwork,
		"Get \"https://r/v2/\": dial tcp 1.2.3.4:443: i/o timeout":                                                                              CauseNoNetwork,
		"Get \"https://r/v2/\": dial tcp 1.2.3.4:443: connect: connection refused":                                                              CauseNoNetwork,
		"Get \"https://r/v2/\": proxyconnect tcp: dial tcp 10.1.1.1:3128: connect: connection refused":                                          CauseProxy,
		"Get \"https://r/v2/\": Proxy Authentication Required":                                                                                  CauseProxy,
		"write /var/lib/docker/tmp/x: no space left on device":                                                                                  CauseNoSpace,
		"invalid reference format: repository name must be lowercase":                                                                           CauseBadReference,
		"initializing source docker://r/x:1: reading manifest 1 in r/x: name unknown: repository name not known to registry":                    CauseNoImage,
		"Error initializing source docker://r/x:1: pinging container registry r: Get \"https://r/v2/\": dial tcp: lookup r: no such host":       CauseDNS,
		"driver failed programming external connectivity on endpoint x: Bind for 0.0.0.0:80 failed: port is already allocated":                  CausePortTaken,
		"Conflict. The container name \"/x\" is already in use by container \"abc\"":                                                            CauseNameTaken,
		"invalid mount config for type \"bind\": bind source path does not exist: /nope":                                                        CauseMountMissing,
		"unable to find user nobodyx: no matching entries in passwd file":                                                                       CauseNoUser,
		"cannot exec in a deleted state: unknown":                                                                                               CauseNotRunning,
		"something new": CauseOther,
	} {
		if got := CauseOf(errors.New(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestPullState(t *testing.T) {
	s := &pullState{}
	for _, line := range []string{
		`{"status":"Pulling from library/x","id":"latest"}`,
		`{"status":"Pulling fs layer","progressDetail":{},"id":"a"}`,
		`{"status":"Pulling fs layer","progressDetail":{},"id":"b"}`,
		`{"status":"Already exists","progressDetail":{},"id":"c"}`,
		`{"status":"Downloading","progressDetail":{"current":10,"total":100},"id":"a"}`,
		`{"status":"Downloading","progressDetail":{"current":30,"total":50},"id":"b"}`,
		`{"status":"Download complete","progressDetail":{},"id":"a"}`,
		`{"status":"Extracting","progressDetail":{"current":5,"total":100},"id":"a"}`,
	} {
		var m pullMessage
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		s.take(m)
	}
	p := s.snapshot()
	if p.Current != 130 || p.Total != 150 || len(p.Layers) != 3 || !p.Layers[2].Done || p.Layers[0].Current != 5 || p.Message != "Pulling from library/x" {
		t.Errorf("%+v", p)
	}
}

func FuzzPullStream(f *testing.F) {
	f.Add([]byte(`{"status":"Downloading","progressDetail":{"current":1,"total":2},"id":"a"}{"error":"x"}`))
	f.Add([]byte(`{"status":"Pull complete","progressDetail":{"current":-1,"total":-9223372036854775808},"id":"a"}`))
	f.Fuzz(func(t *testing.T, stream []byte) {
		s := &pullState{}
		_ = followPull(strings.NewReader(string(stream)), s, func(p PullProgress) {
			if p.Current < 0 || p.Total < 0 || len(p.Layers) > maxLayers {
				t.Errorf("%+v", p)
			}
		})
	})
}
