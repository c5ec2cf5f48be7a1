package latency

import "testing"

func TestWithoutLogin(t *testing.T) {
	for in, want := range map[string]string{
		"https://me:c4n4ry@host/a@b?x=@#@":       "https://host/a@b?x=@#@",
		"https://c4n4ry@host":                    "https://host",
		"https://:c4n4ry@host":                   "https://host",
		"https://me:c4n@4ry@host/":               "https://host/",
		"https://me:c4n 4ry@host/":               "https://host/",
		"HTTP://me:c4n4ry@[::1]:81/":             "HTTP://[::1]:81/",
		"https://me:c4n4ry@%zz/":                 "https://%zz/",
		"a https://a:b@c/ and https://d:e@f/ b":  "a https://c/ and https://f/ b",
		"https://host/login//me:c4n4ry@other/":   "https://host/login//other/",
		"https://host/@me":                       "https://host/@me",
		"me@host":                                "me@host",
		"https://host/?next=https://a:c4n4ry@b/": "https://host/?next=https://b/",
		"https://me:7/c4n4ry@host":               "https://me:7/",
		"https://me:7?c4n,4;ry@host/a b":         "https://me:7/ b",
		"https://a:b@me:7/c4n4ry@host":           "https://me:7/",
		"https://host:7/a, https://me:8/c@d":     "https://host:7/a, https://me:8/",
		"https://host:8080/%40scope/a":           "https://host:8080/%40scope/a",
		"https://[::1]:8080/@scope":              "https://[::1]:8080/@scope",
		"https://me:pa/c4n4ry@host/":             "https://me/",
		"https://me:7[/c4n4ry@host/":             "https://me/",
		"https://me:7:8/c4n4ry@host/":            "https://me/",
		"https://host:8080/a":                    "https://host:8080/a",
		"":                                       "",
	} {
		got, found := WithoutLogin(in)
		if got != want || found != (got != in) {
			t.Errorf("%q: %q, %v, want %q", in, got, found, want)
		}
		if again, found := WithoutLogin(got); again != got || found {
			t.Errorf("%q: a second time %q", in, again)
		}
	}
}
