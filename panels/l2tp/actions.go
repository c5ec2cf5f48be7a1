package l2tp

import (
	"tacklebox/panels"
	"tacklebox/panels/l2tp/model"
)

// Actions is part of panels.Panel.
func (p *Panel) Actions() []panels.Action {
	built := func() bool { return p.root != nil && !p.closed }
	return []panels.Action{
		{ID: "l2tp.ask", Enabled: built, Do: func() { p.goTo(model.StepServer) }},
		{ID: "l2tp.history", Enabled: built, Do: func() { p.open(newHistoryPage(p)) }},
		{ID: "l2tp.report", Enabled: built, Do: func() { p.open(newReportPage(p)) }},
		{ID: "l2tp.start_over", Enabled: func() bool { return built() && !p.w.Applying && !p.w.Dial.Running }, Do: p.startOver},
	}
}
