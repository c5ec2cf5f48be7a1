package alerts

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"tacklebox/panels/i18n"
	figures "tacklebox/panels/latency/model"
	"tacklebox/panels/widgets"
	model "tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/alert/pattern"
	"tacklebox/platform/latency/targets"
)

// fullName is a target with its groups.
func fullName(t model.Target) string {
	return targets.Printable(strings.Join(append(append([]string{}, t.Group...), t.Name), " / "), 200)
}

// limit is one of check_ping's limits in words.
func limit(l *alert.Limit) string {
	return i18n.T("latency.alerts_limit", map[string]any{"RTT": strconv.FormatFloat(float64(l.RTT)/float64(time.Millisecond), 'f', -1, 64),
		"Loss": strconv.FormatFloat(l.Loss, 'f', -1, 64)})
}

// thresholdWords say what thresholds mean.
func thresholdWords(t alert.Thresholds) string {
	var parts []string
	if t.Warning != nil {
		parts = append(parts, i18n.T("latency.alerts_warn_from", map[string]any{"Limit": limit(t.Warning)}))
	}
	if t.Critical != nil {
		parts = append(parts, i18n.T("latency.alerts_crit_from", map[string]any{"Limit": limit(t.Critical)}))
	}
	return strings.Join(parts, i18n.T("latency.comma"))
}

// ruleWords are what a rule says, in one line.
func ruleWords(r *alert.Rule) string {
	switch r.Kind {
	case alert.KindThreshold:
		t, err := alert.ParseThresholds(r.Thresholds)
		if err != nil {
			return r.Thresholds
		}
		return i18n.T("latency.alerts_over_probes", map[string]any{"What": thresholdWords(t), "N": cmp.Or(r.Window, t.Probes, alert.DefaultWindow)})
	case alert.KindPattern:
		what := i18n.T("latency.alerts_metric_loss")
		if r.Metric == pattern.RTT {
			what = i18n.T("latency.alerts_metric_rtt")
		}
		return i18n.T("latency.alerts_pattern_words", map[string]any{"What": what, "Pattern": targets.Printable(r.Pattern, 200), "Round": roundWords(r)})
	}
	return i18n.T("latency.alerts_matcher_words", map[string]any{"Pattern": targets.Printable(r.Pattern, 200), "Round": roundWords(r)})
}

// roundWords say how long a round is.
func roundWords(r *alert.Rule) string {
	if r.Step <= 0 && r.Pings > 0 {
		return i18n.T("latency.alerts_round_probes", map[string]any{"N": r.Pings})
	}
	return figures.Short(cmp.Or(r.Step, alert.DefaultStep))
}

// scopeWords say for whom a rule is.
func (p *page) scopeWords(s *alert.Scope) string {
	if s.All {
		return i18n.T("latency.alerts_scope_all")
	}
	var parts []string
	for _, g := range s.Groups {
		parts = append(parts, targets.Printable(strings.Join(g, " / "), 80))
	}
	gone := 0
	for _, id := range s.Targets {
		if t, ok := p.byID[id]; ok {
			parts = append(parts, targets.Printable(t.Name, 80))
		} else {
			gone++
		}
	}
	const most = 3
	switch n := len(parts); {
	case n == 0 && gone > 0:
		return i18n.T("latency.alerts_scope_gone")
	case n == 0:
		return i18n.T("latency.alerts_scope_none")
	case n > most:
		return i18n.N("latency.alerts_scope_more", n-most, map[string]any{"Names": strings.Join(parts[:most], i18n.T("latency.comma"))})
	}
	return strings.Join(parts, i18n.T("latency.comma"))
}

// levelWord is a level in words, with the one of the window that it looks like.
func levelWord(l alert.Level) (string, widgets.Level) {
	switch l {
	case alert.OK:
		return i18n.T("latency.alerts_quiet"), widgets.LevelGood
	case alert.Warning:
		return i18n.T("latency.alerts_warning"), widgets.LevelDegraded
	case alert.Critical:
		return i18n.T("latency.alerts_critical"), widgets.LevelFailed
	}
	return i18n.T("latency.alerts_no_verdict"), widgets.LevelUnknown
}

// ago is how long ago something was.
func ago(d time.Duration) string {
	n := func(unit time.Duration) map[string]any { return map[string]any{"N": int(d / unit)} }
	age := ""
	switch {
	case d < time.Minute:
		return i18n.T("latency.alerts_just_now")
	case d < time.Hour:
		age = i18n.T("age.minutes", n(time.Minute))
	case d < 48*time.Hour:
		age = i18n.T("age.hours", n(time.Hour))
	default:
		age = i18n.T("age.days", n(24*time.Hour))
	}
	return i18n.T("latency.alerts_ago", map[string]any{"Age": age})
}

// at is an instant as people read it, in their own time.
func at(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }
