package registry

import (
	"context"
	"fmt"
	"strings"

	"tacklebox/panels/fields"
	"tacklebox/panels/format"
	"tacklebox/panels/i18n"
	"tacklebox/panels/registry/model"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/verdict"
)

// apply brings the page up to what was read.
func (v *imagesView) apply() {
	x := v.p.conn
	if x == nil {
		return
	}
	if v.full == "" {
		fields.SetVisible(v.hint, x.open_)
		return
	}
	if name := v.refName(); v.title.Text != name {
		v.title.Text = name
		v.title.Tip = cut(x.host() + "/" + v.full)
		v.title.Refresh()
	}
	d := v.detail
	v.sub.Set(v.subText(), look.Muted)
	v.runs.Set(v.runRows(), false)
	v.applyVerdict()
	v.applyEngine()
	v.applyTrouble()

	ready := d != nil && !v.reading
	fields.SetVisible(v.debug, v.p.deps.Debugger != nil && (d == nil || d.Runs()))
	fields.SetEnabled(v.debug, ready && d.Runs())
	word, importance := i18n.T("registry.debug"), highImportance
	if v.verdict != nil && v.verdict.Refused || x.engine.wont() {
		// The pull would be refused: the form opens all the same, by another word.
		word, importance = i18n.T("registry.debug_anyway"), mediumImportance
	}
	if v.debug.Text != word || v.debug.Importance != importance {
		v.debug.Importance = importance
		v.debug.SetText(word)
	}
	fields.SetEnabled(v.pull, ready)
	fields.SetEnabled(v.digest, ready)
	fields.SetVisible(v.browser, x.client != nil)
	fields.SetVisible(v.scan, x.client != nil && (d == nil || d.Runs()))
	fields.SetEnabled(v.scan, ready && d.Runs() && !v.cves.scanning)
	v.applyTabs()
	v.buttons.Refresh()
	v.head.Refresh()
	v.page.Refresh()
}

// subText is what kind of thing it is, its size and its age.
func (v *imagesView) subText() string {
	d := v.detail
	switch {
	case v.reading:
		return i18n.T("registry.reading")
	case d == nil && v.p.conn.arts != nil && v.p.conn.arts.Known() && v.p.conn.arts.Len() == 0:
		return i18n.T("registry.repository_empty")
	case d == nil:
		return ""
	}
	var parts []string
	if !d.Runs() {
		parts = append(parts, clean(d.Type))
	}
	if d.Platform != "" {
		parts = append(parts, clean(d.Platform))
	}
	if d.Size > 0 {
		parts = append(parts, format.Size(d.Size))
	}
	now := v.p.deps.Now()
	if !d.Pushed.IsZero() {
		parts = append(parts, i18n.T("registry.pushed", map[string]any{"Age": format.Age(d.Pushed, now)}))
	} else if !d.Created.IsZero() {
		parts = append(parts, i18n.T("registry.built", map[string]any{"Age": format.Age(d.Created, now)}))
	}
	if !d.Pulled.IsZero() {
		parts = append(parts, i18n.T("registry.pulled", map[string]any{"Age": format.Age(d.Pulled, now)}))
	}
	parts = append(parts, shortDigest(d.Digest))
	return strings.Join(parts, "  ·  ")
}

// runRows is what it would run.
func (v *imagesView) runRows() []widgets.KeyValue {
	d := v.detail
	if d == nil || !d.Runs() && d.Chart == nil {
		return nil
	}
	row := func(name, value string) widgets.KeyValue {
		return widgets.KeyValue{Name: name, Value: orDash(clean(value)), Mono: true}
	}
	if c := d.Chart; c != nil {
		return []widgets.KeyValue{
			row(i18n.T("registry.chart_name"), c.Name), row(i18n.T("registry.version"), c.Version), row(i18n.T("registry.app_version"), c.AppVersion),
			{Name: i18n.T("registry.description"), Value: orDash(clean(c.Description))},
		}
	}
	user := d.User
	if user == "" {
		user = "root"
	}
	rows := []widgets.KeyValue{
		row("ENTRYPOINT", argv(d.Entrypoint)),
		row("CMD", argv(d.Cmd)),
		row(i18n.T("registry.user"), user),
		row(i18n.T("registry.workdir"), d.WorkDir),
	}
	if len(d.Ports) > 0 {
		rows = append(rows, row(i18n.T("registry.ports"), strings.Join(d.Ports, "  ")))
	}
	return rows
}

// argv shows a command with quotes where they are needed.
func argv(words []string) string {
	var out []string
	for _, w := range words {
		if w == "" || strings.ContainsAny(w, " \t\n\"'$\\;&|<>*?()") {
			w = fmt.Sprintf("%q", w)
		}
		out = append(out, w)
	}
	return strings.Join(out, " ")
}

// applyVerdict says whether a pull will be refused.
func (v *imagesView) applyVerdict() {
	level, text := widgets.LevelUnknown, ""
	switch {
	case v.detail == nil || !v.detail.Runs() || v.p.conn.client == nil:
	case v.judged != nil:
		text = i18n.T("registry.verdict_unknown") + " " + explain(v.judged)
	case v.verdict == nil:
		text = i18n.T("registry.verdict_asking")
	case v.verdict.Refused:
		level, text = widgets.LevelFailed, refusalText(v.verdict.Reasons)
	case v.verdict.Unsure != "":
		text = i18n.T("registry.verdict_unknown") + " " + unsureText(*v.verdict)
	default:
		level, text = widgets.LevelGood, i18n.T("registry.verdict_good")
	}
	if v.says.Text != text {
		v.says.SetText(text)
	}
	v.dot.SetLevel(level)
	fields.SetVisible(v.says_, text != "")
}

// unsureText is why nobody can say before the pull.
func unsureText(v verdict.Verdict) string {
	switch {
	case v.Scanner != "":
		return i18n.T("registry.unsure_scanner", map[string]any{"Name": v.Scanner})
	case v.Err != nil:
		return explain(v.Err)
	}
	return clean(v.Unsure)
}

// namedCVEs is how many vulnerabilities are named in a sentence.
const namedCVEs = 3

// refusalText says which rule refuses, by which setting, and what would help.
func refusalText(reasons []verdict.Reason) string {
	var lines []string
	for _, r := range reasons {
		switch r.Rule {
		case verdict.RuleCosign:
			lines = append(lines, i18n.T("registry.refused_cosign"))
		case verdict.RuleNotation:
			lines = append(lines, i18n.T("registry.refused_notation"))
		case verdict.RuleNotScanned:
			lines = append(lines, i18n.T("registry.refused_not_scanned"))
		case verdict.RuleScanFailed:
			lines = append(lines, i18n.T("registry.refused_scan_failed"))
		default:
			var names []string
			for _, c := range r.CVEs[:min(len(r.CVEs), namedCVEs)] {
				fix := i18n.T("registry.no_fix")
				if c.Fix != "" {
					fix = i18n.T("registry.fixed_in", map[string]any{"Version": c.Fix})
				}
				names = append(names, fmt.Sprintf("%s (%s, %s %s, %s)", c.ID, severityWord(c.Severity), c.Package, c.Version, fix))
			}
			lines = append(lines, i18n.N("registry.refused_severity", len(r.CVEs), map[string]any{"CVEs": strings.Join(names, "; "), "Setting": settingText(r.Setting)}))
		}
	}
	return strings.Join(lines, "\n")
}

// settingText is the project's setting as its page calls it, in the person's
// language.
func settingText(setting string) string {
	_, threshold, ok := strings.Cut(setting, ": ")
	if severity, _, and := strings.Cut(threshold, " "); ok && and {
		return i18n.T("registry.setting_prevent", map[string]any{"Severity": severityWord(severity)})
	}
	return clean(setting)
}

// applyTrouble says why something could not be read.
func (v *imagesView) applyTrouble() {
	x := v.p.conn
	err := v.err
	if err == nil && x.arts != nil && v.detail == nil {
		err = x.arts.Err()
	}
	if err == nil {
		c := widgets.BannerContent{}
		if v.detail != nil && len(v.detail.Notes) > 0 {
			c = widgets.BannerContent{Level: widgets.LevelDegraded, Text: i18n.T("registry.partly"), Detail: clean(strings.Join(v.detail.Notes, "\n"))}
		} else if at := v.otherPlatform(); at != "" {
			c = widgets.BannerContent{Level: widgets.LevelDegraded, Text: i18n.T("registry.other_platform", map[string]any{"Platform": clean(v.detail.Platform), "Engine": clean(at)})}
		} else if v.detail != nil && !v.detail.Runs() {
			c = widgets.BannerContent{Level: widgets.LevelUnknown, Text: notImage(v.detail)}
		}
		v.why.Set(c)
		return
	}
	v.why.Set(widgets.BannerContent{Level: widgets.LevelFailed, Text: explain(err), Detail: clean(err.Error()),
		Buttons: []widgets.BannerButton{{Text: i18n.T("registry.try_again"), Do: v.again}}})
}

// notImage says what it is instead.
func notImage(d *browse.Detail) string {
	if d.Type == "CHART" {
		return i18n.T("registry.not_image_chart")
	}
	return i18n.T("registry.not_image", map[string]any{"Type": clean(d.Type)})
}

// otherPlatform is the engine's platform, when the artifact is for another one.
func (v *imagesView) otherPlatform() string {
	if v.p.deps.Debugger == nil || v.detail == nil || !v.detail.Runs() || v.detail.Platform == "" {
		return ""
	}
	at := v.p.deps.Debugger.Platform()
	if at == "" || at == v.detail.Platform || strings.HasPrefix(v.detail.Platform, at+"/") || strings.HasPrefix(at, v.detail.Platform+"/") {
		return ""
	}
	return at
}

// again asks once more for what did not come.
func (v *imagesView) again() {
	x := v.p.conn
	if x == nil || x.arts == nil {
		return
	}
	x.arts.Retry()
	if v.at != "" {
		v.read()
	}
	v.apply()
}

// applyTabs fills what stands below.
func (v *imagesView) applyTabs() {
	d := v.detail
	v.arrange()
	v.tags.apply()
	v.parts.apply(d)
	v.cves.apply()
	platforms, env, steps, labels, attached := 0, 0, 0, 0, 0
	if d != nil {
		for _, c := range d.Children {
			if c.Platform != "" {
				platforms++
			}
		}
		env, steps, labels, attached = len(d.Env), len(d.History), len(d.Labels)+len(d.Marks)+len(d.Annotations), len(d.Accessories)
	}
	for _, t := range []struct {
		id, word string
		n        int
	}{
		{lowerPlatforms, i18n.T("registry.lower_platforms"), platforms}, {lowerEnv, i18n.T("registry.lower_env"), env},
		{lowerHistory, i18n.T("registry.lower_history"), steps}, {lowerLabels, i18n.T("registry.lower_labels"), labels},
		{lowerAttached, i18n.T("registry.lower_attached"), attached},
	} {
		v.lower.Update(t.id, counted(t.word, t.n), "")
	}
	n := 0
	if v.p.conn.arts != nil {
		n = v.p.conn.arts.Len()
	}
	v.lower.Update(lowerTags, counted(i18n.T("registry.lower_tags"), n), "")
	v.lower.Update(lowerCVEs, v.cves.word(), v.cves.level())
}

// counted is a word with a number where there is something.
func counted(word string, n int) string {
	if n == 0 {
		return word
	}
	return fmt.Sprintf("%s %d", word, n)
}

// scanLevel is a summary as a dot, and as a few words.
func scanLevel(s *browse.Scan) (widgets.Level, string) {
	switch {
	case s == nil:
		return widgets.LevelUnknown, ""
	case !s.Over():
		return widgets.LevelUnknown, i18n.T("registry.scan_running")
	case s.Status != "Success":
		return widgets.LevelDegraded, i18n.T("registry.scan_failed")
	case s.Total == 0:
		return widgets.LevelGood, "0"
	}
	var parts []string
	level := widgets.LevelGood
	for _, c := range model.Counts(s.Count) {
		switch c.Severity {
		case "Critical", "High":
			level = widgets.LevelFailed
		case "Medium":
			if level == widgets.LevelGood {
				level = widgets.LevelDegraded
			}
		}
		if len(parts) < 2 {
			parts = append(parts, fmt.Sprintf("%d %s", c.N, severityWord(c.Severity)))
		}
	}
	return level, strings.Join(parts, ", ")
}

// startScan has the artifact scanned and follows that.
func (v *imagesView) startScan() {
	x, d := v.p.conn, v.detail
	if x == nil || x.client == nil || d == nil {
		return
	}
	full, digest := v.full, d.Digest
	v.p.confirm(i18n.T("registry.scan_title"), i18n.T("registry.scan_confirm", map[string]any{"Name": v.refName(), "Host": x.host()}), i18n.T("registry.scan"), func() {
		x.while(func(ctx context.Context) func() {
			err := x.client.StartScan(ctx, full, digest)
			return func() {
				if err != nil {
					v.err = err
					v.apply()
					return
				}
				v.scans++
				v.scanLog.reset()
				v.cves.follow(full, digest)
				v.lowerShown()
			}
		})
	})
}
