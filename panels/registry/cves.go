package registry

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/registry/model"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/verdict"
)

// cvesView is the list of an artifact's vulnerabilities.
type cvesView struct {
	v       *imagesView
	root    *fyne.Container
	filter  *fields.Entry
	fixable *widget.Check
	note    *widget.Label
	table   *table

	digest   string // of what was read
	stop     context.CancelFunc
	reading  bool
	report   *harbor.Report
	err      error
	scanning bool
}

func newCVEsView(v *imagesView) *cvesView {
	c := &cvesView{v: v, note: fields.Muted("")}
	c.filter = fields.NewEntry(i18n.T("registry.cve_filter"), c.fill)
	c.filter.OnEscape = func() { c.filter.SetText("") }
	c.fixable = widget.NewCheck(i18n.T("registry.cve_fixable"), func(bool) { c.fill() })
	c.table = newTable(v.p.tips, false,
		column{title: i18n.T("registry.col_severity"), chars: 10},
		column{title: i18n.T("registry.col_cve"), chars: 17, mono: true},
		column{title: i18n.T("registry.col_package")},
		column{title: i18n.T("registry.col_version"), chars: 15, mono: true, drop: 2},
		column{title: i18n.T("registry.col_fixed"), chars: 15, mono: true, drop: 1},
		column{title: "CVSS", chars: 4, right: true, mono: true, drop: 3})
	c.table.kept(v.p, "cves")
	c.table.list.OnActivated = func(key string) { v.p.copyLine(c.table, key) }
	bar := container.NewBorder(nil, nil, nil, c.fixable, c.filter)
	c.root = container.NewBorder(container.NewVBox(widgets.Inset(bar), c.note), nil, nil, nil, c.table.root)
	c.note.Hide()
	return c
}

// reset forgets what belonged to another artifact.
func (c *cvesView) reset() {
	c.halt()
	c.digest, c.report, c.err, c.scanning = "", nil, nil, false
}

// halt breaks off what is read or followed.
func (c *cvesView) halt() {
	if c.stop != nil {
		c.stop()
		c.stop = nil
	}
	c.reading = false
}

// read reads the list, once for each artifact.
func (c *cvesView) read() {
	x, d := c.v.p.conn, c.v.detail
	if x == nil || x.client == nil || d == nil || !d.Runs() || c.reading || c.scanning || c.digest == d.Digest && (c.report != nil || c.err != nil) {
		return
	}
	c.halt()
	ctx, stop := context.WithCancel(x.looking)
	c.stop, c.reading, c.digest = stop, true, d.Digest
	full, digest := c.v.full, d.Digest
	c.v.p.within(ctx, func(ctx context.Context) func() {
		got, err := x.client.Vulnerabilities(ctx, full, digest)
		return func() {
			c.reading, c.err = false, err
			c.report = &got
			c.v.apply()
		}
	})
	c.apply()
}

// apply shows what was read.
func (c *cvesView) apply() {
	x, d := c.v.p.conn, c.v.detail
	note, i := "", widget.LowImportance
	switch {
	case x == nil || d == nil:
	case x.client == nil:
		note = i18n.T("registry.cve_not_here")
	case c.scanning:
		note = i18n.T("registry.scan_running")
	case c.reading:
		note = i18n.T("registry.reading")
	case registry.CauseOf(c.err) == registry.CauseNotFound:
		note = i18n.T("registry.cve_no_scanner")
	case c.err != nil:
		note, i = explain(c.err), widget.DangerImportance
	case c.report != nil && !c.report.Scanned:
		note = i18n.T("registry.cve_not_scanned")
	case c.report != nil && len(c.report.Vulnerabilities) == 0:
		note = i18n.T("registry.cve_none")
	}
	fields.Tell(c.note, note, i)
	c.fill()
}

// fill shows what the filter leaves.
func (c *cvesView) fill() {
	if c.table == nil {
		return
	}
	var out []line
	if c.report != nil && c.v.detail != nil {
		for _, x := range model.Vulnerabilities(c.report.Vulnerabilities, c.filter.Text, c.fixable.Checked) {
			out = append(out, cveLine(x))
		}
	}
	c.table.set(unique(out))
}

func cveLine(x harbor.Vulnerability) line {
	score := ""
	if x.CVSS.Score != nil {
		score = strconv.FormatFloat(*x.CVSS.Score, 'f', 1, 64)
	}
	level := severityLevel(x.Severity)
	tip := []string{clean(x.ID) + "  " + clean(x.Package) + " " + clean(x.Version)}
	if x.Description != "" {
		tip = append(tip, registry.Clean(x.Description, 500))
	}
	for _, l := range x.Links[:min(len(x.Links), 2)] {
		tip = append(tip, registry.Clean(l, 200))
	}
	by := map[int]float64{0: float64(verdict.Rank(x.Severity)), 5: 0}
	if x.CVSS.Score != nil {
		by[5] = *x.CVSS.Score
	}
	return line{key: x.ID + " " + x.Package + " " + x.Version, by: by, tip: strings.Join(tip, "\n"), cells: []cell{
		{severityWord(x.Severity), widgets.LevelColor(level)}, {clean(x.ID), theme.ColorNameForeground}, {clean(x.Package), theme.ColorNameForeground},
		{clean(x.Version), look.Muted}, {orDash(clean(x.FixVersion)), theme.ColorNameForeground}, {score, look.Muted},
	}}
}

func severityLevel(severity string) widgets.Level {
	switch severity {
	case "Critical", "High":
		return widgets.LevelFailed
	case "Medium":
		return widgets.LevelDegraded
	}
	return widgets.LevelUnknown
}

// scan is the summary of the artifact in front.
func (c *cvesView) scan() *browse.Scan {
	if c.v.detail == nil {
		return nil
	}
	return c.v.detail.Scan
}

// word is the tab's, with what the summary says.
func (c *cvesView) word() string {
	s := c.scan()
	word := i18n.T("registry.lower_cves")
	switch {
	case c.scanning:
		return word + " …"
	case s == nil || !s.Over() || s.Status != harbor.ScanSuccess:
		return word
	}
	return fmt.Sprintf("%s %d", word, s.Total)
}

func (c *cvesView) level() widgets.Level {
	s := c.scan()
	if s == nil || c.scanning {
		return ""
	}
	level, _ := scanLevel(s)
	return level
}

// follow asks how far a scan is until it is over.
func (c *cvesView) follow(full, digest string) {
	x := c.v.p.conn
	c.reset()
	c.scanning, c.digest = true, digest
	ctx, stop := context.WithCancel(x.looking)
	c.stop = stop
	c.v.p.within(ctx, func(ctx context.Context) func() {
		err := waitForScan(ctx, x.client, full, digest, c.v.p.deps.Pace.Scan)
		return func() {
			c.scanning = false
			if x.arts != nil {
				x.arts.Forget(digest)
				x.arts.Resume()
			}
			if err != nil {
				c.err = err
				c.v.apply()
				return
			}
			c.v.read() // with the new summary, and judged anew
			c.v.apply()
		}
	})
	c.v.apply()
}

// waitForScan ends when the scan that runs now has ended.
func waitForScan(ctx context.Context, c *harbor.Client, full, digest string, every time.Duration) error {
	begun := false
	for n := 0; ; n++ {
		pause := time.NewTimer(every)
		select {
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		case <-pause.C:
		}
		a, err := c.Artifact(ctx, full, digest, harbor.With{Scan: true})
		if err != nil {
			return err
		}
		s, ok := a.Scan()
		over := ok && s.Over()
		if ok && !over {
			begun = true
		}
		// The summary of the scan before stands until the new one begins.
		if over && (begun || n > 0) {
			return nil
		}
	}
}
