// Package transfer has the pages of the Latency tab that bring targets, alerts and
// history in from other programs, and take targets, graphs, samples and reports
// out.
package transfer

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/latency"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/transfer"
)

// Secrets keeps what is not for settings, as keychain.Keychain.
type Secrets interface {
	Set(ctx context.Context, name, secret string) (lasting bool, why error, err error)
}

// Deps is what the pages stand on.
type Deps struct {
	Secrets Secrets
	// By is the program with its version, for reports.
	By  string
	Now func() time.Time
	// Home is where new files are offered to be written; "" is nowhere.
	Home string
	// Do runs a function on Fyne's goroutine; fyne.Do when nil.
	Do func(func())
}

// Tools are the pages as the tab's menu and the table of actions have them.
func Tools(d Deps) []latency.Tool {
	if d.Secrets == nil {
		panic("transfer: no place for secrets")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Do == nil {
		d.Do = fyne.Do
	}
	open := func(title func() string, show func(latency.Workplace, transfer.Running)) func(latency.Workplace) {
		return func(w latency.Workplace) {
			svc, ok := w.Service().(transfer.Running)
			if !ok {
				w.ShowPage(title(), fields.Page(fields.Words(i18n.T("latency.import_not_yet"))), nil)
				return
			}
			show(w, svc)
		}
	}
	importTitle := func() string { return i18n.T("latency.import_title") }
	exportTitle := func() string { return i18n.T("latency.export_title") }
	imports := latency.Tool{ID: "latency.import", Icon: theme.DownloadIcon(), Open: open(importTitle, func(w latency.Workplace, s transfer.Running) {
		p := newImportPage(d, w, s)
		w.ShowPage(importTitle(), p.root, p.close)
		p.shown()
	})}
	exports := latency.Tool{ID: "latency.export", Icon: theme.UploadIcon(), Open: open(exportTitle, func(w latency.Workplace, s transfer.Running) {
		p := newExportPage(d, w, s)
		w.ShowPage(exportTitle(), p.root, p.close)
		p.changed()
	})}
	return []latency.Tool{imports, exports}
}

// job is the one thing that a page has going on.
type job struct {
	d    Deps
	w    latency.Workplace
	quit context.CancelFunc // nil when nothing goes on
	gone bool               // the page was left
}

// run runs f away from Fyne's goroutine and what it returns on it. A page that was
// left hears nothing, and what was going on for it ends.
func (j *job) run(f func(ctx context.Context) func()) {
	ctx, quit := context.WithCancel(context.Background())
	j.quit = quit
	j.w.Background(func(tab context.Context) func() {
		defer context.AfterFunc(tab, quit)()
		then := f(ctx)
		quit()
		return func() {
			j.quit = nil
			if !j.gone {
				then()
			}
		}
	})
}

func (j *job) busy() bool { return j.quit != nil }

// cancel ends what goes on.
func (j *job) cancel() {
	if j.quit != nil {
		j.quit()
	}
}

func (j *job) leave() {
	j.gone = true
	j.cancel()
}

// steady hands progress to Fyne's goroutine, a few times a second.
func (j *job) steady(show func(transfer.Progress)) func(transfer.Progress) {
	var last time.Time
	stage := transfer.Stage("")
	return func(p transfer.Progress) {
		now := j.d.Now()
		if p.Stage == stage && now.Sub(last) < 150*time.Millisecond {
			return
		}
		last, stage = now, p.Stage
		j.d.Do(func() {
			if j.busy() && !j.gone {
				show(p)
			}
		})
	}
}

// keepSecret keeps an address of an imported webhook in the keychain.
func keepSecret(s Secrets) func(context.Context, string, channel.Secret) error {
	return func(ctx context.Context, ref string, v channel.Secret) error {
		_, _, err := s.Set(ctx, ref, v.Reveal())
		return err
	}
}
