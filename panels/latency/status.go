package latency

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"fyne.io/fyne/v2"

	"tacklebox/panels"
	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/model"
	"tacklebox/panels/latency/reasons"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/service"
)

// maxWord keeps a name in a sentence short.
const maxWord = 40

// short cuts a name for a sentence, in the middle.
func short(name string) string {
	return widgets.CutMiddle(name, maxWord, func(s string) float32 { return float32(len([]rune(s))) })
}

// stateWord is how a target is, in words.
func stateWord(t *service.Live, pausedAll bool) string {
	switch {
	case pausedAll || t.Paused:
		return i18n.T("latency.state_paused")
	case t.AddressErr != nil:
		return i18n.T("latency.state_unresolved")
	case t.Level == service.LevelGood:
		return i18n.T("latency.state_good")
	case t.Level == service.LevelDegraded:
		return i18n.T("latency.state_degraded")
	case t.Level == service.LevelFailed:
		return i18n.T("latency.state_failed")
	case t.Last.At.IsZero():
		return i18n.T("latency.state_waiting")
	case t.Last.Outcome == latency.SendError:
		return i18n.T("latency.state_send_error") + reasonText(t.Last.Reason)
	}
	return i18n.T("latency.state_unknown")
}

// reasonText is a reason in brackets, or nothing.
func reasonText(r latency.Reason) string {
	if word := reasonWord(r); word != "" {
		return i18n.T("latency.in_brackets", map[string]any{"Text": word})
	}
	return ""
}

// reasonWord is why a probe was not measured, not sent or refused.
func reasonWord(r latency.Reason) string {
	key, ok := reasonKeys[r]
	if !ok {
		return string(r)
	}
	return i18n.T(key)
}

var reasonKeys = map[latency.Reason]string{
	latency.ReasonNone:        "latency.reason_none",
	latency.ReasonAsleep:      "latency.reason_asleep",
	latency.ReasonFrozen:      "latency.reason_frozen",
	latency.ReasonClock:       "latency.reason_clock",
	latency.ReasonPaused:      "latency.reason_paused",
	latency.ReasonClosed:      "latency.reason_closed",
	latency.ReasonOverflow:    "latency.reason_overflow",
	latency.ReasonUnresolved:  "latency.reason_unresolved",
	latency.ReasonNoRoute:     "latency.reason_no_route",
	latency.ReasonProhibited:  "latency.reason_prohibited",
	latency.ReasonLinkDown:    "latency.reason_link_down",
	latency.ReasonNoBuffer:    "latency.reason_no_buffer",
	latency.ReasonPermission:  "latency.reason_permission",
	latency.ReasonUnreachable: "latency.reason_unreachable",
	latency.ReasonTTL:         "latency.reason_ttl",
	latency.ReasonRefused:     "latency.reason_refused",
	latency.ReasonProtocol:    "latency.reason_protocol",
	latency.ReasonTruncated:   "latency.reason_truncated",
	latency.ReasonOther:       "latency.reason_other",
}

// outcomeKeys are the words for what became of a probe.
var outcomeKeys = map[latency.Outcome]string{
	latency.Pending:     "latency.outcome_pending",
	latency.Reply:       "latency.outcome_reply",
	latency.Timeout:     "latency.outcome_timeout",
	latency.ICMPError:   "latency.outcome_icmp_error",
	latency.SendError:   "latency.outcome_send_error",
	latency.BadReply:    "latency.outcome_bad_reply",
	latency.NotMeasured: "latency.outcome_not_measured",
	latency.Late:        "latency.outcome_late",
	latency.Duplicate:   "latency.outcome_duplicate",
}

// engineText is how a target is asked: "icmp, kernel stamps, every 1 s".
func engineText(t *service.Live) string {
	every := t.Interval
	if every <= 0 {
		every = latency.DefaultInterval
	}
	parts := []string{strings.ToUpper(string(t.Kind))}
	switch t.Engine {
	case "kernel":
		parts = append(parts, i18n.T("latency.engine_kernel"))
	case "pro-bing":
		parts = append(parts, "pro-bing")
	case "icmpapi":
		parts = append(parts, i18n.T("latency.engine_icmpapi"))
	}
	return strings.Join(append(parts, i18n.T("latency.every", map[string]any{"Interval": model.Short(every)})), i18n.T("latency.comma"))
}

// rowTip is what has no room in a row.
func rowTip(t *service.Live) string {
	lines := []string{t.Name, t.Host}
	if t.Address.IsValid() && t.Address.String() != t.Host {
		lines[1] += "  " + t.Address.String()
	}
	if len(t.Group) > 0 {
		lines[0] = strings.Join(t.Group, " / ") + " / " + t.Name
	}
	if t.Sent > 0 {
		lines = append(lines, i18n.T("latency.tip_figures", map[string]any{
			"Median": model.MS(t.Median), "Jitter": model.MS(t.Jitter), "Loss": model.Percent(t.Loss), "Lost": t.Lost, "Sent": t.Sent}))
	}
	return strings.Join(lines, "\n")
}

// worstText is the worst target in words, without figures that change all the
// time, and its level.
func worstText(s service.Snapshot) (string, service.Level) {
	bad, measured := model.Worst(s.Targets)
	switch {
	case len(s.Targets) == 0:
		return i18n.T("latency.worst_none"), service.LevelUnknown
	case s.Paused:
		return i18n.T("latency.worst_paused"), service.LevelUnknown
	case len(bad) == 0 && measured == 0:
		return i18n.T("latency.worst_waiting"), service.LevelUnknown
	case len(bad) == 0:
		return i18n.N("latency.worst_good", measured), service.LevelGood
	}
	name := map[string]any{"Name": short(bad[0].Name)}
	text := i18n.T("latency.worst_degraded", name)
	if bad[0].Level == service.LevelFailed {
		text = i18n.T("latency.worst_failed", name)
	}
	if len(bad) > 1 {
		text += i18n.N("latency.worst_more", len(bad)-1)
	}
	return text, bad[0].Level
}

// status is the tab's text in the status line.
func (p *Panel) status() {
	switch {
	case p.openErr != nil:
		p.host.SetStatus(ID, string(widgets.LevelFailed), i18n.T("latency.status_failed"))
	case !p.seen:
		p.host.SetStatus(ID, string(widgets.LevelUnknown), i18n.T("latency.status_opening"))
	case len(p.snap.Targets) == 0:
		p.host.SetStatus(ID, string(widgets.LevelUnknown), "") // nothing to report
	default:
		text, lvl := worstText(p.snap)
		if p.snap.Writer {
			if rate := p.snap.Rate; rate > 0 && !p.snap.Paused {
				text = i18n.T("latency.status_rate", map[string]any{"Rate": rateText(rate)}) + " · " + text
			}
			for _, e := range p.snap.Engines {
				if e.Kind == latency.KindICMP && e.Name != "" {
					text = e.Name + " · " + text
				}
			}
		} else {
			text = i18n.T("latency.status_looking") + " · " + text
		}
		p.host.SetStatus(ID, string(lvl), text)
	}
}

// rateText is a number of probes a second.
func rateText(rate float64) string {
	if rate < 9.95 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", rate), ".0")
	}
	return fmt.Sprintf("%.0f", rate)
}

// TrayItems is part of panels.TraySource: the worst target in words, and pausing.
func (p *Panel) TrayItems() [][]panels.TrayItem {
	if !p.seen || len(p.snap.Targets) == 0 {
		return nil
	}
	text, _ := worstText(p.snap)
	items := []panels.TrayItem{{Text: text, Do: p.showWorst}}
	if p.snap.Writer {
		pause := panels.TrayItem{Text: i18n.T("latency.pause_all"), Do: p.togglePause}
		if p.snap.Paused {
			pause.Text = i18n.T("latency.resume_all")
		}
		items = append(items, pause)
	}
	return [][]panels.TrayItem{items}
}

// TrayLevel is part of panels.TrayMarker: how the worst target is.
func (p *Panel) TrayLevel() string {
	if !p.seen {
		return ""
	}
	level := ""
	for i := range p.snap.Targets {
		switch p.snap.Targets[i].Level {
		case service.LevelFailed:
			return string(service.LevelFailed)
		case service.LevelDegraded:
			level = string(service.LevelDegraded)
		}
	}
	return level
}

// trayChanged has the tray looked at when its words would differ.
func (p *Panel) trayChanged() {
	var b strings.Builder
	b.WriteString(p.TrayLevel() + "\n")
	for _, section := range p.TrayItems() {
		for _, it := range section {
			b.WriteString(it.Text + "\n")
		}
	}
	if t := b.String(); t != p.lastTray {
		p.lastTray = t
		p.host.TrayChanged()
	}
}

// showWorst brings the worst target to the front.
func (p *Panel) showWorst() {
	p.host.Select(ID)
	if bad, _ := model.Worst(p.snap.Targets); len(bad) > 0 && p.master != nil {
		p.master.search.SetText("")
		p.master.show(bad[0].ID)
	}
}

// togglePause holds all measuring, or lets it go on.
func (p *Panel) togglePause() {
	pause := !p.snap.Paused
	p.change(func(ctx context.Context, s Service) error { return s.PauseAll(ctx, pause) }, p.complain)
}

// Stops is part of panels.Stopper.
func (p *Panel) Stops() string {
	if p.svc == nil || !p.snap.Writer || p.snap.Paused || len(p.snap.Targets) == 0 {
		return ""
	}
	return i18n.N("latency.stops", len(p.snap.Targets))
}

// complain says that something could not be changed, until it is closed.
func (p *Panel) complain(err error) {
	p.complaint = err
	p.applyBanner()
}

// applyBanner says the one thing that matters most about measuring here.
func (p *Panel) applyBanner() {
	if p.banner == nil {
		return
	}
	c := p.trouble()
	if c.Text != "" && c.Text == p.dismiss {
		c = widgets.BannerContent{}
	}
	if c.Text == "" {
		p.dismiss = ""
	}
	p.banner.Set(c)
}

// trouble is what stands in the banner, the worst first.
func (p *Panel) trouble() widgets.BannerContent {
	dismissable := func(c widgets.BannerContent) widgets.BannerContent {
		c.Close = func() { p.dismiss = c.Text; p.applyBanner() }
		return c
	}
	switch {
	case p.complaint != nil:
		return widgets.BannerContent{Level: widgets.LevelFailed, Text: i18n.T("latency.trouble_change") + " " + explain(p.complaint), Detail: p.complaint.Error(),
			Close: func() { p.complaint = nil; p.applyBanner() }}
	case !p.seen || p.openErr != nil:
		return widgets.BannerContent{} // the views say so
	case p.snap.StoreErr != nil:
		text := i18n.T("latency.trouble_store")
		if !p.snap.Writer {
			text = i18n.T("latency.trouble_read")
		}
		if n := p.snap.Dropped; n > 0 {
			text += " " + i18n.T("latency.trouble_dropped", map[string]any{"Rows": n})
		}
		return widgets.BannerContent{Level: widgets.LevelFailed, Text: text, Detail: p.snap.StoreErr.Error()}
	case !p.snap.Writer:
		return dismissable(widgets.BannerContent{Level: widgets.LevelUnknown, Text: i18n.T("latency.reader")})
	}
	if n := p.detail.add.problems(); p.left && n > 0 && !p.detail.adding() {
		return widgets.BannerContent{Level: widgets.LevelDegraded, Text: i18n.N("latency.left", n), Detail: p.detail.add.bad.Text,
			Buttons: []widgets.BannerButton{{Text: i18n.T("latency.left_look"), Do: func() { p.detail.showAdd(""); p.applyBanner() }}},
			Close:   func() { p.left = false; p.detail.add.set(""); p.applyBanner() }}
	}
	if c := p.engineTrouble(); c.Text != "" {
		return dismissable(c)
	}
	if p.snap.Stretch > 1.01 {
		return dismissable(widgets.BannerContent{Level: widgets.LevelDegraded,
			Text: i18n.T("latency.stretched", map[string]any{"Factor": fmt.Sprintf("%.1f", p.snap.Stretch), "Rate": rateText(p.snap.Rate)})})
	}
	return widgets.BannerContent{}
}

// engineTrouble says why echo requests are not sent, or not as well as they
// could be, with the command that helps.
func (p *Panel) engineTrouble() widgets.BannerContent {
	for _, e := range p.snap.Engines {
		if e.Err == nil {
			continue
		}
		c := widgets.BannerContent{Level: widgets.LevelFailed, Detail: e.Err.Error()}
		if e.Kind != latency.KindICMP {
			c.Text = i18n.T("latency.engine_failed", map[string]any{"Kind": strings.ToUpper(string(e.Kind))})
			return c
		}
		c.Text = i18n.T("latency.icmp_failed")
		if errors.Is(e.Err, fs.ErrPermission) {
			c.Text = i18n.T("latency.icmp_denied")
		}
		return p.withFix(c)
	}
	if p.icmp.Engine != "" && p.icmp.Fix() != "" {
		c := widgets.BannerContent{Level: widgets.LevelDegraded, Text: i18n.T("latency.icmp_second", map[string]any{"Engine": p.icmp.Engine})}
		if r := p.icmp.Refused; len(r) > 0 && r[0].Err != nil {
			c.Detail = r[0].Err.Error()
		}
		return p.withFix(c)
	}
	return widgets.BannerContent{}
}

// withFix adds the command that helps, to be copied.
func (p *Panel) withFix(c widgets.BannerContent) widgets.BannerContent {
	fix := p.icmp.Fix()
	if fix == "" {
		return c
	}
	c.Detail = fix + "\n\n" + c.Detail
	c.Buttons = []widgets.BannerButton{{Text: i18n.T("latency.copy_fix"), Primary: true, Do: func() {
		fyne.CurrentApp().Clipboard().SetContent(fix)
	}}}
	c.Text += " " + i18n.T("latency.fix", map[string]any{"Command": fix})
	return c
}

// explain is an error in the person's words, where its cause is known.
func explain(err error) string {
	switch {
	case errors.Is(err, history.ErrReader):
		return i18n.T("latency.error_reader")
	case errors.Is(err, history.ErrNewer):
		return i18n.T("latency.error_newer")
	case history.Full(err):
		return i18n.T("latency.error_full")
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return i18n.T("latency.error_permission")
	}
	return reasons.Text(err)
}
