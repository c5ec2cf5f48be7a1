package transfer

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/latency"
	"tacklebox/panels/latency/reasons"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/smokeping"
	"tacklebox/platform/latency/targets"
	"tacklebox/platform/latency/transfer"
)

// maxPasted bounds what is pasted: a longer list is a file.
const maxPasted = 512 << 10

// importPage shows what would be taken over before anything is.
type importPage struct {
	job
	svc    transfer.Running
	place  transfer.Place
	writer bool

	path         *fields.Path
	kind         *fields.Choice[string]
	paste        *fields.Entry
	look         *widgets.Button
	state        *widget.Label
	meter        *widgets.Meter
	cancelButton *widgets.Button
	result       *fyne.Container
	sum          *widget.Label
	lists        []*list
	withHistory  *widget.Check
	historyPath  *fields.Path
	lookHistory  *widgets.Button
	historyF     *fields.Field
	past         *widget.Label
	pastList     *list
	start        *widgets.Button
	root         fyne.CanvasObject

	source  *transfer.Source
	account *transfer.Account // of the preview
	seen    string            // what the preview is of
	done    bool
}

func newImportPage(d Deps, w latency.Workplace, s transfer.Running) *importPage {
	p := &importPage{job: job{d: d, w: w}, svc: s, place: transfer.OfService(s), writer: s.Writer()}
	tips := w.Tips()
	p.path = fields.NewPath(w.Window, tips, "/etc/smokeping/config", p.typed, fields.Browse{Icon: fields.OpenFile(), Tip: i18n.T("latency.import_file")},
		fields.Browse{Icon: fields.OpenFolder(), Tip: i18n.T("latency.import_folder"), Folder: true})
	p.path.OnEnter = p.preview
	p.path.OnChosen = func() { p.paste.SetText(""); p.preview() }
	p.kind = fields.NewChoice([]fields.Option[string]{{Value: transfer.Any, Text: i18n.T("latency.import_kind_any")}, {Value: transfer.SmokePing, Text: kindWord(transfer.SmokePing)},
		{Value: transfer.Prober, Text: kindWord(transfer.Prober)}, {Value: transfer.Fping, Text: kindWord(transfer.Fping)}, {Value: transfer.Lines, Text: kindWord(transfer.Lines)},
		{Value: transfer.CSV, Text: kindWord(transfer.CSV)}, {Value: transfer.JSON, Text: kindWord(transfer.JSON)}}, p.typed)
	p.paste = fields.NewText("8.8.8.8\nGoogle;DNS1;8.8.8.8", 4, p.typed)
	p.look = widgets.NewButton(i18n.T("latency.import_look"), p.preview)
	p.look.Importance = widget.HighImportance
	p.cancelButton = widgets.NewButton(i18n.T("Cancel"), p.cancel)
	p.state = fields.Words("")
	p.state.Selectable = true
	p.meter = widgets.NewMeter()
	p.sum = fields.Heading("")
	p.withHistory = widget.NewCheck(i18n.T("latency.import_with_history"), func(bool) { p.historyChanged() })
	p.historyPath = fields.NewPath(w.Window, tips, "/var/lib/smokeping", p.historyChanged, fields.Browse{Icon: fields.OpenFolder(), Tip: i18n.T("latency.import_folder"), Folder: true})
	p.historyPath.OnEnter, p.historyPath.OnChosen = p.previewHistory, p.previewHistory
	p.historyF = fields.New(i18n.T("latency.import_history_folder"), p.historyPath.Root)
	p.lookHistory = widgets.NewButton(i18n.T("latency.import_look_history"), p.previewHistory)
	p.past = fields.Words("")
	p.past.Selectable = true
	p.pastList = newList(tips, p.resized)
	p.start = widgets.NewButton(i18n.T("latency.import_start"), p.take)
	p.start.Importance = widget.HighImportance
	objects := []fyne.CanvasObject{p.sum}
	for range 6 {
		l := newList(tips, p.resized)
		p.lists = append(p.lists, l)
		objects = append(objects, l.root)
	}
	objects = append(objects, p.withHistory, p.historyF.Box, widgets.NewFlow(p.lookHistory), p.past, p.pastList.root, widgets.NewFlow(p.start))
	p.result = widgets.NewColumn(objects...)
	p.result.Hide()
	hint := fields.Muted(i18n.T("latency.import_hint"))
	p.root = fields.Page(hint, fields.New(i18n.T("latency.import_from"), p.path.Root).Box, fields.New(i18n.T("latency.import_paste"), p.paste).Box,
		fields.New(i18n.T("latency.import_kind"), p.kind.Select).Box, widgets.NewFlow(p.look, p.cancelButton), p.state, p.meter, p.result)
	p.apply()
	return p
}

// shown gives the page what is dropped on the window, and the keyboard.
func (p *importPage) shown() {
	win := p.w.Window()
	win.SetOnDropped(func(_ fyne.Position, list []fyne.URI) { p.dropped(list) })
	win.Canvas().Focus(p.path.Entry)
	if !p.writer {
		p.tell(i18n.T("latency.import_reader"), widget.WarningImportance)
	}
}

func (p *importPage) close() {
	p.w.Window().SetOnDropped(nil)
	p.leave()
}

// dropped looks at a file or folder that was dropped.
func (p *importPage) dropped(list []fyne.URI) {
	if len(list) == 0 || p.gone || p.busy() {
		return
	}
	p.paste.SetText("")
	p.path.SetText(list[0].Path())
	p.preview()
}

// what is what the fields name.
func (p *importPage) what() string {
	return strings.Join([]string{strings.TrimSpace(p.path.Text), p.paste.Text, p.kind.Value()}, "\x00")
}

// typed forgets a preview that is of something else.
func (p *importPage) typed() {
	if p.root == nil {
		return
	}
	if p.source != nil && p.what() != p.seen {
		p.source, p.account = nil, nil
	}
	p.tell("", widget.MediumImportance)
	p.apply()
}

func (p *importPage) historyChanged() {
	if p.root == nil {
		return
	}
	p.pastOf("")
	p.apply()
	if p.withHistory.Checked && !p.busy() && transfer.HasHistory(p.historyPath.Text) && p.historyPath.Text == p.dataDir() {
		p.previewHistory()
	}
}

func (p *importPage) dataDir() string {
	if p.account == nil {
		return ""
	}
	return p.account.DataDir
}

// apply shows what can be done now.
func (p *importPage) apply() {
	busy := p.busy()
	named := strings.TrimSpace(p.path.Text) != "" || strings.TrimSpace(p.paste.Text) != ""
	fields.SetEnabled(p.look, named && !busy)
	for _, o := range []fyne.Disableable{p.path.Entry, p.paste, p.kind.Select, p.withHistory, p.historyPath.Entry} {
		fields.SetEnabled(o, !busy)
	}
	fields.SetVisible(p.cancelButton, busy)
	fields.SetVisible(p.meter, busy)
	fields.SetVisible(p.result, p.account != nil)
	config := p.source != nil && p.source.Config != nil
	open := config && !p.done
	fields.SetVisible(p.withHistory, open)
	p.historyF.Show(open && p.withHistory.Checked)
	fields.SetVisible(p.lookHistory, open && p.withHistory.Checked)
	fields.SetEnabled(p.lookHistory, !busy && p.historyPath.Text != "")
	fields.SetVisible(p.start, p.account != nil && !p.done)
	ready := p.account != nil && !busy && p.writer && p.worth()
	if p.withHistory.Checked && config {
		ready = ready && strings.TrimSpace(p.historyPath.Text) != ""
	}
	fields.SetEnabled(p.start, ready)
	p.root.Refresh()
}

// worth is true when there is something to take over.
func (p *importPage) worth() bool {
	a := p.account
	return len(a.Added) > 0 || len(a.Rules) > 0 || len(a.Tells) > 0 || p.withHistory.Checked && p.source.Config != nil
}

func (p *importPage) tell(text string, i widget.Importance) { fields.Tell(p.state, text, i) }

// preview reads what is named and shows what would become of it.
func (p *importPage) preview() {
	path, text, kind := strings.TrimSpace(p.path.Text), p.paste.Text, p.kind.Value()
	if p.busy() || path == "" && strings.TrimSpace(text) == "" {
		return
	}
	if path == "" && len(text) > maxPasted {
		p.tell(i18n.T("latency.import_error_paste"), widget.DangerImportance)
		return
	}
	p.done, p.source, p.account = false, nil, nil
	p.withHistory.Checked = false
	p.withHistory.Refresh()
	p.pastOf("")
	p.seen = p.what()
	p.meter.Set(0)
	p.tell(i18n.T("latency.import_reading"), widget.LowImportance)
	p.work(func(ctx context.Context) (func(), error) {
		var s *transfer.Source
		var err error
		if path != "" {
			s, err = transfer.Open(path, kind)
		} else {
			s, err = transfer.Read(i18n.T("latency.import_pasted"), kind, strings.NewReader(text))
		}
		if err != nil {
			return nil, err
		}
		a, err := transfer.Take(ctx, p.place, s, transfer.Options{DryRun: true, Now: p.d.Now()})
		return func() {
			p.source, p.account = s, a
			p.tell("", widget.MediumImportance)
			p.show(a)
			if s.Config != nil {
				p.historyPath.SetText(a.DataDir)
			}
		}, err
	}, p.failed)
}

func (p *importPage) resized() {
	if p.root != nil {
		p.root.Refresh()
	}
}

// failed shows an error where the work is shown.
func (p *importPage) failed(err error) { p.tell(explain(err), widget.DangerImportance) }

// work runs f, tells failed of its error and then does what f returned.
func (p *importPage) work(f func(context.Context) (func(), error), failed func(error)) {
	p.job.run(func(ctx context.Context) func() {
		then, err := f(ctx)
		return func() {
			switch {
			case errors.Is(err, context.Canceled):
				p.tell(i18n.T("latency.import_cancelled"), widget.WarningImportance)
			case err != nil:
				failed(err)
			}
			if then != nil {
				then()
			}
			p.apply()
		}
	})
	p.apply()
}

// explain is an error in words.
func explain(err error) string {
	what := reasons.Text(err)
	var path *fs.PathError
	if errors.As(err, &path) {
		what = path.Path
	}
	switch {
	case errors.Is(err, transfer.ErrSmokePing):
		return i18n.T("latency.import_error_smokeping")
	case errors.Is(err, fs.ErrNotExist) && path != nil:
		return i18n.T("latency.import_error_none", map[string]any{"Error": what})
	case errors.Is(err, fs.ErrPermission):
		return i18n.T("latency.import_error_permission", map[string]any{"Error": what})
	case errors.Is(err, targets.ErrBinary), errors.Is(err, smokeping.ErrBinary):
		return i18n.T("latency.import_error_binary")
	case errors.Is(err, history.ErrReader):
		return i18n.T("latency.import_reader")
	}
	return reasons.Text(err)
}

// previewHistory tells what of SmokePing's history is there.
func (p *importPage) previewHistory() {
	dir := strings.TrimSpace(p.historyPath.Text)
	if p.busy() || p.source == nil || dir == "" {
		return
	}
	p.pastOf("")
	p.meter.Set(0)
	s := p.source
	show := p.steady(p.progress)
	p.work(func(ctx context.Context) (func(), error) {
		a, err := transfer.Take(ctx, p.place, s, transfer.Options{DryRun: true, History: dir, Now: p.d.Now(), Progress: show})
		return func() {
			if err == nil {
				p.tell("", widget.MediumImportance)
				p.showPast(a.Past, true)
			}
		}, err
	}, func(err error) { fields.Tell(p.past, explain(err), widget.DangerImportance) })
}

// progress tells how far the work is.
func (p *importPage) progress(g transfer.Progress) {
	if g.Total > 0 {
		p.meter.Set(float64(g.Done) / float64(g.Total))
	}
	values := map[string]any{"Done": g.Done, "Total": g.Total}
	switch g.Stage {
	case transfer.StageTargets:
		p.tell(i18n.T("latency.import_at_targets", values), widget.LowImportance)
	case transfer.StageAlerts:
		p.tell(i18n.T("latency.import_at_alerts"), widget.LowImportance)
	case transfer.StageHistory:
		p.tell(i18n.T("latency.import_at_history", values), widget.LowImportance)
	}
	p.root.Refresh()
}

// run takes over what was shown.
func (p *importPage) take() {
	if p.start.Disabled() || p.busy() || p.source == nil {
		return
	}
	s, o := p.source, transfer.Options{Now: p.d.Now(), Progress: p.steady(p.progress), KeepSecret: keepSecret(p.d.Secrets)}
	if p.withHistory.Checked && s.Config != nil {
		o.History = strings.TrimSpace(p.historyPath.Text)
	}
	p.meter.Set(0)
	var failure error
	p.work(func(ctx context.Context) (func(), error) {
		a, err := transfer.Take(ctx, p.place, s, o)
		return func() {
			p.account, p.done = a, true
			p.show(a)
			p.showPast(a.Past, false)
			if err == nil {
				p.tell(i18n.T("latency.import_done"), widget.SuccessImportance)
			} else if failure != nil {
				p.tell(i18n.T("latency.import_partly", map[string]any{"Error": explain(failure)}), widget.DangerImportance)
			}
			p.w.Reload()
		}, err
	}, func(err error) { failure = err })
}
