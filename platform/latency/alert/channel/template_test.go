package channel

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestCustomTemplate(t *testing.T) {
	for _, c := range []struct{ name, template, want, says string }{
		{name: "between quotes", template: `{"a":"{{.Target}} is {{.Level}}"}`, want: `{"a":"we\"b\u003c is critical"}`},
		{name: "json", template: `{"a":{{json .Target}}}`, want: `{"a":"we\"b\u003c"}`},
		{name: "if", template: `{"red":{{if eq .Level "critical"}}true{{else}}false{{end}}}`, want: `{"red":true}`},
		{name: "printf", template: `{"a":"{{printf "%s!" .Target}}"}`, want: `{"a":"we\"b\u003c!"}`},
		{name: "without quotes", template: `{"a":{{.Target}}}`, says: "no JSON"},
		{name: "no JSON", template: `hello`, says: "no JSON"},
		{name: "empty", template: " ", says: "is empty"},
		{name: "unknown field", template: `{"a":"{{.URL}}"}`, says: "URL"},
		{name: "syntax", template: `{{`, says: "template"},
		{name: "range", template: `{{range 1000000000000}}{{end}}{}`, says: "range"},
		{name: "range within", template: `{{if .Level}}{{with .Rule}}{{range .}}{{end}}{{end}}{{end}}{}`, says: "range"},
		{name: "itself", template: `{{define "x"}}{{template "x"}}{{end}}{{template "x"}}`, says: "define"},
		{name: "much", template: strings.Repeat(`{{printf "%9999d" 1}}`, 20), says: "more than 65536 bytes"},
		{name: "long", template: strings.Repeat(" ", MaxTemplate+1) + "{}", says: "is empty"},
		{name: "longer", template: strings.Repeat(" ", MaxTemplate) + "{}", says: "more than 16384 bytes"},
	} {
		m := message()
		m.Target = "we\"b<"
		ch := Channel{Form: FormCustom, Template: c.template}
		if c.name == "long" {
			ch.Template = strings.Repeat(" ", MaxTemplate)
		}
		got, err := ch.Render(m)
		if c.says != "" {
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v; want %q", c.name, err, c.says)
			}
			continue
		}
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v; want %s", c.name, got, err, c.want)
		}
	}
	if _, err := (&Channel{Form: "teams"}).Render(message()); err == nil || !strings.Contains(err.Error(), "no form") {
		t.Error(err)
	}
}

// TestMentions: a name that comes from elsewhere calls nobody.
func TestMentions(t *testing.T) {
	m := message()
	m.Target = `<!channel> <at user_id="all">`
	for _, form := range []Form{FormSlack, FormFeishu} {
		b, err := (&Channel{Form: form}).Render(m)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		plain, _ := json.Marshal(v)
		if strings.Contains(string(plain), `\u003c`) {
			t.Errorf("%s: %s", form, plain)
		}
	}
}

// TestText: what is told is bounded and clean.
func TestText(t *testing.T) {
	m := message()
	m.Target, m.Why = "a\u202eb\x1b[31m\nc", strings.Repeat("长", 5000)
	m.Comment = m.Why
	m.Lost = true
	if strings.ContainsAny(m.Title(), "\u202e\x1b\n") {
		t.Errorf("%q", m.Title())
	}
	if text := m.Text(); len(text) > maxText || !utf8.ValidString(text) {
		t.Errorf("%d bytes", len(text))
	}
}

// FuzzRender: whatever a message says, a webhook gets valid JSON that says it.
func FuzzRender(f *testing.F) {
	f.Add("web", `"},{"a":"b`, "\\u0000\x00\xff", `{"a":"{{.Target}}"}`)
	f.Add("{{.URL}}", "<!channel>", "why", `{"a":{{json .Text}},"b":{{.Rule}}}`)
	f.Fuzz(func(t *testing.T, target, rule, why, custom string) {
		m := Message{Event: "raised", Level: "critical", Target: target, Rule: rule, Why: why, Comment: why, Group: rule, Host: target, At: time.Unix(0, 0).UTC()}
		for _, form := range Forms() {
			b, err := (&Channel{Form: form, Template: custom}).Render(m)
			if form == FormCustom {
				if err == nil && !json.Valid(b) {
					t.Fatalf("%q gives %q", custom, b)
				}
				continue
			}
			if err != nil || !json.Valid(b) || len(b) > MaxBody {
				t.Fatalf("%s: %v: %q", form, err, b)
			}
			var all map[string]any
			if err := json.Unmarshal(b, &all); err != nil {
				t.Fatal(err)
			}
			want := map[Form]int{FormGeneric: 11, FormSlack: 1}[form]
			if want == 0 {
				want = 2
			}
			if len(all) != want {
				t.Fatalf("%s: %d keys in %s", form, len(all), b)
			}
		}
	})
}
