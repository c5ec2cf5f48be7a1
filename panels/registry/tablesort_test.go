package registry

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/fakeharbor"
)

func TestNatural(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"1.9", "1.10", -1}, {"a", "b", -1}, {"b", "a", 1}, {"a2", "a10", -1}, {"a", "a", 0}, {"", "a", -1}, {"07", "7", 0}, {"x7y", "x7z", -1}, {"9", "a", -1},
		{strings.Repeat("9", 400), "1" + strings.Repeat("0", 400), -1},
	} {
		if got := natural(c.a, c.b); got != c.want {
			t.Errorf("%q %q: %d, want %d", c.a, c.b, got, c.want)
		}
		if got := natural(c.b, c.a); got != -c.want {
			t.Errorf("%q %q: %d, want %d", c.b, c.a, got, -c.want)
		}
	}
}

func FuzzNatural(f *testing.F) {
	f.Add("1.9", "1.10", "a2")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if natural(a, b) != -natural(b, a) {
			t.Errorf("%q %q", a, b)
		}
		if natural(a, b) <= 0 && natural(b, c) <= 0 && natural(a, c) > 0 {
			t.Errorf("%q %q %q", a, b, c)
		}
	})
}

// rows are the first cells as they stand.
func rows(t *table) string {
	var out []string
	for i := range t.Len() {
		out = append(out, t.at(i).cells[0].text)
	}
	return strings.Join(out, " ")
}

// A press on the head sorts, a drag at an edge widens, and both are there again the
// next time.
func TestTableArranged(t *testing.T) {
	h := start(t, i18n.English)
	fake := fakeharbor.New(t)
	a := fake.Push("library", "app", "1", fakeharbor.Image{Config: map[string]any{"Env": []string{"B=1", "A10=2", "A9=3"}}})
	a.Scan = &fakeharbor.Scan{ID: "r", Status: "Success", Vulns: []fakeharbor.Vuln{{ID: "CVE-1", Package: "b", Severity: "Low"}, {ID: "CVE-2", Package: "a", Severity: "Critical"}}}
	h.add(registry.Connection{URL: fake.URL, User: "admin"}, fakeharbor.Password)
	h.show()
	show := func() *imagesView {
		h.open("library")
		h.choose("library/app")
		h.See("library/app : 1")
		v := h.p.detail.images
		v.lower.Select(lowerEnv)
		h.line(v.parts.env, "A10")
		return v
	}
	v := show()
	env := v.parts.env
	press := func(x float32) { env.head.Tapped(&fyne.PointEvent{Position: fyne.NewPos(x, 5)}) }
	if got := rows(env); got != "B A10 A9" {
		t.Fatalf("as it came: %s", got)
	}
	places := env.places(env.head.Size().Width)
	for _, want := range []string{"A9 A10 B", "B A10 A9", "B A10 A9"} {
		press(places[0][0] + 3)
		if got := rows(env); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	press(places[0][0] + 3)
	if got := env.headText(0); !strings.HasSuffix(got, "▲") {
		t.Errorf("the head says %q", got)
	}
	edge := places[0][0] + places[0][1] + 3
	env.head.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(edge+10*digit(), 5)}, Dragged: fyne.NewDelta(10*digit()+1, 0)})
	env.head.DragEnd()
	if got := env.chars(0); got != 36 {
		t.Errorf("%d wide, want 36", got)
	}
	press(edge + 10*digit()) // no sorting where a drag begins
	if env.sort != (sorting{Col: 0}) {
		t.Errorf("%+v", env.sort)
	}
	env.head.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(edge+10*digit()-9000, 5)}, Dragged: fyne.NewDelta(-9000, 0)})
	if got := env.chars(0); got != leastChars {
		t.Errorf("%d wide, want %d", got, leastChars)
	}
	env.widen(0, 36)
	env.head.DragEnd()

	// The same by keys: Tab leads to the head, and to no head of a table that keeps its
	// order.
	canvas := h.Win.Canvas()
	canvas.Focus(env.list)
	canvas.FocusPrevious()
	if canvas.Focused() != fyne.Focusable(env.head) || env.head.Disabled() {
		t.Fatalf("before the list the keyboard is at %T", canvas.Focused())
	}
	h.See(i18n.T("registry.head_keys"))
	key := func(names ...fyne.KeyName) {
		for _, n := range names {
			env.head.TypedKey(&fyne.KeyEvent{Name: n})
		}
	}
	key(fyne.KeyRight, fyne.KeyReturn)
	if env.sort != (sorting{Col: 1}) || rows(env) != "B A10 A9" {
		t.Errorf("%+v, %s", env.sort, rows(env))
	}
	env.head.TypedRune('+') // takes what is left
	key(fyne.KeyLeft, fyne.KeyLeft)
	env.head.TypedRune('+')
	env.head.TypedRune('+')
	env.head.TypedRune('-')
	if env.chars(0) != 37 || len(env.widths) != 1 {
		t.Errorf("%v", env.widths)
	}
	env.head.TypedRune('-')
	key(fyne.KeyReturn, fyne.KeyDown)
	if env.sort != (sorting{Col: 0}) || canvas.Focused() != fyne.Focusable(env.list) || env.head.focused {
		t.Errorf("%+v, the keyboard is at %T", env.sort, canvas.Focused())
	}
	if x := newTable(nil, false, column{title: "a"}); !x.head.Disabled() {
		t.Error("a table that keeps its order takes keys")
	}

	// The tags come page by page: they keep the server's order.
	v.tags.table.head.Tapped(&fyne.PointEvent{Position: fyne.NewPos(40, 5)})
	if v.tags.table.sort != unsorted {
		t.Error("a part of a list was sorted")
	}
	// A column is sorted by what its words mean.
	v.lower.Select(lowerCVEs)
	h.line(v.cves.table, "CVE-1")
	v.cves.table.press(0)
	if got := v.cves.table.at(0).cells[1].text; got != "CVE-1" {
		t.Errorf("the least severe is %s", got)
	}
	h.p.Close()
	h.Pump()

	h.show()
	v = show()
	if got := rows(v.parts.env); got != "A9 A10 B" || v.parts.env.chars(0) != 36 {
		t.Errorf("the next time: %s, %d wide", got, v.parts.env.chars(0))
	}
}

// What is remembered of a table that there is no more does no harm.
func TestTableMemoryIsBounded(t *testing.T) {
	test.NewTempApp(t)
	p := &Panel{memory: memory{Tables: map[string]tableMemory{"x": {Sort: &sorting{Col: 99}, Widths: map[int]int{-1: 5, 0: 1 << 30, 1: 9, 7: 9}}}}}
	x := newTable(widgets.NewTips(func(f func()) { f() }), false, column{title: "a", chars: 5}, column{title: "b"})
	x.kept(p, "x")
	if x.sort != unsorted || fmt.Sprint(x.widths) != fmt.Sprint(map[int]int{0: mostChars}) {
		t.Errorf("%+v %v", x.sort, x.widths)
	}
}
