package latency

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/model"
	"tacklebox/panels/latency/reasons"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/targets"
)

// evidenceView are the last probes one by one, and the command that asks the
// same.
type evidenceView struct {
	list    *textList
	command *widgets.Copyable
	shown   string
	root    *fyne.Container
}

func newEvidenceView(p *Panel) *evidenceView {
	e := &evidenceView{command: widgets.NewCopyable(widgets.KeyValue{Mono: true}, true, p.tips)}
	e.list = newTextList(p.tips, i18n.T("latency.no_evidence"), []textColumn{
		{title: i18n.T("latency.col_sent"), width: "15:04:05.000", mono: true},
		{title: i18n.T("latency.col_seq"), width: "0000000", mono: true, right: true},
		{title: i18n.T("latency.col_rtt"), width: "00000.000 ms", mono: true, right: true},
		{title: i18n.T("latency.col_outcome"), width: i18n.T("latency.outcome_not_measured") + "MM"},
		{title: i18n.T("latency.col_from")}})
	line := container.NewBorder(nil, nil, caption(i18n.T("latency.as_command")), nil, e.command)
	e.root = container.NewBorder(widgets.Inset(line), nil, nil, nil, e.list.root)
	return e
}

// apply shows the command for a target.
func (e *evidenceView) apply(t *service.Live) {
	if c := model.Command(t.Target); c != e.shown {
		e.shown = c
		e.command.SetValue(widgets.KeyValue{Value: c, Mono: true}, true)
		e.root.Refresh()
	}
}

func (e *evidenceView) clear() { e.list.clear() }

// set shows the last probes, the newest first.
func (e *evidenceView) set(list []latency.Result) {
	rows := make([]textRow, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		r := list[i]
		rtt := ""
		if r.RTT > 0 {
			rtt = fmt.Sprintf("%.3f ms", float64(r.RTT)/float64(time.Millisecond))
		}
		where := r.Address.String()
		if !r.Address.IsValid() {
			where = ""
		}
		if r.From.IsValid() && r.From != r.Address {
			where = i18n.T("latency.answered_by", map[string]any{"Address": r.From.String()})
		}
		var parts []string
		for _, ph := range r.Phases {
			parts = append(parts, ph.Name+" "+model.MS(ph.Took))
		}
		if len(parts) > 0 {
			where = strings.TrimSpace(where + "  " + strings.Join(parts, "  "))
		}
		word := i18n.T(outcomeKeys[r.Outcome])
		if r.Reason != latency.ReasonNone {
			where = strings.TrimSpace(reasonWord(r.Reason) + "  " + where)
		}
		rows = append(rows, textRow{key: fmt.Sprint(r.Seq, r.Outcome), tip: r.Sent.Local().Format("2006-01-02 15:04:05.000000 -07:00") + "  " + r.Engine,
			cells: []string{r.Sent.Local().Format("15:04:05.000"), fmt.Sprint(r.Seq), rtt, word, where}})
	}
	e.list.set(rows)
}

// specText is a target as it is typed, without a password.
func specText(t latency.Target) string {
	spec, _ := latency.WithoutLogin(targets.Spec(t))
	return spec
}

// eventText says what an event is.
func eventText(e history.Event) string {
	switch e.Kind {
	case service.EventClosed:
		return i18n.T("latency.event_closed")
	case service.EventPaused:
		return i18n.T("latency.event_paused")
	case service.EventAddress:
		return i18n.T("latency.event_address", map[string]any{"Change": strings.ReplaceAll(e.Body, "->", "→")})
	case service.EventAsleep:
		return i18n.T("latency.event_asleep")
	case service.EventFrozen:
		return i18n.T("latency.event_frozen")
	case service.EventClock:
		return i18n.T("latency.event_clock", map[string]any{"By": e.Body})
	case service.EventAlert, service.EventCleared, service.EventHeld:
		return alertText(e)
	}
	return targets.Printable(strings.TrimSpace(e.Kind+" "+e.Body), 200)
}

// alertText is an event that an alert left: which one, and what was seen.
func alertText(e history.Event) string {
	var x alert.Event
	if err := json.Unmarshal([]byte(e.Body), &x); err != nil {
		return targets.Printable(strings.TrimSpace(e.Kind+" "+e.Body), 200)
	}
	data := map[string]any{"Name": targets.Printable(x.Name, 80), "Why": targets.Printable(reasons.Seen(x.Why, x.Said), 160)}
	switch e.Kind {
	case service.EventCleared:
		return i18n.T("latency.event_alert_cleared", data)
	case service.EventHeld:
		return i18n.T("latency.event_alert_held", data)
	}
	if x.Level == alert.Critical {
		return i18n.T("latency.event_alert_critical", data)
	}
	return i18n.T("latency.event_alert_warning", data)
}
