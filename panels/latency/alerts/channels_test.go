package alerts

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
	tab "tacklebox/panels/latency"
	"tacklebox/panels/latency/fieldstest"
	"tacklebox/panels/widgets"
	model "tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/service"
)

// Channels show how they are doing, are tried, and are imported disabled.
func TestChannels(t *testing.T) {
	f := busy()
	b := open(t, f)
	b.tab("channels")
	for _, want := range []string{"This desk", "last told 5 min ago", "On call", "hooks.example answers 403 Forbidden", "3 wait, next try in 40 s", "|/usr/bin/sendpage --to 'the night shift'", "noc@example.org"} {
		b.See(want)
	}
	b.Row("This desk")
	b.Press("Try it")
	b.See("“This desk” took the test message.")
	func() { defer f.lock()(); f.tryErr = errors.New("this desktop shows no notifications") }()
	b.Press("Try it")
	b.See("“This desk” could not be told.")
	if c := b.banner(); c.Detail != "this desktop shows no notifications" {
		t.Errorf("%+v", c)
	}
	b.Row("mail of SmokePing")
	b.Press("Enable")
	b.See(i18n.T("latency.alerts_cannot_turn_on"))
	b.Row("On call")
	b.Press("Delete…")
	b.Press(i18n.T("latency.alerts_remove_yes"))
	b.Until("deleted", func() bool { return len(f.Alerts().Channels) == 3 })
	if r := f.Alerts().Rules[0]; !slices.Equal(r.Channels, []string{"desk"}) {
		t.Errorf("the rule still tells it: %v", r.Channels)
	}
}

func (b *bench) banner() (c widgets.BannerContent) {
	b.Walk(func(o fyne.CanvasObject) {
		if x, ok := o.(*widgets.Banner); ok {
			c = x.Content()
		}
	})
	return c
}

// A command runs only after a person was asked, by name: when it is enabled, when
// it changes, and before it is tried.
func TestCommands(t *testing.T) {
	f := busy()
	b := open(t, f)
	b.tab("channels")
	b.Row("command of SmokePing")
	b.Press(i18n.T("latency.alerts_edit"))
	b.See("|/usr/bin/sendpage --to 'the night shift'") // verbatim
	b.Type(i18n.T("latency.alerts_argv"), "/usr/bin/sendpage\n--to\nthe night shift")
	b.See("Runs: /usr/bin/sendpage --to 'the night shift'")
	b.Press("Try it")
	b.See("This runs once")
	b.Press("Cancel")
	b.Tick(i18n.T("latency.alerts_enabled"), true)
	b.Press("Save")
	b.See("Each alert for this channel will run, on this machine and as you:\n\n/usr/bin/sendpage --to 'the night shift'")
	func() {
		defer f.lock()()
		if f.state.Channels[2].Enabled || len(f.tried) > 0 {
			t.Error("it was enabled or tried without an answer")
		}
	}()
	b.Press(i18n.T("latency.alerts_run_yes"))
	b.Until("enabled", func() bool { return f.Alerts().Channels[2].Enabled })
	if c := f.Alerts().Channels[2]; !slices.Equal(c.Argv, []string{"/usr/bin/sendpage", "--to", "the night shift"}) || c.Imported == "" || c.Problem != "" {
		t.Errorf("%+v", c)
	}
	// A change of its name needs no asking.
	b.Press(i18n.T("latency.alerts_edit"))
	b.Type(i18n.T("latency.field_name"), "Pager")
	b.Press("Save")
	b.Until("kept", func() bool { return f.Alerts().Channels[2].Name == "Pager" })
	b.Press("Disable")
	b.Press("Enable")
	b.See("Each alert for this channel will run")
	b.Press("Cancel")
	if f.Alerts().Channels[2].Enabled {
		t.Error("it was enabled")
	}
}

// A template is checked as it is typed, by what would be sent.
func TestTemplate(t *testing.T) {
	f := busy()
	b := open(t, f)
	b.tab("channels")
	b.Press(i18n.T("latency.alerts_add_channel"))
	b.Type(i18n.T("latency.field_name"), "Own")
	b.Choose(i18n.T("latency.alerts_channel_kind"), "Webhook")
	b.See(`"source":"tacklebox"`)
	for _, c := range []struct{ form, want string }{{"DingTalk", `"msgtype":"text"`}, {"Feishu, Lark", `"msg_type":"text"`}, {"Slack", `{"text":"`}} {
		b.Choose(i18n.T("latency.alerts_form"), c.form)
		b.See(c.want)
	}
	b.Choose(i18n.T("latency.alerts_form"), i18n.T("latency.alerts_form_custom"))
	b.Type(i18n.T("latency.alerts_template"), `{"say": {{.Text}}}`)
	b.See("what comes of its template is no JSON")
	b.Type(i18n.T("latency.alerts_template"), `{"say": {{json .Target}}}`)
	b.See(`{"say": "DNS1"}`)
	b.Type(i18n.T("latency.alerts_url"), "http://hooks.example/"+canary)
	b.See("everybody on the way can read it")
	if b.Sees(canary) {
		t.Error("the address is on the screen")
	}
	if !b.Button("Save").Disabled() {
		t.Error("it can be kept")
	}
	b.Tick(i18n.T("latency.alerts_plain_http"), true)
	b.Press("Save")
	b.Until("kept", func() bool { return len(f.Alerts().Channels) == 5 })
	c := f.Alerts().Channels[4]
	if c.URL != "" || b.k.get(c.SecretRef) != "http://hooks.example/"+canary || !c.PlainHTTP || c.Template == "" {
		t.Errorf("%+v", c)
	}
	// A further edit leaves the address where it is.
	b.Press(i18n.T("latency.alerts_edit"))
	b.Type(i18n.T("latency.field_name"), "Ours")
	b.Press("Save")
	b.Until("kept", func() bool { return f.Alerts().Channels[4].Name == "Ours" })
	if b.k.get(c.SecretRef) != "http://hooks.example/"+canary {
		t.Error("the address is gone")
	}
	b.Press("Delete…")
	b.Press(i18n.T("latency.alerts_remove_yes"))
	b.Until("forgotten", func() bool { return b.k.get(c.SecretRef) == "" })
}

// Without a keychain an address holds for this run, which is said; one that is
// refused is an error in words, without the address.
func TestKeychain(t *testing.T) {
	f := busy()
	b := open(t, f)
	b.k.brief = errors.New("no secret service on this desktop")
	fill := func() {
		b.Press(i18n.T("latency.alerts_add_channel"))
		b.Type(i18n.T("latency.field_name"), "Hook")
		b.Choose(i18n.T("latency.alerts_channel_kind"), "Webhook")
		b.Type(i18n.T("latency.alerts_url"), "https://hooks.example/"+canary)
		b.Press("Save")
	}
	b.tab("channels")
	fill()
	b.See(i18n.T("latency.alerts_this_run_only"))
	if c := b.banner(); c.Detail != "no secret service on this desktop" {
		t.Errorf("%+v", c)
	}
	b.k.refuse = errors.New("the keychain is locked")
	fill()
	b.See(i18n.T("latency.alerts_not_saved"))
	if c := b.banner(); c.Detail != "the keychain is locked" || strings.Contains(strings.Join(b.Texts(), " "), canary) {
		t.Errorf("%+v", c)
	}
	if len(f.Alerts().Channels) != 5 {
		t.Error("a channel without its address was kept")
	}
}

// A token comes into no file of the data folder, nor into what delivering says.
func TestSecretStaysOut(t *testing.T) {
	dir := t.TempDir()
	k := &keys{}
	svc, err := service.Open(service.Options{Dir: dir, Open: func(model.Kind) (probe.Engine, error) { return nil, errors.New("nothing is sent in this test") }})
	if err != nil {
		t.Fatal(err)
	}
	b := fieldstest.New(t, fieldstest.Look{})
	b.Svc = real{svc}
	Tool(Deps{Secrets: k, Do: b.Do, Pace: 20 * time.Millisecond}).Open(b)
	b.Walk(func(o fyne.CanvasObject) {
		if x, ok := o.(*widgets.Tabs); ok {
			x.Select("channels")
		}
	})
	b.Press(i18n.T("latency.alerts_add_channel"))
	b.Type(i18n.T("latency.field_name"), "Hook")
	b.Choose(i18n.T("latency.alerts_channel_kind"), "Webhook")
	b.Choose(i18n.T("latency.alerts_form"), "DingTalk")
	b.Type(i18n.T("latency.alerts_url"), "https://127.0.0.1:1/robot/send?access_token="+canary)
	b.Type(i18n.T("latency.alerts_sign"), "SEC"+canary)
	b.Press("Try it")
	b.See("“Hook” could not be told.")
	if strings.Contains(strings.Join(b.Texts(), " "), canary) {
		t.Error("the error has the token in it")
	}
	b.Press("Save")
	b.Until("kept", func() bool { return len(svc.Alerts().Channels) == 1 })
	c := svc.Alerts().Channels[0]
	if c.URL != "" || c.SignKey != "" || k.get(c.SecretRef) == "" || k.get(c.SignRef) != "SEC"+canary {
		t.Errorf("%+v", c)
	}
	b.Leave()
	if err := svc.Close(); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if strings.Contains(string(body), canary) {
			t.Errorf("the token is in %s", filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// real is a service as the window wires it.
type real struct{ *service.Service }

func (r real) History() tab.History { return r.Store() }
