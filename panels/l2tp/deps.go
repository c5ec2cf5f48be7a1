// Package l2tp is the L2TP tab: a wizard that finds out why an L2TP connection of
// Windows fails, fixes exactly that, and takes it back. Elsewhere the same parts
// ask a server and make files for a Windows PC.
package l2tp

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/probe"
)

// ID is the tab's name in settings and on the command line.
const ID = "l2tp"

// Deps is what the tab stands on.
type Deps struct {
	Machine pc.Machine
	// Probe asks a server; probe.Run when nil.
	Probe func(ctx context.Context, server string, o probe.Options) (l2tp.Report, error)
	Now   func() time.Time
	// Do runs a function on Fyne's goroutine; fyne.Do when nil.
	Do func(func())
	// Version is of Tacklebox, for reports.
	Version string
	// Home is the folder where files are offered to be written.
	Home string
	// User and Host are names that a report leaves out when it is asked to.
	User, Host string
}

func (d *Deps) fill() {
	if d.Probe == nil {
		d.Probe = probe.Run
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Do == nil {
		d.Do = fyne.Do
	}
}
