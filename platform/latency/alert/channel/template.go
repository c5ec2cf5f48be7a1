package channel

import (
	"bytes"
	"encoding/json"
	"strings"
	"text/template"
	"text/template/parse"
	"time"

	"tacklebox/platform/latency/said"
)

// Form is whose JSON a webhook gets.
type Form string

const (
	FormGeneric  Form = ""
	FormDingTalk Form = "dingtalk"
	FormWeCom    Form = "wecom"
	FormFeishu   Form = "feishu" // Lark, too
	FormSlack    Form = "slack"  // Mattermost and Rocket.Chat, too
	FormCustom   Form = "custom" // Channel.Template
)

// Forms are all forms, in the order of a list to choose from.
func Forms() []Form {
	return []Form{FormGeneric, FormDingTalk, FormWeCom, FormFeishu, FormSlack, FormCustom}
}

// ready are the forms' templates. A value is written by json, or between quotes.
var ready = map[Form]string{
	FormGeneric: `{"source":"tacklebox","event":{{json .Event}},"level":{{json .Level}},"rule":{{json .Rule}},"target":{{json .Target}},` +
		`"host":{{json .Host}},"group":{{json .Group}},"why":{{json .Why}},"comment":{{json .Comment}},"at":{{json .At}},"text":{{json .Text}}}`,
	FormDingTalk: `{"msgtype":"text","text":{"content":{{json (printf "Tacklebox: %s" (raw .Text))}}}}`,
	FormWeCom:    `{"msgtype":"text","text":{"content":{{json (printf "Tacklebox: %s" (raw .Text))}}}}`,
	FormFeishu:   `{"msg_type":"text","content":{"text":{{json (untag (printf "Tacklebox: %s" (raw .Text)))}}}}`,
	FormSlack:    `{"text":{{json (entities (raw .Text))}}}`,
}

// field is a text in a template. Printed, it is escaped for the inside of a JSON
// string, so that "{{.Target}}" is safe, too.
type field string

func (f field) String() string {
	b, _ := json.Marshal(string(f))
	return string(b[1 : len(b)-1])
}

// view is what a template sees.
type view struct {
	Event, Level, Rule, Comment, Target, Host, Group, Why, Title, Text, At field
}

var functions = template.FuncMap{
	"json": func(v any) (string, error) {
		if f, ok := v.(field); ok {
			v = string(f)
		}
		b, err := json.Marshal(v)
		return string(b), err
	},
	"raw": func(f field) string { return string(f) },
	// entities keeps Slack from reading <!channel> in a target's name.
	"entities": strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace,
	// untag keeps Feishu from reading <at user_id="all">.
	"untag": strings.NewReplacer("<", "‹", ">", "›").Replace,
}

// template is the channel's, ready to run.
func (c *Channel) template() (*template.Template, error) {
	text, ok := ready[c.Form]
	if c.Form == FormCustom {
		text, ok = c.Template, true
	}
	switch {
	case !ok:
		return nil, said.New("no form %q is known", string(c.Form))
	case strings.TrimSpace(text) == "":
		return nil, said.New("its template is empty")
	case len(text) > MaxTemplate:
		return nil, said.New("its template has more than %d bytes", MaxTemplate)
	}
	t, err := template.New("webhook").Option("missingkey=error").Funcs(functions).Parse(text)
	if err != nil {
		return nil, said.New("its template: %v", err)
	}
	if len(t.Templates()) != 1 || t.Tree == nil || !straight(t.Root) {
		return nil, said.New("its template has range, define, block or template in it: only fields, if and with are understood")
	}
	return t, nil
}

// straight is true for templates in which every part runs once at most.
func straight(n parse.Node) bool {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return true
		}
		for _, c := range n.Nodes {
			if !straight(c) {
				return false
			}
		}
	case *parse.IfNode:
		return straight(n.List) && straight(n.ElseList)
	case *parse.WithNode:
		return straight(n.List) && straight(n.ElseList)
	case *parse.RangeNode, *parse.TemplateNode:
		return false
	}
	return true
}

// bounded is a buffer that ends a template which writes too much.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > MaxBody {
		return 0, said.New("more than %d bytes come of it", MaxBody)
	}
	return b.Buffer.Write(p)
}

// Render is the JSON that a webhook gets for m. It is valid, or there is an error.
func (c *Channel) Render(m Message) ([]byte, error) {
	t, err := c.template()
	if err != nil {
		return nil, err
	}
	one := func(s string) field { return field(clean(s, false, maxField)) }
	var b bounded
	err = t.Execute(&b, view{Event: one(m.Event), Level: one(m.Level), Rule: one(m.Rule), Comment: field(clean(m.Comment, true, 2*maxField)),
		Target: one(m.Target), Host: one(m.Host), Group: one(m.Group), Why: field(clean(m.Why, true, 2*maxField)),
		Title: field(m.Title()), Text: field(m.Text()), At: field(m.At.Format(time.RFC3339))})
	if err != nil {
		return nil, said.New("its template: %v", err)
	}
	if !json.Valid(b.Bytes()) {
		return nil, said.New("what comes of its template is no JSON: write values as {{json .Text}}, or between quotes")
	}
	return b.Bytes(), nil
}
