package transfer

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/latency"
	figures "tacklebox/panels/latency/model"
	"tacklebox/panels/latency/reasons"
	"tacklebox/panels/widgets"
	model "tacklebox/platform/latency"
	"tacklebox/platform/latency/targets"
	"tacklebox/platform/latency/transfer"
)

// subject is what is written.
type subject int

const (
	subjectReport subject = iota
	subjectGraph
	subjectSamples
	subjectTargets
	subjectStore
)

// endings are the formats of each subject, the usual one first.
var endings = map[subject][]string{
	subjectReport: {"html"}, subjectGraph: {"png", "svg"}, subjectSamples: {"csv", "json"},
	subjectTargets: {transfer.SmokePing, transfer.Prober, transfer.CSV, transfer.JSON, transfer.Lines}, subjectStore: {"zip"},
}

// picture is a size of a graph.
type picture struct{ width, height int }

var pictures = []picture{{900, 320}, {1200, 400}, {1600, 480}, {600, 240}}

// exportPage writes one file of what the person chooses.
type exportPage struct {
	job
	svc transfer.Running

	subject                          *fields.Choice[subject]
	format                           *fields.Choice[string]
	formatBox                        *fyne.Container
	who                              *fields.Picker
	span                             *fields.Choice[time.Duration]
	from, to                         *fields.Entry
	size                             *fields.Choice[picture]
	log, smokePing                   *widget.Check
	note                             *fields.Entry
	path                             *fields.Path
	whoF, formatF, spanF, fromF, toF *fields.Field
	sizeF, lookF, noteF, pathF       *fields.Field
	lost                             *list
	start, cancelButton              *widgets.Button
	state                            *widget.Label
	root                             fyne.CanvasObject

	offered string // the path that was filled in
	filling bool
	serial  int
	lostOf  string
}

func newExportPage(d Deps, w latency.Workplace, s transfer.Running) *exportPage {
	p := &exportPage{job: job{d: d, w: w}, svc: s}
	p.subject = fields.NewChoice([]fields.Option[subject]{{Value: subjectReport, Text: i18n.T("latency.export_report")}, {Value: subjectGraph, Text: i18n.T("latency.export_graph")},
		{Value: subjectSamples, Text: i18n.T("latency.export_samples")}, {Value: subjectTargets, Text: i18n.T("latency.export_targets")}, {Value: subjectStore, Text: i18n.T("latency.export_store")}}, p.otherSubject)
	p.formatBox = widgets.NewColumn()
	p.who = fields.NewPicker(i18n.T("latency.search"), i18n.T("latency.alerts_no_targets"), 130)
	p.who.OnChanged, p.who.OnResized = p.changed, p.refresh
	p.span = fields.NewChoice([]fields.Option[time.Duration]{{Value: time.Hour, Text: i18n.T("latency.export_hour")}, {Value: 24 * time.Hour, Text: i18n.T("latency.alerts_one_day")},
		{Value: 7 * 24 * time.Hour, Text: i18n.T("latency.alerts_one_week")}, {Value: 30 * 24 * time.Hour, Text: i18n.T("latency.alerts_one_month")},
		{Value: 365 * 24 * time.Hour, Text: i18n.T("latency.export_year")}, {Value: 0, Text: i18n.T("latency.export_own_span")}}, p.changed)
	p.span.Set(24 * time.Hour)
	p.from = fields.NewEntry("2026-05-03 18:00", p.changed)
	p.to = fields.NewEntry(i18n.T("latency.export_now"), p.changed)
	var sizes []fields.Option[picture]
	for _, x := range pictures {
		sizes = append(sizes, fields.Option[picture]{Value: x, Text: fmt.Sprintf("%d × %d", x.width, x.height)})
	}
	p.size = fields.NewChoice(sizes, p.changed)
	p.log = widget.NewCheck(i18n.T("latency.export_log"), nil)
	p.smokePing = widget.NewCheck(i18n.T("latency.export_look"), nil)
	p.note = fields.NewText(i18n.T("latency.export_note_hint"), 2, nil)
	p.note.TextStyle.Monospace = false
	p.path = fields.NewPath(w.Window, w.Tips(), "", p.changed, fields.Browse{Icon: fields.OpenFolder(), Tip: i18n.T("latency.export_folder"), File: true})
	p.path.OnEnter = p.submit
	p.lost = newList(w.Tips(), p.refresh)
	p.start = widgets.NewButton(i18n.T("latency.export_start"), p.submit)
	p.start.Importance = widget.HighImportance
	p.cancelButton = widgets.NewButton(i18n.T("Cancel"), p.cancel)
	p.state = fields.Words("")
	p.state.Selectable = true

	p.whoF = fields.New(i18n.T("latency.export_of"), p.who.Root)
	p.formatF = fields.New(i18n.T("latency.export_format"), p.formatBox)
	p.spanF = fields.New(i18n.T("latency.export_span"), p.span.Select)
	p.fromF = fields.New(i18n.T("latency.export_from"), p.from)
	p.toF = fields.New(i18n.T("latency.export_to"), p.to)
	p.sizeF = fields.New(i18n.T("latency.export_size"), p.size.Select)
	p.lookF = fields.New("", widgets.NewColumn(p.log, p.smokePing))
	p.noteF = fields.New(i18n.T("latency.export_note"), p.note)
	p.pathF = fields.New(i18n.T("latency.export_file"), p.path.Root)
	p.fill()
	p.otherSubject()
	p.root = fields.Page(fields.Muted(i18n.T("latency.export_hint")), fields.New(i18n.T("latency.export_what"), p.subject.Select).Box, p.whoF.Box, p.formatF.Box, p.spanF.Box, p.fromF.Box, p.toF.Box,
		p.sizeF.Box, p.lookF.Box, p.noteF.Box, p.pathF.Box, p.lost.root, widgets.NewFlow(p.start, p.cancelButton), p.state)
	return p
}

func (p *exportPage) close() { p.leave() }

func (p *exportPage) refresh() {
	if p.root != nil {
		p.root.Refresh()
	}
}

// fill offers the targets; those that were chosen in the tab are ticked.
func (p *exportPage) fill() {
	var items []fields.Item
	var chosen []string
	for _, t := range p.w.Targets() {
		items = append(items, fields.Item{ID: fmt.Sprint(t.ID), Text: targets.Printable(transfer.FullName(t), 200)})
	}
	for _, t := range p.w.Selected() {
		chosen = append(chosen, fmt.Sprint(t.ID))
	}
	if len(chosen) == 0 && len(items) == 1 {
		chosen = append(chosen, items[0].ID)
	}
	p.who.Set(items, chosen)
}

// chosen are the ticked targets.
func (p *exportPage) chosen() []model.Target {
	of := map[string]model.Target{}
	for _, t := range p.w.Targets() {
		of[fmt.Sprint(t.ID)] = t
	}
	var out []model.Target
	for _, id := range p.who.Chosen() {
		if t, ok := of[id]; ok {
			out = append(out, t)
		}
	}
	return out
}

// otherSubject offers the formats of another subject.
func (p *exportPage) otherSubject() {
	var options []fields.Option[string]
	for _, f := range endings[p.subject.Value()] {
		options = append(options, fields.Option[string]{Value: f, Text: formatWord(f)})
	}
	p.format = fields.NewChoice(options, p.changed)
	p.formatBox.Objects = []fyne.CanvasObject{p.format.Select}
	p.formatBox.Refresh()
	p.changed()
}

func formatWord(f string) string {
	switch f {
	case transfer.SmokePing, transfer.Prober, transfer.Lines:
		return kindWord(f)
	}
	return strings.ToUpper(f)
}

// ending is how a file's name ends.
func (p *exportPage) ending() string {
	switch f := p.format.Value(); f {
	case transfer.SmokePing:
		return "config"
	case transfer.Prober:
		return "yml"
	case transfer.Lines:
		return "txt"
	default:
		return f
	}
}

// offer is a name for the file.
func (p *exportPage) offer(list []model.Target) string {
	if p.d.Home == "" {
		return ""
	}
	word := map[subject]string{subjectReport: "report", subjectGraph: "graph", subjectSamples: "samples", subjectTargets: "targets", subjectStore: "history"}[p.subject.Value()]
	name := "tacklebox-" + word
	if s := p.subject.Value(); len(list) == 1 && s != subjectTargets && s != subjectStore {
		name += "-" + fileName(list[0].Name)
	}
	return filepath.Join(p.d.Home, name+p.d.Now().Format("-2006-01-02.")+p.ending())
}

// fileName is a target's name as a part of a file's.
func fileName(name string) string {
	var b strings.Builder
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.', r > 0x2fff && r < 0xa000:
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
		if b.Len() > 40 {
			break
		}
	}
	return strings.Trim(b.String(), "_.")
}

// stretch is the chosen period.
func (p *exportPage) stretch() (from, to time.Time, ok bool) {
	now := p.d.Now()
	if d := p.span.Value(); d > 0 {
		return now.Add(-d), now, true
	}
	from, errFrom := transfer.Instant(p.from.Text, now, now.Add(-24*time.Hour))
	to, errTo := transfer.Instant(p.to.Text, now, now)
	bad := func(f *fields.Field, err error) {
		text := ""
		if err != nil {
			text = i18n.T("latency.export_bad_time")
		}
		f.Bad(text)
	}
	bad(p.fromF, errFrom)
	bad(p.toF, errTo)
	if errFrom != nil || errTo != nil {
		return from, to, false
	}
	if !from.Before(to) {
		p.toF.Bad(i18n.T("latency.export_bad_order"))
		return from, to, false
	}
	p.toF.Say(i18n.T("latency.export_is_span", map[string]any{"From": from.Local().Format(time.DateTime), "To": to.Local().Format(time.DateTime), "Span": figures.Span(to.Sub(from))}))
	return from, to, true
}

// changed shows what goes with what is chosen, and what is missing.
func (p *exportPage) changed() {
	if p.filling || p.state == nil || p.pathF == nil || p.format == nil {
		return
	}
	s, list := p.subject.Value(), p.chosen()
	past := s == subjectReport || s == subjectGraph || s == subjectSamples
	p.whoF.Show(s != subjectStore)
	p.formatF.Show(len(endings[s]) > 1)
	p.spanF.Show(past)
	p.fromF.Show(past && p.span.Value() == 0)
	p.toF.Show(past && p.span.Value() == 0)
	p.sizeF.Show(s == subjectGraph)
	p.lookF.Show(s == subjectGraph || s == subjectReport)
	p.noteF.Show(s == subjectReport)
	note := ""
	if s == subjectStore {
		note = i18n.T("latency.export_store_note")
	}
	p.pathF.Say(note)
	if offer := p.offer(list); p.path.Text == p.offered && p.path.Text != offer {
		p.filling = true
		p.offered = offer
		p.path.SetText(offer)
		p.filling = false
	}
	ready := strings.TrimSpace(p.path.Text) != ""
	missing, hint := "", ""
	switch {
	case s == subjectTargets && len(list) == 0:
		hint = i18n.T("latency.export_all_targets")
		ready = ready && len(p.w.Targets()) > 0
	case past && len(list) == 0:
		missing = i18n.T("latency.export_choose")
	case s == subjectGraph && len(list) > 1:
		missing = i18n.T("latency.export_choose_one")
	}
	if missing != "" {
		p.whoF.Bad(missing)
	} else {
		p.whoF.Say(hint)
	}
	if past {
		_, _, ok := p.stretch()
		ready = ready && ok
	}
	fields.SetEnabled(p.start, ready && missing == "" && !p.busy())
	fields.SetVisible(p.cancelButton, p.busy())
	p.tellLost(s, list)
	p.refresh()
}

// tellLost lists what a format has no place for.
func (p *exportPage) tellLost(s subject, list []model.Target) {
	if s != subjectTargets {
		p.lostOf = ""
		p.lost.set("", nil)
		return
	}
	if len(list) == 0 {
		list = p.w.Targets()
	}
	kind := p.format.Value()
	key := kind + " " + strings.Join(p.who.Chosen(), " ")
	if key == p.lostOf {
		return
	}
	p.lostOf = key
	p.serial++
	serial := p.serial
	p.w.Background(func(context.Context) func() {
		_, lost, err := transfer.Write(list, kind)
		return func() {
			if serial != p.serial || p.gone {
				return
			}
			var lines []string
			for _, l := range lost {
				lines = append(lines, targets.Printable(l.Target, 200)+": "+targets.Printable(l.What, 300))
			}
			if err != nil {
				lines = append(lines, reasons.Text(err))
			}
			p.lost.set(i18n.N("latency.export_lost", len(lines)), lines)
			p.lost.open(len(lines) > 0 && len(lines) <= 40)
		}
	})
}
