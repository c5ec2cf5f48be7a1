package transfer

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"tacklebox/assets"
	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	figures "tacklebox/panels/latency/model"
	"tacklebox/panels/latency/reasons"
	"tacklebox/platform/latency/report"
	"tacklebox/platform/latency/transfer"
)

// submit writes the file, and asks before it replaces one.
func (p *exportPage) submit() {
	if p.start.Disabled() || p.busy() {
		return
	}
	path := strings.TrimSpace(p.path.Text)
	p.write(path, false)
}

// write writes the file in the background.
func (p *exportPage) write(path string, force bool) {
	do, ok := p.writer()
	if !ok {
		return
	}
	fields.Tell(p.state, i18n.T("latency.export_writing"), widget.LowImportance)
	p.run(func(ctx context.Context) func() {
		err := do(ctx, path, force)
		return func() {
			p.ended(ctx, path, err)
			p.changed()
		}
	})
	p.changed()
}

func (p *exportPage) ended(ctx context.Context, path string, err error) {
	switch {
	case err == nil:
		fields.Tell(p.state, i18n.T("latency.export_done", map[string]any{"Path": path}), widget.SuccessImportance)
	case errors.Is(err, fs.ErrExist):
		fields.Tell(p.state, "", widget.MediumImportance)
		p.ask(path)
	case errors.Is(err, context.Canceled):
		fields.Tell(p.state, i18n.T("latency.export_cancelled"), widget.WarningImportance)
	case errors.Is(err, fs.ErrPermission):
		fields.Tell(p.state, i18n.T("latency.export_permission", map[string]any{"Error": reasons.Text(err)}), widget.DangerImportance)
	case errors.Is(err, fs.ErrNotExist):
		fields.Tell(p.state, i18n.T("latency.export_no_folder", map[string]any{"Path": filepath.Dir(path)}), widget.DangerImportance)
	default:
		fields.Tell(p.state, i18n.T("latency.export_failed", map[string]any{"Error": reasons.Text(err)}), widget.DangerImportance)
	}
}

// ask asks before a file is replaced.
func (p *exportPage) ask(path string) {
	label := fields.Words(i18n.T("latency.export_overwrite", map[string]any{"Path": path}))
	d := dialog.NewCustomConfirm(i18n.T("latency.export_overwrite_title"), i18n.T("latency.export_overwrite_yes"), i18n.T("Cancel"), label, func(yes bool) {
		if yes && !p.gone && !p.busy() {
			p.write(path, true)
		}
	}, p.w.Window())
	d.SetConfirmImportance(widget.DangerImportance)
	d.Resize(fyne.NewSize(min(460*label.Theme().Size("text")/13, p.w.Window().Canvas().Size().Width-40), 0))
	d.Show()
}

// writer is what writes the file as everything is chosen now; it runs away from
// Fyne's goroutine.
func (p *exportPage) writer() (func(ctx context.Context, path string, force bool) error, bool) {
	s, list, format := p.subject.Value(), p.chosen(), p.format.Value()
	switch s {
	case subjectStore:
		return p.writeStore, true
	case subjectTargets:
		if len(list) == 0 {
			list = p.w.Targets()
		}
		return func(_ context.Context, path string, force bool) error {
			text, _, err := transfer.Write(list, format)
			if err != nil {
				return err
			}
			return transfer.File(path, force, func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
		}, true
	}
	from, to, ok := p.stretch()
	if !ok {
		return nil, false
	}
	size := p.size.Value()
	if s != subjectGraph {
		size = pictures[0]
	}
	words := texts()
	o := transfer.Stretch{From: from, To: to, Zone: time.Local, Width: size.width, Log: p.log.Checked, SmokePing: p.smokePing.Checked && s != subjectSamples,
		Subtitle: func(spec string, interval time.Duration, engine string) string {
			text := spec + i18n.T("latency.comma") + i18n.T("latency.every", map[string]any{"Interval": figures.Short(interval)})
			if engine == "" {
				return text + i18n.T("latency.comma") + i18n.T("latency.export_not_measured")
			}
			return text + i18n.T("latency.comma") + i18n.T("latency.export_engine", map[string]any{"Name": engine})
		}}
	r := report.Report{Note: strings.TrimSpace(p.note.Text), Made: p.d.Now(), By: p.d.By, From: from, To: to, Zone: time.Local, Texts: words}
	return func(ctx context.Context, path string, force bool) error {
		for _, t := range list {
			if err := ctx.Err(); err != nil {
				return err
			}
			section, err := transfer.Section(ctx, p.svc.Store(), t, o)
			if err != nil {
				return ended(ctx, err)
			}
			section.Graph.Height, section.Graph.Texts = size.height, words
			r.Sections = append(r.Sections, section)
		}
		return ended(ctx, transfer.File(path, force, func(w io.Writer) error { return encode(w, &r, s, format) }))
	}, true
}

// ended is a database's word for being cancelled, in ours.
func ended(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// encode writes what was read in the chosen format.
func encode(w io.Writer, r *report.Report, s subject, format string) error {
	first := &r.Sections[0]
	switch {
	case s == subjectReport:
		return r.HTML(w)
	case s == subjectGraph && format == "svg":
		return first.Graph.SVG(w)
	case s == subjectGraph:
		font, err := report.ParseFont(assets.FontRegular)
		if err != nil {
			return err
		}
		return first.Graph.PNG(w, font)
	}
	all := func(yield func(report.Sample, error) bool) {
		for i := range r.Sections {
			for row, err := range transfer.Named(&r.Sections[i]) {
				if !yield(row, err) {
					return
				}
			}
		}
	}
	var err error
	if format == "json" {
		_, err = report.WriteJSON(w, all, time.Local)
	} else {
		_, err = report.WriteCSV(w, all, time.Local)
	}
	return err
}

// writeStore copies the whole history.
func (p *exportPage) writeStore(ctx context.Context, path string, force bool) error {
	to, done, err := transfer.NewFile(path, force)
	if err != nil {
		return err
	}
	return done(ended(ctx, p.svc.Store().Export(ctx, to)))
}
