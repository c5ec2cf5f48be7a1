package launch

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// reasonOf is the reason of an InputError, or what else the error is.
func reasonOf(err error) string {
	var input *InputError
	if errors.As(err, &input) {
		return string(input.Reason)
	}
	if err != nil {
		return "another error: " + err.Error()
	}
	return ""
}

func TestParseReference(t *testing.T) {
	hash := strings.Repeat("0123456789abcdef", 4)
	for _, tc := range []struct {
		text string
		want Reference
	}{
		{"debian", Reference{Familiar: "debian:latest", Full: "docker.io/library/debian:latest", Domain: "docker.io", Path: "library/debian", Tag: "latest"}},
		{" alpine:3.20\n", Reference{Familiar: "alpine:3.20", Full: "docker.io/library/alpine:3.20", Domain: "docker.io", Path: "library/alpine", Tag: "3.20"}},
		{"localhost:5000/a/b", Reference{Familiar: "localhost:5000/a/b:latest", Full: "localhost:5000/a/b:latest", Domain: "localhost:5000", Path: "a/b", Tag: "latest"}},
		{"r.example/a@sha256:" + hash, Reference{Familiar: "r.example/a@sha256:" + hash, Full: "r.example/a@sha256:" + hash, Domain: "r.example", Path: "a", Digest: "sha256:" + hash}},
		{hash, Reference{Familiar: "sha256:" + hash, ID: "sha256:" + hash}},
		{"sha256:" + hash, Reference{Familiar: "sha256:" + hash, ID: "sha256:" + hash}},
		{"sha256:0123456789ab", Reference{Familiar: "sha256:0123456789ab", ID: "sha256:0123456789ab"}},
	} {
		if got, err := ParseReference(tc.text); err != nil || got != tc.want {
			t.Errorf("ParseReference(%q) = %+v, %v", tc.text, got, err)
		}
	}
}

func TestParseReferenceExplains(t *testing.T) {
	for text, want := range map[string]string{
		"":                          `image: no image is named`,
		"Debian":                    `names of images are in lower case: try debian`,
		"https://r.example/a":       `leave out https://`,
		"docker pull debian":        `that is a command`,
		"a b":                       `no blanks`,
		"a:":                        `the tag behind the colon is missing`,
		"a@":                        `the digest behind the @ is missing`,
		"a@sha256:12":               `the digest is malformed`,
		"-a":                        `does not begin with a dash`,
		"a//b":                      `references look like`,
		strings.Repeat("a", 300):    `longer than 255`,
		strings.Repeat("a", 10<<20): `bytes are more than the 1024 allowed`,
		"a\x1b[31m":                 `references look like`,
	} {
		_, err := ParseReference(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseReference(%q): %v, want …%s…", shorten(text), err, want)
		}
		if err != nil && (len(err.Error()) > 500 || strings.Contains(err.Error(), "\x1b")) {
			t.Errorf("the error is %d bytes long or has an escape: %q", len(err.Error()), err)
		}
	}
}

func FuzzParseReference(f *testing.F) {
	for _, text := range []string{"", "debian", "a/b:c@sha256:0", "[::1]:5000/a", "A", "docker run x", strings.Repeat("a", 64)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ref, err := ParseReference(text)
		if err != nil {
			if reasonOf(err) == "" || len(err.Error()) > 2000 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again, err := ParseReference(ref.Familiar)
		if err != nil || again != ref {
			t.Fatalf("%q gave %+v, again %+v, %v", text, ref, again, err)
		}
	})
}

func TestParseMount(t *testing.T) {
	for text, want := range map[string]Mount{
		"/data":                                  {Kind: MountVolume, Target: "/data"},
		"cache:/data":                            {Kind: MountVolume, Source: "cache", Target: "/data"},
		"/a:/b":                                  {Kind: MountBind, Source: "/a", Target: "/b"},
		"/a:/b:ro":                               {Kind: MountBind, Source: "/a", Target: "/b", ReadOnly: true},
		"./a:/b:rw":                              {Kind: MountBind, Source: "./a", Target: "/b"},
		`C:\a b:/c`:                              {Kind: MountBind, Source: `C:\a b`, Target: "/c"},
		`C:\a:D:\b:ro`:                           {Kind: MountBind, Source: `C:\a`, Target: `D:\b`, ReadOnly: true},
		`c:/a:c:/b`:                              {Kind: MountBind, Source: "c:/a", Target: "c:/b"},
		"type=bind,source=/a,target=/b,readonly": {Kind: MountBind, Source: "/a", Target: "/b", ReadOnly: true},
		"type=bind,src=/a,dst=/b,ro=false":       {Kind: MountBind, Source: "/a", Target: "/b"},
		`type=bind,"source=/a,b",destination=/c`: {Kind: MountBind, Source: "/a,b", Target: "/c"},
		"target=/b":                              {Kind: MountVolume, Target: "/b"},
		"source=v,target=/b":                     {Kind: MountVolume, Source: "v", Target: "/b"},
		"type=tmpfs,target=/b,tmpfs-size=1m":     {Kind: MountTmpfs, Target: "/b", TmpfsSize: 1 << 20},
		`type=bind,source=\\.\pipe\x,target=C:\p`: {Kind: MountBind, Source: `\\.\pipe\x`, Target: `C:\p`},
	} {
		got, err := ParseMount(text)
		if err != nil || got != want {
			t.Errorf("ParseMount(%q) = %+v, %v, want %+v", text, got, err, want)
		}
		if again, err := ParseMount(got.String()); err != nil || again != got {
			t.Errorf("%q is written as %q and read as %+v, %v", text, got, again, err)
		}
	}
	for text, want := range map[string]Reason{
		"": ReasonEmpty, " ": ReasonEmpty, "a": ReasonRelative, "a:b": ReasonRelative, ":/b": ReasonEmpty, "/a:/b:ro:x:y": ReasonMalformed,
		"/a:/b:z": ReasonUnknown, "/a:/": ReasonConflict, "type=bind,target=/b": ReasonEmpty, "type=bind,source=/a": ReasonEmpty,
		"type=npipe,source=a,target=/b": ReasonUnknown, "type=tmpfs,source=/a,target=/b": ReasonConflict, `type=bind,"x`: ReasonMalformed,
		"type=volume,source=/a,target=/b": ReasonConflict, "type=bind,source=/a,target=/b,tmpfs-size=1": ReasonConflict,
		"type=bind,source=/a,target=/b,readonly=perhaps": ReasonMalformed, strings.Repeat("a", 10<<20): ReasonTooLong,
	} {
		if got, err := ParseMount(text); reasonOf(err) != string(want) {
			t.Errorf("ParseMount(%q) = %+v, %v, want %s", shorten(text), got, err, want)
		}
	}
	if got, err := ParseTmpfs("/t:size=64m,ro"); err != nil || got != (Mount{Kind: MountTmpfs, Target: "/t", ReadOnly: true, TmpfsSize: 64 << 20}) {
		t.Errorf("ParseTmpfs: %+v, %v", got, err)
	}
}

func FuzzParseMount(f *testing.F) {
	for _, text := range []string{"/a:/b:ro", `C:\a:C:\b`, `type=bind,"source=/a,b",target=/c`, "a:b:c:d", ":::", `C:\`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMount(text)
		if err != nil {
			return
		}
		// A carriage return before a line feed is lost in the CSV that --mount is.
		if again, err := ParseMount(m.String()); !strings.Contains(text, "\r") && (err != nil || again != m) {
			t.Fatalf("%q gave %+v, written %q, read %+v, %v", text, m, m, again, err)
		}
	})
}

func TestParsePublish(t *testing.T) {
	for text, want := range map[string][]Port{
		"80":                 {{Container: 80, Proto: "tcp"}},
		"8080:80":            {{HostPort: 8080, Container: 80, Proto: "tcp"}},
		"127.0.0.1:53:5/UDP": {{HostIP: "127.0.0.1", HostPort: 53, Container: 5, Proto: "udp"}},
		"127.0.0.1::80":      {{HostIP: "127.0.0.1", Container: 80, Proto: "tcp"}},
		"[::1]:8080:80":      {{HostIP: "::1", HostPort: 8080, Container: 80, Proto: "tcp"}},
		"8000-8001:80-81":    {{HostPort: 8000, Container: 80, Proto: "tcp"}, {HostPort: 8001, Container: 81, Proto: "tcp"}},
	} {
		got, err := ParsePublish(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("ParsePublish(%q) = %+v, %v", text, got, err)
		}
		for _, p := range got {
			if again, err := ParsePublish(p.String()); err != nil || len(again) != 1 || again[0] != p {
				t.Errorf("%+v is written as %s and read as %+v, %v", p, p, again, err)
			}
		}
	}
	for _, text := range []string{"", "a", "80:a", "0", "70000", "70000:80", "80/icmp", "1-3:1-2", "8000-9000:80", "x:80:80", ":", "1:2:3:4", strings.Repeat("1", 10<<20)} {
		if got, err := ParsePublish(text); reasonOf(err) == "" {
			t.Errorf("ParsePublish(%q) = %+v, %v, want an error", shorten(text), got, err)
		}
	}
}

func FuzzParsePublish(f *testing.F) {
	for _, text := range []string{"80", "8080:80/udp", "[::1]:1:2", "1-65535"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ports, err := ParsePublish(text)
		if err == nil && len(ports) == 0 || len(ports) > 65535 {
			t.Fatalf("%q gave %d ports", text, len(ports))
		}
	})
}

func TestParseEnv(t *testing.T) {
	lookup := func(name string) (string, bool) { return "here", name == "SET" }
	for text, want := range map[string]EnvVar{
		"A=b":        {Name: "A", Value: "b"},
		"A=":         {Name: "A"},
		"A=b=c":      {Name: "A", Value: "b=c"},
		"SET":        {Name: "SET", Value: "here"},
		"DB_PASS=xy": {Name: "DB_PASS", Value: "xy", Secret: true},
	} {
		if got, set, err := ParseEnv(text, lookup); err != nil || !set || got != want {
			t.Errorf("ParseEnv(%q) = %+v, %v, %v", text, got, set, err)
		}
	}
	if _, set, err := ParseEnv("UNSET", lookup); set || err != nil {
		t.Errorf("an unset name: %v, %v", set, err)
	}
	for _, text := range []string{"", "=a", "A\x00=b", "A=\x00", "A=\xff", "A=" + strings.Repeat("canary", 2<<20)} {
		_, _, err := ParseEnv(text, lookup)
		if reasonOf(err) == "" || strings.Contains(err.Error(), "canary") {
			t.Errorf("ParseEnv(%q): %v", shorten(text), err)
		}
	}
}

func TestParseEnvFile(t *testing.T) {
	lookup := func(name string) (string, bool) { return "here", name == "SET" }
	text := "\xef\xbb\xbfA=1\n# comment\n\n  B = \"quoted\"\n"
	if _, err := ParseEnvFile(strings.NewReader(text), lookup); reasonOf(err) != string(ReasonCharacter) || !strings.Contains(err.Error(), "line 4") {
		t.Errorf("blanks in a name: %v", err)
	}
	text = "\xef\xbb\xbfA=1\r\n# comment\n\n  B= \"quoted\" \nSET\nUNSET\nC=a=b #x"
	got, err := ParseEnvFile(strings.NewReader(text), lookup)
	want := []EnvVar{{Name: "A", Value: "1"}, {Name: "B", Value: " \"quoted\" "}, {Name: "SET", Value: "here"}, {Name: "C", Value: "a=b #x"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	for name, text := range map[string]string{
		"a line of 10 MB": "A=" + strings.Repeat("x", 10<<20), "10 MB of lines": strings.Repeat("A=b\n", 3<<20), "not UTF-8": "A=\xff", "no name": "=a",
	} {
		if _, err := ParseEnvFile(strings.NewReader(text), nil); reasonOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseEnvFile(f *testing.F) {
	f.Add("A=b\n# c\nD")
	f.Fuzz(func(t *testing.T, text string) {
		vars, err := ParseEnvFile(strings.NewReader(text), func(string) (string, bool) { return "", true })
		for _, v := range vars {
			if v.Name == "" || strings.ContainsAny(v.Name, "=\x00 \t") || err != nil {
				t.Fatalf("%q gave %+v, %v", text, v, err)
			}
		}
	})
}

func TestMergeEnv(t *testing.T) {
	got := MergeEnv([]EnvVar{{Name: "A", Value: "1"}, {Name: "B", Value: "1"}}, nil, []EnvVar{{Name: "A", Value: "2"}, {Name: "C"}})
	want := []EnvVar{{Name: "A", Value: "2"}, {Name: "B", Value: "1"}, {Name: "C"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{"": 0, "1024": 1024, "512m": 512 << 20, "1.5GiB": 3 << 29, " 2g ": 2 << 30} {
		if got, err := ParseBytes(text); err != nil || got != want {
			t.Errorf("ParseBytes(%q) = %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"a", "-1", "1x", "9999999999999999g", strings.Repeat("9", 10<<20)} {
		if got, err := ParseBytes(text); err == nil {
			t.Errorf("ParseBytes(%q) = %d", shorten(text), got)
		}
	}
	for size, want := range map[int64]string{0: "0", 1: "1", 1025: "1025", 2048: "2k", 512 << 20: "512m", 3 << 30: "3g"} {
		if got := FormatBytes(size); got != want {
			t.Errorf("FormatBytes(%d) = %s, want %s", size, got, want)
		}
	}
	for text, want := range map[string]int64{"": 0, "1": 1e9, "1.5": 15e8, "0.000000001": 1} {
		got, err := ParseCPUs(text)
		if err != nil || got != want {
			t.Errorf("ParseCPUs(%q) = %d, %v", text, got, err)
		}
		if again, err := ParseCPUs(FormatCPUs(got)); err != nil || again != got {
			t.Errorf("%d is written as %s", got, FormatCPUs(got))
		}
	}
	for _, text := range []string{"a", "-1", "1e9", "0.0000000001", "1/3", "99999999999999"} {
		if got, err := ParseCPUs(text); err == nil {
			t.Errorf("ParseCPUs(%q) = %d", text, got)
		}
	}
}

func TestParsePlatform(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "linux/amd64": "linux/amd64", "Linux/ARM64": "linux/arm64", "arm64": "linux/arm64", "linux/arm/v7": "linux/arm/v7",
		"x86_64": "linux/amd64", "linux/aarch64": "linux/arm64", "windows/amd64": "windows/amd64", "linux": "linux", "armhf": "linux/arm/v7",
	} {
		if got, err := ParsePlatform(text); err != nil || got != want {
			t.Errorf("ParsePlatform(%q) = %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"a b", "linux/", "/", "linux/amd64/v1/x", "linux/vax", "plan9/386/387/x"} {
		if got, err := ParsePlatform(text); err == nil {
			t.Errorf("ParsePlatform(%q) = %q", text, got)
		}
	}
}

func TestLooksSecret(t *testing.T) {
	secret := map[string]string{
		"DB_PASSWORD": "x", "PGPASSWORD": "x", "api-key": "x", "apiKey": "x", "AWS_SECRET_ACCESS_KEY": "x", "GITHUB_TOKEN": "x", "AUTH": "x",
		"DATABASE_URL": "postgres://u:p@h/db", "X": "ghp_0123456789abcdef", "CERT": "-----BEGIN RSA PRIVATE KEY-----\n…", "MYSQL_PWD": "x",
		"DSN": "u:p@tcp(h)/db", "BROKERS": "amqp://a, amqp://u:p%zz@h", "JWT": "eyJhbGciOiJIUzI1NiJ9.e30.x",
	}
	for name, value := range secret {
		if !LooksSecret(name, value) {
			t.Errorf("%s=%s is shown", name, value)
		}
	}
	plain := map[string]string{
		"PATH": "/bin", "PWD": "/x", "OLDPWD": "/x", "HOME": "/root", "DB_PASSWORD": "", "PASSWORD_FILE": "/run/secrets/x", "PUBLIC_KEY": "x",
		"KEYBOARD": "us", "KEYCLOAK_URL": "http://k/", "AUTHOR": "me", "ALLOW_EMPTY_PASSWORD": "yes", "TOKENIZER": "bpe", "MONKEY": "x",
		"URL": "http://user@host/", "COMPASS": "n", "LANG": "C",
	}
	for name, value := range plain {
		if LooksSecret(name, value) {
			t.Errorf("%s=%s is hidden", name, value)
		}
	}
}
