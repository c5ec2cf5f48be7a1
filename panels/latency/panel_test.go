package latency

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/model"
	"tacklebox/panels/paneltest"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/engines"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/monitor"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/smoke"
)

var localhost = netip.MustParseAddr("127.0.0.1")

func target(name string, group ...string) latency.Target {
	return latency.Target{Name: name, Kind: latency.KindICMP, Host: "192.0.2.1", Group: group}
}

// level makes a target of a snapshot as if it had been measured.
func is(name string, l service.Level, loss float64) func(*service.Snapshot) {
	return func(s *service.Snapshot) {
		for i := range s.Targets {
			if t := &s.Targets[i]; t.Name == name {
				t.Level, t.Loss, t.Sent, t.Lost = l, loss, 100, int(loss*100)
				t.Last = service.Point{At: time.Now(), RTT: 20412360, Outcome: latency.Reply}
				t.Answered, t.Median, t.Jitter = t.Last, 20*time.Millisecond, time.Millisecond
				if l == service.LevelFailed {
					t.Last.Outcome = latency.Timeout
				}
				t.Points = []service.Point{t.Last}
			}
		}
	}
}

func TestTenPastedHostsBecomeRows(t *testing.T) {
	h := show(t, newFake())
	h.See("What do you want to keep an eye on?")
	if h.Win.Canvas().Focused() != fyne.Focusable(h.p.detail.add.entry) {
		t.Fatal("the field has not the keyboard")
	}
	var lines []string
	for i := range 10 {
		lines = append(lines, fmt.Sprintf("Office;host%d;192.0.2.%d", i, i+1))
	}
	lines = append(lines, "10.0.0.0/24")
	h.p.detail.add.set(strings.Join(lines, "\n"))
	h.See("10 new targets, 1 line not understood")
	h.See("line 11: 10.0.0.0/24: a whole network")
	if len(h.f.Snapshot().Targets) != 0 {
		t.Fatal("added before Enter")
	}
	h.Key(fyne.KeyReturn)
	h.row("host9")
	if got := h.names(); len(got) != 11 || got[0] != "Office" {
		t.Errorf("rows %q", got)
	}
	h.f.set(is("host0", service.LevelGood, 0))
	h.See("20.4\u00a0")
	h.See("answers")
	h.See("median")
	if got := h.p.detail.single.graph.Traces(); len(got) != 1 || got[0].Name != "host0" {
		t.Errorf("the graph shows %v", got)
	}
	if got := h.p.detail.single.graph.Range(); got != "1m" || h.p.memory.Range != "10m" {
		t.Errorf("the first targets are shown over %s, and those after them over %s", got, h.p.memory.Range)
	}
	// What was not understood waits to be mended.
	h.See("1 line was not understood and not added.")
	h.Press("Look at it")
	h.Until("the form", func() bool { return h.p.detail.at == placeAdd && h.p.detail.add.entry.Text == "10.0.0.0/24" })
	if text := strings.Join(paneltest.Texts(h.Win.Content()), "\n"); strings.Contains(text, "and not added") {
		t.Errorf("told beside the lines:\n%s", text)
	}
	h.p.detail.add.set("10.0.0.1")
	h.See("1 new target")
	h.Key(fyne.KeyReturn)
	h.row("10.0.0.1")
	if h.p.left || h.p.detail.add.entry.Text != "" {
		t.Errorf("left is %q", h.p.detail.add.entry.Text)
	}
}

// Figures of few probes follow each one, and those of many rest in between.
func TestFiguresPace(t *testing.T) {
	h := show(t, newFake(target("gateway"), target("resolver")))
	h.row("resolver")
	s := h.p.detail.single
	if got := s.pace(); got != h.p.deps.Pace.Shown {
		t.Errorf("nothing yet: %v", got)
	}
	s.take(answer{readout: smoke.Readout{Samples: few}})
	s.apply()
	if got := s.pace(); got <= h.p.deps.Pace.Shown {
		t.Errorf("after many: %v", got)
	}
	h.p.master.show(h.p.snap.Targets[1].ID)
	if s.apply(); s.pace() != h.p.deps.Pace.Shown {
		t.Errorf("of another target: %v", s.pace())
	}
}

func TestDuplicatesAreTold(t *testing.T) {
	h := show(t, newFake(target("gateway")))
	h.See("gateway")
	h.Press("Add targets…")
	h.p.detail.add.set("192.0.2.1\n192.0.2.2")
	h.See("1 new target, 192.0.2.1 is measured already")
	h.p.detail.add.set("again;192.0.2.1")
	h.See("again is measured already")
	if !h.p.detail.add.start.Disabled() {
		t.Error("nothing new, and Start can be pressed")
	}
	h.Key(fyne.KeyEscape)
	h.Until("the form is left", func() bool { return h.p.detail.at == placeSingle })
}

func TestOpeningAndItsFailure(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"newer":          {fmt.Errorf("open history: %w", history.ErrNewer), "written by a newer Tacklebox"},
		"read-only":      {fmt.Errorf("open history: %w", fs.ErrPermission), "cannot be written"},
		"read-only disk": {fmt.Errorf("lock: %w", &fs.PathError{Op: "open", Path: "/x", Err: syscall.EROFS}), "cannot be written"},
		"full":           {fmt.Errorf("open history: %w", syscall.ENOSPC), "The disk is full. Make room"},
		"other":          {errors.New("the moon is full"), "the moon is full"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(target("gateway"))
			f.hold = make(chan struct{})
			f.openErr = c.err
			h := show(t, f)
			h.See("Opening the history…")
			close(f.hold)
			h.See("The history could not be opened")
			h.See(c.want)
			h.Until("the status line", func() bool { return slices.Contains(h.levels, "failed") })
			f.mu.Lock()
			f.openErr = nil
			f.mu.Unlock()
			h.Press("Try again")
			h.See("gateway")
			h.Gone("could not be opened")
		})
	}
}

func TestAWindowThatOnlyLooks(t *testing.T) {
	f := newFake(target("gateway"))
	f.snap.Writer = false
	h := show(t, f)
	h.See("Another process measures into this data folder")
	if !h.p.master.add.Disabled() || !h.p.master.pause.Disabled() {
		t.Error("what cannot be changed can be pressed")
	}
	if h.p.Stops() != "" {
		t.Error("quitting stops what another process does")
	}
	h.Press("Dismiss")
	h.Gone("Another process measures into this data folder")
}

func TestFindAndOpenGroups(t *testing.T) {
	h := show(t, newFake(target("gateway", "Office"), target("hall", "Office", "Printers"), target("DNS1", "Google")))
	h.See("hall")
	h.p.master.search.SetText("print")
	if got := h.names(); !reflect.DeepEqual(got, []string{"Office", "Printers", "hall"}) {
		t.Errorf("%q", got)
	}
	h.p.master.search.SetText("nothing like it")
	h.See("No target has all of these words.")
	h.p.master.search.SetText("")
	h.p.master.activated(model.GroupKey([]string{"Office"}))
	if got := h.names(); !reflect.DeepEqual(got, []string{"Office", "Google", "DNS1"}) {
		t.Errorf("closed: %q", got)
	}
	if !slices.Contains(h.p.memory.Closed, model.GroupKey([]string{"Office"})) {
		t.Error("not remembered")
	}
}

func TestAnotherTargetIsShown(t *testing.T) {
	h := show(t, newFake(target("gateway"), target("DNS1", "Google"), target("DNS2", "Google")))
	h.choose("DNS2")
	h.Until("the graph", func() bool { tr := h.p.detail.single.graph.Traces(); return len(tr) == 1 && tr[0].Name == "DNS2" })
	h.choose("Google")
	h.Until("an overlay of the group", func() bool { return h.p.detail.at == placeOverlay && len(h.p.detail.overlay.graph.Traces()) == 2 })
	h.Press("Grid")
	h.Until("small graphs", func() bool { return len(h.p.detail.grid.cells) == 2 })
	h.choose("gateway")
	h.Until("small graphs of all", func() bool { return len(h.p.detail.grid.cells) == 3 })
	h.Press("Groups")
	h.Until("one graph", func() bool { return h.p.detail.at == placeSingle })
}

func TestWorstComesFirst(t *testing.T) {
	f := newFake(target("good"), target("lossy"), target("down"))
	f.set(is("good", service.LevelGood, 0))
	f.set(is("lossy", service.LevelDegraded, 0.12))
	f.set(is("down", service.LevelFailed, 1))
	h := show(t, f)
	h.Press("Worst first")
	h.Until("the order", func() bool { return reflect.DeepEqual(h.names(), []string{"down", "lossy", "good"}) })
	h.See("12\u00a0%")
	h.See("lost")
	h.Until("the status line", func() bool {
		return strings.Contains(h.statuses[len(h.statuses)-1], "down does not answer, and 1 more in trouble")
	})
}

func TestTheTraySaysItInWords(t *testing.T) {
	f := newFake(target("gateway"), target("DNS1"))
	f.set(is("gateway", service.LevelGood, 0))
	f.set(is("DNS1", service.LevelGood, 0))
	h := show(t, f)
	line := func() string {
		if items := h.p.TrayItems(); len(items) > 0 {
			return items[0][0].Text
		}
		return ""
	}
	h.Until("all well", func() bool { return line() == "All 2 targets answer" })
	trays := h.trays
	// Other figures are the same words.
	f.set(func(s *service.Snapshot) { s.Targets[0].Last.RTT = time.Second })
	asked := f.asked
	h.Until("more snapshots", func() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.asked > asked+3 })
	if h.trays != trays {
		t.Error("the menu was rebuilt for figures")
	}
	f.set(is("DNS1", service.LevelFailed, 1))
	h.Until("the worst", func() bool { return line() == "DNS1 does not answer" && h.trays > trays })
	h.p.TrayItems()[0][1].Do()
	h.Until("paused", func() bool {
		return line() == "Measuring is paused" && h.p.TrayItems()[0][1].Text == "Resume all measuring"
	})
	if h.p.Stops() != "" {
		t.Error("quitting stops what is paused")
	}
}

func TestQuittingSaysThatMeasuringStops(t *testing.T) {
	h := show(t, newFake(target("a"), target("b")))
	h.Until("measuring", func() bool { return strings.Contains(h.p.Stops(), "Measuring of 2 targets stops") })
}

func TestRemovingAsks(t *testing.T) {
	h := show(t, newFake(target("gateway"), target("DNS1")))
	h.choose("DNS1")
	h.Win.Canvas().Focus(h.p.master.list)
	h.Key(fyne.KeyDelete)
	h.See("DNS1 (192.0.2.1) and all of its history are deleted")
	h.Press("Cancel")
	if len(h.f.Snapshot().Targets) != 2 {
		t.Fatal("removed without a yes")
	}
	h.Key(fyne.KeyDelete)
	h.Press("Remove")
	h.Until("it is gone", func() bool {
		return len(h.f.Snapshot().Targets) == 1 && reflect.DeepEqual(h.names(), []string{"gateway"})
	})
	h.Until("another one is shown", func() bool { tr := h.p.detail.single.graph.Traces(); return len(tr) == 1 && tr[0].Name == "gateway" })
}

func TestSettingsAreCheckedInPlace(t *testing.T) {
	h := show(t, newFake(target("gateway")))
	h.See("gateway")
	h.p.detail.single.lower.Select(lowerSettings)
	s := h.p.detail.single.settings
	h.Until("filled", func() bool { return s.fields[model.FieldName].entry.Text == "gateway" })
	s.fields[model.FieldInterval].entry.SetText("50 ms")
	h.See("A time from 200\u00a0ms to 1\u00a0h")
	if !s.save.Disabled() {
		t.Error("it can be saved")
	}
	s.fields[model.FieldInterval].entry.SetText("5 s")
	s.fields[model.FieldGroup].entry.SetText("Office / Rack 1")
	h.Gone("A time from 200\u00a0ms")
	// What is being typed survives a refresh.
	h.f.mu.Lock()
	asked := h.f.asked
	h.f.mu.Unlock()
	h.Until("more snapshots", func() bool { h.f.mu.Lock(); defer h.f.mu.Unlock(); return h.f.asked > asked+3 })
	if s.fields[model.FieldInterval].entry.Text != "5 s" {
		t.Fatal("a refresh took away what was typed")
	}
	h.Press("Save")
	h.Until("saved", func() bool { h.f.mu.Lock(); defer h.f.mu.Unlock(); return len(h.f.changed) == 1 })
	h.f.mu.Lock()
	c := h.f.changed[0]
	h.f.mu.Unlock()
	if c.Interval != 5*time.Second || !slices.Equal(c.Group, []string{"Office", "Rack 1"}) || c.ID != 1 {
		t.Errorf("%+v", c)
	}
	h.See("every 5\u00a0s")
}

func TestAChangeThatFailsIsSaid(t *testing.T) {
	f := newFake(target("gateway"))
	f.refuse = errors.New("save target: the disk is full")
	h := show(t, f)
	h.See("gateway")
	h.p.pause(h.p.targets(), true)
	h.See("That could not be changed: save target: the disk is full")
	h.Press("Dismiss")
	h.Gone("That could not be changed")
}

func TestTrouble(t *testing.T) {
	denied := fmt.Errorf("open a ping socket: %w", fs.ErrPermission)
	for name, c := range map[string]struct {
		set  func(*service.Snapshot)
		icmp engines.Choice
		want []string
	}{
		"no ping sockets": {func(s *service.Snapshot) { s.Engines = []monitor.EngineStatus{{Kind: latency.KindICMP, Err: denied}} },
			engines.Choice{Err: denied, Refused: []engines.Refusal{{Engine: "kernel", Err: denied, Fix: "sudo sysctl -w x"}}},
			[]string{"may not open ping sockets", "TCP, DNS and HTTP targets work all the same", "sudo sysctl -w x", "Copy command"}},
		"disk full": {func(s *service.Snapshot) { s.StoreErr, s.Dropped = errors.New("no space left"), 17 }, engines.Choice{Engine: "kernel"},
			[]string{"is the disk full?", "17 probes could not be kept"}},
		"stretched": {func(s *service.Snapshot) { s.Stretch, s.Rate = 2.5, 2000 }, engines.Choice{Engine: "kernel"},
			[]string{"2.5 times as long"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(target("gateway"))
			f.set(c.set)
			h := show(t, f)
			h.icmp = c.icmp
			for _, w := range c.want {
				h.See(w)
			}
		})
	}
}

func TestOutagesAreListedAndShown(t *testing.T) {
	f := newFake(target("gateway"))
	start := time.Now().Add(-5 * time.Minute)
	f.outages = []history.Outage{{Start: start, End: start.Add(190 * time.Second), Lost: 191}}
	h := show(t, f)
	h.See("00:03:10")
	h.See("Outages: 1 (00:03:10)")
	h.p.detail.single.outages.act(h.p.detail.single.outages.rows[0].key)
	v := h.p.detail.single.graph.View()
	if v.Follow || v.From.After(start) || v.To.Before(start.Add(190*time.Second)) {
		t.Errorf("the graph shows %v to %v", v.From, v.To)
	}
}

func TestMovingByKeyboardAndMouse(t *testing.T) {
	h := show(t, newFake(target("a"), target("b"), target("c", "G")))
	h.choose("b")
	h.p.move(-1)
	h.Until("moved up", func() bool { return reflect.DeepEqual(h.names(), []string{"b", "a", "G", "c"}) })
	// Dragging "a" into the middle of the group's row.
	r := h.row("a")
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(h.row("G")).AddXY(20, h.row("G").Size().Height*0.6)
	e := &fyne.DragEvent{}
	e.AbsolutePosition = at
	r.Dragged(e)
	if tip := h.p.master.Tip(0); tip != "" {
		t.Errorf("the tip %q covers where it may go", tip)
	}
	r.DragEnd()
	h.Until("in the group", func() bool { return reflect.DeepEqual(h.names(), []string{"b", "G", "a", "c"}) })
	if len(h.f.changed) != 1 || !slices.Equal(h.f.changed[0].Group, []string{"G"}) {
		t.Errorf("%v", h.f.changed)
	}
}

func TestTheClipboardIsOnlyShown(t *testing.T) {
	f := newFake(target("gateway"))
	f.hold = make(chan struct{})
	h := show(t, f)
	h.p.TakeClipboard("192.0.2.7\nexample.org:443") // before the history is open
	close(f.hold)
	h.See("2 new targets")
	if n := len(f.Snapshot().Targets); n != 1 {
		t.Errorf("%d targets", n)
	}
}

func TestAHiddenTabDrawsNothing(t *testing.T) {
	h := show(t, newFake(target("gateway")))
	h.See("gateway")
	h.p.Hidden()
	h.f.set(is("gateway", service.LevelGood, 0))
	asked := h.f.asked
	h.Until("snapshots for the tray", func() bool { h.f.mu.Lock(); defer h.f.mu.Unlock(); return h.f.asked > asked+3 })
	if h.Sees("20.4") {
		t.Error("the list was drawn")
	}
	h.p.Shown()
	h.See("20.4")
}

func TestChinese(t *testing.T) {
	h := showIn(t, newFake(target("gateway", "Office")), i18n.SimplifiedChinese)
	h.See("gateway")
	for _, text := range h.Texts() {
		if strings.HasPrefix(text, "latency.") || strings.HasPrefix(text, "action.") {
			t.Errorf("no text for %s", text)
		}
	}
	h.See("中断")
}

// TestAlertTexts: what an alert left reads as a sentence, and hostile bodies do
// no harm.
func TestAlertTexts(t *testing.T) {
	if err := i18n.Load(i18n.English); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ kind, body, want string }{
		{service.EventAlert, `{"name":"loss","level":"critical","why":"loss 100%"}`, "Alert “loss”, critical: loss 100%"},
		{service.EventAlert, `{"name":"loss","level":"warning","why":"loss 30%"}`, "Alert “loss”, warning: loss 30%"},
		{service.EventCleared, `{"name":"loss","level":"ok","why":"it answers"}`, "Alert “loss” ended: it answers"},
		{service.EventHeld, `{"name":"loss","why":"loss 100%"}`, "Alert “loss” held back, the gateway does not answer: loss 100%"},
		{service.EventAlert, "{", "alert {"},
	} {
		if got := eventText(history.Event{Kind: c.kind, Body: c.body}); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.kind, c.body, got, c.want)
		}
	}
}
