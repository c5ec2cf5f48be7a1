package containers

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/docker/docker/api/types/container"

	"tacklebox/platform/containers/dockertest"
	"tacklebox/platform/containers/launch"
)

func TestPlanByAPI(t *testing.T) {
	spec := launch.Spec{Image: "app", Entrypoint: []string{"/bin/sh"}, Networks: []string{"a", "b", "c"}, Mounts: []launch.Mount{
		{Kind: launch.MountBind, Source: "/s", Target: "/t", ReadOnly: true}, {Kind: launch.MountVolume, Target: "/anon"},
		{Kind: launch.MountVolume, Source: "v", Target: "/named"}, {Kind: launch.MountTmpfs, Target: "/tmp", TmpfsSize: 4096},
	}}
	for _, tc := range []struct {
		api        string
		mounts     int
		later      []string
		init, stop bool
	}{
		{"1.24", 0, []string{"b", "c"}, false, false},
		{"1.41", 4, []string{"b", "c"}, true, true},
		{"1.44", 4, nil, true, true},
		{"1.52", 4, nil, true, true},
	} {
		p, err := newPlan(spec, target{api: tc.api, imageOS: "linux", init: true}, nil, map[string]string{LabelKind: KindDebug})
		if err != nil {
			t.Fatal(err)
		}
		if len(p.host.Mounts) != tc.mounts || !slices.Equal(p.later, tc.later) || (p.host.Init != nil) != tc.init || (p.config.StopTimeout != nil) != tc.stop {
			t.Errorf("%s: mounts %v, later %v, init %v, stop %v", tc.api, p.host.Mounts, p.later, p.host.Init, p.config.StopTimeout)
		}
		if p.host.NetworkMode != "a" || (p.networks != nil) != (tc.later == nil) {
			t.Errorf("%s: mode %s, networks %v", tc.api, p.host.NetworkMode, p.networks)
		}
		if tc.mounts == 0 {
			if !slices.Equal(p.host.Binds, []string{"/s:/t:ro", "v:/named"}) || p.host.Tmpfs["/tmp"] != "size=4096" || len(p.config.Volumes) != 1 {
				t.Errorf("%s: %v %v %v", tc.api, p.host.Binds, p.host.Tmpfs, p.config.Volumes)
			}
		}
	}
}

func TestUseInit(t *testing.T) {
	for _, tc := range []struct {
		name string
		spec launch.Spec
		to   target
		want bool
	}{
		{"usual", launch.Spec{}, target{init: true, imageOS: "linux"}, true},
		{"not wanted", launch.Spec{NoInit: true}, target{init: true, imageOS: "linux"}, false},
		{"not there", launch.Spec{}, target{imageOS: "linux"}, false},
		{"windows", launch.Spec{}, target{init: true, imageOS: "windows"}, false},
		{"another container's processes", launch.Spec{PID: "container:x"}, target{init: true, imageOS: "linux"}, false},
		{"the host's processes", launch.Spec{PID: "host"}, target{init: true, imageOS: "linux"}, false},
	} {
		if got := useInit(tc.spec, tc.to); got != tc.want {
			t.Errorf("%s: %v", tc.name, got)
		}
	}
}

func TestDeviceMappings(t *testing.T) {
	for text, want := range map[string]container.DeviceMapping{
		"/dev/a":           {PathOnHost: "/dev/a", PathInContainer: "/dev/a", CgroupPermissions: "rwm"},
		"/dev/a:/dev/b":    {PathOnHost: "/dev/a", PathInContainer: "/dev/b", CgroupPermissions: "rwm"},
		"/dev/a:r":         {PathOnHost: "/dev/a", PathInContainer: "/dev/a", CgroupPermissions: "r"},
		"/dev/a:/dev/b:rw": {PathOnHost: "/dev/a", PathInContainer: "/dev/b", CgroupPermissions: "rw"},
	} {
		got, err := deviceMappings([]string{text})
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	if _, err := deviceMappings([]string{"a:b:c:d"}); CauseOf(err) != CauseBadRequest {
		t.Errorf("four parts: %v", err)
	}
}

func TestPlatformFor(t *testing.T) {
	for _, tc := range []struct {
		chosen, api, have string
		want              Cause
		asked             bool
	}{
		{"", "1.41", "", CauseNone, false},
		{"linux/arm/v7", "1.41", "", CauseNone, true},
		{"linux", "1.41", "", CausePlatform, false},
		{"linux/amd64", "1.30", "linux/amd64", CauseNone, false},
		{"linux/arm", "1.30", "linux/arm64", CausePlatform, false},
	} {
		p, err := platformFor(tc.chosen, target{api: tc.api, platform: tc.have})
		if CauseOf(err) != tc.want || (p != nil) != tc.asked {
			t.Errorf("%+v: %v, %v", tc, p, err)
		}
	}
}

// config.json's proxies become variables, as with the command line; what the
// launch sets itself wins.
func TestLaunchProxies(t *testing.T) {
	d := dockertest.Engine(t)
	dir := t.TempDir()
	config := `{"proxies":{"default":{"httpProxy":"http://proxy.test:3128","noProxy":"localhost"}}}`
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	e := connectTo(t, d.Host)
	e.opts.Getenv = func(name string) string { return map[string]string{"DOCKER_CONFIG": dir}[name] }
	s := launched(t, e, launch.Spec{Image: dockertest.Image(t, d, dockertest.Busybox), Env: []launch.EnvVar{{Name: "NO_PROXY", Value: "mine"}}})
	in, err := d.Client().ContainerInspect(t.Context(), s.ContainerID)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"HTTP_PROXY=http://proxy.test:3128", "http_proxy=http://proxy.test:3128", "NO_PROXY=mine", "no_proxy=localhost"} {
		if !slices.Contains(in.Config.Env, want) {
			t.Errorf("no %s in %v", want, in.Config.Env)
		}
	}
}

// What was seen in an image is known to the next process; a broken file only
// costs another look.
func TestProbeFile(t *testing.T) {
	dir := t.TempDir()
	p := &probe{Shells: []ShellFound{{Name: "bash", Argv: []string{"/bin/bash"}}}, All: true}
	(&probeCache{}).put(dir, "sha256:1", p)
	if got := (&probeCache{}).get(dir, "sha256:1"); got == nil || !got.All || got.Shells[0].Argv[0] != "/bin/bash" {
		t.Errorf("got %+v", got)
	}
	if got := (&probeCache{}).get("", "sha256:1"); got != nil {
		t.Errorf("without a folder: %+v", got)
	}
	for _, content := range []string{"", "{", "[]", `{"sha256:1":null}`, `{"sha256:1":{}}`, `{"sha256:1":{"shells":[{"Name":"x","Argv":["rm","-rf"]}]}}`} {
		if err := os.WriteFile(filepath.Join(dir, probeFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := (&probeCache{}).get(dir, "sha256:1"); got != nil {
			t.Errorf("%s: %+v", content, got)
		}
	}
	c := &probeCache{}
	for i := range maxProbes + 20 {
		c.put(dir, "sha256:"+string(rune('a'+i%26))+newID(4), p)
	}
	if len(c.by) > maxProbes {
		t.Errorf("%d entries", len(c.by))
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("files %v", left)
	}
}
