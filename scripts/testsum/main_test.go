package main

import (
	"strings"
	"testing"
)

func TestSummary(t *testing.T) {
	for _, c := range []struct {
		name, in string
		ok       bool
		want     []string
		not      []string
	}{
		{
			name: "all well",
			in: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"noise\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"PASS\n"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}
{"Action":"pass","Package":"p"}`,
			ok: true, want: []string{"ok  \tp\t0.1s", "1 passed, 0 failed, 0 skipped"}, not: []string{"noise", "PASS"},
		},
		{
			name: "a failing test is shown whole",
			in: `{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: wrong\n"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}`,
			want: []string{"a_test.go:1: wrong", "FAIL\tp\t0.1s", "0 passed, 1 failed, 0 skipped"},
		},
		{
			name: "a package that panics outside a failing test",
			in: `{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestB","Output":"panic: no\n"}
{"Action":"fail","Package":"p"}`,
			want: []string{"panic: no", "1 passed, 0 failed"},
		},
		{
			name: "a build that fails",
			in: `{"ImportPath":"p","Action":"build-output","Output":"p.go:1: undefined: x\n"}
{"ImportPath":"p","Action":"build-fail"}
{"Action":"pass","Package":"q","Test":"TestA"}`,
			want: []string{"undefined: x"},
		},
		{
			name: "what is skipped says why",
			in: `{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:9: no engine\n"}
{"Action":"skip","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestB"}`,
			ok: true, want: []string{"no engine", "1 passed, 0 failed, 1 skipped"},
		},
		{name: "nothing ran", in: "go: cannot find main module\n", want: []string{"cannot find main module", "no test ran"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			s := newSummary(&out)
			if err := s.read(strings.NewReader(c.in)); err != nil {
				t.Fatal(err)
			}
			if ok := s.close(); ok != c.ok {
				t.Errorf("ok = %v, want %v", ok, c.ok)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %q in:\n%s", want, out.String())
				}
			}
			for _, not := range c.not {
				if strings.Contains(out.String(), not) {
					t.Errorf("%q in:\n%s", not, out.String())
				}
			}
		})
	}
}
