package latency

import (
	"context"
	"errors"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/model"
	"tacklebox/panels/latency/reasons"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/suggest"
	"tacklebox/platform/latency/targets"
)

// maxTyped bounds what the field takes: a longer list is imported as a file.
const maxTyped = 256 << 10

// addView is the form for new targets, and what a person sees first.
type addView struct {
	p       *Panel
	title   *widget.Label
	teach   *widget.Label
	entry   *pasteEntry
	preview *widget.Label
	bad     *widget.Label
	start   *widgets.Button
	cancel  *widgets.Button
	offers  *fyne.Container
	tools   *fyne.Container
	root    fyne.CanvasObject

	list    targets.List
	fresh   []latency.Target
	known   []latency.Target
	serial  int
	asked   bool // for suggestions
	adding  bool
	failure error
	parsed  string // that list was read from
}

func newAddView(p *Panel) *addView {
	a := &addView{p: p}
	label := func() *widget.Label {
		l := widget.NewLabel("")
		l.Wrapping = fyne.TextWrapWord
		return l
	}
	a.title, a.teach, a.preview, a.bad = label(), label(), label(), label()
	a.title.SizeName = theme.SizeNameSubHeadingText
	a.title.TextStyle.Bold = true
	a.teach.Importance = widget.LowImportance
	a.teach.SetText(i18n.T("latency.teach"))
	a.bad.Importance = widget.WarningImportance
	a.bad.Selectable = true
	a.bad.Hide()
	a.entry = newPasteEntry(a.submit, p.detailEscape)
	a.entry.SetPlaceHolder("8.8.8.8\nexample.org:443\nhttps://example.org/health\ndns:9.9.9.9/example.org\nGoogle;DNS1;8.8.8.8")
	a.entry.OnChanged = func(string) { a.read() }
	a.start = widgets.NewButton(i18n.T("latency.start"), a.submit)
	a.start.Importance = widget.HighImportance
	a.cancel = widgets.NewButton(i18n.T("Cancel"), p.detailEscape)
	a.offers = widgets.NewFlow()
	a.tools = widgets.NewFlow()
	for _, t := range p.deps.Tools {
		a.tools.Add(widgets.NewFlatButton(i18n.T("action."+t.ID), t.Icon, func() { t.Open(workplace{p}) }))
	}
	keys := widgets.NewCutText(i18n.T("latency.enter_starts"), 0)
	keys.Color = look.Muted
	body := widgets.NewColumn(a.title, a.teach, a.entry, a.preview, a.bad,
		widgets.NewFlow(a.start, a.cancel, keys), a.offers, a.tools)
	a.root = container.NewVScroll(container.New(readable{}, body))
	a.read()
	return a
}

// apply says who may add, and offers what this machine knows.
func (a *addView) apply() {
	p := a.p
	first := len(p.snap.Targets) == 0
	title := i18n.T("latency.add_title")
	if first {
		title = i18n.T("latency.first_title")
	}
	if a.title.Text != title {
		a.title.SetText(title)
	}
	setVisible(a.cancel, !first)
	setVisible(a.teach, true)
	if writer := p.snap.Writer; writer == a.entry.Disabled() {
		if writer {
			a.entry.Enable()
		} else {
			a.entry.Disable()
		}
	}
	if !a.asked {
		a.asked = true
		p.background(func(ctx context.Context) func() {
			found := p.deps.Suggest(ctx)
			return func() { a.offer(found) }
		})
	}
	if a.parsed == a.entry.Text {
		a.show()
	}
}

// offer makes a button of each suggestion; it writes a line, and nothing is sent
// before the person starts.
func (a *addView) offer(found []suggest.Suggestion) {
	a.offers.Objects = nil
	seen := map[suggest.Kind]int{}
	for _, s := range found {
		if seen[s.Kind]++; seen[s.Kind] > 2 {
			continue
		}
		word := i18n.T("latency.suggest_localhost")
		switch s.Kind {
		case suggest.Gateway:
			word = i18n.T("latency.suggest_gateway")
		case suggest.Resolver:
			word = i18n.T("latency.suggest_resolver")
		}
		line := word + ";" + s.Addr.String()
		a.offers.Add(widgets.NewFlatButton(word+" "+s.Addr.String(), theme.ContentAddIcon(), func() { a.append(line) }))
	}
	a.offers.Refresh()
	a.refreshRoot()
}

func (a *addView) append(line string) {
	text := strings.TrimRight(a.entry.Text, "\n")
	for have := range strings.SplitSeq(text, "\n") {
		if have == line {
			return
		}
	}
	if text != "" {
		text += "\n"
	}
	a.set(text + line)
	a.focus()
}

// set puts a text into the field.
func (a *addView) set(text string) {
	if len(text) > maxTyped {
		text = strings.ToValidUTF8(text[:maxTyped], "")
	}
	a.entry.SetText(text)
	a.entry.CursorRow = strings.Count(text, "\n")
	a.entry.CursorColumn = len([]rune(text[strings.LastIndex(text, "\n")+1:]))
	a.entry.Refresh()
}

func (a *addView) focus() {
	if !a.entry.Disabled() {
		a.p.host.Window().Canvas().Focus(a.entry)
	}
}

// inlineMost is what is read at once; a longer text is read away from Fyne's
// goroutine.
const inlineMost = 16 << 10

// read reads the field and shows what would be added.
func (a *addView) read() {
	a.serial++
	a.failure = nil
	text := a.entry.Text
	if len(text) <= inlineMost {
		a.take(text, targets.Parse(text))
		return
	}
	serial := a.serial
	a.p.background(func(context.Context) func() {
		list := targets.Parse(text)
		return func() {
			if serial == a.serial {
				a.take(text, list)
			}
		}
	})
}

func (a *addView) take(text string, list targets.List) {
	a.parsed, a.list = text, list
	a.show()
}

// maxTold is how many lines that were not understood are told one by one.
const maxTold = 5

// show tells what would be added and what was not understood.
func (a *addView) show() {
	a.fresh, a.known = model.Fresh(a.list.Targets, a.p.targets())
	var parts []string
	if n := len(a.fresh); n > 0 {
		parts = append(parts, i18n.N("latency.preview_new", n))
	}
	if n := len(a.known); n > 0 {
		parts = append(parts, i18n.N("latency.preview_known", n, map[string]any{"Name": short(a.known[0].Name)}))
	}
	problems := a.problems()
	if problems > 0 {
		parts = append(parts, i18n.N("latency.preview_bad", problems))
	}
	var bad []string
	for i, pr := range a.list.Problems {
		if i == maxTold {
			bad = append(bad, i18n.N("latency.preview_more", problems-maxTold))
			break
		}
		bad = append(bad, i18n.T("latency.preview_line", map[string]any{"Line": pr.Line, "Text": targets.Printable(pr.Text, 60), "Reason": problemText(pr)}))
	}
	text := strings.Join(parts, i18n.T("latency.comma"))
	switch {
	case a.adding:
		text = i18n.T("latency.adding")
	case a.failure != nil:
		bad = append([]string{explain(a.failure)}, bad...)
	case text == "":
		text = i18n.T("latency.preview_none")
	}
	if !a.p.snap.Writer && a.p.seen {
		text = i18n.T("latency.reader_add")
	}
	a.preview.SetText(text)
	a.bad.SetText(strings.Join(bad, "\n"))
	setVisible(a.bad, len(bad) > 0)
	setEnabled(a.start, len(a.fresh) > 0 && !a.adding && a.p.snap.Writer)
	a.refreshRoot()
}

func (a *addView) refreshRoot() {
	if a.root != nil {
		a.root.Refresh()
	}
}

// problemText is why a line was not understood, the usual causes in few words.
func problemText(p targets.Problem) string {
	switch {
	case errors.Is(p.Cause, targets.ErrSame):
		return i18n.T("latency.problem_same", map[string]any{"Line": p.First})
	case errors.Is(p.Cause, targets.ErrHost):
		return i18n.T("latency.problem_host")
	case errors.Is(p.Cause, targets.ErrNetwork):
		return i18n.T("latency.problem_network")
	case errors.Is(p.Cause, targets.ErrPort):
		return i18n.T("latency.problem_port")
	case p.Reason == targets.ErrLogin: // itself: others of that cause say what else can be done
		return i18n.T("latency.problem_login")
	}
	return reasons.Text(p.Reason)
}

// problems counts what was not understood.
func (a *addView) problems() int { return len(a.list.Problems) + a.list.More }

// left are the lines that stay in the field when the others are added: those that were
// not understood.
func (a *addView) left() []string {
	raw := strings.Split(a.parsed, "\n")
	if a.list.More > 0 { // which they are is not known
		return raw
	}
	var out []string
	last := 0
	for _, pr := range a.list.Problems {
		if !pr.Kept && !errors.Is(pr.Cause, targets.ErrSame) && pr.Line > last && pr.Line <= len(raw) {
			last = pr.Line
			out = append(out, raw[pr.Line-1])
		}
	}
	return out
}

// submit adds what is new.
func (a *addView) submit() {
	p := a.p
	if len(a.fresh) == 0 || a.adding || p.svc == nil || a.parsed != a.entry.Text {
		return
	}
	list, svc, first := a.fresh, p.svc, len(p.snap.Targets) == 0
	a.adding = true
	a.show()
	p.background(func(ctx context.Context) func() {
		added, err := svc.Add(ctx, list)
		snap, icmp := svc.Snapshot(), p.deps.ICMP()
		return func() {
			a.adding = false
			if err != nil {
				a.failure = err
				a.show()
				p.reload()
				return
			}
			if len(added) == 0 {
				a.failure = errors.ErrUnsupported
				return
			}
			left := a.left()
			a.set(strings.Join(left, "\n"))
			p.left = len(left) > 0
			p.detail.wantsAdd = false
			p.snap, p.icmp = snap, icmp
			p.master.search.SetText("")
			p.master.show(added[0].ID)
			if first { // of ten minutes there is nothing to be seen yet
				p.detail.single.graph.SetRange("1m")
				p.detail.bar.apply()
			}
			p.host.Window().Canvas().Focus(p.master.list)
			p.status()
			p.trayChanged()
			p.reload()
		}
	})
}

// detailEscape leaves the form.
func (p *Panel) detailEscape() {
	p.detail.escape()
	p.host.Window().Canvas().Focus(p.master.list)
}

// readable keeps a form at a width that is pleasant to read, with a margin.
type readable struct{}

func (readable) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := 3 * theme.InnerPadding()
	return o[0].MinSize().AddWidthHeight(2*m, 2*m)
}

func (readable) Layout(o []fyne.CanvasObject, s fyne.Size) {
	m := 3 * theme.InnerPadding()
	o[0].Move(fyne.NewPos(m, m))
	o[0].Resize(fyne.NewSize(min(s.Width-2*m, 640*theme.TextSize()/13), s.Height-2*m))
}

// pasteEntry takes many lines; Enter starts, Shift+Enter makes another line.
type pasteEntry struct {
	widget.Entry
	enter  func()
	escape func()
}

func newPasteEntry(enter, escape func()) *pasteEntry {
	e := &pasteEntry{enter: enter, escape: escape}
	e.MultiLine = true
	e.Wrapping = fyne.TextWrapOff
	e.TextStyle.Monospace = true
	e.SetMinRowsVisible(7)
	e.ExtendBaseWidget(e)
	return e
}

// TypedKey is part of fyne.Focusable.
func (e *pasteEntry) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if modifiers()&fyne.KeyModifierShift != 0 {
			e.TypedRune('\n')
		} else {
			e.enter()
		}
		return
	case fyne.KeyEscape:
		e.escape()
		return
	}
	if !widgets.PassKeyOn(e, k) {
		e.Entry.TypedKey(k)
	}
}

// TypedShortcut leaves the window its own keys.
func (e *pasteEntry) TypedShortcut(s fyne.Shortcut) {
	e.Entry.TypedShortcut(s)
	widgets.PassOn(e, s)
}
