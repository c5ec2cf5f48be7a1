package app

import (
	"log/slog"

	"tacklebox/panels/i18n"
	"tacklebox/platform/crash"
	"tacklebox/platform/paths"
)

// offerCrashes looks for what an earlier run left when it died and offers the
// newest report. It reads files, so it runs in a goroutine of its own.
func (s *shell) offerCrashes() {
	reports, err := crash.Pending(paths.CrashDir(s.options.DataDir))
	if err != nil {
		slog.Warn("look for crash reports", "error", err)
		return
	}
	if len(reports) == 0 {
		return
	}
	newest := reports[0]
	slog.Info("an earlier run ended by a crash", "report", newest.Path, "reports", len(reports))
	seen := func() {
		go func() {
			for _, r := range reports {
				if err := r.Seen(); err != nil {
					slog.Warn("crash report", "error", err)
				}
			}
		}()
	}
	s.wake(func() {
		s.notices.add(notice{
			level: "degraded",
			text:  i18n.T("app.crashed", map[string]any{"Time": newest.Time.Format("2006-01-02 15:04"), "Path": newest.Path}),
			buttons: []noticeButton{
				{text: i18n.T("app.crash_copy"), stays: true, do: func() { s.copy(newest.Text) }},
				{text: i18n.T("app.crash_seen"), do: seen},
			},
		})
	})
}
