package containers

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"go.uber.org/goleak"

	"tacklebox/platform/containers/dockertest"
)

// makeContainer creates a container that goes away with the test.
func makeContainer(t testing.TB, d *dockertest.Daemon, c *container.Config, h *container.HostConfig, start bool) string {
	t.Helper()
	api := d.Client()
	if h == nil {
		h = &container.HostConfig{NetworkMode: "none"}
	}
	made, err := api.ContainerCreate(t.Context(), c, h, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = api.ContainerRemove(context.Background(), made.ID, container.RemoveOptions{Force: true, RemoveVolumes: true})
	})
	if start {
		done, failed := api.ContainerWait(t.Context(), made.ID, container.WaitConditionNotRunning)
		if !slices.Contains([]string(c.Cmd), "stay") {
			done, failed = api.ContainerWait(t.Context(), made.ID, container.WaitConditionNextExit)
		}
		err := api.ContainerStart(t.Context(), made.ID, container.StartOptions{})
		if slices.Contains([]string(c.Cmd), "stay") {
			if err != nil {
				t.Fatal(err)
			}
			return made.ID
		}
		if err == nil {
			select {
			case <-done:
			case err := <-failed:
				t.Fatal(err)
			}
		}
	}
	return made.ID
}

func find(t testing.TB, e *Engine, id string) Container {
	t.Helper()
	list, err := e.Containers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(list, func(c Container) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("container %s is not listed", id)
	}
	return list[i]
}

// onBoth runs a test on Docker and on Podman.
func onBoth(t *testing.T, test func(t *testing.T, d *dockertest.Daemon)) {
	t.Run("Docker", func(t *testing.T) { test(t, dockertest.Engine(t)) })
	t.Run("Podman", func(t *testing.T) { test(t, dockertest.Podman(t)) })
}

func TestContainers(t *testing.T) {
	onBoth(t, func(t *testing.T, d *dockertest.Daemon) {
		ref := dockertest.Image(t, d, dockertest.Busybox)
		e := connectedWith(t, d.Host, Options{User: "me", Host: "here"})
		created := makeContainer(t, d, &container.Config{Image: ref}, nil, false)
		exited := makeContainer(t, d, &container.Config{Image: ref, Cmd: []string{"sh", "-c", "exit 127"}}, nil, true)
		ours := map[string]string{LabelKind: KindDebug, LabelSession: "s1", LabelUser: "me", LabelHost: "here", LabelDataDir: e.opts.DataDir,
			LabelSource: "bb", LabelCreated: "2026-01-02T03:04:05Z"}
		others := map[string]string{LabelKind: KindDebug, LabelSession: "s2", LabelUser: "you", LabelHost: "here", LabelDataDir: e.opts.DataDir}
		running := makeContainer(t, d, &container.Config{Image: ref, Cmd: []string{"sh", "-c", "exec sleep 600", "stay"}, Labels: ours}, nil, true)
		theirs := makeContainer(t, d, &container.Config{Image: ref, Labels: others}, nil, false)

		if c := find(t, e, created); c.State != "created" || c.Session != nil || c.Image == "" || c.Name == "" || time.Since(c.Created) > time.Hour {
			t.Errorf("created: %+v", c)
		}
		if c := find(t, e, exited); c.State != "exited" || c.ExitCode != 127 {
			t.Errorf("exited: %+v", c)
		}
		c := find(t, e, running)
		if c.State != "running" || c.Session == nil || !c.Session.Mine || c.Session.Source != "bb" || c.Session.Created.Year() != 2026 {
			t.Errorf("running: %+v %+v", c, c.Session)
		}
		if c := find(t, e, theirs); c.Session == nil || c.Session.Mine {
			t.Errorf("another user's: %+v", c.Session)
		}
		list, err := e.Containers(t.Context())
		if err != nil || !slices.IsSortedFunc(list, func(a, b Container) int { return b.Created.Compare(a.Created) }) {
			t.Errorf("not newest first: %v %v", list, err)
		}
	})
}

func TestExitCodeOf(t *testing.T) {
	for status, want := range map[string]int{
		"Exited (127) 3 minutes ago":        127,
		"Exited (0) Less than a second ago": 0,
		"Exited (-1) 2 days ago":            -1,
		"Exited (3221225786) 2 days ago":    3221225786, // Windows
		"Restarting (2) 1 second ago":       2,
		"Up 3 minutes (healthy)":            -99,
		"Up 3 minutes (Paused)":             -99,
		"Created":                           -99,
		"Dead":                              -99,
		"Exited":                            -99,
		"Exited (":                          -99,
		"Exited (x)":                        -99,
		"Exited (99999999999999999999)":     -99,
	} {
		got, ok := exitCodeOf(status)
		if !ok {
			got = -99
		}
		if got != want {
			t.Errorf("%q: %d, want %d", status, got, want)
		}
	}
}

// TestExitCodesAreAskedFor: where the list does not tell, a bounded number of
// inspects does.
func TestExitCodesAreAskedFor(t *testing.T) {
	f := dockertest.NewFake(t, "1.41")
	var rows []map[string]any
	for i := range maxInspects + 50 {
		id := fmt.Sprintf("%064d", i)
		rows = append(rows, map[string]any{"Id": id, "Names": []string{fmt.Sprintf("/c%d", i)}, "State": "dead", "Status": "Dead", "Created": i})
		f.Handle("GET /containers/"+id+"/json", dockertest.JSON(map[string]any{"Id": id, "State": map[string]any{"ExitCode": 9}, "Config": map[string]any{}}))
	}
	f.Handle("GET /containers/json", dockertest.JSON(rows))
	list, err := connected(t, f.Host).Containers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if list[0].ExitCode != 9 {
		t.Errorf("%+v", list[0])
	}
	var inspects int
	for _, r := range f.Seen() {
		if strings.Contains(r, "/json") && strings.Contains(r, "/containers/0") {
			inspects++
		}
	}
	if inspects != maxInspects {
		t.Errorf("%d inspects, want %d", inspects, maxInspects)
	}
}

func FuzzExitCodeOf(f *testing.F) {
	f.Add("Exited (127) 3 minutes ago")
	f.Add("Restarting (-1)")
	f.Fuzz(func(t *testing.T, status string) { exitCodeOf(status) })
}

func TestImages(t *testing.T) {
	onBoth(t, func(t *testing.T, d *dockertest.Daemon) {
		ref := dockertest.Image(t, d, dockertest.Env)
		e := connected(t, d.Host)
		detail, err := e.Image(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Join(detail.Command.Argv(), " ") != "/bin/sh" || detail.OS != "linux" || detail.Size == 0 || detail.Layers != 1 {
			t.Errorf("%+v", detail)
		}
		secret := map[string]bool{}
		for _, v := range detail.Env {
			secret[v.Name] = v.Secret
		}
		if !secret["DB_PASSWORD"] || secret["GREETING"] || len(secret) != 3 {
			t.Errorf("%+v", detail.Env)
		}
		list, err := e.Images(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(list, func(i Image) bool { return i.ID == detail.ID && len(i.Tags) == 1 }) {
			t.Errorf("%s is not in %v", detail.ID, list)
		}
		if byID, err := e.Image(t.Context(), detail.ID); err != nil || byID.ID != detail.ID {
			t.Errorf("by ID: %v %v", byID.ID, err)
		}
		_, err = e.Image(t.Context(), "tacklebox-test/nothing:1")
		wantCause(t, err, CauseNoImage)
		for _, bad := range []string{"", "../../containers/json", "UP per", "x\x1b"} {
			_, err = e.Image(t.Context(), bad)
			wantCause(t, err, CauseBadReference)
		}
	})
}

func TestImageKinds(t *testing.T) {
	d := dockertest.Engine(t)
	e := connected(t, d.Host)
	for kind, ok := range map[dockertest.Kind]func(ImageDetail) bool{
		dockertest.False:       func(i ImageDetail) bool { return strings.Join(i.Command.Entrypoint, " ") == "/bin/false" },
		dockertest.User:        func(i ImageDetail) bool { return i.Command.User == "65532" },
		dockertest.Volume:      func(i ImageDetail) bool { return slices.Equal(i.Volumes, []string{"/data"}) },
		dockertest.Healthcheck: func(i ImageDetail) bool { return strings.Join(i.Healthcheck, " ") == "CMD /bin/false" },
		dockertest.WorkDir:     func(i ImageDetail) bool { return i.Command.WorkDir == "/srv/app" },
	} {
		detail, err := e.Image(t.Context(), dockertest.Image(t, d, kind))
		if err != nil || !ok(detail) {
			t.Errorf("%s: %+v %v", kind, detail, err)
		}
	}
}

// TestImageWithoutConfig: a newer engine's inspect may have nothing but an ID.
func TestImageWithoutConfig(t *testing.T) {
	f := dockertest.NewFake(t, "1.51")
	f.Handle("GET /images/x/json", dockertest.JSON(map[string]any{"Id": "sha256:1"}))
	detail, err := connected(t, f.Host).Image(t.Context(), "x")
	if err != nil || detail.ID != "sha256:1" {
		t.Errorf("%+v %v", detail, err)
	}
}

func TestLogs(t *testing.T) {
	onBoth(t, func(t *testing.T, d *dockertest.Daemon) {
		ref := dockertest.Image(t, d, dockertest.Busybox)
		e := connected(t, d.Host)
		const script = "for i in 1 2 3; do echo out$i; done; echo err >&2"
		for _, tty := range []bool{false, true} {
			id := makeContainer(t, d, &container.Config{Image: ref, Tty: tty, Cmd: []string{"sh", "-c", script}}, nil, true)
			read := func(o LogOptions) string {
				r, err := e.Logs(t.Context(), id, o)
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				text, err := io.ReadAll(r)
				if err != nil {
					t.Fatal(err)
				}
				return strings.ReplaceAll(string(text), "\r", "")
			}
			all := strings.Fields(read(LogOptions{}))
			slices.Sort(all)
			if got := strings.Join(all, " "); got != "err out1 out2 out3" {
				t.Errorf("tty %v: %q", tty, got)
			}
			if got := strings.Count(read(LogOptions{Tail: 2}), "\n"); got != 2 {
				t.Errorf("tty %v: the last two lines are %d", tty, got)
			}
			if got := read(LogOptions{MaxBytes: 3}); len(got) != 3 {
				t.Errorf("tty %v: %q", tty, got)
			}
			stamped := read(LogOptions{Timestamps: true, Tail: 1})
			if _, err := time.Parse(time.RFC3339Nano, strings.Fields(stamped)[0]); err != nil {
				t.Errorf("tty %v: %q", tty, stamped)
			}
			if got := read(LogOptions{Since: time.Now().Add(time.Hour)}); got != "" {
				t.Errorf("tty %v: since tomorrow: %q", tty, got)
			}
		}
		_, err := e.Logs(t.Context(), "tacklebox-no-such", LogOptions{})
		wantCause(t, err, CauseGone)
	})
}

func TestFollowedLogsEnd(t *testing.T) {
	d := dockertest.Engine(t)
	ref := dockertest.Image(t, d, dockertest.Busybox)
	e := connected(t, d.Host)
	id := makeContainer(t, d, &container.Config{Image: ref, Cmd: []string{"sh", "-c", "while :; do echo tick; sleep 0.05; done", "stay"}}, nil, true)
	before := goleak.IgnoreCurrent()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := e.Logs(ctx, id, LogOptions{Follow: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, make([]byte, 20)); err != nil {
		t.Fatal(err)
	}
	cancel()
	_, err = io.Copy(io.Discard, r)
	wantCause(t, err, CauseCancelled)
	_ = r.Close()
	_ = e.Close()
	goleak.VerifyNone(t, before)
}

func frame(kind byte, text string) string {
	var h [8]byte
	h[0] = kind
	binary.BigEndian.PutUint32(h[4:], uint32(len(text)))
	return string(h[:]) + text
}

func TestDemux(t *testing.T) {
	for _, tc := range []struct {
		name, in, want string
		err            error
		says           string
	}{
		{name: "both streams", in: frame(1, "a") + frame(2, "b") + frame(1, "") + frame(1, "c"), want: "abc"},
		{name: "nothing"},
		{name: "cut in a header", in: frame(1, "a") + "\x01\x00", want: "a", err: io.ErrUnexpectedEOF},
		{name: "cut in a frame", in: frame(1, "abc")[:10], want: "ab", err: io.ErrUnexpectedEOF},
		{name: "the engine's own error", in: frame(1, "a") + frame(3, "log file \x1b[2Jgone") + frame(1, "b"), want: "a", says: "log file [2Jgone"},
		{name: "no frames", in: "hello world, this is plain text", says: "format"},
		{name: "a frame of 4 GB", in: "\x01\x00\x00\x00\xff\xff\xff\xffabc", want: "abc", err: io.ErrUnexpectedEOF},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, slow := range []bool{false, true} {
				var r io.Reader = strings.NewReader(tc.in)
				if slow {
					r = oneByte{r}
				}
				got, err := io.ReadAll(&demux{r: r})
				if string(got) != tc.want || tc.err != nil && !errors.Is(err, tc.err) || tc.says != "" && (err == nil || !strings.Contains(err.Error(), tc.says)) || tc.err == nil && tc.says == "" && err != nil {
					t.Errorf("%q, %v", got, err)
				}
			}
		})
	}
}

// oneByte gives a byte at a time.
type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }

func FuzzDemux(f *testing.F) {
	f.Add([]byte(frame(1, "a") + frame(2, "b")))
	f.Add([]byte(frame(3, "x")))
	f.Fuzz(func(t *testing.T, in []byte) {
		got, _ := io.ReadAll(&demux{r: bytes.NewReader(in)})
		if len(got) > len(in) {
			t.Errorf("%d bytes of %d", len(got), len(in))
		}
	})
}

func TestInspect(t *testing.T) {
	onBoth(t, func(t *testing.T, d *dockertest.Daemon) {
		ref := dockertest.Image(t, d, dockertest.Env)
		e := connected(t, d.Host)
		id := makeContainer(t, d, &container.Config{Image: ref, Tty: true, Cmd: []string{"sh", "-c", "exit 3"}, Env: []string{"API_TOKEN=canary-in-env", "PLAIN=seen"},
			Labels: map[string]string{"app.secret": "canary-in-label", "app.name": "x"}},
			&container.HostConfig{NetworkMode: "none", Resources: container.Resources{Memory: 64 << 20}}, true)
		i, err := e.Inspect(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		text := string(i.JSON)
		for _, f := range i.Summary {
			text += "\n" + string(f.Name) + ": " + f.Value
		}
		if strings.Contains(text, "canary") {
			t.Errorf("a secret is shown:\n%s", text)
		}
		for _, want := range []string{"exit-code: 3", "env: PLAIN=seen", "env: API_TOKEN=" + Masked, "memory: 64MiB", "tty: true", "state: exited", "label: app.name=x"} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in:\n%s", want, text)
			}
		}
		shown, err := i.Reveal()
		if err != nil || !bytes.Contains(shown.JSON, []byte("canary-in-env")) {
			t.Errorf("revealed: %v", err)
		}
		_, err = e.Inspect(t.Context(), "tacklebox-no-such")
		wantCause(t, err, CauseGone)
		for _, bad := range []string{"", "../images/json", "a b", "x?all=1", strings.Repeat("x", 300)} {
			_, err = e.Inspect(t.Context(), bad)
			wantCause(t, err, CauseGone)
		}
	})
}

// TestInspectOdd: what an engine leaves out, and numbers that no float holds.
func TestInspectOdd(t *testing.T) {
	f := dockertest.NewFake(t, "1.51")
	e := connected(t, f.Host)
	for body, cause := range map[string]Cause{
		`{"Id":"x","Config":{},"State":null,"HostConfig":null,"Big":9007199254740993}`: CauseNone,
		`{"Config":null}`:                 CauseNotEngine,
		`{}`:                              CauseNotEngine,
		`[]`:                              CauseNotEngine,
		`{"Id":"x","Config":{"Env":[1]}}`: CauseNotEngine,
		`{"Id":"x"`:                       CauseTruncated,
	} {
		f.Handle("GET /containers/x/json", dockertest.Text(http.StatusOK, "application/json", body))
		i, err := e.Inspect(t.Context(), "x")
		if CauseOf(err) != cause {
			t.Errorf("%s: %v", body, err)
		}
		if err == nil && !bytes.Contains(i.JSON, []byte("9007199254740993")) {
			t.Errorf("%s", i.JSON)
		}
	}
}

func FuzzPrettyJSON(f *testing.F) {
	f.Add([]byte(`{"Config":{"Env":["PASSWORD=canary",7],"Labels":{"secret":"canary","n":1}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, _ = prettyJSON(raw, false)
	})
}
