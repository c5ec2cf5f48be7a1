package containers

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"

	"tacklebox/platform/containers/dockertest"
	"tacklebox/platform/containers/launch"
)

func TestCloneSpec(t *testing.T) {
	note := func(notes []CloneNote, field CloneField, action CloneAction, value string) bool {
		return slices.ContainsFunc(notes, func(n CloneNote) bool {
			return n.Field == field && n.Action == action && strings.Contains(n.Value, value)
		})
	}
	source := func() cloneSource {
		return cloneSource{in: container.InspectResponse{
			ContainerJSONBase: &container.ContainerJSONBase{ID: "0123456789abcdef", Name: "/web", Image: "sha256:1", HostConfig: &container.HostConfig{}},
			Config:            &container.Config{Image: "app:1"},
			NetworkSettings:   &container.NetworkSettings{},
		}, nameIs: "sha256:1", gone: map[string]bool{}}
	}
	t.Run("host name made up", func(t *testing.T) {
		s := source()
		s.in.Config.Hostname = "0123456789ab"
		spec, notes := cloneSpec(s)
		if spec.Hostname != "" || !note(notes, CloneHostname, CloneDropped, "") {
			t.Errorf("%q %v", spec.Hostname, notes)
		}
	})
	t.Run("host name chosen", func(t *testing.T) {
		s := source()
		s.in.Config.Hostname = "db1"
		if spec, _ := cloneSpec(s); spec.Hostname != "db1" {
			t.Errorf("%q", spec.Hostname)
		}
	})
	t.Run("image name moved", func(t *testing.T) {
		s := source()
		s.nameIs = "sha256:2"
		spec, notes := cloneSpec(s)
		if spec.Image != "sha256:1" || !note(notes, CloneImage, CloneChanged, "") {
			t.Errorf("%q %v", spec.Image, notes)
		}
	})
	t.Run("network of a container that is gone", func(t *testing.T) {
		s := source()
		s.in.HostConfig.NetworkMode = "container:dead"
		s.gone["container:dead"] = true
		spec, notes := cloneSpec(s)
		if len(spec.Networks) != 0 || !note(notes, CloneNetwork, CloneDropped, "container:dead") {
			t.Errorf("%v %v", spec.Networks, notes)
		}
	})
	t.Run("mode is an ID", func(t *testing.T) {
		s := source()
		s.in.HostConfig.NetworkMode = "idb"
		s.in.NetworkSettings.Networks = map[string]*network.EndpointSettings{"a": {NetworkID: "ida"}, "b": {NetworkID: "idb"}}
		if spec, _ := cloneSpec(s); !slices.Equal(spec.Networks, []string{"b", "a"}) {
			t.Errorf("%v", spec.Networks)
		}
	})
	t.Run("quota", func(t *testing.T) {
		s := source()
		s.in.HostConfig.CPUQuota, s.in.HostConfig.CPUPeriod = 50_000, 100_000
		if spec, _ := cloneSpec(s); spec.NanoCPUs != 5e8 {
			t.Errorf("%v", spec.NanoCPUs)
		}
	})
	t.Run("secrets", func(t *testing.T) {
		s := source()
		s.in.Config.Env = []string{"DB_PASSWORD=canary"}
		spec, notes := cloneSpec(s)
		if len(spec.Env) != 1 || !spec.Env[0].Secret || note(notes, CloneEnv, CloneCopied, "canary") {
			t.Errorf("%+v %v", spec.Env, notes)
		}
	})
}

// A copy of a container with everything set equals it field by field, but for
// what is listed here; and the original is not touched.
func TestCloneFieldByField(t *testing.T) {
	e, d := realEngine(t)
	image := dockertest.Image(t, d, dockertest.Env)
	suffix := newID(3)
	nets := []string{"eng2-x-" + suffix, "eng2-y-" + suffix}
	for _, name := range nets {
		d.Docker(t, "network", "create", name)
		t.Cleanup(func() { _ = d.Client().NetworkRemove(context.Background(), name) })
	}
	volume := "eng2-v-" + suffix
	d.Docker(t, "volume", "create", volume)
	t.Cleanup(func() { _ = d.Client().VolumeRemove(context.Background(), volume, true) })
	bind := t.TempDir()
	id := createForeign(t, d, "--network", nets[1], "--env", "OWN=1", "--env", "API_TOKEN=canary", "--env", "GREETING=hello",
		"--user", "65534", "--workdir", "/tmp", "--hostname", "db1", "--volume", volume+":/vol", "--volume", bind+":/bind:ro",
		"--tmpfs", "/scratch:size=1048576", "--memory", "64m", "--cpus", "0.5", "--pids-limit", "77", "--shm-size", "32m",
		"--cap-add", "CAP_NET_ADMIN", "--cap-drop", "CAP_MKNOD", "--ulimit", "nofile=512:1024", "--add-host", "db:10.1.1.1", "--dns", "10.2.2.2",
		"--group-add", "12", "--device", "/dev/null:/dev/mynull:r", "--security-opt", "no-new-privileges", "--read-only",
		"--restart", "always", "--publish", "127.0.0.1::80", "--health-cmd", "true", "--health-interval", "1s", "--label", "own=yes", "--label", "com.docker.compose.project=p",
		"--ipc", "private", "--stop-signal", "SIGINT", image, "false")
	d.Docker(t, "network", "connect", nets[0], id)
	ctx := t.Context()
	before, err := d.Client().ContainerInspect(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	spec, notes, err := e.Clone(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range notes {
		if strings.Contains(n.Value, "canary") {
			t.Errorf("a secret in a note: %+v", n)
		}
	}
	s := launched(t, e, spec)
	after, err := d.Client().ContainerInspect(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []container.InspectResponse{before, after} {
		// The engine lists mount points in the order of a Go map.
		slices.SortFunc(in.Mounts, func(a, b container.MountPoint) int { return strings.Compare(a.Destination, b.Destination) })
	}
	if !reflect.DeepEqual(asJSON(t, before), asJSON(t, after)) {
		t.Error("the original was changed")
	}
	got, err := d.Client().ContainerInspect(ctx, s.ContainerID)
	if err != nil {
		t.Fatal(err)
	}
	// Tmpfs becomes a mount, in which form it is compared below.
	differ := append(differences("Config", asJSON(t, before.Config), asJSON(t, got.Config)), differences("HostConfig", asJSON(t, before.HostConfig), asJSON(t, got.HostConfig))...)
	slices.Sort(differ)
	want := []string{
		"Config.AttachStderr", "Config.AttachStdout", "Config.Cmd", "Config.Entrypoint", "Config.Env", "Config.ExposedPorts", "Config.Healthcheck", "Config.Labels",
		"Config.OpenStdin", "Config.StopSignal", "Config.StopTimeout", "Config.Tty",
		"HostConfig.Binds", "HostConfig.Init", "HostConfig.LogConfig", "HostConfig.Mounts", "HostConfig.PortBindings",
		"HostConfig.RestartPolicy", "HostConfig.Tmpfs",
	}
	for _, field := range differ {
		if !slices.Contains(want, field) {
			t.Errorf("%s differs", field)
		}
	}
	for _, field := range want {
		if !slices.Contains(differ, field) {
			t.Logf("%s is equal", field)
		}
	}
	slices.Sort(before.Config.Env)
	slices.Sort(got.Config.Env)
	if !slices.Equal(before.Config.Env, got.Config.Env) {
		t.Errorf("variables %v, want %v", got.Config.Env, before.Config.Env)
	}
	if names := slices.Sorted(maps.Keys(got.NetworkSettings.Networks)); !slices.Equal(names, nets) || string(got.HostConfig.NetworkMode) != nets[1] {
		t.Errorf("networks %v, mode %s", names, got.HostConfig.NetworkMode)
	}
	mounts := map[string]string{}
	for _, m := range got.Mounts {
		mounts[m.Destination] = string(m.Type) + " " + m.Name + map[bool]string{true: " rw", false: " ro"}[m.RW]
	}
	if mounts["/vol"] != "volume "+volume+" rw" || mounts["/bind"] != "bind  ro" || !strings.HasPrefix(mounts["/scratch"], "tmpfs") {
		t.Errorf("mounts %v", mounts)
	}
	if got.Config.Labels["own"] != "yes" || got.Config.Labels["com.docker.compose.project"] != "" || got.Config.Labels[LabelSource] != strings.TrimPrefix(before.Name, "/") {
		t.Errorf("labels %v", got.Config.Labels)
	}
	_, v := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: s.Spec.Shell, Cols: 80, Rows: 24})
	v.send(t, "id -u; pwd; echo $API_TOKEN\n")
	v.until(t, "65534\r\n/tmp\r\ncanary\r\n")
	if got := launch.OriginalCommandLine(spec.Original); !strings.HasSuffix(got, "false") {
		t.Errorf("original %q", got)
	}
	if err := e.End(ctx, s.ContainerID); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Client().VolumeInspect(ctx, volume); err != nil {
		t.Errorf("the original's volume went with the copy: %v", err)
	}
}

func asJSON(t *testing.T, v any) map[string]any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// differences names the fields in which two documents differ.
func differences(prefix string, a, b map[string]any) []string {
	empty := func(v any) bool {
		r := reflect.ValueOf(v)
		return !r.IsValid() || (r.Kind() == reflect.Slice || r.Kind() == reflect.Map) && r.Len() == 0
	}
	var fields []string
	all := maps.Clone(a)
	maps.Copy(all, b)
	for name := range all {
		if !reflect.DeepEqual(a[name], b[name]) && !(empty(a[name]) && empty(b[name])) {
			fields = append(fields, prefix+"."+name)
		}
	}
	return fields
}
