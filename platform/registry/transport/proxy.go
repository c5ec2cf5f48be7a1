package transport

import (
	"errors"
	"fmt"
	"net/url"
	"os"

	"golang.org/x/net/http/httpproxy"

	"tacklebox/platform/registry"
)

// ProxyNone is the choice to go without.
const ProxyNone = "none"

// ParseProxy checks a choice of proxy: "" or "system", "none", or a URL.
func ParseProxy(text string) (string, error) {
	switch text {
	case "", "system":
		return "", nil
	case ProxyNone:
		return ProxyNone, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" {
		return "", fmt.Errorf("%q is no proxy: write system, none, or an address such as http://proxy.example:3128", registry.Clean(secretless(text), 100))
	}
	if _, has := u.User.Password(); has {
		return "", errors.New("the proxy's address has a password in it, which would be kept in a file: set it in HTTPS_PROXY and choose system")
	}
	return u.Scheme + "://" + u.Host, nil
}

// secretless leaves out what may be a password in an address that cannot be read.
func secretless(text string) string {
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] == '@' {
			return "…" + text[i:]
		}
	}
	return text
}

// proxyFor says which proxy is on the way to a URL.
func proxyFor(o Options) (func(*url.URL) (*url.URL, error), error) {
	choice, err := ParseProxy(o.Proxy)
	if err != nil {
		return nil, err
	}
	switch choice {
	case ProxyNone:
		return func(*url.URL) (*url.URL, error) { return nil, nil }, nil
	case "":
		return systemProxy(o.Getenv), nil
	}
	u, err := url.Parse(choice)
	if err != nil {
		return nil, err
	}
	return func(*url.URL) (*url.URL, error) { return u, nil }, nil
}

// systemProxy is what the environment says, and where it says nothing what the
// system's settings do.
func systemProxy(getenv func(string) string) func(*url.URL) (*url.URL, error) {
	env := httpproxy.FromEnvironment()
	if getenv != nil {
		first := func(names ...string) string {
			for _, n := range names {
				if v := getenv(n); v != "" {
					return v
				}
			}
			return ""
		}
		env = &httpproxy.Config{
			HTTPProxy:  first("HTTP_PROXY", "http_proxy"),
			HTTPSProxy: first("HTTPS_PROXY", "https_proxy"),
			NoProxy:    first("NO_PROXY", "no_proxy"),
		}
	} else if env.HTTPProxy == "" && env.HTTPSProxy == "" && os.Getenv("NO_PROXY") == "" {
		if own := osProxy(); own != nil {
			env = own
		}
	}
	return env.ProxyFunc()
}
