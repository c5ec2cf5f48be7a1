package registry

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseURL(t *testing.T) {
	for in, want := range map[string]string{
		"harbor.example":                                 "https://harbor.example",
		" Harbor.Example:8443/ ":                         "https://harbor.example:8443",
		"https://harbor.example:443/harbor/projects?x#y": "https://harbor.example",
		"http://harbor.example:80":                       "http://harbor.example",
		"http://127.0.0.1:5000/v2/":                      "http://127.0.0.1:5000",
		"HTTPS://[2001:DB8::1]:8443":                     "https://[2001:db8::1]:8443",
		"docker.io":                                      "https://registry-1.docker.io",
		"https://index.docker.io/v1/":                    "https://registry-1.docker.io",
		"harbor.example.":                                "https://harbor.example",
		"my_registry:5000":                               "https://my_registry:5000",
	} {
		if got, err := ParseURL(in); got != want || err != nil {
			t.Errorf("%q: %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "ftp://x", "https://", "https://u:canary@h", "h:0", "h:65536", "h:x", "h:", "a b", "-x.test", "x..y", "[::1", "[fe80::1%25eth0]", "h\x1b[2J", strings.Repeat("a", 3000), "https://ex ample", "例え.test"} {
		if got, err := ParseURL(in); err == nil || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

func FuzzParseURL(f *testing.F) {
	f.Add("https://harbor.example:8443/x?y")
	f.Add("[::1]:5000")
	f.Fuzz(func(t *testing.T, text string) {
		base, err := ParseURL(text)
		if err != nil {
			return
		}
		if again, err := ParseURL(base); err != nil || again != base {
			t.Fatalf("%q gives %q, which gives %q, %v", text, base, again, err)
		}
		u, err := url.Parse(base)
		if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" {
			t.Fatalf("%q: %q", text, base)
		}
	})
}

func TestConnection(t *testing.T) {
	for u, want := range map[string]string{"https://registry-1.docker.io": "docker.io", "https://h.test:8443": "h.test:8443"} {
		if c := (Connection{URL: u}); c.Host() != want || c.Title() != want || c.Insecure() {
			t.Errorf("%s: %q", u, c.Host())
		}
	}
	for u, want := range map[string]bool{"http://h.test": true, "http://127.0.0.1:5000": false, "http://localhost": false, "http://[::1]:5": false} {
		if c := (Connection{URL: u, Name: "n"}); c.Insecure() != want || c.Title() != "n" {
			t.Errorf("%s: %v", u, c.Insecure())
		}
	}
}

func TestMask(t *testing.T) {
	for in, want := range map[string]string{
		"PATH=/bin": "PATH=/bin", "DB_PASSWORD=x": "DB_PASSWORD=***", "API_KEY=x": "API_KEY=***", "GITHUB_TOKEN=": "GITHUB_TOKEN=", "AUTHOR=jo": "AUTHOR=jo", "PWD=/srv": "PWD=/srv",
		"URL=postgres://u:p@h/db": "URL=postgres://u:***@h/db", "KEYBOARD=us": "KEYBOARD=us", "novalue": "novalue", "X=-----BEGIN RSA PRIVATE KEY-----": "X=***", "npm_config__auth=x": "npm_config__auth=***",
	} {
		if got := MaskEnv(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := MaskText(`RUN curl -u a https://u:pw@h && X_TOKEN="a b" make --password hunter2`); strings.Contains(got, "pw@") || strings.Contains(got, "a b") || strings.Contains(got, "hunter2") {
		t.Errorf("%q", got)
	}
	// Whatever name hides a value in the environment hides it in the build, too.
	for in, want := range map[string]string{
		"ENV DB_PASS=hunter2":                                             "ENV DB_PASS=***",
		"/bin/sh -c #(nop)  ENV JWT_SIGNING_KEY=hunter2":                  "/bin/sh -c #(nop)  ENV JWT_SIGNING_KEY=***",
		"ENV DB_PASSWORD=my secret hunter2":                               "ENV DB_PASSWORD=***",
		"ENV DB_PASSWORD=my secret hunter2 LANG=C.UTF-8":                  "ENV DB_PASSWORD=*** LANG=C.UTF-8",
		"ENV LANG=C REDIS_DSN=redis://h/1":                                "ENV LANG=C REDIS_DSN=***",
		"|2 GPG_PASSPHRASE=hunter2 V=1 /bin/sh -c make # buildkit":        "|2 GPG_PASSPHRASE=*** V=1 /bin/sh -c make # buildkit",
		`RUN MYSQL_PWD='a b' NPM_AUTH="x \"y\"" make && echo KEYBOARD=us`: "RUN MYSQL_PWD=*** NPM_AUTH=*** make && echo KEYBOARD=us",
		"ENV PATH=/usr/bin:/bin":                                          "ENV PATH=/usr/bin:/bin", "ENV": "ENV", "ENV a": "ENV a",
	} {
		if got := MaskText(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got, want := HideValues("RUN login hunter22 && x at C.UTF-8", []string{"LANG=C.UTF-8", "DB_PASS=hunter22", "A_TOKEN=x", "broken"}), "RUN login *** && x at C.UTF-8"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x1b[2J\u202eb\nc", 5)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		limit = min(max(limit, 0), 5000)
		got := Clean(text, limit)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\x1b\n\r\u202e\u2028\x00") || len(got) > 3*limit+8 {
			t.Fatalf("%q cut to %d: %q", text, limit, got)
		}
		MaskEnv(text)
		MaskText(text)
		MaskText("ENV " + text)
		HideValues(text, []string{text})
		CleanLines(text)
	})
}

func TestErrorSays(t *testing.T) {
	e := &Error{Op: "read", Object: "h/p", Cause: CauseForbidden, Status: 403, RequestID: "abc", Message: "forbidden", Hint: "ask"}
	if got := e.Error(); got != "read h/p: forbidden (HTTP 403, request abc): ask" {
		t.Errorf("%q", got)
	}
	wrapped := Explain("list", "h", fmt.Errorf("outer: %w", e))
	if got := wrapped.Error(); got != "list h: forbidden (HTTP 403, request abc): ask" || CauseOf(wrapped) != CauseForbidden {
		t.Errorf("%q", got)
	}
	for err, want := range map[error]Cause{context.Canceled: CauseCancelled, context.DeadlineExceeded: CauseTimeout, errors.New("x"): CauseOther, nil: ""} {
		if got := CauseOf(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
	if Explain("a", "b", nil) != nil {
		t.Error("nil became an error")
	}
}
