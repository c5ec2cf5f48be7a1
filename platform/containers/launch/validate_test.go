package launch

import (
	"reflect"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	good := Spec{
		Image: "debian", Name: "kelu", User: "1000:1000", WorkDir: "/srv", Shell: []string{"/bin/bash"}, Platform: "linux/amd64",
		Env: []EnvVar{{Name: "A"}}, Mounts: []Mount{{Kind: MountBind, Source: "/a", Target: "/b"}}, Networks: []string{"a", "b"},
		Ports: []Port{{HostPort: 80, Container: 80}, {HostPort: 80, Container: 80, Proto: "udp"}}, Labels: map[string]string{"a": ""},
	}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		change func(*Spec)
		field  string
		reason Reason
	}{
		"no image":             {func(s *Spec) { s.Image = "" }, "image", ReasonEmpty},
		"bad image":            {func(s *Spec) { s.Image = "A B" }, "image", ReasonCharacter},
		"name":                 {func(s *Spec) { s.Name = "-x" }, "name", ReasonMalformed},
		"short name":           {func(s *Spec) { s.Name = "x" }, "name", ReasonMalformed},
		"relative workdir":     {func(s *Spec) { s.WorkDir = "x" }, "workdir", ReasonRelative},
		"user":                 {func(s *Spec) { s.User = "a b" }, "user", ReasonCharacter},
		"variable name":        {func(s *Spec) { s.Env[0].Name = "A=B" }, "variable", ReasonCharacter},
		"variable twice":       {func(s *Spec) { s.Env = append(s.Env, s.Env[0]) }, "variable", ReasonDuplicate},
		"NUL":                  {func(s *Spec) { s.Env[0].Value = "\x00" }, "variable", ReasonCharacter},
		"not UTF-8":            {func(s *Spec) { s.Cmd = []string{"\xff"} }, "arguments", ReasonCharacter},
		"relative mount":       {func(s *Spec) { s.Mounts[0].Source = "./a" }, "mount", ReasonRelative},
		"mount twice":          {func(s *Spec) { s.Mounts = append(s.Mounts, Mount{Kind: MountTmpfs, Target: "/b/"}) }, "mount", ReasonDuplicate},
		"mount kind":           {func(s *Spec) { s.Mounts[0].Kind = "x" }, "mount", ReasonUnknown},
		"network twice":        {func(s *Spec) { s.Networks = []string{"a", "a"} }, "network", ReasonDuplicate},
		"host and another":     {func(s *Spec) { s.Networks = []string{"host", "a"} }, "network", ReasonConflict},
		"network as an option": {func(s *Spec) { s.Networks = []string{"-a"} }, "network", ReasonMalformed},
		"ports of another":     {func(s *Spec) { s.Networks = []string{"container:x"} }, "network", ReasonConflict},
		"port 0":               {func(s *Spec) { s.Ports[0].Container = 0 }, "port", ReasonRange},
		"port twice":           {func(s *Spec) { s.Ports[1].Proto = "" }, "port", ReasonDuplicate},
		"protocol":             {func(s *Spec) { s.Ports[0].Proto = "icmp" }, "port", ReasonUnknown},
		"platform":             {func(s *Spec) { s.Platform = "vax" }, "platform", ReasonUnknown},
		"keep-alive":           {func(s *Spec) { s.KeepAlive = "x" }, "keep-alive", ReasonUnknown},
		"nothing to run":       {func(s *Spec) { s.KeepAlive = KeepCustom }, "entrypoint", ReasonEmpty},
		"memory":               {func(s *Spec) { s.Memory = -1 }, "memory", ReasonRange},
		"10 MB":                {func(s *Spec) { s.Cmd = []string{strings.Repeat("x", 10<<20)} }, "arguments", ReasonTooLong},
	} {
		s := good.Clone()
		tc.change(&s)
		err := s.Validate()
		var found bool
		for _, e := range unjoined(err) {
			found = found || e.Field == tc.field && e.Reason == tc.reason
		}
		if !found {
			t.Errorf("%s: %v, want %s of %s", name, err, tc.reason, tc.field)
		}
	}
	if !reflect.DeepEqual(good.Env, []EnvVar{{Name: "A"}}) || good.Mounts[0].Source != "/a" {
		t.Error("a clone shares its lists")
	}
}

func unjoined(err error) []*InputError {
	switch e := err.(type) {
	case *InputError:
		return []*InputError{e}
	case interface{ Unwrap() []error }:
		var list []*InputError
		for _, part := range e.Unwrap() {
			list = append(list, unjoined(part)...)
		}
		return list
	}
	return nil
}

// A field added to Spec has to be cloned, too.
func TestCloneSharesNothing(t *testing.T) {
	var s Spec
	fill(reflect.ValueOf(&s).Elem())
	c := s.Clone()
	if !reflect.DeepEqual(s, c) {
		t.Fatal("the clone differs")
	}
	shared(t, "Spec", reflect.ValueOf(s), reflect.ValueOf(c))
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("x"), reflect.ValueOf("x"))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	}
}

func shared(t *testing.T, path string, a, b reflect.Value) {
	switch a.Kind() {
	case reflect.Slice, reflect.Map:
		if a.Pointer() == b.Pointer() {
			t.Errorf("%s is shared", path)
		}
	case reflect.Struct:
		for i := range a.NumField() {
			shared(t, path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
		}
	}
}

func TestResolved(t *testing.T) {
	for name, tc := range map[string]struct {
		spec Spec
		want string
	}{
		"nothing chosen": {Spec{}, "[/bin/sh] []"},
		"shell":          {Spec{Shell: []string{"/bin/busybox", "sh"}}, "[/bin/busybox] [sh]"},
		"sleep":          {Spec{KeepAlive: KeepSleep}, "[sleep] [infinity]"},
		"tail":           {Spec{KeepAlive: KeepTail}, "[tail] [-f /dev/null]"},
		"custom":         {Spec{KeepAlive: KeepCustom, Entrypoint: []string{"a", "b"}, Cmd: []string{"c"}}, "[a] [b c]"},
		"only arguments": {Spec{KeepAlive: KeepCustom, Cmd: []string{"a", "b"}}, "[a] [b]"},
	} {
		s := tc.spec.Resolved()
		if got := "[" + strings.Join(s.Entrypoint, " ") + "] [" + strings.Join(s.Cmd, " ") + "]"; got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

func TestSuggestName(t *testing.T) {
	for source, want := range map[string]string{
		"debian": "debian-debug", "r.example:5000/team/My_App:1.2@sha256:00": "my-app-debug", "sha256:0123456789abcdef": "0123456789ab-debug",
		"": "container-debug", "___": "container-debug", strings.Repeat("a", 100): strings.Repeat("a", 44) + "-debug",
	} {
		if got := SuggestName(source, ""); got != want {
			t.Errorf("SuggestName(%q) = %q, want %q", source, got, want)
		}
	}
	if got := SuggestName("a", "b1"); got != "a-debug-b1" {
		t.Error(got)
	}
}
