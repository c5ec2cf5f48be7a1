// Package latency is the Latency tab: targets in groups on the left, and beside
// them how long one of them, or several, took to answer.
package latency

import (
	"context"
	"iter"
	"time"

	"fyne.io/fyne/v2"

	"tacklebox/panels/widgets"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/engines"
	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/smoke"
	"tacklebox/platform/latency/suggest"
)

// ID is the tab's name in settings and on the command line.
const ID = "latency"

// Source gives what the tab shows. The service outlives the tab.
type Source interface {
	// Service opens the history and begins to measure, once; it blocks. After a
	// failure the next call tries again.
	Service(ctx context.Context) (Service, error)
}

// Service is what measures, as service.Service. All of its methods may block.
type Service interface {
	Snapshot() service.Snapshot
	Subscribe(func([]latency.Result)) (cancel func())
	Targets() []latency.Target
	Add(context.Context, []latency.Target) ([]latency.Target, error)
	Change(context.Context, ...latency.Target) error
	Remove(context.Context, ...latency.TargetID) error
	Arrange(context.Context, []latency.TargetID) error
	PauseAll(ctx context.Context, paused bool) error
	History() History
}

// History is what was kept, as history.Store.
type History interface {
	Columns(ctx context.Context, target latency.TargetID, node latency.NodeID, from, to time.Time, n int) ([]smoke.Column, error)
	Summary(ctx context.Context, target latency.TargetID, node latency.NodeID, from, to time.Time) (*histogram.Histogram, error)
	Outages(ctx context.Context, target latency.TargetID, node latency.NodeID, from, to time.Time, lost int) ([]history.Outage, error)
	Events(ctx context.Context, target latency.TargetID, from, to time.Time) ([]history.Event, error)
	Samples(ctx context.Context, target latency.TargetID, node latency.NodeID, from, to time.Time) iter.Seq2[latency.Result, error]
}

// Deps is what the tab stands on.
type Deps struct {
	Source Source
	// ICMP says which engine sends echo requests, and why not a better one.
	ICMP func() engines.Choice
	// Suggest finds what is worth measuring first; it may take a while.
	Suggest func(context.Context) []suggest.Suggestion
	// Tools stand in the tab's menu and in the table of actions.
	Tools []Tool
	Now   func() time.Time
	// Do runs a function on Fyne's goroutine; fyne.Do when nil.
	Do func(func())
	// Pace is DefaultPace when zero.
	Pace Pace
}

// Tool is something beside the views that works on the targets: import, export,
// alerts.
type Tool struct {
	// ID is the ID of its action, whose label is the key "action." + ID.
	ID   string
	Icon fyne.Resource
	// Open shows it.
	Open func(Workplace)
}

// Workplace is what a tool works with. Its methods are called on Fyne's goroutine.
type Workplace interface {
	Window() fyne.Window
	Tips() *widgets.Tips
	// Service is nil until the history is open. Its methods may block.
	Service() Service
	// Selected are the chosen targets, and Targets all of them.
	Selected() []latency.Target
	Targets() []latency.Target
	// ShowPage puts content in the place of the views, under a title and a way back;
	// closed is called when it is left.
	ShowPage(title string, content fyne.CanvasObject, closed func())
	// Background runs f away from Fyne's goroutine, and what f returns on it, unless
	// the tab was closed meanwhile.
	Background(f func(ctx context.Context) func())
	// Reload has the list read again at once.
	Reload()
}

// Pace is how often the tab looks at what it shows.
type Pace struct {
	Shown  time.Duration // while somebody looks
	Hidden time.Duration // for tray and status line
	Query  time.Duration // statistics and lists of the shown range
}

// DefaultPace keeps an idle window idle.
var DefaultPace = Pace{Shown: time.Second, Hidden: 5 * time.Second, Query: 5 * time.Second}
