package app

import (
	"context"
	"log/slog"
	"os"
	"runtime"
	"time"

	"tacklebox/panels"
	panel "tacklebox/panels/l2tp"
	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/probe"
)

// hangUpTime bounds how long the end of the program waits for Windows to hang up.
const hangUpTime = 8 * time.Second

// L2TP is what the L2TP tab stands on; the zero value is this machine. Tests and
// pictures put a recorded PC in its place.
type L2TP struct {
	// System is as runtime.GOOS, "" for this one: the tab is for Windows.
	System  string
	Machine pc.Machine
	Probe   func(context.Context, string, probe.Options) (l2tp.Report, error)
	// Do runs a function on Fyne's goroutine; fyne.Do when nil.
	Do func(func())
}

// deps is what tab and dialogs are made with.
func (l L2TP) deps(o Options) panel.Deps {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // then the person names the folder
	}
	host, err := os.Hostname()
	if err != nil {
		host = "" // it is only to be left out of reports
	}
	user := os.Getenv("USERNAME")
	if user == "" {
		user = os.Getenv("USER")
	}
	return panel.Deps{Machine: l.Machine, Probe: l.Probe, Do: l.Do, Version: o.Version, Home: home, User: user, Host: host}
}

// l2tpPanels is the L2TP tab, where there is one, and what ends its dials.
func l2tpPanels(o Options) (tabs []panels.Panel, end func()) {
	l := o.L2TP
	if l.System == "" {
		l.System = runtime.GOOS
	}
	if l.System != "windows" {
		return nil, func() {}
	}
	if l.Machine == nil {
		l.Machine = thisPC(o)
	}
	if l.Machine == nil {
		return nil, func() {}
	}
	return []panels.Panel{panel.New(l.deps(o))}, func() {
		ctx, cancel := context.WithTimeout(context.Background(), hangUpTime)
		defer cancel()
		if err := l.Machine.Close(ctx); err != nil {
			slog.Warn("end the dials", "error", err)
		}
	}
}

// l2tpActions are what is offered of it elsewhere: asking a server, and files for a
// Windows PC.
func (s *shell) l2tpActions() []action {
	if s.tab(panel.ID) != nil {
		return nil // the tab has both
	}
	return []action{
		{Action: panels.Action{ID: "app.l2tp_probe", Do: func() { panel.OpenProbe(s.win, s.options.L2TP.deps(s.options)) }}, group: groupTools},
		{Action: panels.Action{ID: "app.l2tp_kit", Do: func() { panel.OpenKit(s.win, s.options.L2TP.deps(s.options)) }}, group: groupTools},
	}
}
