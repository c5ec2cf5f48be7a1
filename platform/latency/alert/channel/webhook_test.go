package channel

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// canary is what must be seen nowhere.
const canary = "c4n4ry-0123456789abcdef"

func message() Message {
	return Message{Event: "raised", Level: "critical", Rule: "loss", Target: "web", Host: "192.0.2.7", Group: "Europe/Paris",
		Why: "loss 40% of 5 probes", Comment: "call the provider", At: noon}
}

type got struct {
	path, query string
	header      http.Header
	body        []byte
}

// server answers by handle and keeps what it got.
func server(t *testing.T, handle http.HandlerFunc) (*httptest.Server, func() []got) {
	t.Helper()
	all := make(chan got, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		all <- got{r.URL.Path, r.URL.RawQuery, r.Header, body}
		if handle != nil {
			handle(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s, func() (out []got) {
		for {
			select {
			case g := <-all:
				out = append(out, g)
			default:
				return out
			}
		}
	}
}

func hook(url string, form Form) Channel {
	return Channel{ID: "h", Name: "hook", Kind: KindWebhook, Enabled: true, Form: form, URL: Secret(url)}
}

// TestForms: each service gets its own JSON.
func TestForms(t *testing.T) {
	text := "web (192.0.2.7): loss raised, critical\nloss 40% of 5 probes\ncall the provider\nEurope/Paris\n2026-03-01T12:00:00Z"
	for form, path := range map[Form][]string{
		FormGeneric: {"text"}, FormDingTalk: {"text", "content"}, FormWeCom: {"text", "content"}, FormFeishu: {"content", "text"}, FormSlack: {"text"},
	} {
		s, seen := server(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"errcode":0,"code":0}`) })
		if err := (&Sender{}).Send(context.Background(), hook(s.URL+"/send?token="+canary, form), message()); err != nil {
			t.Fatal(err)
		}
		g := seen()
		if len(g) != 1 || g[0].query != "token="+canary || !strings.HasPrefix(g[0].header.Get("Content-Type"), "application/json") {
			t.Fatalf("%s: %+v", form, g)
		}
		var v any
		if err := json.Unmarshal(g[0].body, &v); err != nil {
			t.Fatalf("%s: %v", form, err)
		}
		for _, key := range path {
			v = v.(map[string]any)[key]
		}
		if s, _ := v.(string); strings.TrimPrefix(s, "Tacklebox: ") != text {
			t.Errorf("%s: %q", form, v)
		}
	}
}

// TestSigning compares with signatures that openssl made:
// printf '1772366400000\nSECkey' | openssl dgst -sha256 -hmac SECkey -binary | base64, and
// printf ” | openssl dgst -sha256 -hmac "$(printf '1772366400\nSECkey')" -binary | base64.
func TestSigning(t *testing.T) {
	s, seen := server(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"errcode":0,"code":0}`) })
	sender := Sender{Now: func() time.Time { return noon }}
	c := hook(s.URL+"/robot/send?access_token="+canary, FormDingTalk)
	c.SignKey = "SECkey"
	if err := sender.Send(context.Background(), c, message()); err != nil {
		t.Fatal(err)
	}
	if q := seen()[0].query; q != "access_token="+canary+"&sign=sDZEKThRlaxtXOmh6fITEUC5LzsqValSGfo7T52zkRY%3D&timestamp=1772366400000" {
		t.Error(q)
	}
	c.Form = FormFeishu
	if err := sender.Send(context.Background(), c, message()); err != nil {
		t.Fatal(err)
	}
	var body struct {
		Timestamp, Sign string
		MsgType         string `json:"msg_type"`
	}
	if err := json.Unmarshal(seen()[0].body, &body); err != nil || body.Timestamp != "1772366400" || body.Sign != "PhVezxHj1GFNJNEW6sZtUVgmqBz3zmFspQ+HnZVxOWQ=" || body.MsgType != "text" {
		t.Errorf("%v %+v", err, body)
	}
	c.Form = FormSlack
	if err := sender.Send(context.Background(), c, message()); err == nil || !strings.Contains(err.Error(), "DingTalk and Feishu only") {
		t.Error(err)
	}
}

// TestWebhookErrors: each failure is a sentence, without the token, and is tried
// again where that may help.
func TestWebhookErrors(t *testing.T) {
	other, _ := server(t, nil)
	stopped := httptest.NewServer(nil)
	stopped.Close()
	secure := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	defer secure.Close()
	for _, c := range []struct {
		name   string
		form   Form
		handle http.HandlerFunc
		url    string
		says   string
		again  bool
	}{
		{name: "500", handle: func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "oh "+canary, 500) }, says: "500 Internal Server Error: \"oh …\"", again: true},
		{name: "429", handle: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }, says: "429", again: true},
		{name: "404", handle: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }, says: "404 Not Found"},
		{name: "elsewhere", handle: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/"+canary, http.StatusTemporaryRedirect)
		}, says: "sends on to another address"},
		{name: "turned into a GET", handle: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/there", http.StatusFound) }, says: "sends on to another address"},
		{name: "in circles", handle: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.String(), http.StatusPermanentRedirect)
		}, says: "sends on to another address"},
		{name: "code of DingTalk", form: FormDingTalk, handle: func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"errcode":310000,"errmsg":"sign not match"}`)
		}, says: "code 310000: sign not match", again: true},
		{name: "code of Feishu", form: FormFeishu, handle: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"code":19021,"msg":"sign match fail"}`) }, says: "code 19021: sign match fail", again: true},
		{name: "no JSON", form: FormWeCom, handle: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, says: "something else than wecom would", again: true},
		{name: "refused", url: stopped.URL + "/x?token=" + canary, says: "connection refused", again: true},
		{name: "bad certificate", url: secure.URL + "/x?token=" + canary, says: "certificate cannot be trusted", again: true},
		{name: "plain http", url: "http://192.0.2.1/" + canary, says: "use https://"},
		{name: "no URL", url: "hooks.example/" + canary, says: "no URL"},
		{name: "broken URL", url: "https://a b/" + canary, says: "no URL"},
		{name: "another scheme", url: "ftp://host/" + canary, says: "neither with https"},
	} {
		t.Run(c.name, func(t *testing.T) {
			url := c.url
			if url == "" {
				s, _ := server(t, c.handle)
				url = s.URL + "/" + canary + "/send?token=" + canary
			}
			err := (&Sender{}).Send(context.Background(), hook(url, c.form), message())
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("%v; want %q", err, c.says)
			}
			if isPermanent(err) == c.again {
				t.Errorf("tried again: %v", !c.again)
			}
			for _, form := range []string{"%v", "%+v", "%#v", "%q"} {
				if text := fmt.Sprintf(form, err); strings.Contains(text, canary) && form != "%#v" {
					t.Errorf("%s shows the token: %s", form, text)
				}
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				if strings.Contains(e.Error(), canary) {
					t.Errorf("a cause shows the token: %v", e)
				}
			}
		})
	}
}

// TestSameHost: a redirect that stays on the host and keeps the method is followed.
func TestSameHost(t *testing.T) {
	s, seen := server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/new", http.StatusPermanentRedirect)
		}
	})
	if err := (&Sender{}).Send(context.Background(), hook(s.URL+"/old", FormGeneric), message()); err != nil {
		t.Fatal(err)
	}
	g := seen()
	if len(g) != 2 || g[1].path != "/new" || !bytes.Equal(g[0].body, g[1].body) || len(g[0].body) == 0 {
		t.Errorf("%+v", g)
	}
}

// TestTrusted: a certificate that a trusted root signed is accepted.
func TestTrusted(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	defer transport.CloseIdleConnections()
	if err := (&Sender{Transport: transport}).Send(context.Background(), hook(s.URL, FormGeneric), message()); err != nil {
		t.Error(err)
	}
}

// TestSilent: a server that says nothing ends with the context's deadline.
func TestSilent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	err = (&Sender{}).Send(ctx, hook("http://"+l.Addr().String()+"/"+canary, FormGeneric), message())
	if err == nil || !strings.Contains(err.Error(), "no answer within 10s") || isPermanent(err) {
		t.Error(err)
	}
}

// TestEndlessAnswer: only the beginning of an answer is read.
func TestEndlessAnswer(t *testing.T) {
	s, _ := server(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(500)
		for r.Context().Err() == nil {
			if _, err := w.Write(bytes.Repeat([]byte("x"), 1000)); err != nil {
				return
			}
		}
	})
	err := (&Sender{}).Send(context.Background(), hook(s.URL, FormGeneric), message())
	if err == nil || len(err.Error()) > 400 {
		t.Error(err)
	}
}

type vault map[string]Secret

func (v vault) Secret(_ context.Context, ref string) (Secret, error) {
	if s, ok := v[ref]; ok {
		return s, nil
	}
	return "", errors.New("the keychain has no " + ref)
}

func TestSecrets(t *testing.T) {
	s, seen := server(t, nil)
	c := hook("", FormGeneric)
	c.SecretRef = "alert/1"
	if err := (&Sender{Secrets: vault{"alert/1": Secret(s.URL + "/" + canary)}}).Send(context.Background(), c, message()); err != nil || len(seen()) != 1 {
		t.Error(err)
	}
	if err := (&Sender{Secrets: vault{}}).Send(context.Background(), c, message()); err == nil || isPermanent(err) {
		t.Error(err)
	}
	if err := (&Sender{}).Send(context.Background(), c, message()); err == nil || !isPermanent(err) {
		t.Error(err)
	}
}

// TestSecretIsHidden: no way of printing a channel shows its address.
func TestSecretIsHidden(t *testing.T) {
	c := hook("https://user:"+canary+"@hooks.example/"+canary+"?key="+canary, FormDingTalk)
	c.SignKey = canary
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("channel", "channel", c, "url", c.URL)
	slog.New(slog.NewTextHandler(&log, nil)).Info("channel", "channel", c, "url", c.URL)
	data, err := json.Marshal(struct {
		C   Channel
		URL Secret
	}{c, c.URL})
	if err != nil {
		t.Fatal(err)
	}
	all := log.String() + string(data)
	for _, form := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		all += fmt.Sprintf(form, c) + fmt.Sprintf(form, &c) + fmt.Sprintf(form, c.URL)
	}
	if strings.Contains(all, canary) || strings.Contains(all, fmt.Sprintf("%x", canary)) {
		t.Error("the token is seen: " + all)
	}
	if !strings.Contains(string(data), "https://hooks.example/…") {
		t.Errorf("%s", data)
	}
}
