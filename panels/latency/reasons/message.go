package reasons

import (
	"strings"
	"time"

	"tacklebox/panels/i18n"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/alert/channel"
)

// Message is what an alert's message says to people, in their language: a title, and
// some lines. It may be called from any goroutine.
func Message(m *channel.Message) (title, lines string) {
	title = i18n.T("latency.message_title", map[string]any{"Target": m.Who(), "Rule": m.Rule, "Event": word(m.Event), "Level": word(m.Level)})
	var all []string
	for _, l := range []string{Seen(m.Why, m.Said), m.Comment, m.Group} {
		if l = strings.Join(strings.Fields(l), " "); l != "" {
			all = append(all, l)
		}
	}
	all = append(all, m.At.Format(time.RFC3339))
	if m.Lost {
		all = append(all, i18n.T("latency.message_lost"))
	}
	return title, strings.Join(all, "\n")
}

// word is what happened, or how grave it is.
func word(of string) string {
	switch of {
	case string(alert.Raised):
		return i18n.T("latency.message_raised")
	case string(alert.Cleared):
		return i18n.T("latency.alerts_cleared")
	case string(alert.Active):
		return i18n.T("latency.message_active")
	case alert.OK.String():
		return i18n.T("latency.message_ok")
	case alert.Warning.String():
		return i18n.T("latency.alerts_warning")
	case alert.Critical.String():
		return i18n.T("latency.alerts_critical")
	}
	return of
}
