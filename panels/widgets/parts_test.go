package widgets

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	look "tacklebox/panels/theme"
)

func TestCutMiddle(t *testing.T) {
	perRune := func(s string) float32 { return float32(len([]rune(s))) }
	tests := []struct {
		text  string
		width float32
		want  string
	}{
		{"short", 10, "short"},
		{"registry.example.com/team/app:2.4", 15, "registr…app:2.4"},
		{"镜像仓库/团队/应用:标签", 7, "镜像仓…:标签"},
		{"abc", 1, "…"},
		{"", 5, ""},
	}
	for _, tt := range tests {
		if got := CutMiddle(tt.text, tt.width, perRune); got != tt.want {
			t.Errorf("%q in %v: got %q, want %q", tt.text, tt.width, got, tt.want)
		}
	}
	long := strings.Repeat("x", 1<<20)
	if got := CutMiddle(long, 50, perRune); len([]rune(got)) != 50 {
		t.Errorf("a megabyte was cut to %d", len([]rune(got)))
	}
}

func TestFoldText(t *testing.T) {
	perRune := func(s string) float32 { return float32(len([]rune(s))) }
	got := foldText("one two three\nnospacesatallhere", 8, 10, perRune)
	if want := "one two|three|nospaces|atallher|e"; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", strings.Join(got, "|"), want)
	}
	if got := foldText(strings.Repeat("a ", 5000), 10, 4, perRune); len(got) != 5 || got[4] != "…" {
		t.Errorf("%d lines", len(got))
	}
}

// app is a test app in our own look.
func app(t *testing.T) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(look.New(look.Options{}))
}

// numbers are rows with a heading before every tenth.
type numbers struct {
	keys []string
	made int
}

func (n *numbers) Len() int              { return len(n.keys) }
func (n *numbers) Key(i int) string      { return n.keys[i] }
func (n *numbers) Selectable(i int) bool { return !strings.HasPrefix(n.keys[i], "head") }
func (n *numbers) Tip(i int) string      { return n.keys[i] }
func (n *numbers) Create() fyne.CanvasObject {
	n.made++
	return widget.NewLabel("")
}
func (n *numbers) Bind(i int, o fyne.CanvasObject) { o.(*widget.Label).SetText(n.keys[i]) }

func list(t *testing.T, n int) (*RowList, *numbers, fyne.Window) {
	t.Helper()
	app(t)
	src := &numbers{}
	for i := range n {
		if i%10 == 0 {
			src.keys = append(src.keys, fmt.Sprintf("head%d", i/10))
		}
		src.keys = append(src.keys, fmt.Sprintf("row%d", i))
	}
	l := NewRowList(src, nil)
	w := test.NewTempWindow(t, l)
	w.Resize(fyne.NewSize(200, 300))
	l.Reload()
	return l, src, w
}

func key(l *RowList, k fyne.KeyName) { l.TypedKey(&fyne.KeyEvent{Name: k}) }

func TestRowListByKeyboard(t *testing.T) {
	l, src, _ := list(t, 100)
	chosen, activated := "", ""
	l.OnSelected = func(k string) { chosen = k }
	l.OnActivated = func(k string) { activated = k }
	key(l, fyne.KeyDown)
	if chosen != "row0" {
		t.Errorf("the first row below the heading, got %q", chosen)
	}
	for range 10 {
		key(l, fyne.KeyDown)
	}
	if chosen != "row10" {
		t.Errorf("headings are passed over, got %q", chosen)
	}
	key(l, fyne.KeyEnd)
	if chosen != "row99" || l.Offset() == 0 {
		t.Errorf("end: %q at %v", chosen, l.Offset())
	}
	key(l, fyne.KeyHome)
	if chosen != "row0" || l.Offset() != 0 {
		t.Errorf("home: %q at %v", chosen, l.Offset())
	}
	key(l, fyne.KeyReturn)
	if activated != "row0" {
		t.Errorf("enter: %q", activated)
	}
	if src.made > 40 {
		t.Errorf("%d rows were made for 110", src.made)
	}
}

// A row that the program chose is told when the person presses it, once.
func TestRowListTellsOfAChosenRow(t *testing.T) {
	l, _, _ := list(t, 5)
	var told []string
	l.OnSelected = func(key string) { told = append(told, key) }
	first, second := l.src.Key(0), l.src.Key(1)
	l.Select(first, true)
	if len(told) != 0 {
		t.Fatalf("told %v of the program's choice", told)
	}
	l.choose(first)
	l.choose(first)
	l.choose(second)
	l.Select(first, true)
	l.choose(first)
	if got, want := strings.Join(told, " "), strings.Join([]string{first, second, first}, " "); got != want {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestRowListKeepsItsPlace(t *testing.T) {
	l, src, _ := list(t, 100)
	l.Select("row50", true)
	off := l.Offset()
	src.keys = append([]string{"new1", "new2"}, src.keys...)
	l.Reload()
	if want := off + 2*l.rowHeight(); l.Offset() != want {
		t.Errorf("offset %v, want %v", l.Offset(), want)
	}
	if l.Selected() != "row50" {
		t.Errorf("selected %q", l.Selected())
	}
	// The selected row goes away: the row at the top stays where it is.
	top := src.keys[int(l.Offset()/l.rowHeight())+1]
	var left []string
	for _, k := range src.keys {
		if k != "row50" && k != "new1" {
			left = append(left, k)
		}
	}
	before := l.Offset()
	src.keys = left
	l.Reload()
	if got := l.Offset(); got != before-l.rowHeight() {
		t.Errorf("offset %v, want %v (row %s)", got, before-l.rowHeight(), top)
	}
	src.keys = nil
	l.Reload()
	if l.Offset() != 0 {
		t.Errorf("an empty list is scrolled to %v", l.Offset())
	}
}

func TestTabs(t *testing.T) {
	app(t)
	tabs := NewTabs(nil)
	a, b := widget.NewLabel("a"), widget.NewLabel("b")
	closed := ""
	tabs.OnClosed = func(id string) { closed = id }
	tabs.Append(&Tab{ID: "a", Text: "a", Content: a})
	tabs.Append(&Tab{ID: "b", Text: "b", Content: b, Closable: true})
	w := test.NewTempWindow(t, tabs)
	w.Resize(fyne.NewSize(300, 200))
	if !a.Visible() || b.Visible() {
		t.Error("the first tab is in front")
	}
	test.Tap(tabs.buttons[1])
	if a.Visible() || !b.Visible() || tabs.Selected() != "b" {
		t.Error("the second tab was not selected")
	}
	tabs.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	if tabs.Selected() != "a" {
		t.Error("the tabs go round")
	}
	test.Tap(tabs.buttons[1].cross)
	if closed != "b" {
		t.Error("the cross was not told")
	}
	tabs.Select("b")
	tabs.Remove("b")
	if tabs.Selected() != "a" || !a.Visible() {
		t.Error("the neighbour was not selected")
	}
}

func TestBanner(t *testing.T) {
	app(t)
	b := NewBanner(nil)
	w := test.NewTempWindow(t, b)
	w.Resize(fyne.NewSize(400, 200))
	if b.Visible() {
		t.Error("an empty banner is visible")
	}
	n, resized := 0, 0
	b.OnResized = func() { resized++ }
	set := func() {
		b.Set(BannerContent{Level: LevelFailed, Text: "it failed", Detail: "why", Buttons: []BannerButton{{Text: "again", Do: func() { n++ }}}})
	}
	set()
	first := resized
	set()
	if !b.Visible() || first == 0 || resized != first {
		t.Errorf("visible %v, asked for room %d times, then %d", b.Visible(), first, resized)
	}
	test.Tap(b.buttons.Objects[0].(*Button))
	if n != 1 {
		t.Error("the button does nothing")
	}
	if b.detail.Visible() {
		t.Error("the detail is open")
	}
	test.Tap(b.more)
	if !b.detail.Visible() {
		t.Error("the detail is closed")
	}
	test.Tap(b.copy)
	if got := fyne.CurrentApp().Clipboard().Content(); got != "it failed\nwhy" {
		t.Errorf("copied %q", got)
	}
	b.Clear()
	if b.Visible() {
		t.Error("still there")
	}
}

func TestCodeViewSelection(t *testing.T) {
	app(t)
	c := NewCodeView(nil)
	w := test.NewTempWindow(t, c)
	w.Resize(fyne.NewSize(400, 300))
	c.SetText("first line\n第二行\nthird\n")
	c.TypedShortcut(&fyne.ShortcutSelectAll{})
	if got := c.SelectedText(); got != "first line\n第二行\nthird" {
		t.Errorf("selected %q", got)
	}
	c.from, c.to = caret{1, 2}, caret{0, 6} // backwards
	c.TypedShortcut(&fyne.ShortcutCopy{})
	if got := fyne.CurrentApp().Clipboard().Content(); got != "line\n第二" {
		t.Errorf("copied %q", got)
	}
	c.SetText("")
	if c.SelectedText() != "" {
		t.Error("something is selected in nothing")
	}
	c.SetText(strings.Repeat("x\n", maxCodeLines+10) + strings.Repeat("y", 1<<20))
	if len(c.lines) != maxCodeLines+1 || len(c.pool) > 100 {
		t.Errorf("%d lines, %d drawn", len(c.lines), len(c.pool))
	}
}

func TestSecretsAreMaskedButCopied(t *testing.T) {
	app(t)
	c := NewCopyable(KeyValue{Value: "hunter2", Secret: true}, false, nil)
	w := test.NewTempWindow(t, c)
	w.Resize(fyne.NewSize(200, 40))
	if c.text.Text == "hunter2" {
		t.Error("the secret is shown")
	}
	test.Tap(c)
	if got := fyne.CurrentApp().Clipboard().Content(); got != "hunter2" {
		t.Errorf("copied %q", got)
	}
}

func TestFlowWraps(t *testing.T) {
	app(t)
	box := func() *canvas.Rectangle {
		r := canvas.NewRectangle(nil)
		r.SetMinSize(fyne.NewSize(100, 20))
		return r
	}
	f := NewFlow(box(), box(), box())
	f.Resize(fyne.NewSize(250, 100))
	if y := f.Objects[2].Position().Y; y == 0 {
		t.Error("the third object is on the first line")
	}
	if h := f.MinSize().Height; h < 40 {
		t.Errorf("two lines want %v", h)
	}
	f.Resize(fyne.NewSize(500, 100))
	if y := f.Objects[2].Position().Y; y != 0 {
		t.Error("the third object is not on the first line")
	}
}

func TestLevelsDifferInShape(t *testing.T) {
	app(t)
	shapes := map[string]Level{}
	for _, l := range []Level{LevelGood, LevelDegraded, LevelFailed, LevelUnknown} {
		d := NewStatusDot(l)
		r := test.WidgetRenderer(d).(*dotRenderer)
		shape := fmt.Sprint(r.disc.Hidden, r.square.Hidden, r.triangle.Hidden, r.disc.StrokeWidth > 0)
		if other, ok := shapes[shape]; ok {
			t.Errorf("%s looks like %s", l, other)
		}
		shapes[shape] = l
	}
}
