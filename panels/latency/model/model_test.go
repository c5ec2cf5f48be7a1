package model

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/service"
)

// at makes a target: "Office/Printers/name".
func at(id latency.TargetID, path string) latency.Target {
	parts := strings.Split(path, "/")
	t := latency.Target{ID: id, Name: parts[len(parts)-1], Kind: latency.KindICMP, Host: strings.ToLower(parts[len(parts)-1]) + ".example"}
	if len(parts) > 1 {
		t.Group = parts[:len(parts)-1]
	}
	return t
}

func live(list ...latency.Target) []service.Live {
	out := make([]service.Live, len(list))
	for i, t := range list {
		out[i] = service.Live{Target: t, Level: service.LevelGood, Loss: 0}
	}
	return out
}

func shown(rows []Row) (out []string) {
	for _, r := range rows {
		text := strings.Repeat("  ", r.Depth) + r.Name
		if r.Target == nil {
			text += "/"
			if !r.Open {
				text += "…"
			}
		}
		out = append(out, text)
	}
	return out
}

var some = []latency.Target{at(1, "Office/gateway"), at(2, "local"), at(3, "Office/Printers/hall"), at(4, "Google/DNS1"), at(5, "Office/files")}

func TestRows(t *testing.T) {
	list := live(some...)
	for name, c := range map[string]struct {
		shape Shape
		want  []string
	}{
		"all":            {Shape{}, []string{"Office/", "  gateway", "  Printers/", "    hall", "  files", "local", "Google/", "  DNS1"}},
		"a closed group": {Shape{Closed: map[string]bool{GroupKey([]string{"Office"}): true}}, []string{"Office/…", "local", "Google/", "  DNS1"}},
		"found in closed": {Shape{Filter: "PRINT hall", Closed: map[string]bool{GroupKey([]string{"Office"}): true}},
			[]string{"Office/", "  Printers/", "    hall"}},
		"by host":       {Shape{Filter: "dns1.example"}, []string{"Google/", "  DNS1"}},
		"nothing found": {Shape{Filter: "gateway google"}, nil},
	} {
		if got := shown(Rows(list, c.shape)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\n%q, want\n%q", name, got, c.want)
		}
	}
	// Keys are unique, and lead back.
	seen := map[string]bool{}
	for _, r := range Rows(list, Shape{}) {
		if seen[r.Key] {
			t.Errorf("%q twice", r.Key)
		}
		seen[r.Key] = true
		if id, ok := TargetOf(r.Key); ok != (r.Target != nil) || id != r.ID() {
			t.Errorf("%q leads to target %d, %v", r.Key, id, ok)
		}
		if r.Target == nil && !slices.Equal(GroupOf(r.Key), r.Group) {
			t.Errorf("%q leads to group %q", r.Key, GroupOf(r.Key))
		}
	}
}

func TestGroupsHaveTheWorstLevel(t *testing.T) {
	list := live(some...)
	list[2].Level, list[4].Level = service.LevelFailed, service.LevelUnknown
	office := Rows(list, Shape{})[0]
	if office.Level != service.LevelFailed || office.Count != 3 || office.Bad != 1 {
		t.Errorf("%+v", office)
	}
	list[0].Level, list[2].Level = service.LevelUnknown, service.LevelUnknown
	if office = Rows(list, Shape{})[0]; office.Level != service.LevelUnknown || office.Bad != 0 {
		t.Errorf("nothing measured: %+v", office)
	}
}

func TestWorstFirst(t *testing.T) {
	list := live(at(1, "good"), at(2, "lossy"), at(3, "down"), at(4, "paused"), at(5, "lossier"), at(6, "slow"))
	list[1].Level, list[1].Loss = service.LevelDegraded, 0.03
	list[2].Level, list[2].Loss = service.LevelFailed, 1
	list[3].Level, list[3].Loss = service.LevelUnknown, math.NaN()
	list[4].Level, list[4].Loss = service.LevelDegraded, 0.2
	list[0].Median, list[5].Median = 5*time.Millisecond, 50*time.Millisecond
	want := []string{"down", "lossier", "lossy", "slow", "good", "paused"}
	if got := shown(Rows(list, Shape{Worst: true})); !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	// A little more does not make rows change places.
	list[0].Median = 51 * time.Millisecond
	list[1].Loss, list[4].Loss = 0.2, 0.198
	want = []string{"down", "lossy", "lossier", "good", "slow", "paused"}
	if got := shown(Rows(list, Shape{Worst: true})); !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	bad, measured := Worst(list)
	if len(bad) != 3 || bad[0].Name != "down" || measured != 5 {
		t.Errorf("%d bad, %d measured", len(bad), measured)
	}
}

// tree is a list as its tree shows it, with the changes of an arrangement made.
func tree(list []latency.Target, a *Arrangement) []string {
	if a == nil {
		return nil
	}
	by := map[latency.TargetID]latency.Target{}
	for _, t := range list {
		by[t.ID] = t
	}
	for _, t := range a.Changed {
		by[t.ID] = t
	}
	var out []service.Live
	for _, id := range a.IDs {
		out = append(out, service.Live{Target: by[id]})
	}
	return shown(Rows(out, Shape{}))
}

func TestArrange(t *testing.T) {
	for name, c := range map[string]struct {
		a    *Arrangement
		want []string
	}{
		"up in its group":          {Step(some, 5, -1), []string{"Office/", "  gateway", "  Printers/", "    hall", "    files", "local", "Google/", "  DNS1"}},
		"up at the top":            {Step(some, 1, -1), nil},
		"down at the end":          {Step(some, 4, 1), nil},
		"down into the next":       {Step(some, 2, 1), []string{"Office/", "  gateway", "  Printers/", "    hall", "  files", "Google/", "  local", "  DNS1"}},
		"up out of its group":      {Step(some, 4, -1), []string{"Office/", "  gateway", "  Printers/", "    hall", "  files", "local", "DNS1"}},
		"into a group at its end":  {Place(some, 2, []string{"Google"}, 0), []string{"Office/", "  gateway", "  Printers/", "    hall", "  files", "Google/", "  DNS1", "  local"}},
		"before another":           {Place(some, 2, []string{"Office"}, 5), []string{"Office/", "  gateway", "  Printers/", "    hall", "  local", "  files", "Google/", "  DNS1"}},
		"to where it is":           {Place(some, 4, []string{"Google"}, 0), nil},
		"before itself":            {Place(some, 4, []string{"Google"}, 4), nil},
		"into a new group":         {Place(some, 2, []string{"New"}, 0), []string{"Office/", "  gateway", "  Printers/", "    hall", "  files", "Google/", "  DNS1", "New/", "  local"}},
		"one that is not there":    {Place(some, 99, nil, 0), nil},
		"a group down":             {StepGroup(some, []string{"Office"}, 1), []string{"local", "Office/", "  gateway", "  Printers/", "    hall", "  files", "Google/", "  DNS1"}},
		"a group up":               {StepGroup(some, []string{"Google"}, -1), []string{"Office/", "  gateway", "  Printers/", "    hall", "  files", "Google/", "  DNS1", "local"}},
		"an inner group up":        {StepGroup(some, []string{"Office", "Printers"}, -1), []string{"Office/", "  Printers/", "    hall", "  gateway", "  files", "local", "Google/", "  DNS1"}},
		"a group up at the top":    {StepGroup(some, []string{"Office"}, -1), nil},
		"a group that is not here": {StepGroup(some, []string{"None"}, 1), nil},
	} {
		if got := tree(some, c.a); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\n%q, want\n%q", name, got, c.want)
		}
	}
}

// TestStepsReachEverywhere: pressing down for ever brings a target to the end,
// up to the front, and nothing is lost on the way.
func TestStepsReachEverywhere(t *testing.T) {
	for _, delta := range []int{-1, 1} {
		for _, who := range some {
			list := slices.Clone(some)
			steps := 0
			for ; steps < 50; steps++ {
				a := Step(list, who.ID, delta)
				if a == nil {
					break
				}
				by := map[latency.TargetID]latency.Target{}
				for _, t := range append(slices.Clone(list), a.Changed...) {
					by[t.ID] = t
				}
				list = list[:0]
				for _, id := range a.IDs {
					list = append(list, by[id])
				}
				if len(list) != len(some) {
					t.Fatalf("%d targets after a step", len(list))
				}
			}
			order := Order(list)
			end := order[len(order)-1]
			if delta < 0 {
				end = order[0]
			}
			if steps == 50 || end.ID != who.ID {
				t.Errorf("%s by %d: %d steps, then %v", who.Name, delta, steps, ids(order))
			}
		}
	}
}

func TestFigures(t *testing.T) {
	ms := func(v float64) time.Duration { return time.Duration(v * float64(time.Millisecond)) }
	for _, c := range []struct {
		d            time.Duration
		figure, text string
	}{
		{0, "–\u00a0", "–"},
		{ms(0.034), "0.03", "0.034\u00a0ms"},
		{ms(0.0994), "0.10", "0.099\u00a0ms"},
		{ms(0.43), "0.43", "0.43\u00a0ms"},
		{ms(0.9949), "0.99", "0.99\u00a0ms"},
		{ms(0.996), "1.0\u00a0", "1.0\u00a0ms"},
		{ms(20.41236), "20.4\u00a0", "20.4\u00a0ms"},
		{ms(12345), "12345\u00a0\u00a0\u00a0", "12.3\u00a0s"},
	} {
		if got := Figure(c.d); got != c.figure {
			t.Errorf("%v: %q, want %q", c.d, got, c.figure)
		}
		if got := MS(c.d); got != c.text {
			t.Errorf("%v: %q, want %q", c.d, got, c.text)
		}
	}
	for share, want := range map[float64]string{0: "0 %", 1: "100 %", 0.12: "12 %", 0.015: "1.5 %", 0.0002: "0.02 %", 0.00000001: "< 0.01 %", 0.9999: "99.9 %", math.NaN(): "–"} {
		if got := strings.ReplaceAll(Percent(share), "\u00a0", " "); got != want {
			t.Errorf("%v: %q, want %q", share, got, want)
		}
	}
	for d, want := range map[time.Duration]string{190 * time.Second: "00:03:10", 10 * time.Millisecond: "00:00:01", 51*time.Hour + time.Second: "2 d 03:00:01", 0: "00:00:00"} {
		if got := strings.ReplaceAll(Span(d), "\u00a0", " "); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestFormReadsBackWhatItShows(t *testing.T) {
	full := latency.Target{ID: 7, Group: []string{"Europe", "Paris"}, Name: "edge", Kind: latency.KindTCP, Host: "example.org", Port: 443, Interval: 1500 * time.Millisecond,
		Timeout: 3 * time.Second, DSCP: 46, TTL: 30, Source: "192.0.2.1", Family: latency.Family4, Resolve: 5 * time.Minute, Paused: true}
	odd := latency.Target{ID: 8, Name: "odd", Kind: latency.KindICMP, Host: "192.0.2.1", Interval: 1234567 * time.Microsecond, Size: 1400}
	for _, want := range append(slices.Clone(some), full, odd) {
		got, bad := FormOf(want).Target(latency.Target{ID: want.ID})
		if len(bad) > 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, %v, want %+v", got, bad, want)
		}
	}
}

func TestFormSaysWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		field Field
		text  string
		want  Reason
	}{
		"no host":             {FieldWhat, " ", ReasonEmpty},
		"a network":           {FieldWhat, "10.0.0.0/24", ReasonWhat},
		"too fast":            {FieldInterval, "100ms", ReasonSpan},
		"too slow":            {FieldInterval, "2 h", ReasonSpan},
		"no time":             {FieldTimeout, "soon", ReasonSpan},
		"negative":            {FieldTimeout, "-1s", ReasonSpan},
		"too large":           {FieldSize, "70000", ReasonNumber},
		"no number":           {FieldDSCP, "46x", ReasonNumber},
		"a sign":              {FieldTTL, "+3", ReasonNumber},
		"a strange source":    {FieldSource, "-oops", ReasonSource},
		"an invisible name":   {FieldName, "a\u202eb", ReasonName},
		"a far too long name": {FieldName, strings.Repeat("x", 201), ReasonName},
		"an invisible group":  {FieldGroup, "a / b\u0007", ReasonName},
	} {
		f := FormOf(some[0])
		f.Text[c.field] = c.text
		if _, bad := f.Target(some[0]); bad[c.field].Reason != c.want || len(bad) != 1 {
			t.Errorf("%s: %v, want %s", name, bad, c.want)
		}
	}
}

func TestParseSpan(t *testing.T) {
	for text, want := range map[string]time.Duration{"1 s": time.Second, "200ms": 200 * time.Millisecond, "5 min": 5 * time.Minute, "5 m": 5 * time.Minute,
		"1h30m": 90 * time.Minute, "2": 2 * time.Second, "0.5": 500 * time.Millisecond, "1\u00a0d": 24 * time.Hour} {
		if got, ok := ParseSpan(text); !ok || got != want {
			t.Errorf("%q: %v, %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "s", "-1 s", "1e99 h", "1 week", "NaN", "0"} {
		if got, ok := ParseSpan(text); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func FuzzParseSpan(f *testing.F) {
	for _, s := range []string{"1 s", "5min", "1h30m", "9e9d", ".", "1.2.3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, ok := ParseSpan(s); ok && d <= 0 {
			t.Errorf("%q is %v", s, d)
		}
	})
}

func TestFreshTellsWhatIsThere(t *testing.T) {
	there := []latency.Target{at(1, "Office/gateway")}
	renamed := there[0]
	renamed.ID, renamed.Name, renamed.Group = 0, "other name", nil
	other := at(0, "files")
	twice := other
	twice.Name = "again"
	fresh, known := Fresh([]latency.Target{renamed, other, twice}, there)
	if len(fresh) != 1 || fresh[0].Name != "files" || len(known) != 2 {
		t.Errorf("%v, %v", fresh, known)
	}
}

func TestCommand(t *testing.T) {
	for want, target := range map[string]latency.Target{
		"tacklebox latency watch 192.0.2.1":                                            {Kind: latency.KindICMP, Host: "192.0.2.1", Interval: time.Second, Timeout: 2 * time.Second},
		"tacklebox latency watch --interval 200ms --timeout 1s --size 1400 files.test": {Kind: latency.KindICMP, Host: "files.test", Interval: 200 * time.Millisecond, Timeout: time.Second, Size: 1400},
		"tacklebox latency watch 'https://example.org/?a=1&b=2'":                       {Kind: latency.KindHTTP, Host: "example.org", URL: "https://example.org/?a=1&b=2"},
	} {
		if got := Command(target); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
