package registry

import (
	"tacklebox/panels/format"
	"tacklebox/panels/i18n"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/watch"
)

// noticeText is a notice as the desktop shows it.
func noticeText(n watch.Notice) (title, text string) {
	title = registry.Clean(n.Title, 60)
	what := map[string]any{"Name": registry.Clean(n.Object, 80)}
	switch n.Kind {
	case watch.NoticeDown:
		return title, i18n.T("registry.notice_down", map[string]any{"Why": explain(n.Err)})
	case watch.NoticeUnhealthy:
		text = i18n.T("registry.notice_unhealthy", what)
	case watch.NoticeReplication:
		text = i18n.N("registry.notice_replication", max(n.Count, 1), what)
	case watch.NoticeQueue:
		text = i18n.T("registry.notice_queue", what)
	case watch.NoticeCertificate:
		text = i18n.T("registry.notice_certificate", map[string]any{"Time": format.Absolute(n.Until)})
	case watch.NoticeRobot:
		text = i18n.T("registry.notice_robot", map[string]any{"Name": registry.Clean(n.Object, 80), "Time": format.Absolute(n.Until)})
	case watch.NoticeRefused:
		text = i18n.T("registry.notice_refused")
	}
	if d := registry.Clean(n.Detail, 200); d != "" {
		text += " " + d
	}
	return title, text
}
