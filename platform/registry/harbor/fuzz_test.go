package harbor_test

import (
	"encoding/json"
	"strings"
	"testing"

	"tacklebox/platform/registry/harbor"
)

// FuzzAnswers: whatever a server sends, it is read or refused.
func FuzzAnswers(f *testing.F) {
	for _, s := range []string{
		`[{"digest":"sha256:x","type":"IMAGE","tags":null,"push_time":"0001-01-01T00:00:00.000Z","references":[{"child_digest":"d","platform":{"os":"linux"}}],"extra_attrs":{"config":{"Entrypoint":"/x","Cmd":null,"Env":["A=b"],"ExposedPorts":{"1/tcp":{}}}},"scan_overview":{"x":{"scan_status":"Success","summary":{"summary":{"High":1}}}}}]`,
		`{"vulnerabilities":[{"id":"CVE-1","links":"one","preferred_cvss":{"score_v3":null}}]}`,
		`{"job_parameters":"{\"dry_run\":true,\"freed_space\":12}","creation_time":7}`,
		`{"status":"InProgress","total":-5,"failed":99999999}`,
		`null`, `[null]`, `{"metadata":null,"cve_allowlist":{"items":[{"cve_id":"x"}],"expires_at":1}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, into := range []any{&[]harbor.Artifact{}, &map[string]harbor.Report{}, &harbor.GC{}, &[]harbor.Execution{}, &[]harbor.Project{}, &harbor.Health{}, &[]harbor.Queue{}, &[]harbor.Worker{}, &[]harbor.Policy{}, &harbor.Info{}, &[]harbor.History{}, &harbor.Robot{}, &[]harbor.Quota{}} {
			_ = json.Unmarshal(text, into) // refused or read: neither may panic
			switch v := into.(type) {
			case *[]harbor.Artifact:
				for _, a := range *v {
					a.Scan()
					for _, r := range a.References {
						r.PlatformText()
					}
				}
			case *[]harbor.Execution:
				for _, e := range *v {
					e.State()
				}
			case *harbor.GC:
				if v.Created.Year() < 1 {
					t.Errorf("%v", v.Created)
				}
			}
		}
	})
}

// FuzzFollower: what is shown of a log that is rewritten is never more than it.
func FuzzFollower(f *testing.F) {
	f.Add("a\nb\nc", "a\nb\nc\nd\n", "x")
	f.Fuzz(func(t *testing.T, one, two, three string) {
		var fl harbor.Follower
		var shown strings.Builder
		for i, text := range []string{one, two, three} {
			added, fresh := fl.Next(harbor.Log{Text: []byte(text)}, i == 2)
			if fresh {
				shown.Reset()
			}
			shown.Write(added)
		}
		if shown.String() != three {
			t.Errorf("%q, %q, %q: shown %q", one, two, three, shown.String())
		}
		harbor.FirstError(harbor.Log{Text: []byte(one)})
	})
}

func TestNumber(t *testing.T) {
	for text, want := range map[string]int{"v2.15.2-b8a3c2b4": 2015, "2.7": 2007, "v2.10-rc1": 2010, "": -1, "v2": -1, "vx.y": -1, "v2.-1": -1} {
		got, ok := harbor.Number(text)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	for text, want := range map[string]string{"": "", "a": "name=~a", "a,b": "name=~a", "50%": "name=~50%25", "a+b": "name=~a%2Bb", "\x1b": ""} {
		if got := harbor.Match("name", text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := harbor.Exactly("k", "~x"); got != `k=\~x` {
		t.Errorf("%q", got)
	}
}
