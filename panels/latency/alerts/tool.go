// Package alerts is the page of the Latency tab where a person says what is worth
// telling, tries it on what was measured, and chooses who is told.
package alerts

import (
	"context"
	"crypto/rand"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"tacklebox/panels/fields"
	"tacklebox/panels/latency"

	"tacklebox/panels/i18n"
	model "tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/service"
)

// Service is what applies rules, as service.Service. Its methods may block.
type Service interface {
	Writer() bool
	Targets() []model.Target
	Alerts() service.AlertState
	SetAlerts(context.Context, service.AlertConfig) error
	DryRun(ctx context.Context, r alert.Rule, from, to time.Time, at func(time.Time)) (service.Tried, error)
	TryChannel(context.Context, channel.Channel) error
	SubscribeAlerts(func([]alert.Event)) (cancel func())
}

// Secrets keeps what is not for settings, as keychain.Keychain.
type Secrets interface {
	// Set keeps a secret; lasting is false when it is kept for this run only, and why
	// says what is in the way.
	Set(ctx context.Context, name, secret string) (lasting bool, why error, err error)
	Delete(ctx context.Context, name string) error
}

// Deps is what the page stands on.
type Deps struct {
	Secrets Secrets
	Now     func() time.Time
	// Do runs a function on Fyne's goroutine; fyne.Do when nil.
	Do func(func())
	// NewID names a new rule or channel; random when nil.
	NewID func() string
	// Pace is how often the page looks how things stand; two seconds when 0.
	Pace time.Duration
}

// Tool is the page as the tab's menu and the table of actions have it.
func Tool(d Deps) latency.Tool {
	if d.Secrets == nil {
		panic("alerts: no place for secrets")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Do == nil {
		d.Do = fyne.Do
	}
	if d.NewID == nil {
		d.NewID = rand.Text
	}
	if d.Pace == 0 {
		d.Pace = 2 * time.Second
	}
	return latency.Tool{ID: "latency.alerts", Icon: theme.WarningIcon(), Open: func(w latency.Workplace) {
		svc, ok := w.Service().(Service)
		if !ok {
			w.ShowPage(i18n.T("latency.alerts_title"), fields.Page(fields.Words(i18n.T("latency.alerts_not_yet"))), nil)
			return
		}
		p := newPage(d, w, svc)
		w.ShowPage(i18n.T("latency.alerts_title"), p.root, p.close)
		p.start()
	}}
}
