package reasons

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"

	"tacklebox/panels/i18n"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/alert/pattern"
	"tacklebox/platform/latency/said"
	"tacklebox/platform/latency/smokeping"
	"tacklebox/platform/latency/targets"
	"tacklebox/platform/latency/transfer"
)

// formats are the sentences that the readers say, out of their source.
func formats(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, dir := range []string{"targets", "smokeping", "transfer", "alert", "alert/pattern", "alert/channel"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "..", "platform", "latency", dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			tree, err := parser.ParseFile(token.NewFileSet(), file, body, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				fun, ok := call.Fun.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				from, ok := fun.X.(*ast.Ident)
				if !ok || from.Name != "said" {
					return true
				}
				arg := call.Args[0]
				if fun.Sel.Name == "Because" {
					arg = call.Args[1]
				}
				text, ok := arg.(*ast.BasicLit)
				if !ok {
					t.Errorf("%s: a sentence that is no literal", file)
					return true
				}
				format, err := strconv.Unquote(text.Value)
				if err != nil {
					t.Fatal(err)
				}
				out[format] = true
				return true
			})
		}
	}
	return out
}

// TestAll: every sentence of the readers is there in both languages, under a key of
// its own, and none of the keys is left over.
func TestAll(t *testing.T) {
	used := map[string]string{}
	for format := range formats(t) {
		key := "latency.said_" + said.New(format).ID()
		if other, ok := used[key]; ok {
			t.Errorf("%q and %q have the same key", format, other)
		}
		used[key] = format
		if !texts[key] {
			t.Errorf("%q is not translated: %s", format, key)
		}
	}
	for key := range texts {
		if used[key] == "" {
			t.Errorf("%s is said nowhere", key)
		}
	}
	if len(used) < 100 {
		t.Errorf("%d sentences", len(used))
	}
}

func chinese(t *testing.T) {
	t.Helper()
	if err := i18n.Load(i18n.SimplifiedChinese); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := i18n.Load(i18n.English); err != nil {
			t.Error(err)
		}
	})
}

// verbs are the places of a sentence, and filled is what fills them.
var (
	verbs  = regexp.MustCompile(`%[a-z]`)
	filled = []any{1, 2, 3, 4, 5}
)

// TestEnglish: the window says in English what the verbs say.
func TestEnglish(t *testing.T) {
	if err := i18n.Load(i18n.English); err != nil {
		t.Fatal(err)
	}
	plain := strings.NewReplacer("“", `"`, "”", `"`)
	for format := range formats(t) {
		args := filled[:len(verbs.FindAllString(format, -1))]
		s := said.New(strings.NewReplacer("%d", "%v", "%q", `"%v"`, "%s", "%v").Replace(format), args...)
		got := Text(&said.Said{Format: format, Args: args})
		if plain.Replace(got) != s.Error() {
			t.Errorf("%q, the verbs say %q", got, s.Error())
		}
	}
}

// TestChinese: what is in a file is quoted, all else is Chinese, also a reason within
// a reason.
func TestChinese(t *testing.T) {
	chinese(t)
	for _, c := range []struct{ got, want string }{
		{Text(parse(t, "dns:a..b/x")), "DNS 服务器：“a..b”不是主机名：每一段应为 1 到 63 个字符"},
		{Text(parse(t, "host:99999")), "“99999”不是端口：应为 1 到 65535"},
		{Text(said.New("the same section is in %s already: what follows is added to it", smokeping.Pos{File: "a", Line: 3})), "同一小节已出现在 a 第 3 行：其后的内容并入其中"},
		{Text(errors.New("as the system says it")), "as the system says it"},
		{Text(&fs.PathError{Op: "open", Path: "/x", Err: syscall.ENOENT}), "/x：没有这个文件或文件夹"},
		{Text(said.New("open %q: %v", "x", fs.ErrPermission)), "打开“x”：没有权限"},
		{Text(said.New("write %q: %v", "x", &fs.PathError{Op: "write", Path: "/x", Err: syscall.ENOSPC})), "写入“x”：/x：磁盘已满"},
		{Text(fmt.Errorf("a: %w", said.New("no host"))), "a: 没有主机"},
		{Text(fmt.Errorf("%w: run setcap (%w)", fs.ErrPermission, said.New("no host"))), "permission denied: run setcap (no host)"},
		{Text(fmt.Errorf("list: %w", &fs.PathError{Op: "open", Path: "/x", Err: errors.New("boom")})), "list: open /x: boom"},
		{Text(&pattern.Error{}), "第 0 个字符："},
		{Text(said.New("%q is no level: ok, warning, critical or unknown", "a\x1b[31m\u202e")), "“a\ufffd[31m\ufffd”不是级别：应为 ok、warning、critical 或 unknown"},
		{Text(fmt.Errorf("cannot run /x: %w", syscall.EACCES)), "cannot run /x: 没有权限"},
		{Text(errors.Join(targets.ErrTooLarge, fs.ErrExist)), "超过 8 MB，不会是目标列表；已存在"},
		{Line(transfer.Line{File: "a.txt", Line: 7, Text: "x", Why: said.New("no host")}), "a.txt 第 7 行：“x”：没有主机"},
		{Line(transfer.Line{File: "a.txt", Line: 7, What: said.New("parents of %q", "x"), Why: said.New("there is one tree of groups")}), "a.txt 第 7 行：“x”的上级：只有一棵分组树"},
		{Line(transfer.Line{File: "a.txt", Why: targets.ErrTooLarge}), "a.txt：超过 8 MB，不会是目标列表"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	for format := range formats(t) {
		text := Text(said.New(format, filled[:len(verbs.FindAllString(format, -1))]...))
		if !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) && format != "%s: %v" && format != "%d MB: %v" {
			t.Errorf("%q is %q", format, text)
		}
	}
}

func parse(t *testing.T, text string) error {
	t.Helper()
	_, err := targets.ParseSpec(text)
	if err == nil {
		t.Fatalf("%q is a target", text)
	}
	return err
}

// TestDelivery: why a channel did not take a message is said in Chinese, without what
// is secret in it, and the channel is not named a second time.
func TestDelivery(t *testing.T) {
	chinese(t)
	const canary = "canary-4711"
	sender := &channel.Sender{Transport: answer(http.StatusForbidden)}
	err := sender.Send(t.Context(), channel.Channel{ID: "a", Name: "chat", Kind: channel.KindWebhook, Form: channel.FormSlack, URL: channel.Secret("https://hooks.example/T0/" + canary)}, channel.Message{At: time.Unix(0, 0)})
	if got := Text(err); got != "hooks.example 应答 403 Forbidden" {
		t.Errorf("%q, of %v", got, err)
	}
	err = sender.Send(t.Context(), channel.Channel{ID: "a", Name: "bell", Kind: channel.KindDesktop}, channel.Message{})
	if got := Text(err); got != "此桌面不显示通知" {
		t.Errorf("%q, of %v", got, err)
	}
}

// TestMessage: what channels tell people is in their language; in English it is what
// the headless program says.
func TestMessage(t *testing.T) {
	m := &channel.Message{Event: string(alert.Raised), Level: alert.Critical.String(), Rule: "loss", Target: "gate", Host: "192.0.2.1", Why: "loss 20 %", Comment: "call Jo", Group: "Europe", At: time.Unix(0, 0).UTC(), Lost: true}
	if err := i18n.Load(i18n.English); err != nil {
		t.Fatal(err)
	}
	if title, lines := Message(m); title != m.Title() || lines != m.Body() {
		t.Errorf("%q %q, the headless program says %q %q", title, lines, m.Title(), m.Body())
	}
	chinese(t)
	title, lines := Message(m)
	if title != "gate (192.0.2.1)：loss 触发，严重" || !strings.HasSuffix(lines, "1970-01-01T00:00:00Z\n此前的消息未能送达") {
		t.Errorf("%q %q", title, lines)
	}
}

// answer answers every request alike.
type answer int

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: int(a), Status: fmt.Sprint(int(a), " ", http.StatusText(int(a))), Body: http.NoBody, Request: r}, nil
}
