package transport

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/registry"
)

func TestParseChallenge(t *testing.T) {
	for header, want := range map[string]string{
		`Bearer realm="https://a.test/token",service="x y",scope="repository:a:pull"`: "bearer https://a.test/token x y",
		`bearer service=s, realm="https://a.test/t,1"`:                                "bearer https://a.test/t,1 s",
		`Basic realm="Registry \"one\""`:                                              "basic  ",
		`Bearer realm=""`:                                                             "  ",
		`Bearer realm="https://u:p@a.test/"`:                                          "  ",
		`Bearer realm="javascript:alert(1)"`:                                          "  ",
		`Bearer`:                                                                      "  ",
		`Negotiate`:                                                                   "  ",
		``:                                                                            "  ",
		"Bearer realm=\"https://a.test\",service=\"\x1b[31m\"": "bearer https://a.test [31m",
	} {
		c := ParseChallenge(header)
		realm := ""
		if c.Realm != nil {
			realm = c.Realm.String()
		}
		if got := c.Scheme + " " + realm + " " + c.Service; got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}

func FuzzParseChallenge(f *testing.F) {
	f.Add(`Bearer realm="https://a.test/token",service="x",scope="repository:a:pull"`)
	f.Add(`Basic realm="a\"b`)
	f.Fuzz(func(t *testing.T, header string) {
		c := ParseChallenge(header)
		if c.Scheme == "bearer" && (c.Realm == nil || c.Realm.Host == "" || c.Realm.User != nil) {
			t.Errorf("%q: %+v", header, c)
		}
	})
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		`{"errors":[{"code":"NOT_FOUND","message":"no \u001b[31mred"}]}`:  "NOT_FOUND no [31mred",
		`{"errors":[{"code":"DENIED"}]}`:                                  "DENIED denied",
		`{"errors":null}`:                                                 " ",
		`{"code":10010,"message":"object is not found","details":"97e7"}`: " object is not found",
		`{"details":"wrong"}`:                                             " wrong",
		`[]`:                                                              " ",
		`<html>`:                                                          " ",
		`{"errors":[{"code":"A","message":"x"},{"code":"B","message":"y"}]}`: "A x; y",
	} {
		if code, message := ParseErrors([]byte(text)); code+" "+message != want {
			t.Errorf("%s: %q %q, want %q", text, code, message, want)
		}
	}
}

func FuzzResponse(f *testing.F) {
	f.Add(404, `{"errors":[{"code":"NOT_FOUND","message":"x"}]}`, "17", "application/json")
	f.Add(200, "<!doctype html><TITLE>İx</TITLE>", "Fri, 31 Dec 1999 23:59:59 GMT", "text/html")
	f.Fuzz(func(t *testing.T, status int, body, retry, kind string) {
		resp := &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {retry}, "Content-Type": {kind}}}
		err := FromResponse(resp, []byte(body))
		e, ok := err.(*registry.Error)
		if !ok || e.Cause == "" || e.RetryAfter < 0 || e.RetryAfter > maxRetryAfter {
			t.Fatalf("%v", err)
		}
		if text := err.Error(); strings.ContainsAny(text, "\x1b\x00\n") || len(text) > 5000 {
			t.Fatalf("%q", text)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "17": 17 * time.Second, "-1": 0, "999999999999": maxRetryAfter, "Fri, 02 Jan 2026 03:05:05 GMT": time.Minute, "Fri, 02 Jan 2026 03:00:00 GMT": 0, "soon": 0, "99999999999999999999999": 0,
	} {
		if got := retryAfter(text, now); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestParseFingerprint(t *testing.T) {
	hexes := strings.Repeat("ab", 32)
	for _, text := range []string{hexes, strings.ToUpper(hexes), "sha256:" + hexes, "SHA256 Fingerprint=" + strings.TrimSuffix(strings.Repeat("AB:", 32), ":"), " " + hexes + "\n"} {
		if got, err := ParseFingerprint(text); got != hexes || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "ab", hexes[:40], hexes + "00", "zz" + hexes[2:]} {
		if _, err := ParseFingerprint(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func FuzzParseFingerprint(f *testing.F) {
	f.Add("sha256:" + strings.Repeat("ab", 32))
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseFingerprint(text)
		if err == nil && len(got) != 64 {
			t.Errorf("%q: %q", text, got)
		}
	})
}

func FuzzParseCA(f *testing.F) {
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := ParseCA(text)
		if err == nil && (len(got) > MaxCA || strings.Contains(got, "PRIVATE")) {
			t.Errorf("%q", got)
		}
	})
}

func TestSubject(t *testing.T) {
	token := func(claims string) registry.Secret {
		return registry.Secret("e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".sig")
	}
	for in, want := range map[registry.Secret]string{token(`{"sub":"jo"}`): "jo", token(`{"sub":""}`): "", token(`{`): "", "opaque": "", "a.%%.c": ""} {
		if got := Subject(in); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
