package channel

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tacklebox/platform/latency/said"
)

// Transport carries requests; *http.Transport does.
type Transport = http.RoundTripper

const maxURL = 4096

// address is a webhook's address when it may be used.
func (c *Channel) address(s Secret) (*url.URL, error) {
	text := s.Reveal()
	// url.Parse's own errors repeat the address.
	u, err := url.Parse(text)
	switch {
	case len(text) > maxURL:
		return nil, said.New("its address has more than %d bytes", maxURL)
	case err != nil || u.Host == "" || u.Opaque != "":
		return nil, said.New("its address is no URL such as https://host/path: paste the whole of it")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, said.New("its address begins neither with https:// nor with http://")
	case u.Scheme == "http" && !c.PlainHTTP && !loopback(u.Hostname()):
		return nil, said.New("its address begins with http://, so everybody on the way can read it: use https://, or allow plain http for this channel")
	}
	return u, nil
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// errRedirect is a redirect that is not followed.
var errRedirect = said.New("it sends on to another address, which is not followed: enter that address here if you trust it")

// follow allows a redirect that stays on the host and repeats the request.
func follow(r *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) > 3 || r.Method != http.MethodPost || r.URL.Scheme != first.URL.Scheme || !strings.EqualFold(r.URL.Host, first.URL.Host) {
		return permanent{errRedirect}
	}
	return nil
}

// post sends m to the webhook.
func (s *Sender) post(ctx context.Context, c *Channel, m *Message) error {
	address, err := s.secret(ctx, c.URL, c.SecretRef)
	if err != nil {
		return err
	}
	key, err := s.secret(ctx, c.SignKey, c.SignRef)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, WebhookTimeout)
	defer cancel()
	return scrubError(s.deliver(ctx, c, m, address, key), address, key)
}

func (s *Sender) deliver(ctx context.Context, c *Channel, m *Message, address, key Secret) error {
	u, err := c.address(address)
	if err != nil {
		return permanent{err}
	}
	body, err := c.Render(*m)
	if err != nil {
		return permanent{err}
	}
	if key != "" {
		if body, err = sign(c.Form, u, body, key, s.now()); err != nil {
			return permanent{err}
		}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return permanent{said.New("its address is no URL such as https://host/path: paste the whole of it")}
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("User-Agent", "Tacklebox")
	transport := s.Transport
	if transport == nil {
		t := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2: true, MaxResponseHeaderBytes: 64 << 10}
		// One message now and then: no connection waits for the next.
		defer t.CloseIdleConnections()
		transport = t
	}
	answer, err := (&http.Client{Transport: transport, CheckRedirect: follow}).Do(r)
	if err != nil {
		return explain(u, err)
	}
	defer answer.Body.Close()
	// What was sent is sent: an answer that breaks off counts by its status.
	told, _ := io.ReadAll(io.LimitReader(answer.Body, MaxBody))
	return verdict(c.Form, u.Host, answer, told)
}

func (s *Sender) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// explain puts what went wrong on the way in words. The library's own text has
// the address in it.
func explain(u *url.URL, err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	var timeout net.Error
	var bad *tls.CertificateVerificationError
	switch {
	case errors.Is(err, errRedirect):
		return said.New("%s: %v", u.Host, err)
	case errors.As(err, &bad):
		return said.New("%s: its certificate cannot be trusted: %v: look at this machine's clock, or have the certificate put right", u.Host, bad.Err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return said.Because(context.DeadlineExceeded, "%s: no answer within %v", u.Host, WebhookTimeout)
	}
	return said.New("%s: %v", u.Host, err)
}

// verdict says whether an answer means that the message was taken. The Chinese
// services answer 200 to everything, with a code in the body.
func verdict(form Form, host string, answer *http.Response, body []byte) error {
	if answer.StatusCode/100 != 2 {
		err := error(said.New("%s answers %s%s", host, clean(answer.Status, false, 80), quote(body)))
		if answer.StatusCode/100 == 4 && !slices.Contains([]int{408, 421, 423, 425, 429}, answer.StatusCode) || answer.StatusCode/100 == 3 {
			return permanent{err}
		}
		return err
	}
	var answered struct {
		ErrCode *int64 `json:"errcode"`
		ErrMsg  string `json:"errmsg"`
		Code    *int64 `json:"code"`
		Msg     string `json:"msg"`
	}
	switch form {
	case FormDingTalk, FormWeCom, FormFeishu:
	default:
		return nil
	}
	if err := json.Unmarshal(body, &answered); err != nil {
		return said.New("%s answers something else than %s would%s", host, form, quote(body))
	}
	code, text := answered.ErrCode, answered.ErrMsg
	if form == FormFeishu {
		code, text = answered.Code, answered.Msg
	}
	if code != nil && *code != 0 {
		return said.New("%s refuses it with code %d: %s", host, *code, clean(text, false, 200))
	}
	return nil
}

func quote(body []byte) string {
	text := clean(string(body), false, 120)
	if text == "" {
		return ""
	}
	return fmt.Sprintf(": %q", text)
}

// sign adds what DingTalk (timestamp in ms and sign in the address) and Feishu
// (timestamp in s and sign in the body) want of a robot with a key. Both sign
// timestamp, line feed, key; DingTalk with the key, Feishu uses it as the key and
// signs nothing.
func sign(form Form, u *url.URL, body []byte, key Secret, now time.Time) ([]byte, error) {
	switch form {
	case FormDingTalk:
		stamp := strconv.FormatInt(now.UnixMilli(), 10)
		q := u.Query()
		q.Set("timestamp", stamp)
		q.Set("sign", digest(key.Reveal(), stamp+"\n"+key.Reveal()))
		u.RawQuery = q.Encode()
		return body, nil
	case FormFeishu:
		stamp := strconv.FormatInt(now.Unix(), 10)
		var all map[string]json.RawMessage
		if err := json.Unmarshal(body, &all); err != nil {
			return nil, err
		}
		all["timestamp"], _ = json.Marshal(stamp)
		all["sign"], _ = json.Marshal(digest(stamp+"\n"+key.Reveal(), ""))
		return json.Marshal(all)
	}
	return nil, said.New("a signing key is for DingTalk and Feishu only: take it out")
}

func digest(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}
