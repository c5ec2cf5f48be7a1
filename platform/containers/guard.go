package containers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

const (
	// maxAnswer bounds an answer that is one JSON document: 50,000 containers
	// with long labels stay below it.
	maxAnswer = 64 << 20
	// maxLine bounds one message of an endless stream of JSON documents.
	maxLine = 1 << 20
)

var (
	errAnswerTooLong = errors.New("the answer is longer than any engine's")
	errLineTooLong   = errors.New("a message in the stream is longer than any engine's")
)

// guard sits between the docker client and the wire. Whatever answers is not
// trusted: the client decodes without a bound and takes a web page for an engine.
type guard struct {
	next http.RoundTripper
	tls  bool
	ssh  bool
}

// RoundTrip sends r and checks what comes back.
func (g *guard) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := g.next.RoundTrip(r)
	if err != nil {
		err = explainTrip(r.Context(), g.tls, err)
		var reach *reachError
		if g.ssh && errors.As(err, &reach) && reach.problem != ProblemSSH && reach.problem != ProblemTimeout {
			return nil, &reachError{problem: ProblemSSH, text: "ssh: " + reach.text, hint: hintSSH, err: err}
		}
		return nil, err
	}
	if isPage(resp) {
		text := pageTitle(resp.Body)
		_ = resp.Body.Close()
		return nil, &reachError{problem: ProblemNotEngine, text: "something else answered: " + text,
			hint: "this address belongs to a web server or a proxy, not to a container engine"}
	}
	if !g.tls && resp.StatusCode == http.StatusBadRequest && refusesPlain(resp) {
		_ = resp.Body.Close()
		return nil, wantsTLS(nil)
	}
	switch bodyKind(r.URL.Path) {
	case bodyLines:
		resp.Body = &lineLimit{ReadCloser: resp.Body}
	case bodyDocument:
		resp.Body = &sizeLimit{ReadCloser: resp.Body, left: maxAnswer}
	}
	return resp, nil
}

// isPage is true for what browsers show; engines answer JSON, plain text, tar
// and raw streams.
func isPage(resp *http.Response) bool {
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return err == nil && (kind == "text/html" || kind == "application/xhtml+xml")
}

// refusesPlain recognises how Go's TLS server answers plain HTTP. What it reads
// of the body is put back.
func refusesPlain(resp *http.Response) bool {
	head, _ := io.ReadAll(io.LimitReader(resp.Body, 128))
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), resp.Body), resp.Body}
	return bytes.HasPrefix(head, []byte("Client sent an HTTP request to an HTTPS server"))
}

// pageTitle is the page's title, or what its first bytes say.
func pageTitle(body io.Reader) string {
	head, _ := io.ReadAll(io.LimitReader(body, 4096))
	page := string(head)
	lower := strings.ToLower(page)
	if from := strings.Index(lower, "<title>"); from >= 0 && len(lower) == len(page) {
		rest := page[from+len("<title>"):]
		if to := strings.Index(strings.ToLower(rest), "</title>"); to >= 0 {
			return fmt.Sprintf("a web page with the title %q", printable(rest[:to], 80))
		}
	}
	return "a web page"
}

type body int

const (
	bodyDocument body = iota
	bodyLines
	bodyRaw
)

// bodyKind tells by the request's path what the answer may be.
func bodyKind(path string) body {
	switch {
	case strings.HasSuffix(path, "/events"), strings.HasSuffix(path, "/images/create"), strings.HasSuffix(path, "/images/load"):
		return bodyLines
	case strings.Contains(path, "/containers/") && (strings.HasSuffix(path, "/logs") || strings.HasSuffix(path, "/archive") ||
		strings.HasSuffix(path, "/export") || strings.HasSuffix(path, "/attach")), strings.HasSuffix(path, "/images/get"):
		return bodyRaw
	}
	return bodyDocument
}

// sizeLimit ends an answer with an error after left bytes.
type sizeLimit struct {
	io.ReadCloser
	left int64
}

func (l *sizeLimit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, &reachError{problem: ProblemNotEngine, text: errAnswerTooLong.Error(), err: errAnswerTooLong}
	}
	if int64(len(p)) > l.left {
		p = p[:l.left]
	}
	n, err := l.ReadCloser.Read(p)
	l.left -= int64(n)
	return n, err
}

// lineLimit ends a stream with an error when a message is longer than maxLine.
type lineLimit struct {
	io.ReadCloser
	since int // bytes since the last line feed
}

func (l *lineLimit) Read(p []byte) (int, error) {
	if l.since > maxLine {
		return 0, &reachError{problem: ProblemNotEngine, text: errLineTooLong.Error(), err: errLineTooLong}
	}
	n, err := l.ReadCloser.Read(p)
	if at := bytes.LastIndexByte(p[:n], '\n'); at >= 0 {
		l.since = n - at - 1
	} else {
		l.since += n
	}
	return n, err
}
