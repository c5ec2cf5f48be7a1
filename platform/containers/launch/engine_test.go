package launch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/containers"
	"tacklebox/platform/containers/dockertest"
	"tacklebox/platform/containers/launch"
)

func TestMain(m *testing.M) { os.Exit(dockertest.Main(m)) }

// connect opens the engine of the tests with a data folder of the test's own.
func connect(t *testing.T, d *dockertest.Daemon) *containers.Engine {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	ep := containers.Endpoint{ID: d.Host, Name: "test", Host: d.Host, Origin: containers.OriginExplicit}
	e, err := containers.Connect(ctx, ep, containers.Options{DataDir: t.TempDir(), AppVersion: "test", Home: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// end removes a debug container at the end of the test.
func end(t *testing.T, e *containers.Engine, id string) {
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := e.End(ctx, id); err != nil && containers.CauseOf(err) != containers.CauseGone {
			t.Errorf("end %s: %v", id, err)
		}
	})
}

func network(t *testing.T, d *dockertest.Daemon, name string) string {
	t.Helper()
	d.Docker(t, "network", "create", name)
	t.Cleanup(func() {
		rm := exec.Command("docker", "network", "rm", name)
		rm.Env = append(os.Environ(), "DOCKER_HOST="+d.Host)
		if out, err := rm.CombinedOutput(); err != nil {
			t.Errorf("docker network rm %s: %v: %s", name, err, out)
		}
	})
	return name
}

// TestPrintedCommandsGiveAnEqualContainer launches a spec, runs what
// DockerCommands prints of it with the real command line, and compares what the
// engine says of the two containers.
func TestPrintedCommandsGiveAnEqualContainer(t *testing.T) {
	docker, err := exec.LookPath("docker")
	if err != nil {
		dockertest.Missing(t, "the docker command line", "apt-get install docker.io")
	}
	d := dockertest.Engine(t)
	e := connect(t, d)
	image := dockertest.Image(t, d, dockertest.False)
	file := t.TempDir() + "/it's, \"a\" file"
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	one, two := network(t, d, "spec-one"), network(t, d, "spec-two")
	odd := "a 'b' \"c\" $(d) `e` \\ $F !g\nzeile 中文 -h"
	for _, tc := range []struct {
		name string
		spec launch.Spec
	}{
		{"image only", launch.Spec{}},
		{"sleep", launch.Spec{KeepAlive: launch.KeepSleep}},
		{"tail", launch.Spec{KeepAlive: launch.KeepTail}},
		{"several words", launch.Spec{KeepAlive: launch.KeepCustom, Entrypoint: []string{"/bin/sh", "-c", "sleep 1000", "-x"}, Cmd: []string{odd, "", "--"}}},
		{"words only", launch.Spec{KeepAlive: launch.KeepCustom, Cmd: []string{"sleep", "1000"}}},
		{"odd texts", launch.Spec{
			Env:     []launch.EnvVar{{Name: "ODD", Value: odd}, {Name: "EMPTY"}, {Name: "A B", Value: "-x"}, {Name: "API_TOKEN", Value: odd, Secret: true}},
			WorkDir: "/tmp/with 'quotes'", Labels: map[string]string{"my.label": odd},
		}},
		{"user and rights", launch.Spec{
			User: "1:2", CapAdd: []string{"SYS_PTRACE"}, CapDrop: []string{"NET_RAW"}, ReadOnly: true, GroupAdd: []string{"7"},
			SecurityOpt: []string{"no-new-privileges", "seccomp=unconfined"}, Ulimits: []string{"nofile=100:200"},
		}},
		{"a seccomp profile", launch.Spec{SecurityOpt: []string{`seccomp={"defaultAction":"SCMP_ACT_ALLOW"}`}}},
		// Not Privileged: a confined machine, such as a CI runner, refuses to start it.
		{"the host's devices and namespaces", launch.Spec{Devices: []string{"/dev/null:/dev/nothing:r"}, NoInit: true, PID: "host", IPC: "host"}},
		{"limits", launch.Spec{Memory: 64<<20 + 4096, NanoCPUs: 500_000_000, ShmSize: 1 << 20, PidsLimit: 77}},
		{"mounts", launch.Spec{Mounts: []launch.Mount{
			{Kind: launch.MountBind, Source: file, Target: "/with, comma", ReadOnly: true},
			{Kind: launch.MountTmpfs, Target: "/scratch", TmpfsSize: 1 << 20},
			{Kind: launch.MountTmpfs, Target: "/scratch2"},
		}}},
		{"names and ports", launch.Spec{
			Hostname: "kelu", ExtraHosts: []string{"db:10.1.2.3"}, DNS: []string{"9.9.9.9"}, Networks: []string{one},
			Ports: []launch.Port{{Container: 80}, {HostIP: "127.0.0.1", Container: 53, Proto: "udp"}},
		}},
		{"several networks", launch.Spec{Networks: []string{one, two}}},
		{"host network", launch.Spec{Networks: []string{"host"}}},
		{"no network", launch.Spec{Networks: []string{"none"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.spec.Image = image
			s, err := e.Launch(t.Context(), tc.spec)
			if err != nil {
				t.Fatal(err)
			}
			end(t, e, s.ContainerID)
			printed := s.Spec
			printed.Name += "-printed"
			text, enter, _ := strings.Cut(printed.DockerCommands(launch.PrintOptions{}), "docker exec -it ")
			if enter != printed.Name+" "+strings.Join(s.Spec.Shell, " ")+"\n" {
				t.Errorf("the printed shell is %q", enter)
			}
			run := exec.CommandContext(t.Context(), "sh", "-e")
			run.Stdin = strings.NewReader(text)
			run.Env = append(os.Environ(), "DOCKER_HOST="+d.Host, "API_TOKEN="+odd, "PATH="+os.Getenv("PATH")+":"+strings.TrimSuffix(docker, "/docker"))
			end(t, e, printed.Name)
			if out, err := run.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s\n%s", err, out, text)
			}
			want, got := inspect(t, d, s.ContainerID), inspect(t, d, printed.Name)
			for _, key := range difference("", want, got) {
				t.Errorf("%s\n%s", key, text)
			}
		})
	}
}

func inspect(t *testing.T, d *dockertest.Daemon, id string) map[string]any {
	t.Helper()
	var list []map[string]any
	if err := json.Unmarshal([]byte(d.Docker(t, "inspect", id)), &list); err != nil {
		t.Fatal(err)
	}
	return list[0]
}

// own is what belongs to one container only: names, IDs, addresses, times.
var own = []string{
	"/Id", "/Name", "/Created", "/State/Pid", "/State/StartedAt", "/ResolvConfPath", "/HostnamePath", "/HostsPath", "/LogPath",
	"/GraphDriver", "/NetworkSettings/SandboxID", "/NetworkSettings/SandboxKey", "/NetworkSettings/EndpointID",
	"/NetworkSettings/IPAddress", "/NetworkSettings/MacAddress", "/NetworkSettings/Ports",
	// The size of the terminal that the command line was typed in.
	"/HostConfig/ConsoleSize",
}

// difference lists where two inspects differ. An absent list is an empty one.
func difference(path string, want, got any) []string {
	if slices.Contains(own, path) || empty(want) && empty(got) {
		return nil
	}
	a, aOK := want.(map[string]any)
	b, bOK := got.(map[string]any)
	if !aOK || !bOK {
		if reflect.DeepEqual(want, got) {
			return nil
		}
		wantText, _ := json.Marshal(want)
		gotText, _ := json.Marshal(got)
		if path == "/Config/Hostname" && len(bytes.Trim(wantText, `"`)) == 12 && len(bytes.Trim(gotText, `"`)) == 12 {
			return nil // the container's ID
		}
		return []string{path + ": launched " + string(wantText) + ", printed " + string(gotText)}
	}
	var list []string
	for key := range a {
		if at := path + "/" + key; at == "/Config/Env" || at == "/Mounts" {
			// The command line sends variables, and the engine lists mount points, in
			// the order of a Go map.
			sortEntries(a[key])
			sortEntries(b[key])
		}
		if strings.HasPrefix(path, "/NetworkSettings/Networks/") && slices.Contains([]string{"EndpointID", "IPAddress", "MacAddress", "Aliases"}, key) {
			continue
		}
		list = append(list, difference(path+"/"+key, a[key], b[key])...)
	}
	for key := range b {
		if _, both := a[key]; !both {
			list = append(list, difference(path+"/"+key, nil, b[key])...)
		}
	}
	return list
}

func sortEntries(v any) {
	list, _ := v.([]any)
	slices.SortFunc(list, func(x, y any) int {
		a, _ := json.Marshal(x)
		b, _ := json.Marshal(y)
		return bytes.Compare(a, b)
	})
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
