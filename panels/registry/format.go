package registry

import (
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
)

const (
	highImportance   = widget.HighImportance
	mediumImportance = widget.MediumImportance
)

// duration is a stretch of time as a stopwatch shows it.
func duration(d time.Duration) string {
	s := int(d.Seconds())
	switch {
	case s < 0:
		return "–"
	case s < 3600:
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	case s < 48*3600:
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return i18n.T("age.days", map[string]any{"N": s / 86400})
}

// shortDigest is a digest as short as people tell them apart.
func shortDigest(d string) string {
	_, hex, ok := strings.Cut(d, ":")
	if !ok {
		hex = d
	}
	return hex[:min(12, len(hex))]
}
