package containers

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"

	"tacklebox/platform/containers/dockertest"
	"tacklebox/platform/containers/launch"
)

func TestLaunchGoesPastTheEntrypoint(t *testing.T) {
	e, d := realEngine(t)
	s := launched(t, e, launch.Spec{Image: dockertest.Image(t, d, dockertest.False)})
	sh, v := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: s.Spec.Shell, Cols: 101, Rows: 33})
	v.send(t, "echo hi from $0; exit 7\n")
	v.until(t, "hi from /bin/ash")
	if _, err := v.untilEnd(t); err != nil {
		t.Fatal(err)
	}
	if code, err := sh.Wait(t.Context()); code != 7 || err != nil {
		t.Errorf("exit code %d, %v, want 7", code, err)
	}
	for why := range e.Early(t.Context(), s) {
		t.Errorf("the container ended early: %s", why.Sentence)
	}
}

// What the engine is told, as it says itself.
func TestLaunchFields(t *testing.T) {
	e, d := realEngine(t)
	volume := dockertest.Image(t, d, dockertest.Volume)
	s := launched(t, e, launch.Spec{
		Image: volume, User: "0:0", WorkDir: "/srv/new", Hostname: "box",
		Env:    []launch.EnvVar{{Name: "A", Value: "b=c"}, {Name: "EMPTY"}},
		Mounts: []launch.Mount{{Kind: launch.MountTmpfs, Target: "/t", TmpfsSize: 1 << 20}, {Kind: launch.MountBind, Source: t.TempDir(), Target: "/b", ReadOnly: true}},
		Memory: 64 << 20, PidsLimit: 50, CapAdd: []string{"SYS_PTRACE"}, Ulimits: []string{"nofile=512:1024"},
		ExtraHosts: []string{"db:10.0.0.9"}, Labels: map[string]string{"mine": "1"},
	})
	in, err := d.Client().ContainerInspect(t.Context(), s.ContainerID)
	if err != nil {
		t.Fatal(err)
	}
	c, h := in.Config, in.HostConfig
	check := func(what string, ok bool, got any) {
		t.Helper()
		if !ok {
			t.Errorf("%s: %+v", what, got)
		}
	}
	check("entrypoint is one word", slices.Equal(c.Entrypoint, []string{"/bin/ash"}), c.Entrypoint)
	check("command is empty", len(c.Cmd) == 0, c.Cmd)
	check("terminal, open input", c.Tty && c.OpenStdin && !c.StdinOnce, c)
	check("nothing attached", !c.AttachStdin && !c.AttachStdout && !c.AttachStderr, c)
	check("health check off", c.Healthcheck != nil && slices.Equal(c.Healthcheck.Test, []string{"NONE"}), c.Healthcheck)
	check("stop timeout", c.StopTimeout != nil && *c.StopTimeout == 1, c.StopTimeout)
	check("no TERM or LANG", !slices.ContainsFunc(c.Env, func(s string) bool { return strings.HasPrefix(s, "TERM=") || strings.HasPrefix(s, "LANG=") }), c.Env)
	check("variables", slices.Contains(c.Env, "A=b=c") && slices.Contains(c.Env, "EMPTY="), c.Env)
	check("no restart", h.RestartPolicy.Name == "no", h.RestartPolicy)
	check("no auto-remove", !h.AutoRemove, h.AutoRemove)
	check("init", h.Init != nil && *h.Init, h.Init)
	check("no ports published", !h.PublishAllPorts && len(h.PortBindings) == 0, h.PortBindings)
	check("limits", h.Memory == 64<<20 && h.PidsLimit != nil && *h.PidsLimit == 50, h.Resources)
	check("user, folder, host name", c.User == "0:0" && c.WorkingDir == "/srv/new" && c.Hostname == "box", c)
	check("hosts", slices.Equal(h.ExtraHosts, []string{"db:10.0.0.9"}), h.ExtraHosts)
	check("own label", c.Labels["mine"] == "1", c.Labels)
	want := map[string]string{LabelKind: KindDebug, LabelUser: e.opts.User, LabelHost: e.opts.Host, LabelDataDir: e.opts.DataDir, LabelSource: volume, LabelVersion: "test"}
	for name, value := range want {
		check("label "+name, c.Labels[name] == value, c.Labels[name])
	}
	if _, err := time.Parse(time.RFC3339, c.Labels[LabelCreated]); err != nil {
		t.Error(err)
	}
	volumes := 0
	for _, m := range in.Mounts {
		if m.Type == "volume" {
			volumes++
			defer func(name string) {
				if err := e.End(context.Background(), s.ContainerID); err != nil {
					t.Error(err)
				}
				if _, err := d.Client().VolumeInspect(context.Background(), name); err == nil {
					t.Errorf("anonymous volume %s is still there after the end", name)
				}
			}(m.Name)
		}
	}
	if volumes != 1 {
		t.Errorf("%d volumes, want the image's one", volumes)
	}
}

func TestLaunchTwoNetworks(t *testing.T) {
	e, d := realEngine(t)
	image := dockertest.Image(t, d, dockertest.Busybox)
	names := []string{"eng2-a-" + newID(3), "eng2-b-" + newID(3)}
	for _, name := range names {
		d.Docker(t, "network", "create", name)
		t.Cleanup(func() { _ = d.Client().NetworkRemove(context.Background(), name) })
	}
	s := launched(t, e, launch.Spec{Image: image, Networks: names})
	in, err := d.Client().ContainerInspect(t.Context(), s.ContainerID)
	if err != nil {
		t.Fatal(err)
	}
	if got := sortedKeys(in.NetworkSettings.Networks); !slices.Equal(got, names) {
		t.Errorf("networks %v, want %v", got, names)
	}
	if string(in.HostConfig.NetworkMode) != names[0] {
		t.Errorf("mode %s, want %s", in.HostConfig.NetworkMode, names[0])
	}
	if err := e.End(t.Context(), s.ContainerID); err != nil {
		t.Fatal(err) // before the networks go
	}
}

// Every bad launch has its cause and leaves nothing behind.
func TestLaunchLeavesNothing(t *testing.T) {
	e, d := realEngine(t)
	bb := dockertest.Image(t, d, dockertest.Volume)
	taken := launched(t, e, launch.Spec{Image: bb, Ports: []launch.Port{{HostIP: "127.0.0.1", Container: 80}}})
	in, err := d.Client().ContainerInspect(t.Context(), taken.ContainerID)
	if err != nil {
		t.Fatal(err)
	}
	var port uint16
	for _, b := range in.NetworkSettings.Ports["80/tcp"] {
		for _, r := range b.HostPort {
			port = port*10 + uint16(r-'0')
		}
	}
	before := marks(t, e, d)
	for _, tc := range []struct {
		name string
		spec launch.Spec
		want Cause
	}{
		{"unknown image", launch.Spec{Image: "nobody/has:this"}, CauseNoImage},
		{"malformed reference", launch.Spec{Image: "Bad Image::"}, CauseBadReference},
		{"name taken", launch.Spec{Image: bb, Name: taken.Name}, CauseNameTaken},
		{"bad name", launch.Spec{Image: bb, Name: "a b"}, CauseBadRequest},
		{"port taken", launch.Spec{Image: bb, Ports: []launch.Port{{HostIP: "127.0.0.1", HostPort: port, Container: 81}}}, CausePortTaken},
		{"mount source missing", launch.Spec{Image: bb, Mounts: []launch.Mount{{Kind: launch.MountBind, Source: "/no/such/dir", Target: "/x"}}}, CauseMountMissing},
		{"user unknown", launch.Spec{Image: bb, User: "nobodyx"}, CauseNoUser},
		{"platform", launch.Spec{Image: bb, Platform: "linux/s390x"}, CausePlatform},
		{"no such network", launch.Spec{Image: bb, Networks: []string{"no-such-net"}}, CauseNoNetworkFor},
		{"second network missing", launch.Spec{Image: bb, Networks: []string{"bridge", "no-such-net"}}, CauseNoNetworkFor},
		{"workdir is a file", launch.Spec{Image: bb, WorkDir: "/bin/busybox"}, CauseWorkDir},
		{"the image's own workdir is a file", launch.Spec{Image: dockertest.Image(t, d, dockertest.BadWorkDir)}, CauseWorkDir},
		{"the image's own user is unknown", launch.Spec{Image: dockertest.Image(t, d, dockertest.BadUser)}, CauseNoUser},
		{"capability", launch.Spec{Image: bb, CapAdd: []string{"NO_SUCH"}}, CauseCapability},
		{"no such device", launch.Spec{Image: bb, Devices: []string{"/dev/no-such"}}, CauseNoDevice},
		{"no such program", launch.Spec{Image: bb, KeepAlive: launch.KeepCustom, Entrypoint: []string{"/no/such"}, NoInit: true}, CauseNoShell},
		{"no such shell", launch.Spec{Image: bb, Shell: []string{"/bin/fish"}, NoInit: true}, CauseNoShell},
		{"no shell", launch.Spec{Image: dockertest.Image(t, d, dockertest.Scratch)}, CauseNoShell},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := e.Launch(t.Context(), tc.spec)
			if err == nil {
				_ = e.End(context.Background(), s.ContainerID)
				t.Fatal("launched")
			}
			var own *Error
			if !errors.As(err, &own) || own.Cause != tc.want {
				t.Errorf("cause %q, want %q: %v", CauseOf(err), tc.want, err)
			}
			t.Log(err)
			if after := marks(t, e, d); !slices.Equal(before, after) {
				t.Errorf("left behind: before %v, after %v", before, after)
			}
		})
	}
}

// A launch that is cancelled at any moment leaves nothing.
func TestLaunchCancelled(t *testing.T) {
	e, d := realEngine(t)
	image := dockertest.Image(t, d, dockertest.Volume)
	if _, err := e.ProbeShells(t.Context(), image, ""); err != nil {
		t.Fatal(err)
	}
	before := marks(t, e, d)
	for after := time.Duration(0); after < 400*time.Millisecond; after += 20 * time.Millisecond {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		s, err := e.Launch(ctx, launch.Spec{Image: image})
		cancel()
		if err == nil {
			if err := e.End(t.Context(), s.ContainerID); err != nil {
				t.Fatal(err)
			}
		}
	}
	if after := marks(t, e, d); !slices.Equal(before, after) {
		t.Errorf("left behind: before %v, after %v", before, after)
	}
}

// marks are the containers that e made. Volumes are counted where the engine is
// the test's own, in TestTwoHundredSessions.
func marks(t *testing.T, e *Engine, d *dockertest.Daemon) []string {
	t.Helper()
	list, err := d.Client().ContainerList(context.Background(), container.ListOptions{All: true,
		Filters: filters.NewArgs(filters.Arg("label", LabelDataDir+"="+e.opts.DataDir))})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	return ids
}

func TestKeepAlive(t *testing.T) {
	e, d := realEngine(t)
	image := dockertest.Image(t, d, dockertest.Busybox)
	for _, keep := range []launch.KeepAlive{launch.KeepShell, launch.KeepSleep, launch.KeepTail} {
		s := launched(t, e, launch.Spec{Image: image, KeepAlive: keep})
		if why := <-e.Early(t.Context(), s); why != nil {
			t.Errorf("%s: %s", keep, why.Sentence)
		}
	}
}

// The origin's second Pod form: "sh -c" without a command ends with 2 at once,
// terminal or not.
func TestShWithoutCommandEndsAtOnce(t *testing.T) {
	e, d := realEngine(t)
	s := launched(t, e, launch.Spec{Image: dockertest.Image(t, d, dockertest.Busybox), KeepAlive: launch.KeepCustom, Entrypoint: []string{"sh", "-c"}})
	why := <-e.Early(t.Context(), s)
	if why == nil || why.Code != ExitShellNoArgument || why.ExitCode != 2 {
		t.Errorf("explanation %+v, want shell-no-argument with 2", why)
	}
}

// A create that is answered only after the launch was cancelled is undone.
func TestLateCreateIsUndone(t *testing.T) {
	fake := dockertest.NewFake(t, "1.41")
	fake.Handle("GET /images/app/json", dockertest.JSON(map[string]any{"Id": "sha256:1", "Os": "linux", "Architecture": "amd64", "Config": map[string]any{}}))
	ctx, cancel := context.WithCancel(t.Context())
	fake.Handle("POST /containers/create", func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-ctx.Done()
		w.WriteHeader(http.StatusCreated)
		dockertest.JSON(map[string]any{"Id": "late"})(w, r)
	})
	fake.Handle("DELETE /containers/late", dockertest.Text(http.StatusNoContent, "text/plain", ""))
	e := connectTo(t, fake.Host)
	if _, err := e.Launch(ctx, launch.Spec{Image: "app", Shell: []string{"/bin/sh"}}); CauseOf(err) != CauseCancelled {
		t.Errorf("launch: %v", err)
	}
	removed := slices.ContainsFunc(fake.Seen(), func(r string) bool {
		return strings.HasPrefix(r, "DELETE ") && strings.Contains(r, "/containers/late?force=1&v=1")
	})
	if !removed {
		t.Errorf("not removed: %v", fake.Seen())
	}
}
