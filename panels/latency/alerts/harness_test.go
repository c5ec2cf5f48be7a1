package alerts

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	tab "tacklebox/panels/latency"
	"tacklebox/panels/latency/fieldstest"
	"tacklebox/panels/widgets"
	model "tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/said"
	"tacklebox/platform/latency/service"
)

var now = time.Date(2026, 5, 3, 18, 0, 0, 0, time.Local)

// fake is a service that measures nothing: a test says how its alerts stand.
type fake struct {
	tab.Service // of the tab, of which this page uses nothing

	mu      sync.Mutex
	looks   bool // another process measures
	list    []model.Target
	state   service.AlertState
	refuse  error
	tried   []channel.Channel
	tryErr  error
	ran     []alert.Rule
	spans   []time.Duration
	events  []alert.Event
	nothing bool          // is stored
	hold    chan struct{} // a dry run goes on until it is closed or cancelled
	told    []func([]alert.Event)
	dropped int
}

func (f *fake) lock() func() { f.mu.Lock(); return f.mu.Unlock }

func (f *fake) Writer() bool { defer f.lock()(); return !f.looks }
func (f *fake) Targets() []model.Target {
	defer f.lock()()
	return slices.Clone(f.list)
}

func (f *fake) Alerts() service.AlertState {
	defer f.lock()()
	s := f.state
	s.Rules, s.Channels, s.Gateways = slices.Clone(s.Rules), slices.Clone(s.Channels), slices.Clone(s.Gateways)
	return s
}

func (f *fake) SetAlerts(_ context.Context, c service.AlertConfig) error {
	defer f.lock()()
	if f.refuse != nil {
		return f.refuse
	}
	f.state.AlertConfig = c
	return nil
}

func (f *fake) TryChannel(_ context.Context, c channel.Channel) error {
	defer f.lock()()
	f.tried = append(f.tried, c)
	return f.tryErr
}

func (f *fake) DryRun(ctx context.Context, r alert.Rule, from, to time.Time, at func(time.Time)) (service.Tried, error) {
	unlock := f.lock()
	f.ran, f.spans = append(f.ran, r), append(f.spans, to.Sub(from))
	hold, events := f.hold, f.events
	tried := service.Tried{Events: events, Rows: 100, First: from, Last: to}
	if f.nothing {
		tried = service.Tried{}
	}
	unlock()
	at(from.Add(to.Sub(from) / 2))
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			tried.Events = events[:1]
			return tried, ctx.Err()
		}
	}
	return tried, nil
}

func (f *fake) SubscribeAlerts(do func([]alert.Event)) func() {
	defer f.lock()()
	f.told = append(f.told, do)
	return func() { defer f.lock()(); f.dropped++ }
}

// set changes how things stand and tells the page.
func (f *fake) set(do func(*service.AlertState)) {
	unlock := f.lock()
	do(&f.state)
	told := slices.Clone(f.told)
	unlock()
	for _, t := range told {
		t(nil)
	}
}

// keys is a keychain of this test, or one that only remembers for a while.
type keys struct {
	mu     sync.Mutex
	kept   map[string]string
	brief  error
	refuse error
}

func (k *keys) Set(_ context.Context, name, secret string) (bool, error, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refuse != nil {
		return false, nil, k.refuse
	}
	if k.kept == nil {
		k.kept = map[string]string{}
	}
	k.kept[name] = secret
	return k.brief == nil, k.brief, nil
}

func (k *keys) Delete(_ context.Context, name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.kept, name)
	return nil
}

func (k *keys) get(name string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.kept[name]
}

// bench is the page over a fake.
type bench struct {
	*fieldstest.Bench
	f *fake
	k *keys
}

func someTargets() []model.Target {
	return []model.Target{{ID: 1, Group: []string{"Office"}, Name: "gateway", Host: "192.0.2.1", Kind: model.KindICMP},
		{ID: 2, Group: []string{"Office"}, Name: "files", Host: "192.0.2.7", Kind: model.KindICMP},
		{ID: 3, Group: []string{"Google"}, Name: "DNS1", Host: "192.0.2.53", Kind: model.KindICMP},
		{ID: 4, Group: []string{"Google"}, Name: "DNS2", Host: "192.0.2.54", Kind: model.KindICMP}}
}

func openIn(t *testing.T, f *fake, l fieldstest.Look) *bench {
	t.Helper()
	if f.list == nil {
		f.list = someTargets()
	}
	b := &bench{fieldstest.New(t, l), f, &keys{}}
	b.Svc = f
	n := 0
	tool := Tool(Deps{Secrets: b.k, Do: b.Do, Now: func() time.Time { return now }, Pace: 20 * time.Millisecond, NewID: func() string { n++; return "new" + strings.Repeat("+", n) }})
	tool.Open(b)
	return b
}

func open(t *testing.T, f *fake) *bench { t.Helper(); return openIn(t, f, fieldstest.Look{}) }

// busy is a page on which something goes on.
func busy() *fake {
	f := &fake{}
	f.state = service.AlertState{
		AlertConfig: service.AlertConfig{Gateways: []model.TargetID{1},
			Rules: []alert.Rule{
				{ID: "a", Name: "Office line", Kind: alert.KindThreshold, Enabled: true, Scope: alert.Scope{All: true}, Thresholds: "-w 100,20% -c 500,60%", Channels: []string{"desk", "ops"}, RaiseAfter: 2},
				{ID: "b", Name: "someloss", Kind: alert.KindPattern, Metric: "loss", Mode: "smokeping", Enabled: true, Scope: alert.Scope{Targets: []model.TargetID{3, 4}}, Pattern: ">0%,*12*,>0%,*12*,>0%",
					Step: 5 * time.Minute, Imported: "type = loss, pattern = >0%,*12*,>0%,*12*,>0%"},
				{ID: "c", Name: "Medratio of the whole house", Kind: alert.KindMatcher, Scope: alert.Scope{Groups: [][]string{{"Google"}}}, Pattern: "Medratio(comparator=>,percentage=140)",
					Problem: alert.ErrUnused.Error()},
				{ID: "d", Name: "broken", Kind: alert.KindThreshold, Enabled: true, Scope: alert.Scope{All: true}, Thresholds: "-w x"},
			},
			Channels: []channel.Channel{
				{ID: "desk", Name: "This desk", Kind: channel.KindDesktop, Enabled: true},
				{ID: "ops", Name: "On call", Kind: channel.KindWebhook, Form: channel.FormDingTalk, SecretRef: "latency-channel-ops", Enabled: true},
				{ID: "cmd", Name: "command of SmokePing", Kind: channel.KindCommand, Imported: "|/usr/bin/sendpage --to 'the night shift'", Problem: alert.ErrShell.Error()},
				{ID: "mail", Name: "mail of SmokePing", Kind: channel.KindText, Imported: "noc@example.org", Problem: alert.ErrSender.Error()},
			}},
		Problems: map[string]error{"d": (&alert.Rule{ID: "d", Name: "broken", Kind: alert.KindThreshold, Thresholds: "-w x"}).Validate()},
		Standing: []alert.Standing{{Rule: "a", On: 2, Level: alert.Critical, Why: "loss 100 % of 5 probes"}, {Rule: "a", On: 3, Level: alert.Warning, Why: "mean 130 ms of 5 probes"},
			{Rule: "a", On: 1, Level: alert.OK}, {Rule: "b", On: 3, Level: alert.OK}, {Rule: "b", On: 4, Level: alert.OK}},
		Deliveries: []channel.State{{Channel: "desk", Delivered: 7, LastSuccess: now.Add(-5 * time.Minute)},
			{Channel: "ops", LastError: `tell webhook "On call": it answered 403 Forbidden: keywords not in content`, Last: &channel.Failed{Kind: channel.KindWebhook, Name: "On call", Err: said.New("%s answers %s%s", "hooks.example", "403 Forbidden", ": keywords not in content")}, LastErrorAt: now.Add(-time.Minute), Pending: 3, NextTry: now.Add(40 * time.Second)}},
	}
	return f
}

// tab shows one of the page's lists.
func (b *bench) tab(id string) {
	b.Walk(func(o fyne.CanvasObject) {
		if t, ok := o.(*widgets.Tabs); ok {
			t.Select(id)
		}
	})
	b.Pump()
}
