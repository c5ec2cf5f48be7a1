package model

import (
	"errors"
	"reflect"
	"testing"

	"tacklebox/platform/containers/launch"
)

func TestFormKeepsEverythingOfASpec(t *testing.T) {
	spec := launch.Spec{
		Image: "debian:12", Name: "x1", KeepAlive: launch.KeepCustom, Entrypoint: []string{"/bin/sh"}, Cmd: []string{"-c", "echo  two spaces", ""},
		Shell: []string{"/bin/bash", "-l"}, User: "1000:1000", WorkDir: "/srv",
		Env:      []launch.EnvVar{{Name: "A", Value: " b "}, {Name: "API_TOKEN", Value: "s", Secret: true}},
		Mounts:   []launch.Mount{{Kind: launch.MountBind, Source: "/a", Target: "/b", ReadOnly: true}, {Kind: launch.MountTmpfs, Target: "/t", TmpfsSize: 1 << 20}},
		Ports:    []launch.Port{{HostIP: "127.0.0.1", HostPort: 8080, Container: 80, Proto: "tcp"}},
		Networks: []string{"one", "two"}, Hostname: "h", Platform: "linux/arm64", CapAdd: []string{"SYS_PTRACE"}, CapDrop: []string{"CHOWN"},
		Privileged: true, ReadOnly: true, Memory: 512 << 20, NanoCPUs: 1_500_000_000, PidsLimit: 100,
		Devices: []string{"/dev/fuse"}, Ulimits: []string{"nofile=1024"}, Source: "api", Original: launch.Command{Cmd: []string{"x"}},
	}
	got, errs := NewForm(spec).Spec()
	if len(errs) > 0 {
		t.Fatal(errs[0].Err)
	}
	if !reflect.DeepEqual(got, spec) {
		t.Errorf("\n got %+v\nwant %+v", got, spec)
	}
}

func TestFormSaysWhatIsWrongAndWhere(t *testing.T) {
	tests := []struct {
		name  string
		edit  func(*Form)
		field string
		row   int
	}{
		{"open quote", func(f *Form) { f.Shell = `"/bin/sh` }, FieldShell, -1},
		{"no command", func(f *Form) { f.KeepAlive = launch.KeepCustom }, FieldCommand, -1},
		{"memory", func(f *Form) { f.Memory = "lots" }, FieldMemory, -1},
		{"CPUs", func(f *Form) { f.CPUs = "many" }, FieldCPUs, -1},
		{"processes", func(f *Form) { f.Pids = "x" }, FieldPids, -1},
		{"platform", func(f *Form) { f.Platform = "a/b/c/d/e" }, FieldPlatform, -1},
		{"variable without a name", func(f *Form) { f.Env = []EnvRow{{Name: "A"}, {Value: "x"}} }, FieldEnv, 1},
		{"variable twice", func(f *Form) { f.Env = []EnvRow{{Name: "A"}, {Name: "A"}} }, FieldEnv, 1},
		{"relative target", func(f *Form) { f.Mounts = []MountRow{{Kind: launch.MountBind, Source: "/a", Target: "b"}} }, FieldMounts, 0},
		{"port", func(f *Form) { f.Ports = []string{"80", "eighty"} }, FieldPorts, 1},
		{"name", func(f *Form) { f.Name = "a b" }, FieldName, -1},
		{"workdir", func(f *Form) { f.WorkDir = "srv" }, FieldWorkDir, -1},
		{"user", func(f *Form) { f.User = "a b" }, FieldUser, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := NewForm(launch.Spec{Image: "debian:12"})
			tt.edit(&f)
			_, errs := f.Spec()
			if len(errs) != 1 {
				t.Fatalf("%d errors: %v", len(errs), errs)
			}
			var in *launch.InputError
			if errs[0].Field != tt.field || errs[0].Row != tt.row || !errors.As(errs[0].Err, &in) {
				t.Errorf("%+v: %v", errs[0], errs[0].Err)
			}
		})
	}
}

func TestEmptyRowsAreNotErrors(t *testing.T) {
	f := NewForm(launch.Spec{Image: "debian:12"})
	f.Env, f.Mounts, f.Ports = []EnvRow{{}}, []MountRow{{Kind: launch.MountBind}}, []string{"", " "}
	s, errs := f.Spec()
	if len(errs) > 0 || len(s.Env)+len(s.Mounts)+len(s.Ports) > 0 {
		t.Errorf("%v %+v", errs, s)
	}
}
